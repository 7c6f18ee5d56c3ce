//! Quantities: the amounts that numbers in a claim's words, or limits of a check, mean.
//!
//! A day is 24 hours, a week 7 days, a year 12 months or 365 days, as checks measure elapsed time. A
//! month has no fixed number of days: `30 days` is not `1 month`. `MB` is not `MiB`. "Daily" and "once
//! a day" mean a day; "twice a day" means 12 hours.

pub mod amount;
mod cue;
mod date;
pub mod find;
mod fraction;
mod interval;
mod named;
mod number;
pub mod restated;
mod script;
pub mod side;
mod token;
pub(crate) mod vocabulary;
