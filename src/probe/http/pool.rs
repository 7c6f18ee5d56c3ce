//! Connections: one pool per actor, so that a cookie, a session or a cached answer of one actor cannot
//! influence the answers to another.
//!
//! HTTP/1.1, if the server speaks it: each connection carries one request at a time, so that a connection that
//! breaks affects one request. HTTP/2 is for servers that speak nothing else.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indexmap::IndexMap;
use reqwest::Client;
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use rustls::ClientConfig;
use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::sign::SingleCertAndKey;
use rustls_platform_verifier::Verifier;
use url::{Position, Url};

use crate::model::answer::error::ProbeError;
use crate::model::answer::verdict::Reason;
use crate::model::project::world::World;
use crate::probe::credential::identity::Identity;
use crate::probe::host::resolve::CachingResolver;
use crate::probe::http::alpn;

/// The `User-Agent` that Avouch sends.
const USER_AGENT: &str = concat!("avouch/", env!("CARGO_PKG_VERSION"));

/// How long an idle connection is kept. Servers close idle connections, and a request on one that is
/// being closed would fail although the service works.
const IDLE_MAX: Duration = Duration::from_secs(4);

/// The number of clients that are kept for their open connections, far below the limit of open files of
/// a process. With more actors, the least recently used clients are dropped.
const CLIENTS_MAX: usize = 128;

/// The clients of a run.
pub(crate) struct Pool<'a> {
    world: &'a World,
    tls: ClientConfig,
    names: Arc<CachingResolver>,
    /// In the order of their last use.
    clients: Mutex<IndexMap<Key, Client>>,
    /// The servers, by host and port, that were asked whether they speak HTTP/2 only, with their answers.
    only_http2: Mutex<BTreeMap<String, bool>>,
}

/// A client serves one actor, with one route, keeps its connections or does not, and speaks one protocol.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    actor: String,
    /// The name of the certificate that it shows.
    identity: Option<String>,
    route: Option<Route>,
    reuse: Reuse,
    protocol: Protocol,
}

/// Who a connection is for: an actor, and the certificate that it shows.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'a> {
    /// The actor.
    pub(crate) actor: &'a str,
    /// Its certificate.
    pub(crate) identity: Option<&'a Identity>,
}

/// The version of HTTP that a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Protocol {
    /// HTTP/1.1.
    Http1,
    /// HTTP/2.
    Http2,
}

/// How a request reaches its host.
#[derive(Clone, Debug, Default)]
pub(crate) struct Way {
    /// The host whose address is chosen, and that address; otherwise the client chooses one.
    pub(crate) pinned: Option<(String, SocketAddr)>,
    /// Whether it may use a connection that is open already.
    pub(crate) reuse: Reuse,
}

/// Whether a request may use an open connection of its actor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Reuse {
    /// It may.
    #[default]
    Open,
    /// It may not: several servers behind one address answer in turn, one for each connection.
    Never,
}

/// A host whose address is set, by the project or for one request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Route {
    host: String,
    address: SocketAddr,
}

/// A client, and the address to request from it.
pub(crate) struct Connection {
    /// The client.
    pub(crate) client: Client,
    /// The address to send to.
    pub(crate) url: Url,
    /// The `Host` field, where `url` has another port than the original address.
    pub(crate) host: Option<HeaderValue>,
    /// The socket address, where it is set.
    pub(crate) address: Option<SocketAddr>,
}

impl<'a> Pool<'a> {
    /// Creates the clients of a run, not connected yet.
    ///
    /// `timeout` is the limit for one name lookup.
    pub(crate) fn new(world: &'a World, timeout: Duration) -> Result<Self, ProbeError> {
        // The demo's resolver knows only the demo's names, whose addresses are set already.
        let resolver = world.resolver.filter(|_| !world.embedded);
        let names = Arc::new(CachingResolver::new(resolver, timeout));
        let (tls, clients) = (tls(&world.roots)?, Mutex::default());
        Ok(Self { world, tls, names, clients, only_http2: Mutex::default() })
    }

