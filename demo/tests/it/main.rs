//! The demo add-on, asked over its real sockets.

#![expect(
    clippy::unwrap_used,
    reason = "what a test does not expect ends it, in its helpers as well"
)]

mod client;
mod credentials;
mod isolation;
mod modes;
mod operator;
mod query_hash;
mod transport;
mod world;
