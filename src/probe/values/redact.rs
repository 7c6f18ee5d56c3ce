//! Redaction: replaces every value that must not leave `probe`.
//!
//! Canaries become their placeholders (`${canary:acme}`), so that evidence reads like its plan.
//! Secrets, and everything that looks like a JSON Web Token, become `[secret]`.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use serde_json::{Map, Value};

use crate::model::answer::facts::SECRET;
use crate::probe::spellings::quick::Quick;
use crate::probe::spellings::{Needle, Searcher};

/// The minimum length of a secret, in characters; shorter values would match ordinary text.
pub(crate) const SECRET_LENGTH_MIN: usize = 6;

/// The minimum length of a part of a token that is a secret, in characters.
const PART_CHARS_MIN: usize = 16;

/// Header fields whose values are never kept.
const SECRET_FIELDS: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

/// The parts of facts that say nothing about the content of an answer.
const STRUCTURE: [&str; 12] = [
    "took_ms",
    "status",
    "exit",
    "found",
    "folder",
    "truncated",
    "undecodable",
    "bytes",
    "sha256",
    "canaries",
    "secrets",
    "withheld",
];

/// How many places of one text are replaced one by one; a text with more of them is replaced as a whole.
const PLACES_MAX: usize = 64;

/// The length from which a text is looked at quickly before it is searched, in bytes.
const LONG_BYTES: usize = 2048;

/// Replaces values with their placeholders, in every spelling that `probe::spellings` knows.
#[derive(Clone, Default)]
pub struct Redactor {
    /// Replaces the values as they are; each is applied after the one before.
    plain: Vec<Arc<Plain>>,
    /// Finds the values in every spelling.
    searcher: Searcher,
    /// Rules long texts out, before they are searched.
    quick: Vec<Arc<LazyQuick>>,
    /// The placeholder of each needle of the searcher.
    placeholders: Vec<Arc<str>>,
}

/// An automaton for values as they are: most texts contain no other spelling.
struct Plain {
    automaton: AhoCorasick,
    placeholders: Vec<Arc<str>>,
}

/// A quick look at long texts, made when there is one.
struct LazyQuick {
    values: Vec<String>,
    made: OnceLock<Quick>,
}

impl LazyQuick {
    fn get(&self) -> &Quick {
        self.made.get_or_init(|| Quick::new(self.values.iter().map(String::as_str)))
    }
}

