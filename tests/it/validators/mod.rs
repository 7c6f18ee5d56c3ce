//! What Avouch makes, given to programs that others wrote.

mod pages;
mod reports;
mod schema;
