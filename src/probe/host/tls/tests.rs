//! The TLS instrument against real servers.

use std::net::Ipv4Addr;

use hickory_resolver::proto::rr::RData;
use rcgen::{BasicConstraints, CertificateParams, IsCa, date_time_ymd};
use rustls::version::{TLS12, TLS13};
use tokio::net::TcpListener;

use super::*;
use crate::model::answer::facts::Facts;
use crate::probe::host::test_peers::{
    Authority, closed_port, serve_bytes, serve_dns, serve_silence, serve_smtp, serve_tls,
    serve_zone, world,
};

/// Far longer than loopback needs; only a test that breaks waits for it.
const TIMEOUT: Duration = Duration::from_secs(20);

fn question(ask: TlsAsk) -> TlsQuestion {
    TlsQuestion { host: HostName::Target, ask, smtp: None }
}

fn world_at(address: SocketAddr) -> World {
    let mut world = world("https://addon.test");
    world.connect_to.insert("addon.test".into(), vec![address]);
    world
}

async fn ask(ask: TlsAsk, world: &World) -> Result<Facts, ProbeError> {
    observe(&question(ask), world, TIMEOUT).await.answer
}

async fn serve(config: rustls::ServerConfig) -> World {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    serve_tls(listener, config);
    world_at(address)
}

/// A value of the first address, or of its certificate: `/certificate/trust`.
fn at(facts: &Facts, pointer: &str) -> Value {
    let pointer = match pointer.strip_prefix("/certificate") {
        Some(rest) => format!("/certificates/0{rest}"),
        None => format!("/addresses/0{pointer}"),
    };
    facts.at(&pointer).cloned().unwrap_or_default()
}

#[tokio::test]
async fn the_facts_of_a_handshake_include_version_certificate_and_trust() {
    let authority = Authority::new();
    let mut world = serve(authority.server("addon.test", &[&TLS12], |_| {})).await;
    world.roots.insert("ca.pem".into(), authority.pem.clone());
    let facts = ask(TlsAsk::Handshake(TlsVersion::Tls12), &world).await.unwrap();
    assert_eq!(at(&facts, "/version"), "TLS 1.2");
    assert_eq!(at(&facts, "/certificate/trust"), "trusted");
    assert_eq!(at(&facts, "/certificate/covers_host"), true);
    assert_eq!(at(&facts, "/certificate/names"), json!(["addon.test"]));
    assert_eq!(
        at(&facts, "/certificate/chain/0/key"),
        json!({"algorithm": "EC", "bits": 256, "strength": 128})
    );
    assert_eq!(at(&facts, "/certificate/strength"), 128);
    assert_eq!(at(&facts, "/certificate/hash"), "SHA-256");
    assert_eq!(facts.at("/not_after"), Some(&at(&facts, "/certificate/not_after")));
}

#[tokio::test]
async fn the_newest_version_is_negotiated_and_older_ones_are_not_offered() {
    let authority = Authority::new();
    let world = serve(authority.server("addon.test", &[&TLS12, &TLS13], |_| {})).await;
    let facts = ask(TlsAsk::Handshake(TlsVersion::Tls12), &world).await.unwrap();
    assert_eq!(at(&facts, "/version"), "TLS 1.3");
    let world = serve(authority.server("addon.test", &[&TLS12], |_| {})).await;
    let facts = ask(TlsAsk::Handshake(TlsVersion::Tls13), &world).await.unwrap();
    assert_eq!(at(&facts, "/answer"), "alert");
    assert_eq!(at(&facts, "/version"), Value::Null);
}

#[tokio::test]
async fn an_untrusted_certificate_is_an_observation() {
    let world = serve(Authority::new().server("addon.test", &[&TLS13], |_| {})).await;
    let mut other = world.clone();
    other.roots.insert("ca.pem".into(), Authority::named("Somebody else").pem);
    let facts = ask(TlsAsk::Handshake(TlsVersion::Tls12), &other).await.unwrap();
    assert_eq!(at(&facts, "/certificate/covers_host"), true);
    let why = "the certificate of its issuer, “Test authority”, was not sent and is not known";
    assert_eq!(at(&facts, "/certificate/trust"), why);
}

