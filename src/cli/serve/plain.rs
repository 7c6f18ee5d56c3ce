//! Diagnostics in words for people who write policies: what is the matter, and what to do about it.

use avouch::language::words::{capital, same};
use avouch::model::project::Project;
use avouch::model::source::diagnostic::Diagnostic;
use avouch::model::source::redline::{Fate, Run};
use serde::Serialize;

use crate::serve::shown::claim_id;

/// Who does it, if it is whoever reads the note.
pub(crate) const YOU: &str = "You";

/// Who does it, if it is about a check.
pub(crate) const SECURITY: &str = "Your security team";

/// Changes of one sentence that its title names; the redline shows them all.
const CHANGES_MAX: usize = 2;

/// A note's words.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Plain {
    /// What is the matter, in a few words.
    pub(crate) title: String,
    /// The same in a sentence or two.
    pub(crate) says: String,
    /// What to do.
    pub(crate) todo: String,
    /// Who can do it.
    pub(crate) who: String,
}

/// A sort of mistake in a policy: its code, a title, what it means, and what to do. `{0}` is what the
/// diagnostic names first, `{1}` what it names next.
type Row = (&'static str, &'static str, &'static str, &'static str);

/// What can be wrong in a policy, and be mended by whoever writes it.
const IN_POLICIES: &[Row] = &[
    (
        "missing-page",
        "This link leads nowhere",
        "There is no page “{0}”.",
        "Correct the link, or take it away.",
    ),
    (
        "hidden-character",
        "A character that nobody can see stands here",
        "It can make readers see other words than those that are checked.",
        "Delete this part and type it again.",
    ),
    (
        "part-of-a-sentence",
        "Only a part of this sentence is checked",
        "What stands beside the marked words can turn their meaning, and nothing notices when it changes.",
        "Put the whole sentence between the square brackets.",
    ),
    (
        "missing-heading",
        "This link leads nowhere",
        "The page is there, but it has no heading “{0}”.",
        "Correct the part of the link behind the #, or take it away.",
    ),
    (
        "claim-without-file",
        "Nothing checks this sentence",
        "This sentence is linked to a check that does not exist.",
        "Correct the link, or ask your security team to write the check.",
    ),
    (
        "looks-like-a-claim",
        "This sentence is not bound to its check",
        "It looks as if it should be, but the brackets do not match, or there is another link within them.",
        "If the sentence has links of its own, put the link to the check behind it with empty brackets: [](../checks/…).",
    ),
    (
        "looks-like-a-link",
        "This link does not work",
        "Readers see it with its brackets, as it is written here.",
        "Take spaces out of the address, and see that both brackets are closed.",
    ),
    (
        "looks-like-bold",
        "Readers see these stars",
        "It looks as if something should be bold, but it is not.",
        "Put the stars right beside the words, with a space before and behind the two pairs.",
    ),
    (
        "missing-footnote",
        "There is no such footnote",
        "Readers see “[^{0}]” as it is written here.",
        "Write the footnote below, in a paragraph that begins with [^{0}]:",
    ),
    (
        "duplicate-footnote",
        "Two footnotes have one name",
        "Every mark [^{0}] leads to the first of them.",
        "Give one of them another name.",
    ),
    (
        "picture-not-shown",
        "This picture is not shown",
        "The pages of this site load nothing from elsewhere, so that readers see an empty frame.",
        "Say in words what it shows, or link to it.",
    ),
    (
        "raw-html",
        "There is HTML in the text",
        "Readers see it as it is written here, with its pointed brackets.",
        "Write it without the HTML.",
    ),
    (
        "empty-link",
        "This link has no words",
        "There is nothing here that a reader could click.",
        "Put words between the square brackets, or take the link away.",
    ),
    (
        "unsafe-link",
        "This link is not safe",
        "It leads to an address that begins with “{0}”, which is not published.",
        "Use a web address, a mail address or a telephone number.",
    ),
    (
        "empty-claim",
        "This check has no sentence",
        "A link to a check stands here without any words that it could prove.",
        "Put it behind the sentence that it belongs to, or take it away.",
    ),
    (
        "statement-without-reason",
        "A reason is missing",
        "This passage is marked as one that is not tested, but does not say why.",
        "Write the reason: [](stated: \"nobody can test the future\").",
    ),
    (
        "strike-through",
        "Struck words are part of the promise",
        "Words that are struck through are still read as part of the sentence that is checked.",
        "Take the struck words out.",
    ),
    (
        "heading-skips",
        "A heading is too deep",
        "A level of headings is left out above it, which confuses readers who listen to the page.",
        "Use one # less.",
    ),
    (
        "duplicate-anchor",
        "Two headings have one name",
        "Links to “{0}” cannot tell the two apart.",
        "Give one of them another name.",
    ),
    (
        "no-front-matter",
        "The top of this page is missing",
        "A page begins with a line “---”, then its title, summary, date and owner, then another line “---”. These lines are not there, or have no end.",
        "Put them back as they were.",
    ),
    (
        "impossible-date",
        "There is no such day",
        "“{0}” is no day in the calendar.",
        "Write the date like 2026-11-22.",
    ),
    (
        "unknown-product",
        "This product is not known",
        "There is no product “{0}” in the project.",
        "Correct the name, or ask your security team to add it.",
    ),
    (
        "missing-key",
        "Something is missing at the top of this page",
        "The line “{0}” is not there.",
        "Add it between the two lines “---”.",
    ),
    (
        "unknown-key",
        "A line at the top of this page is not understood",
        "“{0}” is none of the lines that may stand there.",
        "Look whether it is spelt right.",
    ),
    (
        "duplicate-key",
        "A line stands twice at the top of this page",
        "“{0}” is there two times.",
        "Keep one of them.",
    ),
    (
        "wrong-type",
        "A line at the top of this page is not understood",
        "What stands behind the colon is not of the right sort.",
        "Put it in quotes, or write it as it was before.",
    ),
    (
        "not-yaml",
        "The top of this page cannot be read",
        "The lines between the two “---” are not in the form “word: text”. A quotation mark or a colon may be missing near here.",
        "Correct the line, or put it back as it was.",
    ),
    (
        "not-utf-8",
        "This file was saved in another encoding",
        "Some of its letters cannot be read.",
        "Save it again with the encoding UTF-8.",
    ),
    (
        "too-long",
        "This file is too long",
        "It is longer than any policy should be, so it is not read.",
        "Divide it into several pages.",
    ),
    (
        "unreadable",
        "This file cannot be read",
        "It is there, but it cannot be opened.",
        "Save it again, or ask whoever looks after your computer.",
    ),
    (
        "outside-project",
        "This file lies elsewhere",
        "It leads out of the project's folder, and is not read.",
        "Put the file itself into the folder.",
    ),
    (
        "same-address",
        "Two pages have one address",
        "This page would take the place of another one.",
        "Give one of the two files another name.",
    ),
    (
        "bad-file-name",
        "This file's name cannot be used",
        "“{0}” cannot be the address of a page.",
        "Use letters, digits and hyphens only.",
    ),
    (
        "unbound-promise",
        "This reads like a promise",
        "“{0}” makes readers take it for one, and nothing stands behind it: no check, and no reason why there is none.",
        "Say it in other words, or ask your security team for a check; or mark it as a plain statement with the reason: [](stated: \"nobody can test the future\").",
    ),
    (
        "number-mismatch",
        "The words say “{0}”, and the check goes by “{2}”",
        "Readers are promised one thing, and another one is checked.",
        "Write “{2}”. If you mean “{0}”, ask your security team to change the check.",
    ),
    (
        "number-without-check",
        "Nothing checks “{0}”",
        "No check of this sentence measures that number.",
        "Take the number out, or ask your security team to have it checked.",
    ),
    (
        "number-without-words",
        "The sentence leaves a number out",
        "The check behind it goes by “{1}”, and the words do not say so.",
        "Say “{1}” in the sentence, or ask your security team whether readers need to be told.",
    ),
    (
        "hidden-character",
        "A character that nobody sees stands here",
        "It can make readers read other words than those that are checked.",
        "Delete the words around it and type them again.",
    ),
    (
        "retracted-words",
        "These words were taken back before",
        "They stood on a published page once, and were taken off it.",
        "Say it in other words. If it is true again, ask your security team to say why.",
    ),
    (
        "html-left-out",
        "{0} is not published",
        "Only harmless HTML is: text, lists and tables, without looks and scripts.",
        "Write it in Markdown, or take it out.",
    ),
    (
        "html-link",
        "This link is written in HTML",
        "Links are only followed and checked if they are written in Markdown.",
        "Write it like [words](address).",
    ),
    (
        "html-unclosed",
        "Some HTML does not end where it should",
        "{0} is opened and not closed, or closed in another place.",
        "Close it, or write it in Markdown.",
    ),
];

