//! A claim that is not verified, in a report for people: its sentence, the expected and the
//! observed value, the place, and how to repeat it.

use std::collections::BTreeSet;

use crate::model::answer::ids::StepId;
use crate::model::answer::verdict::{Reason, Verdict};
use crate::model::judge::evidence::{CheckOutcome, Outcome, Standing};
use crate::model::judge::falsify::Falsification;
use crate::model::judge::view::View;
use crate::model::plan::counterexample::Class;
use crate::model::plan::overlap;
use crate::model::time::in_words;
use crate::render::finding::{Finding, findings, place_of};
use crate::render::outlet::Text;
use crate::render::outlet::terminal::Terminal;
use crate::render::report::labels;
use crate::render::report::layout::{BOLD, Layout, WaiverLines};
use crate::render::wording::{count, cut, doubts, plain};
use crate::render::{Input, wording};

/// The maximum number of causes that are listed for one problem.
const CAUSES_MAX: usize = 8;

/// The maximum number of characters of a claim that are shown.
const WORDS_MAX: usize = 600;

/// The maximum number of characters of a hint that are shown.
const HELP_MAX: usize = 400;

/// How a second look is introduced.
const SECOND_LOOK: &str = "a second look, while no other check ran, had another verdict";

/// Everything about a claim that is not verified; ends with an empty line.
pub(crate) fn text(outcome: &Outcome<'_>, input: &Input<'_>, layout: &Layout) -> Text<Terminal> {
    let status = labels::full_status(outcome);
    let status = layout.paint(labels::style(outcome.standing).bold(), status);
    let mut out = status.own(": ").put(layout.paint(BOLD, plain(&outcome.claim.id))).own("\n");
    let words = cut(&wording::words(outcome.claim), WORDS_MAX);
    out.add(layout.paragraph(2, format!("“{words}”")));
    let problem = Problem { outcome, input, layout };
    match outcome.standing {
        Standing::Violated | Standing::Waived => problem.broken(&mut out),
        Standing::Inconclusive(Reason::Needs) => {
            problem.because(&mut out, &wording::lacks(outcome));
        }
        Standing::Inconclusive(reason) => problem.undecided(&mut out, reason.in_words()),
        Standing::Expired => problem.because(&mut out, &wording::seen(outcome)),
        Standing::Unfit(_) => problem.unfit(&mut out),
        Standing::Holds => {}
    }
    for check in &outcome.checks {
        circumstances(&mut out, check, (input, layout));
    }
    problem.waiver_lines(&mut out);
    out.own("\n")
}

/// What the parts of the text are made from.
struct Problem<'a> {
    outcome: &'a Outcome<'a>,
    input: &'a Input<'a>,
    layout: &'a Layout,
}

impl Problem<'_> {
    /// The place of the claim's words.
    fn place(&self) -> String {
        let (file, at) = place_of(self.outcome, self.input.project);
        format!("{file}:{}:{}", at.line, at.column)
    }

    /// One cause, and the place of the claim.
    fn because(&self, out: &mut Text<Terminal>, cause: &str) {
        out.add(self.layout.entry("because", cause));
        out.add(self.layout.entry("where", self.place()));
    }

    /// Every expectation that was not met, step by step.
    fn broken(&self, out: &mut Text<Terminal>) {
        let found = findings(self.outcome);
        let shown = &found[..found.len().min(CAUSES_MAX)];
        let of_steps = shown.chunk_by(|a, b| a.check == b.check && a.step == b.step);
        for (index, of_step) in of_steps.enumerate() {
            if index > 0 {
                out.add(Text::new().own("\n"));
            }
            self.step(out, of_step, (index == 0).then(|| self.place()));
        }
        self.more(out, found.len());
    }

    /// All that was not met in one step.
    fn step(&self, out: &mut Text<Terminal>, of_step: &[Finding<'_>], place: Option<String>) {
        let (layout, project) = (self.layout, self.input.project);
        let Some(first) = of_step.first() else { return };
        for finding in of_step {
            out.add(layout.entry("expected", &finding.expected));
            out.add(layout.entry("seen", &finding.seen));
            if let Some(waiving) = self.outcome.waiving.as_ref().filter(|_| finding.waived) {
                out.add(layout.entry("accepted", wording::waived(waiving, project)));
            }
        }
        if let Some(place) = place {
            out.add(layout.entry("where", &place));
        }
        let kind = &self.outcome.checks[first.check].plan.kind;
        let check = format!("check {} ({kind}), “{}”", first.check + 1, plain(&first.step.name));
        out.add(layout.entry("step", &check));
        let who = wording::who(first.step, project);
        let request = format!("{who}: {}", wording::request_line(first.step, project));
        out.add(layout.entry("request", &request));
        if let Some((name, answer)) = &first.control {
            out.add(layout.entry("control", format!("{}: {answer}", plain(name))));
        }
        let curl = wording::curl(first.step, project);
        if !curl.is_empty() {
            out.add(layout.command("repeat", &curl));
        }
    }

    /// The reasons why the check was inconclusive, and hints.
    fn undecided(&self, out: &mut Text<Terminal>, reason: &str) {
        out.add(self.layout.entry("because", reason));
        let why: Vec<String> = self.outcome.checks.iter().flat_map(doubts).collect();
        for one in why.iter().take(CAUSES_MAX) {
            out.add(self.layout.entry("", one));
        }
        self.more(out, why.len());
        out.add(self.layout.entry("where", self.place()));
        for help in wording::helps(self.outcome) {
            out.add(self.layout.entry("help", &help));
        }
    }

    /// Why the claim's checks are not evidence.
    fn unfit(&self, out: &mut Text<Terminal>) {
        self.because(out, &labels::unfit(self.outcome));
        for check in &self.outcome.checks {
            if let Some(falsification) = &check.falsification {
                unnoticed(out, check, falsification, self.layout);
            }
        }
    }

    fn more(&self, out: &mut Text<Terminal>, all: usize) {
        if all > CAUSES_MAX {
            out.add(self.layout.entry("", format!("and {} more", all - CAUSES_MAX)));
        }
    }

    /// The lines of a waiver that would accept the failures that none accepts.
    fn waiver_lines(&self, out: &mut Text<Terminal>) {
        if self.layout.waivers == WaiverLines::Hidden || !is_failure(self.outcome) {
            return;
        }
        let found = findings(self.outcome).into_iter().filter(|one| !one.waived);
        let (found, never): (Vec<_>, Vec<_>) = found.partition(|one| one.acceptance.is_some());
        if !never.is_empty() {
            let never = "no waiver can accept that strangers are let in, or that data of one \
                         customer is shown to another";
            out.add(self.layout.paragraph(2, never));
        }
        if found.is_empty() {
            return;
        }
        let file = format!("waivers/{}.yaml", plain(&self.outcome.claim.id));
        let head = format!("to accept this until a date, add under `accepts:` in {file}:");
        out.add(self.layout.paragraph(2, &head));
        for line in found.into_iter().filter_map(|one| one.acceptance).map(|one| one.line()) {
            // A line break within a YAML string is one space; two spaces would become one.
            match line.strip_prefix("- ").filter(|_| !line.contains("  ")) {
                Some(entry) => out.add(self.layout.hanging("    - ", entry)),
                None => out.add(Text::new().own("    ").put(line).own("\n")),
            }
        }
    }
}

