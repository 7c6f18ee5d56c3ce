//! Evidence cannot mislead: services that lie, each in one way, and next to each a sound service that holds.

mod refusals;
mod service;
mod strangers;