/// What a diagnostic says, in plain words.
pub(crate) fn of_diagnostic(one: &Diagnostic, project: Option<&Project>, is_unread: bool) -> Plain {
    let file = one.place.as_ref().map_or("", |place| &*place.file);
    match one.code {
        "suspect" => suspect(one, project),
        "check-without-claim" => orphan(one),
        "unset-variable" => unset(one),
        "attestation-ends-soon" | "attestation-ended" => word(one, file, project),
        code if code.starts_with("template") || file.starts_with("templates/") => design(one),
        code if file.starts_with("content/") => match row(code) {
            Some(row) => in_policy(row, one, is_unread),
            None => general(one, file),
        },
        _ => general(one, file),
    }
}

fn row(code: &str) -> Option<&'static Row> {
    IN_POLICIES.iter().find(|(of, ..)| *of == code)
}

fn in_policy((_, title, says, todo): &Row, one: &Diagnostic, is_unread: bool) -> Plain {
    let named: Vec<&str> = one.message.split('`').skip(1).step_by(2).collect();
    let fill = |text: &str| {
        named.iter().enumerate().fold(text.to_owned(), |text, (index, name)| {
            text.replace(&format!("{{{index}}}"), name)
        })
    };
    let still = " What you see is the last version of this page that could be read.";
    Plain {
        title: fill(title),
        says: if is_unread { fill(says) + still } else { fill(says) },
        todo: fill(todo),
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
        says: "The check behind this sentence was made for the earlier words, so nobody knows yet \
               whether it proves the new ones."
            .into(),
        todo: "If you did not mean to change the promise, put the earlier words back. If you did, \
               ask your security team to look at both and to accept the new words."
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
                None => all.push(format!("“{text}” was taken out")),
            },
            Fate::Added => all.push(format!("“{text}” was added")),
        }
    }
    all
}

