//! Compares the numbers in a claim's text with the limits of its checks, in both directions.
//!
//! An attested claim may contain numbers that no check has: they are part of the attested text.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::check::written::limits;
use crate::language::quantity::amount::{Amount, Quantity, Unit};
use crate::language::quantity::find::find;
use crate::model::plan::parameter::{Parameter, Side};
use crate::model::plan::{Plan, Step, Word};
use crate::model::project::Project;
use crate::model::project::claim::{Check, Claim, Passage};
use crate::model::source::Place;
use crate::model::source::claim_id::ClaimId;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::{Diagnostic, help_with_list};

/// The differences between the texts of claims and the limits of their checks. A claim without
/// `plans` is passed over: its limits are not known.
pub fn check(project: &Project, plans: &BTreeMap<ClaimId, Vec<Plan>>) -> Vec<Diagnostic> {
    let of = |claim: &Claim| Some(of_claim(project, claim, plans.get(&claim.id)?));
    project.claims.iter().filter_map(of).flatten().collect()
}

/// The differences between the text of one claim and the limits of its checks, in `plans`.
pub fn of_claim(project: &Project, claim: &Claim, plans: &[Plan]) -> Vec<Diagnostic> {
    differences(&Claimed { project, claim, plans })
}

/// A claim with the plans of its checks, in their order.
struct Claimed<'a> {
    project: &'a Project,
    claim: &'a Claim,
    plans: &'a [Plan],
}

fn differences(of: &Claimed<'_>) -> Vec<Diagnostic> {
    let limits: Vec<&Parameter> = of.plans.iter().flat_map(|plan| &plan.parameters).collect();
    let passages = &of.claim.passages;
    let mentioned: Vec<Vec<Quantity>> =
        passages.iter().map(|passage| find(&text_with_lead_in(passage))).collect();
    let mut all = Vec::new();
    for (passage, mentioned) in passages.iter().zip(&mentioned) {
        let words = Words { of, passage, quantities: find(&passage.words) };
        let unchecked = words.unchecked(&limits);
        let unmentioned =
            limits.iter().copied().filter(|limit| !limit.stated && !is_mentioned(limit, mentioned));
        all.extend(words.differences(unchecked, unmentioned.collect(), &limits));
    }
    for (check, plan) in of.claim.checks.iter().zip(of.plans) {
        all.extend(needless_states(of.claim, check, plan, &mentioned));
    }
    all
}

/// The text of a passage and of its lead-in.
fn text_with_lead_in(passage: &Passage) -> String {
    format!("{} {}", passage.words, passage.under)
}

fn is_mentioned(limit: &Parameter, mentioned: &[Quantity]) -> bool {
    mentioned.iter().any(|quantity| is_same(limit, quantity))
}

/// A limit without a unit matches its number, whatever unit the text has.
fn is_same(limit: &Parameter, quantity: &Quantity) -> bool {
    let is_number = limit.amount.unit == Unit::Count && limit.amount.value == quantity.number;
    limit.amount.is(&quantity.amount) || is_number
}

/// Whether two amounts measure the same thing, so that they were probably meant to be equal.
fn is_comparable(a: &Amount, b: &Amount) -> bool {
    let is_time = |unit: &Unit| matches!(unit, Unit::Seconds | Unit::Months | Unit::WorkingDays);
    a.unit == b.unit || is_time(&a.unit) && is_time(&b.unit)
}

/// The text of a claim in one passage.
struct Words<'a> {
    of: &'a Claimed<'a>,
    passage: &'a Passage,
    quantities: Vec<Quantity>,
}

