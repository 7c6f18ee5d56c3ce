//! Everything that a request sends, as text: its echo in an answer is not a leak.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use reqwest::header::HeaderMap;
use url::Url;

/// The address, the header fields with the contents of their tokens, and the body.
pub(crate) fn sent(url: &Url, headers: &[&HeaderMap], body: Option<&[u8]>) -> String {
    let mut text = url.to_string();
    let values = headers.iter().flat_map(|headers| headers.values());
    for value in values.map(|value| String::from_utf8_lossy(value.as_bytes())) {
        text.push('\n');
        text.push_str(&value);
        for part in value.split([' ', '.']) {
            text.extend(contents(part).into_iter().flat_map(|part| ["\n".to_owned(), part]));
        }
    }
    text.push('\n');
    text.push_str(&String::from_utf8_lossy(body.unwrap_or_default()));
    text
}

/// The text that a part of a credential encodes, if it encodes one.
fn contents(part: &str) -> Option<String> {
    let part = part.trim_end_matches('=');
    let bytes = URL_SAFE_NO_PAD.decode(part).or_else(|_| STANDARD_NO_PAD.decode(part)).ok()?;
    String::from_utf8(bytes).ok().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contents_of_a_token_were_sent_too() {
        let token = format!("JWT e30.{}.x", URL_SAFE_NO_PAD.encode("{\"iss\":\"acme-key\"}"));
        let headers: HeaderMap =
            [("authorization".parse().unwrap(), token.parse().unwrap())].into_iter().collect();
        let text = sent(&"https://a.test/notes/7".parse().unwrap(), &[&headers], Some(b"body"));
        for part in ["/notes/7", "acme-key", "body"] {
            assert!(text.contains(part), "{text}");
        }
    }
}
