//! Secrets that are written into a file of the project instead of a variable. They are reported without being
//! shown: the text of the file is masked, and so is every message.

mod found;
mod named;
mod shapes;
mod values;

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::load::file::document::whole;
use crate::load::file::yaml;
use crate::load::literal::found::Literal;
use crate::load::literal::values::Known;
use crate::load::project::file::PROJECT_FILE;
use crate::model::project::actor::{Actor, Secret};
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::{Place, Sources};

/// The folder of the claims' files.
const CHECKS: &str = "checks/";

/// Reports every secret in the files that were read, and masks it there and in the messages so far.
pub(crate) fn check(
    sources: &mut Sources,
    secrets: &BTreeMap<String, Secret>,
    actors: Option<&IndexMap<String, Actor>>,
    diagnostics: &mut Report,
) {
    let known = Known::new(secrets, actors);
    let found: Vec<(Arc<str>, Vec<Literal>)> = sources
        .iter()
        .map(|(file, text)| (file.clone(), literals(file, text, &known)))
        .filter(|(_, literals)| !literals.is_empty())
        .collect();
    for (file, literals) in found {
        let Some(text) = sources.text(&file).cloned() else { continue };
        for one in &literals {
            diagnostics.mask(&text[one.span.clone()]);
        }
        sources.insert(file.clone(), masked(&text, &literals));
        for one in literals {
            let place = Place::new(file.clone(), one.span);
            let error = Diagnostic::new(Code::LiteralSecret, place, one.message);
            diagnostics.push(error.help(help(&file)));
        }
    }
}

/// The secrets in one file, in order and without overlaps.
fn literals(file: &Arc<str>, text: &str, known: &Known) -> Vec<Literal> {
    let mut all = shapes::all(text);
    all.extend(known.all(text));
    if file.as_ref() == PROJECT_FILE || file.starts_with(CHECKS) {
        // Mistakes in the YAML are reported where the file is read.
        if let Some(node) = yaml::parse(text, whole(text), file, &mut Report::new()) {
            match file.as_ref() == PROJECT_FILE {
                true => named::in_actors(&node, text, &mut all),
                false => named::in_checks(&node, text, &mut all),
            }
        }
    }
    all.sort_by_key(|one| (one.span.start, usize::MAX - one.span.end));
    let mut end = 0;
    all.retain(|one| {
        let is_new = one.span.start >= end && !one.span.is_empty();
        end = end.max(one.span.end);
        is_new
    });
    all
}

/// The text with asterisks in place of each byte of a secret; lines stay.
fn masked(text: &str, literals: &[Literal]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for one in literals {
        out.push_str(&text[at..one.span.start]);
        let mask = |byte: u8| if byte == b'\n' { '\n' } else { '*' };
        out.extend(text[one.span.clone()].bytes().map(mask));
        at = one.span.end;
    }
    out.push_str(&text[at..]);
    out
}

fn help(file: &str) -> &'static str {
    if file == PROJECT_FILE {
        "put it into a variable of the environment, and write `${NAME}` here; replace a secret that was \
         committed by a new one"
    } else if file.starts_with(CHECKS) {
        "let an actor send it as its credential (`as:`), or write `${secret:ACTOR}` into the body; replace a \
         secret that was committed by a new one"
    } else {
        "remove it, and replace it by a new one: everybody who can read this file knows it"
    }
}

#[cfg(test)]
mod tests {
    use crate::load::fixture::{FILES, Fixture};

    const GITHUB: &str = concat!("ghp", "_q7Htx2Mzw4kD5bvn3rJc6sgPy2fA1b9Z8uEo");

    #[test]
    fn a_token_is_reported_in_any_file_and_shown_nowhere() {
        for (file, sound) in FILES {
            let before = if file.ends_with(".md") { "\n" } else { "\n# " };
            let loaded = Fixture::sound().with(file, format!("{sound}{before}{GITHUB}\n")).load();
            let literal = loaded.diagnostics.iter().find(|one| one.code.name() == "literal-secret");
            let literal = literal.unwrap_or_else(|| panic!("{file}: {:?}", loaded.diagnostics));
            assert_eq!(literal.place.as_ref().unwrap().file.as_ref(), file);
            assert!(!format!("{:?}", loaded.diagnostics).contains(&GITHUB[4..14]));
            let masked = loaded.sources.text(file).unwrap();
            assert!(masked.contains(&"*".repeat(GITHUB.len())) && !masked.contains(GITHUB));
        }
    }

    #[test]
    fn the_literal_credential_of_an_actor_is_reported() {
        let (_, sound) = FILES[0];
        let before = sound.split("actors:").next().unwrap();
        for (actor, secret) in [
            ("bearer: k3Jd92lsQ0x", "k3Jd92lsQ0x"),
            ("basic: {user: u, password: 'correct horse battery'}", "'correct horse battery'"),
            ("header: {name: X-Key, value: k3Jd92lsQ0x}", "k3Jd92lsQ0x"),
            ("connect: {client_key: k, shared_secret: k3Jd92lsQ0x}", "k3Jd92lsQ0x"),
        ] {
            let text = format!("{before}actors: {{one: {{{actor}}}}}\n");
            let loaded = Fixture::sound().with("avouch.yaml", text.clone()).load();
            let mut all = loaded.diagnostics.iter();
            let literal = all.find(|one| one.code.name() == "literal-secret").unwrap();
            assert_eq!(&text[literal.place.as_ref().unwrap().span()], secret);
            assert!(literal.help.as_ref().unwrap().contains("`${NAME}`"));
        }
    }
}
