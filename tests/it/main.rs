//! The integration tests: one binary.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

mod controls;
mod harness;
mod main_job;
mod mistakes;
mod seam;
mod tidy;
