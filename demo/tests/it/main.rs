//! Tests of the demo add-on over its real sockets.

#![expect(
    clippy::unwrap_used,
    reason = "what a test does not expect ends it, in its helpers as well"
)]

mod client;
mod credentials;
mod forge;
mod isolation;
mod lifecycle;
mod modes;
mod names;
mod operator;
mod public;
mod query_hash;
mod transport;
mod world;
