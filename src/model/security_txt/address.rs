//! Addresses in a `security.txt`, and whether two of them are equal (RFC 3986, section 6).

use url::Url;

/// Whether an address leads to the web without TLS.
pub fn is_insecure(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("http"))
}

/// Whether a text is a URI, in printable ASCII: a mailbox for `mailto:` (RFC 6068), a host for `https:`.
pub fn is_uri(text: &str) -> bool {
    let is_printable = text.bytes().all(|byte| byte.is_ascii_graphic());
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    let is_complete = match url.scheme() {
        "mailto" => mailbox(&url).split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && !host.is_empty() && !host.contains('@')
        }),
        "https" => url.has_host() && text[6..].starts_with("//"),
        _ => !url.path().is_empty() || url.has_host(),
    };
    is_printable && is_complete
}

/// The spelling in which equal addresses are the same: scheme and host in lower case, no default port, and
/// octets escaped only where they must be.
pub fn normalised(text: &str) -> String {
    let Ok(url) = Url::parse(text.trim()) else {
        return text.trim().to_owned();
    };
    if url.scheme() != "mailto" {
        return unescaped(url.as_str());
    }
    let mailbox = mailbox(&url);
    let mailbox = match mailbox.rsplit_once('@') {
        Some((name, host)) => format!("{name}@{}", host.to_ascii_lowercase()),
        None => mailbox,
    };
    let query = url.query().map_or(String::new(), |query| format!("?{query}"));
    format!("mailto:{mailbox}{query}")
}

/// Without white space before a fragment, which an address without one cannot have.
fn mailbox(url: &Url) -> String {
    unescaped(url.path().trim_end())
}

/// The same text without escapes of characters that need none.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let escape = rest.get(at..at + 3).unwrap_or(&rest[at..]);
        let octet = escape.get(1..).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match octet.map(char::from) {
            Some(c) if c.is_ascii_alphanumeric() || "-._~@".contains(c) => out.push(c),
            _ => out.push_str(&escape.to_ascii_uppercase()),
        }
        rest = &rest[at + escape.len()..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_addresses_have_one_spelling() {
        for (one, other) in [
            ("MAILTO:security@Example.com", "mailto:security@example.com"),
            ("mailto:security%40example.com", "mailto:security@example.com"),
            ("mailto:%73ecurity@example.com", "mailto:security@example.com"),
            ("HTTPS://Example.COM:443/%7Ea", "https://example.com/~a"),
            ("https://example.com", "https://example.com/"),
            ("https://example.com/a%2fb", "https://example.com/a%2Fb"),
            ("https://example.com/./a/../b", "https://example.com/b"),
        ] {
            assert_eq!(normalised(one), normalised(other), "{one}");
        }
        for (one, other) in [
            ("mailto:Security@example.com", "mailto:security@example.com"),
            ("https://example.com:8443/", "https://example.com/"),
            ("https://example.com/a%2Fb", "https://example.com/a/b"),
            ("https://example.com/A", "https://example.com/a"),
            ("https://example.com/a/", "https://example.com/a"),
        ] {
            assert_ne!(normalised(one), normalised(other), "{one}");
        }
    }
}
