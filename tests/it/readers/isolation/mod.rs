//! Checks of one run do not disturb each other, and a violation that a second look contradicts is not taken
//! for one.

pub(crate) mod busy;
mod locks;
pub(crate) mod notes;
mod second_look;
mod shares;
