//! Plain English: phrases that read like a private dialect, each with the words to use instead.

use std::path::{Path, PathBuf};

use crate::tree::wording::{files, literals, root};

/// Files and folders whose whole text is checked.
const TEXTS: &[&str] = &[
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "CODEOWNERS",
    "Containerfile",
    "action.yml",
    "avouch.yaml",
    "attestations",
    "checks",
    "content",
    "docs",
    "examples",
    "scripts",
    "src/cli/init/blanks.yaml",
    "src/cli/init/claims",
    "templates",
    "tests/tools",
];

/// Rust sources whose string literals and doc comments are checked.
const SOURCES: &[&str] = &["src", "demo/src"];

/// Files that are generated from doc comments: they follow when their sources are edited. Of
/// `docs/templates.md` only the reference at the end is generated.
const GENERATED: &[&str] = &[
    "docs/claims.md",
    "docs/commands.md",
    "docs/diagnostics.md",
    "docs/files.md",
    "docs/kinds.md",
];

/// Languages other than English, and files that people do not read as prose.
const NOT_ENGLISH: &[&str] = &["templates/i18n/de.yaml", "tests/tools/package-lock.json"];

/// A phrase and what to write instead. `_` matches any one word.
struct Phrase {
    banned: &'static str,
    instead: &'static str,
    /// Longer phrases, which contain the banned one and are good English.
    unless: &'static [&'static str],
}

const fn ban(banned: &'static str, instead: &'static str) -> Phrase {
    Phrase { banned, instead, unless: &[] }
}

/// A phrase is a run of words within a sentence.
const PHRASES: &[Phrase] = &[
    // Nouns made of "what".
    ban("what is said", "messages, or the text"),
    ban("what was said", "messages, or the text"),
    ban("what is there", "the existing ..."),
    ban("what was there", "the previous ..."),
    ban("what was made", "the objects that were created"),
    ban("what was seen", "the observations, or what Avouch observed"),
    ban("what was asked", "the request"),
    ban("what is asked", "the request"),
    ban("what was found", "the findings"),
    ban("what was read", "the text, or the answer"),
    ban("what is read", "the text, or the answer"),
    ban("what is told", "the message"),
    ban("what is promised", "the promises"),
    ban("what there is", "the existing ..."),
    ban("what became of", "the history of"),
    ban("what came back", "the answer"),
    ban("what came of", "the result of"),
    ban("what it came to", "its result"),
    ban("what holds", "the claims that hold"),
    ban("what broke it", "why it failed"),
    ban("what broke", "why it failed"),
    ban("what people write", "the source files"),
    ban("what is left out", "the parts that are left out"),
    ban("what is missing is", "the missing ... is"),
    ban("whatever stands", "every ... in"),
    ban("what stands", "the text, or the entry"),
    // Things that stand, hold, go and come.
    ban("stands", "is, appears, applies"),
    ban("stand in", "are in"),
    ban("stand beside", "are next to"),
    ban("stand under", "are under"),
    ban("stand at", "are at"),
    ban("stand with", "are shown with"),
    ban("stand on", "are based on"),
    ban("stand there", "are there"),
    ban("stand here", "are here"),
    ban("stand for", "mean"),
    ban("where it stood", "its earlier status"),
    ban("beside", "next to; in addition to"),
    ban("that is out", "published"),
    ban("that are out", "published"),
    ban("is gone", "is missing, or was deleted"),
    ban("leads nowhere", "is broken"),
    ban("goes on from", "continues"),
    ban("comes to", "results in"),
    ban("came to", "resulted in"),
    ban("all the same", "nevertheless"),
    ban("at the most", "at most"),
    ban("anew", "again"),
    ban("mend", "fix"),
    ban("mends", "fixes"),
    ban("mended", "fixed"),
    ban("whoever", "anyone who"),
    ban("brings along", "includes"),
    ban("that are not ours", "third-party"),
    ban("that is not ours", "third-party"),
    ban("held to", "compared with, or checked against"),
    ban("holds it to", "compares it with"),
    ban("for the worse", "weaker"),
    // Telling, saying and asking.
    ban("is told", "is reported"),
    ban("are told", "are reported"),
    ban("was told", "was reported"),
    ban("tells what", "shows what"),
    ban("tells which", "shows which"),
    ban("tells who", "shows who"),
    ban("tells how", "shows how"),
    ban("tells whether", "shows whether"),
    ban("tells of", "reports"),
    ban("tells it", "reports it"),
    ban("tells that", "reports that"),
    ban("tells the same", "reports the same"),
    ban("tells the other", "lists the other"),
    ban("they do not tell", "they were inconclusive"),
    ban("said of", "said about"),
    ban("says of", "says about"),
    ban("in so many words", "explicitly"),
    ban("in one word", "as a label"),
    ban("asks nothing", "sends no request"),
    ban("asks everything", "checks every claim"),
    ban("asks the service", "sends requests to the service"),
    ban("asked of", "sent to"),
    ban("put to it", "tested against it"),
    ban("put it to", "test it against"),
    ban("put to the", "tested against the"),
    ban("put the checks to", "run the checks against"),
    ban("bear it out", "confirm it"),
    ban("look whether", "check whether"),
    ban("looks whether", "checks whether"),
    // Words and who gives them.
    ban("takes the word back", "marks the claim as failed"),
    ban("take the word back", "mark the claim as failed"),
    ban("takes back", "deletes, or withdraws"),
    ban("taken back", "deleted, or withdrawn"),
    ban("take new words", "approve changed wording"),
    ban("take the new words", "approve the changed wording"),
    ban("takes the new words", "approves the changed wording"),
    ban("gives _ word", "vouches for"),
    ban("given _ word", "vouched for"),
    ban("gives it", "vouches for it"),
    ban("role's word", "attestation"),
    ban("nobody's word", "no attestation"),
    ban("own word", "report about itself, or attestation"),
    ban("whose word", "whose attestation"),
    ban("the word of", "an attestation by"),
    ban("dated word", "attestation"),
    // Truth and time.
    ban("stops the press", "refuses to publish"),
    ban("the press stop", "Avouch refuse to publish"),
    ban("is not so", "is not true"),
    ban("be so", "be true"),
    ban("was so", "was true"),
    ban("evidence ends", "evidence expires"),
    ban("evidence ended", "evidence expired"),
    ban("evidence has ended", "evidence has expired"),
    ban("counts until", "is valid until"),
    ban("it counts", "it is valid, or it applies"),
    ban("where it stands", "its status"),
    ban("why this shows it", "how this proves it"),
    ban("nobody in particular", "an anonymous caller"),
    ban("nobody plays", "no demo host is configured for"),
    ban("who meets whom", "which tenants are paired"),
    ban("broken ruler", "settings too incomplete to validate other files"),
    ban("attempt owes", "the attempt must still delete"),
    ban("arrears", "pending clean-up"),
    ban("debts", "objects that must still be deleted"),
    Phrase {
        banned: "is no",
        instead: "is not a",
        unless: &["there is no", "is no longer", "is no more"],
    },
    Phrase { banned: "are no", instead: "are not", unless: &["there are no", "are no longer"] },
    Phrase {
        banned: "is none",
        instead: "is not one, or does not count",
        unless: &["there is none"],
    },
];

