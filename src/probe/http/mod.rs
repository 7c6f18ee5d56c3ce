//! The HTTP instrument: sends one request, follows redirects by hand, and hears what comes back.
//!
//! An answer of any status is an observation. Silence, and a connection, name or handshake that
//! fails, is an error of ours.

pub(crate) mod address;
pub(crate) mod download;
pub(crate) mod facts;
pub(crate) mod fields;
pub(crate) mod listing;
pub(crate) mod pool;
pub(crate) mod request;

use std::collections::BTreeSet;
use std::error::Error as _;
use std::path::Path;
use std::time::Duration;

use hyper::ext::ReasonPhrase;
use jiff::Timestamp;
use reqwest::Response;
use reqwest::header::{HOST, HeaderMap, LOCATION};
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use crate::model::answer::error::ProbeError;
use crate::model::answer::ids::CanaryId;
use crate::model::answer::observation::Answer;
use crate::model::answer::verdict::Reason;
use crate::model::plan::Step;
use crate::model::plan::request::Request;
use crate::model::project::Project;
use crate::probe::credential::tokens::{Errand, Minted, Minter};
use crate::probe::gate::{Gate, Urgency};
use crate::probe::host::certificate;
use crate::probe::http::download::{Copy, Place};
use crate::probe::http::facts::Heard;
use crate::probe::http::pool::{Connection, Pool};
use crate::probe::http::request::Draft;
use crate::probe::local::command::Desk;
use crate::probe::values::Values;
use crate::probe::values::canary::Searcher;

/// What HTTP is asked with, shared by a whole run.
pub(crate) struct Instrument<'a> {
    /// Whom there is to ask, and as whom.
    pub(crate) project: &'a Project,
    /// The time.
    pub(crate) now: &'a (dyn Fn() -> Timestamp + Sync),
    /// The project's folder.
    pub(crate) root: &'a Path,
    /// The environment.
    pub(crate) env: &'a (dyn Fn(&str) -> Option<String> + Sync),
    /// Connections, or why there can be none.
    pub(crate) pool: Result<Pool<'a>, ProbeError>,
    /// Bounds.
    pub(crate) gate: Gate<'a>,
    /// Credentials.
    pub(crate) minter: Minter<'a>,
}

/// One question to ask.
pub(crate) struct Question<'a> {
    /// The step.
    pub(crate) step: &'a Step,
    /// Its request.
    pub(crate) request: &'a Request,
    /// What fills its holes.
    pub(crate) values: &'a Values,
    /// The search for canaries.
    pub(crate) searcher: &'a Searcher,
    /// How it stands to the end of the run.
    pub(crate) urgency: Urgency,
    /// Where the body of a 200 is put, in place of the facts.
    pub(crate) place: Option<&'a Place>,
}

impl<'a> Instrument<'a> {
    /// What programs are run with.
    pub(crate) fn desk(&'a self) -> Desk<'a> {
        let permitted = self.project.commands;
        Desk { root: self.root, env: self.env, gate: &self.gate, permitted }
    }
}

/// What became of a question.
pub(crate) struct Asked {
    /// All facts, not to be kept as they are; or what there is in their place.
    pub(crate) answer: Result<Value, Answer>,
    /// Whether anything may have reached the peer.
    pub(crate) sent: bool,
    /// The address that was asked.
    pub(crate) address: Option<String>,
    /// The other addresses of its host.
    pub(crate) not_asked: Vec<String>,
    /// How long the peer took.
    pub(crate) took: Duration,
}

impl Default for Asked {
    fn default() -> Self {
        Self {
            answer: Err(Answer::NotAsked(String::new())),
            sent: false,
            address: None,
            not_asked: Vec::new(),
            took: Duration::ZERO,
        }
    }
}

/// What was heard so far of one request; it outlives the request if that is given up.
#[derive(Default)]
struct Hearing {
    head: Option<(u16, HeaderMap)>,
    reason: Vec<u8>,
    body: Vec<u8>,
    truncated: bool,
    copy: Option<Copy>,
}

/// Where the body of an answer goes.
#[derive(Clone, Copy)]
struct Room<'a> {
    body_max: usize,
    place: Option<&'a Place>,
}

