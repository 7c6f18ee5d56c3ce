//! The bodies of the fuzz targets: functions that read arbitrary bytes as one of Avouch's inputs and assert what must
//! be true of the result.
//!
//! `fuzz/` runs them with libFuzzer (`scripts/prove fuzz`). The tests of this module run them on the committed corpus,
//! and on mutations of it. Only those two builds contain this module.

mod choices;
mod layers;
mod marks;
mod project;
mod redactor;
mod redline;
mod security_txt;
mod server_hello;
mod stored;

/// A fuzz target.
pub struct Target {
    /// Its name, which is also that of its program and of its folder in `fuzz/corpus/`.
    pub name: &'static str,
    /// Reads an input, and panics if a property does not hold.
    pub run: fn(&[u8]),
}

/// The targets.
pub const TARGETS: [Target; 10] = [
    Target { name: "policy", run: project::policy },
    Target { name: "settings", run: project::settings },
    Target { name: "check", run: project::check },
    Target { name: "assessment", run: stored::assessment },
    Target { name: "claims_json", run: stored::claims_json },
    Target { name: "server_hello", run: server_hello::read },
    Target { name: "security_txt", run: security_txt::read },
    Target { name: "redactor", run: redactor::redact },
    Target { name: "marks", run: marks::search },
    Target { name: "redline", run: redline::compare },
];

/// Runs the target of this name.
pub fn run(name: &str, bytes: &[u8]) {
    for target in TARGETS.iter().filter(|target| target.name == name) {
        (target.run)(bytes);
    }
}

#[cfg(test)]
mod tests;
