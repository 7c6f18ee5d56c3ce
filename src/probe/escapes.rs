//! Percent-encoding, and the decoding of percent, JSON and HTML escapes.

/// Percent-encodes all but RFC 3986's unreserved characters.
pub(crate) fn percent(text: &str) -> String {
    let spell = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(spell).collect()
}

/// Decodes one layer of percent, JSON and HTML escapes, and drops the NUL bytes that UTF-16 text has
/// between ASCII letters. Returns `None` if there is nothing to decode.
pub(crate) fn unescape(bytes: &[u8]) -> Option<Vec<u8>> {
    if !bytes.iter().any(|byte| matches!(byte, b'%' | b'\\' | b'&' | 0)) {
        return None;
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    let mut changed = false;
    while let [first, tail @ ..] = rest {
        match escape(rest) {
            Some((text, length)) => {
                out.extend_from_slice(&text);
                rest = &rest[length..];
                changed = true;
            }
            None => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    changed.then_some(out)
}

/// Decodes the escape at the start of `rest`. Returns its text and its length in bytes.
fn escape(rest: &[u8]) -> Option<(Vec<u8>, usize)> {
    match rest {
        [0, ..] => Some((Vec::new(), 1)),
        [b'%', high, low, ..] => Some((vec![hex(&[*high, *low])? as u8], 3)),
        [b'\\', tail @ ..] => backslash(tail).map(|(text, length)| (text, length + 1)),
        [b'&', tail @ ..] => entity(tail).map(|(text, length)| (text, length + 1)),
        _ => None,
    }
}

fn backslash(tail: &[u8]) -> Option<(Vec<u8>, usize)> {
    match tail {
        [b'u', digits @ ..] => {
            let unit = hex(digits.get(..4)?)?;
            let low = match digits.get(4..10) {
                Some([b'\\', b'u', low @ ..]) if (0xD800..0xDC00).contains(&unit) => hex(low),
                _ => None,
            };
            match low.filter(|low| (0xDC00..0xE000).contains(low)) {
                Some(low) => utf8(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00), 11),
                None => utf8(unit, 5),
            }
        }
        [b'x', high, low, ..] => Some((vec![hex(&[*high, *low])? as u8], 3)),
        [b'n' | b'r' | b't', ..] => Some((vec![b'\n'], 1)),
        [mark @ (b'/' | b'"' | b'\'' | b'\\'), ..] => Some((vec![*mark], 1)),
        _ => None,
    }
}

/// Decodes a character reference without its `&`, given by number or by one of the names in `NAMES`.
fn entity(tail: &[u8]) -> Option<(Vec<u8>, usize)> {
    const NAMES: [(&[u8], &str); 6] = [
        (b"amp;", "&"),
        (b"lt;", "<"),
        (b"gt;", ">"),
        (b"quot;", "\""),
        (b"apos;", "'"),
        (b"nbsp;", " "),
    ];
    if let Some((name, text)) = NAMES.iter().find(|(name, _)| tail.starts_with(name)) {
        return Some((text.as_bytes().to_vec(), name.len()));
    }
    let (radix, start) = match tail {
        [b'#', b'x' | b'X', ..] => (16, 2),
        [b'#', ..] => (10, 1),
        _ => return None,
    };
    let is_digit = |byte: &&u8| char::from(**byte).is_digit(radix);
    let digits = tail[start..].iter().take(8).take_while(is_digit).count();
    let text = std::str::from_utf8(&tail[start..start + digits]).ok()?;
    let code = u32::from_str_radix(text, radix).ok()?;
    let semicolon = usize::from(tail.get(start + digits) == Some(&b';'));
    utf8(code, start + digits + semicolon)
}

fn utf8(code: u32, length: usize) -> Option<(Vec<u8>, usize)> {
    let text = char::from_u32(code)?.to_string();
    Some((text.into_bytes(), length))
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reserved_characters_are_percent_encoded() {
        assert_eq!(percent("a/b c~é"), "a%2Fb%20c~%C3%A9");
    }

    proptest! {
        #[test]
        fn decoding_never_fails_and_never_grows_the_text(bytes: Vec<u8>) {
            let decoded = unescape(&bytes);
            prop_assert!(decoded.is_none_or(|decoded| decoded.len() <= bytes.len()));
        }
    }
}
