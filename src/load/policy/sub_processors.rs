//! `content/sub-processors.yaml`, and the places in the policies that show it: a link to the file, alone
//! in its paragraph, which any viewer of Markdown can follow.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;
use pulldown_cmark::{Event, Tag, TagEnd};
use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use crate::load::file::document::Document;
use crate::load::file::reader::Reader;
use crate::load::file::{day, document};
use crate::load::policy::PolicyFile;
use crate::load::policy::link::{LinkTarget, target};
use crate::model::project::policy::Piece;
use crate::model::project::sub_processor::{SubProcessor, Table};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::Node;
use crate::model::source::{Place, Sources};

/// The file.
pub(crate) const FILE: &str = "content/sub-processors.yaml";

/// The file of sub-processors.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct SubProcessorsFile {
    /// The companies that get customers' data from you, in the order of the table.
    pub sub_processors: Spanned<Vec<Row>>,
}

/// A sub-processor, as it is written.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct Row {
    /// Its name.
    pub name: Spanned<String>,
    /// Its service.
    pub purpose: Spanned<String>,
    /// The data that it gets.
    pub data: Spanned<String>,
    /// Where it keeps or processes them.
    #[serde(rename = "where")]
    pub location: Spanned<String>,
    /// Since when, such as `2026-11-22`.
    #[schemars(with = "String")]
    pub since: Spanned<Date>,
    /// Where to read more about it: an `https:` address.
    pub link: Spanned<String>,
}

/// Reads the file, and puts its table where the policies name it.
pub(crate) fn place(reader: &mut Reader, policies: &mut [PolicyFile]) {
    let rows = rows(reader);
    let mut is_shown = false;
    for policy in policies {
        let links =
            policy.targets.iter().filter(|(target, _)| leads_here(target)).map(|(_, span)| span);
        let links: Vec<Range<usize>> = links.cloned().collect();
        is_shown |= !links.is_empty();
        if let Some(rows) = &rows {
            let file = &policy.policy.file;
            let reported = links.iter().filter_map(|span| not_alone(span, file, &reader.sources));
            let reported: Vec<Diagnostic> = reported.collect();
            reader.diagnostics.extend(reported);
            let pieces = std::mem::take(&mut policy.policy.pieces);
            policy.policy.pieces = with_tables(pieces, rows, file);
            // These links are resolved here, and not among the links to pages.
            policy.targets.retain(|(target, _)| !leads_here(target));
        }
    }
    if rows.is_some() && !is_shown {
        let message = "no policy shows these sub-processors";
        let help = "write `[Our sub-processors](sub-processors.yaml)` as a paragraph of its own";
        let warning = Diagnostic::new(Code::UnusedFile, Place::file(FILE), message);
        reader.diagnostics.push(warning.help(help));
    }
}

fn leads_here(target: &LinkTarget) -> bool {
    matches!(target, LinkTarget::File(file, _) if file == FILE)
}

/// The rows of the file; `None` if there is no such file.
fn rows(reader: &mut Reader) -> Option<Vec<SubProcessor>> {
    let source = reader.file(FILE)?;
    let mark = reader.diagnostics.mark();
    let whole = document::whole(&source.text);
    let document: Option<Document<SubProcessorsFile>> =
        document::read(&source.text, whole, &source.file, &mut reader.diagnostics);
    let items = document.as_ref().and_then(|document| document.node.get("sub_processors"));
    for item in items.map_or(&[][..], Node::items) {
        day::check(item.get("since"), &source.file, &mut reader.diagnostics, mark);
    }
    let Some(file) = document.and_then(|document| document.value) else {
        return Some(Vec::new());
    };
    let mut names = BTreeSet::new();
    let rows = file.sub_processors.value.iter();
    Some(rows.filter_map(|one| row(one, &mut names, &mut reader.diagnostics)).collect())
}

fn row(row: &Row, names: &mut BTreeSet<String>, diagnostics: &mut Report) -> Option<SubProcessor> {
    let place = |span: &Range<usize>| Place::new(FILE, span.clone());
    let mut report = |diagnostic: Diagnostic| diagnostics.push(diagnostic);
    for text in [&row.name, &row.purpose, &row.data, &row.location] {
        if text.trim().is_empty() {
            report(
                Diagnostic::new(Code::Empty, place(&text.span), "this is empty")
                    .help("write a text"),
            );
        }
    }
    if !names.insert(row.name.value.clone()) {
        let message = format!("`{}` appears twice", row.name.value);
        let error = Diagnostic::new(Code::DuplicateName, place(&row.name.span), message);
        report(error.with(Argument::Name, &row.name.value).help("remove one of the two"));
    }
    let link = Url::parse(&row.link).ok().filter(|link| link.scheme() == "https");
    if link.is_none() {
        let message = format!("`{}` is not an `https:` address", row.link.value);
        let error = Diagnostic::new(Code::BadAddress, place(&row.link.span), message);
        report(error.help("write it like `https://example.com/security`"));
    }
    Some(SubProcessor {
        name: row.name.value.clone(),
        purpose: row.purpose.value.clone(),
        data: row.data.value.clone(),
        location: row.location.value.clone(),
        since: row.since.value,
        link: link?,
    })
}

