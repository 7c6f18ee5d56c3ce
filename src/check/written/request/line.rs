//! The method of a request and its address.

use std::ops::Range;

use url::Url;
use url::form_urlencoded::byte_serialize;

use crate::check::written::placeholders::Names;
use crate::check::written::request::WrittenRequest;
use crate::check::written::request::fields::Pairs;
use crate::model::plan::request::Destination;
use crate::model::plan::template::{Part, Template};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::help_with_list;
use crate::model::source::diagnostic::report::Report;

/// What an author may write.
const HELP: &str = "write one of `get:`, `head:`, `post:`, `put:`, `patch:` or `delete:` with a path, or \
                    another method such as `method: PROPFIND` with `path:`";

impl WrittenRequest {
    /// The method with the address, for each key that has one.
    fn lines(&self) -> impl Iterator<Item = (&str, &Spanned<String>)> {
        let all = [
            ("GET", &self.get),
            ("HEAD", &self.head),
            ("POST", &self.post),
            ("PUT", &self.put),
            ("PATCH", &self.patch),
            ("DELETE", &self.delete),
        ];
        let other = self.method.as_ref().map(|method| (method.as_str(), self.path.as_ref()));
        let other = other.and_then(|(method, path)| Some((method, path?)));
        all.into_iter()
            .filter_map(|(method, address)| Some((method, address.as_ref()?)))
            .chain(other)
    }

    /// The bytes of its method and address, as far as it has any.
    pub(crate) fn line_span(&self) -> Option<&Range<usize>> {
        let other = self.method.as_ref().or(self.path.as_ref());
        self.lines().map(|(_, address)| &address.span).next().or(other.map(|one| &one.span))
    }

    /// The method and the address. Reports none or several.
    pub(super) fn line(
        &self,
        span: &Range<usize>,
        names: &Names<'_>,
        diagnostics: &mut Report,
    ) -> Option<(&str, &Spanned<String>)> {
        let mut tell = |span: &Range<usize>, message: &str| {
            diagnostics
                .push(names.context.mistake(Code::NoSingleRequest, span, message).help(HELP));
        };
        match (&self.method, &self.path) {
            (Some(method), None) => tell(&method.span, "`method` needs `path`"),
            (None, Some(path)) => tell(&path.span, "`path` needs `method`"),
            _ => {
                let mut lines = self.lines();
                match (lines.next(), lines.next()) {
                    (Some(only), None) => return self.with_method(only, names, diagnostics),
                    (Some(_), Some((_, second))) => {
                        tell(&second.span, "a request has one method, and here are two");
                    }
                    _ => tell(span, "the request is missing"),
                }
            }
        }
        None
    }

    /// Reports a method that no server could read (RFC 9110, sections 5.6.2 and 9.1).
    fn with_method<'s>(
        &'s self,
        (method, address): (&'s str, &'s Spanned<String>),
        names: &Names<'_>,
        diagnostics: &mut Report,
    ) -> Option<(&'s str, &'s Spanned<String>)> {
        let in_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        let upper = method.to_ascii_uppercase();
        let (message, help) = match method {
            "" => ("the method is empty".to_owned(), "write one such as `PROPFIND`".to_owned()),
            "CONNECT" => (
                "`CONNECT` opens a tunnel and has no answer to test".to_owned(),
                "leave the request out".to_owned(),
            ),
            _ if !method.chars().all(in_token) => {
                (format!("`{method}` is not a method"), "write one such as `PROPFIND`".to_owned())
            }
            _ if upper != method => (
                format!("`{method}` is not `{upper}`: upper and lower case differ in methods"),
                format!("write `method: {upper}`"),
            ),
            _ => return Some((method, address)),
        };
        let span = self.method.as_ref().map_or(&address.span, |method| &method.span);
        diagnostics.push(names.context.mistake(Code::BadMethod, span, message).help(help));
        None
    }

    /// Where the request is sent, with the parameters of `query:`.
    pub(super) fn destination(
        &self,
        address: &Spanned<String>,
        names: &Names<'_>,
        diagnostics: &mut Report,
    ) -> Option<Destination> {
        let context = names.context;
        let text = names.text(address, &address.span, diagnostics);
        let text = match &self.query {
            Some(query) => with_query(&text, query, names, diagnostics),
            None => text,
        };
        if let Some(role) = &self.host {
            let known = context.project.hosts.keys().map(String::as_str);
            if !context.project.hosts.contains_key(&role.value) {
                let message = format!("no host has the role `{}`", role.value);
                let help = help_with_list(role, known);
                diagnostics
                    .push(context.mistake(Code::UnknownHost, &role.span, message).help(help));
                return None;
            }
        }
        match &self.host {
            Some(role) if text.starts_with('/') => {
                return Some(Destination::Host(role.value.clone(), Template(text)));
            }
            None if text.starts_with('/') => return Some(Destination::Target(Template(text))),
            None if text.starts_with("${") => return Some(Destination::Address(Template(text))),
            None if text.starts_with("https://") => {
                if let Some(destination) = whole_address(&text, names) {
                    return Some(destination);
                }
            }
            _ => {}
        }
        let message = format!("`{}` is neither a path nor an address", address.value);
        let help = "a path begins with `/`, an address (without `host:`) with `https://`";
        diagnostics.push(context.mistake(Code::BadAddress, &address.span, message).help(help));
        None
    }
}

/// An address with further parameters in its query; their placeholders stay.
fn with_query(
    address: &str,
    query: &Spanned<Pairs>,
    names: &Names<'_>,
    diagnostics: &mut Report,
) -> String {
    let mut text = address.to_owned();
    for (name, value) in &query.value.0 {
        let value = Template(names.text(value, &query.span, diagnostics));
        let encode = |part: Part<'_>| match part {
            Part::Text(text) => encoded(text),
            Part::Hole(name) => format!("${{{name}}}"),
        };
        let value: String = value.parts().into_iter().map(encode).collect();
        text.push(if text.contains('?') { '&' } else { '?' });
        text.push_str(&format!("{}={value}", encoded(name)));
    }
    text
}

/// A text in the form that a query has, with `%20` for a space: some services sign it so.
fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// The destination of a whole address: the role that has its host, if there is one.
///
/// With a role, the demo's host replaces it while the demo is the target.
fn whole_address(text: &str, names: &Names<'_>) -> Option<Destination> {
    let url = Url::parse(text).ok()?;
    let Some(role) = names.context.project.role_of(&url) else {
        return Some(Destination::Address(Template::new(text)));
    };
    // From the text and not from the URL, which would escape the placeholders.
    let path = text.splitn(4, '/').nth(3).unwrap_or_default();
    let path = Template(format!("/{path}"));
    Some(Destination::Host(role.to_owned(), path))
}
