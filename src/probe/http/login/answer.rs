//! The answer to a request of a log-in: whether it refuses, and the values that are read from it.

use std::time::Duration;

use dom_query::Document;
use jiff::Timestamp;
use regex::RegexBuilder;
use reqwest::header::{HeaderMap, LOCATION, RETRY_AFTER};
use serde_json::Value;

use crate::model::plan::request::Destination;
use crate::model::project::login::{LoginExpect, LoginStep, Source};
use crate::model::time::read_time;
use crate::probe::credential::jar::Jar;

/// How much of a page is read for its form, in bytes.
const PAGE_BYTES_MAX: usize = 512 * 1024;

/// The memory of a compiled regular expression, in bytes.
const REGEX_BYTES_MAX: usize = 1 << 18;

/// The length of a captured value, in bytes.
const VALUE_BYTES_MAX: usize = 16 * 1024;

/// The answer to one request of a log-in.
pub(super) struct LoginAnswer {
    /// The status.
    pub(super) status: u16,
    /// The header fields.
    pub(super) headers: HeaderMap,
    text: String,
}

impl LoginAnswer {
    /// An answer with this body.
    pub(super) fn new(status: u16, headers: HeaderMap, body: &[u8]) -> Self {
        let read = &body[..body.len().min(PAGE_BYTES_MAX)];
        Self { status, headers, text: String::from_utf8_lossy(read).into_owned() }
    }

    /// Why this answer is not that of a log-in that succeeds, as the end of a sentence; `None` if it may be. `first` is the first
    /// request of the log-in.
    pub(super) fn refusal(&self, step: &LoginStep, first: Option<&LoginStep>) -> Option<String> {
        let LoginExpect { statuses, location, text, json } = &step.expect;
        let status = self.status;
        let expected = match statuses.is_empty() {
            true => (200..400).contains(&status),
            false => statuses.contains(&status),
        };
        if !expected {
            return Some(format!("answered {status}"));
        }
        if let Some(location) = location
            && !self.location().is_some_and(|to| leads_to(&to, location))
        {
            return Some(format!("answered {status} and does not lead to `{location}`"));
        }
        if let Some(text) = text
            && !self.text.contains(text.as_str())
        {
            return Some(format!("answered {status} without the expected text"));
        }
        let body = || serde_json::from_str::<Value>(&self.text).ok();
        for (at, value) in json {
            if body().and_then(|body| body.pointer(at).cloned()).as_ref() != Some(value) {
                return Some(format!("answered {status} without the expected value at `{at}`"));
            }
        }
        if step.expect.is_empty() && step.request.method == "POST" {
            return self.form_again(status, first);
        }
        None
    }

    /// Whether the answer to a form is the form again, or another one.
    fn form_again(&self, status: u16, first: Option<&LoginStep>) -> Option<String> {
        let path = first.map(|first| match &first.request.to {
            Destination::Target(path) => path.0.clone(),
            other => other.template().0.clone(),
        });
        let is_back = self
            .location()
            .zip(path)
            .is_some_and(|(to, path)| to.split(['?', '#']).next() == path.split(['?', '#']).next());
        if is_back {
            return Some(format!("answered {status} and leads back to the log-in page"));
        }
        if !self.text.contains("<input") {
            return None;
        }
        let page = Document::from(self.text.as_str());
        if page.select("input[autocomplete=one-time-code]").exists() {
            return Some(format!("answered {status} and demands a second factor"));
        }
        page.select("input[type=password]").exists().then(|| {
            format!("answered {status} and shows the form again (wrong password or hidden field?)")
        })
    }

    fn location(&self) -> Option<String> {
        self.headers.get(LOCATION)?.to_str().ok().map(str::to_owned)
    }

    /// The value at a place of this answer.
    pub(super) fn capture(&self, from: &Source, jar: &Jar) -> Option<String> {
        let value = match from {
            Source::Json(at) => {
                match serde_json::from_str::<Value>(&self.text).ok()?.pointer(at)? {
                    Value::String(text) => text.clone(),
                    Value::Null => return None,
                    other => other.to_string(),
                }
            }
            Source::Header(name) => self.headers.get(name)?.to_str().ok()?.to_owned(),
            Source::Cookie(name) => jar.value(name)?.to_owned(),
            Source::Css(selector, attribute) => self.css(selector, attribute.as_deref())?,
            Source::Text(pattern) => {
                let regex = RegexBuilder::new(pattern).size_limit(REGEX_BYTES_MAX).build().ok()?;
                regex.captures(&self.text)?.get(1)?.as_str().to_owned()
            }
        };
        (!value.is_empty() && value.len() <= VALUE_BYTES_MAX).then_some(value)
    }

    fn css(&self, selector: &str, attribute: Option<&str>) -> Option<String> {
        let page = Document::from(self.text.as_str());
        let found = page.try_select(selector)?;
        let found = found.first();
        let usual = if found.is("meta") { "content" } else { "value" };
        match (attribute, found.attr(attribute.unwrap_or(usual))) {
            (_, Some(value)) => Some(value.to_string()),
            (None, None) => Some(found.text().trim().to_owned()),
            (Some(_), None) => None,
        }
    }
}

/// Whether a redirect leads to a path, at whatever host, or to an address that begins so.
fn leads_to(to: &str, expected: &str) -> bool {
    let path = url::Url::parse(to).map(|url| url.path().to_owned());
    to.starts_with(expected) || path.is_ok_and(|path| path.starts_with(expected))
}

/// The wait that an answer demands (RFC 9110, section 10.2.3).
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    read_time(&text.into())?.duration_since(now).try_into().ok()
}
