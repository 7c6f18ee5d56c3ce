//! How an actor logs in: `login:`, `headers:` and `query:` of an actor in `avouch.yaml`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use indexmap::IndexMap;
use regex::RegexBuilder;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::load::project::scope::Scope;
use crate::load::project::variable::{Variables, is_name};
use crate::model::plan::body::Body;
use crate::model::plan::request::{Destination, Request};
use crate::model::plan::template::Template;
use crate::model::project::actor::Secret;
use crate::model::project::login::{
    AwsKey, ClientCertificate, Login, LoginCapture, LoginExpect, LoginStep, Method, Source,
    Variable, names_an_account,
};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::help_with_list;

/// The number of requests that a log-in may have.
const STEPS_MAX: usize = 10;

/// The number of redirects that one of its requests may follow.
const REDIRECTS_MAX: u8 = 5;

/// The memory that a compiled regular expression may take, in bytes.
pub(crate) const REGEX_BYTES_MAX: usize = 1 << 18;

/// Header fields or parameters by name, in the order in which they are written.
pub(crate) type Fields = IndexMap<String, Spanned<String>>;

/// One request of `login:`: exactly one of `get` and `post`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct LoginStepFile {
    /// `GET` this path of the target, or this whole address at an origin of `send_to:`.
    pub get: Option<Spanned<String>>,
    /// `POST` to this path or address.
    pub post: Option<Spanned<String>>,
    /// Header fields.
    #[schemars(with = "BTreeMap<String, String>")]
    pub headers: Fields,
    /// The fields of a form.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub form: Option<Fields>,
    /// A JSON body.
    pub json: Option<Spanned<Value>>,
    /// User and password, sent as `Authorization: Basic`.
    pub basic: Option<StepBasicFile>,
    /// Values of the answer for later requests, by the name of their placeholder: `/token` in the JSON body,
    /// `header location`, `cookie sid`, `css input[name=csrf]`, or `text code=([0-9]+)`. A CSS selector may end
    /// with an attribute, such as `@href`.
    #[schemars(with = "BTreeMap<String, String>")]
    pub capture: Fields,
    /// What the answer must be. If this is left out, it must have a status below 400 and must not show a
    /// password field again.
    pub expect: LoginExpectFile,
    /// How many redirects to follow at most, within the target and the origins of `send_to:`; 0 if left out. The
    /// cookies of a redirect count without following it.
    pub redirects: Option<Spanned<u8>>,
}

/// `aws:` of an actor.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(extend("required" = ["access_key_id", "secret_access_key", "region"]))]
pub struct AwsFile {
    /// The name of the access key.
    pub access_key_id: Option<Spanned<String>>,
    /// Its secret.
    pub secret_access_key: Option<Spanned<String>>,
    /// The token that belongs to a temporary key.
    pub session_token: Option<Spanned<String>>,
    /// The region, such as `eu-central-1`.
    pub region: Option<Spanned<String>>,
    /// The service; `s3` if left out.
    pub service: Option<Spanned<String>>,
}

/// `certificate:` of an actor.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(extend("required" = ["chain", "key"]))]
pub struct CertificateFile {
    /// The certificate and those between it and its root, PEM.
    pub chain: Option<Spanned<String>>,
    /// The private key, PEM.
    pub key: Option<Spanned<String>>,
}

/// What may be added to each way to log in.
#[derive(Clone, Copy)]
pub(crate) struct Extras<'f> {
    pub(crate) headers: &'f Fields,
    pub(crate) query: &'f Fields,
    pub(crate) aws: Option<&'f Spanned<AwsFile>>,
    pub(crate) certificate: Option<&'f Spanned<CertificateFile>>,
}

impl Extras<'_> {
    /// How an actor that has nothing else shows who it is.
    fn method(&self) -> Method {
        match self {
            Self { aws: Some(_), .. } => Method::Aws,
            Self { certificate: Some(_), .. } => Method::Certificate,
            Self { headers, .. } if !headers.is_empty() => Method::Headers,
            _ => Method::Query,
        }
    }
}

/// `basic:` of a log-in's request.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct StepBasicFile {
    /// User name.
    pub user: Spanned<String>,
    /// Password.
    pub password: Spanned<String>,
}

/// `expect:` of a log-in's request.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct LoginExpectFile {
    /// The status, or a list of statuses, one of which it must be.
    #[schemars(with = "Option<Vec<u16>>")]
    pub status: Option<Spanned<Value>>,
    /// The beginning of the path that the answer redirects to, such as `/dashboard`.
    pub location: Option<String>,
    /// A text in the body.
    pub text: Option<String>,
    /// Values in the JSON body, by JSON Pointer, such as `/ok: true`.
    pub json: BTreeMap<String, Value>,
}