    /// The connection for a request of `caller` to `url`.
    pub(crate) fn connection(
        &self,
        caller: Caller<'_>,
        url: &Url,
        way: &Way,
    ) -> Result<Connection, ProbeError> {
        let route = way.route(self.world, url).or_else(|| route(self.world, url));
        let protocol = self.protocol(url);
        let key = Key {
            actor: caller.actor.to_owned(),
            identity: caller.identity.map(|one| one.name.clone()),
            route: route.clone(),
            reuse: way.reuse,
            protocol,
        };
        let client = self.client(key, caller.identity)?;
        let address = route.map(|route| route.address);
        let moved = address.and_then(|address| moved(url, address));
        // HTTP/2 has the host in a field of its own, which must not contradict this one.
        let host = moved.as_ref().filter(|_| protocol == Protocol::Http1);
        let host = host.and_then(|_| host_field(url));
        Ok(Connection { client, url: moved.unwrap_or_else(|| url.clone()), host, address })
    }

    /// Whether the server at `url` speaks HTTP/2 and not HTTP/1.1; requests to it use HTTP/2 from then on.
    /// `limit` bounds the time that finding out may take.
    pub(crate) async fn finds_only_http2(&self, url: &Url, way: &Way, limit: Duration) -> bool {
        let known = |found: &BTreeMap<String, bool>| found.get(&server(url)).copied();
        if let Some(found) = known(&self.only_http2.lock().unwrap_or_else(PoisonError::into_inner))
        {
            return found;
        }
        let address = self.addresses(url, way).await.ok().and_then(|all| all.first().copied());
        let (Some(address), Some(host)) = (address, url.host_str()) else { return false };
        let found = alpn::only_http2(address, host, &self.tls, limit).await;
        let mut all = self.only_http2.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(server(url), found);
        found
    }

    /// The addresses to which a request to `url` may connect. Each name is looked up once per run, so that
    /// later connections use the same addresses.
    pub(crate) async fn addresses(
        &self,
        url: &Url,
        way: &Way,
    ) -> Result<Vec<SocketAddr>, ProbeError> {
        if let Some(route) = way.route(self.world, url).or_else(|| route(self.world, url)) {
            return Ok(vec![route.address]);
        }
        let port = url.port_or_known_default().unwrap_or_default();
        let all = match url.host() {
            Some(url::Host::Ipv4(ip)) => vec![ip.into()],
            Some(url::Host::Ipv6(ip)) => vec![ip.into()],
            Some(url::Host::Domain(name)) => self.names.addresses(name).await?,
            None => Vec::new(),
        };
        Ok(all.into_iter().map(|ip: IpAddr| SocketAddr::new(ip, port)).collect())
    }

    fn protocol(&self, url: &Url) -> Protocol {
        let all = self.only_http2.lock().unwrap_or_else(PoisonError::into_inner);
        match all.get(&server(url)) {
            Some(true) => Protocol::Http2,
            _ => Protocol::Http1,
        }
    }

    /// The names that the run has looked up.
    pub(crate) fn names(&self) -> &CachingResolver {
        &self.names
    }

    /// The addresses of the host of `url` other than `asked`. Empty where the project sets the address.
    pub(crate) fn not_asked(&self, url: &Url, asked: Option<&str>) -> Vec<String> {
        let asked = asked.and_then(|asked| asked.parse::<SocketAddr>().ok());
        let (Some(asked), Some(host), None) = (asked, url.host_str(), route(self.world, url))
        else {
            return Vec::new();
        };
        let others = self.names.known(host).into_iter().filter(|one| *one != asked.ip());
        others.map(|one| one.to_string()).collect()
    }

    fn client(&self, key: Key, identity: Option<&Identity>) -> Result<Client, ProbeError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let client = match clients.shift_remove(&key) {
            Some(client) => client,
            None => build(&self.tls, &self.names, &key, identity)?,
        };
        if clients.len() >= CLIENTS_MAX {
            // A request in flight keeps its client until it is complete.
            clients.shift_remove_index(0);
        }
        clients.insert(key, client.clone());
        Ok(client)
    }
}

