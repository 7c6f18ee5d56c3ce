//! Percent-encoding, and the decoding of percent, JSON, HTML and CSS escapes and of quoted-printable.

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
    decode(bytes, |byte| matches!(byte, b'%' | b'\\' | b'&' | 0), escape)
}

/// Decodes one layer of CSS escapes: a backslash, up to six hexadecimal digits, and one white space. In JSON
/// and CSS the same characters mean different things, so this is a reading of its own.
pub(super) fn css(bytes: &[u8]) -> Option<Vec<u8>> {
    decode(bytes, |byte| *byte == b'\\', css_escape)
}

/// Decodes quoted-printable (RFC 2045, section 6.7).
pub(super) fn quoted_printable(bytes: &[u8]) -> Option<Vec<u8>> {
    decode(
        bytes,
        |byte| *byte == b'=',
        |rest| match rest {
            [b'=', b'\r', b'\n', ..] => Some((Vec::new(), 3)),
            [b'=', b'\n', ..] => Some((Vec::new(), 2)),
            [b'=', high, low, ..] => Some((vec![hex(&[*high, *low])? as u8], 3)),
            _ => None,
        },
    )
}

/// Replaces each escape that `escape` finds. Returns `None` if there is none.
fn decode(
    bytes: &[u8],
    may_start: impl Fn(&u8) -> bool,
    escape: impl Fn(&[u8]) -> Option<(Vec<u8>, usize)>,
) -> Option<Vec<u8>> {
    let first = bytes.iter().position(&may_start)?;
    let mut out = Vec::with_capacity(bytes.len());
    out.extend_from_slice(&bytes[..first]);
    let mut rest = &bytes[first..];
    let mut changed = false;
    while let [first, tail @ ..] = rest {
        match may_start(first).then(|| escape(rest)).flatten() {
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
        [b'%', b'u' | b'U', digits @ ..] => utf8(hex(digits.get(..4)?)?, 6),
        [b'%', high, low, ..] => Some((vec![hex(&[*high, *low])? as u8], 3)),
        [b'\\', tail @ ..] => backslash(tail).map(|(text, length)| (text, length + 1)),
        [b'&', tail @ ..] => entity(tail).map(|(text, length)| (text, length + 1)),
        _ => None,
    }
}

fn backslash(tail: &[u8]) -> Option<(Vec<u8>, usize)> {
    match tail {
        [b'u', b'{', digits @ ..] => {
            let count = digits.iter().take(6).take_while(|byte| byte.is_ascii_hexdigit()).count();
            let closed = digits.get(count) == Some(&b'}');
            closed.then(|| utf8(hex(&digits[..count])?, count + 3)).flatten()
        }
        [b'U', digits @ ..] => utf8(hex(digits.get(..8)?)?, 9),
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
        [b'0'..=b'3', b'0'..=b'7', b'0'..=b'7', ..] => {
            let value =
                tail[..3].iter().fold(0, |value: u32, digit| value * 8 + u32::from(digit - b'0'));
            Some((vec![value.to_le_bytes()[0]], 3))
        }
        [b'n' | b'r' | b't', ..] => Some((vec![b'\n'], 1)),
        [mark @ (b'/' | b'"' | b'\'' | b'\\'), ..] => Some((vec![*mark], 1)),
        _ => None,
    }
}

/// The character references by name that a secret or a mark may be written with.
const NAMES: [(&str, &str); 39] = [
    ("amp;", "&"),
    ("lt;", "<"),
    ("gt;", ">"),
    ("quot;", "\""),
    ("apos;", "'"),
    ("nbsp;", " "),
    ("sol;", "/"),
    ("bsol;", "\\"),
    ("plus;", "+"),
    ("equals;", "="),
    ("lowbar;", "_"),
    ("hyphen;", "-"),
    ("dash;", "-"),
    ("period;", "."),
    ("comma;", ","),
    ("colon;", ":"),
    ("semi;", ";"),
    ("excl;", "!"),
    ("quest;", "?"),
    ("num;", "#"),
    ("dollar;", "$"),
    ("percnt;", "%"),
    ("ast;", "*"),
    ("lpar;", "("),
    ("rpar;", ")"),
    ("lsqb;", "["),
    ("lbrack;", "["),
    ("rsqb;", "]"),
    ("rbrack;", "]"),
    ("lcub;", "{"),
    ("rcub;", "}"),
    ("verbar;", "|"),
    ("vert;", "|"),
    ("commat;", "@"),
    ("grave;", "`"),
    ("Hat;", "^"),
    ("shy;", ""),
    ("ZeroWidthSpace;", ""),
    ("NewLine;", "\n"),
];

/// Decodes a character reference without its `&`, given by number or by one of the names in `NAMES`.
fn entity(tail: &[u8]) -> Option<(Vec<u8>, usize)> {
    if let Some((name, text)) = NAMES.iter().find(|(name, _)| tail.starts_with(name.as_bytes())) {
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

/// Decodes a CSS escape (CSS Syntax, section 4.3.7).
fn css_escape(rest: &[u8]) -> Option<(Vec<u8>, usize)> {
    let digits = rest.get(1..)?;
    let count = digits.iter().take(6).take_while(|byte| byte.is_ascii_hexdigit()).count();
    if count == 0 {
        return None;
    }
    let space = usize::from(digits.get(count).is_some_and(u8::is_ascii_whitespace));
    utf8(hex(&digits[..count])?, 1 + count + space)
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

    #[test]
    fn escapes_of_many_languages_are_decoded() {
        let decoded = |text: &str| String::from_utf8(unescape(text.as_bytes()).unwrap()).unwrap();
        for text in [
            "%61",
            "%u0061",
            "\\u0061",
            "\\u{61}",
            "\\U00000061",
            "\\x61",
            "\\141",
            "&#97;",
            "&#x61",
        ] {
            assert_eq!(decoded(text), "a", "{text}");
        }
        assert_eq!(css(b"\\61 \\000062\\e9z").unwrap(), "abéz".as_bytes());
        assert_eq!(quoted_printable(b"=61=\r\nb=3D").unwrap(), b"ab=");
    }

    proptest! {
        #[test]
        fn decoding_never_fails_and_never_grows_the_text(bytes: Vec<u8>) {
            for decoded in [unescape(&bytes), css(&bytes), quoted_printable(&bytes)] {
                prop_assert!(decoded.is_none_or(|decoded| decoded.len() <= bytes.len()));
            }
        }
    }
}