#[tokio::test]
async fn a_certificate_of_an_authority_is_reported() {
    let authority = Authority::new();
    let make_authority = |params: &mut CertificateParams| {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    };
    let mut world = serve(authority.server("addon.test", &[&TLS13], make_authority)).await;
    world.roots.insert("ca.pem".into(), authority.pem.clone());
    let facts = ask(TlsAsk::Handshake(TlsVersion::Tls12), &world).await.unwrap();
    let distrust = at(&facts, "/certificate/trust").to_string();
    assert!(distrust.contains("for a certificate authority and not for a host"), "{distrust}");
}

#[tokio::test]
async fn a_certificate_for_another_host_is_trusted_and_does_not_cover_this_one() {
    let authority = Authority::new();
    let mut world = serve(authority.server("other.test", &[&TLS13], |_| {})).await;
    world.roots.insert("ca.pem".into(), authority.pem.clone());
    let facts = ask(TlsAsk::Handshake(TlsVersion::Tls12), &world).await.unwrap();
    assert_eq!(at(&facts, "/certificate/trust"), "trusted");
    assert_eq!(at(&facts, "/certificate/covers_host"), false);
}

#[tokio::test]
async fn an_expired_certificate_is_expired_and_not_untrusted() {
    let authority = Authority::new();
    let config = authority.server("addon.test", &[&TLS13], |params| {
        params.not_before = date_time_ymd(2019, 1, 1);
        params.not_after = date_time_ymd(2020, 1, 1);
    });
    let mut world = serve(config).await;
    world.roots.insert("ca.pem".into(), authority.pem.clone());
    let facts = ask(TlsAsk::Handshake(TlsVersion::Tls12), &world).await.unwrap();
    assert_eq!(at(&facts, "/certificate/trust"), "trusted");
    assert_eq!(facts.at("/not_after"), Some(&json!("2020-01-01T00:00:00Z")));
}

#[tokio::test]
async fn a_server_refuses_versions_that_it_does_not_support() {
    let authority = Authority::new();
    let world = serve(authority.server("addon.test", &[&TLS12, &TLS13], |_| {})).await;
    for version in [TlsVersion::Ssl30, TlsVersion::Tls10, TlsVersion::Tls11] {
        let facts = ask(TlsAsk::Offer(version), &world).await.unwrap();
        assert_eq!(at(&facts, "/refused"), true, "{version}");
        assert_eq!(at(&facts, "/answer"), "alert", "{version}");
    }
    let facts = ask(TlsAsk::Offer(TlsVersion::Tls12), &world).await.unwrap();
    assert_eq!(at(&facts, "/refused"), false);
    assert_eq!(at(&facts, "/version"), "TLS 1.2");
}

#[tokio::test]
async fn a_server_hello_accepts_the_version_that_it_contains() {
    // No session, one of the oldest suites, no compression.
    let mut hello = vec![22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1];
    hello.extend([7; 32]);
    hello.extend([0, 0, 0x2f, 0]);
    let world = world_at(serve_bytes(hello.leak()).await);
    let facts = ask(TlsAsk::Offer(TlsVersion::Tls10), &world).await.unwrap();
    assert_eq!(at(&facts, "/refused"), false);
    let facts = ask(TlsAsk::Offer(TlsVersion::Tls11), &world).await.unwrap();
    assert_eq!(at(&facts, "/refused"), true);
    assert_eq!(at(&facts, "/version"), "TLS 1.0");
    let facts = ask(TlsAsk::Handshake(TlsVersion::Tls12), &world).await.unwrap();
    assert_eq!(at(&facts, "/answer"), "incompatible");
}

#[tokio::test]
async fn timeouts_closed_connections_and_server_errors_are_not_refusals() {
    let offer = TlsAsk::Offer(TlsVersion::Tls10);
    for (answer, reason) in [
        (&b""[..], Reason::Tls),
        (&[21, 3, 1, 0, 2, 1, 0][..], Reason::Tls),
        (&[21, 3, 1, 0, 2, 2, 80][..], Reason::ServerError),
        (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], Reason::Unparsable),
    ] {
        let error = ask(offer, &world_at(serve_bytes(answer).await)).await.unwrap_err();
        assert_eq!(error.reason, reason, "{answer:?}: {}", error.detail);
    }
    let silent = world_at(serve_silence().await);
    let observed = observe(&question(offer), &silent, Duration::from_millis(50)).await;
    assert_eq!(observed.answer.unwrap_err().reason, Reason::Timeout);
    let closed = world_at(closed_port().await);
    assert_eq!(ask(offer, &closed).await.unwrap_err().reason, Reason::Unreachable);
}

