//! End points that files of the project list, and to which no check sends a request.

use std::collections::BTreeMap;

use crate::model::plan::Plan;
use crate::model::project::Project;
use crate::model::project::endpoints::coverage::{Coverage, coverage};
use crate::model::project::endpoints::{At, Endpoint, Exception, Format};
use crate::model::source::Place;
use crate::model::source::claim_id::ClaimId;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;

/// Maximum number of end points that a message names.
const NAMED_MAX: usize = 20;

/// Maximum number of end points for which the help line has the line of a check.
const SHOWN_MAX: usize = 3;

/// A warning for each list with end points that no plan uses, and the mistakes in its exceptions. The plans must be
/// those of all claims.
pub fn untested(project: &Project, plans: &BTreeMap<ClaimId, Vec<Plan>>) -> Vec<Diagnostic> {
    let steps = plans.values().flatten().flat_map(|plan| &plan.steps);
    let lists = coverage(project, steps);
    lists.iter().flat_map(|one| needless(one).into_iter().chain(left_out(one))).collect()
}

fn needless(coverage: &Coverage<'_>) -> Vec<Diagnostic> {
    let to_diagnostic = |one: &Exception| {
        let place = Place::new("avouch.yaml", one.endpoint.span.clone());
        let message =
            format!("a check tests `{}`, which is listed as an exception", one.endpoint.value);
        Diagnostic::new(Code::TestedException, place, message).help("remove the exception")
    };
    coverage.needless().into_iter().map(to_diagnostic).collect()
}

fn left_out(coverage: &Coverage<'_>) -> Option<Diagnostic> {
    let untested = coverage.untested();
    let first = untested.first()?;
    let list = coverage.list;
    let named: Vec<String> =
        untested.iter().take(NAMED_MAX).map(|one| format!("`{}`", one.name)).collect();
    let more = match untested.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!(
        "no check sends a request to {} of the {} end points in `{}`: {}{more}",
        untested.len(),
        list.endpoints.len(),
        list.file,
        named.join(", ")
    );
    let help = format!(
        "{}; for one that needs no test, add `- {{ endpoint: \"{}\", because: .. }}` under `except:` of the list",
        how_to_test(list.format, &untested),
        first.name
    );
    let place = Place::new(list.file.clone(), first.span.clone());
    Some(Diagnostic::new(Code::UntestedEndpoints, place, message).help(help))
}

/// The lines that add end points to a check.
fn how_to_test(format: Format, untested: &[&Endpoint]) -> String {
    let lines: Vec<String> =
        untested.iter().take(SHOWN_MAX).map(|one| format!("`{}`", line(one))).collect();
    let lines = lines.join(", ");
    match format {
        Format::Graphql => format!("send it in a check to the path of the API, such as {lines}"),
        _ => format!(
            "add them to a check, for example under `endpoints:` of one of the kind `auth-required`, with ids of \
             test objects: {lines}"
        ),
    }
}

/// The line of a check that sends a request to an end point.
fn line(endpoint: &Endpoint) -> String {
    match &endpoint.at {
        At::Field { operation, field, .. } => {
            format!("graphql: {{ query: \"{operation} {{ {field} .. }}\" }}")
        }
        At::Path { method, .. } => {
            let path = endpoint.name.rsplit(' ').next().unwrap_or_default();
            let method = method.as_deref().unwrap_or("GET");
            match method {
                "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" => {
                    format!("- {}: {path}", method.to_ascii_lowercase())
                }
                _ => format!("- {{ method: {method}, path: {path} }}"),
            }
        }
    }
}

#[cfg(test)]
mod tests;
