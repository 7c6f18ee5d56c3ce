//! A real browser: Debian's Chromium, without a window, driven through its WebDriver. Each test has
//! one of its own. No host but this machine can be reached from it.

mod ageing;
mod axe;
mod driver;
mod guard;
mod pictures;
mod preview;
mod print;
mod reader;
mod site;
mod trouble;

use std::time::{Duration, Instant};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use driver::{Driver, Post};

pub(crate) use site::Site;

/// What a browser is given to do anything, even on a busy machine: more means that it hangs.
const PATIENCE: Duration = Duration::from_secs(180);

/// How often it is asked whether something has come to pass.
const EVERY: Duration = Duration::from_millis(20);

/// What we write into the browser's log to know that we have read it to its end.
const END: &str = "the log was read to here";

/// A browser, gone with this value.
pub(crate) struct Browser {
    client: Client,
    runtime: Runtime,
    // Ended last: it ends the browser too.
    _driver: Driver,
}

/// How a page is looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// The width of the window, in CSS pixels.
    pub(crate) width: u32,
    /// Its height.
    pub(crate) height: u32,
    /// `light` or `dark`.
    pub(crate) scheme: &'static str,
    /// Whether the reader's own few colours are forced upon the page.
    pub(crate) forced: bool,
    /// `screen` or `print`.
    pub(crate) media: &'static str,
}

impl Look {
    /// A window on a desk.
    pub(crate) const WIDE: Self =
        Self { width: 1280, height: 900, scheme: "light", forced: false, media: "screen" };
    /// The same in the dark.
    pub(crate) const DARK: Self = Self { scheme: "dark", ..Self::WIDE };
    /// The narrowest window that a page must fit (WCAG 2.2, 1.4.10).
    pub(crate) const NARROW: Self = Self { width: 320, height: 640, ..Self::WIDE };
    /// A few colours only, and those the reader's.
    pub(crate) const FORCED: Self = Self { forced: true, ..Self::WIDE };
    /// On paper.
    pub(crate) const PRINT: Self = Self { media: "print", ..Self::WIDE };
}

impl Browser {
    /// A browser with an empty page.
    pub(crate) fn start() -> Self {
        let driver = Driver::start();
        let runtime = Runtime::new().unwrap();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(driver::capabilities());
        let client = runtime.block_on(builder.connect(&driver.address())).unwrap();
        Self { client, runtime, _driver: driver }
    }

    /// Goes to an address, and waits until the page and all that it asks for is there.
    pub(crate) fn open(&self, address: &str) {
        // A busy machine may answer before the page that is left is gone.
        self.run("window.left = true");
        self.runtime.block_on(self.client.goto(address)).unwrap();
        let there = "!window.left && document.readyState === 'complete'";
        self.wait_until(&format!("{address} is there"), &format!("return {there}"));
    }

    /// Runs a script, whose `return` is the answer. Works with the page's own script off.
    pub(crate) fn run(&self, script: &str) -> Value {
        self.run_with(script, vec![])
    }

    /// The same, with `arguments`.
    pub(crate) fn run_with(&self, script: &str, arguments: Vec<Value>) -> Value {
        let done = self.runtime.block_on(self.client.execute(script, arguments));
        done.unwrap_or_else(|error| panic!("{error}\n{script}"))
    }

