//! Random bits from the operating system.

use rand::Rng as _;
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;

/// `N` random bytes as lower-case hexadecimal digits.
///
/// Panics if the system has no source of randomness: canaries and tokens made without one would prove
/// nothing.
pub(crate) fn hex<const N: usize>() -> String {
    bytes::<N>().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `N` random bytes.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    UnwrapErr(SysRng).fill_bytes(&mut bytes);
    bytes
}

/// `N` random characters of an alphabet of at most 256, as text.
///
/// Panics like [`hex`].
pub(crate) fn characters<const N: usize>(alphabet: &[u8]) -> String {
    let mut bytes = [0_u8; N];
    UnwrapErr(SysRng).fill_bytes(&mut bytes);
    let one = |byte: &u8| alphabet.get(usize::from(*byte) % alphabet.len().max(1));
    bytes.iter().filter_map(one).map(|byte| char::from(*byte)).collect()
}

/// A number between 0 and 1.
pub(crate) fn fraction() -> f64 {
    f64::from(UnwrapErr(SysRng).next_u32()) / f64::from(u32::MAX)
}
