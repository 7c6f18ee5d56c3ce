//! Diagnostics in plain language for people who write policies: the problem, and what to do about it.
//!
//! The texts come from the table of codes, filled with the diagnostic's arguments and the part of
//! the project that it is about. No message is parsed.

use avouch::language::words::{capital, same};
use avouch::model::project::Project;
use avouch::model::source::diagnostic::Diagnostic;
use avouch::model::source::diagnostic::argument::Argument;
use avouch::model::source::diagnostic::codes::{Code, PlainNote};
use avouch::model::source::redline::{Fate, Run};
use serde::Serialize;

use crate::serve::shown::claim_id;

/// Who has to act, if it is the reader of the note.
pub(crate) const YOU: &str = "You";

/// Who has to act if the files of checks need correcting.
pub(crate) const SECURITY: &str = "Your security team";

/// The number of changes that a title names; the redline shows them all.
const CHANGES_MAX: usize = 2;

/// A note's words.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Plain {
    /// The problem, in a few words.
    pub(crate) title: String,
    /// The same in a sentence or two.
    pub(crate) says: String,
    /// What to do about it.
    pub(crate) todo: String,
    /// Who can do it.
    pub(crate) who: String,
}

/// The part of the project that a diagnostic is about, by the path of its file.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    Page,
    SubProcessors,
    Check,
    Attestation,
    Design,
    Settings,
}

impl Part {
    fn of(file: &str) -> Self {
        match file.split('/').next() {
            Some("content") if file.ends_with(".md") => Self::Page,
            Some("content") => Self::SubProcessors,
            Some("checks" | "waivers") => Self::Check,
            Some("attestations") => Self::Attestation,
            Some("templates") => Self::Design,
            _ => Self::Settings,
        }
    }

    /// The texts for `{where}`, `{inside}` and `{Subject}`, for files that readers of notes edit.
    fn words(self) -> Option<[(&'static str, &'static str); 3]> {
        match self {
            Self::Page => Some([
                ("{where}", "at the top of this page"),
                ("{inside}", "between the two lines “---”"),
                ("{Subject}", "The top of this page"),
            ]),
            Self::SubProcessors => Some([
                ("{where}", "in the list of sub-processors"),
                ("{inside}", "in the list"),
                ("{Subject}", "The list of sub-processors"),
            ]),
            _ => None,
        }
    }
}

/// The note for a diagnostic. With `is_unread`, the preview shows an earlier version of the page.
pub(crate) fn of_diagnostic(one: &Diagnostic, project: Option<&Project>, is_unread: bool) -> Plain {
    let file = one.place.as_ref().map_or("", |place| &*place.file);
    let part = Part::of(file);
    match one.code {
        Code::Suspect => suspect(one, project),
        Code::CheckWithoutClaim => orphan(one),
        Code::UnsetVariable => unset(one),
        Code::AttestationEnded | Code::AttestationEndsSoon => attestation(one, file, project),
        Code::Template | Code::TemplateSyntax | Code::TemplateVariable | Code::TemplateMissing => {
            design(one)
        }
        _ if part == Part::Design => design(one),
        code => match (code.plain_note(), part.words()) {
            (Some(note), Some(words)) => filled(&note, &words, one, is_unread),
            _ => general(one, part),
        },
    }
}

fn filled(note: &PlainNote, words: &[(&str, &str)], one: &Diagnostic, is_unread: bool) -> Plain {
    let fill = |text: &str| {
        let text =
            words.iter().fold(text.to_owned(), |text, (hole, word)| text.replace(hole, word));
        one.arguments.iter().fold(text, |text, (argument, value)| {
            text.replace(&format!("{{{}}}", argument.name()), value)
        })
    };
    let still = " What you see is the last version of this page that could be read.";
    Plain {
        title: fill(note.title),
        says: if is_unread { fill(note.explanation) + still } else { fill(note.explanation) },
        todo: fill(note.todo),
        who: YOU.to_owned(),
    }
}

