//! Natural language: sentences, quantities and promises. Knows nothing of projects or plans.

pub mod disguise;
pub mod error_page;
mod lexicon;
pub mod outside;
pub mod period;
pub mod promise;
pub mod quantity;
pub mod sentence;
pub mod size;
pub mod unseen;
pub mod verdict;
pub mod words;
