//! The syntax of SPF records (RFC 7208, sections 4.6 and 12).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::probe::host::spf::macros::{DomainSpec, is_macro_string};

/// A record whose syntax is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// The directives up to the first `all`, in order.
    pub(crate) directives: Vec<Directive>,
    /// The domain whose record decides if no directive matches.
    pub(crate) redirect: Option<DomainSpec>,
}

/// A mechanism, and the result for senders that match it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Directive {
    /// The result.
    pub(crate) result: SenderResult,
    /// The mechanism.
    pub(crate) mechanism: Mechanism,
    /// How it is written.
    pub(crate) text: String,
}

/// The result for a sender, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SenderResult {
    /// It may send.
    Pass,
    /// The domain does not say.
    Neutral,
    /// It probably may not send.
    SoftFail,
    /// It may not send.
    Fail,
}

/// What a sender must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mechanism {
    /// Anybody.
    All,
    /// One that passes the record of another domain.
    Include(DomainSpec),
    /// An address of a domain, or of the record's own one, with the lengths of prefixes.
    A(Option<DomainSpec>, Lengths),
    /// An address of a mail exchanger of a domain.
    Mx(Option<DomainSpec>, Lengths),
    /// An address whose name belongs to a domain.
    Ptr,
    /// An address of a network.
    Network(IpAddr, u8),
    /// One for which a name exists.
    Exists(DomainSpec),
}

/// The lengths of the prefixes of IPv4 and IPv6 networks, in bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lengths {
    /// IPv4.
    pub(crate) v4: u8,
    /// IPv6.
    pub(crate) v6: u8,
}

/// Whether a text is an SPF record: it begins with the version and a space, or is the version alone.
pub(crate) fn is_spf(text: &str) -> bool {
    let version = text.split(' ').next().unwrap_or_default();
    version.eq_ignore_ascii_case("v=spf1")
}

impl Record {
    /// Reads a record. The error is a clause that names the term and what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut record = Self { directives: Vec::new(), redirect: None };
        let (mut explains, mut ends) = (false, false);
        for term in text.split(' ').skip(1).filter(|term| !term.is_empty()) {
            match modifier(term) {
                Some((name, value)) if name.eq_ignore_ascii_case("redirect") => {
                    let once = record.redirect.replace(domain(term, value)?).is_none();
                    once.then_some(()).ok_or("`redirect=` appears twice")?;
                }
                Some((name, value)) if name.eq_ignore_ascii_case("exp") => {
                    domain(term, value)?;
                    let once = !std::mem::replace(&mut explains, true);
                    once.then_some(()).ok_or("`exp=` appears twice")?;
                }
                Some((_, value)) => {
                    let valid = is_macro_string(value);
                    valid
                        .then_some(())
                        .ok_or_else(|| format!("`{term}` has invalid characters"))?;
                }
                None => {
                    let directive = Directive::parse(term)?;
                    let all = directive.mechanism == Mechanism::All;
                    // What follows `all` is never reached, but it must still be right.
                    if !ends {
                        record.directives.push(directive);
                    }
                    ends |= all;
                }
            }
        }
        // With `all`, no sender is left for another record (section 6.1).
        record.redirect = record.redirect.filter(|_| !ends);
        Ok(record)
    }
}

/// The name and value of a modifier. A colon or a slash before the `=` makes it a mechanism.
fn modifier(term: &str) -> Option<(&str, &str)> {
    let (name, value) = term.split_once('=')?;
    let mut letters = name.chars();
    let is_name = letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    is_name.then_some((name, value))
}

fn domain(term: &str, text: &str) -> Result<DomainSpec, String> {
    DomainSpec::parse(text).ok_or_else(|| format!("`{term}` does not name a domain"))
}

impl Directive {
    fn parse(term: &str) -> Result<Self, String> {
        let (result, mechanism) = match term.as_bytes().first() {
            Some(b'+') => (SenderResult::Pass, &term[1..]),
            Some(b'-') => (SenderResult::Fail, &term[1..]),
            Some(b'~') => (SenderResult::SoftFail, &term[1..]),
            Some(b'?') => (SenderResult::Neutral, &term[1..]),
            _ => (SenderResult::Pass, term),
        };
        let at = mechanism.find([':', '/']).unwrap_or(mechanism.len());
        let (name, rest) = mechanism.split_at(at);
        let mechanism = Mechanism::parse(&name.to_ascii_lowercase(), rest, term)?;
        Ok(Self { result, mechanism, text: term.to_owned() })
    }
}

impl Mechanism {
    /// `rest` begins with a colon or a slash, or is empty.
    fn parse(name: &str, rest: &str, term: &str) -> Result<Self, String> {
        let named = || domain(term, rest.strip_prefix(':').unwrap_or_default());
        Ok(match name {
            "all" if rest.is_empty() => Self::All,
            "include" => Self::Include(named()?),
            "exists" => Self::Exists(named()?),
            "a" => {
                let (of, lengths) = hosts(rest, term)?;
                Self::A(of, lengths)
            }
            "mx" => {
                let (of, lengths) = hosts(rest, term)?;
                Self::Mx(of, lengths)
            }
            "ptr" if rest.is_empty() => Self::Ptr,
            "ptr" => named().map(|_| Self::Ptr)?,
            "ip4" => {
                let network = network::<Ipv4Addr>(rest, 32);
                let network =
                    network.map(|(address, length)| Self::Network(address.into(), length));
                network.ok_or_else(|| format!("`{term}` is not an IPv4 network"))?
            }
            "ip6" => {
                let network = network::<Ipv6Addr>(rest, 128);
                let network =
                    network.map(|(address, length)| Self::Network(address.into(), length));
                network.ok_or_else(|| format!("`{term}` is not an IPv6 network"))?
            }
            _ => return Err(format!("`{term}` is not a term of SPF")),
        })
    }
}

