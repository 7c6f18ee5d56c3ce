//! Consistent words in the texts that people read, and who must approve which words. For phrases, see
//! `phrases`.

use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Words for which the project uses another word, and American spellings. Names that standards define
/// (`user_canceled`, `Organization`) are not listed.
const BANNED: &[(&str, &str)] = &[
    ("assertion", "claim, or expectation"),
    ("assertions", "claims, or expectations"),
    ("requirement", "claim"),
    ("mutant", "counterexample"),
    ("mutants", "counterexamples"),
    ("plugin", "kind"),
    ("whitelist", "list of what is allowed"),
    ("blacklist", "list of what is not"),
    ("behavior", "behaviour"),
    ("recognize", "recognise"),
    ("normalize", "normalise"),
    ("sanitize", "sanitise"),
    ("sanitized", "sanitised"),
    ("favor", "favour"),
    ("judgment", "judgement"),
    ("colored", "coloured"),
];

/// Names of programs and of their arguments, which are not our own words.
/// The last three are parameters of RFC 7523.
const NAMES: [&str; 5] = [
    "cargo-mutants",
    "scripts/prove mutants",
    "client_assertion",
    "client-assertion-type",
    "\"assertion\"",
];

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn messages_and_manuals_use_our_words() {
    let mut texts: Vec<(PathBuf, String)> = Vec::new();
    for file in files(&root().join("src"), "rs") {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut said = Vec::new();
        literals(text.parse().unwrap(), &mut said);
        texts.push((file, said.join("\n")));
    }
    let prose = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];
    let mut prose: Vec<PathBuf> = prose.iter().map(|name| root().join(name)).collect();
    for folder in ["docs", "content"] {
        prose.extend(files(&root().join(folder), "md"));
    }
    texts.extend(prose.into_iter().map(|file| {
        let text = std::fs::read_to_string(&file).unwrap();
        (file, text)
    }));
    let wrong: Vec<String> = texts
        .iter()
        .flat_map(|(file, text)| {
            banned(text).into_iter().map(move |what| format!("{}: {what}", file.display()))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_banned_word_is_noticed_in_a_message_and_a_comment_of_the_manual_and_nowhere_else() {
    let said = |source: &str| {
        let mut said = Vec::new();
        literals(source.parse().unwrap(), &mut said);
        banned(&said.join("\n"))
    };
    assert_eq!(said("fn f() { g(\"this Assertion\") }"), ["`assertion` for claim, or expectation"]);
    assert_eq!(said("/// Its behavior.\nfn f() {}"), ["`behavior` for behaviour"]);
    assert_eq!(
        said("fn assertion() {} #[cfg(test)] mod t { const A: &str = \"mutant\"; }"),
        [""; 0]
    );
}

#[test]
fn legal_owns_the_words_and_security_what_is_checked() {
    let owners = std::fs::read_to_string(root().join("CODEOWNERS")).unwrap();
    let owner = |folder: &str| {
        let mut lines = owners.lines().map(|line| line.split_whitespace());
        let line = lines.find_map(|mut line| (line.next() == Some(folder)).then(|| line.collect()));
        line.unwrap_or_else(|| panic!("nobody owns {folder}"))
    };
    let of = |folder: &str| -> Vec<&str> { owner(folder) };
    assert_eq!(of("/content/"), ["@your-organisation/legal"]);
    for folder in ["/checks/", "/attestations/", "/waivers/"] {
        assert_eq!(of(folder), ["@your-organisation/security"]);
    }
}

fn banned(text: &str) -> Vec<String> {
    let text = NAMES.iter().fold(text.to_owned(), |text, name| text.replace(name, ""));
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphabetic()).map(str::to_lowercase).collect();
    let found = BANNED.iter().filter(|(word, _)| words.iter().any(|one| one == word));
    found.map(|(word, ours)| format!("`{word}` for {ours}")).collect()
}

pub(crate) fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|one| one == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Every literal, including doc comments, outside test modules.
pub(crate) fn literals(stream: TokenStream, said: &mut Vec<String>) {
    let mut is_test = false;
    for token in stream {
        match token {
            TokenTree::Group(group) => {
                let text = group.stream().to_string();
                if group.delimiter() == Delimiter::Bracket && text.replace(' ', "") == "cfg(test)" {
                    is_test = true;
                } else if is_test && group.delimiter() == Delimiter::Brace {
                    is_test = false;
                } else if !is_test {
                    literals(group.stream(), said);
                }
            }
            TokenTree::Punct(punct) if punct.as_char() == ';' => is_test = false,
            TokenTree::Literal(literal) if !is_test => said.push(literal.to_string()),
            _ => {}
        }
    }
}
