//! The integration tests: one binary.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop")]

mod accept;
mod ageing;
mod axe;
mod backup;
mod below_http;
mod browser;
mod connect;
mod controls;
mod docs;
mod doctor;
mod falsify;
mod harness;
mod history;
mod init;
mod interrupt;
mod languages;
mod main_job;
mod mistakes;
mod pictures;
mod print;
mod publish;
mod published;
mod reader;
mod reference;
mod reproducible;
mod reuse;
mod schema;
mod seam;
mod serve;
mod suspect;
mod tidy;
mod tools;
mod validators;
mod waivers;
mod wording;
