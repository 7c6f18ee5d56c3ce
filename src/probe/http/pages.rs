//! The further pages of an answer: those that the field `Link` announces, or a cursor that the check names.
//!
//! They are read from the origin of the request only, with the same credential, and within bounds. An
//! announced page that is not read is recorded, because it may have what must not be in the answer.

use std::collections::{BTreeSet, VecDeque};

use indexmap::IndexSet;
use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;
use crate::model::answer::observation::Answer;
use crate::model::answer::verdict::Reason;
use crate::model::plan::looks::{NextPage, PAGES_MAX};
use crate::model::plan::more;
use crate::probe::http::request::PreparedRequest;
use crate::probe::http::{Exchange, PlannedRequest, RunContext, follow, link_field};

/// How many bytes of all further pages are read, at most.
const BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The pages of one answer.
struct Pages<'a> {
    request: &'a PreparedRequest,
    next: Option<&'a NextPage>,
    /// The addresses that were announced so far, and that of the first page.
    known: BTreeSet<String>,
    /// The addresses that are still to be read.
    queue: VecDeque<Url>,
    read: Vec<Value>,
    bytes: u64,
    unread: Option<String>,
}

/// Sends a request, and then one for each further page. Returns the facts of the first page, with those
/// of the others in `pages`.
pub(super) async fn send(
    context: &RunContext<'_>,
    planned: &PlannedRequest<'_>,
    request: &PreparedRequest,
    exchange: &mut Exchange,
) -> Result<Value, Answer> {
    let mut first = follow(context, planned, request.clone(), exchange).await?;
    if request.method != Method::GET || !is_success(&first) {
        return Ok(first);
    }
    let mut pages = Pages::new(request, planned.step.next.as_ref());
    pages.announced_by(&first);
    if pages.queue.is_empty()
        && pages.next.is_none()
        && let Some(place) = first.pointer("/body/json").and_then(more::next_page)
    {
        pages.leave(format!("`{place}` announces it; name it in `next:`"));
    }
    let mut leaks = leaks(&first, planned);
    while let Some(url) = pages.take() {
        let further = PreparedRequest { url, ..request.clone() };
        let page = follow(context, planned, further, exchange).await;
        let number = pages.read.len() + 2;
        match page.and_then(|page| readable(page, number)) {
            Ok(page) => {
                leaks |= self::leaks(&page, planned);
                pages.add(page, number);
            }
            Err(answer) if !leaks => return Err(answer),
            Err(_) => pages.leave(format!("page {number} could not be read")),
        }
    }
    pages.note_in(&mut first);
    Ok(first)
}

fn is_success(facts: &Value) -> bool {
    facts["status"].as_u64().is_some_and(|status| (200..300).contains(&status))
}

/// Whether an answer has marks that its actor may not see, or a secret.
fn leaks(facts: &Value, planned: &PlannedRequest<'_>) -> bool {
    if facts.get("secrets").is_some() {
        return true;
    }
    let facts = Facts(json!({ "canaries": facts["canaries"] }));
    facts.canaries().any(|found| !planned.step.sees.contains(&found))
}

/// Returns the error of a page that another attempt may read.
fn readable(page: Value, number: usize) -> Result<Value, Answer> {
    let reason = match page["status"].as_u64() {
        Some(429) => Reason::RateLimited,
        Some(500..) => Reason::ServerError,
        _ => return Ok(page),
    };
    // A mark in an error message counts all the same.
    let found = |name: &str| page[name].as_array().is_some_and(|found| !found.is_empty());
    if found("canaries") || found("secrets") {
        return Ok(page);
    }
    let detail = format!("page {number} was answered with status {}", page["status"]);
    Err(ProbeError::new(reason, detail).into())
}

impl<'a> Pages<'a> {
    fn new(request: &'a PreparedRequest, next: Option<&'a NextPage>) -> Self {
        Self {
            request,
            next,
            known: BTreeSet::from([request.url.to_string()]),
            queue: VecDeque::new(),
            read: Vec::new(),
            bytes: 0,
            unread: None,
        }
    }

