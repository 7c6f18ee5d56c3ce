//! The reference add-on that Avouch is tried and tested on: a small Connect add-on over real
//! sockets, the outside world that its statement speaks of, and a switch for each flaw.
//!
//! Everything listens on free ports of the loopback interface, under names that end in
//! `.demo.test`, with certificates from an authority that is made at each start. Nothing is kept:
//! the database and its backups live in a temporary folder.

mod addon;
mod authority;
mod backup;
mod clock;
mod dns;
mod flaw;
mod furnish;
mod jwt;
mod key_server;
mod keys;
mod listen;
mod mode;
mod names;
mod old_tls;
mod problem;
mod qsh;
mod random;
mod secrets;
mod serve;
mod store;
mod world;
mod zone;

pub use crate::flaw::{FLAWS, Flaw, FlawInfo};
pub use crate::mode::Mode;
pub use crate::names::UnknownName;
pub use crate::qsh::{canonical_request, query_string_hash};
pub use crate::secrets::Secrets;
pub use crate::serve::{Demo, Options, hosts, start};
