//! The transfer of one request: it is sent, and its answer is read up to a limit; or why there is no answer.

use std::error::Error as _;

use http_body_util::BodyExt as _;
use hyper::ext::ReasonPhrase;
use reqwest::Response;
use reqwest::header::{HOST, HeaderMap};
use rustls::AlertDescription;
use url::{Position, Url};

use crate::model::answer::error::ProbeError;
use crate::model::answer::verdict::Reason;
use crate::probe::credential::request::Minted;
use crate::probe::host::certificate;
use crate::probe::http::download::{PrivateCopy, PrivateDir};
use crate::probe::http::pool::Connection;
use crate::probe::http::request::PreparedRequest;

/// The part of one answer that was read so far; available even if the request is given up.
#[derive(Default)]
pub(super) struct PartialResponse {
    pub(super) head: Option<(u16, HeaderMap)>,
    pub(super) reason: Vec<u8>,
    pub(super) body: Vec<u8>,
    pub(super) trailers: HeaderMap,
    pub(super) truncated: bool,
    /// The content coding that could not be undone.
    pub(super) undecodable: Option<String>,
    pub(super) copy: Option<PrivateCopy>,
    /// The alert with which the server refused the certificate of the client, or its absence.
    pub(super) alert: Option<&'static str>,
}

/// Where the body of an answer goes.
#[derive(Clone, Copy)]
pub(super) struct BodySink<'a> {
    pub(super) body_max: usize,
    pub(super) save_to: Option<&'a PrivateDir>,
}

/// The request of a connection, with its credential.
pub(super) fn build(
    connection: Connection,
    prepared: &PreparedRequest,
    credential: Vec<Minted>,
) -> reqwest::RequestBuilder {
    let mut headers = prepared.headers.clone();
    headers.extend(connection.host.map(|host| (HOST, host)));
    for minted in credential {
        headers.insert(minted.name, minted.value);
    }
    let request = connection.client.request(prepared.method.clone(), connection.url);
    let request = request.headers(headers);
    match &prepared.body {
        Some(body) => request.body(body.clone()),
        None => request,
    }
}

/// Sends the request, and reads head and body into `partial`, up to the size limit.
pub(super) async fn transmit(
    request: reqwest::RequestBuilder,
    sink: BodySink<'_>,
    address: &mut Option<String>,
    partial: &mut PartialResponse,
) -> Result<(), reqwest::Error> {
    let mut response = request.send().await?;
    if let Some(socket) = response.remote_addr() {
        *address = Some(socket.to_string());
    }
    partial.head = Some((response.status().as_u16(), response.headers().clone()));
    let reason = response.extensions().get::<ReasonPhrase>();
    partial.reason = reason.map_or_else(Vec::new, |reason| reason.as_bytes().to_vec());
    if let Some(save_to) = sink.save_to.filter(|_| response.status().as_u16() == 200) {
        return save(&mut response, save_to, partial).await;
    }
    read(response, sink.body_max, partial).await
}

async fn save(
    response: &mut Response,
    save_to: &PrivateDir,
    partial: &mut PartialResponse,
) -> Result<(), reqwest::Error> {
    let copy = partial.copy.insert(save_to.begin());
    while let Some(chunk) = response.chunk().await? {
        if !copy.write(&chunk) {
            break;
        }
    }
    Ok(())
}

async fn read(
    response: Response,
    body_max: usize,
    partial: &mut PartialResponse,
) -> Result<(), reqwest::Error> {
    let mut body = reqwest::Body::from(response);
    while let Some(frame) = body.frame().await {
        let frame = match frame?.into_data() {
            Ok(chunk) => {
                let left = body_max - partial.body.len();
                partial.body.extend_from_slice(&chunk[..left.min(chunk.len())]);
                if chunk.len() > left {
                    partial.truncated = true;
                    return Ok(());
                }
                continue;
            }
            Err(frame) => frame,
        };
        // A further section of fields may follow the body (RFC 9110, section 6.5).
        if let Ok(trailers) = frame.into_trailers() {
            partial.trailers = trailers;
        }
    }
    Ok(())
}

pub(super) fn timeout(url: &Url) -> ProbeError {
    let host = host_and_port(url);
    ProbeError::new(Reason::Timeout, format!("`{host}` did not answer in time"))
}

/// The host, with the port if it is not the default one.
fn host_and_port(url: &Url) -> &str {
    &url[Position::BeforeHost..Position::AfterPort]
}

/// Classifies an error: name lookup, TLS, an answer that is not HTTP, or connection.
pub(super) fn failure(error: reqwest::Error, url: &Url) -> ProbeError {
    let host = host_and_port(url);
    // The address may contain secrets.
    let error = error.without_url();
    let mut causes = Vec::new();
    let mut reason = match (error.is_dns(), error.is_timeout()) {
        (true, _) => Reason::Dns,
        (_, true) => Reason::Timeout,
        _ => Reason::Unreachable,
    };
    let mut cause = error.source();
    while let Some(one) = cause {
        if let Some(error) = one.downcast_ref::<ProbeError>() {
            return error.clone();
        }
        if let Some(error) = of_tls(one) {
            let why = certificate::describe(error);
            return ProbeError::new(Reason::Tls, format!("`{host}`: {why}"));
        }
        if one.downcast_ref().is_some_and(hyper::Error::is_parse) {
            reason = Reason::Unparsable;
        }
        causes.push(one.to_string());
        cause = one.source();
    }
    let cause = causes.pop().unwrap_or_else(|| error.to_string());
    ProbeError::new(reason, format!("`{host}`: {cause}"))
}

/// The TLS error inside `error`, which may be wrapped in I/O errors.
fn of_tls<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e rustls::Error> {
    let wrapped = || error.downcast_ref::<std::io::Error>()?.get_ref();
    error.downcast_ref().or_else(|| of_tls(wrapped()?))
}

/// The alert with which a server refuses the certificate of a client, or its absence, by its name (RFC 8446, section
/// 6.2). TLS 1.2 has none for an absent one but `handshake_failure`.
pub(super) fn certificate_alert(error: &reqwest::Error) -> Option<&'static str> {
    let alert = tls_errors(error).find_map(|one| match one {
        rustls::Error::AlertReceived(alert) => Some(*alert),
        _ => None,
    });
    match alert? {
        AlertDescription::CertificateRequired => Some("certificate_required"),
        AlertDescription::BadCertificate => Some("bad_certificate"),
        AlertDescription::UnsupportedCertificate => Some("unsupported_certificate"),
        AlertDescription::CertificateRevoked => Some("certificate_revoked"),
        AlertDescription::CertificateExpired => Some("certificate_expired"),
        AlertDescription::CertificateUnknown => Some("certificate_unknown"),
        AlertDescription::UnknownCA => Some("unknown_ca"),
        AlertDescription::AccessDenied => Some("access_denied"),
        AlertDescription::DecryptError => Some("decrypt_error"),
        AlertDescription::HandshakeFailure => Some("handshake_failure"),
        _ => None,
    }
}

/// Whether a transfer may have failed because the server speaks another protocol: it refused the offered one,
/// closed the connection, or answered with something else.
pub(super) fn is_about_protocol(error: &reqwest::Error) -> bool {
    let refused = rustls::Error::AlertReceived(AlertDescription::NoApplicationProtocol);
    tls_errors(error).any(|one| *one == refused) || !error.is_connect()
}

/// The TLS errors among the causes of an error.
fn tls_errors(error: &reqwest::Error) -> impl Iterator<Item = &rustls::Error> {
    std::iter::successors(error.source(), |one| (*one).source()).filter_map(of_tls)
}
