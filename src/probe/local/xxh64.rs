//! The checksum of Zstandard frames: XXH64 with the seed 0 (RFC 8878, section 3.1.1; xxHash specification,
//! section "XXH64 algorithm description").

const PRIMES: [u64; 5] = [
    0x9E37_79B1_85EB_CA87,
    0xC2B2_AE3D_27D4_EB4F,
    0x1656_67B1_9E37_79F9,
    0x85EB_CA77_C2B2_AE63,
    0x27D4_EB2F_1656_67C5,
];

/// The bytes that are consumed at once.
const STRIPE_BYTES: usize = 32;

/// A checksum in progress.
pub(crate) struct Xxh64 {
    lanes: [u64; 4],
    rest: Vec<u8>,
    bytes: u64,
}

impl Default for Xxh64 {
    fn default() -> Self {
        let lanes =
            [PRIMES[0].wrapping_add(PRIMES[1]), PRIMES[1], 0, 0_u64.wrapping_sub(PRIMES[0])];
        Self { lanes, rest: Vec::with_capacity(STRIPE_BYTES), bytes: 0 }
    }
}

impl Xxh64 {
    /// Adds bytes.
    pub(crate) fn update(&mut self, mut bytes: &[u8]) {
        self.bytes = self.bytes.wrapping_add(bytes.len() as u64);
        if !self.rest.is_empty() {
            let missing = (STRIPE_BYTES - self.rest.len()).min(bytes.len());
            let (first, others) = bytes.split_at(missing);
            self.rest.extend_from_slice(first);
            bytes = others;
            if self.rest.len() < STRIPE_BYTES {
                return;
            }
            let stripe = std::mem::take(&mut self.rest);
            self.consume(&stripe);
        }
        let mut stripes = bytes.chunks_exact(STRIPE_BYTES);
        for stripe in &mut stripes {
            self.consume(stripe);
        }
        self.rest.extend_from_slice(stripes.remainder());
    }

    /// The checksum of all bytes so far.
    pub(crate) fn finish(&self) -> u64 {
        let mut hash = if self.bytes < STRIPE_BYTES as u64 { PRIMES[4] } else { self.converged() };
        hash = hash.wrapping_add(self.bytes);
        let mut rest = self.rest.as_slice();
        while let Some((word, others)) = rest.split_first_chunk::<8>() {
            hash = (hash ^ round(0, u64::from_le_bytes(*word))).rotate_left(27);
            hash = hash.wrapping_mul(PRIMES[0]).wrapping_add(PRIMES[3]);
            rest = others;
        }
        if let Some((word, others)) = rest.split_first_chunk::<4>() {
            hash ^= u64::from(u32::from_le_bytes(*word)).wrapping_mul(PRIMES[0]);
            hash = hash.rotate_left(23).wrapping_mul(PRIMES[1]).wrapping_add(PRIMES[2]);
            rest = others;
        }
        for byte in rest {
            hash ^= u64::from(*byte).wrapping_mul(PRIMES[4]);
            hash = hash.rotate_left(11).wrapping_mul(PRIMES[0]);
        }
        hash = (hash ^ (hash >> 33)).wrapping_mul(PRIMES[1]);
        hash = (hash ^ (hash >> 29)).wrapping_mul(PRIMES[2]);
        hash ^ (hash >> 32)
    }

    fn consume(&mut self, stripe: &[u8]) {
        let (words, _) = stripe.as_chunks::<8>();
        for (lane, word) in self.lanes.iter_mut().zip(words) {
            *lane = round(*lane, u64::from_le_bytes(*word));
        }
    }

    fn converged(&self) -> u64 {
        let [one, two, three, four] = self.lanes;
        let sum = one
            .rotate_left(1)
            .wrapping_add(two.rotate_left(7))
            .wrapping_add(three.rotate_left(12))
            .wrapping_add(four.rotate_left(18));
        self.lanes.iter().fold(sum, |sum, lane| {
            (sum ^ round(0, *lane)).wrapping_mul(PRIMES[0]).wrapping_add(PRIMES[3])
        })
    }
}

fn round(lane: u64, word: u64) -> u64 {
    lane.wrapping_add(word.wrapping_mul(PRIMES[1])).rotate_left(31).wrapping_mul(PRIMES[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(parts: &[&[u8]]) -> u64 {
        let mut hash = Xxh64::default();
        parts.iter().for_each(|part| hash.update(part));
        hash.finish()
    }

    #[test]
    fn published_values_are_computed() {
        assert_eq!(hash(&[b""]), 0xEF46_DB37_51D8_E999);
        assert_eq!(hash(&[b"a"]), 0xD24E_C4F1_A98C_6E5B);
        assert_eq!(hash(&[b"abc"]), 0x44BC_2CF5_AD77_0999);
    }

    #[test]
    fn parts_have_the_checksum_of_the_whole() {
        let whole: Vec<u8> = (0..=255).cycle().take(1000).collect();
        for cut in [0, 1, 31, 32, 33, 500, 999] {
            let (one, other) = whole.split_at(cut);
            assert_eq!(hash(&[one, other]), hash(&[&whole]), "{cut}");
        }
    }
}
