//! The integration tests: one binary. Each module with tests is a group of `scripts/test`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop")]

mod browser;
mod cli;
mod docs;
mod evidence;
mod examples;
mod harness;
mod load;
mod logins;
mod publish;
mod readers;
mod serve;
mod surroundings;
mod tools;
mod tree;
mod trust;
mod validators;