impl Redactor {
    /// Redacts these values, each with its placeholder. Empty values are skipped.
    pub(crate) fn new<'a>(values: impl IntoIterator<Item = (&'a str, Arc<str>)>) -> Self {
        let values = values.into_iter().filter(|(value, _)| !value.is_empty());
        let (values, placeholders): (Vec<&str>, Vec<Arc<str>>) = values.unzip();
        // A private key has thousands of states; building a lookup table of them takes longer than the
        // search itself.
        let automaton = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .build(&values);
        let plain = automaton.ok().filter(|_| !values.is_empty());
        let plain = plain
            .map(|automaton| Arc::new(Plain { automaton, placeholders: placeholders.clone() }));
        let quick = LazyQuick {
            values: values.iter().map(|value| (*value).to_owned()).collect(),
            made: OnceLock::new(),
        };
        let quick = vec![Arc::new(quick)];
        let searcher = Searcher::new(values.into_iter().map(Needle::Text));
        Self { plain: plain.into_iter().collect(), searcher, quick, placeholders }
    }

    /// Redacts these secrets.
    pub(crate) fn of_secrets(secrets: &[String]) -> Self {
        let placeholder: Arc<str> = SECRET.into();
        Self::new(secrets.iter().map(|secret| (secret.as_str(), placeholder.clone())))
    }

    /// The same redactor, applied after `first`.
    pub(crate) fn after(self, first: &Self) -> Self {
        let Self { mut plain, searcher, mut quick, mut placeholders } = first.clone();
        plain.extend(self.plain);
        quick.extend(self.quick);
        placeholders.extend(self.placeholders);
        Self { plain, searcher: searcher.and(&self.searcher), quick, placeholders }
    }

    /// The text with placeholders in place of all values, in whatever spelling. What is encoded together
    /// with a value is replaced too.
    pub fn text(&self, text: &str) -> String {
        self.in_every_spelling(&self.plainly(text))
    }

    /// A place of one of the values in these bytes, in whatever spelling: one of the first.
    pub fn finds(&self, bytes: &[u8]) -> Option<Range<usize>> {
        self.may_find(bytes).then(|| self.searcher.place(bytes)).flatten().map(|(_, place)| place)
    }

    /// Whether bytes may contain a value. Most long texts are ruled out quickly.
    fn may_find(&self, bytes: &[u8]) -> bool {
        if bytes.len() < LONG_BYTES || self.quick.iter().any(|one| one.get().may_find(bytes)) {
            return true;
        }
        let left = Quick::left_to_search(bytes);
        !left.is_empty() && !self.searcher.search(&left).found.is_empty()
    }

    /// Redacts the facts of an answer, and leaves their structure.
    pub(crate) fn facts(&self, facts: Value) -> Value {
        let redacted = self.parts(facts, Self::plainly);
        match self.hides(&redacted.to_string()) {
            true => self.parts(redacted, Self::in_every_spelling),
            false => redacted,
        }
    }

    /// Redacts a document, in keys and in values.
    pub(crate) fn value(&self, value: Value) -> Value {
        let redacted = self.each_text(value, Self::plainly);
        match self.hides(&redacted.to_string()) {
            true => self.each_text(redacted, Self::in_every_spelling),
            false => redacted,
        }
    }

    /// Applies `redact` to every part of facts that is not structure.
    fn parts(&self, facts: Value, redact: fn(&Self, &str) -> String) -> Value {
        let Value::Object(parts) = facts else { return self.each_text(facts, redact) };
        let part = |(name, value): (String, Value)| {
            let value = match (name.as_str(), value) {
                (name, value) if STRUCTURE.contains(&name) => value,
                ("body" | "stdout", value) => self.parts(value, redact),
                (_, value) => self.each_text(value, redact),
            };
            (name, value)
        };
        parts.into_iter().map(part).collect()
    }

    /// Applies `redact` to every key and every text of a document.
    fn each_text(&self, value: Value, redact: fn(&Self, &str) -> String) -> Value {
        match value {
            Value::String(text) => Value::String(redact(self, &text)),
            Value::Array(items) => {
                items.into_iter().map(|item| self.each_text(item, redact)).collect()
            }
            Value::Object(fields) => {
                let mut kept = Map::new();
                for (name, value) in fields {
                    let name = unused(redact(self, &name), &kept);
                    kept.insert(name, self.each_text(value, redact));
                }
                kept.into()
            }
            // A secret of digits may be returned as a number.
            Value::Number(number) => match redact(self, &number.to_string()) {
                text if text == number.to_string() => Value::Number(number),
                text => Value::String(text),
            },
            other => other,
        }
    }

    /// Replaces tokens as a whole, and the values as they are.
    fn plainly(&self, text: &str) -> String {
        let replaced = |text: String, plain: &Arc<Plain>| {
            plain.automaton.replace_all(&text, &plain.placeholders)
        };
        self.plain.iter().fold(without_tokens(text.to_owned()), replaced)
    }

    /// Whether a text contains a value, in whatever spelling.
    fn hides(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        self.may_find(bytes) && !self.searcher.search(bytes).found.is_empty()
    }

    /// Replaces each place of a value, in whatever spelling.
    fn in_every_spelling(&self, text: &str) -> String {
        let (mut out, mut rest) = (String::new(), text);
        for _ in 0..PLACES_MAX {
            let place =
                self.may_find(rest.as_bytes()).then(|| self.searcher.place(rest.as_bytes()));
            let Some((needle, place)) = place.flatten() else {
                out.push_str(rest);
                // What is left on both sides of a placeholder may read as a value again.
                let is_clean = rest.len() == text.len() || !self.hides(&out);
                return if is_clean { out } else { SECRET.to_owned() };
            };
            let place = whole_word(rest, place);
            out.push_str(&rest[..place.start]);
            out.push_str(self.placeholders.get(needle).map_or(SECRET, |one| one));
            rest = &rest[place.end..];
        }
        SECRET.to_owned()
    }
}

/// The place with all letters and digits that it touches: an encoded text that goes on beyond the value.
fn whole_word(text: &str, place: Range<usize>) -> Range<usize> {
    let in_word = |c: &char| c.is_alphanumeric() || *c == '%';
    let start = text.floor_char_boundary(place.start);
    let end = text.ceil_char_boundary(place.end);
    let before = text[..start].chars().rev().take_while(in_word).map(char::len_utf8);
    let after: usize = text[end..].chars().take_while(in_word).map(char::len_utf8).sum();
    let padding = text[end + after..].bytes().take_while(|byte| *byte == b'=').count();
    start - before.sum::<usize>()..end + after + padding
}

/// A key that the object does not have yet: two keys may have had secrets, and both stay.
fn unused(name: String, object: &Map<String, Value>) -> String {
    let numbered = (2..).map(|count| format!("{name} ({count})"));
    let mut names = [name.clone()].into_iter().chain(numbered);
    names.find(|one| !object.contains_key(one)).unwrap_or(name)
}

