//! The cleartext signature of a file (RFC 9116, section 2.3; RFC 9580, section 7). It is not verified.

use crate::model::security_txt::Faults;

const BEGIN: &str = "-----BEGIN PGP SIGNED MESSAGE-----";
const SIGNATURE: &str = "-----BEGIN PGP SIGNATURE-----";
const END: &str = "-----END PGP SIGNATURE-----";

/// The lines that are signed; all lines of a file without a signature. A line outside the signed part is a
/// fault, because anybody can add it.
pub(super) fn signed_lines<'a>(content: &'a str, faults: &mut Faults) -> Vec<&'a str> {
    let lines: Vec<&str> = content.lines().map(str::trim_end).collect();
    let at = |marker: &str| lines.iter().position(|line| *line == marker);
    let Some(begin) = at(BEGIN) else {
        let is_part = [SIGNATURE, END].iter().any(|marker| at(marker).is_some());
        faults.add_if(is_part, || format!("has a signature without `{BEGIN}` (section 2.3)"));
        return lines.into_iter().filter(|line| !line.starts_with("-----")).collect();
    };
    let count = lines.iter().filter(|line| **line == BEGIN).count();
    faults.add_if(count > 1, || "has two signed parts (section 2.3)".into());
    let after = |from: usize, marker: &str| {
        lines[from..].iter().position(|line| *line == marker).map(|index| from + index)
    };
    let signature = after(begin, SIGNATURE);
    let end = signature.and_then(|from| after(from, END));
    let (Some(signature), Some(end)) = (signature, end) else {
        faults.add("is a signed message without a signature (section 2.3)".into());
        return signed(&lines[begin + 1..], faults);
    };
    let is_empty = lines[signature + 1..end].iter().all(|line| line.is_empty());
    faults.add_if(is_empty, || "has an empty signature (section 2.3)".into());
    let outside = lines[..begin].iter().chain(&lines[end + 1..]);
    if let Some(line) = outside.into_iter().find(|line| !line.is_empty()) {
        let line = super::quoted(line);
        faults.add(format!("has the line {line} outside its signed part (section 2.3)"));
    }
    signed(&lines[begin + 1..signature], faults)
}

/// The text of a signed message: what follows its header and an empty line, without the dashes that protect
/// lines.
fn signed<'a>(lines: &[&'a str], faults: &mut Faults) -> Vec<&'a str> {
    let header = lines.iter().position(|line| line.is_empty());
    let is_header = |line: &&&str| line.split_once(": ").is_some_and(|(name, _)| name == "Hash");
    let odd = lines[..header.unwrap_or(0)].iter().find(|line| !is_header(line));
    faults.add_if(odd.is_some() || header.is_none(), || {
        "is a signed message without an empty line after its `Hash:` (section 2.3)".into()
    });
    let text = &lines[header.map_or(0, |at| at + 1)..];
    text.iter().map(|line| line.strip_prefix("- ").unwrap_or(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n";
    const TAIL: &str = "-----BEGIN PGP SIGNATURE-----\n\nabcd\n-----END PGP SIGNATURE-----\n";

    fn read(content: &str) -> (Vec<&str>, String) {
        let mut faults = Faults::default();
        (signed_lines(content, &mut faults), faults.0.join("; "))
    }

    #[test]
    fn only_the_signed_part_is_read() {
        let file = format!("{HEAD}Contact: a\n- Note: x\n{TAIL}\n");
        assert_eq!(read(&file), (vec!["Contact: a", "Note: x"], String::new()));
        assert_eq!(read("Contact: a\n"), (vec!["Contact: a"], String::new()));
    }

    #[test]
    fn a_broken_signature_is_a_fault() {
        for (file, fault) in [
            (format!("{HEAD}Contact: a\n"), "without a signature"),
            (
                format!("{HEAD}Contact: a\n-----BEGIN PGP SIGNATURE-----\nabcd\n"),
                "without a signature",
            ),
            (
                format!("Contact: b\n{HEAD}Contact: a\n{TAIL}"),
                "“Contact: b” outside its signed part",
            ),
            (
                format!("{HEAD}Contact: a\n{TAIL}Contact: b\n"),
                "“Contact: b” outside its signed part",
            ),
            (format!("Contact: a\n{TAIL}"), "a signature without"),
            (format!("{HEAD}Contact: a\n{TAIL}{HEAD}Contact: b\n{TAIL}"), "two signed parts"),
            (
                "-----BEGIN PGP SIGNED MESSAGE-----\nContact: a\n".to_owned() + TAIL,
                "an empty line after",
            ),
        ] {
            let (_, faults) = read(&file);
            assert!(faults.contains(fault), "{file}: {faults}");
        }
    }
}
