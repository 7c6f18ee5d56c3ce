//! Which answers are a refusal, and which contain data of the owner, whatever their status.

use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use crate::model::answer::facts::Facts;
use crate::model::answer::verdict::Reason;
use crate::model::plan::expect::compare::worst;
use crate::model::plan::expect::judge::judge_at;
use crate::model::plan::expect::{JudgeContext, Refusal, TestOutcome, Within};

/// JSON Pointer to the bodies that refuse, as far as a step or its probes name them: a list of
/// `{ "of": [tests], "is": true }`. The bodies of answers to strangers are not stored.
pub(crate) const BODIES: &str = "/refusal/bodies";

/// Statuses of a mistake by the caller that refuse nobody: the same request may succeed later
/// (RFC 9110, section 15.5.9; RFC 8470, section 5.2; RFC 6585, section 4).
pub(crate) const LATER: [u16; 3] = [408, 425, 429];

impl Refusal {
    /// The statuses that refuse everywhere: 400, 401, 403.
    pub fn standard() -> Self {
        Self { statuses: [400, 401, 403].into(), login: None, body: Vec::new() }
    }

    /// The same, where 404 refuses too: for another tenant's object, and nothing else.
    #[must_use]
    pub fn or_not_found(mut self) -> Self {
        self.statuses.insert(404);
        self
    }

    /// Whether the body of an answer refuses, found out where the body is in memory; `None` if it was not
    /// read to its end.
    pub(crate) fn is_body_of(&self, facts: &Facts) -> Option<bool> {
        let context = JudgeContext {
            observed: Timestamp::UNIX_EPOCH,
            capture: &|_| None,
            sees: &[],
            control: None,
            before: Vec::new(),
        };
        let of = |one: &Within| judge_at(&one.at, &one.is, facts, &context);
        match worst(self.body.iter().map(of)) {
            TestOutcome::Met => Some(true),
            _ => facts.unread().is_none().then_some(false),
        }
    }

    /// One entry of the fact at [`BODIES`].
    pub(crate) fn body_fact(&self, is: Option<bool>) -> Value {
        json!({ "of": self.body, "is": is })
    }

    /// Whether the body of an answer refuses, by its facts.
    fn by_body(&self, facts: &Facts) -> Option<bool> {
        let of = serde_json::to_value(&self.body).ok()?;
        let all = facts.at(BODIES)?.as_array()?;
        all.iter().find(|one| one["of"] == of)?["is"].as_bool()
    }

    /// Whether this status and this body refuse together.
    fn refuses_by_body(&self, facts: &Facts) -> bool {
        let fits = facts.status().is_some_and(|status| {
            matches!(status, 200..=299 | 400..=499) && !LATER.contains(&status)
        });
        fits && !self.body.is_empty() && self.by_body(facts) == Some(true)
    }

    /// Judges an answer that must not be a refusal because of its body.
    pub(super) fn judge_allowed(&self, facts: &Facts) -> TestOutcome {
        match self.by_body(facts) {
            Some(refuses) => TestOutcome::from(!refuses),
            None => TestOutcome::Unknown(Reason::Unparsable),
        }
    }

    /// Whether an answer with this status that is a refusal is one because of its body.
    pub fn is_met_by_body(&self, status: u16) -> bool {
        !self.body.is_empty() && !self.statuses.contains(&status)
    }

    /// A status that neither lets in nor refuses, such as 404 or a redirect to who knows where, is
    /// evidence of neither. Nor is a refusal by somebody else, or for another reason.
    pub(super) fn judge(&self, facts: &Facts, context: &JudgeContext<'_>) -> TestOutcome {
        if leaks(facts, context) {
            return TestOutcome::NotMet;
        }
        if is_not_compared(facts) {
            return TestOutcome::Unknown(Reason::Budget);
        }
        if firewall(facts, context).is_some() {
            return TestOutcome::Unknown(Reason::Unparsable);
        }
        if self.refuses_by_body(facts) || tls_alert(facts).is_some() {
            return TestOutcome::Met;
        }
        if let Some(outcome) = graphql(facts) {
            return self.of_graphql(outcome);
        }
        let by_status = facts.status().is_some_and(|status| self.statuses.contains(&status));
        let lets_in = matches!(facts.status(), None | Some(200..=299));
        match (by_status && !has_other_reason(facts)) || self.sends_to_login(facts) {
            true => TestOutcome::Met,
            false if lets_in => TestOutcome::NotMet,
            false => TestOutcome::Unknown(Reason::Unparsable),
        }
    }