/// Redacts the value of a header field: a cookie keeps its name and attributes, any other credential
/// keeps nothing.
pub(crate) fn header(name: &str, value: &str) -> String {
    if name == "set-cookie" {
        let (pair, attributes) = match value.split_once(';') {
            Some((pair, attributes)) => (pair, format!(";{attributes}")),
            None => (value, String::new()),
        };
        let name = pair.split_once('=').map_or("", |(name, _)| name);
        return format!("{name}={SECRET}{attributes}");
    }
    if SECRET_FIELDS.contains(&name) { SECRET.to_owned() } else { value.to_owned() }
}

/// The parts of the JSON Web Tokens in a text that are secrets: their claims and their signature. The header
/// is not.
pub(crate) fn token_parts(text: &str) -> Vec<String> {
    let in_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let tokens = text.split(|c| !in_token(c)).filter(|one| one.starts_with("eyJ"));
    let parts = tokens.flat_map(|token| token.split('.').skip(1));
    parts.filter(|part| part.len() >= PART_CHARS_MIN).map(str::to_owned).collect()
}

/// Replaces each JSON Web Token (RFC 7519): three parts in base64 that start with `eyJ`.
fn without_tokens(text: String) -> String {
    if !text.contains("eyJ") {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(start) = rest.find("eyJ") {
        let (before, token) = rest.split_at(start);
        out.push_str(before);
        let in_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let end = token.find(|c| !in_token(c)).unwrap_or(token.len());
        let (token, tail) = token.split_at(end);
        out.push_str(if token.matches('.').count() >= 2 { SECRET } else { token });
        rest = tail;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use proptest::prelude::*;
    use serde_json::json;

    use crate::probe::spellings::escapes::percent;

    fn redactor() -> Redactor {
        Redactor::new([
            ("00ff00ff00ff00ff", "${canary:acme}".into()),
            ("p/ss word", SECRET.into()),
            ("81726354", SECRET.into()),
            ("", SECRET.into()),
        ])
    }

    #[test]
    fn values_are_replaced_in_keys_and_values() {
        let kept = redactor().value(json!({
            "a 00FF00ff00ff00ff": ["x p/ss word y", "p%2Fss%20word"], "n": 81726354, "m": 8,
        }));
        let expected = json!({
            "a ${canary:acme}": ["x [secret] y", "[secret]"], "n": "[secret]", "m": 8,
        });
        assert_eq!(kept, expected);
    }

    #[test]
    fn keys_that_become_equal_both_stay() {
        let kept = redactor().value(json!({ "p/ss word": 1, "x": 2, "81726354": 3 }));
        assert_eq!(kept, json!({ "[secret]": 1, "x": 2, "[secret] (2)": 3 }));
    }

    #[test]
    fn a_secret_is_replaced_in_place_in_every_spelling() {
        let redactor = Redactor::of_secrets(&["correct-horse".to_owned()]);
        let hex: String = "correct-horse".bytes().map(|byte| format!("{byte:02x}")).collect();
        let kept =
            redactor.value(json!({ "a": format!("x {hex} y"), "b": "a c<b>orrec</b>t-horse!" }));
        assert_eq!(kept, json!({ "a": "x [secret] y", "b": "a [secret]!" }));
    }

    #[test]
    fn the_structure_of_facts_stays() {
        let redactor = Redactor::of_secrets(&["200".to_owned(), "true".to_owned()]);
        let facts =
            json!({ "status": 200, "body": { "bytes": 200, "truncated": true, "json": [200] } });
        let kept = redactor.facts(facts);
        let body = json!({ "bytes": 200, "truncated": true, "json": [SECRET] });
        assert_eq!(kept, json!({ "status": 200, "body": body }));
    }

    #[test]
    fn tokens_are_never_kept() {
        let token = format!("{}.{}.{}", "eyJhbGciOiJub25lIn0", "eyJpc3MiOiJhIn0", "c2ln");
        let kept = redactor().text(&format!("<a href='?jwt={token}'> eyJ eyJ.a"));
        assert_eq!(kept, "<a href='?jwt=[secret]'> eyJ eyJ.a");
    }

    #[test]
    fn of_a_cookie_only_name_and_attributes_are_kept() {
        assert_eq!(header("set-cookie", "sid=abc; Path=/; Secure"), "sid=[secret]; Path=/; Secure");
        assert_eq!(header("set-cookie", "abc"), "=[secret]");
        assert_eq!(header("authorization", "abc"), SECRET);
        assert_eq!(header("x-session-policy", "none"), "none");
        assert_eq!(header("cache-control", "private"), "private");
    }

    #[test]
    fn the_first_place_is_found_and_what_is_encoded_with_it_is_replaced() {
        let redactor = Redactor::of_secrets(&["correct-horse".to_owned()]);
        let text = "one two three correct%2Dhorse four &#99;orrect-horse correct-horse";
        let place = redactor.finds(text.as_bytes()).unwrap();
        assert_eq!(&text[place], "correct%2Dhorse");
        assert_eq!(redactor.text(text), "one two three [secret] four [secret] [secret]");
        let encoded = STANDARD.encode("{\"user\":\"acme\",\"password\":\"correct-horse\"}");
        assert_eq!(redactor.text(&format!("at {encoded}, é")), "at [secret], é");
        let twice = STANDARD.encode(STANDARD.encode("correct-horse"));
        assert_eq!(redactor.text(&twice), SECRET);
        assert_eq!(redactor.finds(b"a correct answer, a horse"), None);
    }

    #[test]
    fn a_place_is_found_in_a_long_text() {
        let redactor = Redactor::of_secrets(&["correct-horse".to_owned()]);
        let filler = "<p>The quick brown fox jumps over the lazy dog.</p>\n".repeat(200);
        for spelling in ["correct-horse", "%63orrect-horse", "Y29ycmVjdC1ob3JzZQ=="] {
            for at in [0, filler.len() / 2, filler.len()] {
                let text = format!("{}{spelling}{}", &filler[..at], &filler[at..]);
                let place = redactor.finds(text.as_bytes()).unwrap();
                assert!(place.start >= at && place.end <= at + spelling.len(), "{place:?} {at}");
            }
        }
    }

    const SECRETS: &str = "[a-zA-Z0-9/+ ]{16,24}";

    /// A text in one of the spellings.
    fn spelt(text: &str, spelling: u8) -> String {
        let each = |spell: &dyn Fn(u8) -> String| text.bytes().map(spell).collect::<String>();
        match spelling {
            0 => text.to_owned(),
            1 => each(&|byte| format!("%{byte:02x}")),
            2 => each(&|byte| format!("%25{byte:02X}")),
            3 => each(&|byte| format!("&#{byte};")),
            4 => each(&|byte| format!("&#x{byte:x};")),
            5 => each(&|byte| format!("\\u{byte:04x}")),
            6 => each(&|byte| format!("{byte:02x}")),
            7 => each(&|byte| format!("{byte:02X}")),
            8 => STANDARD.encode(text),
            9 => URL_SAFE_NO_PAD.encode(text),
            10 => STANDARD.encode(STANDARD.encode(text)),
            11 => each(&|byte| format!("={byte:02X}")),
            _ => percent(text),
        }
    }

    /// The spellings of one layer: an encoding of an encoding is looked for in two.
    fn one_layer() -> impl Strategy<Value = u8> {
        prop::sample::select(vec![0_u8, 1, 3, 4, 5, 6, 7, 8, 9, 11, 12])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn no_secret_survives_in_any_spelling(
            secret in SECRETS, before in "[a-z ]{0,5}", after in "[a-z ]{0,5}",
            outer in 0_u8..13, inner in 0_u8..13,
        ) {
            let redactor = Redactor::of_secrets(std::slice::from_ref(&secret));
            let text = spelt(&format!("{before}{}{after}", spelt(&secret, inner)), outer);
            let kept = redactor.text(&text);
            prop_assert!(redactor.finds(text.as_bytes()).is_some(), "{}", text);
            prop_assert!(kept.contains(SECRET), "{}", kept);
            prop_assert_eq!(redactor.finds(kept.as_bytes()), None);
        }

        #[test]
        fn a_quick_look_misses_no_secret(
            secret in SECRETS, outer in one_layer(), inner in one_layer(), at in 0_usize..4000,
        ) {
            let redactor = Redactor::of_secrets(std::slice::from_ref(&secret));
            let filler = "<p>The quick brown fox, &amp; so on.</p>\n".repeat(100);
            let text = spelt(&format!("a {} b", spelt(&secret, inner)), outer);
            let long = format!("{} {text} {}", &filler[..at], &filler[at..]);
            prop_assert!(redactor.may_find(long.as_bytes()), "{}", text);
        }

        #[test]
        fn other_texts_stay(text in "[a-zA-Z0-9 <>&;%=./+-]{0,200}") {
            prop_assert_eq!(Redactor::of_secrets(&["correct-horse".to_owned()]).text(&text), text);
        }
    }
}
