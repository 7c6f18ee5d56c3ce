//! Reads a YAML document as a typed value and reports all its mistakes.

use std::ops::Range;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::load::file::yaml;
use crate::model::source::Place;
use crate::model::source::decode::decode;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::{Node, Value};

/// A document: its tree and its typed value.
pub(crate) struct Document<T> {
    /// The tree; it is a mapping.
    pub(crate) node: Node,
    /// The typed value; `None` if something that it needs is missing or was refused.
    pub(crate) value: Option<T>,
}

/// Reads the mapping in the bytes `range` of `text`, the content of `file`.
///
/// `None` if there is no mapping.
pub(crate) fn read<T: DeserializeOwned>(
    text: &str,
    range: Range<usize>,
    file: &Arc<str>,
    diagnostics: &mut Report,
) -> Option<Document<T>> {
    let start = range.start;
    let node = yaml::parse(text, range, file, diagnostics)?;
    match &node.value {
        Value::Map(_) => {}
        Value::Null => {
            let place = Place::new(file.clone(), start..start);
            let error = Diagnostic::new(Code::Empty, place, "nothing is written here");
            diagnostics.push(error.help("write its keys, such as `key: value`"));
            return None;
        }
        other => {
            let place = Place::new(file.clone(), node.span.clone());
            let error = Diagnostic::wrong_type(place, "a mapping", other.type_name());
            diagnostics.push(error.help("write it as lines of `key: value`"));
            return None;
        }
    }
    let value = decode(&node, file, diagnostics);
    Some(Document { node, value })
}

/// The whole of a text, without the byte order mark that some editors put first.
pub(crate) fn whole(text: &str) -> Range<usize> {
    let start = text.strip_prefix('\u{feff}').map_or(0, |_| '\u{feff}'.len_utf8());
    start..text.len()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::civil::Date;
    use serde::Deserialize;

    use super::*;
    use crate::language::period::Period;
    use crate::model::plan::expect::Test;
    use crate::model::source::decode::Spanned;

    #[derive(Debug, Deserialize)]
    struct Outer {
        name: Spanned<String>,
        limit: Period,
        day: Date,
        #[serde(default)]
        inner: Vec<Inner>,
        #[serde(default)]
        by_name: BTreeMap<String, Inner>,
        test: Option<Spanned<Test>>,
    }

    #[derive(Debug, Deserialize)]
    struct Inner {
        count: u16,
        flag: bool,
        #[serde(rename = "in")]
        file: Option<String>,
    }

    fn reported(text: &str) -> (bool, Vec<String>) {
        let mut diagnostics = Report::new();
        let document: Option<Document<Outer>> =
            read(text, whole(text), &"a.yaml".into(), &mut diagnostics);
        let reported = diagnostics.iter().map(|one| {
            let span = one.place.as_ref().unwrap().span();
            let help = one.help.as_deref().unwrap_or("-");
            let shown = if span.start == 0 && span.end > 30 { "WHOLE" } else { &text[span] };
            format!("{}: {} @ {shown} ? {help}", one.code, one.message)
        });
        (document.is_some_and(|one| one.value.is_some()), reported.collect())
    }

    const SOUND: &str = "name: x\nlimit: 2h\nday: 2026-11-22\n";

    #[test]
    fn a_sound_document_is_read_with_its_places() {
        let text = "\u{feff}name: x\nlimit: 2h\nday: 2026-11-22\ntest: {equals: 5}\ninner: [{count: 1, flag: true, in: f}]\n";
        let mut diagnostics = Report::new();
        let document: Document<Outer> =
            read(text, whole(text), &"a.yaml".into(), &mut diagnostics).unwrap();
        let value = document.value.unwrap();
        assert!(diagnostics.is_empty());
        assert_eq!(&text[value.name.span], "x");
        assert_eq!((value.limit, value.day), (Period::hours(2), jiff::civil::date(2026, 11, 22)));
        assert_eq!(value.test.unwrap().value, Test::Equals(5.into()));
        let Inner { count, flag, file } = &value.inner[0];
        assert_eq!((*count, *flag, file.as_deref()), (1, true, Some("f")));
        assert!(value.by_name.is_empty());
    }

    #[test]
    fn all_mistakes_are_reported_at_once_each_at_its_place() {
        let text = "nmae: x\nlimit: soon\ninner:\n- {count: -1, flag: yes, on: 1}\n- [1, true]\n- {flag: true}\nby_name:\n  a: {count: 1.5, flag: true}\n  b: ~\ntest: {equls: 5}\n";
        assert_eq!(
            reported(text),
            (
                false,
                [
                    "unknown-key: unknown key `nmae` @ nmae ? did you mean `name`?",
                    "wrong-value: `soon` is not a duration @ soon ? write it like `90s`, `24h` or `90d`",
                    "unknown-key: unknown key `on` @ on ? use one of `count`, `flag`, `in`",
                    "wrong-value: expected a whole number, 0 or more, found `-1` @ -1 ? write digits, without quotes or a unit",
                    "wrong-type: expected `true` or `false`, found a string @ yes ? write `true` or `false`, without quotes",
                    "wrong-type: expected a mapping, found a list @ [1, true] ? write it as lines of `key: value`",
                    "missing-key: the key `count` is missing @ {flag: true} ? add `count:`",
                    "wrong-type: expected a whole number, 0 or more, found a number @ 1.5 ? write digits, without quotes or a unit",
                    "wrong-type: expected a mapping, found nothing @ ~ ? write it as lines of `key: value`",
                    "unknown-key: unknown key `equls` @ equls ? did you mean `equals`?",
                    "missing-key: the key `day` is missing @ WHOLE ? add `day:`",
                ]
                .map(str::to_owned)
                .to_vec()
            )
        );
    }

    #[test]
    fn every_missing_key_is_reported_and_not_only_the_first() {
        let (whole, reported) = reported("inner: []\n");
        assert!(!whole);
        assert_eq!(
            reported,
            [
                "missing-key: the key `name` is missing @ inner: [] ? add `name:`",
                "missing-key: the key `limit` is missing @ inner: [] ? add `limit:`",
                "missing-key: the key `day` is missing @ inner: [] ? add `day:`",
            ]
        );
    }

    #[test]
    fn an_unknown_key_alone_leaves_the_value_whole() {
        let (whole, reported) = reported(&format!("{SOUND}extra: 1\n"));
        assert!(whole);
        assert_eq!(reported.len(), 1);
    }

    #[test]
    fn a_mistake_deep_within_a_choice_is_reported_once() {
        let (_, reported) =
            reported(&format!("{SOUND}test: {{every: {{at: 5, is: {{exists: 1}}}}}}\n"));
        assert_eq!(
            reported,
            [
                "wrong-type: expected a string, found a number @ 5 ? put it in quotes",
                "wrong-type: expected `true` or `false`, found a number @ 1 ? write `true` or `false`, without quotes",
            ]
        );
    }

    #[test]
    fn a_file_without_a_mapping_is_reported() {
        assert_eq!(
            reported("# nothing\n").1,
            ["empty: nothing is written here @  ? write its keys, such as `key: value`"]
        );
        assert_eq!(
            reported("- a\n- b\n").1,
            [
                "wrong-type: expected a mapping, found a list @ - a\n- b ? write it as lines of `key: value`"
            ]
        );
    }
}