#[tokio::test]
async fn a_broken_handshake_is_an_error_and_an_alert_is_an_answer() {
    let shake = TlsAsk::Handshake(TlsVersion::Tls12);
    let error = ask(shake, &world_at(serve_bytes(b"").await)).await.unwrap_err();
    assert_eq!(error.reason, Reason::Tls);
    let world = world_at(serve_bytes(&[21, 3, 3, 0, 2, 2, 70]).await);
    let facts = ask(shake, &world).await.unwrap();
    assert_eq!(at(&facts, "/alert"), "protocol_version");
    assert_eq!(facts.at("/not_after"), Some(&Value::Null));
    for alert in [40, 71, 109] {
        let bytes = vec![21, 3, 3, 0, 2, 2, alert];
        let facts = ask(shake, &world_at(serve_bytes(bytes.leak()).await)).await.unwrap();
        let why = facts.unclear("/addresses").unwrap();
        assert!(why.contains("which does not concern the version"), "{why}");
    }
}

#[tokio::test]
async fn every_resolved_address_is_probed() {
    let authority = Authority::new();
    let first = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = first.local_addr().unwrap().port();
    let second = TcpListener::bind(("127.0.0.2", port)).await.unwrap();
    serve_tls(first, authority.server("addon.test", &[&TLS13], |_| {}));
    serve_tls(second, authority.server("other.test", &[&TLS12], |_| {}));
    let mut world = world(&format!("https://addon.test:{port}"));
    let addresses = [Ipv4Addr::new(127, 0, 0, 2), Ipv4Addr::LOCALHOST];
    let records = addresses.map(|address| ("addon.test", RData::A(address.into())));
    world.resolver = Some(serve_dns(records.into()).await);
    let observed = observe(&question(TlsAsk::Handshake(TlsVersion::Tls12)), &world, TIMEOUT).await;
    assert_eq!(observed.address, Some(format!("127.0.0.1:{port}, 127.0.0.2:{port}")));
    let facts = observed.answer.unwrap();
    assert_eq!(facts.at("/addresses/0/version"), Some(&json!("TLS 1.3")));
    assert_eq!(facts.at("/certificates/1/covers_host"), Some(&json!(false)));
}

#[tokio::test]
async fn plain_http_is_closed_redirects_or_serves_content() {
    let plain = |address: SocketAddr| async move {
        let mut world = world_at(closed_port().await);
        world.connect_to.insert("addon.test:80".into(), vec![address]);
        ask(TlsAsk::PlainHttp, &world).await
    };
    let facts = plain(closed_port().await).await.unwrap();
    assert_eq!(at(&facts, "/answer"), "closed");
    let redirect =
        b"HTTP/1.1 308 Permanent Redirect\r\nLocation: https://addon.test/\r\nContent-Length: 0\r\n\r\n";
    let facts = plain(serve_bytes(redirect).await).await.unwrap();
    assert_eq!(at(&facts, "/answer"), "to-https");
    assert_eq!(at(&facts, "/sets"), json!([]));
    assert_eq!(facts.status(), Some(308));
    let page = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
    assert_eq!(at(&plain(serve_bytes(page).await).await.unwrap(), "/answer"), "content");
    let broken = plain(serve_bytes(b"").await).await.unwrap_err();
    assert_eq!(broken.reason, Reason::Unreachable);
}

#[tokio::test]
async fn the_whole_chain_counts() {
    let year =
        |year| move |params: &mut CertificateParams| params.not_after = date_time_ymd(year, 1, 1);
    let root = Authority::new();
    let chain_of = |until: i32| root.intermediate("Middle", year(until));
    let with_root = |mut world: World| {
        world.roots.insert("ca.pem".into(), root.pem.clone());
        world
    };
    for (until, shown) in [(4000, "4000"), (2021, "2021")] {
        let middle = chain_of(until);
        let config = middle.server("addon.test", &[&TLS13], year(4000));
        let facts = ask(TlsAsk::Handshake(TlsVersion::Tls12), &with_root(serve(config).await))
            .await
            .unwrap();
        assert_eq!(at(&facts, "/certificate/trust"), "trusted", "{until}");
        let end = at(&facts, "/certificate/valid_until");
        assert!(end.as_str().unwrap().starts_with(shown), "{until}: {end}");
        let first = if until == 2021 { "Middle" } else { "rcgen self signed cert" };
        assert_eq!(at(&facts, "/certificate/first_to_end"), first);
    }
    let alone = chain_of(4000).without_itself().server("addon.test", &[&TLS13], |_| {});
    let facts =
        ask(TlsAsk::Handshake(TlsVersion::Tls12), &with_root(serve(alone).await)).await.unwrap();
    let why = "the certificate of its issuer, “Middle”, was not sent and is not known";
    assert_eq!(at(&facts, "/certificate/trust"), why);
    let other = serve(chain_of(4000).server("addon.test", &[&TLS13], |_| {})).await;
    let facts = ask(TlsAsk::Handshake(TlsVersion::Tls12), &other).await.unwrap();
    let why = "the certificate of “Test authority”, the issuer of “Middle”, was not sent and is not known";
    assert_eq!(at(&facts, "/certificate/trust"), why);
}

