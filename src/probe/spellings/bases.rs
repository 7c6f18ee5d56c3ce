//! Base16, base32 and base64 in all alphabets and at every alignment, and lists of byte values.
//!
//! Where an encoded text starts is unknown, so each run of letters of an alphabet is decoded from each of
//! its first characters. Of the results only text and compressed data are kept: a run that is not an encoded
//! text yields neither.

/// An alphabet of 2^`bits` characters.
struct Alphabet {
    bits: u32,
    /// How many of its characters encode a whole number of bytes.
    group: usize,
    /// The shortest run that can contain eight bytes.
    run_min: usize,
    values: [u8; 256],
    /// The characters, by value.
    chars: [u8; 64],
}

/// The number of bytes below which decoded text is not searched: nothing shorter is looked for.
const TEXT_BYTES_MIN: usize = 8;

const NONE: u8 = 0xff;

static ALPHABETS: [Alphabet; 6] = [
    Alphabet::new(4, 2, 16, [b"0123456789abcdef", b"0123456789ABCDEF"]),
    Alphabet::new(
        5,
        8,
        13,
        [b"abcdefghijklmnopqrstuvwxyz234567", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"],
    ),
    Alphabet::new(
        5,
        8,
        13,
        [b"0123456789abcdefghijklmnopqrstuv", b"0123456789ABCDEFGHIJKLMNOPQRSTUV"],
    ),
    // Crockford's, and z-base-32.
    Alphabet::new(
        5,
        8,
        13,
        [b"0123456789abcdefghjkmnpqrstvwxyz", b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"],
    ),
    Alphabet::new(
        5,
        8,
        13,
        [b"ybndrfg8ejkmcpqxot1uwisza345h769", b"YBNDRFG8EJKMCPQXOT1UWISZA345H769"],
    ),
    Alphabet::new(
        6,
        4,
        11,
        [
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
        ],
    ),
];

impl Alphabet {
    const fn new<const N: usize>(
        bits: u32,
        group: usize,
        run_min: usize,
        spellings: [&[u8; N]; 2],
    ) -> Self {
        let mut values = [NONE; 256];
        let mut chars = [0; 64];
        let mut which = 0;
        while which < spellings.len() {
            let mut at = 0;
            while at < N {
                // An alphabet has at most 64 characters.
                values[spellings[which][at] as usize] = (at % 256) as u8;
                chars[at] = spellings[which][at];
                at += 1;
            }
            which += 1;
        }
        Self { bits, group, run_min, values, chars }
    }

    /// Decodes a run of its characters.
    fn decode(&self, run: &[u8], out: &mut Vec<u8>) {
        let (mut bits, mut count) = (0_u32, 0);
        for byte in run {
            bits = (bits << self.bits) | u32::from(self.values[usize::from(*byte)]);
            count += self.bits;
            if count >= 8 {
                count -= 8;
                out.push((bits >> count).to_le_bytes()[0]);
            }
        }
    }

    /// The characters that encode `bytes` after `shift` other bytes, without those at both ends that also
    /// encode bits of the neighbours.
    fn encode(&self, bytes: &[u8], shift: usize) -> Vec<u8> {
        let (mut bits, mut count, mut all) = (0_u32, 0, Vec::new());
        for byte in std::iter::repeat_n(&0, shift).chain(bytes) {
            bits = (bits << 8 | u32::from(*byte)) & 0xffff;
            count += 8;
            while count >= self.bits {
                count -= self.bits;
                let value = (bits >> count) & ((1 << self.bits) - 1);
                all.push(self.chars[usize::from(value.to_le_bytes()[0])]);
            }
        }
        let size = usize::try_from(self.bits).unwrap_or(8);
        all.split_off((shift * 8).div_ceil(size).min(all.len()))
    }

    /// The longest runs of its characters.
    fn runs<'b>(&self, bytes: &'b [u8]) -> impl Iterator<Item = &'b [u8]> {
        let runs = bytes.split(|byte| self.values[usize::from(*byte)] == NONE);
        runs.filter(|run| run.len() >= self.run_min)
    }
}

