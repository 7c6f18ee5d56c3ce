//! Evidence cannot mislead: services that lie, each in one way, and next to each a sound service that holds.

mod marks;
mod refusals;
mod secrets;
mod service;