/// Asks a question.
pub(crate) async fn ask(tools: &Instrument<'_>, question: &Question<'_>) -> Asked {
    let mut asked = Asked::default();
    let answer = match Draft::new(question.request, tools.project, question.values) {
        Ok(draft) => follow(tools, question, draft, &mut asked).await,
        Err(why) => Err(Answer::NotAsked(why)),
    };
    Asked { answer, ..asked }
}

/// Sends a request, and the ones that its redirects ask for.
async fn follow(
    tools: &Instrument<'_>,
    question: &Question<'_>,
    mut draft: Draft,
    asked: &mut Asked,
) -> Result<Value, Answer> {
    let mut redirects = Vec::new();
    let mut canaries = BTreeSet::new();
    loop {
        let mut hearing = Hearing::default();
        let sent = send(tools, question, &draft, (&mut *asked, &mut hearing)).await;
        search(question.searcher, &hearing, &mut canaries);
        let leaks = canaries.iter().any(|found| !question.step.sees.contains(found));
        let truncated = hearing.truncated || sent.is_err();
        let Some((status, headers)) = hearing.head.filter(|_| sent.is_ok() || leaks) else {
            return Err(sent.err().unwrap_or_else(silence));
        };
        let followed = redirects.len() < usize::from(question.request.redirects_max);
        if sent.is_ok()
            && followed
            && let Some(next) = redirect(&draft, status, &headers)
        {
            redirects.push((status, next.url.clone()));
            draft = next;
            continue;
        }
        let mut facts = facts::all(&Heard {
            status,
            url: draft.url,
            headers,
            redirects,
            body: hearing.body,
            truncated,
            canaries,
        });
        if let Some(copy) = hearing.copy {
            facts["body"] = copy.facts().map_err(Answer::Error)?;
        }
        return Ok(facts);
    }
}

fn silence() -> Answer {
    ProbeError::new(Reason::Unreachable, "nothing was answered").into()
}

fn redirect(draft: &Draft, status: u16, headers: &HeaderMap) -> Option<Draft> {
    let location = headers.get(LOCATION)?.to_str().ok()?;
    let redirects = matches!(status, 301 | 302 | 303 | 307 | 308);
    redirects.then(|| draft.redirected(status, location)).flatten()
}

/// A canary in any part of an answer is found, whatever its status, and however it ended.
fn search(searcher: &Searcher, hearing: &Hearing, canaries: &mut BTreeSet<CanaryId>) {
    searcher.search(&hearing.reason, canaries);
    searcher.search(&hearing.body, canaries);
    for (name, value) in hearing.head.iter().flat_map(|(_, headers)| headers) {
        searcher.search(name.as_str().as_bytes(), canaries);
        searcher.search(value.as_bytes(), canaries);
    }
}

/// Sends one request, with its credential if it may carry one, and hears the answer.
async fn send(
    tools: &Instrument<'_>,
    question: &Question<'_>,
    draft: &Draft,
    (asked, hearing): (&mut Asked, &mut Hearing),
) -> Result<(), Answer> {
    let pool = tools.pool.as_ref().map_err(|error| error.clone())?;
    let connection = pool.connection(&question.step.actor, &draft.url)?;
    asked.address = connection.address.map(|address| address.to_string());
    let entered = tools.gate.enter(&draft.host(), question.urgency).await;
    let _pass = entered.map_err(|stop| stop.answer())?;
    // Only now, so that a token that waited its turn is not a stale one.
    let credential = credential(tools, question.step, draft).map_err(Answer::NotAsked)?;
    let request = build(connection, draft, credential);
    asked.sent = true;
    let begun = Instant::now();
    let room = Room { body_max: tools.gate.body_max(), place: question.place };
    let exchange = exchange(request, room, (&mut asked.address, hearing));
    let outcome = tools.gate.bound(question.urgency, exchange).await;
    asked.took += begun.elapsed();
    asked.not_asked = pool.not_asked(&draft.url, asked.address.as_deref());
    match outcome {
        Ok(Some(outcome)) => outcome.map_err(|error| failure(error, &draft.url).into()),
        Ok(None) => Err(timeout(&draft.url).into()),
        Err(stop) => Err(stop.answer()),
    }
}

