//! A request as authors write it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::check::written::placeholders::Names;
use crate::model::plan::request::{Body, Destination, Request};
use crate::model::plan::template::Template;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::help_with_list;
use crate::model::source::diagnostic::report::Report;

/// How many redirects a request may follow.
const REDIRECTS_MAX: u8 = 10;

/// The placeholder of the sender's mark.
const CANARY: &str = "${canary}";

/// A request: one method with its path, and optional header fields and a body.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct WrittenRequest {
    /// `GET` this path of the target, or this whole `https:` address.
    pub(crate) get: Option<Spanned<String>>,
    /// `HEAD` this path or address.
    pub(crate) head: Option<Spanned<String>>,
    /// `POST` to this path or address.
    pub(crate) post: Option<Spanned<String>>,
    /// `PUT` to this path or address.
    pub(crate) put: Option<Spanned<String>>,
    /// `PATCH` this path or address.
    pub(crate) patch: Option<Spanned<String>>,
    /// `DELETE` this path or address.
    pub(crate) delete: Option<Spanned<String>>,
    /// The role, in `hosts:` of `avouch.yaml`, of the host that receives the request instead of the target.
    pub(crate) host: Option<Spanned<String>>,
    /// Additional header fields.
    pub(crate) headers: BTreeMap<String, Spanned<String>>,
    /// A JSON body.
    pub(crate) json: Option<Spanned<Value>>,
    /// A text body.
    pub(crate) text: Option<Spanned<String>>,
    /// The media type of a text body; `text/plain` if left out.
    pub(crate) media_type: Option<String>,
    /// A file, sent as a browser sends a form.
    pub(crate) upload: Option<Upload>,
    /// How many redirects to follow at most; 0 if left out.
    pub(crate) redirects: Option<Spanned<u8>>,
}

/// A file, sent as a browser sends a form.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Upload {
    /// The name of the form's field.
    pub(crate) field: String,
    /// The file's name.
    pub(crate) file_name: String,
    /// Its media type.
    pub(crate) media_type: String,
    /// Its content, in base64.
    pub base64: Spanned<String>,
}

/// The request that an author wrote. Reports mistakes, and writes that the project does not permit.
pub(crate) fn request(
    ask: &Spanned<WrittenRequest>,
    names: &Names<'_>,
    diagnostics: &mut Report,
) -> Option<Request> {
    let before = diagnostics.mark();
    let (method, address) = ask.line(&ask.span, names, diagnostics)?;
    let to = ask.destination(address, names, diagnostics);
    let request = Request {
        method: method.to_owned(),
        to: to?,
        headers: ask.header_fields(names, diagnostics),
        body: ask.body(names, diagnostics),
        redirects_max: ask.redirects(names, diagnostics),
    };
    ask.report_misplaced_body(&request, names, diagnostics);
    if request.writes() {
        names.context.needs_writes(&address.span, diagnostics);
    }
    (diagnostics.is_clean_since(before)).then_some(request)
}

/// A `GET` of `address`, on the host of the role `host` if one is given. Reports its
/// mistakes.
pub(crate) fn get(
    address: &Spanned<String>,
    host: Option<&Spanned<String>>,
    names: &Names<'_>,
    diagnostics: &mut Report,
) -> Option<Request> {
    let ask = WrittenRequest {
        get: Some(address.clone()),
        host: host.cloned(),
        ..WrittenRequest::default()
    };
    request(&Spanned { value: ask, span: address.span.clone() }, names, diagnostics)
}

/// For a sentence: `GET /notes`.
pub(crate) fn in_words(request: &Request) -> String {
    let host = match &request.to {
        Destination::Host(role, _) => format!("{role}:"),
        _ => String::new(),
    };
    format!("{} {host}{}", request.method, request.to.template())
}

impl WrittenRequest {
    /// Whether its body contains the mark of its sender.
    pub(crate) fn has_canary(&self) -> bool {
        let json = self.json.as_ref().is_some_and(|json| json.to_string().contains(CANARY));
        json || self.text.as_ref().is_some_and(|text| text.contains(CANARY))
    }

    fn lines(&self) -> impl Iterator<Item = (&'static str, &Spanned<String>)> {
        let all = [
            ("GET", &self.get),
            ("HEAD", &self.head),
            ("POST", &self.post),
            ("PUT", &self.put),
            ("PATCH", &self.patch),
            ("DELETE", &self.delete),
        ];
        all.into_iter().filter_map(|(method, address)| Some((method, address.as_ref()?)))
    }

