//! The boundary between sources, operator, services and files: what each of them may not do.

mod git;
mod journal;
mod since;
mod untrusted;