impl Words<'_> {
    /// The quantities in the text that no check has.
    fn unchecked(&self, limits: &[&Parameter]) -> Vec<&Quantity> {
        let is_attested = |step: &Step| step.word == Word::Attested;
        if self.of.plans.iter().flat_map(|plan| &plan.steps).any(is_attested) {
            return Vec::new();
        }
        let checks = self.of.claim.checks.iter();
        let values: Vec<Amount> =
            checks.flat_map(|check| limits::values(&check.settings)).collect();
        let is_checked = |quantity: &Quantity| {
            limits.iter().any(|limit| is_same(limit, quantity) || self.lists_newer(limit, quantity))
                || values.iter().any(|value| value.is(&quantity.amount))
        };
        self.quantities.iter().filter(|quantity| !is_checked(quantity)).collect()
    }

    /// "TLS 1.2 or 1.3": a text with the oldest version may list newer ones too.
    fn lists_newer(&self, limit: &Parameter, quantity: &Quantity) -> bool {
        let is_newer = quantity.amount.compare(&limit.amount) == Some(Ordering::Greater);
        let is_version = matches!(limit.amount.unit, Unit::Version(_));
        is_version
            && is_newer
            && limit.side == Side::AtLeast
            && is_mentioned(limit, &self.quantities)
    }

    /// A diagnostic for each difference. A number and a limit that are comparable are one difference.
    fn differences(
        &self,
        mut unchecked: Vec<&Quantity>,
        unmentioned: Vec<&Parameter>,
        limits: &[&Parameter],
    ) -> Vec<Diagnostic> {
        let mut all = Vec::new();
        for limit in unmentioned {
            let other = unchecked.iter().position(|one| is_comparable(&one.amount, &limit.amount));
            all.push(match other {
                Some(index) => self.mismatch(unchecked.remove(index), limit),
                None => self.unmentioned(limit),
            });
        }
        for quantity in unchecked {
            let of_its_sort =
                limits.iter().find(|limit| is_comparable(&quantity.amount, &limit.amount));
            all.push(match of_its_sort {
                Some(limit) => self.mismatch(quantity, limit),
                None => self.without_check(quantity),
            });
        }
        all
    }

    fn text(&self, quantity: &Quantity) -> &str {
        self.passage.words.get(quantity.span.clone()).unwrap_or_default()
    }

    fn place(&self, quantity: &Quantity) -> Place {
        self.passage.place_of(&quantity.span, &self.of.project.sources)
    }

    fn limit_place(&self, limit: &Parameter) -> Place {
        Place::new(self.of.claim.file.clone(), limit.span.clone())
    }

    fn mismatch(&self, quantity: &Quantity, limit: &Parameter) -> Diagnostic {
        let text = self.text(quantity);
        let amount = limit.amount.in_words();
        let message =
            format!("the text says `{text}`, but the check's limit `{}` is `{amount}`", limit.name);
        let help =
            format!("write `{amount}` here, or change the check's limit if `{text}` is right");
        Diagnostic::new(Code::NumberMismatch, self.place(quantity), message)
            .with(Argument::Said, text)
            .with(Argument::Limit, &limit.name)
            .with(Argument::Value, amount)
            .related(self.limit_place(limit), label(limit))
            .help(help)
    }

    fn without_check(&self, quantity: &Quantity) -> Diagnostic {
        let message = format!(
            "the text says `{}`, but no check of this claim measures it",
            self.text(quantity)
        );
        let help = format!(
            "remove it from the claim, or add a check that measures it to `{}`, or an attestation",
            self.of.claim.file
        );
        Diagnostic::new(Code::NumberWithoutCheck, self.place(quantity), message)
            .with(Argument::Said, self.text(quantity))
            .help(help)
    }

    fn unmentioned(&self, limit: &Parameter) -> Diagnostic {
        let amount = limit.amount.in_words();
        let message = format!(
            "the check's limit `{}` is `{amount}`, but the text does not mention it",
            limit.name
        );
        let help = format!(
            "write `{} {amount}` in the text, or add `states: [{}]` to the check if readers do \
             not need to know",
            limit.side.in_words(),
            limit.name
        );
        Diagnostic::new(Code::NumberWithoutWords, self.passage.place.clone(), message)
            .with(Argument::Limit, &limit.name)
            .with(Argument::Value, amount)
            .related(self.limit_place(limit), label(limit))
            .help(help)
    }
}

fn label(limit: &Parameter) -> String {
    format!("the check's limit: {} {}", limit.side.in_words(), limit.amount.in_words())
}

