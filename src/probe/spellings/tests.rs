//! Marks are found in every spelling, and other texts are not.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::compressed::tests::{brotli_stored, deflate, gzip, zlib, zstandard};
use super::*;

const MARK: &str = "q7htx2mzw4kd5bvn3rjc6sgpy2fa";

fn found(bytes: impl AsRef<[u8]>) -> Option<Extent> {
    let findings =
        Searcher::new([Needle::Text("nowhere"), Needle::Mark(MARK)]).search(bytes.as_ref());
    assert!(findings.complete);
    findings.found.get(&1).copied()
}

fn spell(text: &str, every: usize, spell: impl Fn(u8) -> String) -> String {
    let spell = |(index, byte): (usize, u8)| match index % every {
        0 => spell(byte),
        _ => char::from(byte).to_string(),
    };
    text.bytes().enumerate().map(spell).collect()
}

fn encode(bytes: &[u8], bits: u32, alphabet: &[u8]) -> String {
    let (mut value, mut count, mut out) = (0_u32, 0, String::new());
    for byte in bytes {
        value = (value << 8 | u32::from(*byte)) & 0xfff_ffff;
        count += 8;
        while count >= bits {
            count -= bits;
            let index = (value >> count) & ((1 << bits) - 1);
            out.push(char::from(alphabet[usize::try_from(index).unwrap()]));
        }
    }
    if count > 0 {
        let index = (value << (bits - count)) & ((1 << bits) - 1);
        out.push(char::from(alphabet[usize::try_from(index).unwrap()]));
    }
    out
}

const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE32_HEX: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUV";

