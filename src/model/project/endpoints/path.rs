//! Paths with parameters, and which of them a request is sent to.

use crate::model::plan::template::{Part, Template};

/// Maximum number of bytes of a path.
const PATH_MAX: usize = 1000;

/// Maximum number of characters of a path that a message repeats.
pub(crate) const SHOWN_MAX: usize = 80;

/// Replaces the value of a placeholder in the path of a request. No path contains it.
const HOLE: char = '\u{1}';

/// A path with parameters in braces, such as `/notes/{id}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPattern {
    segments: Vec<Segment>,
    /// Whether it ends with `/`.
    slash: bool,
}

/// The part of a path between two slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    /// Literal texts and parameters.
    Pieces(Vec<Piece>),
    /// A parameter that takes the rest of the path: `{path+}`, `{+path}` or `{path*}`.
    Rest,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// A text, decoded.
    Text(String),
    /// A parameter, which takes at least one character.
    Parameter,
}

/// The path of a request: its segments, decoded, with placeholders in place of values that only the run knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestPath {
    segments: Vec<String>,
    slash: bool,
}

/// How well a pattern describes a path: of several, the one with the earlier and longer literal parts is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fit {
    slash: bool,
    /// For each segment: the number of its literal characters, more if all are.
    literal: Vec<usize>,
}

impl PathPattern {
    /// The pattern of a path. A query or fragment is not part of it.
    pub fn new(path: &str) -> Self {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let (segments, slash) = split(path);
        Self { segments: segments.into_iter().map(segment).collect(), slash }
    }

    /// How well it describes a path; `None` if it is another one. A slash at the end makes no difference, unless
    /// there is a pattern for both forms.
    pub fn fit(&self, path: &RequestPath) -> Option<Fit> {
        let mut literal = Vec::new();
        let mut left = path.segments.iter();
        for segment in &self.segments {
            match segment {
                Segment::Rest => {
                    left.next()?;
                    return Some(Fit { slash: self.slash == path.slash, literal });
                }
                Segment::Pieces(pieces) => {
                    if !matches(pieces, left.next()?) {
                        return None;
                    }
                    literal.push(literal_length(pieces));
                }
            }
        }
        left.next().is_none().then_some(Fit { slash: self.slash == path.slash, literal })
    }

    /// Equal for patterns that describe the same paths.
    pub(crate) fn identity(&self) -> String {
        let mut text = String::new();
        for segment in &self.segments {
            text.push('/');
            match segment {
                Segment::Rest => text.push_str("{+}"),
                Segment::Pieces(pieces) => {
                    for piece in pieces {
                        match piece {
                            Piece::Text(literal) => text.push_str(literal),
                            Piece::Parameter => text.push_str("{}"),
                        }
                    }
                }
            }
        }
        if self.slash {
            text.push('/');
        }
        text
    }
}

impl RequestPath {
    /// The path of a request to the target; `None` if the path, or its beginning, is known only to the run.
    pub fn new(written: &Template) -> Option<Self> {
        let text: String = written
            .parts()
            .into_iter()
            .map(|part| match part {
                Part::Text(text) => text.to_owned(),
                Part::Hole(_) => HOLE.to_string(),
            })
            .collect();
        let path = match text.split_once("://") {
            Some((_, rest)) => rest.find(['/', '?', '#']).map_or("/", |at| &rest[at..]),
            None => &text,
        };
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let path = if path.is_empty() { "/" } else { path };
        if !path.starts_with('/') {
            return None;
        }
        let (segments, slash) = split(path);
        Some(Self { segments: segments.into_iter().map(decoded).collect(), slash })
    }
}

/// The segments of a path, and whether it ends with a slash.
fn split(path: &str) -> (Vec<&str>, bool) {
    let path = path.strip_prefix('/').unwrap_or(path);
    let slash = path.ends_with('/');
    let path = path.strip_suffix('/').unwrap_or(path);
    let segments = if path.is_empty() { Vec::new() } else { path.split('/').collect() };
    (segments, slash)
}

