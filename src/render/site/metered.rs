//! A template with calls of [`SPEND`] where it repeats, remembers or writes something, so that its evaluation
//! ends.
//!
//! A call stands after the tag that begins each loop, block, component and file, with a number of steps for the
//! length of its body; after each value that gets a name; and between every few values that are written. What
//! is between two calls is bounded by the length of the template.

use crate::render::site::allowance::SPEND;

/// A call stands after this many values that are written.
const WRITTEN: usize = 16;

/// The bytes of text that count as one step.
const TEXT_OF_STEP: usize = 256;

/// A template with its calls.
pub(super) struct Metered {
    /// Its text.
    pub(super) text: String,
    /// Where calls stand in that text, and their lengths.
    calls: Vec<(usize, usize)>,
}

/// A call before it is written.
struct Call {
    at: usize,
    trims: bool,
    steps: usize,
    values: Vec<String>,
}

/// Text between `{%` and `%}`, or `{{` and `}}`.
struct Tag<'a> {
    is_value: bool,
    inner: &'a str,
    end: usize,
    trims: bool,
}

impl Tag<'_> {
    fn words(&self) -> impl Iterator<Item = &str> {
        let is_part = |c: char| c == '_' || c.is_ascii_alphanumeric();
        self.inner.split(move |c: char| !is_part(c)).filter(|word| !word.is_empty())
    }

    /// The name that a `set` gives a value, if the value is in the tag itself.
    fn gives_name(&self) -> Option<(&str, bool)> {
        let mut words = self.words();
        let (keyword, name) = (words.next()?, words.next()?);
        // The name may be a letter of the keyword.
        let (_, behind) = self.inner.split_once(keyword)?;
        let (_, rest) = behind.split_once(name)?;
        Some((name, rest.trim_start().starts_with('=')))
    }
}

impl Metered {
    /// Adds the calls to a template that Tera can parse.
    pub(super) fn of(text: &str) -> Self {
        let mut calls = calls(text);
        calls.sort_by_key(|call| call.at);
        let mut metered = Self { text: String::with_capacity(text.len()), calls: Vec::new() };
        let mut from = 0;
        for call in calls {
            metered.text.push_str(&text[from..call.at]);
            from = call.at;
            let written = call.written();
            metered.calls.push((metered.text.len(), written.len()));
            metered.text.push_str(&written);
        }
        metered.text.push_str(&text[from..]);
        metered
    }

    /// The byte of the template that became the byte `at` of its metered text.
    pub(super) fn original(&self, at: usize) -> usize {
        let before = self.calls.iter().take_while(|(start, _)| *start < at);
        at - before.map(|(start, length)| (*length).min(at - start)).sum::<usize>()
    }
}

impl Call {
    fn written(&self) -> String {
        let trim = if self.trims { "-" } else { "" };
        let values = match self.values.is_empty() {
            true => String::new(),
            false => format!(", values=\"{}\"", self.values.join(" ")),
        };
        format!("{{{{ {SPEND}(steps={}{values}) {trim}}}}}", self.steps)
    }
}

/// The calls of a template; those of whole bodies come before those that stand behind them.
fn calls(text: &str) -> Vec<Call> {
    let tags = tags(text);
    let mut calls: Vec<Call> = Vec::new();
    let is_child = tags.iter().any(|tag| !tag.is_value && tag.words().next() == Some("extends"));
    if !is_child {
        let steps = steps(tags.len(), text.len());
        calls.push(Call { at: 0, trims: false, steps, values: Vec::new() });
    }
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut named = Vec::new();
    let mut everywhere: Vec<String> = Vec::new();
    let mut written = 0;
    for (number, tag) in tags.iter().enumerate() {
        let call = |values| Call { at: tag.end, trims: tag.trims, steps: 1, values };
        let owned = |words: &mut dyn Iterator<Item = &str>| words.map(str::to_owned).collect();
        if tag.is_value {
            written += 1;
            if written % WRITTEN == 0 {
                calls.push(call(Vec::new()));
            }
            continue;
        }
        match tag.words().next() {
            Some("for") => {
                open.push((number, calls.len()));
                calls.push(call(owned(&mut tag.words().skip(1).take_while(|word| *word != "in"))));
            }
            Some("component") => {
                open.push((number, calls.len()));
                calls.push(call(owned(&mut tag.words().skip(1).chain(["body"]))));
            }
            Some("block") => {
                open.push((number, calls.len()));
                calls.push(call(Vec::new()));
            }
            Some(word @ ("endfor" | "endcomponent" | "endblock")) => {
                if let Some((first, call)) = open.pop() {
                    let bytes = tag.end.saturating_sub(tags[first].end);
                    calls[call].steps = steps(number - first, bytes);
                }
                if word == "endfor" && !everywhere.is_empty() {
                    calls.push(call(everywhere.clone()));
                }
            }
            Some(word @ ("set" | "set_global")) => {
                let Some((name, is_whole)) = tag.gives_name() else { continue };
                if word == "set_global" && !everywhere.iter().any(|one| one == name) {
                    everywhere.push(name.to_owned());
                }
                match is_whole {
                    true => calls.push(call(vec![name.to_owned()])),
                    false => named.push(name.to_owned()),
                }
            }
            Some("endset") => calls.push(call(named.pop().into_iter().collect())),
            _ => {}
        }
    }
    calls
}

