//! Other spellings of a request without a credential: a service that refuses the request as it is written
//! may answer one of these.
//!
//! A variant breaks the claim only if its answer contains data of the owner, or if it has an effect. An answer
//! such as 404, 405, 501, a redirect to the usual spelling, or a front page says nothing.

use crate::check::written::request;
use crate::model::answer::ids::StepId;
use crate::model::plan::body::Body;
use crate::model::plan::comparison::OwnersData;
use crate::model::plan::credential::Credential;
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::request::{Destination, Request};
use crate::model::plan::template::{Part, Template};
use crate::model::plan::{Act, Keep, Role, Step};
use crate::model::project::actor::Scheme;

/// A token that nobody issued.
const NO_TOKEN: &str = "issued-by-nobody";

/// The name of the override, by which an author leaves it out.
pub(crate) const METHOD_OVERRIDE: &str = "method-override";

/// A variant: its name, by which an author leaves it out, and its words after `GET /notes without a
/// credential, `.
type Variant = (&'static str, &'static str, fn(&Request, Option<&Scheme>) -> Option<Request>);

/// The variants of any request.
const VARIANTS: [Variant; 6] = [
    ("head", "by `HEAD`", head),
    ("query-token", "with a token in the query that nobody issued", query_token),
    ("trailing-slash", "with a slash at the end of the path", trailing_slash),
    ("doubled-slash", "with a doubled slash in the path", doubled_slash),
    ("other-case", "with the path in other letter case", other_case),
    ("encoded-slash", "with an encoded slash in the path", encoded_slash),
];

/// The names of all variants.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    VARIANTS.iter().map(|(name, ..)| *name).chain([METHOD_OVERRIDE])
}

/// For the manual: the names of all variants, with their words.
pub(crate) fn all_names() -> impl Iterator<Item = (&'static str, &'static str)> {
    let named = VARIANTS.iter().map(|(name, words, _)| (*name, *words));
    named.chain([(METHOD_OVERRIDE, "as a `POST` that asks to be treated as another method")])
}

/// The variants to try.
pub(crate) struct Variants {
    /// The actor whose data the answers must not contain.
    pub(crate) owner: String,
    /// How it authenticates.
    pub(crate) scheme: Option<Scheme>,
    /// The names of variants that are left out.
    pub(crate) without: Vec<String>,
}

impl Variants {
    /// The variants of a request; `control` is the request itself with a good credential.
    pub(crate) fn probes(
        &self,
        request: &Request,
        control: StepId,
        data: &OwnersData,
    ) -> Vec<Step> {
        let tried = VARIANTS.iter().filter(|(name, ..)| self.tries(name));
        let made = tried
            .filter_map(|(_, words, make)| Some((*words, make(request, self.scheme.as_ref())?)));
        made.map(|(words, variant)| self.probe(request, words, variant, (control, data))).collect()
    }

    /// Requests that ask the service to treat them as this one, which has another method.
    pub(crate) fn overrides(
        &self,
        request: &Request,
        control: StepId,
        data: &OwnersData,
    ) -> Vec<Step> {
        if !self.tries(METHOD_OVERRIDE) || request.method == "POST" {
            return Vec::new();
        }
        let made = [
            (
                "as a `POST` with `X-HTTP-Method-Override`",
                by_field(request, "x-http-method-override"),
            ),
            ("as a `POST` with `X-Method-Override`", by_field(request, "x-method-override")),
            ("as a `POST` with `_method`", by_parameter(request)),
        ];
        let made = made.into_iter();
        made.map(|(words, variant)| self.probe(request, words, variant, (control, data))).collect()
    }

    fn tries(&self, name: &str) -> bool {
        !self.without.iter().any(|one| one == name)
    }

    fn probe(
        &self,
        request: &Request,
        words: &str,
        variant: Request,
        (control, data): (StepId, &OwnersData),
    ) -> Step {
        let name = format!("{} without a credential, {words}", request::in_words(request));
        let mut step = Step::new(Role::Probe, name, &self.owner, Act::Http(variant));
        step.credential = Credential::None;
        step.expect = vec![Expectation::new("", Test::WithholdsData)];
        step.control = Some(control);
        step.withholds = Some(data.clone());
        step.keep = Keep::Digest;
        step
    }

    /// For the reader, after the list of bad credentials: how else the requests were tried.
    pub(crate) fn covers(&self) -> String {
        let words =
            VARIANTS.iter().filter(|(name, ..)| self.tries(name)).map(|(_, words, _)| *words);
        let words: Vec<&str> = words.collect();
        if words.is_empty() {
            String::new()
        } else {
            format!(" Also without a credential: {}.", words.join(", "))
        }
    }
}

fn head(request: &Request, _: Option<&Scheme>) -> Option<Request> {
    (request.method == "GET").then(|| Request { method: "HEAD".into(), ..request.clone() })
}

/// Connect sends its token as `jwt`; RFC 6750, section 2.3, as `access_token`.
fn query_token(request: &Request, scheme: Option<&Scheme>) -> Option<Request> {
    let parameter = match scheme? {
        Scheme::Connect { .. } => "jwt",
        Scheme::Bearer(_) | Scheme::Signed(_) => "access_token",
        Scheme::Basic { .. } | Scheme::Header { .. } | Scheme::Login(_) => return None,
    };
    with_path(request, |path, query| {
        let query = if query.is_empty() { String::new() } else { format!("{query}&") };
        Some(format!("{path}?{query}{parameter}={NO_TOKEN}"))
    })
}