    /// The address of the next page to read, within the bounds.
    fn take(&mut self) -> Option<Url> {
        let url = self.queue.pop_front()?;
        if self.read.len() + 1 >= PAGES_MAX {
            self.leave(format!("it has more than {PAGES_MAX} pages"));
            return None;
        }
        if self.bytes > BYTES_MAX {
            self.leave("its pages are too long".to_owned());
            return None;
        }
        Some(url)
    }

    /// Records why a page is not read; the first reason counts.
    fn leave(&mut self, why: String) {
        self.unread.get_or_insert(why);
    }

    fn add(&mut self, page: Value, number: usize) {
        self.bytes += page["body"]["bytes"].as_u64().unwrap_or_default();
        if is_success(&page) {
            self.announced_by(&page);
        } else {
            let status = &page["status"];
            self.leave(format!("page {number} was answered with status {status}"));
        }
        self.read.push(page);
    }

    /// Queues the pages that a page announces.
    fn announced_by(&mut self, page: &Value) {
        let Some(base) = page["url"].as_str().and_then(|url| Url::parse(url).ok()) else {
            return;
        };
        let addresses = match self.by_cursor(page, &base) {
            Some(address) => vec![address],
            None => by_link(page, &base),
        };
        // One page may name the same next page twice.
        let mut here = BTreeSet::new();
        for address in addresses {
            match address {
                Some(url) if here.insert(url.to_string()) => self.announce(url),
                Some(_) => {}
                None => self.leave("the address of the next page cannot be read".to_owned()),
            }
        }
    }

    fn announce(&mut self, mut url: Url) {
        url.set_fragment(None);
        if url.origin() != self.request.url.origin() {
            self.leave("the next page is on another origin".to_owned());
        } else if self.known.insert(url.to_string()) {
            self.queue.push_back(url);
        } else {
            self.leave("a page announces one that was announced before".to_owned());
        }
    }

    /// The page that the cursor of the check announces: `None` if there is none, and `Some(None)` if
    /// its value is neither an address nor a cursor.
    fn by_cursor(&self, page: &Value, base: &Url) -> Option<Option<Url>> {
        let next = self.next?;
        let text = match page.pointer(&next.at)? {
            Value::Array(values) => values.first()?.as_str().map(str::to_owned),
            Value::Null | Value::Bool(false) => return None,
            Value::String(text) if text.is_empty() => return None,
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let Some(text) = text else { return Some(None) };
        let is_address = ["/", "?", "https://", "http://"].iter().any(|one| text.starts_with(one));
        if next.parameter.is_none() && is_address {
            return Some(base.join(&text).ok());
        }
        let last = || next.at.trim_end_matches("/0").rsplit('/').next().unwrap_or_default();
        let name = next.parameter.as_deref().unwrap_or_else(last);
        Some(Some(with_parameter(&self.request.url, name, &text)))
    }

    fn note_in(self, first: &mut Value) {
        if self.read.is_empty() && self.unread.is_none() {
            return;
        }
        for name in ["canaries", "secrets"] {
            let all = std::iter::once(&*first).chain(&self.read);
            let found = all.filter_map(|page| page.get(name)?.as_array()).flatten();
            let found: IndexSet<Value> = found.cloned().collect();
            if !found.is_empty() {
                first[name] = found.into_iter().collect();
            }
        }
        first["pages"] = json!({ "read": self.read });
        if let Some(why) = self.unread {
            first["pages"]["unread"] = why.into();
        }
    }
}

/// The pages that the field `Link` announces; `None` for one without a readable address.
fn by_link(page: &Value, base: &Url) -> Vec<Option<Url>> {
    let values = page["headers"]["link"].as_array().into_iter().flatten();
    let targets = link_field::next(values.filter_map(Value::as_str));
    targets.into_iter().map(|target| base.join(&target?).ok()).collect()
}

/// The address with this query parameter in place of one of the same name.
fn with_parameter(url: &Url, name: &str, value: &str) -> Url {
    let others: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(other, _)| other != name)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let mut url = url.clone();
    url.query_pairs_mut().clear().extend_pairs(others).append_pair(name, value);
    url
}
