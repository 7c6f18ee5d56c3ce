//! Whether a domain makes senders encrypt its mail: MTA-STS (RFC 8461).
//!
//! ```json
//! { "mta_sts": "enforced", "exchangers": ["mx.example.com"] }
//! ```
//!
//! `mta_sts` is `enforced` if the record in DNS and the policy are valid, the policy has the mode
//! `enforce`, and it lists every mail exchanger. Otherwise it says what is wrong. If something could not
//! be looked up or fetched, it is unclear.

use std::net::SocketAddr;
use std::sync::Arc;

use hickory_resolver::proto::rr::{RData, RecordType};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, Error};
use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::Instant;
use tokio_rustls::TlsConnector;

use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;
use crate::model::answer::verdict::Reason;
use crate::model::project::world::World;
use crate::probe::host::certificate;
use crate::probe::host::dns::client::{DnsClient, plain_text, text};
use crate::probe::host::peers::{Connected, PeerFacts, ProbedHost, Speaks};
use crate::probe::host::tags::Tags;

const HTTPS_PORT: u16 = 443;

/// The size limit for a policy with its head, in bytes (RFC 8461, section 3.3, suggests 64 kB).
const ANSWER_BYTES_MAX: usize = 64 * 1024;
const FIELDS_MAX: usize = 128;

/// The longest time that a policy may be cached, in seconds (RFC 8461, section 3.2).
const MAX_AGE_S_MAX: u64 = 31_557_600;

/// Why there is no result: wrong for sure, or not known.
enum Failure {
    Wrong(String),
    Unknown(String),
}

/// Sets the facts of the policy of `domain`.
pub(crate) async fn set(
    client: &DnsClient,
    domain: &str,
    world: &World,
    deadline: Instant,
    facts: &mut Facts,
) {
    facts.set("/mta_sts", Value::Null);
    match examine(client, domain, world, deadline).await {
        Ok(exchangers) => {
            facts.set("/exchangers", json!(exchangers));
            facts.set("/mta_sts", json!("enforced"));
        }
        Err(Failure::Wrong(why)) => facts.set("/mta_sts", json!(why)),
        Err(Failure::Unknown(why)) => facts.note_unclear("/mta_sts", why),
    }
}

async fn examine(
    client: &DnsClient,
    domain: &str,
    world: &World,
    deadline: Instant,
) -> Result<Vec<String>, Failure> {
    record(client, domain).await?;
    let found = client.find(domain, RecordType::MX).await.map_err(not_looked_up)?;
    let exchangers: Vec<String> = found
        .iter()
        .filter_map(|data| match data {
            RData::MX(mx) => Some(text(&mx.exchange)),
            _ => None,
        })
        .collect();
    let name = format!("mta-sts.{domain}");
    for policy in policies(&name, world, deadline).await? {
        let policy = Policy::read(&policy).map_err(|why| wrong(format!("the policy {why}")))?;
        if policy.mode != "enforce" {
            return Err(wrong(format!("the policy has the mode `{}`", policy.mode)));
        }
        let missing = exchangers.iter().find(|exchanger| !policy.lists(exchanger));
        if let Some(missing) = missing {
            return Err(wrong(format!("the policy does not list the mail exchanger `{missing}`")));
        }
    }
    Ok(exchangers)
}

fn wrong(why: String) -> Failure {
    Failure::Wrong(format!("not enforced: {why}"))
}

fn not_looked_up(error: ProbeError) -> Failure {
    Failure::Unknown(format!("a look-up for MTA-STS failed ({})", error.detail))
}

/// Checks the record that announces a policy (RFC 8461, section 3.1).
async fn record(client: &DnsClient, domain: &str) -> Result<(), Failure> {
    let name = format!("_mta-sts.{domain}");
    let found = client.find(&name, RecordType::TXT).await.map_err(not_looked_up)?;
    let texts: Vec<String> = found.iter().map(plain_text).collect();
    let is_record = |text: &&String| Tags::read(text).first() == Some(("v", "STSv1"));
    let records: Vec<&String> = texts.iter().filter(is_record).collect();
    match records.as_slice() {
        [] => Err(wrong(format!("`{name}` has no MTA-STS record"))),
        [one] => {
            let id = Tags::read(one).get("id").unwrap_or_default();
            let valid =
                (1..=32).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric());
            valid
                .then_some(())
                .ok_or_else(|| wrong(format!("the record at `{name}` has no valid `id`")))
        }
        several => Err(wrong(format!("`{name}` has {} MTA-STS records", several.len()))),
    }
}