/// The steps of a body.
fn steps(tags: usize, bytes: usize) -> usize {
    1 + tags + bytes / TEXT_OF_STEP
}

/// The tags of a template, without its comments and raw parts, as Tera's lexer finds them.
fn tags(text: &str) -> Vec<Tag<'_>> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(start) = find(text, at, "{") {
        let inside = start + 2;
        if !text[start + 1..].starts_with(['{', '%', '#']) {
            at = start + 1;
            continue;
        }
        if text[start..].starts_with("{#") {
            let Some(end) = find(text, inside, "#}") else { break };
            at = end + 2;
            continue;
        }
        let is_value = text[start..].starts_with("{{");
        let Some(end) = end_of_tag(text, inside, if is_value { b"}}" } else { b"%}" }) else {
            break;
        };
        let inner = text[inside..end].trim_start_matches('-');
        let tag = Tag { is_value, inner, end: end + 2, trims: inner.ends_with('-') };
        at = match !is_value && inner.trim_matches(|c: char| c == '-' || c.is_whitespace()) == "raw"
        {
            true => end_of_raw(text, tag.end),
            false => tag.end,
        };
        tags.push(tag);
    }
    tags
}

fn find(text: &str, from: usize, wanted: &str) -> Option<usize> {
    text[from..].find(wanted).map(|at| from + at)
}

/// Where the delimiter at the end of a tag begins: the first one outside strings.
fn end_of_tag(text: &str, from: usize, delimiter: &[u8; 2]) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut quote = None;
    let mut at = from;
    while at + 1 < bytes.len() {
        match (quote, bytes[at]) {
            (Some(_), b'\\') => at += 1,
            (Some(one), byte) if byte == one => quote = None,
            (None, byte @ (b'"' | b'\'' | b'`')) => quote = Some(byte),
            (None, _) if bytes[at..].starts_with(delimiter) => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The byte after the tag that ends a raw part.
fn end_of_raw(text: &str, from: usize) -> usize {
    let mut at = from;
    while let Some(start) = find(text, at, "{%") {
        at = start + 2;
        let Some(end) = find(text, at, "%}") else { break };
        if text[at..end].trim_matches(|c: char| c == '-' || c.is_whitespace()) == "endraw" {
            return end + 2;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The metered text, with `[STEPS NAMES]` in place of each call.
    fn shown(text: &str) -> String {
        let metered = Metered::of(text).text;
        let short = metered.replace("{{ avouch_spend(steps=", "[").replace(", values=", " ");
        short.replace(") }}", "]").replace(") -}}", "-]")
    }

    #[test]
    fn calls_stand_where_a_template_repeats_or_names_something() {
        for (text, expected) in [
            ("a", "[1]a"),
            ("{% for a, b in c %}x{% endfor %}", "[3]{% for a, b in c %}[2 \"a b\"]x{% endfor %}"),
            ("{% for a in b -%} x{% endfor %}", "[3]{% for a in b -%}[2 \"a\"-] x{% endfor %}"),
            ("{% set t = 1 %}", "[2]{% set t = 1 %}[1 \"t\"]"),
            ("{% set_global a = 1 %}", "[2]{% set_global a = 1 %}[1 \"a\"]"),
            ("{% set a %}x{% endset %}", "[3]{% set a %}x{% endset %}[1 \"a\"]"),
            ("{% raw %}{% for %}{% endraw %}", "[2]{% raw %}{% for %}{% endraw %}"),
            ("{# {% for #}{{ \"%}{%\" }}", "[2]{# {% for #}{{ \"%}{%\" }}"),
            (
                "{% extends \"a\" %}{% block b %}{% endblock b %}",
                "{% extends \"a\" %}{% block b %}[2]{% endblock b %}",
            ),
            (
                "{% component a(b) %}{% endcomponent a %}",
                "[3]{% component a(b) %}[2 \"a b body\"]{% endcomponent a %}",
            ),
        ] {
            assert_eq!(shown(text), expected);
        }
    }

    #[test]
    fn every_place_leads_back_to_the_template() {
        let text = "é{% for a in b %}{% set c = a %}{{ c }}{% endfor %}z";
        let metered = Metered::of(text);
        for letter in ["é", "in b", "set c", "{{ c", "z"] {
            let at = metered.text.find(letter).unwrap();
            assert_eq!(metered.original(at), text.find(letter).unwrap(), "{letter}");
        }
    }
}