/// Calls `each` with every decoded run. The flag says whether the run was decoded from its first
/// character, where encoded data usually starts.
pub(super) fn decoded(bytes: &[u8], mut each: impl FnMut(&[u8], Start)) {
    let mut decoded = Vec::new();
    for alphabet in &ALPHABETS {
        for run in alphabet.runs(bytes) {
            for skipped in 0..alphabet.group {
                decoded.clear();
                alphabet.decode(&run[skipped..], &mut decoded);
                each(&decoded, if skipped == 0 { Start::OfRun } else { Start::Within });
            }
        }
    }
    let listed = listed(bytes);
    if listed.len() >= TEXT_BYTES_MIN {
        each(&listed, Start::OfRun);
    }
}

/// The length of the shortest run of an alphabet that is decoded.
pub(super) const RUN_MIN: usize = 11;

/// The length from which an unbroken run may be an encoding of an encoding of anything.
const LONG_RUN_MIN: usize = 48;

/// The pieces that occur in the encoding of any bytes that contain `bytes`, in base16 and base64, at each
/// alignment.
pub(super) fn common_encodings(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    encodings(bytes, |bits| bits != 5)
}

/// The same in every alphabet.
pub(super) fn all_encodings(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    encodings(bytes, |_| true)
}

fn encodings(bytes: &[u8], has_bits: fn(u32) -> bool) -> impl Iterator<Item = Vec<u8>> {
    let alphabets = ALPHABETS.iter().filter(move |alphabet| has_bits(alphabet.bits));
    alphabets.flat_map(move |alphabet| {
        let alignments = match alphabet.bits {
            4 => 1,
            5 => 5,
            _ => 3,
        };
        (0..alignments).map(move |shift| alphabet.encode(bytes, shift))
    })
}

/// The long runs of letters of both cases and digits in a text: data in base64, which can hide anything.
pub(super) fn long_encoded(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let base64 = &ALPHABETS[ALPHABETS.len() - 1];
    let has =
        |run: &[u8], is_one: fn(&u8) -> bool| run.iter().filter(|byte| is_one(byte)).count() > 3;
    base64.runs(bytes).filter(move |run| {
        run.len() >= LONG_RUN_MIN
            && has(run, u8::is_ascii_uppercase)
            && has(run, u8::is_ascii_lowercase)
            && has(run, u8::is_ascii_digit)
    })
}

/// Where in a run the decoding started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// At its first character.
    OfRun,
    /// At a later character.
    Within,
}

/// Appends the pieces of `bytes` that are text, each on a line of its own.
pub(super) fn append_texts(bytes: &[u8], out: &mut Vec<u8>) {
    let is_control = |c: char| c.is_control() && !matches!(c, '\0' | '\t' | '\n' | '\r');
    for chunk in bytes.utf8_chunks() {
        let pieces = chunk.valid().split(is_control);
        for piece in pieces.filter(|piece| piece.len() >= TEXT_BYTES_MIN) {
            out.extend_from_slice(piece.as_bytes());
            out.push(b'\n');
        }
    }
}

/// The bytes of lists of numbers such as `[104,105]` or `0x68, 0x69`; numbers above 255 end a list.
fn listed(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let is_separator = |byte: &u8| !byte.is_ascii_alphanumeric();
    for token in bytes.split(is_separator).filter(|token| !token.is_empty()) {
        let value = std::str::from_utf8(token).ok().and_then(|token| {
            match token.strip_prefix("0x").or_else(|| token.strip_prefix("0X")) {
                Some(digits) => u8::from_str_radix(digits, 16).ok(),
                None => token.parse().ok(),
            }
        });
        match value {
            Some(value) => out.push(value),
            None if out.last() != Some(&b'\n') => out.push(b'\n'),
            None => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> String {
        let mut out = Vec::new();
        decoded(text.as_bytes(), |bytes, _| append_texts(bytes, &mut out));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_base_is_decoded() {
        for spelling in [
            "68656c6c6f2c20776f726c64",
            "68656C6C6F2C20776F726C64",
            "xx: NBSWY3DPFQQHO33SNRSA====",
            "nbswy3dpfqqho33snrsa",
            "D1IMOR3F5GG7ERRIDHI0",
            "aGVsbG8sIHdvcmxk",
            "[104,101,108,108,111,44,32,119,111,114,108,100]",
            "0x68 0x65 0x6c 0x6c 0x6f 0x2c 0x20 0x77 0x6f 0x72 0x6c 0x64",
        ] {
            assert!(texts(spelling).contains("hello, world"), "{spelling}");
        }
    }

    #[test]
    fn ordinary_words_decode_to_nothing() {
        assert_eq!(texts("Internationalisation notwithstanding, responsibilities."), "");
    }
}