/// Reports a link that shares its lines with other words, where a table cannot replace it.
fn not_alone(span: &Range<usize>, file: &Arc<str>, sources: &Sources) -> Option<Diagnostic> {
    let text = sources.text(file)?;
    let blank = |line: Option<&str>| line.is_none_or(|line| line.trim().is_empty());
    let mut before = text.get(..span.start)?.rsplit('\n');
    let mut behind = text.get(span.end..)?.split('\n');
    let is_alone = blank(before.next())
        && blank(before.next())
        && blank(behind.next())
        && blank(behind.next());
    (!is_alone).then(|| {
        let message = "the table of sub-processors cannot be here";
        let help =
            "put this link into a paragraph of its own, with an empty line before and after it";
        let place = Place::new(file.clone(), span.clone());
        Diagnostic::new(Code::MisplacedTable, place, message).help(help)
    })
}

/// The pieces of a policy, with the table in the place of each paragraph that is a link to the file.
fn with_tables(pieces: Vec<Piece>, rows: &[SubProcessor], file: &str) -> Vec<Piece> {
    let mut all = Vec::with_capacity(pieces.len());
    let mut rest = pieces.as_slice();
    while let Some(first) = rest.first() {
        let (piece, length) = match caption(rest, file) {
            Some((caption, length)) => {
                (Piece::SubProcessors(Table { caption, rows: rows.to_vec() }), length)
            }
            None => (first.clone(), 1),
        };
        all.push(piece);
        rest = rest.get(length..).unwrap_or_default();
    }
    all
}

/// The words of the link to the file that is all of the paragraph which begins here, and how many pieces
/// that has.
fn caption(pieces: &[Piece], file: &str) -> Option<(String, usize)> {
    let [Piece::Event(Event::Start(Tag::Paragraph)), Piece::Event(Event::Start(link)), ..] = pieces
    else {
        return None;
    };
    let Tag::Link { dest_url, .. } = link else { return None };
    if !leads_here(&target(dest_url, "", file)) {
        return None;
    }
    let mut caption = String::new();
    for (index, piece) in pieces.iter().enumerate().skip(2) {
        match piece {
            Piece::Event(Event::Text(text) | Event::Code(text)) => caption.push_str(text),
            Piece::Event(Event::SoftBreak | Event::HardBreak) => caption.push(' '),
            Piece::Event(Event::End(TagEnd::Link)) => {
                let behind = pieces.get(index + 1)?;
                let ends = matches!(behind, Piece::Event(Event::End(TagEnd::Paragraph)));
                return ends.then_some((caption, index + 2));
            }
            Piece::Event(_) => {}
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::FILE;
    use crate::load::fixture::Fixture;
    use crate::model::project::policy::Piece;

    const ROWS: &str = "sub_processors:
  - name: Example Hosting
    purpose: hosting
    data: all data
    where: Ireland
    since: 2026-01-01
    link: https://hosting.example.com/
";

    fn with(body: &str, rows: &str) -> Fixture {
        Fixture::sound()
            .replace("content/security.md", "See ", &format!("{body}\n\nSee "))
            .with(FILE, rows)
    }

    const LINK: &str = "[Our *sub-processors*](sub-processors.yaml)";

    #[test]
    fn a_link_in_a_paragraph_of_its_own_becomes_the_table() {
        let loaded = with(LINK, ROWS).load();
        assert_eq!(loaded.diagnostics, []);
        let policies = loaded.project.unwrap().policies;
        let tables: Vec<_> = policies[0]
            .pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::SubProcessors(table) => Some((table.caption.as_str(), table.rows.len())),
                _ => None,
            })
            .collect();
        assert_eq!(tables, [("Our sub-processors", 1)]);
    }

    #[test]
    fn mistakes_in_the_file_are_reported_at_their_places() {
        let wrong = "sub_processors:
  - {name: A, purpose: b, data: c, where: d, since: 2026-01-01, link: 'http://a.test/'}
  - {name: A, purpose: '', data: c, where: d, since: 2026-02-30, link: 'https://a.test/'}
  - {name: B, purpos: b, data: c, where: d, since: 2026-01-01, link: 'https://a.test/'}
";
        let reported = with(LINK, wrong).reported();
        assert!(
            reported.iter().all(|line| line.starts_with("content/sub-processors.yaml:")),
            "{reported:?}"
        );
        assert!(
            reported.iter().any(|line| line
                .contains(":3:54 impossible-date: `2026-02-30` is not a day in the calendar")),
            "{reported:?}"
        );
        assert!(
            reported.iter().any(|line| line.contains("did you mean `purpose`?")),
            "{reported:?}"
        );
        let twice = ROWS.to_owned() + ROWS.trim_start_matches("sub_processors:\n");
        let reported = with(LINK, &twice.replacen("https:", "http:", 1)).reported();
        assert_eq!(
            reported,
            [
                "content/sub-processors.yaml:7:11 bad-address: `http://hosting.example.com/` is not an `https:` address ? write it like `https://example.com/security`",
                "content/sub-processors.yaml:8:11 duplicate-name: `Example Hosting` appears twice ? remove one of the two",
            ]
        );
    }

    #[test]
    fn a_place_that_cannot_contain_the_table_and_a_file_on_no_page_are_reported() {
        for body in [format!("{LINK} and more."), format!("- {LINK}"), format!("More:\n{LINK}")] {
            let reported = with(&body, ROWS).reported();
            assert_eq!(reported.len(), 1, "{reported:?}");
            assert!(
                reported[0].contains("misplaced-table: the table of sub-processors cannot be here"),
                "{reported:?}"
            );
        }
        let reported = with("", ROWS).reported();
        assert!(
            reported[0].contains("unused-file: no policy shows these sub-processors"),
            "{reported:?}"
        );
        let reported = Fixture::sound()
            .replace("content/security.md", "See ", &format!("{LINK}\n\nSee "))
            .reported();
        assert!(
            reported[0].contains("missing-page: there is no page `content/sub-processors.yaml`"),
            "{reported:?}"
        );
    }
}
