//! A response as it was read, and its bytes as text.

use reqwest::header::HeaderMap;
use url::Url;

use crate::probe::http::redirect::Unfollowed;
use crate::probe::values::sought::Found;

/// A response, read to its end or to the size limit.
pub(crate) struct RawResponse {
    /// The status.
    pub(crate) status: u16,
    /// The address that answered, after redirects.
    pub(crate) url: Url,
    /// The header fields.
    pub(crate) headers: HeaderMap,
    /// The redirects that were followed: status and address.
    pub(crate) redirects: Vec<(u16, Url)>,
    /// Why it is a redirect that was not followed, if so.
    pub(crate) unfollowed: Option<Unfollowed>,
    /// The part of the body that was read.
    pub(crate) body: Vec<u8>,
    /// Whether the body was longer, or a part of the response could not be searched.
    pub(crate) truncated: bool,
    /// The content coding of the body, or of a redirect's, that could not be undone.
    pub(crate) undecodable: Option<String>,
    /// The canaries and secrets in any part of the response.
    pub(crate) found: Found,
}

/// Header values should be ASCII; Latin-1 and UTF-8 occur in practice.
pub(crate) fn text_of(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => latin1(bytes),
    }
}

/// The characters of these code points.
pub(crate) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// The first characters of a text, with an ellipsis if there are more.
pub(crate) fn cut(text: &str, chars_max: usize) -> String {
    match text.char_indices().nth(chars_max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
