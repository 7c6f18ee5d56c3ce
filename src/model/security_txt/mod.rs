//! `security.txt` to the letter of RFC 9116: its values, and what is wrong with it.
//!
//! A signature is not verified, but its form is checked. Fields that are not known are permitted (section 2.4).

pub mod address;
mod armour;
mod language_tag;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::model::security_txt::address::{is_insecure, is_uri, normalised};

/// The most faults that are reported of one file.
const FAULTS_MAX: usize = 16;

/// The number of characters that a fault quotes.
const QUOTED_MAX: usize = 80;

/// The fields whose values are addresses, with their sections.
const ADDRESSES: [(&str, &str); 6] = [
    ("Acknowledgments", "2.5.1"),
    ("Canonical", "2.5.2"),
    ("Contact", "2.5.3"),
    ("Encryption", "2.5.4"),
    ("Hiring", "2.5.6"),
    ("Policy", "2.5.7"),
];

const EXPIRES: &str = "Expires";
const LANGUAGES: &str = "Preferred-Languages";

/// A field: its name as section 2.5 writes it, or as the file does, and its value.
struct Field<'a> {
    name: &'a str,
    value: &'a str,
}

/// Reads a file; `None` if no line of it is a field that the RFC defines. The result is
/// `{ "contacts": [..], "canonical": [..], "expires": [..], "faults": [..] }`, in which addresses have their
/// normal form, each once; a list without entries is left out.
pub fn read(body: &[u8]) -> Option<Value> {
    let text = String::from_utf8_lossy(body);
    let mut faults = Faults::default();
    let content = text.strip_prefix('\u{feff}');
    faults
        .add_if(content.is_some(), || "begins with a byte order mark (section 3, RFC 5198)".into());
    let not_utf8 = std::str::from_utf8(body).is_err();
    faults.add_if(not_utf8, || "is not in UTF-8 (section 3)".into());
    let content = content.unwrap_or(&text);
    of_line_ends(content, &mut faults);
    let signed = armour::signed_lines(content, &mut faults);
    let fields: Vec<Field<'_>> =
        signed.iter().filter_map(|line| field(line, &mut faults)).collect();
    let named = |name: &str| values(&fields, name);
    let known = ADDRESSES.map(|(name, _)| name).into_iter().chain([EXPIRES, LANGUAGES]);
    if known.map(named).all(|values| values.is_empty()) {
        return None;
    }
    of_addresses(&fields, &mut faults);
    of_expires(&named(EXPIRES), &mut faults);
    of_languages(&named(LANGUAGES), &mut faults);
    let addresses = |name: &str| {
        let mut all: Vec<String> = named(name).into_iter().map(normalised).collect();
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|one| seen.insert(one.clone()));
        all
    };
    let lists = [
        ("contacts", json!(addresses("Contact"))),
        ("canonical", json!(addresses("Canonical"))),
        ("expires", json!(named(EXPIRES))),
        ("faults", json!(faults.0)),
    ];
    let is_empty = |list: &Value| list.as_array().is_none_or(Vec::is_empty);
    let there = lists.into_iter().filter(|(_, list)| !is_empty(list));
    Some(there.map(|(name, list)| (name.to_owned(), list)).collect())
}

/// Clauses that follow "the file".
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn add(&mut self, fault: String) {
        if self.0.len() < FAULTS_MAX && !self.0.contains(&fault) {
            self.0.push(fault);
        }
    }

    fn add_if(&mut self, is_fault: bool, fault: impl FnOnce() -> String) {
        if is_fault {
            self.add(fault());
        }
    }
}

fn of_line_ends(content: &str, faults: &mut Faults) {
    let is_bare = content.replace("\r\n", "\n").contains('\r');
    faults.add_if(is_bare, || "has a line that ends with CR alone (section 2.2)".into());
    let is_open = !content.is_empty() && !content.ends_with('\n');
    faults.add_if(is_open, || "has a last line without a line break (section 2.2)".into());
}

