//! Which answers are a refusal.

use serde_json::Value;

use crate::model::answer::facts::Facts;
use crate::model::answer::verdict::Reason;
use crate::model::plan::expect::{JudgeContext, Refusal, TestOutcome};

impl Refusal {
    /// The statuses that refuse everywhere: 400, 401, 403.
    pub fn standard() -> Self {
        Self { statuses: [400, 401, 403].into(), login: None }
    }

    /// The same, where 404 refuses too: for another tenant's object, and nothing else.
    #[must_use]
    pub fn or_not_found(mut self) -> Self {
        self.statuses.insert(404);
        self
    }

    /// A status that neither lets in nor refuses, such as 404 or a redirect to who knows where, is
    /// evidence of neither.
    pub(super) fn judge(&self, facts: &Facts, context: &JudgeContext<'_>) -> TestOutcome {
        let status = facts.status();
        let by_status = status.is_some_and(|status| self.statuses.contains(&status));
        let leaks = facts.canaries().any(|found| !context.sees.contains(&found));
        let lets_in = matches!(status, None | Some(200..=299));
        if leaks || same_body(facts, context.control) {
            return TestOutcome::NotMet;
        }
        match by_status || self.sends_to_login(facts) {
            true => TestOutcome::Met,
            false if lets_in => TestOutcome::NotMet,
            false => TestOutcome::Unknown(Reason::Unparsable),
        }
    }

    fn sends_to_login(&self, facts: &Facts) -> bool {
        let redirects = is_redirect(facts);
        let (Some(login), Some(location)) = (&self.login, facts.header("location")) else {
            return false;
        };
        let path = location
            .split_once("://")
            .map_or(location, |(_, rest)| rest.find('/').map_or("/", |slash| &rest[slash..]));
        let starts = |text: &str| {
            text.strip_prefix(login.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['?', '#', '/']))
        };
        redirects && (starts(location) || starts(path))
    }
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
    match facts.header("location").filter(|_| is_redirect(facts)) {
        Some(location) => format!("{status}, a redirect to {location}").into(),
        None => status,
    }
}

/// Whether an answer gives the very body that the control's owner got.
fn same_body(facts: &Facts, control: Option<&Facts>) -> bool {
    const DIGEST: &str = "/body/sha256";
    let bytes = facts.at("/body/bytes").and_then(Value::as_u64).unwrap_or(0);
    bytes > 0 && control.is_some_and(|control| control.at(DIGEST) == facts.at(DIGEST))
}