    /// Runs a script that gives a promise, and waits for what it comes to.
    pub(crate) fn promised(&self, promise: &str, arguments: Vec<Value>) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1]; const args = [...arguments].slice(0, -1);
             (async (...arguments) => {{ {promise} }})(...args).then(
               (value) => done({{ value }}), (error) => done({{ error: String(error) }}))"
        );
        let done = self.runtime.block_on(self.client.execute_async(&script, arguments)).unwrap();
        assert_eq!(done["error"], Value::Null, "{promise}");
        done["value"].clone()
    }

    /// Waits until a script says `true`, and tells what it said last if it never does.
    pub(crate) fn wait_until(&self, what: &str, script: &str) {
        let begun = Instant::now();
        loop {
            let said = self.run(script);
            if said == json!(true) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "waited in vain until {what}; last: {said}");
            self.runtime.block_on(async { tokio::time::sleep(EVERY).await });
        }
    }

    /// Sets how pages are looked at from now on.
    pub(crate) fn look(&self, look: Look) {
        let size = json!({ "width": look.width, "height": look.height, "deviceScaleFactor": 1,
            "mobile": false });
        self.cdp("Emulation.setDeviceMetricsOverride", &size);
        let forced = if look.forced { "active" } else { "none" };
        self.cdp(
            "Emulation.setEmulatedMedia",
            &json!({ "media": look.media, "features": [
                { "name": "prefers-color-scheme", "value": look.scheme },
                { "name": "forced-colors", "value": forced },
                { "name": "prefers-reduced-motion", "value": "reduce" },
            ]}),
        );
    }

    /// Sets the size of text that the reader has chosen, in CSS pixels; 16 is usual.
    pub(crate) fn text_size(&self, pixels: u32) {
        let sizes = json!({ "fontSizes": { "standard": pixels, "fixed": pixels } });
        self.cdp("Page.setFontSizes", &sizes);
    }

    /// Turns off the script of pages that are opened from now on.
    pub(crate) fn script_off(&self) {
        self.cdp("Emulation.setScriptExecutionDisabled", &json!({ "value": true }));
    }

    /// Sets the clock of pages that are opened from now on, and stops it there.
    pub(crate) fn clock(&self, at: jiff::Timestamp) {
        self.before_pages(&format!(
            "{{ const Real = Date, now = {};
                globalThis.Date = class extends Real {{
                  constructor(...given) {{ if (given.length) super(...given); else super(now); }}
                  static now() {{ return now; }}
                }}; }}",
            at.as_millisecond()
        ));
    }

    /// Has a script run in each page that is opened from now on, before the page's own.
    pub(crate) fn before_pages(&self, source: &str) {
        self.cdp("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": source }));
    }

    /// Presses a key, such as `\u{e004}` for Tab, wherever the focus is.
    pub(crate) fn press(&self, key: &str) {
        let actions = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": [
            { "type": "keyDown", "value": key }, { "type": "keyUp", "value": key },
        ]}]});
        self.post("actions", actions);
    }

    /// The part of the page from the top of the first element to the end of the last, as PNG.
    pub(crate) fn picture(&self, first: &str, last: &str) -> Vec<u8> {
        let clip = self.run_with(
            "const box = (selector) => document.querySelector(selector).getBoundingClientRect();
             const top = Math.max(0, box(arguments[0]).top + scrollY - 16);
             const end = box(arguments[1]).bottom + scrollY + 16;
             return { x: 0, y: top, width: innerWidth, height: end - top, scale: 1 }",
            vec![first.into(), last.into()],
        );
        let asked = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        bytes(&self.cdp("Page.captureScreenshot", &asked)["data"])
    }

    /// The window, as PNG.
    pub(crate) fn window(&self) -> Vec<u8> {
        bytes(&self.cdp("Page.captureScreenshot", &json!({ "format": "png" }))["data"])
    }

    /// The page as it is printed, as PDF.
    pub(crate) fn pdf(&self) -> Vec<u8> {
        self.cdp("Emulation.setEmulatedMedia", &json!({ "media": "print" }));
        bytes(&self.cdp("Page.printToPDF", &json!({ "preferCSSPageSize": true }))["data"])
    }

    /// What the browser complained of since this was last asked: scripts, policies, files not there.
    pub(crate) fn console(&self) -> Vec<String> {
        // The log comes in order: when our own line is in it, so is all that came before.
        self.run(&format!("console.info('{END}')"));
        let mut lines = Vec::new();
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let text = |entry: &Value| format!("{}: {}", entry["level"], entry["message"]);
            lines.extend(self.log("browser").iter().map(text));
            if lines.iter().any(|line| line.contains(END)) {
                lines.retain(|line| !line.contains(END));
                return lines;
            }
        }
        panic!("the browser's log has no end: {lines:?}")
    }

    /// Every address that was asked for since this was last asked.
    pub(crate) fn requests(&self) -> Vec<String> {
        let asked = |entry: &Value| {
            let text = entry["message"].as_str().unwrap_or_default();
            let message: Value = serde_json::from_str(text).unwrap_or_default();
            let sent = message["message"]["method"] == "Network.requestWillBeSent";
            let address = &message["message"]["params"]["request"]["url"];
            sent.then(|| address.as_str().unwrap_or_default().to_owned())
        };
        self.log("performance").iter().filter_map(asked).collect()
    }

    /// Asks Chromium itself, by its DevTools protocol.
    pub(crate) fn cdp(&self, command: &str, parameters: &Value) -> Value {
        self.post("goog/cdp/execute", json!({ "cmd": command, "params": parameters }))
    }

    fn log(&self, kind: &str) -> Vec<Value> {
        let entries = self.post("se/log", json!({ "type": kind }));
        entries.as_array().unwrap().clone()
    }

    fn post(&self, path: &'static str, body: Value) -> Value {
        let asked = format!("{path}: {body}");
        let done = self.runtime.block_on(self.client.issue_cmd(Post { path, body }));
        done.unwrap_or_else(|error| panic!("{error}\n{asked}"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.runtime.block_on(self.client.clone().close());
    }
}

fn bytes(base64: &Value) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(base64.as_str().unwrap()).unwrap()
}
