//! Connections: one pool per actor, so that a cookie, a session or a cached answer of one actor cannot
//! influence the answers to another.
//!
//! HTTP/1.1 only: each connection carries one request at a time, so that a connection that breaks
//! affects one request.

use std::collections::BTreeMap;
use std::net::SocketAddr;
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
use rustls_platform_verifier::Verifier;
use url::Url;

use crate::model::answer::error::ProbeError;
use crate::model::answer::verdict::Reason;
use crate::model::project::world::World;
use crate::probe::host::resolve::CachingResolver;

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
}

/// A client serves one actor, with one route, and either keeps its connections or does not.
type Key = (String, Option<Route>, Reuse);

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
        Ok(Self { world, tls: tls(&world.roots)?, names, clients: Mutex::default() })
    }

    /// The connection for a request of `actor` to `url`.
    pub(crate) fn connection(
        &self,
        actor: &str,
        url: &Url,
        way: &Way,
    ) -> Result<Connection, ProbeError> {
        let route = way.route(self.world, url).or_else(|| route(self.world, url));
        let client = self.client((actor.to_owned(), route.clone(), way.reuse))?;
        let address = route.map(|route| route.address);
        let moved = address.and_then(|address| moved(url, address));
        let host = moved.as_ref().and_then(|_| host_field(url));
        Ok(Connection { client, url: moved.unwrap_or_else(|| url.clone()), host, address })
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

    fn client(&self, key: Key) -> Result<Client, ProbeError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let client = match clients.shift_remove(&key) {
            Some(client) => client,
            None => build(&self.tls, &self.names, &key)?,
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
    let host = url.host_str()?;
    let text = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    text.parse().ok()
}

fn build(
    tls: &ClientConfig,
    names: &Arc<CachingResolver>,
    (_, route, reuse): &Key,
) -> Result<Client, ProbeError> {
    let mut tls = tls.clone();
    // A session ticket shared between actors would let the server link them.
    tls.resumption = Resumption::in_memory_sessions(8);
    let identity = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static("identity"))]);
    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .http1_only()
        .dns_resolver(names.clone())
        .no_proxy()
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .user_agent(USER_AGENT)
        .default_headers(identity)
        .pool_idle_timeout(IDLE_MAX);
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
    let mut config = builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn no_certificate(file: &str) -> ProbeError {
    ProbeError::new(Reason::Tls, format!("`{file}` contains no certificate in PEM format"))
}
