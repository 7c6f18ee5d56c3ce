//! A service on loopback whose answers a test defines, and a project with one claim about it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Response};
use tokio::sync::oneshot;

use crate::harness::{Project, Run};

/// The most bytes of a request's body that the service reads.
const BODY_MAX: usize = 1 << 20;

/// The words of the claim.
pub(crate) const WORDS: &str = "The service keeps its word.";

/// A request, as the service received it.
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Asked {
    /// `GET /notes`: the method and the path with its query.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The actor whose bearer token was sent: `acme` for `Bearer acme-token-0123456789`.
    pub(crate) fn actor(&self) -> Option<&str> {
        let field = self.headers.get("authorization")?.to_str().ok()?;
        field.strip_prefix("Bearer ")?.strip_suffix("-token-0123456789")
    }
}

/// An answer.
pub(crate) struct Answer {
    status: u16,
    fields: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    /// An answer with this body and no fields.
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, fields: Vec::new(), body: body.into() }
    }

    /// An answer with this JSON.
    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::new(status, body.to_string()).with("content-type", "application/json")
    }

    /// The same with another status.
    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The same with one more field; a name may be repeated.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn response(self) -> Response<Body> {
        let mut response = Response::builder().status(self.status);
        for (name, value) in self.fields {
            response = response.header(name, value);
        }
        response.body(Body::from(self.body)).unwrap()
    }
}

/// A service that stops when it is dropped.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Service {
    /// Answers every request with `answer`, on a free port of 127.0.0.1.
    pub(crate) fn start(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let answer = Arc::new(answer);
        let app = Router::new().fallback(move |request: Request| {
            let answer = answer.clone();
            async move { answer(&received(request).await).response() }
        });
        let (tell, told) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let serve = async move {
            let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
            tell.send(listener.local_addr().unwrap()).unwrap();
            let end = async { stopped.await.unwrap_or_default() };
            axum::serve(listener, app).with_graceful_shutdown(end).await.unwrap();
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let thread = std::thread::spawn(move || runtime.block_on(serve));
        Self { address: told.recv().unwrap(), stop: Some(stop), thread: Some(thread) }
    }

    /// A project whose only claim, `claim`, has these checks: a YAML list, without indentation. Its actors
    /// `acme`, `globex` and `operator` have bearer tokens.
    pub(crate) fn project(&self, checks: &str) -> Project {
        project_at(&format!("http://{}", self.address), checks)
    }

    /// Runs `avouch check` with these checks.
    pub(crate) fn check(&self, checks: &str) -> Run {
        run(&self.project(checks), &["check"])
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.stop.take());
        self.thread.take().map(JoinHandle::join);
    }
}

/// A project like that of [`Service::project`], with another target.
pub(crate) fn project_at(target: &str, checks: &str) -> Project {
    let project = Project::empty();
    project.write("avouch.yaml", &avouch_yaml(target));
    project.write("content/security.md", &policy(WORDS));
    project.write("checks/claim.yaml", &claim(WORDS, checks));
    project
}

/// The words of the claim with this name, in a project with several.
pub(crate) fn words_of(id: &str) -> String {
    format!("The service keeps its {id} word.")
}

/// Replaces the claim of a project by these claims, each with its checks as a YAML list.
pub(crate) fn write_claims<S: AsRef<str>>(project: &Project, claims: &[(S, S)]) {
    std::fs::remove_file(project.path("checks/claim.yaml")).unwrap();
    let sentence = |id: &str| format!("[{}](../checks/{id}.yaml)", words_of(id));
    let sentences: Vec<String> = claims.iter().map(|(id, _)| sentence(id.as_ref())).collect();
    let head = "---\ntitle: Security\nsummary: What we promise.\neffective: 2026-11-01\n\
                owner: security\n---\n";
    project.write("content/security.md", &format!("{head}\n{}\n", sentences.join("\n\n")));
    for (id, checks) in claims {
        let (id, checks) = (id.as_ref(), checks.as_ref());
        project.write(&format!("checks/{id}.yaml"), &claim(&words_of(id), checks));
    }
}

fn avouch_yaml(target: &str) -> String {
    let actor = |name: &str| {
        format!("  {name}: {{ tenant: {name}, bearer: \"${{{}_TOKEN}}\" }}\n", name.to_uppercase())
    };
    format!(
        "site: {{ title: Example security, organisation: Example, \
         url: https://security.example.com, language: en }}\n\
         roles: {{ security: Head of security }}\n\
         contacts: [\"mailto:security@example.com\"]\n\
         target: {target}\nwrites: true\ncommands: true\nlimits: {{ per_second: 10000 }}\n\
         actors:\n{}{}  operator: {{ bearer: \"${{OPERATOR_TOKEN}}\" }}\n",
        actor("acme"),
        actor("globex"),
    )
}

/// The time, as services of these tests read it.
#[expect(clippy::disallowed_methods, reason = "a service reads the real clock too")]
pub(crate) fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// Runs the binary in a project of [`Service::project`], with the actors' tokens in its environment.
pub(crate) fn run(project: &Project, args: &[&str]) -> Run {
    let mut command = project.command(args);
    for name in ["acme", "globex", "operator"] {
        let variable = format!("{}_TOKEN", name.to_uppercase());
        command.env(variable, format!("{name}-token-0123456789"));
    }
    project.finish(&command.output().unwrap())
}

/// A policy whose only sentence is a claim with these words.
pub(crate) fn policy(words: &str) -> String {
    format!(
        "---\ntitle: Security\nsummary: What we promise.\neffective: 2026-11-01\nowner: security\n---\n\n\
         [{words}](../checks/claim.yaml)\n"
    )
}

/// A check file for these words.
pub(crate) fn claim(words: &str, checks: &str) -> String {
    format!("proves: \"{words}\"\nbecause: We ask the service.\nvalid_for: 24h\nchecks:\n{checks}")
}

pub(crate) async fn received(request: Request) -> Asked {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_MAX).await.unwrap();
    Asked {
        method: parts.method.to_string(),
        path: parts.uri.to_string(),
        headers: parts.headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}