/// Names after `states:` that are not limits of the check, or limits that all texts mention anyway.
fn needless_states(
    claim: &Claim,
    check: &Check,
    plan: &Plan,
    mentioned: &[Vec<Quantity>],
) -> Vec<Diagnostic> {
    let mistake = |code, name: &Spanned<String>, message| {
        Diagnostic::new(code, name.place(&claim.file), message)
    };
    let idle = |name: &Spanned<String>| {
        let mut of_name = plan.parameters.iter().filter(|one| one.name == name.value).peekable();
        if of_name.peek().is_none() {
            let names: Vec<&str> = plan.parameters.iter().map(|one| one.name.as_str()).collect();
            let message = format!("this check has no limit `{}`", name.value);
            let help = help_with_list(name, names);
            return Some(mistake(Code::UnknownLimit, name, message).help(help));
        }
        let is_needless = !mentioned.is_empty()
            && of_name
                .all(|limit| mentioned.iter().all(|mentioned| is_mentioned(limit, mentioned)));
        let message = format!("the text already mentions the limit `{}`", name.value);
        let help = "remove it from `states:`, which lists limits that the text leaves out";
        is_needless.then(|| mistake(Code::NeedlessStates, name, message).help(help))
    };
    check.states.iter().filter_map(idle).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::check::fixture::{claim, node, project};
    use crate::check::{Seeds, plans};
    use crate::model::project::Project;
    use crate::model::project::claim::{Check, Claim};
    use crate::model::source::Place;
    use crate::model::source::decode::{Spanned, decode};
    use crate::model::source::diagnostic::Diagnostic;
    use crate::model::source::diagnostic::report::Report;
    use crate::model::source::node::Node;

    const BACKUP: &str = "{kind: backup-age, as: operator, get: /b, at: /t, max_age: 24h}";

    /// A claim with these words, written so in its policy, and these checks.
    fn claim_of(words: &str, checks: &[&str]) -> Claim {
        let mut claim = claim();
        claim.passages[0].words = crate::language::words::normalise(&words.replace('*', ""));
        let file: Arc<str> = "content/a.md".into();
        claim.passages[0].place = Place::new(file, 0..words.len());
        claim.checks = checks.iter().map(|yaml| check_of(&node(yaml))).collect();
        claim
    }

    fn check_of(node: &Node) -> Check {
        let states = node.get("states");
        let kind = node.get("kind").unwrap();
        Check {
            kind: Spanned { value: kind.as_str().unwrap().into(), span: kind.span.clone() },
            states: states.and_then(|one| decode(one, "", &mut Report::new())).unwrap_or_default(),
            products: Vec::new(),
            settings: node.without("kind").without("states"),
        }
    }

    fn wrong(project: &Project) -> Vec<Diagnostic> {
        let (plans, wrong) = plans(project, &Seeds::default());
        assert_eq!(wrong, []);
        super::check(project, &plans)
    }

    fn diagnostics(words: &str, checks: &[&str]) -> Vec<Diagnostic> {
        let mut project = project();
        project.sources.insert("content/a.md", words);
        project.claims = vec![claim_of(words, checks)];
        wrong(&project)
    }

    /// Each diagnostic: `code: message @ the words underlined`.
    fn reported(words: &str, checks: &[&str]) -> Vec<String> {
        let line = |one: Diagnostic| {
            let place = one.place.unwrap();
            let shown = if &*place.file == "content/a.md" { &words[place.span()] } else { "yaml" };
            format!("{}: {} @ {shown}", one.code, one.message)
        };
        diagnostics(words, checks).into_iter().map(line).collect()
    }

    #[test]
    fn another_number_than_the_checks_names_both_places() {
        let words = "Data is at most\n**72** hours old.";
        assert_eq!(
            reported(words, &[BACKUP]),
            [
                "number-mismatch: the text says `72 hours`, but the check's limit `max_age` is `24 hours` @ 72** hours"
            ]
        );
        let one = &diagnostics(words, &[BACKUP])[0];
        assert_eq!(
            one.help.as_deref(),
            Some("write `24 hours` here, or change the check's limit if `72 hours` is right")
        );
        let (place, label) = &one.related[0];
        assert_eq!(
            (&*place.file, label.as_str()),
            ("checks/claim.yaml", "the check's limit: at most 24 hours")
        );
        let settings = node(BACKUP);
        assert_eq!(place.span(), settings.get("max_age").unwrap().span);
    }

    #[test]
    fn a_number_that_changed_next_to_one_that_did_not_has_both_places_too() {
        let words = "Backed up every day, so at most 72 hours can be lost.";
        assert_eq!(
            reported(words, &[BACKUP]),
            [
                "number-mismatch: the text says `72 hours`, but the check's limit `max_age` is `24 hours` @ 72 hours"
            ]
        );
    }

    #[test]
    fn equal_amounts_are_the_same_however_they_are_written() {
        for words in [
            "at most 24 hours",
            "at most twenty-four hours",
            "within one day",
            "backed up daily",
            "backed up every day, so at most 24 hours are lost",
            "once a day",
        ] {
            assert_eq!(reported(words, &[BACKUP]), Vec::<String>::new(), "{words}");
        }
        for words in
            ["at most 23 hours", "twice a day", "every week", "within 24 minutes", "monthly"]
        {
            assert!(reported(words, &[BACKUP])[0].starts_with("number-mismatch: "), "{words}");
        }
    }

    #[test]
    fn thirty_days_are_no_month() {
        let check = BACKUP.replace("24h", "30d");
        assert_eq!(reported("for 30 days", &[&check]), Vec::<String>::new());
        assert!(reported("for 1 month", &[&check])[0].starts_with("number-mismatch: "));
    }

    #[test]
    fn a_number_that_nothing_measures_is_reported() {
        assert_eq!(
            reported("Data is backed up daily, in 3 regions.", &[BACKUP]),
            ["number-without-check: the text says `3`, but no check of this claim measures it @ 3"]
        );
    }

    #[test]
    fn a_limit_that_is_not_in_the_words_is_reported_unless_the_check_states_it() {
        assert_eq!(
            reported("Data is backed up.", &[BACKUP]),
            [
                "number-without-words: the check's limit `max_age` is `24 hours`, but the text does not mention it @ Data is backed up."
            ]
        );
        let stated = BACKUP.replace("24h", "24h, states: [max_age]");
        assert_eq!(reported("Data is backed up.", &[&stated]), Vec::<String>::new());
    }

    #[test]
    fn an_unused_name_after_states_is_reported() {
        let stated = |name: &str| BACKUP.replace("24h", &format!("24h, states: [{name}]"));
        assert_eq!(
            reported("Backed up daily.", &[&stated("max_age")]),
            ["needless-states: the text already mentions the limit `max_age` @ yaml"]
        );
        let unknown = diagnostics("Backed up daily.", &[&stated("max_ages")]);
        assert_eq!(unknown[0].message, "this check has no limit `max_ages`");
        assert_eq!(unknown[0].help.as_deref(), Some("did you mean `max_age`?"));
    }

    #[test]
    fn versions_and_seconds_are_bound_too() {
        let tls = "{kind: tls, minimum: TLS 1.2}";
        let hsts = "{kind: headers, get: /, headers: {strict-transport-security: {directives: {max-age: {at_least: 31536000}}}}}";
        let both = [tls, hsts];
        assert_eq!(
            reported("TLS 1.2 or newer, and HSTS for a year: for a year.", &both),
            Vec::<String>::new()
        );
        assert_eq!(reported("TLS 1.2 or newer, for 365 days.", &both), Vec::<String>::new());
        assert_eq!(reported("TLS 1.2 or 1.3, for 365 days.", &both), Vec::<String>::new());
        assert_eq!(reported("TLS 1.1 or 1.2, for 365 days.", &both).len(), 1);
        assert_eq!(
            reported("TLS 1.3 or newer, for 365 days.", &both),
            [
                "number-mismatch: the text says `TLS 1.3`, but the check's limit `minimum` is `TLS 1.2` @ TLS 1.3"
            ]
        );
    }

    #[test]
    fn a_value_that_a_check_names_binds_a_number_and_need_not_be_said() {
        let http = "{kind: http, steps: [{name: a, role: control, as: acme, get: /config, expect: {status: 200}}, {name: b, again: a, expect: {json: {/regions: {equals: 3}, /note: {contains: 5 copies}}}}]}";
        assert_eq!(reported("Kept in 3 regions, as five copies.", &[http]), Vec::<String>::new());
        assert_eq!(reported("Kept in 3 regions.", &[http]), Vec::<String>::new());
        assert_eq!(reported("Kept in many regions.", &[http]), Vec::<String>::new());
        assert_eq!(reported("Kept in 4 regions.", &[http]).len(), 1);
    }

    #[test]
    fn an_attested_claim_needs_no_check_of_its_numbers_but_says_the_limits_that_there_are() {
        assert_eq!(
            reported("We look twice a year.", &["{kind: attestation}"]),
            Vec::<String>::new()
        );
        let both = ["{kind: attestation}", BACKUP];
        assert!(reported("At most 72 hours.", &both)[0].starts_with("number-without-words: "));
    }

    #[test]
    fn the_lead_in_of_a_list_may_say_the_limit() {
        let mut project = project();
        let mut claim = claim_of("invoices", &[BACKUP]);
        claim.passages[0].under = "Retention / We lose at most 24 hours of:".into();
        project.claims = vec![claim];
        assert_eq!(wrong(&project), []);
    }

    #[test]
    fn a_number_in_a_footnote_is_shown_at_the_claim() {
        let mut project = project();
        project.sources.insert("content/a.md", "Backed up[^1].\n\n[^1]: Each week.");
        let mut claim = claim_of("Backed up", &[BACKUP]);
        claim.passages[0].words = "Backed up [Each week.].".into();
        project.claims = vec![claim];
        let reported = wrong(&project);
        assert_eq!(reported[0].place.as_ref().unwrap().span(), 0..9);
    }
}
