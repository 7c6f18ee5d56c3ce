//! Text leaves in one way: only the files named here write to a standard stream, lay out JSON or make a terminal's
//! escape sequences, and each of them escapes what it writes.

use proc_macro2::{TokenStream, TokenTree};

use crate::tree::tidy::rust_files;
use crate::tree::wording::root;

/// A name, and the files under `src/` that may use it.
const DOORS: [(&str, &[&str]); 12] = [
    ("println!", &[]),
    ("eprintln!", &[]),
    ("print!", &[]),
    ("eprint!", &[]),
    ("dbg!", &[]),
    ("stdout", &["cli/terminal/console.rs"]),
    ("stderr", &["cli/terminal/console.rs"]),
    ("to_string_pretty", &[]),
    ("to_vec_pretty", &[]),
    ("PrettyFormatter", &["render/outlet/json.rs"]),
    ("indicatif", &["cli/terminal/progress.rs"]),
    ("dialoguer", &["cli/init/answers.rs"]),
];

/// Files with tests of their own, or generated files that no run prints.
const TESTS: [&str; 3] = ["tests.rs", "tests/", "fixture.rs"];

#[test]
fn no_text_leaves_but_by_the_outlets() {
    let src = root().join("src");
    let mut wrong = Vec::new();
    for file in rust_files(&src) {
        let name = file.strip_prefix(&src).unwrap().display().to_string();
        if TESTS.iter().any(|one| name.contains(one)) {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let found = bypasses(code, &name);
        wrong.extend(found.into_iter().map(|one| format!("{name}: {one}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_bypass_is_noticed() {
    for code in ["fn f() { println!(\"x\"); }", "fn f() { write!(std::io::stderr(), \"x\"); }"] {
        assert_eq!(bypasses(code, "cli/verb/x.rs").len(), 1, "{code}");
    }
    assert!(
        bypasses("fn f() { command.stdout(x); let y = \"println\"; }", "cli/verb/x.rs").is_empty()
    );
}

/// The names in the code of a file that it may not use. A method or a field of the same name is something else.
fn bypasses(code: &str, file: &str) -> Vec<String> {
    let tokens: TokenStream = code.parse().unwrap_or_else(|error| panic!("{file}: {error}"));
    let mut found = Vec::new();
    walk(tokens, &mut |name, is_called| {
        let of_it = DOORS.iter().find(|(one, _)| *one == name && is_called);
        found.extend(of_it.filter(|(_, files)| !files.contains(&file)).map(|_| name.to_owned()));
    });
    found
}

/// Every name with whether it is called as a function or a macro, or is part of a path.
fn walk(tokens: TokenStream, see: &mut dyn FnMut(&str, bool)) {
    let all: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |at: Option<usize>, mark: char| {
        let token = at.and_then(|at| all.get(at));
        matches!(token, Some(TokenTree::Punct(one)) if one.as_char() == mark)
    };
    for (at, token) in all.iter().enumerate() {
        match token {
            TokenTree::Group(group) => walk(group.stream(), see),
            TokenTree::Ident(name) => {
                let next = at + 1;
                let opens = matches!(all.get(next), Some(TokenTree::Group(group))
                    if group.delimiter() == proc_macro2::Delimiter::Parenthesis);
                let is_method = is(at.checked_sub(1), '.');
                let is_path = is(Some(next), ':') && is(Some(next + 1), ':');
                let is_path = is_path || is(at.checked_sub(1), ':') && is(at.checked_sub(2), ':');
                match is(Some(next), '!') {
                    true => see(&format!("{name}!"), true),
                    false => see(&name.to_string(), !is_method && (opens || is_path)),
                }
            }
            _ => {}
        }
    }
}
