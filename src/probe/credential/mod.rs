//! Credentials: tokens of actors, forged tokens, cookies.

pub(crate) mod connect;
pub(crate) mod cookies;
mod exposed;
mod forgery;
mod jwt;
pub(crate) mod secrets;
pub(crate) mod tokens;