fn field<'a>(line: &'a str, faults: &mut Faults) -> Option<Field<'a>> {
    let line = line.trim_end();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let Some((name, value)) = line.split_once(':') else {
        faults.add(format!("has the line {}, which is not a field (section 4)", quoted(line)));
        return None;
    };
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_graphic());
    if !is_name(name) {
        let line = quoted(line);
        faults.add(format!("has the line {line}, which has no field name (section 4)"));
        return None;
    }
    let rest = value.strip_prefix(' ');
    faults.add_if(rest.is_none(), || format!("has no space after `{name}:` (section 4)"));
    let value = rest.unwrap_or(value).trim();
    faults.add_if(value.is_empty(), || format!("has the field {name} without a value (section 4)"));
    Some(Field { name, value })
}

fn values<'a>(fields: &[Field<'a>], name: &str) -> Vec<&'a str> {
    let named = fields.iter().filter(|field| field.name.eq_ignore_ascii_case(name));
    named.map(|field| field.value).filter(|value| !value.is_empty()).collect()
}

fn of_addresses(fields: &[Field<'_>], faults: &mut Faults) {
    for (name, section) in ADDRESSES {
        let all = values(fields, name);
        faults.add_if(all.is_empty() && name == "Contact", || {
            format!("has no field Contact (section {section})")
        });
        for value in all {
            let shown = quoted(value);
            if is_insecure(value) {
                faults.add(format!("has {shown} in {name}, without `https` (section {section})"));
            } else if !is_uri(value) {
                faults
                    .add(format!("has {shown} in {name}, which is not a URI (section {section})"));
            }
        }
    }
}

fn of_expires(all: &[&str], faults: &mut Faults) {
    faults.add_if(all.is_empty(), || "has no field Expires (section 2.5.5)".into());
    faults.add_if(all.len() > 1, || "has the field Expires more than once (section 2.5.5)".into());
    for value in all.iter().filter(|value| !is_date_time(value)) {
        let shown = quoted(value);
        faults.add(format!(
            "has {shown} in Expires, which is not a date of RFC 3339 (section 2.5.5)"
        ));
    }
}

/// Whether a text is a date and time of RFC 3339, section 5.6.
fn is_date_time(text: &str) -> bool {
    let Some((date, rest)) = text.split_once(['T', 't']) else {
        return false;
    };
    let zone = rest.find(['Z', 'z', '+', '-']).map(|at| rest.split_at(at));
    let Some((time, zone)) = zone else {
        return false;
    };
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let is_like = |text: &str, pattern: &str| {
        let fits = |(c, p): (char, char)| if p == '0' { c.is_ascii_digit() } else { c == p };
        text.len() == pattern.len() && text.chars().zip(pattern.chars()).all(fits)
    };
    let is_zone = zone.eq_ignore_ascii_case("z") || is_like(&zone[1..], "00:00");
    is_like(date, "0000-00-00")
        && is_like(time, "00:00:00")
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
        && is_zone
        && text.parse::<Timestamp>().is_ok()
}

fn of_languages(all: &[&str], faults: &mut Faults) {
    faults.add_if(all.len() > 1, || {
        "has the field Preferred-Languages more than once (section 2.5.8)".into()
    });
    for tag in all.iter().flat_map(|value| value.split(',')).map(str::trim) {
        faults.add_if(!language_tag::is_well_formed(tag), || {
            let shown = quoted(tag);
            format!(
                "has {shown} in Preferred-Languages, which is not a language tag (section 2.5.8)"
            )
        });
    }
}

fn quoted(text: &str) -> String {
    match text.char_indices().nth(QUOTED_MAX) {
        Some((end, _)) => format!("“{}…”", &text[..end]),
        None => format!("“{text}”"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTACT: &str = "Contact: mailto:security@example.com\n";
    const EXPIRES: &str = "Expires: 2027-03-01T00:00:00Z\n";

    fn faults(file: &str) -> Vec<String> {
        let read = read(file.as_bytes()).unwrap();
        let faults = read["faults"].as_array().into_iter().flatten();
        faults.map(|fault| fault.as_str().unwrap().to_owned()).collect()
    }

    /// The faults of a file with these lines after a contact and a date.
    fn faults_with(lines: &str) -> Vec<String> {
        faults(&format!("{CONTACT}{EXPIRES}{lines}"))
    }

    #[test]
    fn a_sound_file_has_no_fault() {
        for lines in [
            "",
            "# a comment: with a colon\n\n",
            "Policy: https://example.com/p\r\n",
            "preferred-languages: en, de-CH, zh-Hant , x-ours, i-klingon\n",
            "Encryption: dns:5d2d37ab76d47d36._openpgpkey.example.com?type=OPENPGPKEY\n",
            "Encryption: openpgp4fpr:5f2de5521c63a801ab59ccb603d49de44b29100f\n",
            "Contact: tel:+1-201-555-0123\nContact: https://example.com/report\n",
            "CSAF: https://example.com/provider-metadata.json\nMade-Up: anything: at all\n",
            "Canonical: https://example.com/.well-known/security.txt\n",
        ] {
            assert_eq!(faults_with(lines), [""; 0], "{lines}");
        }
        for date in ["2027-03-01T00:00:00.123+01:00", "2027-03-01t00:00:00z"] {
            assert_eq!(faults(&format!("{CONTACT}Expires: {date}\n")), [""; 0], "{date}");
        }
    }

    #[test]
    fn each_fault_is_named_with_its_section() {
        for (lines, fault) in [
            (
                "Policy: http://example.com/p\n",
                "“http://example.com/p” in Policy, without `https` (section 2.5.7)",
            ),
            ("HIRING: HTTP://example.com/\n", "in Hiring, without `https` (section 2.5.6)"),
            ("Canonical: http://example.com/\n", "in Canonical, without `https` (section 2.5.2)"),
            ("Acknowledgments: thanks.html\n", "not a URI (section 2.5.1)"),
            ("Encryption: http://example.com/key\n", "(section 2.5.4)"),
            (
                "Contact: security@example.com\n",
                "“security@example.com” in Contact, which is not a URI",
            ),
            ("Contact: mailto:\n", "not a URI (section 2.5.3)"),
            (
                "Preferred-Languages: en\nPreferred-Languages: de\n",
                "more than once (section 2.5.8)",
            ),
            ("Preferred-Languages: english speakers\n", "not a language tag"),
            ("Preferred-Languages: en;de\n", "not a language tag"),
            ("Expires: 2028-01-01T00:00:00Z\n", "Expires more than once"),
            ("Policy:https://example.com/\n", "has no space after `Policy:`"),
            ("Policy : https://example.com/\n", "no field name"),
            ("words\n", "“words”, which is not a field"),
            ("Policy: \n", "the field Policy without a value"),
            ("# the end", "a last line without a line break"),
            ("# one\r# two\n", "CR alone"),
        ] {
            let found = faults_with(lines);
            assert!(found.iter().any(|one| one.contains(fault)), "{lines}: {found:?}");
        }
        let found = read(b"\xef\xbb\xbfContact: mailto:a@a.test\n# \xff\n").unwrap();
        let found = found["faults"].to_string();
        for fault in ["byte order mark", "not in UTF-8", "no field Expires"] {
            assert!(found.contains(fault), "{found}");
        }
        assert!(faults(EXPIRES)[0].contains("no field Contact"));
    }

    #[test]
    fn a_date_is_one_of_rfc_3339() {
        for date in [
            "Mon, 01 Mar 2027 00:00:00 +0000",
            "2027-03-01",
            "2027-03-01 00:00:00Z",
            "2027-03-01T00:00Z",
            "2027-03-01T00:00:00",
            "2027-02-30T00:00:00Z",
            "2027-03-01T00:00:00+0100",
            "1803859200",
        ] {
            let found = faults(&format!("{CONTACT}Expires: {date}\n"));
            assert!(found[0].contains("not a date of RFC 3339"), "{date}: {found:?}");
        }
    }

    #[test]
    fn addresses_have_their_normal_form_each_once() {
        let file =
            read(b"Contact: MAILTO:a%40Example.com\ncontact: mailto:a@example.com\n").unwrap();
        assert_eq!(file["contacts"], json!(["mailto:a@example.com"]));
        assert_eq!(read(b"words\n# Contact: x\n"), None);
    }
}
