//! The operator's policy: sources can use nothing that it does not permit, and nobody can change it by changing
//! the sources.

mod attacks;
mod demanded;
mod location;

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tempfile::TempDir;

use crate::evidence::service::{Answer, Service};
use crate::harness::{Project, Run};

/// A value that no test permits.
const STOLEN: &str = "ghs-stolen-0123456789abcdef";

/// The check of the sound project.
const CHECK: &str = "\
- kind: http
  steps:
    - { name: it, as: acme, get: /me, expect: { status: 200, json: { /name: { equals: acme } } } }
";

/// A service, a project about it that holds, its policy, and another machine.
struct Setup {
    project: Project,
    service: Service,
    /// The number of requests that the service has received.
    requests: Arc<AtomicUsize>,
    /// Where nothing may connect to.
    evil: TcpListener,
    /// A folder outside the project.
    outside: TempDir,
}

impl Setup {
    fn new() -> Self {
        Self::with(CHECK)
    }

    fn with(checks: &str) -> Self {
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = requests.clone();
        let service = Service::start(move |asked| {
            counted.fetch_add(1, Ordering::SeqCst);
            Answer::json(200, &json!({ "name": asked.actor() }))
        });
        let project = service.project(checks);
        let evil = TcpListener::bind("127.0.0.1:0").unwrap();
        evil.set_nonblocking(true).unwrap();
        Self { project, service, requests, evil, outside: tempfile::tempdir().unwrap() }
    }

    fn evil(&self) -> String {
        self.evil.local_addr().unwrap().to_string()
    }

    /// Runs the binary with the tokens of the actors and these variables.
    fn run(&self, args: &[&str], env: &[(&str, &str)]) -> Run {
        let mut command = self.project.command(args);
        for name in ["ACME", "GLOBEX", "OPERATOR"] {
            let token = format!("{}-token-0123456789", name.to_lowercase());
            command.env(format!("{name}_TOKEN"), token);
        }
        command.env("GITHUB_TOKEN", STOLEN).envs(env.iter().copied());
        self.project.finish(&command.output().unwrap())
    }

    /// Prints the policy that the project needs.
    fn needed(&self) -> String {
        let run = self.run(&["check"], &[("CI", "true")]);
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.err.contains("under CI this needs a policy of the operator"), "{run}");
        run.out
    }

    /// Saves a policy outside the project, and returns its path.
    fn saved(&self, policy: &str) -> String {
        let path = self.outside.path().join("policy.yaml");
        std::fs::write(&path, policy).unwrap();
        path.display().to_string()
    }

    /// Whether nothing was sent, neither to the service nor to the other machine, and no secret is printed.
    fn nothing_happened(&self, run: &Run) {
        assert_eq!(self.requests.load(Ordering::SeqCst), 0, "the service got a request: {run}");
        assert!(self.evil.accept().is_err(), "the other machine got a connection: {run}");
        for secret in [STOLEN, "acme-token-0123456789", "operator-token-0123456789"] {
            assert!(!format!("{run}").contains(secret), "{run}");
        }
    }
}
