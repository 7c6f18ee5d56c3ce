//! Starts the demo, and returns its addresses.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::from_fn_with_state;
use axum::response::{Html, Redirect};
use jiff::Timestamp;
use rustls::ServerConfig;
use rustls::crypto::ring;
use tempfile::TempDir;
use tokio::net::TcpSocket;
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::TlsAcceptor;

use crate::addon;
use crate::addon::{App, LANDING, Node};
use crate::authority::Authority;
use crate::flaw::Flaw;
use crate::key_server::KeyServer;
use crate::listen;
use crate::listen::{Protocol, by_host};
use crate::mode;
use crate::mode::Mode;
use crate::names::{
    ADDON, KEYS, MAIL_DOMAIN, MEDIA, PLATFORM, PLATFORM_ZONE, SUPPORT, TARGET, VENDOR, WORLD,
};
use crate::secrets::Secrets;
use crate::setup::{set_up, tenants, tenants_jsonl};
use crate::zone::Zone;
use crate::{dns, world};

/// The interval between backups.
const BACKUP_EVERY: Duration = Duration::from_secs(3600);

/// The settings of a demo.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The flaws. Without flaws every claim holds.
    pub flaws: BTreeSet<Flaw>,
    /// The behaviour of the add-on as a whole.
    pub mode: Mode,
    /// A fixed time; `None` for the real clock.
    pub clock: Option<Timestamp>,
    /// The number of tenants in addition to the named ones.
    pub tenants: usize,
    /// The contacts in `security.txt`, as addresses. If empty, the demo's own.
    pub contacts: Vec<String>,
}

/// A running demo; dropping it stops it.
#[derive(Debug)]
pub struct Demo {
    runtime: Option<Runtime>,
    root_pem: String,
    connect_to: BTreeMap<String, Vec<SocketAddr>>,
    resolver: SocketAddr,
    backups: PathBuf,
    tenants: String,
    _closed: Vec<TcpSocket>,
    _folder: TempDir,
}

/// Starts a demo on free ports of the loopback interface. Returns when all ports accept connections.
///
/// It runs on its own threads, so callers may be asynchronous or not.
pub fn start(options: Options, secrets: &Secrets) -> io::Result<Demo> {
    let runtime =
        Builder::new_multi_thread().worker_threads(2).thread_name("demo").enable_all().build()?;
    let folder = tempfile::tempdir()?;
    let tenants = tenants(options.tenants, secrets);
    let authority = Authority::new()?;
    let guard = runtime.enter();
    let world = listen::reserve()?;
    let key_server = KeyServer::new(world.local_addr()?, authority.der())?;
    let app = Arc::new(set_up(&options, secrets, &tenants, key_server, folder.path())?);
    let ports = open(&app, options.mode, &authority, world)?;
    let resolver = dns::serve(Zone::new(&options.flaws).map_err(io::Error::other)?)?;
    tokio::spawn(back_up(Arc::clone(&app)));
    drop(guard);
    Ok(Demo {
        runtime: Some(runtime),
        root_pem: authority.pem(),
        connect_to: ports.addresses,
        resolver,
        backups: app.backups.folder().to_owned(),
        tenants: tenants_jsonl(&tenants),
        _closed: ports.closed,
        _folder: folder,
    })
}

impl Demo {
    /// The add-on's address.
    pub fn target(&self) -> &str {
        TARGET
    }

    /// The socket addresses of each host; `HOST:80` has the port for plain HTTP.
    pub fn connect_to(&self) -> BTreeMap<String, Vec<SocketAddr>> {
        self.connect_to.clone()
    }

    /// The certificate of the authority, in PEM format.
    pub fn root_pem(&self) -> &str {
        &self.root_pem
    }

    /// The DNS server, for UDP and TCP.
    pub fn resolver(&self) -> Option<SocketAddr> {
        Some(self.resolver)
    }

