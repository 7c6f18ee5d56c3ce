//! The boundary between sources, operator, services and files: what each of them may not do.

mod git;
mod hostile;
mod journal;
mod namespace;
mod since;
mod untrusted;