type Layer = (&'static str, fn(&[u8]) -> Vec<u8>);

fn ascii(bytes: &[u8], spell: impl Fn(u8) -> String) -> Vec<u8> {
    bytes.iter().map(|byte| spell(*byte)).collect::<String>().into_bytes()
}

/// Encodings of arbitrary bytes.
const LAYERS: [Layer; 16] = [
    ("percent", |bytes| ascii(bytes, |byte| format!("%{byte:02x}"))),
    ("html", |bytes| ascii(bytes, |byte| format!("&#x{byte:x};"))),
    ("json", |bytes| ascii(bytes, |byte| format!("\\u{byte:04X}"))),
    ("css", |bytes| ascii(bytes, |byte| format!("\\{byte:x} "))),
    ("hex", |bytes| ascii(bytes, |byte| format!("{byte:02x}"))),
    ("HEX", |bytes| ascii(bytes, |byte| format!("{byte:02X}"))),
    ("base32", |bytes| encode(bytes, 5, BASE32).into_bytes()),
    ("base32 lower", |bytes| encode(bytes, 5, BASE32).to_ascii_lowercase().into_bytes()),
    ("base32hex", |bytes| encode(bytes, 5, BASE32_HEX).into_bytes()),
    ("base64", |bytes| STANDARD.encode(bytes).into_bytes()),
    ("base64url", |bytes| URL_SAFE_NO_PAD.encode(bytes).into_bytes()),
    ("quoted-printable", |bytes| ascii(bytes, |byte| format!("={byte:02X}"))),
    ("bytes", |bytes| serde_json::to_vec(bytes).unwrap()),
    ("gzip", gzip),
    ("zlib", zlib),
    ("zstd", zstandard),
];

#[test]
fn a_mark_is_found_in_every_pair_of_encodings() {
    for (outer_name, outer) in LAYERS {
        for (inner_name, inner) in LAYERS {
            // JSON, HTML and CSS escape characters, not bytes: compressed data does not fit in.
            let binary = ["gzip", "zlib", "zstd"].contains(&inner_name);
            if binary && ["json", "html", "css"].contains(&outer_name) {
                continue;
            }
            let spelt = outer(&inner(format!("a {MARK} b").as_bytes()));
            assert_eq!(found(&spelt), Some(Extent::Whole), "{inner_name} in {outer_name}");
        }
    }
}

#[test]
fn a_mark_is_found_with_anything_between_its_letters() {
    for between in
        [" ", "\n", "\u{200b}", "\u{ad}", "\u{2060}", "<b>", "</b><i>", "&nbsp;", "&shy;", "\\n"]
    {
        let text: String = MARK.chars().map(|c| format!("{c}{between}")).collect();
        assert_eq!(found(format!("it is {text}.")), Some(Extent::Whole), "{between}");
        let encoded = STANDARD.encode(format!("it is {MARK}."));
        let text: String = encoded.chars().map(|c| format!("{c}{between}")).collect();
        assert_eq!(found(text), Some(Extent::Whole), "{between} in base64");
    }
    for between in ["-", ":", "\",\"", " | ", "."] {
        let text: String = MARK.chars().map(|c| format!("{c}{between}")).collect();
        assert_eq!(found(text), Some(Extent::Part), "{between}");
    }
    let wide: String =
        MARK.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
    assert_eq!(found(wide), Some(Extent::Whole));
}

#[test]
fn the_first_eight_characters_are_enough() {
    assert_eq!(found(format!("it is {}…", &MARK[..8])), Some(Extent::Part));
    assert_eq!(found(STANDARD_NO_PAD.encode(&MARK[..9])), Some(Extent::Part));
    assert_eq!(found(format!("{}x", MARK[..8].to_uppercase())), Some(Extent::Part));
    assert_eq!(found(&MARK[..7]), None);
    assert_eq!(found(&MARK[1..]), None);
}

#[test]
fn two_and_four_byte_text_is_read() {
    let utf16 =
        |bytes: fn(u16) -> [u8; 2]| MARK.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    assert_eq!(found(utf16(u16::to_le_bytes)), Some(Extent::Whole));
    assert_eq!(found(utf16(u16::to_be_bytes)), Some(Extent::Whole));
    assert_eq!(found(STANDARD.encode(utf16(u16::to_be_bytes))), Some(Extent::Whole));
    let utf32: Vec<u8> = MARK.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    assert_eq!(found(utf32), Some(Extent::Whole));
}

#[test]
fn compressed_data_without_a_signature_is_read_at_the_start() {
    let text = format!("{{\"text\":\"{MARK}\"}}");
    for packed in [deflate(text.as_bytes()), brotli_stored(text.as_bytes())] {
        assert!(found(&packed).is_some());
        assert!(found(STANDARD.encode(&packed)).is_some());
    }
}

#[test]
fn many_layers_are_undone() {
    let mut text = MARK.to_owned();
    for _ in 0..12 {
        text = text.replace('%', "%25").replace('q', "%71");
    }
    assert_eq!(found(&text), Some(Extent::Whole));
    let deep = (0..5).fold(MARK.to_owned(), |text, _| STANDARD.encode(text));
    assert_eq!(found(deep), Some(Extent::Whole));
}

#[test]
fn a_bomb_ends_the_search_and_shows_it() {
    let searcher = Searcher::new([Needle::Mark(MARK)]);
    let bomb = gzip(&gzip(&vec![b'a'; 3 << 20]));
    assert!(!searcher.search(&bomb).complete);
}

#[test]
fn a_word_is_not_found_in_a_longer_one() {
    let searcher = Searcher::new([Needle::Word("note-0000000001"), Needle::Text("p/ss word")]);
    let found = |text: &str| searcher.search(text.as_bytes()).found.into_keys().collect::<Vec<_>>();
    assert_eq!(found("{\"id\":\"note-0000000001\"}"), [0]);
    assert_eq!(found("/note-0000000001/"), [0]);
    assert_eq!(found("note-00000000012"), [0; 0]);
    assert_eq!(found("xnote-0000000001"), [0; 0]);
    assert_eq!(found("p%2Fss+word p/ss\nword"), [1]);
}

#[test]
fn an_ordinary_page_is_searched_within_the_bounds() {
    let page = "<li class=\"a\"><a href=\"/b?id=12&amp;c=%20\">The quick brown fox</a></li>\n";
    let findings = Searcher::new([Needle::Mark(MARK)]).search(page.repeat(700).as_bytes());
    assert_eq!(findings, Findings::default());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_mark_is_found_in_base64_at_every_alignment(
        before in "[ -~]{0,9}", after in "[ -~]{0,9}",
    ) {
        let text = format!("{before}{MARK}{after}");
        let lines = STANDARD.encode(&text).replace('M', "M\r\n");
        let parts = [STANDARD.encode(&text), URL_SAFE.encode(&text), lines];
        for spelling in parts {
            prop_assert!(found(&spelling).is_some(), "{}", spelling);
        }
        let base32 = encode(text.as_bytes(), 5, BASE32);
        prop_assert!(found(&base32).is_some(), "{}", base32);
    }

    #[test]
    fn a_mark_is_found_if_only_some_letters_are_escaped(
        before in "[ -~]{0,9}", after in "[ -~]{0,9}", every in 1_usize..4,
    ) {
        let json = spell(MARK, every, |byte| format!("\\u{byte:04X}"));
        let html = spell(MARK, every, |byte| format!("&#{byte};"));
        let percent = spell(MARK, every, |byte| format!("%{byte:02x}"));
        for spelling in [json, html, percent, MARK.to_uppercase()] {
            // The spaces keep the neighbouring text from forming an escape with the mark.
            let text = format!("{before} {spelling} {after}");
            prop_assert!(found(&text).is_some(), "{}", text);
        }
    }

    #[test]
    fn other_texts_are_not_found(text in "[0-9a-zA-Z+/=%&;\\\\ ]{0,200}") {
        prop_assert_eq!(found(&text), None);
        prop_assert_eq!(found(STANDARD.encode(&text)), None);
    }

    #[test]
    fn no_input_is_beyond_the_search(bytes: Vec<u8>) {
        Searcher::new([Needle::Mark(MARK)]).search(&bytes);
    }
}
