//! Servers that misbehave, as data: each with the verdict that it must get, within bounds of time and memory.

mod answers;
mod dns;
mod documents;
mod mail;
mod names;
mod project;
mod raw;
mod redirects;
pub(crate) mod secure;
mod tls;