/// The texts of the policy at every address of its host.
async fn policies(name: &str, world: &World, deadline: Instant) -> Result<Vec<String>, Failure> {
    let unknown = |error: ProbeError| {
        Failure::Unknown(format!(
            "the MTA-STS policy of `{name}` could not be fetched: {}",
            error.detail
        ))
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = certificate::verifier(world, &provider).map_err(unknown)?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unknown(ProbeError::new(Reason::Tls, error.to_string())))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    let connector = &TlsConnector::from(Arc::new(config));
    let host = ProbedHost { name, port: HTTPS_PORT, deadline, speaks: Speaks::Tls };
    let observed = host.probe_each(world, |address| fetch(host, address, connector)).await;
    let facts = observed.answer.map_err(unknown)?;
    let mut texts = Vec::new();
    for entry in facts.at("/addresses").and_then(Value::as_array).into_iter().flatten() {
        if let Some(why) = entry["wrong"].as_str() {
            return Err(wrong(why.to_owned()));
        }
        texts.push(entry["text"].as_str().unwrap_or_default().to_owned());
    }
    Ok(texts)
}

/// Fetches the policy from one address: `text`, or `wrong`.
async fn fetch(host: ProbedHost<'_>, address: SocketAddr, connector: &TlsConnector) -> PeerFacts {
    let stream = match host.connect(address).await? {
        Connected::Stream(stream) => stream,
        Connected::NoRoute => return Ok(None),
        Connected::Refused => {
            return Err(ProbeError::new(Reason::Unreachable, "connection refused"));
        }
    };
    let name = ServerName::try_from(host.name.to_owned())
        .map_err(|_| ProbeError::new(Reason::NotAsked, "the name is not valid for TLS"))?;
    let mut stream = match host.in_time(connector.connect(name, stream)).await? {
        Ok(stream) => stream,
        Err(error) => {
            let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
            if let Some(error @ Error::InvalidCertificate(_)) = inner {
                let why = format!("at `{}`, {}", host.name, certificate::describe(error));
                return Ok(Some(entry("wrong", &why)));
            }
            return Err(ProbeError::new(Reason::Tls, error.to_string()));
        }
    };
    // An answer to HTTP/1.0 is not chunked.
    let request = format!(
        "GET /.well-known/mta-sts.txt HTTP/1.0\r\nHost: {}\r\nUser-Agent: avouch\r\n\r\n",
        host.name
    );
    let answer = host.in_time(async {
        stream.write_all(request.as_bytes()).await?;
        let mut bytes = Vec::new();
        let limit = u64::try_from(ANSWER_BYTES_MAX).unwrap_or(u64::MAX);
        // Servers often close the connection without the end of TLS.
        match (&mut stream).take(limit).read_to_end(&mut bytes).await {
            Err(error) if bytes.is_empty() => Err(error),
            _ => Ok(bytes),
        }
    });
    let bytes = answer.await?.map_err(|error| {
        ProbeError::new(Reason::Unreachable, format!("the connection broke: {error}"))
    })?;
    policy_in(&bytes).map(Some)
}

fn entry(key: &str, text: &str) -> Map<String, Value> {
    [(key.to_owned(), json!(text))].into_iter().collect()
}

/// The policy in an answer. Redirects are not followed (RFC 8461, section 3.3).
fn policy_in(bytes: &[u8]) -> Result<Map<String, Value>, ProbeError> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
    let mut response = httparse::Response::new(&mut fields);
    let unreadable = || ProbeError::new(Reason::Unparsable, "the answer is not HTTP");
    let Ok(httparse::Status::Complete(head)) = response.parse(bytes) else {
        return Err(unreadable());
    };
    let status = response.code.ok_or_else(unreadable)?;
    if status == 429 || status >= 500 {
        return Err(ProbeError::new(Reason::ServerError, format!("the status is {status}")));
    }
    if status != 200 {
        return Ok(entry("wrong", &format!("the policy is answered with the status {status}")));
    }
    let kind =
        response.headers.iter().find(|field| field.name.eq_ignore_ascii_case("content-type"));
    let kind =
        kind.map_or(String::new(), |field| String::from_utf8_lossy(field.value).into_owned());
    let media_type = kind.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("text/plain") {
        return Ok(entry("wrong", "the policy is not of the type `text/plain`"));
    }
    let body = body_in(&response, bytes, head)?;
    Ok(entry("text", &String::from_utf8_lossy(body)))
}