fn segment(text: &str) -> Segment {
    let inner = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let takes_rest = |name: &str| {
        !name.contains('}') && (name.starts_with(['+', '*']) || name.ends_with(['+', '*']))
    };
    if inner.is_some_and(takes_rest) {
        return Segment::Rest;
    }
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((_, tail)) = after.split_once('}') else { break };
        if !before.is_empty() {
            pieces.push(Piece::Text(decoded(before)));
        }
        pieces.push(Piece::Parameter);
        rest = tail;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(decoded(rest)));
    }
    Segment::Pieces(pieces)
}

/// Whether the pieces of a segment describe a segment of a request.
fn matches(pieces: &[Piece], text: &str) -> bool {
    match pieces {
        [] => text.is_empty(),
        [Piece::Text(literal), rest @ ..] => {
            text.strip_prefix(literal.as_str()).is_some_and(|text| matches(rest, text))
        }
        [Piece::Parameter] => !text.is_empty(),
        [Piece::Parameter, Piece::Text(literal)] => {
            text.len() > literal.len() && text.ends_with(literal.as_str())
        }
        [Piece::Parameter, rest @ ..] => {
            // The earliest end of the parameter that the rest permits; paths are short.
            let ends = text.char_indices().skip(1).map(|(at, _)| at);
            ends.take(SEGMENT_MAX).any(|end| matches_bounded(rest, &text[end..]))
        }
    }
}

/// Maximum number of characters at which a parameter may end, and of parameters in one segment.
const SEGMENT_MAX: usize = 200;
const PARAMETERS_MAX: usize = 4;

fn matches_bounded(pieces: &[Piece], text: &str) -> bool {
    let parameters = pieces.iter().filter(|piece| **piece == Piece::Parameter).count();
    parameters < PARAMETERS_MAX && matches(pieces, text)
}

/// The number of literal characters of a segment; a segment without parameters has more than any with them.
fn literal_length(pieces: &[Piece]) -> usize {
    if !pieces.contains(&Piece::Parameter) {
        return usize::MAX;
    }
    let length = |piece: &Piece| match piece {
        Piece::Text(text) => text.len(),
        Piece::Parameter => 0,
    };
    pieces.iter().map(length).sum()
}

/// A base and a path below it.
pub(crate) fn join(base: &str, path: &str) -> String {
    let base = base.trim_end_matches('/');
    let slash = if path.starts_with('/') { "" } else { "/" };
    let start = if base.is_empty() || base.starts_with('/') { "" } else { "/" };
    format!("{start}{base}{slash}{path}")
}

/// The path of an address, of an address without its origin, or of a path relative to the root.
pub(crate) fn of_address(address: &str) -> &str {
    let after = match address.split_once("://") {
        Some((_, rest)) => rest.find(['/', '?', '#']).map_or("", |at| &rest[at..]),
        None => match address.strip_prefix("//") {
            Some(rest) => rest.find('/').map_or("", |at| &rest[at..]),
            None => address,
        },
    };
    after.split(['?', '#']).next().unwrap_or_default()
}

/// Whether a text is a path: nothing in it can be taken for words of a page.
pub(crate) fn is_path(text: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || "/{}-._~%!$&'()*+,;=:@?#[]|".contains(c);
    text.starts_with('/') && text.len() <= PATH_MAX && text.chars().all(fits)
}