/// One actor's log-in on its way from the file.
pub(crate) struct Reading<'a, 'b, 's> {
    pub(crate) variables: &'a Variables<'a>,
    pub(crate) scope: &'b mut Scope<'s>,
    /// The placeholders that earlier steps capture.
    pub(crate) captured: BTreeSet<String>,
    pub(crate) found: BTreeMap<String, Variable>,
}

impl<'a, 'b, 's> Reading<'a, 'b, 's> {
    /// Nothing is captured yet.
    pub(crate) fn new(variables: &'a Variables<'a>, scope: &'b mut Scope<'s>) -> Self {
        Self { variables, scope, captured: BTreeSet::new(), found: BTreeMap::new() }
    }

    /// The log-in with these requests, and what is added to them. Reports all mistakes.
    pub(crate) fn login(
        mut self,
        steps: Option<&Spanned<Vec<Spanned<LoginStepFile>>>>,
        extras: Extras<'_>,
    ) -> Login {
        let method = steps.map_or_else(|| extras.method(), |_| Method::Login);
        if let Some(all) = steps
            && (all.value.is_empty() || all.value.len() > STEPS_MAX)
        {
            let message = format!("a log-in has 1 to {STEPS_MAX} requests");
            let help = "write a list of requests, such as `- post: /login`";
            self.scope.report(Code::BadLogin, &all.span, message, help);
        }
        let written = steps.map_or(&[][..], |steps| steps.value.as_slice());
        let steps: Vec<LoginStep> = written.iter().filter_map(|one| self.step(one)).collect();
        let headers = self.headers(extras.headers);
        self.finish(Login { method, steps, headers, ..Login::empty() }, extras)
    }

    /// The log-in with everything that is added to it, except header fields.
    pub(crate) fn finish(mut self, login: Login, extras: Extras<'_>) -> Login {
        let query = self.fields(extras.query);
        let aws = extras.aws.map(|aws| self.aws(aws));
        let certificate = extras.certificate.map(|one| self.certificate(one));
        Login { query, aws, certificate, variables: self.found, ..login }
    }

    fn aws(&mut self, written: &Spanned<AwsFile>) -> AwsKey {
        let (file, span) = (&written.value, &written.span);
        // The name of a key is not a secret.
        let id = self.required((&file.access_key_id, span), "access_key_id", "user");
        let secret = self.required((&file.secret_access_key, span), "secret_access_key", "secret");
        let region = self.required((&file.region, span), "region", "realm");
        let service = file.service.as_ref().map(|one| self.text(one, "realm"));
        let session_token = file.session_token.as_ref().map(|one| self.text(one, "session_token"));
        let service = service.unwrap_or_else(|| Template::new("s3"));
        AwsKey { id, secret, session_token, region, service }
    }

    fn certificate(&mut self, written: &Spanned<CertificateFile>) -> ClientCertificate {
        let (file, span) = (&written.value, &written.span);
        // A certificate is not a secret.
        let chain = self.required((&file.chain, span), "chain", "name");
        ClientCertificate { chain, key: self.required((&file.key, span), "key", "private_key") }
    }

    /// The text at a key that must be there. `field` decides whether its variables are secrets.
    pub(crate) fn required(
        &mut self,
        (value, span): (&Option<Spanned<String>>, &Range<usize>),
        key: &str,
        field: &str,
    ) -> Template {
        match value {
            Some(value) => self.text(value, field),
            None => {
                self.missing(span, key);
                Template::new("")
            }
        }
    }

    fn step(&mut self, written: &Spanned<LoginStepFile>) -> Option<LoginStep> {
        let (method, address) = match (&written.get, &written.post) {
            (Some(address), None) => ("GET", address),
            (None, Some(address)) => ("POST", address),
            _ => {
                let message = "a request of a log-in has exactly one of `get` and `post`";
                let help = "write it like `- post: /login`";
                self.scope.report(Code::BadLogin, &written.span, message, help);
                return None;
            }
        };
        let to = self.destination(address);
        let body = self.body(written, method);
        let mut request = Request { method: method.to_owned(), ..Request::get("/") };
        request.to = to?;
        request.headers = self.headers(&written.headers);
        request.body = body;
        request.redirects_max = self.redirects(written);
        let basic = written.basic.as_ref().map(|basic| {
            let user = self.text(&basic.user, "user");
            (user, self.text(&basic.password, "password"))
        });
        let captures = self.captures(&written.capture);
        let expect = self.expect(&written.expect);
        Some(LoginStep { request, basic, captures, expect })
    }