/// The whole body of an answer that was closed at its end. A part of a policy does not count.
fn body_in<'b>(
    response: &httparse::Response<'_, '_>,
    bytes: &'b [u8],
    head: usize,
) -> Result<&'b [u8], ProbeError> {
    let named = |name: &str| {
        let fields = response.headers.iter();
        fields.filter(move |field| field.name.eq_ignore_ascii_case(name)).collect::<Vec<_>>()
    };
    let unclear = |why: &str| Err(ProbeError::new(Reason::Unparsable, why));
    if !named("transfer-encoding").is_empty() || !named("content-encoding").is_empty() {
        return unclear("the answer has a coding that was not offered");
    }
    let body = &bytes[head..];
    let lengths = named("content-length");
    let lengths: Vec<Option<usize>> = lengths
        .iter()
        .map(|field| std::str::from_utf8(field.value).ok()?.trim().parse().ok())
        .collect();
    match lengths.as_slice() {
        [] if bytes.len() < ANSWER_BYTES_MAX => Ok(body),
        [] => Err(ProbeError::new(Reason::Budget, "the policy is too long")),
        [Some(first), rest @ ..] if rest.iter().all(|one| *one == Some(*first)) => {
            body.get(..*first).map_or_else(|| unclear("the answer is not complete"), Ok)
        }
        _ => unclear("the length of the answer is not clear"),
    }
}

/// A policy (RFC 8461, section 3.2).
struct Policy {
    mode: String,
    patterns: Vec<String>,
}

impl Policy {
    /// Reads a policy. The error is a predicate of it.
    fn read(text: &str) -> Result<Self, String> {
        // White space may follow the colon only (RFC 8461, section 3.2).
        let lines = text.lines().filter_map(|line| line.split_once(':'));
        let pairs: Vec<(&str, &str)> = lines.map(|(key, value)| (key, value.trim())).collect();
        // Of a key that may appear once, the first counts.
        let get = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
        if get("version") != Some("STSv1") {
            return Err("has no `version: STSv1`".into());
        }
        let mode = get("mode").unwrap_or_default();
        if !matches!(mode, "enforce" | "testing" | "none") {
            return Err(format!("has the unknown mode `{mode}`"));
        }
        let age = get("max_age").and_then(|age| age.parse::<u64>().ok());
        match age {
            Some(0) => return Err("has `max_age: 0`, so it expires at once".into()),
            Some(1..=MAX_AGE_S_MAX) => {}
            _ => return Err("has no valid `max_age`".into()),
        }
        let patterns = pairs.iter().filter(|(key, _)| *key == "mx");
        let patterns = patterns.map(|(_, pattern)| pattern.to_ascii_lowercase()).collect();
        Ok(Self { mode: mode.to_owned(), patterns })
    }