/// The word behind a number, which says what is counted.
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
        says: "It stands under another heading than when it was checked, and may mean something else there.".into(),
        todo: "Move it back, or ask your security team to look at it in its new place and to accept that.".into(),
        who: format!("{YOU}, then your security team"),
    }
}

fn orphan(one: &Diagnostic) -> Plain {
    Plain {
        title: "A check proves nothing now".into(),
        says: format!("No page has the sentence that belongs to the check “{}”. It may have been taken out with a page or a paragraph.", literal(&one.message)),
        todo: "Put the sentence back. If it is gone for good, ask your security team to take the check away.".into(),
        who: format!("{YOU}, then your security team"),
    }
}

fn unset(one: &Diagnostic) -> Plain {
    Plain {
        title: "The checks cannot be run on this computer".into(),
        says: format!(
            "They need a secret that is not set here: “{}”. This does not keep what is there from \
             being published.",
            literal(&one.message)
        ),
        todo: "Set it and start the preview again, or run the checks where it is set.".into(),
        who: SECURITY.into(),
    }
}

fn word(one: &Diagnostic, file: &str, project: Option<&Project>) -> Plain {
    let role = claim_id(file).and_then(|id| {
        let project = project?;
        let (_, attestation) = project.attestations.get(id)?;
        Some(project.roles.get(&attestation.role).unwrap_or(&attestation.role).clone())
    });
    let role = role.unwrap_or_else(|| SECURITY.to_owned());
    let soon = one.code == "attestation-ends-soon";
    Plain {
        title: if soon {
            "Somebody's word is about to run out"
        } else {
            "Somebody's word has run out"
        }
        .into(),
        says: format!("This sentence rests on the word of {role}. {}.", capital(&one.message)),
        todo: format!("Ask {role} to look again and to give their word anew."),
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
        todo: "Mend it, or put the earlier design back.".into(),
        who: "Whoever looks after the design".into(),
    }
}

/// For what has no words of its own.
fn general(one: &Diagnostic, file: &str) -> Plain {
    let (title, before, who) = match file.split('/').next() {
        Some("checks" | "waivers") => (
            "The check behind this sentence needs mending",
            "Something in the check behind this sentence needs your security team",
            SECURITY,
        ),
        Some("attestations") => (
            "The word behind this sentence needs mending",
            "Something in the signed word behind this sentence needs your security team",
            SECURITY,
        ),
        Some("content") => ("Something here needs mending", "Something here is not right", YOU),
        _ => (
            "The project's settings need mending",
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

/// What a message names first, between its back-ticks.
fn literal(message: &str) -> &str {
    message.split('`').nth(1).unwrap_or_default()
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
    use avouch::model::source::redline::redline;

    use super::*;

    #[test]
    fn a_changed_number_is_named_with_what_it_counts() {
        let told = |old, new| changes(&redline(old, new)).join("; ");
        assert_eq!(
            told("at most 24 hours, we say", "at most 72 hours, we say"),
            "“24 hours” became “72 hours”"
        );
        assert_eq!(told("we must act", "we should act"), "“must” became “should”");
        assert_eq!(told("never shared", "shared"), "“never” was taken out");
        assert_eq!(told("shared", "not shared"), "“not” was added");
    }

    #[test]
    fn what_has_no_words_of_its_own_is_handed_to_whoever_can_mend_it() {
        let place = avouch::model::source::Place::file("checks/a.yaml");
        let one = Diagnostic::error("unheard-of", place, "the key `x` is odd").help("mend it");
        let plain = of_diagnostic(&one, None, false);
        assert_eq!(plain.who, SECURITY);
        assert_eq!(
            plain.says,
            "Something in the check behind this sentence needs your security team: the key “x” is odd."
        );
    }

    #[test]
    fn no_note_speaks_of_yaml_or_of_exit_codes() {
        for (code, title, says, todo) in IN_POLICIES {
            let all = format!("{title} {says} {todo}").to_lowercase();
            for never in ["yaml", "exit", "front matter", "diagnostic", "parse", "error"] {
                assert!(!all.contains(never), "{code}: {never}");
            }
        }
    }
}
