//! Evidence cannot mislead: services that lie, each in one way, and next to each a sound service that holds.

mod contradicted;
mod dates;
mod needs;
mod numbers;
mod refusals;
mod service;