    fn line(
        &self,
        span: &std::ops::Range<usize>,
        names: &Names<'_>,
        diagnostics: &mut Report,
    ) -> Option<(&'static str, &Spanned<String>)> {
        let mut lines = self.lines();
        let first = lines.next();
        let (message, span) = match (first, lines.next()) {
            (Some(only), None) => return Some(only),
            (Some(_), Some((_, second))) => {
                ("a request has one method, and here are two", &second.span)
            }
            _ => ("the request is missing", span),
        };
        diagnostics.push(names.context.mistake(Code::NoSingleRequest, span, message).help(
            "write one of `get:`, `head:`, `post:`, `put:`, `patch:` or `delete:` with a path",
        ));
        None
    }

    fn destination(
        &self,
        address: &Spanned<String>,
        names: &Names<'_>,
        diagnostics: &mut Report,
    ) -> Option<Destination> {
        let context = names.context;
        let text = names.text(address, &address.span, diagnostics);
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

    fn header_fields(
        &self,
        names: &Names<'_>,
        diagnostics: &mut Report,
    ) -> Vec<(String, Template)> {
        let mut fields = Vec::new();
        for (name, value) in &self.headers {
            let lower = name.to_ascii_lowercase();
            if matches!(lower.as_str(), "authorization" | "cookie" | "host" | "proxy-authorization")
            {
                let message = format!("`{name}` cannot be set by a check");
                diagnostics.push(
                    names
                        .context
                        .mistake(Code::ForbiddenHeader, &value.span, message)
                        .help("credentials belong to `actors:` in `avouch.yaml`, hosts to `host:`"),
                );
                continue;
            }
            let value = names.text(value, &value.span, diagnostics);
            fields.push((lower, Template(value)));
        }
        fields
    }

    fn body(&self, names: &Names<'_>, diagnostics: &mut Report) -> Option<Body> {
        if let Some(json) = &self.json {
            let value = names.value(json, &json.span, diagnostics);
            return Some(Body::Json(value));
        }
        if let Some(text) = &self.text {
            let media_type = self.media_type.as_deref().unwrap_or("text/plain");
            let text = names.text(text, &text.span, diagnostics);
            return Some(Body::Text(media_type.to_owned(), Template(text)));
        }
        let upload = self.upload.as_ref()?;
        if STANDARD.decode(&upload.base64.value).is_err() {
            let message = "this is not base64";
            diagnostics.push(names.context.mistake(Code::BadBase64, &upload.base64.span, message));
        }
        Some(Body::Upload {
            field: upload.field.clone(),
            file_name: upload.file_name.clone(),
            media_type: upload.media_type.clone(),
            base64: upload.base64.value.clone(),
        })
    }

    fn redirects(&self, names: &Names<'_>, diagnostics: &mut Report) -> u8 {
        let Some(redirects) = &self.redirects else {
            return 0;
        };
        if redirects.value > REDIRECTS_MAX {
            let message = format!("{} redirects are too many", redirects.value);
            let help = format!("follow at most {REDIRECTS_MAX}");
            let mistake = names.context.mistake(Code::TooManyRedirects, &redirects.span, message);
            diagnostics.push(mistake.help(help));
        }
        redirects.value
    }

    fn bodies(&self) -> Vec<&std::ops::Range<usize>> {
        let json = self.json.as_ref().map(|json| &json.span);
        let text = self.text.as_ref().map(|text| &text.span);
        let upload = self.upload.as_ref().map(|upload| &upload.base64.span);
        json.into_iter().chain(text).chain(upload).collect()
    }

    fn report_misplaced_body(
        &self,
        request: &Request,
        names: &Names<'_>,
        diagnostics: &mut Report,
    ) {
        let bodies = self.bodies();
        let mut tell = |span: &std::ops::Range<usize>, message: String| {
            diagnostics.push(names.context.mistake(Code::MisplacedBody, span, message));
        };
        match bodies[..] {
            [span, ..] if !request.writes() => {
                tell(span, format!("a `{}` request has no body", request.method));
            }
            [_, second, ..] => tell(second, "a request has one body, and here are two".into()),
            _ => {}
        }
    }
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
