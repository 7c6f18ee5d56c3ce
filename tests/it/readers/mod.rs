//! Readers: checks do not disturb each other, and "not understood" is neither "fine" nor "violated". Small
//! inputs of the real world, each with its right value.

mod backups;
mod certificates;
mod http2;
mod isolation;
mod mail;
mod programs;
mod reports;
mod requests;
mod tenants;
mod understood;
mod zone;