fn credential(
    tools: &Instrument<'_>,
    step: &Step,
    draft: &Draft,
) -> Result<Option<Minted>, String> {
    if !draft.trusted || !tools.minter.may_go(&step.actor, &draft.url) {
        return Ok(None);
    }
    tools.minter.mint(&Errand {
        actor: &step.actor,
        credential: &step.credential,
        method: draft.method.as_str(),
        url: &draft.url,
        body: draft.body.as_deref(),
        now: (tools.now)(),
    })
}

fn build(
    connection: Connection,
    draft: &Draft,
    credential: Option<Minted>,
) -> reqwest::RequestBuilder {
    let mut headers = draft.headers.clone();
    headers.extend(connection.host.map(|host| (HOST, host)));
    headers.extend(credential.map(|minted| (minted.name, minted.value)));
    let request = connection.client.request(draft.method.clone(), connection.url);
    let request = request.headers(headers);
    match &draft.body {
        Some(body) => request.body(body.clone()),
        None => request,
    }
}

/// Sends, and hears head and body into `hearing`, as far as the bound allows.
async fn exchange(
    request: reqwest::RequestBuilder,
    room: Room<'_>,
    (address, hearing): (&mut Option<String>, &mut Hearing),
) -> Result<(), reqwest::Error> {
    let mut response = request.send().await?;
    if let Some(socket) = response.remote_addr() {
        *address = Some(socket.to_string());
    }
    hearing.head = Some((response.status().as_u16(), response.headers().clone()));
    let reason = response.extensions().get::<ReasonPhrase>();
    hearing.reason = reason.map_or_else(Vec::new, |reason| reason.as_bytes().to_vec());
    if let Some(place) = room.place.filter(|_| response.status().as_u16() == 200) {
        return save(&mut response, place, hearing).await;
    }
    read(&mut response, room.body_max, hearing).await
}

async fn save(
    response: &mut Response,
    place: &Place,
    hearing: &mut Hearing,
) -> Result<(), reqwest::Error> {
    let copy = hearing.copy.insert(place.begin());
    while let Some(chunk) = response.chunk().await? {
        if !copy.write(&chunk) {
            break;
        }
    }
    Ok(())
}

async fn read(
    response: &mut Response,
    body_max: usize,
    hearing: &mut Hearing,
) -> Result<(), reqwest::Error> {
    while let Some(chunk) = response.chunk().await? {
        let room = body_max - hearing.body.len();
        hearing.body.extend_from_slice(&chunk[..room.min(chunk.len())]);
        if chunk.len() > room {
            hearing.truncated = true;
            return Ok(());
        }
    }
    Ok(())
}

fn timeout(url: &Url) -> ProbeError {
    let host = host_and_port(url);
    ProbeError::new(Reason::Timeout, format!("`{host}` did not answer in time"))
}

/// The host, with the port where it is not the usual one.
fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Sorts a failure by what it is of: name, handshake, answer that is no HTTP, connection.
fn failure(error: reqwest::Error, url: &Url) -> ProbeError {
    let host = host_and_port(url);
    // The address may hold what must not be told.
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
            let why = certificate::in_words(error);
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

/// The error of the TLS library that this is, which comes wrapped in errors of input and output.
fn of_tls<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e rustls::Error> {
    let wrapped = || error.downcast_ref::<std::io::Error>()?.get_ref();
    error.downcast_ref().or_else(|| of_tls(wrapped()?))
}