/// The domain and the prefixes of `a` and `mx`: `:example.com/24//64`, each part optional.
fn hosts(rest: &str, term: &str) -> Result<(Option<DomainSpec>, Lengths), String> {
    let wrong = || format!("`{term}` has an invalid length of a network");
    let (rest, v6) = match rest.rsplit_once("//") {
        Some((rest, digits)) => (rest, length(digits, 128).ok_or_else(wrong)?),
        None => (rest, 128),
    };
    let (rest, v4) = match rest.rsplit_once('/') {
        Some((rest, digits)) if !digits.contains(['.', '}']) => {
            (rest, length(digits, 32).ok_or_else(wrong)?)
        }
        _ => (rest, 32),
    };
    let of = match rest {
        "" => None,
        rest => Some(domain(term, rest.strip_prefix(':').unwrap_or_default())?),
    };
    Ok((of, Lengths { v4, v6 }))
}

fn network<T: std::str::FromStr>(rest: &str, longest: u8) -> Option<(T, u8)> {
    let text = rest.strip_prefix(':')?;
    let (address, length) = match text.split_once('/') {
        Some((address, digits)) => (address, length(digits, longest)?),
        None => (text, longest),
    };
    Some((address.parse().ok()?, length))
}

/// The length of a prefix: digits without zeros in front.
fn length(digits: &str, longest: u8) -> Option<u8> {
    let plain = digits == "0" || !digits.starts_with(['0', '+']);
    digits.parse().ok().filter(|length| plain && *length <= longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_term_of_the_grammar_is_read() {
        let text = "v=spf1 +a a:a.test/24//64 a//64 mx:%{d2}/0 ?mx ptr ptr:a.test ip4:192.0.2.0/24 \
                    ip6:2001:db8::/32 ~exists:%{ir}.a.test include:b.test op=x:y=1 exp=e.%{d}  -ALL ";
        let record = Record::parse(text).unwrap();
        assert_eq!(record.directives.len(), 12);
        let lengths = |index: usize| match &record.directives[index].mechanism {
            Mechanism::A(_, lengths) | Mechanism::Mx(_, lengths) => (lengths.v4, lengths.v6),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            [lengths(0), lengths(1), lengths(2), lengths(3)],
            [(32, 128), (24, 64), (32, 64), (0, 128)]
        );
        assert_eq!(record.directives[11].result, SenderResult::Fail);
    }

    #[test]
    fn what_follows_all_is_checked_and_ignored() {
        let record = Record::parse("v=spf1 -all include:a.test redirect=b.test").unwrap();
        assert_eq!((record.directives.len(), record.redirect), (1, None));
        assert!(Record::parse("v=spf1 -all ip4:1.2.3").is_err());
    }

    #[test]
    fn mistakes_are_named() {
        for (terms, mistake) in [
            ("ip4:999.1.1.1", "`ip4:999.1.1.1` is not an IPv4 network"),
            ("ip4:192.0.2.1/33", "`ip4:192.0.2.1/33` is not an IPv4 network"),
            ("ip4:192.0.2.1/08", "`ip4:192.0.2.1/08` is not an IPv4 network"),
            ("ip4:192.0.2.1,192.0.2.2", "`ip4:192.0.2.1,192.0.2.2` is not an IPv4 network"),
            ("ip4", "`ip4` is not an IPv4 network"),
            ("ip6:192.0.2.1", "`ip6:192.0.2.1` is not an IPv6 network"),
            ("ip6:::/129", "`ip6:::/129` is not an IPv6 network"),
            ("ipv4:192.0.2.1", "`ipv4:192.0.2.1` is not a term of SPF"),
            ("all:x.test", "`all:x.test` is not a term of SPF"),
            ("-all.", "`-all.` is not a term of SPF"),
            ("include", "`include` does not name a domain"),
            ("include:localhost", "`include:localhost` does not name a domain"),
            ("a:x.test/33", "`a:x.test/33` has an invalid length of a network"),
            ("a:x.test/", "`a:x.test/` has an invalid length of a network"),
            ("mx//129", "`mx//129` has an invalid length of a network"),
            ("redirect=a.test redirect=b.test", "`redirect=` appears twice"),
            ("exp=a.test exp=b.test", "`exp=` appears twice"),
            ("redirect=%{c}.test", "`redirect=%{c}.test` does not name a domain"),
            ("x=%", "`x=%` has invalid characters"),
            ("a\tmx", "`a\tmx` is not a term of SPF"),
            ("v=spf1", ""),
        ] {
            let found = Record::parse(&format!("v=spf1 {terms} -all"));
            assert_eq!(found.err().unwrap_or_default(), mistake, "{terms}");
        }
    }

    #[test]
    fn the_version_must_be_whole() {
        for (text, is) in [
            ("v=spf1", true),
            ("V=SPF1 -all", true),
            ("v=spf1 ", true),
            ("v=spf10 -all", false),
            ("v=spf1\t-all", false),
            (" v=spf1 -all", false),
            ("\"v=spf1 -all\"", false),
        ] {
            assert_eq!(is_spf(text), is, "{text}");
        }
    }
}