    /// The folder of the backups: for each one `ID.sqlite` and the manifest `ID.json`.
    pub fn backups(&self) -> &Path {
        &self.backups
    }

    /// The tenants generated for [`Options::tenants`], one JSON object per line: `name`, `tenant`,
    /// `client_key`, `shared_secret`.
    pub fn tenants_jsonl(&self) -> &str {
        &self.tenants
    }

    /// Waits until the process ends.
    pub fn wait(self) {
        loop {
            std::thread::park();
        }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Does not wait, so that a demo may be dropped on an asynchronous thread.
            runtime.shutdown_background();
        }
    }
}

/// The addresses of the open ports, and the sockets that reserve closed ones.
#[derive(Default)]
struct Ports {
    addresses: BTreeMap<String, Vec<SocketAddr>>,
    closed: Vec<TcpSocket>,
}

fn open(app: &Arc<App>, mode: Mode, authority: &Authority, world: TcpSocket) -> io::Result<Ports> {
    let mut ports = Ports::default();
    let tls = acceptor(authority, &[ADDON])?;
    let (over_tls, plain) = match mode {
        Mode::Garbage => (Protocol::TlsGarbage(tls), Protocol::Garbage),
        _ if app.has(Flaw::Tls10) => (Protocol::OldTls(tls), Protocol::Plain),
        _ => (Protocol::Tls(tls), Protocol::Plain),
    };
    let site = |router: Router| by_host(BTreeMap::from([(ADDON, router)]), app.clock);
    let node = |node: Node| (over_tls.clone(), site(addon::router(app, node, mode)));
    let plain = (plain, site(plain_router(app, mode)));
    let all = [
        (ADDON.to_owned(), node(Node::First)),
        (ADDON.to_owned(), node(Node::Second)),
        (format!("{ADDON}:80"), plain),
    ];
    for (name, (protocol, answers)) in all {
        let socket = listen::reserve()?;
        ports.addresses.entry(name).or_default().push(socket.local_addr()?);
        match mode {
            Mode::Down => ports.closed.push(socket),
            _ => listen::serve(socket, protocol, answers)?,
        }
    }
    let address = world.local_addr()?;
    let protocol = Protocol::Tls(acceptor(authority, WORLD)?);
    listen::serve(world, protocol, by_host(world::sites(app, mode), app.clock))?;
    ports.addresses.extend(WORLD.iter().map(|name| ((*name).to_owned(), vec![address])));
    Ok(ports)
}

fn acceptor(authority: &Authority, names: &[&str]) -> io::Result<TlsAcceptor> {
    let certificates = authority.issue(names)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(certificates));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// The platform's router on the plain port: it redirects everything to HTTPS.
fn plain_router(app: &App, mode: Mode) -> Router {
    let mode = if mode == Mode::Slow { mode } else { Mode::Sound };
    let routes = if app.has(Flaw::PlainHttp) {
        Router::new().fallback(async || Html(LANDING))
    } else {
        Router::new().fallback(async |request: Request| {
            let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
            Redirect::permanent(&format!("https://{ADDON}{path}"))
        })
    };
    routes.layer(from_fn_with_state(mode, mode::apply))
}

async fn back_up(app: Arc<App>) {
    let mut ticks = tokio::time::interval(BACKUP_EVERY);
    // The first tick is immediate; `set_up` has taken that backup already.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        // If a backup fails, the previous one grows old, which the checks notice.
        let _ = app.backups.take(&app.store);
    }
}

/// The host of each role; the same at every start.
pub fn hosts() -> BTreeMap<String, String> {
    let role = |(role, host): (&str, &str)| (role.to_owned(), host.to_owned());
    [
        ("platform", PLATFORM),
        ("media", MEDIA),
        ("vendor", VENDOR),
        ("support", SUPPORT),
        ("keys", KEYS),
        ("mail", MAIL_DOMAIN),
        ("platform-zone", PLATFORM_ZONE),
    ]
    .map(role)
    .into()
}
