//! Evidence cannot mislead: services that lie, each in one way, and next to each a sound service that holds.

mod contradicted;
mod dates;
mod marks;
mod needs;
mod nodes;
mod refusals;
mod secrets;
mod service;
mod strangers;
