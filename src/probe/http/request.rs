//! One HTTP request with all values filled in except its credential, and the request that follows from a
//! redirect.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use url::{Url, form_urlencoded};

use crate::model::plan::body::{Body, Content, FormPart};
use crate::model::plan::request::{Request, is_safe};
use crate::model::plan::template::Template;
use crate::model::project::Project;
use crate::probe::http::address::address;
use crate::probe::http::redirect::Unfollowed;
use crate::probe::random;
use crate::probe::values::Values;

/// A request that lacks only its credential.
#[derive(Clone)]
pub(crate) struct PreparedRequest {
    /// The method.
    pub(crate) method: Method,
    /// The address.
    pub(crate) url: Url,
    /// The header fields of the plan.
    pub(crate) headers: HeaderMap,
    /// The body.
    pub(crate) body: Option<Vec<u8>>,
    /// Whether it follows a redirect: it then never carries a credential.
    pub(crate) redirected: bool,
}

impl PreparedRequest {
    /// Fills in a request. The error is a message for people that names the missing value.
    pub(crate) fn new(
        request: &Request,
        project: &Project,
        values: &Values,
    ) -> Result<Self, String> {
        let method = Method::from_bytes(request.method.as_bytes());
        let mut url = address(&request.to, project, values)?;
        strip(&mut url);
        let mut prepared = Self {
            method: method.map_err(|_| format!("`{}` is not a method", request.method))?,
            url,
            headers: HeaderMap::new(),
            body: None,
            redirected: false,
        };
        if let Some(body) = &request.body {
            prepared.fill_body(body, values)?;
        }
        for (name, value) in &request.headers {
            let (name, value) = field(name, value, values)?;
            prepared.headers.insert(name, value);
        }
        Ok(prepared)
    }

    /// Host and port: the key of the limit per host.
    pub(crate) fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        let port = self.url.port_or_known_default().unwrap_or_default();
        format!("{host}:{port}")
    }

    /// The request that follows a redirect to `url` (RFC 9110, section 15.4), without a credential. A request to
    /// another origin carries no header fields and no body.
    pub(crate) fn redirected(&self, status: u16, url: Url) -> Result<Self, Unfollowed> {
        // Only `POST` becomes `GET`, and anything after 303.
        let stays_safe = status != 303 && is_safe(self.method.as_str());
        let keeps = matches!(status, 307 | 308) || stays_safe || self.is_read();
        let stays = url.origin() == self.url.origin();
        if keeps && !stays && !(self.is_read() && self.body.is_none()) {
            return Err(Unfollowed::Body);
        }
        let mut headers = self.headers.clone();
        if !stays {
            headers.clear();
        } else if !keeps {
            headers.remove(CONTENT_TYPE);
        }
        Ok(Self {
            method: if keeps { self.method.clone() } else { Method::GET },
            url,
            headers,
            body: self.body.clone().filter(|_| keeps),
            redirected: true,
        })
    }

    /// The texts that the request sends, without its credential.
    pub(crate) fn texts(&self) -> Vec<&[u8]> {
        let fields = self.headers.values().map(HeaderValue::as_bytes);
        let body = self.body.as_deref();
        [self.url.as_str().as_bytes()].into_iter().chain(fields).chain(body).collect()
    }

    fn is_read(&self) -> bool {
        matches!(self.method, Method::GET | Method::HEAD)
    }

    fn fill_body(&mut self, body: &Body, values: &Values) -> Result<(), String> {
        let (media_type, bytes) = match body {
            Body::Json(value) => {
                let value = values.fill_value(value)?;
                ("application/json".to_owned(), value.to_string().into_bytes())
            }
            Body::Text(media_type, text) => (media_type.clone(), values.fill(text)?.into_bytes()),
            Body::Form(fields) => {
                let mut form = form_urlencoded::Serializer::new(String::new());
                for (name, value) in fields {
                    form.append_pair(name, &values.fill(value)?);
                }
                ("application/x-www-form-urlencoded".to_owned(), form.finish().into_bytes())
            }
            Body::Multipart(parts) => multipart(parts, values)?,
            Body::Graphql(operation) => {
                let value = values.fill_value(&operation.json())?;
                ("application/json".to_owned(), value.to_string().into_bytes())
            }
        };
        let media_type = media_type.parse();
        let media_type =
            media_type.map_err(|_| "the media type of the body is not valid".to_owned())?;
        self.headers.insert(CONTENT_TYPE, media_type);
        self.body = Some(bytes);
        Ok(())
    }
}

/// Removes the fragment, which is never sent, and user information, which the client would send as a
/// credential.
fn strip(url: &mut Url) {
    url.set_fragment(None);
    // These fail only for addresses without a host, which have neither.
    let _ = url.set_username("");
    let _ = url.set_password(None);
}

fn field(
    name: &str,
    value: &Template,
    values: &Values,
) -> Result<(HeaderName, HeaderValue), String> {
    let value = HeaderValue::from_str(&values.fill(value)?);
    let value =
        value.map_err(|_| format!("the value of the header field `{name}` is not valid"))?;
    let name: Result<HeaderName, _> = name.parse();
    Ok((name.map_err(|_| "the name of a header field is not valid".to_owned())?, value))
}

/// A form with files (RFC 7578). Returns its media type and its bytes.
fn multipart(parts: &[FormPart], values: &Values) -> Result<(String, Vec<u8>), String> {
    // The escapes that browsers use: no character can end a name or its line.
    let escape = |text: &str| text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
    let boundary = random::hex::<16>();
    let mut bytes = Vec::new();
    for part in parts {
        let name = escape(&part.name);
        let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"");
        if let Some(file_name) = &part.file_name {
            head.push_str(&format!("; filename=\"{}\"", escape(&values.fill(file_name)?)));
        }
        if let Some(media_type) = &part.media_type {
            head.push_str(&format!("\r\nContent-Type: {}", escape(media_type)));
        }
        bytes.extend_from_slice(head.as_bytes());
        bytes.extend_from_slice(b"\r\n\r\n");
        bytes.extend_from_slice(&content(part, values)?);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Ok((format!("multipart/form-data; boundary={boundary}"), bytes))
}

fn content(part: &FormPart, values: &Values) -> Result<Vec<u8>, String> {
    match &part.content {
        Content::Text(text) => Ok(values.fill(text)?.into_bytes()),
        Content::Base64(base64) => STANDARD
            .decode(base64)
            .map_err(|_| format!("the content of the part `{}` is not base64", part.name)),
    }
}
