//! `avouch accept`: takes the new words of suspect claims, and changes nothing else.

use std::fmt::{self, Write as _};
use std::fs;
use std::io::Write as _;
use std::path::Path;

use avouch::check::numbers;
use avouch::language::words;
use avouch::load::claim::quote::requote;
use avouch::model::plan::Plan;
use avouch::model::project::Project;
use avouch::model::project::claim::Claim;
use avouch::model::source::diagnostic::{Diagnostic, help_with_list};
use avouch::model::source::redline::Redline;
use avouch::render::report::plan;

use crate::args::Accept;
use crate::disk::file;
use crate::disk::file::Mode;
use crate::exit::Exit;
use crate::session::{Checked, Open, check_sources};
use crate::terminal::clock::Clock;
use crate::terminal::talk::Talk;
use crate::terminal::{diagnostics, redline};

/// Runs the verb.
pub(crate) fn run(root: &Path, args: &Accept, talk: Talk) -> Result<Exit, Exit> {
    by_a_person(talk)?;
    let open = Open::to_read(root, None);
    let mut checked = check_sources(&open, None, Clock::default());
    let Some(project) = checked.project.take() else {
        talk.diagnostics(&checked.diagnostics, &checked.sources);
        return Err(Exit::Unusable);
    };
    let desk = Desk { root, project: &project, checked: &checked, yes: args.yes, talk };
    let mut exit = Exit::Holds;
    for claim in desk.named(&args.claims)? {
        if !desk.accept(claim)? {
            exit = Exit::Unusable;
        }
    }
    Ok(exit)
}

/// A person answers for words: no machine does.
pub(crate) fn by_a_person(talk: Talk) -> Result<(), Exit> {
    if std::env::var_os("CI").is_none_or(|value| value.is_empty()) {
        return Ok(());
    }
    talk.complain("`CI` is set, and this is for a person to do", "run it where you can read both");
    Err(Exit::Unusable)
}

/// Where words and checks are laid side by side.
struct Desk<'a> {
    root: &'a Path,
    project: &'a Project,
    checked: &'a Checked,
    yes: bool,
    talk: Talk,
}

