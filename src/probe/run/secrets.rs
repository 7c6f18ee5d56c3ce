//! What is redacted in the answers of one attempt.

use std::sync::Arc;

use serde_json::Value;

use crate::model::plan::Plan;
use crate::model::project::token_shape::IDENTIFYING_CHARS;
use crate::probe::http::RunContext;
use crate::probe::values::redact::{Redactor, SECRET_LENGTH_MIN, token_parts};

/// The same redactor, and the parts of the tokens that a request sent, if the answer repeats one of them.
pub(super) fn with_tokens(redactor: Arc<Redactor>, sent: &str, facts: &Value) -> Arc<Redactor> {
    let parts = token_parts(sent);
    if parts.is_empty() {
        return redactor;
    }
    let facts = facts.to_string();
    match parts.iter().any(|part| facts.contains(&part[..IDENTIFYING_CHARS])) {
        true => Arc::new(Redactor::of_secrets(&parts).after(&redactor)),
        false => redactor,
    }
}

/// Redacts the actors' secrets and the environment variables that the plan's programs receive.
pub(super) fn secret_redactor(context: &RunContext<'_>, plan: &Plan) -> Arc<Redactor> {
    let of_all = context.minter.redactor();
    let programs = plan.steps.iter().filter_map(|step| step.act.program());
    let values = programs.flat_map(|program| &program.env).filter_map(|name| (context.env)(name));
    let values: Vec<String> =
        values.filter(|value| value.chars().count() >= SECRET_LENGTH_MIN).collect();
    if values.is_empty() {
        return of_all;
    }
    Arc::new(Redactor::of_secrets(&values).after(&of_all))
}
