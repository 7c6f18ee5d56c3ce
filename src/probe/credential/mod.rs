//! Credentials: tokens of actors, forged tokens, cookies.

mod aws;
pub(crate) mod connect;
pub(crate) mod cookies;
mod exposed;
mod fixed;
mod forgery;
pub(crate) mod identity;
pub(crate) mod jar;
mod jwt;
pub(crate) mod request;
pub(crate) mod secrets;
pub(crate) mod sessions;
pub(crate) mod tokens;
