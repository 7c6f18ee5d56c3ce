//! Readers: checks do not disturb each other, and "not understood" is neither "fine" nor "violated". Small
//! inputs of the real world, each with its right value.

mod backups;
mod bodies;
pub(crate) mod certificates;
mod headers;
mod http2;
mod isolation;
pub(crate) mod journal;
mod lifetimes;
mod mail;
mod programs;
pub(crate) mod raw;
mod reports;
mod requests;
mod security_txt;
mod tenants;
mod understood;
pub(crate) mod zone;