#[test]
fn texts_are_plain_english() {
    let mut found = Vec::new();
    for file in TEXTS.iter().flat_map(|name| below(name)).filter(|file| is_prose(file)) {
        let text = std::fs::read_to_string(root().join(&file)).unwrap();
        let lines = prose(&file, &text);
        found.extend(lines.into_iter().flat_map(|(line, text)| told(&file, line, &text)));
    }
    for file in SOURCES.iter().flat_map(|name| files(&root().join(name), "rs")) {
        let mut said = Vec::new();
        literals(std::fs::read_to_string(&file).unwrap().parse().unwrap(), &mut said);
        found.extend(said.iter().flat_map(|text| told(&file, 0, text)));
    }
    assert!(found.is_empty(), "{} phrases:\n{}", found.len(), found.join("\n"));
}

#[test]
fn a_banned_phrase_is_noticed_across_lines_and_marks() {
    let noticed = |text: &str| phrases(text).map(|one| one.banned).collect::<Vec<_>>();
    assert_eq!(noticed("Avouch makes it true or **stops\nthe press**."), ["stops the press"]);
    assert_eq!(noticed("`x` is\n  no origin"), ["is no"]);
    assert_eq!(noticed("The role's word, dated."), ["role's word"]);
    assert_eq!(noticed("She gives her word."), ["gives _ word"]);
    assert_eq!(noticed("Look\u{2019}s: nobody\u{2019}s word"), ["nobody's word"]);
}