fn suspect(one: &Diagnostic, project: Option<&Project>) -> Plain {
    let Some(redline) = one.redline.as_deref() else { return moved() };
    let claim = project.and_then(|project| project.claim(&redline.claim));
    let is_words = claim.is_none_or(|claim| {
        claim.passages.iter().any(|passage| same(&passage.words, &redline.policy.text))
    });
    if !is_words {
        return moved();
    }
    let changes = match changes(&redline.runs).as_slice() {
        [] => String::new(),
        changes => format!(": {}", changes[..changes.len().min(CHANGES_MAX)].join("; ")),
    };
    Plain {
        title: format!("This promise was changed{changes}"),
        says:
            "The check behind this sentence was made for the earlier words, so it is not known yet \
               whether it proves the new ones."
                .into(),
        todo: "If you did not mean to change the promise, restore the earlier words. If you did, \
               ask your security team to review both versions and to approve the new words."
            .into(),
        who: format!("{YOU}, then your security team"),
    }
}

/// Each change as a clause: `“24 hours” became “72 hours”`.
fn changes(redline: &[Run]) -> Vec<String> {
    let mut all = Vec::new();
    let mut runs = redline.iter().peekable();
    while let Some(run) = runs.next() {
        let text = run.text.trim();
        match run.fate {
            Fate::Kept => {}
            Fate::Removed => match runs.next_if(|next| next.fate == Fate::Added) {
                Some(new) => {
                    let unit = unit(run, new, runs.peek().copied());
                    all.push(format!("“{text}{unit}” became “{}{unit}”", new.text.trim()));
                }
                None => all.push(format!("“{text}” was removed")),
            },
            Fate::Added => all.push(format!("“{text}” was added")),
        }
    }
    all
}

/// The word after a number: the unit.
fn unit(old: &Run, new: &Run, next: Option<&Run>) -> String {
    let counts = |run: &Run| run.text.trim().ends_with(|c: char| c.is_ascii_digit());
    let word = next.filter(|_| counts(old) && counts(new));
    let word = word.and_then(|run| run.text.split_whitespace().next());
    word.map_or_else(String::new, |word| {
        format!(" {}", word.trim_end_matches(|c: char| c.is_ascii_punctuation()))
    })
}

fn moved() -> Plain {
    Plain {
        title: "This sentence was moved".into(),
        says: "It was under another heading when it was checked, and may mean something else here.".into(),
        todo: "Move it back, or ask your security team to review it in its new place and to approve that.".into(),
        who: format!("{YOU}, then your security team"),
    }
}

/// The note for a check whose claim is on no page. There is no page that could show it.
fn orphan(one: &Diagnostic) -> Plain {
    let note = one.code.plain_note().map(|note| filled(&note, &[], one, false));
    let who = format!("{YOU}, then your security team");
    note.map_or_else(|| general(one, Part::Check), |note| Plain { who, ..note })
}

fn unset(one: &Diagnostic) -> Plain {
    Plain {
        title: "The checks cannot be run on this computer".into(),
        says: format!(
            "They need a secret that is not set here: “{}”. You can still publish the existing results.",
            one.argument(Argument::Name)
        ),
        todo: "Set it and start the preview again, or run the checks where it is set.".into(),
        who: SECURITY.into(),
    }
}

fn attestation(one: &Diagnostic, file: &str, project: Option<&Project>) -> Plain {
    let role = claim_id(file).and_then(|id| {
        let project = project?;
        let (_, attestation) = project.attestations.get(id)?;
        Some(project.roles.get(&attestation.role).unwrap_or(&attestation.role).clone())
    });
    let role = role.unwrap_or_else(|| SECURITY.to_owned());
    let date = one.argument(Argument::Date);
    let (title, expiry) = match one.code {
        Code::AttestationEndsSoon => ("An attestation is about to expire", "expires"),
        _ => ("An attestation has expired", "expired"),
    };
    Plain {
        title: title.into(),
        says: format!("{role} confirmed this sentence. That attestation {expiry} on {date}."),
        todo: format!("Ask {role} to confirm it again, and to write a new attestation."),
        who: YOU.into(),
    }
}