    /// The outcome of a GraphQL operation that gave nothing. Errors for other reasons, such as a limit, show
    /// nothing.
    fn of_graphql(&self, outcome: &str) -> TestOutcome {
        match outcome {
            // Where the project says which bodies refuse, no others do.
            _ if !self.body.is_empty() => TestOutcome::Unknown(Reason::Unparsable),
            "refused" => TestOutcome::Met,
            "not-found" if self.statuses.contains(&404) => TestOutcome::Met,
            _ => TestOutcome::Unknown(Reason::Unparsable),
        }
    }

    /// The log-in page is on the host that answered, unless `login` names another one.
    fn sends_to_login(&self, facts: &Facts) -> bool {
        let (Some(login), Some(location)) = (&self.login, facts.header("location")) else {
            return false;
        };
        is_redirect(facts)
            && match Url::parse(login) {
                Ok(login) => is_address_of(&login, facts, location),
                Err(_) => {
                    starts_with(location, login)
                        || path_on_same_host(facts, location)
                            .is_some_and(|path| starts_with(&path, login))
                }
            }
    }
}

/// Whether an address or path begins with that of the log-in page, and the page's own name ends there.
fn starts_with(text: &str, login: &str) -> bool {
    let rest = text.strip_prefix(login);
    rest.is_some_and(|rest| {
        rest.is_empty() || login.ends_with('/') || rest.starts_with(['?', '#', '/'])
    })
}

/// Whether a redirect leads to the log-in page at a whole address, or below it.
fn is_address_of(login: &Url, facts: &Facts, location: &str) -> bool {
    let from = facts.at("/url").and_then(Value::as_str).and_then(|url| Url::parse(url).ok());
    let to = match from {
        Some(from) => from.join(location),
        None => Url::parse(location),
    };
    to.is_ok_and(|to| {
        let query = login.query().unwrap_or_default();
        to.origin() == login.origin()
            && starts_with(to.path(), login.path().trim_end_matches('/'))
            && to.query().unwrap_or_default().starts_with(query)
    })
}

/// The path and query of a redirect's address, if it stays on the host that answered.
fn path_on_same_host(facts: &Facts, location: &str) -> Option<String> {
    let from = Url::parse(facts.at("/url")?.as_str()?).ok()?;
    let to = from.join(location).ok()?;
    let same = to.host_str() == from.host_str() && matches!(to.scheme(), "https" | "http");
    let query = to.query().map_or(String::new(), |query| format!("?{query}"));
    same.then(|| format!("{}{query}", to.path()))
}

/// The answer contains none of the owner's data.
pub(super) fn withholds(facts: &Facts, context: &JudgeContext<'_>) -> TestOutcome {
    match leaks(facts, context) {
        true => TestOutcome::NotMet,
        false if is_not_compared(facts) => TestOutcome::Unknown(Reason::Budget),
        false if graphql(facts) == Some("other") => TestOutcome::Unknown(Reason::Unparsable),
        false => TestOutcome::Met,
    }
}

/// The TLS alert that was the only answer: the client's certificate, or its absence, was refused.
fn tls_alert(facts: &Facts) -> Option<&str> {
    let alert = facts.at("/refusal/tls_alert").and_then(Value::as_str);
    alert.filter(|_| facts.status().is_none())
}