#[test]
fn good_english_and_two_sentences_are_not_noticed() {
    for good in [
        "There is no such page.",
        "The claim is no longer true.",
        "This is it. No claim failed.",
        "Evidence expires; ends are exclusive.",
        "It understands what holidays are.",
        "Such a backup does not count: there is none.",
    ] {
        assert_eq!(phrases(good).map(|one| one.banned).collect::<Vec<_>>(), [""; 0], "{good}");
    }
}

#[test]
fn every_text_that_is_named_is_there() {
    for name in TEXTS.iter().chain(SOURCES).chain(GENERATED).chain(NOT_ENGLISH) {
        assert!(root().join(name).exists(), "{name}");
    }
}

fn told(file: &Path, line: usize, text: &str) -> Vec<String> {
    let place = format!("{}:{line}", file.display());
    phrases(text).map(|one| format!("{place}: `{}`: write: {}", one.banned, one.instead)).collect()
}

/// The files of a folder and its folders, or the file itself, relative to the root.
fn below(name: &str) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(root().join(name)).sort_by_file_name();
    let files = entries.into_iter().map(Result::unwrap).filter(|one| one.file_type().is_file());
    files.map(|one| one.path().strip_prefix(root()).unwrap().to_owned()).collect()
}

fn is_prose(file: &Path) -> bool {
    let is_skipped = |names: &[&str]| names.iter().any(|name| file == Path::new(name));
    let is_picture = file.extension().is_some_and(|end| end == "png" || end == "svg");
    !is_picture && !is_skipped(GENERATED) && !is_skipped(NOT_ENGLISH)
}

/// The paragraphs of a file, each with the number of its first line: without code of templates, without
/// the keys of the interface's texts, and without a reference that is generated.
fn prose(file: &Path, text: &str) -> Vec<(usize, String)> {
    let text = match file == Path::new("docs/templates.md") {
        true => text.split("\n### ").next().unwrap(),
        false => text,
    };
    let mut paragraphs = vec![(1, String::new())];
    for (number, line) in text.lines().enumerate() {
        let line = match file.starts_with("templates/i18n") {
            true => line.split_once(": ").map_or(line, |(_, value)| value),
            false => line,
        };
        let line = match file.extension().is_some_and(|end| end == "html") {
            true => without_code(line),
            false => line.trim_start_matches(['#', '/', '*', ' ', '>']).to_owned(),
        };
        let own_paragraph = file.starts_with("templates");
        if line.trim().is_empty() || own_paragraph {
            paragraphs.push((number + 1, String::new()));
        }
        let (start, paragraph) = paragraphs.last_mut().unwrap();
        if paragraph.is_empty() {
            *start = number + 1;
        }
        paragraph.push_str(&line);
        paragraph.push('\n');
    }
    paragraphs
}

/// A line of a template without the code between braces.
fn without_code(line: &str) -> String {
    let (mut text, mut depth) = (String::new(), 0_usize);
    for character in line.chars() {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => text.push(character),
            _ => {}
        }
    }
    text
}

/// The banned phrases of a text.
fn phrases(text: &str) -> impl Iterator<Item = &'static Phrase> {
    let words = words(text);
    PHRASES.iter().filter(move |one| is_in(one, &words))
}

/// Words in small letters; the end of a sentence or clause is a word of its own.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for character in text.to_lowercase().chars() {
        match character {
            '\u{2019}' | '\'' => words.last_mut().unwrap().push('\''),
            '.' | ';' | ':' | '?' | '!' | '|' | '(' | ')' | '"' | '\u{201c}' | '\u{201d}' => {
                words.extend([character.to_string(), String::new()]);
            }
            one if one.is_alphanumeric() => words.last_mut().unwrap().push(one),
            // A compound is one word: `stand-in` is good English.
            '-' => words.last_mut().unwrap().push('-'),
            // Marks of Markdown are within or around words.
            '*' | '`' | '_' => {}
            _ => words.push(String::new()),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn is_in(phrase: &Phrase, words: &[String]) -> bool {
    let banned: Vec<&str> = phrase.banned.split(' ').collect();
    let fits = |wanted: &[&str], at: usize| {
        words.get(at..at + wanted.len()).is_some_and(|found| {
            found.iter().zip(wanted).all(|(found, wanted)| *wanted == "_" || found == wanted)
        })
    };
    let is_good = |at: usize| {
        phrase.unless.iter().any(|longer| {
            let longer: Vec<&str> = longer.split(' ').collect();
            let within = longer.windows(banned.len()).position(|run| run == banned).unwrap();
            at >= within && fits(&longer, at - within)
        })
    };
    (0..words.len()).any(|at| fits(&banned, at) && !is_good(at))
}
