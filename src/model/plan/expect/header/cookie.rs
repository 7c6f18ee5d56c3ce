//! Cookies: each `Set-Cookie` line sets one of its own, with attributes that browsers may refuse.

use jiff::Timestamp;

use crate::model::plan::expect::compare::worst;
use crate::model::plan::expect::header::grammar::Found;
use crate::model::plan::expect::{Directive, JudgeContext, TestOutcome};

/// The beginnings of names that demand attributes, and the demanded ones (RFC 6265bis, section 4.1.3).
const PREFIXES: [(&str, &[&str]); 4] = [
    ("__host-http-", &["secure", "httponly", "path=/", "no domain"]),
    ("__host-", &["secure", "path=/", "no domain"]),
    ("__secure-", &["secure"]),
    ("__http-", &["secure", "httponly"]),
];

/// A cookie as a line sets it.
pub(super) struct Cookie<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// Its attributes, in order.
    attributes: Vec<Found>,
}

impl<'a> Cookie<'a> {
    /// Reads a line. The name and the value of a cookie are not attributes, and quotation marks have no
    /// meaning (RFC 6265, section 5.2).
    pub(super) fn read(line: &'a str) -> Self {
        let mut parts = line.split(';');
        let pair = parts.next().unwrap_or_default();
        let name = pair.split_once('=').map_or("", |(name, _)| name).trim();
        Self { name, attributes: parts.map(|one| Found::new(one, one.split_once('='))).collect() }
    }

    /// The last attribute of this name: it replaces earlier ones (RFC 6265, section 5.3).
    fn attribute(&self, name: &str) -> Option<&Found> {
        self.attributes.iter().rev().find(|one| one.name == name)
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.attribute(name)?.value.as_deref()
    }

    /// Whether the line removes the cookie: it has expired when it arrives. Nothing is stored then.
    pub(super) fn is_removed(&self, observed: Timestamp) -> bool {
        let age = self.value("max-age").and_then(|age| age.parse::<i64>().ok());
        if let Some(age) = age {
            return age <= 0;
        }
        let year = i64::from(observed.to_zoned(jiff::tz::TimeZone::UTC).year());
        let parts = self.value("expires").into_iter();
        let parts = parts.flat_map(|date| date.split(|c: char| !c.is_ascii_alphanumeric()));
        parts
            .filter(|part| part.len() == 4)
            .any(|part| part.parse().is_ok_and(|one: i64| one < year))
    }

    /// Why browsers do not store the cookie, as a clause, if they do not.
    fn refused(&self) -> Option<String> {
        let lacks = |demand: &&&str| match **demand {
            "path=/" => self.value("path") != Some("/"),
            "no domain" => self.value("domain").is_some_and(|domain| !domain.is_empty()),
            name => self.attribute(name).is_none(),
        };
        let lower = self.name.to_lowercase();
        let prefix = PREFIXES.iter().find(|(prefix, _)| lower.starts_with(prefix));
        let demanded = prefix.and_then(|(_, demands)| demands.iter().find(lacks));
        let needs_secure = self.attribute("partitioned").is_some()
            || self.value("samesite").is_some_and(|value| value.eq_ignore_ascii_case("none"));
        let missing = match demanded {
            Some(&"no domain") => "has a Domain",
            Some(&"path=/") => "does not have Path=/",
            Some(&"httponly") => "does not have HttpOnly",
            Some(_) => "does not have Secure",
            None if needs_secure && self.attribute("secure").is_none() => "does not have Secure",
            None => return None,
        };
        Some(format!("sets the cookie “{}”, which browsers refuse because it {missing}", self.name))
    }
}

/// Every cookie that is stored must have the attribute. What browsers refuse shows nothing.
pub(super) fn decide(
    directive: &Directive,
    lines: &[&str],
    context: &JudgeContext<'_>,
) -> Result<TestOutcome, String> {
    let all = lines.iter().map(|line| Cookie::read(line));
    let all: Vec<Cookie<'_>> = all.filter(|one| !one.is_removed(context.observed)).collect();
    let name = directive.name.to_lowercase();
    let outcome = |cookie: &Cookie<'_>| directive.of_found(cookie.attribute(&name), context);
    let outcomes = all.iter().map(outcome).collect::<Vec<_>>();
    if all.is_empty() {
        return Ok(directive.of_nothing());
    }
    let not_met = outcomes.contains(&Ok(TestOutcome::NotMet));
    match all.iter().find_map(Cookie::refused) {
        _ if not_met => Ok(TestOutcome::NotMet),
        Some(why) => Err(why),
        None => Ok(worst(outcomes.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter())),
    }
}