impl<'a> Desk<'a> {
    /// The claims of these names, each once; every name that is none is told.
    fn named(&self, names: &[String]) -> Result<Vec<&'a Claim>, Exit> {
        let mut claims: Vec<&Claim> = Vec::new();
        let mut unknown = false;
        for name in names {
            match self.project.claim(name) {
                Some(claim) if claims.iter().any(|one| one.id == claim.id) => {}
                Some(claim) => claims.push(claim),
                None => {
                    let known = self.project.claims.iter().map(|claim| claim.id.as_str());
                    let help = help_with_list(name, known.collect::<Vec<_>>());
                    self.talk.complain(&format!("there is no claim `{name}`"), &help);
                    unknown = true;
                }
            }
        }
        if unknown { Err(Exit::Unusable) } else { Ok(claims) }
    }

    /// Shows both sides of one claim and asks; whether nothing is left to accept.
    fn accept(&self, claim: &Claim) -> Result<bool, Exit> {
        let changes: Vec<&Diagnostic> = self.changes(claim).collect();
        let plans = self.plans(claim)?;
        if changes.is_empty() {
            self.talk.say(&format!("`{}`: words and quote are the same already", claim.id));
            return Ok(true);
        }
        // Writing to a string cannot fail.
        let mut shown = String::new();
        let _ = self.show(&mut shown, claim, &changes, plans);
        let wrong = numbers::of_claim(self.project, claim, plans);
        if self.yes {
            self.talk.say(&shown);
            self.not_against(claim, &wrong)?;
        } else if !self.agreed(&shown, &wrong)? {
            self.talk.say(&format!("`{}` is as it was", claim.file));
            return Ok(false);
        }
        let redlines = changes.iter().filter_map(|one| one.redline.as_deref());
        self.write(claim, redlines.collect())?;
        self.tell_what_is_next(claim);
        Ok(true)
    }

    /// What is suspect about a claim.
    fn changes(&self, claim: &Claim) -> impl Iterator<Item = &'a Diagnostic> {
        let is_of = |one: &&Diagnostic| {
            one.redline.as_ref().is_some_and(|redline| redline.claim == claim.id)
        };
        self.checked.diagnostics.iter().filter(is_of)
    }

    /// What the claim's checks ask. Nobody can compare words with a file that cannot be read.
    fn plans(&self, claim: &Claim) -> Result<&'a [Plan], Exit> {
        let is_of = |one: &&Diagnostic| {
            let in_file = one.place.as_ref().is_some_and(|place| place.file == claim.file);
            in_file && one.is_error() && one.redline.is_none()
        };
        let wrong: Vec<Diagnostic> =
            self.checked.diagnostics.iter().filter(is_of).cloned().collect();
        match self.checked.plans.get(&claim.id) {
            Some(plans) if wrong.is_empty() => Ok(plans),
            _ => {
                self.talk.diagnostics(&wrong, &self.checked.sources);
                let message = format!("`{}` has mistakes; nothing was changed", claim.file);
                let help = "mend them first: its checks cannot be shown as they are";
                self.talk.complain(&message, help);
                Err(Exit::Unusable)
            }
        }
    }

    fn show(
        &self,
        out: &mut String,
        claim: &Claim,
        changes: &[&Diagnostic],
        plans: &[Plan],
    ) -> fmt::Result {
        writeln!(out, "WHAT THE WORDS SAY NOW")?;
        for (change, redline) in
            changes.iter().filter_map(|one| Some((one, one.redline.as_deref()?)))
        {
            let at = self.checked.sources.line_column(&redline.policy.place);
            let file = &redline.policy.place.file;
            writeln!(out, "  {file}:{}: {}\n", at.line, change.message)?;
            writeln!(out, "    {}\n", redline::text(&redline.runs, self.talk.colour_err))?;
            if let Some(note) = redline::look_alikes(redline) {
                writeln!(out, "  {note}")?;
            }
            if let Some(note) = redline::authors(redline) {
                writeln!(out, "  {note}\n")?;
            }
        }
        writeln!(out, "WHAT THE CHECKS ASK ({})", claim.file)?;
        for (number, plan) in plans.iter().enumerate() {
            let text = plan::in_short(plan).replace('\n', "\n     ");
            writeln!(out, "  {}. {}", number + 1, text.trim_end())?;
        }
        Ok(())
    }

    /// Refuses words that say another number than the checks go by, where nobody is asked.
    fn not_against(&self, claim: &Claim, wrong: &[Diagnostic]) -> Result<(), Exit> {
        if wrong.is_empty() {
            return Ok(());
        }
        self.talk.diagnostics(wrong, &self.checked.sources);
        let message = format!(
            "`{}` was not changed: the new words are not what its checks go by",
            claim.file
        );
        self.talk.complain(&message, "change the check's limit first, or the words");
        Err(Exit::Unusable)
    }

    fn agreed(&self, shown: &str, wrong: &[Diagnostic]) -> Result<bool, Exit> {
        let wrong = diagnostics::text(wrong, &self.checked.sources, self.talk.colour_err);
        let question =
            format!("{shown}\n{wrong}Do the checks prove what the words say now? [y/N] ");
        self.talk.ask(&question).ok_or_else(|| {
            self.talk.complain("there is no terminal to ask on", "read both, then give `--yes`");
            Exit::Unusable
        })
    }

    fn write(&self, claim: &Claim, mut changes: Vec<&Redline>) -> Result<(), Exit> {
        let file = self.root.join(claim.file.as_ref());
        let complain = |why: &str, help: &str| {
            self.talk.complain(&format!("`{}` could not be written: {why}", claim.file), help);
            Exit::Unusable
        };
        let old = fs::read_to_string(&file).map_err(|error| complain(&error.to_string(), ""))?;
        if self.checked.sources.text(&claim.file).is_none_or(|read| **read != *old) {
            return Err(complain("it has changed since it was shown", "look at both once more"));
        }
        // From the last to the first, so that the places before it stay true.
        changes.sort_by_key(|change| std::cmp::Reverse(change.quote.place.start));
        let new = changes.iter().try_fold(old, |text, change| {
            requote(&text, change.quote.place.span(), &change.policy.text)
        });
        let new = new.ok_or_else(|| {
            complain("nothing can hold these words there", "write them in by hand, in quotes")
        })?;
        file::replace(&file, Mode::Kept, |file| file.write_all(new.as_bytes()))
            .map_err(|error| complain(&error.to_string(), ""))
    }

    fn tell_what_is_next(&self, claim: &Claim) {
        let file = &claim.file;
        self.talk.say(&format!(
            "`{file}` quotes the new words: commit it, and let its code owners review it"
        ));
        if let Some((file, attestation)) = self.project.attestations.get(&claim.id)
            && !words::same(&attestation.words, claim.words())
        {
            let role = &attestation.role;
            self.talk.say(&format!(
                "`{file}` is still for the old words: the role `{role}` gives its word again with \
                 `avouch attest {}`",
                claim.id
            ));
        }
    }
}
