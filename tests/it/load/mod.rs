//! Long use: nothing grows and nothing is left behind. `scripts/test` runs a quick form, and `scripts/prove load` the
//! long one, in which `AVOUCH_LOAD` is `long`.

mod open_pages;
mod schedule;

/// A number for the quick form, or one for the long form.
fn quick_or_long(quick: usize, long: usize) -> usize {
    match std::env::var("AVOUCH_LOAD").as_deref() {
        Ok("long") => long,
        _ => quick,
    }
}
