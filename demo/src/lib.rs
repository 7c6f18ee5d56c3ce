//! The reference add-on for trying and testing Avouch: a small Connect add-on on real sockets, the
//! services that its statement mentions, and a switch for each flaw.
//!
//! Everything listens on free ports of the loopback interface, under names that end in `.demo.test`,
//! with certificates from an authority that is created at each start. Nothing is kept: the database and
//! its backups are in a temporary folder.

mod addon;
mod authority;
mod backup;
mod clock;
mod dns;
mod flaw;
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
mod setup;
mod store;
mod world;
mod zone;

pub use crate::flaw::{FLAWS, Flaw, FlawInfo};
pub use crate::mode::Mode;
pub use crate::names::UnknownName;
pub use crate::qsh::{canonical_request, query_string_hash};
pub use crate::secrets::Secrets;
pub use crate::serve::{Demo, Options, hosts, start};
