//! `avouch accept`: approves the changed wording of suspect claims, and changes nothing else.

use std::io::Write as _;
use std::path::Path;

use avouch::check::numbers;
use avouch::language::words;
use avouch::load::claim::quote::requote;
use avouch::load::file::regular;
use avouch::load::file::regular::Links;
use avouch::model::plan::Plan;
use avouch::model::project::Project;
use avouch::model::project::claim::Claim;
use avouch::model::source::diagnostic::{Diagnostic, help_with_list};
use avouch::model::source::redline::Redline;
use avouch::render::outlet::Text;
use avouch::render::outlet::terminal::Terminal;
use avouch::render::report::plan;
use clap::Args;

use crate::disk::file;
use crate::disk::file::Mode;
use crate::disk::lock::ProjectLock;
use crate::exit::Exit;
use crate::session::{Open, check_sources};
use crate::terminal::clock::clock;
use crate::terminal::console::Console;
use crate::terminal::{diagnostics, redline};
use avouch::workflow::sources::Checked;

/// The size limit of a check's file, in bytes.
const FILE_MAX: u64 = 1024 * 1024;

/// `avouch accept`
#[derive(Debug, Args)]
pub(crate) struct Accept {
    /// The claims whose changed wording you approve
    #[arg(value_name = "CLAIM", required = true)]
    claims: Vec<String>,
    /// Approve without a question
    #[arg(long, short)]
    yes: bool,
}

/// Runs the verb.
pub(crate) fn run(root: &Path, args: &Accept, console: Console) -> Result<Exit, Exit> {
    by_a_person(console)?;
    let open = Open::to_read(root, None);
    let mut checked = check_sources(&open, None, clock(None));
    let Some(project) = checked.project.take() else {
        console.diagnostics(&checked.diagnostics, &checked.sources);
        return Err(Exit::Unusable);
    };
    let review = Review { root, project: &project, checked: &checked, yes: args.yes, console };
    let mut exit = Exit::Holds;
    for claim in review.named(&args.claims)? {
        if !review.accept(claim)? {
            exit = Exit::Unusable;
        }
    }
    Ok(exit)
}

/// Refuses to run in CI, because a person must approve wording.
pub(crate) fn by_a_person(console: Console) -> Result<(), Exit> {
    if std::env::var_os("CI").is_none_or(|value| value.is_empty()) {
        return Ok(());
    }
    console.error("`CI` is set, and only a person may do this", "run it on your own computer");
    Err(Exit::Unusable)
}

/// The comparison of words and checks.
struct Review<'a> {
    root: &'a Path,
    project: &'a Project,
    checked: &'a Checked,
    yes: bool,
    console: Console,
}