fn trailing_slash(request: &Request, _: Option<&Scheme>) -> Option<Request> {
    with_path(request, |path, query| match path.strip_suffix('/') {
        _ if path == "/" => None,
        Some(shorter) => Some(joined(shorter, query)),
        None => Some(joined(&format!("{path}/"), query)),
    })
}

fn doubled_slash(request: &Request, _: Option<&Scheme>) -> Option<Request> {
    with_path(request, |path, query| Some(joined(&format!("/{path}"), query)))
}

fn other_case(request: &Request, _: Option<&Scheme>) -> Option<Request> {
    with_path(request, |path, query| {
        let template = Template::new(path);
        let flipped = template.parts().into_iter().map(|part| match part {
            Part::Text(text) => flipped(text),
            Part::Hole(name) => format!("${{{name}}}"),
        });
        let flipped: String = flipped.collect();
        (flipped != path).then(|| joined(&flipped, query))
    })
}

fn flipped(text: &str) -> String {
    let flip = |c: char| match c.is_ascii_lowercase() {
        true => c.to_ascii_uppercase(),
        false => c.to_ascii_lowercase(),
    };
    text.chars().map(flip).collect()
}

fn encoded_slash(request: &Request, _: Option<&Scheme>) -> Option<Request> {
    with_path(request, |path, query| {
        let (parent, last) = path.trim_end_matches('/').rsplit_once('/')?;
        let path =
            if parent.is_empty() { format!("/%2F{last}") } else { format!("{parent}%2F{last}") };
        Some(joined(&path, query))
    })
}

/// The request with another path, which `change` makes of path and query.
fn with_path(request: &Request, change: impl Fn(&str, &str) -> Option<String>) -> Option<Request> {
    let whole = &request.to.template().0;
    let (path, query) = whole.split_once('?').unwrap_or((whole, ""));
    if !path.starts_with('/') {
        return None;
    }
    let path = Template(change(path, query)?);
    let to = match &request.to {
        Destination::Target(_) => Destination::Target(path),
        Destination::Host(role, _) => Destination::Host(role.clone(), path),
        Destination::Address(_) | Destination::PlainTarget(_) => return None,
    };
    Some(Request { to, ..request.clone() })
}

fn joined(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

fn by_field(request: &Request, name: &str) -> Request {
    let mut variant = Request { method: "POST".into(), ..request.clone() };
    variant.headers.push((name.to_owned(), Template::new(request.method.clone())));
    variant
}

/// `_method` in the query, and in a form if the request has no body of its own.
fn by_parameter(request: &Request) -> Request {
    let parameter = format!("_method={}", request.method);
    let with = with_path(request, |path, query| {
        let query = if query.is_empty() { String::new() } else { format!("{query}&") };
        Some(format!("{path}?{query}{parameter}"))
    });
    let form = || Body::Form(vec![("_method".to_owned(), Template::new(request.method.clone()))]);
    let variant = with.unwrap_or_else(|| request.clone());
    let body = request.body.clone().unwrap_or_else(form);
    Request { method: "POST".into(), body: Some(body), ..variant }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::project::actor::Secret;

    #[test]
    fn a_request_has_these_variants() {
        let scheme = Scheme::Bearer(Secret::new("s"));
        let lines = |method: &str, path: &str| -> Vec<String> {
            let request = Request::to_target(method, path);
            let made = VARIANTS.iter().filter_map(|(_, _, make)| make(&request, Some(&scheme)));
            made.map(|one| format!("{} {}", one.method, one.to.template())).collect()
        };
        let token = format!("access_token={NO_TOKEN}");
        assert_eq!(
            lines("GET", "/notes/${id}?a=b"),
            [
                "HEAD /notes/${id}?a=b".to_owned(),
                format!("GET /notes/${{id}}?a=b&{token}"),
                "GET /notes/${id}/?a=b".into(),
                "GET //notes/${id}?a=b".into(),
                "GET /NOTES/${id}?a=b".into(),
                "GET /notes%2F${id}?a=b".into(),
            ]
        );
        assert_eq!(
            lines("PUT", "/a/"),
            [
                format!("PUT /a/?{token}"),
                "PUT /a".into(),
                "PUT //a/".into(),
                "PUT /A/".into(),
                "PUT /%2Fa".into()
            ]
        );
        assert_eq!(lines("PUT", "/"), [format!("PUT /?{token}"), "PUT //".into()]);
    }

    #[test]
    fn a_method_is_overridden_in_three_ways() {
        let request = Request::to_target("DELETE", "/notes/7");
        let variant = by_parameter(&request);
        assert_eq!(variant.to.template().0, "/notes/7?_method=DELETE");
        assert!(matches!(variant.body, Some(Body::Form(fields)) if fields[0].1.0 == "DELETE"));
        assert_eq!(by_field(&request, "x-method-override").headers[0].1.0, "DELETE");
    }
}
