//! Starts the demo, and says where it is.

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
use crate::addon::{App, LANDING};
use crate::authority::Authority;
use crate::flaw::Flaw;
use crate::furnish::{describe, furnish, tenants};
use crate::key_server::KeyServer;
use crate::listen;
use crate::listen::{Speech, by_host};
use crate::mode;
use crate::mode::Mode;
use crate::names::{
    ADDON, KEYS, MAIL_DOMAIN, MEDIA, PLATFORM, PLATFORM_ZONE, SUPPORT, TARGET, VENDOR, WORLD,
};
use crate::secrets::Secrets;
use crate::zone::Zone;
use crate::{dns, world};

/// How often a backup is taken.
const BACKUP_EVERY: Duration = Duration::from_secs(3600);

/// How the demo is to be.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The flaws that it has; none, and every claim holds.
    pub flaws: BTreeSet<Flaw>,
    /// How it behaves as a whole.
    pub mode: Mode,
    /// The time at which its clock stands; without one it goes by the real clock.
    pub clock: Option<Timestamp>,
    /// How many tenants it has beside those that are named.
    pub tenants: usize,
    /// The contacts that its `security.txt` names, as addresses; none, and it names its own.
    pub contacts: Vec<String>,
}

/// A demo that runs; dropping it stops it.
#[derive(Debug)]
pub struct Demo {
    runtime: Option<Runtime>,
    root_pem: String,
    connect_to: BTreeMap<String, SocketAddr>,
    resolver: SocketAddr,
    backups: PathBuf,
    tenants: String,
    _closed: Vec<TcpSocket>,
    _folder: TempDir,
}

/// Starts a demo on free ports of the loopback interface, and returns when it listens.
///
/// It runs on threads of its own, so the caller may be asynchronous or not.
pub fn start(options: Options, secrets: &Secrets) -> io::Result<Demo> {
    let runtime =
        Builder::new_multi_thread().worker_threads(2).thread_name("demo").enable_all().build()?;
    let folder = tempfile::tempdir()?;
    let tenants = tenants(options.tenants, secrets);
    let authority = Authority::new()?;
    let inside = runtime.enter();
    let world = listen::reserve()?;
    let key_server = KeyServer::new(world.local_addr()?, authority.der())?;
    let app = Arc::new(furnish(&options, secrets, &tenants, key_server, folder.path())?);
    let ports = open(&app, options.mode, &authority, world)?;
    let resolver = dns::serve(Zone::new(&options.flaws).map_err(io::Error::other)?)?;
    tokio::spawn(back_up(Arc::clone(&app)));
    drop(inside);
    Ok(Demo {
        runtime: Some(runtime),
        root_pem: authority.pem(),
        connect_to: ports.addresses,
        resolver,
        backups: app.backups.folder().to_owned(),
        tenants: describe(&tenants),
        _closed: ports.closed,
        _folder: folder,
    })
}

impl Demo {
    /// The add-on's address.
    pub fn target(&self) -> &str {
        TARGET
    }

    /// Where each host really listens; `HOST:80` is its port for plain HTTP.
    pub fn connect_to(&self) -> BTreeMap<String, SocketAddr> {
        self.connect_to.clone()
    }

    /// The certificate of the authority that was made at start.
    pub fn root_pem(&self) -> &str {
        &self.root_pem
    }

    /// Its DNS server, over UDP and TCP.
    pub fn resolver(&self) -> Option<SocketAddr> {
        Some(self.resolver)
    }

    /// The folder with its backups: `ID.sqlite`, and `ID.json` with the manifest beside it.
    pub fn backups(&self) -> &Path {
        &self.backups
    }

    /// The tenants that were made up by [`Options::tenants`], one JSON object a line: `name`,
    /// `tenant`, `client_key`, `shared_secret`.
    pub fn tenants_jsonl(&self) -> &str {
        &self.tenants
    }

    /// Waits until the process is ended.
    pub fn wait(self) {
        loop {
            std::thread::park();
        }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // It does not wait, so that it may be dropped on an asynchronous thread.
            runtime.shutdown_background();
        }
    }
}

/// The ports: where they are, and those that nobody listens on.
#[derive(Default)]
struct Ports {
    addresses: BTreeMap<String, SocketAddr>,
    closed: Vec<TcpSocket>,
}

fn open(app: &Arc<App>, mode: Mode, authority: &Authority, world: TcpSocket) -> io::Result<Ports> {
    let mut ports = Ports::default();
    let sites = BTreeMap::from([(ADDON, addon::router(app, mode))]);
    let tls = acceptor(authority, &[ADDON])?;
    let (over_tls, plain) = match mode {
        Mode::Garbage => (Speech::TlsGarbage(tls), Speech::Garbage),
        _ if app.has(Flaw::Tls10) => (Speech::OldTls(tls), Speech::Plain),
        _ => (Speech::Tls(tls), Speech::Plain),
    };
    let secure = (over_tls, by_host(sites, app.clock));
    let plain = (plain, by_host(BTreeMap::from([(ADDON, plain_router(app, mode))]), app.clock));
    for (name, (speech, answers)) in [(ADDON.to_owned(), secure), (format!("{ADDON}:80"), plain)] {
        let socket = listen::reserve()?;
        ports.addresses.insert(name, socket.local_addr()?);
        match mode {
            Mode::Down => ports.closed.push(socket),
            _ => listen::serve(socket, speech, answers)?,
        }
    }
    let address = world.local_addr()?;
    let speech = Speech::Tls(acceptor(authority, WORLD)?);
    listen::serve(world, speech, by_host(world::sites(app), app.clock))?;
    ports.addresses.extend(WORLD.iter().map(|name| ((*name).to_owned(), address)));
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

/// The platform's router on the plain port: it sends everybody to TLS, and sets nothing.
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
    // The first tick comes at once, and start has taken that backup already.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        // A backup that fails leaves the one before, which grows old, and that can be seen.
        let _ = app.backups.take(&app.store);
    }
}

/// The host that plays each role of the world around the add-on; the same at every start.
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