impl<'a> Review<'a> {
    /// The claims of these names, each once. Reports every unknown name.
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
                    self.console.error(format!("unknown claim `{name}`"), &help);
                    unknown = true;
                }
            }
        }
        if unknown { Err(Exit::Unusable) } else { Ok(claims) }
    }

    /// Shows the words and the checks of one claim, and asks. Returns whether nothing is left to approve.
    fn accept(&self, claim: &Claim) -> Result<bool, Exit> {
        let changes: Vec<&Diagnostic> = self.changes(claim).collect();
        let plans = self.plans(claim)?;
        if changes.is_empty() {
            self.console.message(format!(
                "`{}`: nothing changed; the quote has these words already",
                claim.id
            ));
            return Ok(true);
        }
        let shown = self.shown(claim, &changes, plans);
        let wrong = numbers::of_claim(self.project, claim, plans);
        if self.yes {
            self.console.message(shown);
            self.not_against(claim, &wrong)?;
        } else if !self.agreed(shown, &wrong)? {
            self.console.message(format!("`{}` was not changed", claim.file));
            return Ok(false);
        }
        let redlines = changes.iter().filter_map(|one| one.redline.as_deref());
        self.write(claim, redlines.collect())?;
        self.suggest_next_steps(claim);
        Ok(true)
    }

    /// The diagnostics about changed words of a claim.
    fn changes(&self, claim: &Claim) -> impl Iterator<Item = &'a Diagnostic> {
        let is_of = |one: &&Diagnostic| {
            one.redline.as_ref().is_some_and(|redline| redline.claim == claim.id)
        };
        self.checked.diagnostics.iter().filter(is_of)
    }

    /// The plans of the claim. Reports an error if its file has other mistakes, because its checks are then
    /// unknown.
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
                self.console.diagnostics(&wrong, &self.checked.sources);
                let message = format!("`{}` has mistakes; nothing was changed", claim.file);
                let help = "correct them first, so that its checks can be shown";
                self.console.error(message, help);
                Err(Exit::Unusable)
            }
        }
    }

    /// The changed words and the checks of a claim.
    fn shown(&self, claim: &Claim, changes: &[&Diagnostic], plans: &[Plan]) -> Text<Terminal> {
        let mut out = Text::new().own("THE WORDS NOW\n");
        let redlines = changes.iter().filter_map(|one| Some((one, one.redline.as_deref()?)));
        for (change, redline) in redlines {
            let line = self.checked.sources.line_column(&redline.policy.place).line;
            let file = format!("{}:{line}", redline.policy.place.file);
            out = out.own("  ").put(file).own(": ").put(&change.message).own("\n\n    ");
            out = out.put(redline::text(&redline.runs, self.console.colour_err)).own("\n\n");
            if let Some(note) = redline::look_alikes(redline) {
                out = out.own("  ").put(note).own("\n");
            }
            if let Some(note) = redline::authors(redline) {
                out = out.own("  ").put(note).own("\n\n");
            }
        }
        out = out.own("THE CHECKS (").put(&*claim.file).own(")\n");
        for (number, plan) in plans.iter().enumerate() {
            let mut head = Text::from(format!("  {}. ", number + 1));
            for line in plan::in_short(plan) {
                out = out.put(head).put(line).own("\n");
                head = Text::new().own("     ");
            }
        }
        out
    }

    /// Refuses words with a number that contradicts the checks, if there is no prompt.
    fn not_against(&self, claim: &Claim, wrong: &[Diagnostic]) -> Result<(), Exit> {
        if wrong.is_empty() {
            return Ok(());
        }
        self.console.diagnostics(wrong, &self.checked.sources);
        let message =
            format!("`{}` was not changed: the new words contradict its checks", claim.file);
        self.console.error(message, "change the check's limit first, or the words");
        Err(Exit::Unusable)
    }

    fn agreed(&self, shown: Text<Terminal>, wrong: &[Diagnostic]) -> Result<bool, Exit> {
        let wrong = diagnostics::text(wrong, &self.checked.sources, self.console.colour_err);
        let question = shown.own("\n").put(wrong);
        let question = question.own("Do the checks prove what the words say now? [y/N] ");
        self.console.ask(question).ok_or_else(|| {
            self.console
                .error("there is no terminal to ask on", "read both, then run it with `--yes`");
            Exit::Unusable
        })
    }

    fn write(&self, claim: &Claim, mut changes: Vec<&Redline>) -> Result<(), Exit> {
        let file = self.root.join(claim.file.as_ref());
        let failed = |why: &str, help: &str| {
            self.console.error(format!("`{}` could not be written: {why}", claim.file), help);
            Exit::Unusable
        };
        let _lock = ProjectLock::acquire(self.root, self.console)?;
        file::within(self.root, &file).map_err(|error| failed(&error.to_string(), ""))?;
        let old = regular::read_text(&file, FILE_MAX, Links::Followed)
            .map_err(|error| failed(&error.to_string(), ""))?;
        if self.checked.sources.text(&claim.file).is_none_or(|read| **read != *old) {
            return Err(failed("it has changed since it was shown", "run this again"));
        }
        // From the last to the first, so that earlier places stay right.
        changes.sort_by_key(|change| std::cmp::Reverse(change.quote.place.start));
        let new = changes.iter().try_fold(old, |text, change| {
            requote(&text, change.quote.place.span(), &change.policy.text)
        });
        let new = new.ok_or_else(|| {
            failed(
                "its YAML style cannot contain these words",
                "write them into it by hand, in quotes",
            )
        })?;
        file::replace(&file, Mode::Kept, |file| file.write_all(new.as_bytes()))
            .map_err(|error| failed(&error.to_string(), ""))
    }

    fn suggest_next_steps(&self, claim: &Claim) {
        let file = &claim.file;
        self.console.message(format!(
            "`{file}` quotes the new words: commit it, and let its code owners review it"
        ));
        if let Some((file, attestation)) = self.project.attestations.get(&claim.id)
            && !words::same(&attestation.words, claim.words())
        {
            let role = &attestation.role;
            self.console.message(format!(
                "`{file}` is about the old words: the role `{role}` confirms the new ones with \
                 `avouch attest {}`",
                claim.id
            ));
        }
    }
}
