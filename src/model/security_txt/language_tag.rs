//! Language tags (RFC 5646).

/// Tags that are valid although they do not have the form of others (RFC 5646, section 2.1).
const IRREGULAR: [&str; 17] = [
    "en-gb-oed",
    "i-ami",
    "i-bnn",
    "i-default",
    "i-enochian",
    "i-hak",
    "i-klingon",
    "i-lux",
    "i-mingo",
    "i-navajo",
    "i-pwn",
    "i-tao",
    "i-tay",
    "i-tsu",
    "sgn-be-fr",
    "sgn-be-nl",
    "sgn-ch-de",
];

/// Whether a text has the form of a language tag (section 2.2.9, "well-formed").
pub(super) fn is_well_formed(tag: &str) -> bool {
    let tag = tag.to_ascii_lowercase();
    let parts: Vec<&str> = tag.split('-').collect();
    let is_part = |part: &&str| (1..=8).contains(&part.len()) && is_alphanumeric(part);
    if IRREGULAR.contains(&tag.as_str()) {
        return true;
    }
    parts.iter().all(is_part) && (parts[0] == "x" && parts.len() > 1 || is_language(&parts))
}

fn is_language(parts: &[&str]) -> bool {
    let Some((first, mut rest)) = parts.split_first() else {
        return false;
    };
    if !(2..=8).contains(&first.len()) || !is_alphabetic(first) {
        return false;
    }
    let extended = if first.len() <= 3 { 3 } else { 0 };
    rest = skip(rest, extended, |part| part.len() == 3 && is_alphabetic(part));
    rest = skip(rest, 1, |part| part.len() == 4 && is_alphabetic(part));
    rest = skip(rest, 1, |part| match part.len() {
        2 => is_alphabetic(part),
        3 => part.bytes().all(|byte| byte.is_ascii_digit()),
        _ => false,
    });
    rest = skip(rest, usize::MAX, |part| {
        part.len() >= 5 || part.len() == 4 && part.starts_with(|c: char| c.is_ascii_digit())
    });
    are_extensions(rest)
}

/// Extensions, each a letter or digit and parts of at least two characters, and a private part after `x`.
fn are_extensions(mut rest: &[&str]) -> bool {
    while let [singleton, parts @ ..] = rest {
        if singleton.len() != 1 || parts.is_empty() {
            return false;
        }
        if *singleton == "x" {
            return true;
        }
        let after = skip(parts, usize::MAX, |part| part.len() >= 2);
        if after.len() == parts.len() {
            return false;
        }
        rest = after;
    }
    true
}

/// The rest after at most `count` leading parts of this form.
fn skip<'a, 'b>(parts: &'a [&'b str], count: usize, fits: impl Fn(&str) -> bool) -> &'a [&'b str] {
    let skipped = parts.iter().take(count).take_while(|part| fits(part)).count();
    &parts[skipped..]
}

fn is_alphabetic(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn is_alphanumeric(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_have_the_form_of_rfc_5646() {
        for tag in [
            "en",
            "de-CH",
            "zh-Hant-TW",
            "zh-cmn-Hans-CN",
            "sl-rozaj-biske",
            "de-CH-1901",
            "es-419",
            "hy-Latn-IT-arevela",
            "en-a-myext-b-another",
            "x-whatever",
            "de-x-goethe",
            "i-klingon",
            "en-GB-oed",
            "gsw",
        ] {
            assert!(is_well_formed(tag), "{tag}");
        }
        for tag in [
            "",
            "e",
            "english speakers",
            "en_US",
            "de-",
            "-de",
            "en;q=1",
            "*",
            "en-US-GB",
            "a-DE",
            "en-x",
            "toolonglanguage",
            "deutsch-1",
            "en-a",
        ] {
            assert!(!is_well_formed(tag), "{tag}");
        }
    }
}
