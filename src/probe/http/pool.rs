//! Connections: a pool of its own for each actor, so that nothing which one actor was told, a
//! cookie, a session, a cached answer, can colour what another is told.
//!
//! HTTP/1.1 only: one question, one answer, and a connection that ends says so of one of them.

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
use crate::probe::host::resolve::Names;

/// How Avouch names itself to the target.
const USER_AGENT: &str = concat!("avouch/", env!("CARGO_PKG_VERSION"));

/// Servers close idle connections; a request on one that is being closed fails for no reason of
/// the service's.
const IDLE_MAX: Duration = Duration::from_secs(4);

/// Clients that are kept for their open connections; each has few, and all of them together stay far
/// below what a process may have open. Of more actors than this, those asked longest ago lose theirs.
const CLIENTS_MAX: usize = 128;

/// The clients of a run.
pub(crate) struct Pool<'a> {
    world: &'a World,
    tls: ClientConfig,
    names: Arc<Names>,
    /// Those used last come last.
    clients: Mutex<IndexMap<(String, Option<Route>), Client>>,
}

/// Where connections to a host really go.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Route {
    host: String,
    address: SocketAddr,
}

/// A client, and the address to give it for the one that is meant.
pub(crate) struct Connection {
    /// The client.
    pub(crate) client: Client,
    /// The address to send to.
    pub(crate) url: Url,
    /// The `Host` field, where the address has another port than is meant.
    pub(crate) host: Option<HeaderValue>,
    /// The socket that is asked, where it is known beforehand.
    pub(crate) address: Option<SocketAddr>,
}

impl<'a> Pool<'a> {
    /// The clients of a run, none of them connected.
    ///
    /// `timeout` bounds how long a name is looked up.
    pub(crate) fn new(world: &'a World, timeout: Duration) -> Result<Self, ProbeError> {
        // The demo's resolver knows the demo's names alone, and those have their addresses already.
        let resolver = world.resolver.filter(|_| !world.embedded);
        let names = Arc::new(Names::new(resolver, timeout));
        Ok(Self { world, tls: tls(&world.roots)?, names, clients: Mutex::default() })
    }

    /// The connection on which `actor` asks for `url`.
    pub(crate) fn connection(&self, actor: &str, url: &Url) -> Result<Connection, ProbeError> {
        let route = self.route(url);
        let client = self.client(actor, route.as_ref())?;
        let address = route.map(|route| route.address);
        let moved = address.and_then(|address| moved(url, address));
        let host = moved.as_ref().and_then(|_| host_field(url));
        Ok(Connection { client, url: moved.unwrap_or_else(|| url.clone()), host, address })
    }

    /// The addresses of the host of `url` beside the one that was asked. There are none where the
    /// project says itself where connections go.
    pub(crate) fn not_asked(&self, url: &Url, asked: Option<&str>) -> Vec<String> {
        let asked = asked.and_then(|asked| asked.parse::<SocketAddr>().ok());
        let (Some(asked), Some(host), None) = (asked, url.host_str(), self.route(url)) else {
            return Vec::new();
        };
        let others = self.names.known(host).into_iter().filter(|one| *one != asked.ip());
        others.map(|one| one.to_string()).collect()
    }

    fn route(&self, url: &Url) -> Option<Route> {
        let host = url.host_str()?;
        let port = url.port_or_known_default()?;
        let with_port = self.world.connect_to.get(&format!("{host}:{port}"));
        let address = *with_port.or_else(|| self.world.connect_to.get(host))?;
        let host = host.to_owned();
        Some(Route { host, address })
    }

    fn client(&self, actor: &str, route: Option<&Route>) -> Result<Client, ProbeError> {
        let key = (actor.to_owned(), route.cloned());
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let client = match clients.shift_remove(&key) {
            Some(client) => client,
            None => build(&self.tls, &self.names, route)?,
        };
        if clients.len() >= CLIENTS_MAX {
            // A request that is under way keeps its client until it is done.
            clients.shift_remove_index(0);
        }
        clients.insert(key, client.clone());
        Ok(client)
    }
}

/// The address with the port, and for an IP address the host, of the socket that is asked. A name
/// without a port needs nothing: the route says it all.
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
    names: &Arc<Names>,
    route: Option<&Route>,
) -> Result<Client, ProbeError> {
    let mut tls = tls.clone();
    // A ticket of one actor's session would tell the server who comes back.
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
    if let Some(route) = route {
        builder = builder.resolve(&route.host, route.address);
    }
    let failed = |error: reqwest::Error| ProbeError::new(Reason::Tls, error.to_string());
    builder.build().map_err(failed)
}

/// What is trusted: the system's authorities, and the project's own beside them.
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
    ProbeError::new(Reason::Tls, format!("`{file}` holds no certificate in PEM"))
}
