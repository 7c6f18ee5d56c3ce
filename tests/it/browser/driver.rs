//! The WebDriver program, and what fantoccini does not say in its language by itself.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use serde_json::{Value, json};

use crate::surroundings::program;
use crate::tools;

/// A running `chromedriver`, gone with this value.
pub(super) struct Driver {
    child: Child,
    port: u16,
    /// Where the browser keeps what it keeps for its user.
    _home: tempfile::TempDir,
}

/// How often it is started until it finds a port.
const STARTS_MAX: u32 = 10;

impl Driver {
    /// Starts it on a free port of its own choice.
    pub(super) fn start() -> Self {
        let told = (0..STARTS_MAX).find_map(|_| Self::once());
        told.unwrap_or_else(|| panic!("chromedriver found no port in {STARTS_MAX} starts"))
    }

    /// Starts it, and reads the port from its standard output. On a busy machine it was seen to end
    /// without one.
    fn once() -> Option<Self> {
        let home = tempfile::tempdir().unwrap();
        let mut command = program("chromedriver");
        command.env("HOME", home.path()).env("FONTCONFIG_FILE", tools::installed("fonts.conf"));
        // The fonts are the same for all: they are looked through once.
        command.env("XDG_CACHE_HOME", tools::installed("").join("cache"));
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap_or_else(|error| {
            panic!("chromedriver did not start: {error}\n  help: `scripts/test` installs it")
        });
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = lines.map_while(Result::ok);
        let port = said.find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        });
        if port.is_none() {
            child.wait().unwrap();
        }
        port.map(|port| Self { child, port, _home: home })
    }

    pub(super) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How Chromium is started: no window, no host but loopback, everything that it does in its logs.
pub(super) fn capabilities() -> Capabilities {
    let most_ms = super::PATIENCE.as_secs() * 1000;
    let told = json!({
        "timeouts": { "script": most_ms, "pageLoad": most_ms },
        "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        "goog:chromeOptions": { "args": [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
            "--no-proxy-server",
            "--hide-scrollbars",
            // The same letters on every machine, and small pictures.
            "--disable-lcd-text",
            "--font-render-hinting=none",
            "--lang=en-GB",
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        ]},
    });
    told.as_object().cloned().unwrap_or_default()
}

/// A command of the session's own: its path below the session, and what is posted there.
#[derive(Debug)]
pub(super) struct Post {
    pub(super) path: &'static str,
    pub(super) body: Value,
}

impl WebDriverCompatibleCommand for Post {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (axum::http::Method, Option<String>) {
        (axum::http::Method::POST, Some(self.body.to_string()))
    }
}
