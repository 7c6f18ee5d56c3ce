//! The example projects that newcomers copy: each holds against a good service, and each misconfiguration of that service
//! breaks the claim that denies it and no other. `cli/forge.rs` has the tests of the Forge app.

mod graphql;
mod live;
mod mail;
mod oauth2;
mod object_storage;
mod rows;
mod web_app;
