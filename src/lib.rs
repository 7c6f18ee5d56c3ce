//! Avouch.
