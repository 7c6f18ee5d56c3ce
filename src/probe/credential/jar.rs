//! The cookies of a log-in, by the rules of RFC 6265 as far as they decide what is sent where. Cookies that later
//! answers set are left out, so that one session is tested from its log-in to its end.

use reqwest::header::{HeaderMap, SET_COOKIE};
use url::Url;

use crate::model::time;

/// The number of cookies of one session, and the length of each in bytes (RFC 6265, section 6.1).
const COOKIES_MAX: usize = 50;
const COOKIE_BYTES_MAX: usize = 4096;

/// The cookies of a session.
#[derive(Clone, Default)]
pub(crate) struct Jar(Vec<Cookie>);

#[derive(Clone)]
struct Cookie {
    name: String,
    value: String,
    /// The host, or the domain if its subdomains get the cookie too.
    host: String,
    with_subdomains: bool,
    path: String,
    secure: bool,
}

impl Jar {
    /// Stores the cookies of an answer, and removes those that it ends. `now` is in seconds since 1970.
    pub(crate) fn store(&mut self, url: &Url, headers: &HeaderMap, now: i64) {
        for field in headers.get_all(SET_COOKIE) {
            let Ok(text) = std::str::from_utf8(field.as_bytes()) else { continue };
            let Some((cookie, ends)) = read(text, url, now) else { continue };
            let is_same = |one: &Cookie| {
                one.name == cookie.name && one.host == cookie.host && one.path == cookie.path
            };
            self.0.retain(|one| !is_same(one));
            if !ends && self.0.len() < COOKIES_MAX {
                self.0.push(cookie);
            }
        }
    }

    /// The value of the field `Cookie` of a request (section 5.4); `None` if no cookie belongs to it.
    pub(crate) fn field(&self, url: &Url) -> Option<String> {
        self.field_with(url, |value| value.to_owned())
    }

    /// The same with other values.
    pub(crate) fn field_with(&self, url: &Url, value: impl Fn(&str) -> String) -> Option<String> {
        let mut sent: Vec<&Cookie> = self.0.iter().filter(|one| one.belongs_to(url)).collect();
        sent.sort_by_key(|one| std::cmp::Reverse(one.path.len()));
        let pairs = sent.iter().map(|one| format!("{}={}", one.name, value(&one.value)));
        let pairs: Vec<String> = pairs.collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// The value of the cookie with this name.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|one| one.name == name).map(|one| one.value.as_str())
    }

    /// All values.
    pub(crate) fn values(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|one| one.value.as_str())
    }

    /// Whether there is no cookie.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Cookie {
    fn belongs_to(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
        let same_host = host == self.host
            || (self.with_subdomains
                && url.domain().is_some()
                && host.strip_suffix(&self.host).is_some_and(|rest| rest.ends_with('.')));
        // Browsers treat this machine as secure.
        let is_secure =
            url.scheme() == "https" || ["127.0.0.1", "[::1]", "localhost"].contains(&host.as_str());
        same_host && self.is_path_of(url.path()) && (!self.secure || is_secure)
    }

    /// Section 5.1.4.
    fn is_path_of(&self, path: &str) -> bool {
        path.strip_prefix(&self.path).is_some_and(|rest| {
            rest.is_empty() || self.path.ends_with('/') || rest.starts_with('/')
        })
    }
}

/// A cookie as an answer sets it, and whether that ends it (section 5.2).
fn read(text: &str, url: &Url, now: i64) -> Option<(Cookie, bool)> {
    if text.len() > COOKIE_BYTES_MAX {
        return None;
    }
    let mut parts = text.split(';');
    let (name, value) = parts.next()?.split_once('=')?;
    let host = url.host_str()?.to_ascii_lowercase();
    let mut cookie = Cookie {
        name: name.trim().to_owned(),
        value: value.trim().to_owned(),
        host,
        with_subdomains: false,
        path: default_path(url.path()),
        secure: false,
    };
    let (mut max_age, mut expires) = (None, None);
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "domain" if !value.is_empty() => {
                let domain = value.trim_start_matches('.').to_ascii_lowercase();
                let is_own = cookie.host == domain;
                let is_above = url.domain().is_some()
                    && domain.contains('.')
                    && cookie.host.ends_with(&format!(".{domain}"));
                if !is_own && !is_above {
                    return None;
                }
                cookie.with_subdomains = true;
                cookie.host = domain;
            }
            "path" if value.starts_with('/') => value.clone_into(&mut cookie.path),
            "secure" => cookie.secure = true,
            "max-age" => max_age = value.parse::<i64>().ok(),
            "expires" => expires = time::read_time(&value.into()).map(|one| one.as_second()),
            _ => {}
        }
    }
    let ends = match (max_age, expires) {
        (Some(age), _) => age <= 0,
        (None, Some(at)) => at <= now,
        (None, None) => false,
    };
    (!cookie.name.is_empty()).then_some((cookie, ends))
}

/// Section 5.1.4.
fn default_path(path: &str) -> String {
    match path.rsplit_once('/') {
        Some((folder, _)) if !folder.is_empty() => folder.to_owned(),
        _ => "/".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jar(url: &str, fields: &[&str]) -> Jar {
        let mut jar = Jar::default();
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(SET_COOKIE, field.parse().unwrap());
        }
        jar.store(&url.parse().unwrap(), &headers, 1_000);
        jar
    }

    fn sent(jar: &Jar, url: &str) -> String {
        jar.field(&url.parse().unwrap()).unwrap_or_default()
    }

    #[test]
    fn a_cookie_goes_where_a_browser_sends_it() {
        let all = jar(
            "https://app.example.com/login/form",
            &[
                "host=1; Path=/; Secure",
                "domain=2; Domain=example.com; Path=/",
                "path=3; Path=/notes",
                "here=4",
                "other=5; Domain=example.org",
                "top=6; Domain=com",
            ],
        );
        for (url, expected) in [
            ("https://app.example.com/", "host=1; domain=2"),
            ("http://app.example.com/", "domain=2"),
            ("https://api.example.com/", "domain=2"),
            ("https://app.example.com/notes/7", "path=3; host=1; domain=2"),
            ("https://app.example.com/notes7", "host=1; domain=2"),
            ("https://app.example.com/login/x", "here=4; host=1; domain=2"),
            ("https://badexample.com/", ""),
            ("https://example.org/", ""),
        ] {
            assert_eq!(sent(&all, url), expected, "{url}");
        }
    }

    #[test]
    fn a_cookie_that_has_ended_is_not_sent() {
        for end in ["Max-Age=0", "Max-Age=-1", "Expires=Thu, 01 Jan 1970 00:00:00 GMT"] {
            let mut jar = jar("http://127.0.0.1/", &["sid=1; Secure"]);
            assert_eq!(sent(&jar, "http://127.0.0.1/a"), "sid=1");
            let ended =
                HeaderMap::from_iter([(SET_COOKIE, format!("sid=; {end}").parse().unwrap())]);
            jar.store(&"http://127.0.0.1/".parse().unwrap(), &ended, 1_000);
            assert_eq!(sent(&jar, "http://127.0.0.1/a"), "", "{end}");
        }
    }
}
