//! An example with a live service behind its names. Nothing of the example changes except where its names lead.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;

use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::evidence::service::{Answer, Service};
use crate::harness::{Project, Run};
use crate::trust::hostile::secure::{Authority, config};

/// An example, and where its names lead.
pub(crate) struct Live {
    pub(crate) project: Project,
    pub(crate) authority: Authority,
    variables: &'static [(&'static str, &'static str)],
    names: String,
    more: String,
    services: Vec<Service>,
}

impl Live {
    /// A copy of an example, with the values of its variables.
    pub(crate) fn new(example: &str, variables: &'static [(&'static str, &'static str)]) -> Self {
        let project = Project::example(example);
        let authority = Authority::new();
        project.write("root.pem", &authority.pem);
        let (names, more) = (String::new(), "roots: [root.pem]\n".to_owned());
        Self { project, authority, variables, names, more, services: Vec::new() }
    }

    /// Serves a host over HTTPS. Its port for plain HTTP redirects to that.
    pub(crate) fn host(mut self, name: &'static str, service: Service) -> Self {
        let address = in_front_of(&service, config(self.authority.identity(&[name], |_| {})));
        let plain = Service::start(move |asked| {
            Answer::new(301, "").with("location", &format!("https://{name}{}", asked.path))
        });
        let plain_address = plain.address;
        self.services.extend([service, plain]);
        self.leads(name, address).leads(&format!("{name}:80"), plain_address)
    }

    /// Connections to this name, or to this name and port, are made to this address.
    pub(crate) fn leads(mut self, name: &str, address: SocketAddr) -> Self {
        writeln!(self.names, "  \"{name}\": \"{address}\"").unwrap();
        self
    }

    /// The resolver.
    pub(crate) fn resolver(mut self, address: SocketAddr) -> Self {
        writeln!(self.more, "resolver: {address}").unwrap();
        self
    }

    /// Runs the binary in the example, with the values of its variables.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        let mut command = self.project.command(args);
        command.envs(self.variables.iter().copied());
        self.project.finish(&command.output().unwrap())
    }

    fn check(&self) -> Run {
        let settings = self.project.read("avouch.yaml");
        let names = format!("{settings}\nconnect_to:\n{}{}", self.names, self.more);
        self.project.write("avouch.yaml", &names);
        self.run(&["check", "--format", "json"])
    }

    /// Every claim holds.
    pub(crate) fn holds(&self) {
        let run = self.check();
        assert_eq!(run.code, Some(0), "{run}");
        assert_eq!(run.with_standing("holds").len(), run.standings().len(), "{run}");
        assert!(!run.err.contains("warning"), "{run}");
    }

    /// These claims are violated, and every other one holds.
    pub(crate) fn breaks(&self, claims: &[&str]) {
        let run = self.check();
        assert_eq!(run.code, Some(1), "{claims:?}: {run}");
        assert_eq!(run.with_standing("violated"), claims, "{run}");
        let others = run.standings().len() - claims.len();
        assert_eq!(run.with_standing("holds").len(), others, "{run}");
    }
}

/// Decrypts connections and forwards them, until the tests end. Returns the address.
fn in_front_of(service: &Service, config: ServerConfig) -> SocketAddr {
    let (tell, told) = std::sync::mpsc::channel();
    let (to, acceptor) = (service.address, TlsAcceptor::from(Arc::new(config)));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    std::thread::spawn(move || {
        runtime.block_on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            tell.send(listener.local_addr().unwrap()).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                // Handshakes in old versions of TLS fail, as they should.
                tokio::spawn(async move { forward(stream, &acceptor, to).await });
            }
        });
    });
    told.recv().unwrap()
}

async fn forward(stream: TcpStream, acceptor: &TlsAcceptor, to: SocketAddr) -> std::io::Result<()> {
    let mut from = acceptor.accept(stream).await?;
    let mut to = TcpStream::connect(to).await?;
    tokio::io::copy_bidirectional(&mut from, &mut to).await.map(|_| ())
}

/// A `security.txt` with this contact, which expires in a month.
pub(crate) fn security_txt(contact: &str) -> Answer {
    let month = jiff::SignedDuration::from_hours(30 * 24);
    let expires = crate::evidence::service::now() + month;
    let text = format!("Contact: {contact}\nExpires: {expires:.0}\n");
    Answer::new(200, text).with("content-type", "text/plain; charset=utf-8")
}