    /// Whether a pattern matches an exchanger; `*` is one whole label (RFC 8461, section 4.1).
    fn lists(&self, exchanger: &str) -> bool {
        let matches = |pattern: &String| match pattern.strip_prefix("*.") {
            Some(rest) => exchanger.split_once('.').is_some_and(|(_, parent)| parent == rest),
            None => pattern == exchanger,
        };
        self.patterns.iter().any(matches)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rustls::version::TLS13;

    use super::*;
    use crate::model::plan::question::{DnsQuestion, DnsRecord, HostName};
    use crate::probe::host::dns;
    use crate::probe::host::test_peers::{Authority, closed_port, serve_https, serve_zone, world};

    const POLICY: &str = "version: STSv1\r\nmode: enforce\r\nmx: *.x.test\r\nmax_age: 604800\r\n";
    const ZONE: &str = "x.test. MX 10 mx.x.test.\n_mta-sts.x.test. TXT \"v=STSv1; id=1;\"\n";

    async fn facts(zone: &str, policy: &str, host: &str) -> Facts {
        let authority = Authority::new();
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n{policy}");
        let config = authority.server(host, &[&TLS13], |_| {});
        let mut world = world("https://x.test");
        let address = match policy {
            "" => closed_port().await,
            _ => serve_https(config, answer).await,
        };
        world.connect_to.insert("mta-sts.x.test".into(), vec![address]);
        world.roots.insert("ca.pem".into(), authority.pem.clone());
        world.resolver = Some(serve_zone(zone).await);
        let name = HostName::Literal("x.test".into());
        let question = DnsQuestion { name, below: None, record: DnsRecord::MtaSts };
        dns::observe(&question, &world, Duration::from_secs(20)).await.answer.unwrap()
    }

    #[tokio::test]
    async fn a_policy_is_fetched_and_compared_with_the_exchangers() {
        let own = "mta-sts.x.test";
        let testing = POLICY.replace("enforce", "testing");
        let twice = format!("{ZONE}_mta-sts.x.test. TXT \"v=STSv1; id=2;\"\n");
        let other = ZONE.replace("mx.x.test", "mx.y.test");
        for (zone, policy, host, wanted) in [
            (ZONE, POLICY, own, "enforced"),
            (ZONE, &*testing, own, "not enforced: the policy has the mode `testing`"),
            (
                &*other,
                POLICY,
                own,
                "not enforced: the policy does not list the mail exchanger `mx.y.test`",
            ),
            (&*twice, POLICY, own, "not enforced: `_mta-sts.x.test` has 2 MTA-STS records"),
            (
                "x.test. MX 10 mx.x.test.",
                POLICY,
                own,
                "not enforced: `_mta-sts.x.test` has no MTA-STS record",
            ),
            (
                ZONE,
                POLICY,
                "y.test",
                "not enforced: at `mta-sts.x.test`, its certificate is for another host",
            ),
        ] {
            let facts = facts(zone, policy, host).await;
            assert_eq!(
                facts.at("/mta_sts"),
                Some(&json!(wanted)),
                "{:?}",
                facts.unclear("/mta_sts")
            );
        }
        let unknown = facts(ZONE, "", own).await;
        assert!(unknown.unclear("/mta_sts").unwrap().contains("could not be fetched"));
    }

    #[test]
    fn policies_are_read() {
        let valid = "version: STSv1\r\nmode: enforce\r\nmx: mx.x.test\r\nmx: *.y.test\r\nmax_age: 604800\r\n";
        let policy = Policy::read(valid).ok().unwrap();
        assert_eq!(policy.mode, "enforce");
        for (exchanger, listed) in
            [("mx.x.test", true), ("a.y.test", true), ("a.b.y.test", false), ("y.test", false)]
        {
            assert_eq!(policy.lists(exchanger), listed, "{exchanger}");
        }
        for (from, to, why) in [
            ("STSv1", "STSv2", "has no `version: STSv1`"),
            ("enforce", "strict", "has the unknown mode `strict`"),
            ("604800", "a week", "has no valid `max_age`"),
            ("604800", "99999999", "has no valid `max_age`"),
            ("604800", "0", "has `max_age: 0`, so it expires at once"),
            ("version:", "version :", "has no `version: STSv1`"),
        ] {
            assert_eq!(Policy::read(&valid.replace(from, to)).err().as_deref(), Some(why));
        }
    }

    #[test]
    fn answers_with_a_policy_are_recognised() {
        let answer = |head: &str| policy_in(format!("HTTP/1.1 {head}\r\n\r\nmode: x").as_bytes());
        let text = |head: &str| answer(head).unwrap()["text"].clone();
        let wrong = |head: &str| answer(head).unwrap()["wrong"].clone();
        assert_eq!(text("200 OK\r\nContent-Type: Text/plain; charset=utf-8"), "mode: x");
        assert_eq!(
            wrong("200 OK\r\nContent-Type: text/html"),
            "the policy is not of the type `text/plain`"
        );
        assert_eq!(wrong("301 Moved"), "the policy is answered with the status 301");
        assert_eq!(answer("503 Busy").unwrap_err().reason, Reason::ServerError);
        assert_eq!(policy_in(b"hello").unwrap_err().reason, Reason::Unparsable);
    }

    #[test]
    fn half_a_policy_is_none() {
        let answer = |fields: &str| {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n{fields}\r\n");
            policy_in(format!("{head}{POLICY}").as_bytes())
        };
        let length = POLICY.len();
        for sound in [String::new(), format!("Content-Length: {length}\r\n")] {
            assert_eq!(answer(&sound).unwrap()["text"], POLICY, "{sound}");
        }
        for unclear in [
            format!("Content-Length: {}\r\n", length + 1),
            format!("Content-Length: {length}\r\nContent-Length: 5\r\n"),
            "Content-Length: -5\r\n".to_owned(),
            "Transfer-Encoding: chunked\r\n".to_owned(),
        ] {
            assert!(answer(&unclear).is_err(), "{unclear}");
        }
    }
}