    pub(crate) fn destination(&mut self, address: &Spanned<String>) -> Option<Destination> {
        // An address is in the logs of servers.
        let template = self.text(address, "user");
        if template.0.starts_with('/') {
            return Some(Destination::Target(template));
        }
        let url = url::Url::parse(&template.0).ok();
        let is_safe = |url: &url::Url| {
            let host = url.host_str().unwrap_or_default();
            let is_loopback = ["127.0.0.1", "[::1]", "localhost"].contains(&host);
            url.scheme() == "https" || (url.scheme() == "http" && is_loopback)
        };
        if url.is_none_or(|url| !is_safe(&url)) {
            let message = format!("`{}` is not a path or an `https:` address", address.value);
            let help = "write a path of the target, such as `/login`, or a whole address";
            self.scope.report(Code::BadLogin, &address.span, message, help);
            return None;
        }
        Some(Destination::Address(template))
    }

    fn body(&mut self, written: &Spanned<LoginStepFile>, method: &str) -> Option<Body> {
        let form = written.form.as_ref();
        let form = form.map(|form| self.fields(form));
        let json = written.json.as_ref().map(|json| {
            let mut json = json.clone();
            self.value(&mut json.value, "", &json.span);
            json.value
        });
        let why = match (method, &form, &json) {
            (_, Some(_), Some(_)) => "a request has one body, and here are two",
            ("GET", Some(_), _) | ("GET", _, Some(_)) => "a `GET` request has no body",
            _ => return form.map(Body::Form).or_else(|| json.map(Body::Json)),
        };
        self.scope.report(
            Code::BadLogin,
            &written.span,
            why,
            "write `post:` with one of `form` and `json`",
        );
        None
    }

    fn value(&mut self, value: &mut Value, key: &str, span: &Range<usize>) {
        match value {
            Value::String(text) => {
                let written = Spanned { value: text.clone(), span: span.clone() };
                *text = self.text(&written, key).0;
            }
            Value::Array(items) => items.iter_mut().for_each(|one| self.value(one, key, span)),
            Value::Object(fields) => {
                fields.iter_mut().for_each(|(key, one)| self.value(one, key, span));
            }
            _ => {}
        }
    }

    fn redirects(&mut self, written: &LoginStepFile) -> u8 {
        let Some(redirects) = &written.redirects else { return 0 };
        if redirects.value > REDIRECTS_MAX {
            let message = format!("{} redirects are too many", redirects.value);
            let help = format!("follow at most {REDIRECTS_MAX}");
            self.scope.report(Code::TooManyRedirects, &redirects.span, message, &help);
        }
        redirects.value
    }

    /// Header fields. Reports names that are not.
    pub(crate) fn headers(&mut self, fields: &Fields) -> Vec<(String, Template)> {
        for (name, value) in fields {
            // A token (RFC 9110, section 5.6.2).
            let fits = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
            let fixed = ["host", "content-length", "transfer-encoding", "connection"];
            if name.is_empty()
                || !name.chars().all(fits)
                || fixed.contains(&name.to_ascii_lowercase().as_str())
            {
                let message = format!("`{name}` is not a header field that an actor can send");
                let help = "write it like `X-Api-Key`";
                self.scope.report(Code::BadCredential, &value.span, message, help);
            }
        }
        self.fields(fields)
    }

    pub(crate) fn fields(&mut self, fields: &Fields) -> Vec<(String, Template)> {
        let field =
            |(name, value): (&String, &Spanned<String>)| (name.clone(), self.text(value, name));
        fields.iter().map(field).collect()
    }

    /// A text with its placeholders: those that an earlier step captures, and variables. `key` is the name of its
    /// field.
    pub(crate) fn text(&mut self, written: &Spanned<String>, key: &str) -> Template {
        let template = Template::new(written.value.as_str());
        for hole in template.holes() {
            if self.captured.contains(hole) {
                continue;
            }
            if !is_variable(hole) {
                let message = format!("no earlier request of this log-in captures `{hole}`");
                let names = self.captured.iter().map(String::as_str);
                let help = match self.captured.is_empty() {
                    true => format!("capture it: `capture: {{ {hole}: /{hole} }}`"),
                    false => help_with_list(hole, names),
                };
                self.scope.report(Code::UnknownName, &written.span, message, &help);
                continue;
            }
            self.variable(hole, written, key);
        }
        template
    }