fn design(one: &Diagnostic) -> Plain {
    Plain {
        title: "The design of the site has a mistake".into(),
        says: format!(
            "The pages are shown in the last design that worked. {}.",
            sentence(&one.message)
        ),
        todo: "Fix it, or restore the earlier design.".into(),
        who: "The person who maintains the design".into(),
    }
}

/// The note for a diagnostic without a specific text for this part of the project.
fn general(one: &Diagnostic, part: Part) -> Plain {
    let (title, before, who) = match part {
        Part::Check => (
            "The check behind this sentence needs correcting",
            "Something in the check behind this sentence needs your security team",
            SECURITY,
        ),
        Part::Attestation => (
            "The attestation behind this sentence needs correcting",
            "Something in the attestation behind this sentence needs your security team",
            SECURITY,
        ),
        Part::Page | Part::SubProcessors => {
            ("Something here needs correcting", "Something here is not right", YOU)
        }
        Part::Design | Part::Settings => (
            "The project's settings need correcting",
            "Something in the project's settings needs your security team",
            SECURITY,
        ),
    };
    Plain {
        title: title.into(),
        says: format!("{before}: {}.", quoted(&one.message)),
        todo: match (&one.help, who == YOU) {
            (Some(help), true) => format!("{}.", sentence(help).trim_end_matches(['.', '?'])),
            _ => "Show them this note.".into(),
        },
        who: who.into(),
    }
}

/// A message with quotation marks in place of back-ticks.
fn quoted(message: &str) -> String {
    let mut opens = true;
    let mark = |c: char| match c {
        '`' => {
            opens = !opens;
            if opens { '”' } else { '“' }
        }
        other => other,
    };
    message.chars().map(mark).collect()
}

fn sentence(message: &str) -> String {
    capital(&quoted(message))
}

#[cfg(test)]
mod tests {
    use avouch::model::source::Place;
    use avouch::model::source::redline::redline;

    use super::*;

    #[test]
    fn a_changed_number_is_named_with_what_it_counts() {
        let changes = |old, new| super::changes(&redline(old, new)).join("; ");
        assert_eq!(
            changes("at most 24 hours, we say", "at most 72 hours, we say"),
            "“24 hours” became “72 hours”"
        );
        assert_eq!(changes("we must act", "we should act"), "“must” became “should”");
        assert_eq!(changes("never shared", "shared"), "“never” was removed");
        assert_eq!(changes("shared", "not shared"), "“not” was added");
    }

    #[test]
    fn a_diagnostic_without_a_plain_text_is_assigned_to_the_people_who_can_resolve_it() {
        let place = Place::file("checks/a.yaml");
        let one = Diagnostic::new(Code::NoTime, place, "the key `x` is odd").help("correct it");
        let plain = of_diagnostic(&one, None, false);
        assert_eq!(plain.who, SECURITY);
        assert_eq!(
            plain.says,
            "Something in the check behind this sentence needs your security team: the key “x” is odd."
        );
    }

    #[test]
    fn a_missing_key_is_explained_by_the_file_that_lacks_it() {
        let of = |file: &str| {
            let one = Diagnostic::new(Code::MissingKey, Place::file(file), "a key is missing");
            of_diagnostic(&one.with(Argument::Key, "owner"), None, false)
        };
        let page = of("content/security.md");
        assert_eq!(page.title, "Something is missing at the top of this page");
        assert_eq!(page.says, "The line “owner” is missing.");
        let list = of("content/sub-processors.yaml");
        assert_eq!(list.title, "Something is missing in the list of sub-processors");
        assert_eq!(list.todo, "Add it in the list.");
        assert_eq!(of("checks/a.yaml").who, SECURITY);
    }
}
