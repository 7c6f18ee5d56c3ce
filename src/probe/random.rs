//! Random bits from the operating system.

use rand::TryRngCore as _;
use rand::rngs::OsRng;

/// `N` random bytes as lower-case hexadecimal digits.
///
/// Panics if the system has no source of randomness: canaries and tokens made without one would prove
/// nothing.
pub(crate) fn hex<const N: usize>() -> String {
    let mut bytes = [0; N];
    rand::RngCore::fill_bytes(&mut OsRng.unwrap_err(), &mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A number between 0 and 1.
pub(crate) fn fraction() -> f64 {
    f64::from(rand::RngCore::next_u32(&mut OsRng.unwrap_err())) / f64::from(u32::MAX)
}
