//! The corpus of promises: sentences with a label, read as policies by the loader.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use avouch::load;
use avouch::model::source::diagnostic::Severity;
use avouch::model::source::diagnostic::codes::Code;
use jiff::civil::Date;

/// What goes wrong is only printed.
pub(crate) type CorpusResult<T> = Result<T, Box<dyn Error>>;

/// The languages of the corpus.
pub(crate) const LANGUAGES: [&str; 4] = ["en", "de", "fr", "es"];

/// The halves of the corpus: the one to tune the rules on, and the one that is held out.
pub(crate) const HALVES: [&str; 2] = ["", ".held-out"];

/// A sentence of the corpus.
struct Entry {
    is_promise: bool,
    text: String,
}

/// How well a half of the corpus of one language is read.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    /// The number of promises.
    pub(crate) promises: usize,
    /// Promises that were not noticed.
    pub(crate) missed: Vec<String>,
    /// The number of other sentences.
    pub(crate) others: usize,
    /// Other sentences that were taken for promises.
    pub(crate) false_alarms: Vec<String>,
}

impl Figures {
    /// The number of promises that were noticed.
    pub(crate) fn noticed(&self) -> usize {
        self.promises - self.missed.len()
    }
}

/// Reads one half of the corpus of a language with the loader.
pub(crate) fn figures(language: &str, half: &str) -> CorpusResult<Figures> {
    let file = format!("tests/data/promises/{language}{half}.txt");
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file))?;
    let entries: Vec<Entry> = text.lines().filter_map(entry).collect();
    let mut figures = Figures::default();
    // One policy reports a limited number of promises.
    for part in entries.chunks(PART) {
        let found = found(language, part)?;
        for (at, entry) in part.iter().enumerate() {
            let is_found = found.contains(&at);
            let (count, wrong) = match entry.is_promise {
                true => (&mut figures.promises, &mut figures.missed),
                false => (&mut figures.others, &mut figures.false_alarms),
            };
            *count += 1;
            if is_found != entry.is_promise {
                wrong.push(entry.text.clone());
            }
        }
    }
    Ok(figures)
}

/// The entries of one policy.
const PART: usize = 30;

fn entry(line: &str) -> Option<Entry> {
    let (label, text) = line.split_once(' ')?;
    let is_promise = match label {
        "+" => true,
        "-" => false,
        _ => return None,
    };
    Some(Entry { is_promise, text: text.to_owned() })
}

/// The entries in which the loader finds a promise.
fn found(language: &str, entries: &[Entry]) -> CorpusResult<BTreeSet<usize>> {
    let folder = tempfile::tempdir()?;
    let mut policy = "---\ntitle: A\nsummary: B\neffective: 2026-01-01\nowner: c\n---\n".to_owned();
    let mut starts = Vec::new();
    for entry in entries {
        // A comment ends a list, so that the next one is not part of it.
        write!(policy, "\n<!-- -->\n\n")?;
        starts.push(policy.lines().count());
        policy += &markdown(&entry.text);
    }
    let settings = format!(
        "site: {{title: A, organisation: B, url: https://a.example, language: {language}}}\n\
         promises: warning\nroles: {{c: C}}\n"
    );
    fs::create_dir_all(folder.path().join("content"))?;
    fs::write(folder.path().join("avouch.yaml"), settings)?;
    fs::write(folder.path().join("content/a.md"), &policy)?;
    let stand_ins = load::options::StandIns::new();
    let options = load::options::Options {
        target: None,
        env: &|_, _| None,
        unset: Severity::Warning,
        today: Date::constant(2026, 11, 1),
        instead: &stand_ins,
    };
    let loaded = load::project(folder.path(), &options);
    let promises = loaded.diagnostics.iter().filter(|one| one.code == Code::UnboundPromise);
    let line = |at: usize| policy.bytes().take(at).filter(|byte| *byte == b'\n').count();
    let lines = promises.filter_map(|one| Some(line(one.place.as_ref()?.span().start)));
    let entry = |line: usize| starts.partition_point(|start| *start <= line).checked_sub(1);
    Ok(lines.filter_map(entry).collect())
}

/// An entry as Markdown: a heading, the row of a table, a list with the words above it, or a paragraph.
fn markdown(text: &str) -> String {
    if let Some((lead, item)) = text.split_once(" * ") {
        return format!("{lead}\n\n* {item}\n");
    }
    if text.starts_with('|') {
        return format!("| | |\n|---|---|\n{text}\n");
    }
    match text.strip_prefix("# ") {
        Some(heading) => format!("## {heading}\n"),
        None => format!("{text}\n"),
    }
}