#[tokio::test]
async fn a_key_on_p521_leaves_open_what_the_version_proves() {
    let authority = Authority::new();
    for versions in [[&TLS12], [&TLS13]] {
        let config = authority.server_on_p521("addon.test", &versions);
        let facts = ask(TlsAsk::Handshake(TlsVersion::Tls12), &serve(config).await).await.unwrap();
        let why = facts.unclear("/addresses").unwrap();
        assert!(why.contains("was agreed, but there is no common signature algorithm"), "{why}");
        assert!(why.contains("P-521") && facts.unclear("/certificates").is_some());
        assert_eq!(at(&facts, "/answer"), "server-hello");
    }
}

#[tokio::test]
async fn a_server_that_wants_a_client_certificate_is_named() {
    let authority = Authority::new();
    let shake = TlsAsk::Handshake(TlsVersion::Tls12);
    let world = serve(authority.server_with_clients("addon.test", &[&TLS12])).await;
    let facts = ask(shake, &world).await.unwrap();
    let why = facts.unclear("/addresses").unwrap();
    assert!(
        why.contains("TLS 1.2 was agreed, but the server asks for a client certificate"),
        "{why}"
    );
    let world = serve(authority.server_with_clients("addon.test", &[&TLS13])).await;
    assert_eq!(at(&ask(shake, &world).await.unwrap(), "/version"), "TLS 1.3");
}

#[tokio::test]
async fn tls_is_started_in_smtp() {
    let authority = Authority::new();
    let at_mx = |offers: &'static str| {
        let config = authority.server("mx.test", &[&TLS12, &TLS13], |_| {});
        async move {
            let mut world = world("https://x.test");
            let smtp = serve_smtp(offers, config).await;
            world.connect_to.insert("mx.test:25".into(), vec![smtp]);
            world.resolver = Some(serve_zone("x.test. MX 10 mx.test.\n").await);
            world
        }
    };
    let question = |ask| TlsQuestion {
        host: HostName::Literal("x.test".into()),
        ask,
        smtp: Some(Smtp::Exchangers),
    };
    let mut world = at_mx("250-mx.test\r\n250-SIZE 1000\r\n250 STARTTLS\r\n").await;
    world.roots.insert("ca.pem".into(), authority.pem.clone());
    let shake = question(TlsAsk::Handshake(TlsVersion::Tls12));
    let facts = observe(&shake, &world, TIMEOUT).await.answer.unwrap();
    assert_eq!(at(&facts, "/version"), "TLS 1.3");
    assert_eq!(at(&facts, "/certificate/trust"), "trusted");
    assert_eq!(at(&facts, "/certificate/covers_host"), true);
    assert!(facts.at("/not_after").unwrap().is_string());
    let offer = question(TlsAsk::Offer(TlsVersion::Tls10));
    let facts = observe(&offer, &world, TIMEOUT).await.answer.unwrap();
    assert_eq!(at(&facts, "/refused"), true);
    let plain = at_mx("250 mx.test\r\n").await;
    let facts = observe(&shake, &plain, TIMEOUT).await.answer.unwrap();
    assert_eq!(at(&facts, "/answer"), "no-starttls");
    let busy = at_mx("421 come back later\r\n").await;
    let error = observe(&shake, &busy, TIMEOUT).await.answer.unwrap_err();
    assert!(
        error.detail.contains("the mail server replied 421 come back later"),
        "{}",
        error.detail
    );
    let mut nobody = plain.clone();
    nobody.resolver = Some(serve_zone("x.test. A 192.0.2.1\n").await);
    let error = observe(&shake, &nobody, TIMEOUT).await.answer.unwrap_err();
    assert_eq!(error.detail, "`x.test` has no mail exchanger");
}