impl Way {
    /// The route to the pinned address, for an address of the same host. Another port of the host may have
    /// other addresses.
    fn route(&self, world: &World, url: &Url) -> Option<Route> {
        let (host, pinned) = self.pinned.as_ref()?;
        let port = url.port_or_known_default()?;
        let address = match world.connects_to(url) {
            [] => SocketAddr::new(pinned.ip(), port),
            set => *set.iter().find(|one| *one == pinned)?,
        };
        (url.host_str() == Some(host)).then(|| Route { host: host.clone(), address })
    }
}

/// Host and port of an address.
fn server(url: &Url) -> String {
    let port = url.port_or_known_default().unwrap_or_default();
    format!("{}:{port}", url.host_str().unwrap_or_default())
}

/// The route that the project sets for an address; the first one if it sets several.
fn route(world: &World, url: &Url) -> Option<Route> {
    let host = url.host_str()?.to_owned();
    Some(Route { host, address: *world.connects_to(url).first()? })
}

/// Replaces the port of `url`, and its host if that is an IP address, with those of `address`. Returns
/// `None` if nothing must change: a host name without a port is routed by the resolver.
fn moved(url: &Url, address: SocketAddr) -> Option<Url> {
    let named = url.domain().is_some();
    if named && url.port().is_none_or(|port| port == address.port()) {
        return None;
    }
    let mut url = url.clone();
    if !named {
        url.set_ip_host(address.ip()).ok()?;
    }
    url.set_port(Some(address.port())).ok()?;
    Some(url)
}

fn host_field(url: &Url) -> Option<HeaderValue> {
    url[Position::BeforeHost..Position::AfterPort].parse().ok()
}

fn build(
    tls: &ClientConfig,
    names: &Arc<CachingResolver>,
    Key { route, reuse, protocol, .. }: &Key,
    identity: Option<&Identity>,
) -> Result<Client, ProbeError> {
    let mut tls = tls.clone();
    if let Some(identity) = identity {
        tls.client_auth_cert_resolver = Arc::new(SingleCertAndKey::from(identity.key.clone()));
    }
    // A session ticket shared between actors would let the server link them.
    tls.resumption = Resumption::in_memory_sessions(8);
    let name = if *protocol == Protocol::Http2 { alpn::HTTP_2 } else { alpn::HTTP_1 };
    tls.alpn_protocols = vec![name.to_vec()];
    let identity = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static("identity"))]);
    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(names.clone())
        .no_proxy()
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .user_agent(USER_AGENT)
        .default_headers(identity)
        .pool_idle_timeout(IDLE_MAX);
    builder = match protocol {
        Protocol::Http1 => builder.http1_only(),
        Protocol::Http2 => builder.http2_prior_knowledge(),
    };
    if *reuse == Reuse::Never {
        builder = builder.pool_max_idle_per_host(0);
    }
    if let Some(route) = route {
        builder = builder.resolve(&route.host, route.address);
    }
    let failed = |error: reqwest::Error| ProbeError::new(Reason::Tls, error.to_string());
    builder.build().map_err(failed)
}

/// Trusts the system's certificate authorities and the project's own.
fn tls(roots: &BTreeMap<String, String>) -> Result<ClientConfig, ProbeError> {
    let mut extra = Vec::new();
    for (file, pem) in roots {
        let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
        let read = read.ok().filter(|read| !read.is_empty());
        extra.extend(read.ok_or_else(|| no_certificate(file))?);
    }
    let provider = Arc::new(ring::default_provider());
    let verifier = Verifier::new_with_extra_roots(extra, provider.clone());
    let verifier = verifier.map_err(|error| ProbeError::new(Reason::Tls, error.to_string()))?;
    config(provider, verifier)
        .map_err(|error: rustls::Error| ProbeError::new(Reason::Tls, error.to_string()))
}

fn config(
    provider: Arc<CryptoProvider>,
    verifier: Verifier,
) -> Result<ClientConfig, rustls::Error> {
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

fn no_certificate(file: &str) -> ProbeError {
    ProbeError::new(Reason::Tls, format!("`{file}` contains no certificate in PEM format"))
}
