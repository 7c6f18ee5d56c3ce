//! Actors that log in: services of each common kind, sound ones and others, and what a run makes of them.

mod forged;
mod form;
mod keys;
mod project;
mod recipes;
mod token;