    fn variable(&mut self, name: &str, written: &Spanned<String>, key: &str) {
        let one = Spanned { value: format!("${{{name}}}"), span: written.span.clone() };
        let is_secret = !names_an_account(key);
        let value = match is_secret {
            true => self.variables.fill_secret(&one, self.scope),
            false => self.variables.fill(&one, self.scope),
        };
        let found = Variable { value: Secret::new(value), is_secret };
        let known = self.found.entry(name.to_owned()).or_insert(found);
        known.is_secret |= is_secret;
    }

    /// Gives a placeholder the value of a text with variables.
    pub(crate) fn define(&mut self, name: &str, written: &Spanned<String>) {
        let value = Secret::new(self.variables.fill_secret(written, self.scope));
        self.found.insert(name.to_owned(), Variable { value, is_secret: true });
    }

    /// Reports a key that is missing.
    pub(crate) fn missing(&mut self, span: &Range<usize>, key: &str) {
        let error = Diagnostic::missing_key(self.scope.place(span), key);
        self.scope.diagnostics.push(error);
    }

    fn captures(&mut self, written: &Fields) -> Vec<LoginCapture> {
        let mut all = Vec::new();
        for (name, from) in written {
            if is_variable(name) || !is_name(name) {
                let message = format!("`{name}` cannot be the name of a captured value");
                let help = "use small letters, digits and `_`: names in capitals are variables";
                self.scope.report(Code::BadName, &from.span, message, help);
            }
            self.captured.insert(name.clone());
            match source(&from.value) {
                Ok(from) => all.push(LoginCapture { name: name.clone(), from, optional: false }),
                Err(message) => {
                    let help = "write `/token` for the JSON body, `header location`, `cookie sid`, \
                                `css input[name=csrf]` or `text code=([0-9]+)`";
                    self.scope.report(Code::BadPointer, &from.span, message, help);
                }
            }
        }
        all
    }

    fn expect(&mut self, written: &LoginExpectFile) -> LoginExpect {
        let mut statuses = BTreeSet::new();
        if let Some(status) = &written.status {
            let all = match &status.value {
                Value::Array(all) => all.clone(),
                one => vec![one.clone()],
            };
            for one in all {
                let one = one.as_u64().and_then(|one| u16::try_from(one).ok());
                match one.filter(|one| (200..600).contains(one)) {
                    Some(one) => drop(statuses.insert(one)),
                    None => {
                        let message = "this is not the status of an answer";
                        let help = "write a number such as `302`, or a list of them";
                        self.scope.report(Code::BadLogin, &status.span, message, help);
                    }
                }
            }
        }
        LoginExpect {
            statuses,
            location: written.location.clone(),
            text: written.text.clone(),
            json: written.json.clone().into_iter().collect(),
        }
    }
}

/// Whether a placeholder is that of a variable: its letters are capitals.
pub(crate) fn is_variable(name: &str) -> bool {
    is_name(name) && !name.contains(|c: char| c.is_ascii_lowercase())
}

/// Where a captured value is, as authors write it. The error is a message for people.
fn source(text: &str) -> Result<Source, String> {
    if text.starts_with('/') {
        return Ok(Source::Json(text.to_owned()));
    }
    let unknown = || format!("`{text}` does not point to a part of an answer");
    let (word, rest) = text.split_once(' ').ok_or_else(unknown)?;
    let rest = rest.trim();
    match word {
        "header" => Ok(Source::Header(rest.to_ascii_lowercase())),
        "cookie" => Ok(Source::Cookie(rest.to_owned())),
        "css" => {
            let (selector, attribute) = match rest.rsplit_once(" @") {
                Some((selector, attribute)) => (selector, Some(attribute.to_owned())),
                None => (rest, None),
            };
            match dom_query::Matcher::new(selector) {
                Ok(_) => Ok(Source::Css(selector.to_owned(), attribute)),
                Err(_) => Err(format!("`{selector}` is not a CSS selector")),
            }
        }
        "text" => {
            let regex = RegexBuilder::new(rest).size_limit(REGEX_BYTES_MAX).build();
            match regex.map(|regex| regex.captures_len()) {
                Ok(2) => Ok(Source::Text(rest.to_owned())),
                Ok(_) => Err(format!("`{rest}` needs exactly one group in parentheses")),
                Err(_) => Err(format!("`{rest}` is not a regular expression, or is too large")),
            }
        }
        _ => Err(unknown()),
    }
}