/// The outcome of a GraphQL operation that gave nothing and has the status of a success.
fn graphql(facts: &Facts) -> Option<&str> {
    let outcome = facts.at("/refusal/graphql").and_then(Value::as_str);
    outcome.filter(|_| matches!(facts.status(), Some(200..=299)))
}

/// Whether an answer contains data of the owner: a mark, values, or the very body.
pub(super) fn leaks(facts: &Facts, context: &JudgeContext<'_>) -> bool {
    let marks = facts.canaries().any(|found| !context.sees.contains(&found));
    marks || owner_values(facts) > 0 || same_body(facts, context.control)
}

/// How many values of the owner's data an answer contains.
fn owner_values(facts: &Facts) -> u64 {
    facts.at("/owner_values/found").and_then(Value::as_u64).unwrap_or(0)
}

/// Whether the answer was not compared: it was too large, or the run ended before.
fn is_not_compared(facts: &Facts) -> bool {
    facts.at("/owner_values").is_some_and(|values| values.get("found").is_none_or(Value::is_null))
}

/// The firewall that answered in the service's place: it says so in the answer, or by the name of its
/// server, which is another one than the owner's answer has.
fn firewall<'f>(facts: &'f Facts, context: &JudgeContext<'_>) -> Option<&'f str> {
    let challenge = facts.at("/refusal/challenge").and_then(Value::as_str);
    let server = facts.at("/refusal/edge").and_then(Value::as_str);
    let owner = context.control.and_then(|control| control.header("server"));
    challenge.or_else(|| server.filter(|server| owner.is_some_and(|owner| owner != *server)))
}

/// Whether a 400 gives a reason that has nothing to do with credentials.
fn has_other_reason(facts: &Facts) -> bool {
    facts.status() == Some(400) && facts.at("/refusal/other_reason") == Some(&Value::Bool(true))
}

fn is_redirect(facts: &Facts) -> bool {
    matches!(facts.status(), Some(301 | 302 | 303 | 307 | 308))
}

/// The answer to a stranger: the status, and the other values that decided the judgement.
pub(super) fn answered(facts: &Facts, context: &JudgeContext<'_>) -> Value {
    let status = facts.at("/status").cloned().unwrap_or(Value::Null);
    let lets_in = matches!(facts.status(), Some(200..=299));
    if !lets_in && same_body(facts, context.control) {
        return format!("{status}, with the very body that its owner got").into();
    }
    if owner_values(facts) > 0 {
        return format!("{status}, with {}", in_words(facts)).into();
    }
    if let Some(alert) = tls_alert(facts) {
        return format!("none: the connection ended with the TLS alert `{alert}`").into();
    }
    if let Some(name) = firewall(facts, context) {
        return format!("{status}, from a firewall ({name}) and not from the service").into();
    }
    if has_other_reason(facts) {
        return format!("{status}, for a reason other than the credential").into();
    }
    if graphql(facts) == Some("other") {
        return format!("{status}, with errors that are not about access").into();
    }
    match facts.header("location").filter(|_| is_redirect(facts)) {
        Some(location) => format!("{status}, a redirect to {location}").into(),
        None => status,
    }
}

/// `3 values of its owner's data in the body`.
fn in_words(facts: &Facts) -> String {
    let count = owner_values(facts);
    let values = if count == 1 { "one value".to_owned() } else { format!("{count} values") };
    let places = facts.at("/owner_values/in").and_then(Value::as_array).into_iter().flatten();
    let places: Vec<&str> = places.filter_map(Value::as_str).collect();
    match places.is_empty() {
        true => format!("{values} of its owner's data"),
        false => format!("{values} of its owner's data in {}", places.join(" and ")),
    }
}

/// Whether an answer gives the very body that the control's owner got.
fn same_body(facts: &Facts, control: Option<&Facts>) -> bool {
    const DIGEST: &str = "/body/sha256";
    let bytes = facts.at("/body/bytes").and_then(Value::as_u64).unwrap_or(0);
    bytes > 0 && control.is_some_and(|control| control.at(DIGEST) == facts.at(DIGEST))
}
