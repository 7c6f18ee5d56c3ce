//! Credentials: tokens of actors, forged tokens, cookies.

pub(crate) mod connect;
pub(crate) mod cookies;
mod forgery;
pub(crate) mod tokens;
