//! Evidence cannot mislead: services that lie, each in one way, and next to each a sound service that holds.

mod basis;
mod contradicted;
mod controls;
mod dates;
mod marks;
mod needs;
mod nodes;
mod numbers;
mod pages;
mod premises;
mod refusals;
mod release;
mod secrets;
mod service;
mod waived;
mod words;
