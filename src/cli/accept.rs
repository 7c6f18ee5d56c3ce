//! `avouch accept`: takes the new words of suspect claims, and changes nothing else.

use std::fs;
use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use avouch::load::quote::requote;
use avouch::model::claim::{Claim, Passage};
use avouch::model::decode::Spanned;
use avouch::model::diagnostic::help_with_list;
use avouch::model::project::Project;
use avouch::model::words;
use avouch_demo::Secrets;

use crate::args::Accept;
use crate::clock::Clock;
use crate::exit::Exit;
use crate::session::{Open, check_sources};
use crate::talk::Talk;

/// Runs the verb.
pub(crate) fn run(root: &Path, args: &Accept, talk: Talk) -> Result<Exit, Exit> {
    by_a_person(talk)?;
    let open = Open::to_read(root, None);
    let checked = check_sources(&open, &Secrets::generate(), Clock::default());
    let Some(project) = checked.project else {
        talk.diagnostics(&checked.diagnostics, &checked.sources);
        return Err(Exit::Unusable);
    };
    for id in &args.claims {
        let Some(claim) = project.claim(id) else {
            let names: Vec<&str> = project.claims.iter().map(|claim| claim.id.as_str()).collect();
            talk.complain(&format!("there is no claim `{id}`"), &help_with_list(id, names));
            return Err(Exit::Unusable);
        };
        accept(root, &project, claim, args.yes, talk)?;
    }
    Ok(Exit::Holds)
}

/// A person answers for words: no machine does.
pub(crate) fn by_a_person(talk: Talk) -> Result<(), Exit> {
    if std::env::var_os("CI").is_none_or(|value| value.is_empty()) {
        return Ok(());
    }
    talk.complain("`CI` is set, and this is for a person to do", "run it where you can read both");
    Err(Exit::Unusable)
}

/// One quote that is no longer what the policy says.
struct Change<'a> {
    quote: &'a Spanned<String>,
    words: &'a str,
}

fn accept(
    root: &Path,
    project: &Project,
    claim: &Claim,
    yes: bool,
    talk: Talk,
) -> Result<(), Exit> {
    let mut changes = changes(claim);
    if changes.is_empty() {
        talk.say(&format!("`{}`: words and quote are the same; nothing to accept", claim.id));
        return Ok(());
    }
    for change in &changes {
        talk.say(&format!("{}:\n- {}\n+ {}", claim.file, change.quote.trim(), change.words));
    }
    if !yes && !agreed(talk)? {
        talk.say("nothing was changed");
        return Err(Exit::Unusable);
    }
    let Some(text) = project.sources.text(&claim.file) else { return Err(Exit::Unusable) };
    // From the last to the first, so that the places before it stay true.
    changes.sort_by_key(|change| std::cmp::Reverse(change.quote.span.start));
    let new = changes.iter().fold(text.to_string(), |text, change| {
        requote(&text, change.quote.span.clone(), change.words)
    });
    fs::write(root.join(claim.file.as_ref()), new).map_err(|error| {
        talk.complain(&format!("`{}` could not be written: {error}", claim.file), "");
        Exit::Unusable
    })
}

fn changes(claim: &Claim) -> Vec<Change<'_>> {
    let quotes = |passage: &&Passage| {
        let also = claim.written.proves_also.iter();
        let also = also.filter(|one| one.file.value == passage.policy.as_ref());
        also.map(|one| &one.words).next().unwrap_or(&claim.written.proves)
    };
    let mut all = Vec::new();
    for passage in &claim.passages {
        let quote = quotes(&passage);
        if !words::same(quote, &passage.words) {
            all.push(Change { quote, words: &passage.words });
        }
        if let Some(under) = &claim.written.under
            && !words::same(under, &passage.under)
            && std::ptr::eq(quote, &raw const claim.written.proves)
        {
            all.push(Change { quote: under, words: &passage.under });
        }
    }
    all
}

fn agreed(talk: Talk) -> Result<bool, Exit> {
    if !std::io::stdin().is_terminal() {
        talk.complain("there is no terminal to ask on", "read both, then give `--yes`");
        return Err(Exit::Unusable);
    }
    let _ = write!(std::io::stderr(), "Do the checks still prove the new words? [y/N] ");
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    Ok(read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes"))
}
