//! The fields of a plain text, such as a `security.txt` (RFC 9116): lines of the form `Name: value`.

use std::collections::BTreeMap;

/// The number of names that are kept of one text.
const NAMES_MAX: usize = 64;

/// The number of values that are kept of one name.
const VALUES_MAX: usize = 64;

/// Reads the values of every field, in order, by the field's name in lower case. Skips comments,
/// lines of any other form, and the armour of a signature. The signature is not verified.
pub(crate) fn fields(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in signed_part(text).filter_map(field) {
        if all.len() == NAMES_MAX && !all.contains_key(&name) {
            continue;
        }
        let values = all.entry(name).or_default();
        if values.len() < VALUES_MAX {
            values.push(value.to_owned());
        }
    }
    all
}

/// The lines between the armour's headers and the signature, or all lines if there is no armour. Text
/// outside the armour is not signed, and is ignored (RFC 4880, section 7).
fn signed_part(text: &str) -> Box<dyn Iterator<Item = &str> + '_> {
    const BEGIN: &str = "-----BEGIN PGP SIGNED MESSAGE-----";
    const END: &str = "-----BEGIN PGP SIGNATURE-----";
    let lines = || text.trim_start_matches('\u{feff}').lines().map(str::trim_end);
    if !lines().any(|line| line == BEGIN) {
        return Box::new(lines());
    }
    let inside = lines().skip_while(|line| *line != BEGIN).skip_while(|line| !line.is_empty());
    let signed = inside.take_while(|line| *line != END);
    Box::new(signed.map(|line| line.strip_prefix("- ").unwrap_or(line)))
}

fn field(line: &str) -> Option<(String, &str)> {
    let (name, value) = line.split_once(':')?;
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let is_name = !name.is_empty() && name.chars().all(fits);
    is_name.then(|| (name.to_ascii_lowercase(), value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        serde_json::to_string(&fields(text)).unwrap()
    }

    #[test]
    fn names_are_in_lower_case_and_values_in_order() {
        let text =
            "# ours\r\nContact: mailto:b@a.test\r\n\r\ncontact:https://a.test/\r\nno field\r\n";
        assert_eq!(read(text), r#"{"contact":["mailto:b@a.test","https://a.test/"]}"#);
        assert_eq!(read("# Contact: x\n two words: y\n"), "{}");
    }

    #[test]
    fn of_a_signed_text_only_the_signed_part_is_read() {
        let text = "Contact: mailto:forged@a.test\n-----BEGIN PGP SIGNED MESSAGE-----\n\
                    Hash: SHA512\n\nContact: mailto:a@a.test\n- Note: x\n\
                    -----BEGIN PGP SIGNATURE-----\nVersion: 1\n-----END PGP SIGNATURE-----\n\
                    Contact: mailto:forged@a.test\n";
        assert_eq!(read(text), r#"{"contact":["mailto:a@a.test"],"note":["x"]}"#);
    }
}