/// Whether a claim failed in a way that no waiver accepts.
pub(crate) fn is_failure(outcome: &Outcome<'_>) -> bool {
    outcome.standing == Standing::Violated
}

/// Whether a waiver could accept one of its failures.
pub(crate) fn can_be_accepted(outcome: &Outcome<'_>) -> bool {
    let mut open = findings(outcome).into_iter().filter(|one| !one.waived);
    is_failure(outcome) && open.any(|one| one.acceptance.is_some())
}

/// The counterexamples that a check did not notice, and the expectations that none tests.
fn unnoticed(
    out: &mut Text<Terminal>,
    check: &CheckOutcome<'_>,
    falsification: &Falsification,
    layout: &Layout,
) {
    for flaw in overlap::flaws(check.plan) {
        out.add(layout.entry("because", cut(&flaw.message(), HELP_MAX)));
    }
    for row in falsification.rows.iter().filter(|row| !row.noticed).take(CAUSES_MAX) {
        let wanted = match row.class {
            Class::Negation => "violated",
            Class::Fault => "inconclusive",
            Class::Decoy => "inconclusive or violated",
            Class::Benign => "holds",
        };
        let missed = format!("when {}: {}, and should be {wanted}", plain(&row.when), row.verdict);
        out.add(layout.entry("missed", &missed));
    }
    let remedies: BTreeSet<&str> =
        falsification.rows.iter().filter_map(|row| row.remedy.as_deref()).collect();
    for remedy in remedies.iter().take(CAUSES_MAX) {
        out.add(layout.entry("help", cut(remedy, HELP_MAX)));
    }
    for (step, index) in falsification.untouched.iter().take(CAUSES_MAX) {
        let step = &check.plan.steps[*step];
        let expected = wording::expected(&step.expect[*index]);
        out.add(layout.entry("untested", format!("{}: {expected}", plain(&step.name))));
    }
}

/// The verdict of a second look that is not that of the first one.
fn second_look(check: &CheckOutcome<'_>) -> String {
    let verdict = check.again.as_ref().map(|again| again.verdict.to_string()).unwrap_or_default();
    format!("{SECOND_LOOK}: {verdict}")
}

/// When and where the service was tested, and whether it answered at the first attempt.
fn circumstances(
    out: &mut Text<Terminal>,
    check: &CheckOutcome<'_>,
    (input, layout): (&Input<'_>, &Layout),
) {
    let view = View::new(check.plan, &check.transcript.observations);
    let last = StepId::first(check.plan.steps.len()).rev().find_map(|step| view.observation(step));
    if let Some(last) = last {
        let address = last.address.as_deref().map(|one| format!(", at {}", plain(one)));
        let tested = format!("{}{}", in_words(last.at), address.unwrap_or_default());
        out.add(layout.entry("tested", &tested));
    }
    for connection in wording::connections(check, &input.project.world) {
        out.add(layout.entry("note", &connection));
    }
    let others = wording::not_asked(check);
    if !others.is_empty() {
        let others = wording::in_a_row(&others);
        out.add(layout.entry("untested", format!("{others} (other addresses of the host)")));
    }
    let no_route = wording::no_route(check);
    if !no_route.is_empty() {
        let addresses = wording::in_a_row(&no_route);
        out.add(layout.entry("untested", format!("{addresses} (no route to this address)")));
    }
    if check.transcript.attempts > 1 {
        let attempts = usize::try_from(check.transcript.attempts).unwrap_or(usize::MAX);
        out.add(layout.entry("tried", count(attempts, "time")));
    }
    if check.intermittent && check.judgement.verdict == Verdict::Violated {
        out.add(layout.entry("note", second_look(check)));
    }
}
