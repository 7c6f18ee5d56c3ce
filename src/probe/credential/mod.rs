//! Credentials: tokens of actors, forged tokens, cookies.

pub(crate) mod connect;
pub(crate) mod cookies;
mod exposed;
mod forgery;
pub(crate) mod jar;
pub(crate) mod secrets;
pub(crate) mod sessions;
pub(crate) mod tokens;
