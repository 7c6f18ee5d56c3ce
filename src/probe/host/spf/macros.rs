//! Domains in an SPF record, with macros (RFC 7208, section 7).

use std::net::IpAddr;

/// The letters of the macros that a domain may contain; those in `SENDER` depend on who sends.
const LETTERS: &str = "slodiphv";
const SENDER: &str = "sliphv";
const DELIMITERS: &str = ".-+,/_=";

/// A longer name loses labels on its left (RFC 7208, section 7.3).
const NAME_MAX: usize = 253;

/// A domain as it is written in a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DomainSpec {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Macro { letter: char, keep: Option<usize>, reversed: bool, delimiters: String },
}

/// A sender that an evaluation assumes: it appears in no list.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    /// The address that connects.
    pub(crate) address: IpAddr,
    /// The domain of the mail's sender.
    pub(crate) domain: String,
}

impl DomainSpec {
    /// Reads a domain (`domain-spec` in RFC 7208, section 12).
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let parts = macro_string(text)?;
        let ends_well = match parts.last()? {
            Part::Macro { .. } => true,
            Part::Text(text) => {
                let name = text.strip_suffix('.').unwrap_or(text);
                let (before, last) = name.rsplit_once('.')?;
                is_top_label(last) && (!before.is_empty() || parts.len() > 1)
            }
        };
        ends_well.then_some(Self { parts })
    }

    /// Whether it names another domain for each sender.
    pub(crate) fn depends_on_sender(&self) -> bool {
        self.parts
            .iter()
            .any(|part| matches!(part, Part::Macro { letter, .. } if SENDER.contains(*letter)))
    }

    /// The name for this sender, in the record of `domain`.
    pub(crate) fn expand(&self, sender: &Sender, domain: &str) -> String {
        let of = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Macro { letter, keep, reversed, delimiters } => {
                let value = value(*letter, sender, domain);
                transformed(&value, *keep, *reversed, delimiters)
            }
        };
        let name: String = self.parts.iter().map(of).collect();
        let mut name = name.trim_end_matches('.');
        while name.len() > NAME_MAX {
            name = name.split_once('.').map_or("", |(_, rest)| rest);
        }
        name.to_ascii_lowercase()
    }
}

/// Whether a text is a `macro-string`, as the values of modifiers are.
pub(crate) fn is_macro_string(text: &str) -> bool {
    macro_string(text).is_some()
}

fn macro_string(text: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first != '%' {
            if !first.is_ascii_graphic() {
                return None;
            }
            literal.push(first);
            rest = &rest[1..];
            continue;
        }
        match rest.as_bytes().get(1)? {
            b'%' => literal.push('%'),
            b'_' => literal.push(' '),
            b'-' => literal.push_str("%20"),
            b'{' => {
                let (inner, after) = rest[2..].split_once('}')?;
                if !literal.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut literal)));
                }
                parts.push(expansion(inner)?);
                rest = after;
                continue;
            }
            _ => return None,
        }
        rest = &rest[2..];
    }
    if !literal.is_empty() {
        parts.push(Part::Text(literal));
    }
    Some(parts)
}

/// The inside of `%{...}`: a letter, how many parts remain, `r`, delimiters.
fn expansion(inner: &str) -> Option<Part> {
    let letter = inner.chars().next()?.to_ascii_lowercase();
    if !LETTERS.contains(letter) {
        return None;
    }
    let rest = &inner[1..];
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (digits, rest) = rest.split_at(digits);
    let keep = if digits.is_empty() { None } else { Some(digits.parse().unwrap_or(usize::MAX)) };
    let after = rest.strip_prefix(['r', 'R']);
    let delimiters = after.unwrap_or(rest);
    let valid = keep != Some(0) && delimiters.chars().all(|c| DELIMITERS.contains(c));
    valid.then(|| Part::Macro {
        letter,
        keep,
        reversed: after.is_some(),
        delimiters: if delimiters.is_empty() { ".".into() } else { delimiters.to_owned() },
    })
}

fn is_top_label(label: &str) -> bool {
    let of_label = |c: char| c.is_ascii_alphanumeric() || c == '-';
    !label.is_empty()
        && label.chars().all(of_label)
        && !label.starts_with('-')
        && !label.ends_with('-')
        && !label.chars().all(|c| c.is_ascii_digit())
}

fn value(letter: char, sender: &Sender, domain: &str) -> String {
    match letter {
        's' => format!("stranger@{}", sender.domain),
        'l' => "stranger".into(),
        'o' => sender.domain.clone(),
        'd' => domain.to_owned(),
        'i' => match sender.address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => nibbles(address.to_bits()),
        },
        // The name of the sender's address is validated in vain (RFC 7208, section 7.3).
        'p' => "unknown".into(),
        'h' => "stranger.invalid".into(),
        _ => if sender.address.is_ipv4() { "in-addr" } else { "ip6" }.into(),
    }
}

fn nibbles(address: u128) -> String {
    let digits = format!("{address:032x}");
    let digits: Vec<&str> = digits.split("").filter(|digit| !digit.is_empty()).collect();
    digits.join(".")
}

fn transformed(value: &str, keep: Option<usize>, reversed: bool, delimiters: &str) -> String {
    let mut parts: Vec<&str> = value.split(|c| delimiters.contains(c)).collect();
    if reversed {
        parts.reverse();
    }
    let dropped = parts.len().saturating_sub(keep.unwrap_or(usize::MAX));
    parts[dropped..].join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(spec: &str) -> Option<String> {
        let sender =
            Sender { address: "192.0.2.3".parse().unwrap(), domain: "email.example.com".into() };
        Some(DomainSpec::parse(spec)?.expand(&sender, "sub.example.com"))
    }

    #[test]
    fn macros_are_expanded_as_in_the_examples_of_rfc_7208() {
        for (spec, name) in [
            ("%{d}", "sub.example.com"),
            ("%{o4}.test", "email.example.com.test"),
            ("%{o1r}.test", "email.test"),
            ("%{dr}.test", "com.example.sub.test"),
            ("%{d2r}.test", "example.sub.test"),
            ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
            ("%{lr-}.lp._spf.%{o2}", "stranger.lp._spf.example.com"),
            ("a.b.test.", "a.b.test"),
        ] {
            assert_eq!(expanded(spec).as_deref(), Some(name), "{spec}");
        }
    }

    #[test]
    fn an_ipv6_address_is_written_as_nibbles() {
        let sender = Sender { address: "2001:db8::cb01".parse().unwrap(), domain: "x.test".into() };
        let spec = DomainSpec::parse("%{ir}.%{v}.test").unwrap();
        let name = spec.expand(&sender, "x.test");
        assert!(name.starts_with("1.0.b.c.0.") && name.ends_with("8.b.d.0.1.0.0.2.ip6.test"));
        assert!(spec.depends_on_sender());
    }

    #[test]
    fn other_texts_are_not_domains() {
        for spec in [
            "",
            "localhost",
            "192.0.2.1",
            "a..",
            "a.-b",
            "a b.test",
            "%{c}.test",
            "%{d0}.test",
            "%{x}.test",
            "%{d.test",
            "%d.test",
            "%",
            ".test",
            "a.t\u{e9}st",
            "%{d*}.test",
        ] {
            assert_eq!(expanded(spec), None, "{spec}");
        }
    }
}
