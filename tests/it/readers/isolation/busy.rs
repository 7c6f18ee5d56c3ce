//! A service that answers several requests at the same time, and projects with several claims about it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use tokio::runtime::Runtime;

use crate::evidence::service::{Answer, Asked, project_at, received, write_claims};
use crate::harness::Project;

/// A service that stops when it is dropped; its answers may block.
pub(crate) struct Busy {
    address: SocketAddr,
    runtime: Option<Runtime>,
}

impl Busy {
    pub(crate) fn start(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let answer = Arc::new(answer);
        let app = Router::new().fallback(move |request: Request| {
            let answer = answer.clone();
            async move {
                let asked = received(request).await;
                let answered = tokio::task::spawn_blocking(move || answer(&asked)).await;
                answered.unwrap().response()
            }
        });
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(2).enable_all().build().unwrap();
        let bind = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let listener = runtime.block_on(bind).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, runtime: Some(runtime) }
    }

    /// A project with these claims, each with its checks as a YAML list, and with these limits.
    pub(crate) fn project(&self, limits: &str, claims: &[(&str, &str)]) -> Project {
        let project = project_at(&format!("http://{}", self.address), "");
        project.edit("avouch.yaml", "limits: { per_second: 10000 }\n", limits);
        write_claims(&project, claims);
        project
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Counts what happens at the same time.
#[derive(Default)]
pub(crate) struct Together {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Together {
    /// Does `work`; `alone` tells it whether nothing else was going on when it began.
    pub(crate) fn with<T>(&self, work: impl FnOnce(bool) -> T) -> T {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        let done = work(now == 1);
        self.now.fetch_sub(1, Ordering::SeqCst);
        done
    }

    pub(crate) fn now(&self) -> usize {
        self.now.load(Ordering::SeqCst)
    }

    pub(crate) fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

/// How long an answer takes.
pub(crate) fn take(ms: u64) {
    std::thread::sleep(Duration::from_millis(ms));
}
