//! Credentials: tokens of actors, forged tokens, cookies.

pub(crate) mod connect;
pub(crate) mod cookies;
pub(crate) mod tokens;