/// A text with its percent-encoded bytes decoded; bytes that are not UTF-8 stay as they are.
pub(crate) fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digits = text.get(at + 1..at + 3).filter(|_| *byte == b'%');
        let value = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(value.unwrap_or(*byte));
        at += if value.is_some() { 3 } else { 1 };
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, path: &str) -> bool {
        PathPattern::new(pattern).fit(&RequestPath::new(&Template::new(path)).unwrap()).is_some()
    }

    #[test]
    fn a_pattern_describes_paths_segment_by_segment() {
        for (pattern, path) in [
            ("/notes/{id}", "/notes/7"),
            ("/notes/{id}", "/notes/${note}?expand=all"),
            ("/notes/{id}", "/notes/a%2Fb"),
            ("/notes/{id}/", "/notes/7"),
            ("/notes/{id}", "/notes/7/"),
            ("/files/{name}.json", "/files/report.json"),
            ("/files/{name}.json", "/files/${name}.json"),
            ("/files/{a}-{b}.{c}", "/files/x-y-z.tar"),
            ("/files/{name}.json", "/files/a.json.json"),
            ("/{tenant}/notes", "/${tenant:acme}/notes"),
            ("/", "/"),
            ("/", "/?a=b"),
            ("/caf%C3%A9", "/café"),
            ("/café", "/caf%c3%a9"),
            ("/files/{path+}", "/files/a/b/c"),
            ("/a?x={y}", "/a"),
            ("/notes/${id}", "/notes/$7"),
            ("/notes", "https://addon.example.com/notes"),
            ("/", "https://addon.example.com"),
        ] {
            assert!(fits(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("/notes/{id}", "/notes"),
            ("/notes/{id}", "/notes//"),
            ("/notes/{id}", "/notes/7/tags"),
            ("/notes/search", "/notes/${id}"),
            ("/notes", "/Notes"),
            ("/notes", "//notes"),
            ("/files/{name}.json", "/files/.json"),
            ("/files/{name}.json", "/files/a.xml"),
            ("/files/{path+}", "/files"),
            ("/notes", "/notes2"),
            ("/", "/notes"),
        ] {
            assert!(!fits(pattern, path), "{pattern} {path}");
        }
    }

    #[test]
    fn of_several_patterns_the_more_literal_one_is_meant() {
        let best = |path: &str, patterns: &[&'static str]| {
            let path = RequestPath::new(&Template::new(path)).unwrap();
            let fits =
                patterns.iter().filter_map(|one| Some((PathPattern::new(one).fit(&path)?, *one)));
            fits.max().unwrap().1
        };
        assert_eq!(best("/notes/search", &["/notes/{id}", "/notes/search"]), "/notes/search");
        assert_eq!(best("/a/b", &["/{x}/b", "/a/{y}"]), "/a/{y}");
        assert_eq!(best("/f/a.json", &["/f/{name}", "/f/{name}.json"]), "/f/{name}.json");
        assert_eq!(best("/notes/", &["/notes", "/notes/"]), "/notes/");
        assert_eq!(best("/notes", &["/notes", "/notes/"]), "/notes");
        assert_eq!(best("/f/a", &["/f/{path+}", "/f/{name}"]), "/f/{name}");
    }

    #[test]
    fn a_path_that_only_the_run_knows_is_none() {
        assert_eq!(RequestPath::new(&Template::new("${image}")), None);
        assert!(RequestPath::new(&Template::new("/${image}")).is_some());
    }

    #[test]
    fn bases_and_paths_are_joined_with_one_slash() {
        for (base, path, joined) in [
            ("/v1", "/notes", "/v1/notes"),
            ("/v1/", "/notes", "/v1/notes"),
            ("v1", "notes", "/v1/notes"),
            ("/", "/notes", "/notes"),
            ("", "/", "/"),
            ("/v1", "/", "/v1/"),
        ] {
            assert_eq!(join(base, path), joined);
        }
        assert_eq!(of_address("https://api.example.com/v1/?a"), "/v1/");
        assert_eq!(of_address("https://api.example.com"), "");
        assert_eq!(of_address("//api.example.com/v1"), "/v1");
    }

    #[test]
    fn a_path_of_many_parameters_is_compared_in_a_moment() {
        let pattern = format!("/{}", "{a}x".repeat(200));
        assert!(!fits(&pattern, &format!("/{}", "x".repeat(900))));
    }
}
