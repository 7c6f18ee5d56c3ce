//! Attestations: a named role's dated word for a claim, one file each under `attestations/`.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use jiff::civil::Date;

use crate::load::claims::{self, Claims};
use crate::load::day;
use crate::load::document::{self, Document};
use crate::load::read::{Reader, SourceFile};
use crate::model::claim::ClaimId;
use crate::model::diagnostic::{Code, Diagnostic, help_with_list};
use crate::model::project::{Attestation, AttestationDay};
use crate::model::source::Place;

/// The folder of attestations.
const FOLDER: &str = "attestations";

/// How many days before its last one it is told that an attestation will end.
const WARNED_DAYS: i32 = 30;

/// What attestations are measured by.
pub(super) struct Measure<'a> {
    pub(super) claims: &'a Claims,
    /// The roles that may attest, if they could be read.
    pub(super) roles: Option<&'a IndexMap<String, String>>,
    /// Whether the target is the demo add-on, whose own word counts then.
    pub(super) demo: bool,
    pub(super) today: Date,
}

/// Every attestation that counts for the target, by claim.
pub(super) fn read(
    reader: &mut Reader<'_>,
    measure: &Measure<'_>,
) -> BTreeMap<ClaimId, (Arc<str>, Attestation)> {
    let mut all = BTreeMap::new();
    for source in reader.folder(FOLDER, &["yaml", "yml"]) {
        let id = claims::id_of(&source.file).to_owned();
        if let Some((first, _)) = all.get(&id) {
            let error = second(&id, &source.file, first);
            reader.diagnostics.push(error);
            continue;
        }
        if let Some(attestation) = measure.attestation(&id, &source, &mut reader.diagnostics) {
            all.insert(id, (source.file.clone(), attestation));
        }
    }
    all.retain(|_, (_, attestation)| measure.demo || attestation.day != AttestationDay::Demo);
    all
}

fn second(id: &str, file: &Arc<str>, first: &Arc<str>) -> Diagnostic {
    let message = format!("the claim `{id}` has another attestation, `{first}`");
    Diagnostic::error("duplicate-id", Place::file(file.clone()), message)
        .related(Place::file(first.clone()), "the other file")
        .help("keep one of the two")
}

impl Measure<'_> {
    fn attestation(
        &self,
        id: &str,
        source: &SourceFile,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Attestation> {
        let file = &source.file;
        if !self.claims.known.contains(id) {
            let message = format!("there is no claim `{id}` for this to attest");
            let known = self.claims.known.iter().map(String::as_str);
            let error = Diagnostic::error("unknown-claim", Place::file(file.clone()), message);
            diagnostics.push(error.help(help_with_list(id, known)));
        }
        let told = diagnostics.len();
        let whole = document::whole(&source.text);
        let document: Document<Attestation> =
            document::read(&source.text, whole, file, diagnostics)?;
        day::check(document.node.get("day"), file, diagnostics, told);
        let attestation = document.value?;
        let mut tell = |key: &str, code, message: String, help: String| {
            let span = document.node.get(key).map_or(0..0, |node| node.span.clone());
            let place = Place::new(file.clone(), span);
            diagnostics.push(Diagnostic::error(code, place, message).help(help));
        };
        if let Some(roles) = self.roles.filter(|roles| !roles.contains_key(&attestation.role)) {
            let message = format!("there is no role `{}`", attestation.role);
            let help = help_with_list(&attestation.role, roles.keys().map(String::as_str));
            tell("role", "unknown-role", message, help);
        }
        if matches!(attestation.day, AttestationDay::On(day) if day > self.today) {
            let message = format!("this day is still to come: today is {}", self.today);
            tell("day", "future-date", message, "write the day on which it was given".into());
        }
        for (key, text) in [("looked_at", &attestation.looked_at), ("words", &attestation.words)] {
            if text.trim().is_empty() {
                tell(key, "empty", format!("`{key}` is empty"), "write what belongs here".into());
            }
        }
        if let Some((code, message)) = ending(&attestation, self.today) {
            let span = document.node.get("day").map_or(0..0, |node| node.span.clone());
            let warning = Diagnostic::warning(code, Place::new(file.clone(), span), message);
            diagnostics.push(warning.help(format!("give it anew: `avouch attest {id}`")));
        }
        Some(attestation)
    }
}

/// What there is to say of an attestation that has ended, or soon will. The demo's own is always new.
fn ending(attestation: &Attestation, today: Date) -> Option<(Code, String)> {
    let AttestationDay::On(day) = attestation.day else {
        return None;
    };
    let last = attestation.last_day(day);
    let left = today.until(last).map_or(i32::MAX, |span| span.get_days());
    match left {
        ..0 => Some(("attestation-ended", format!("this attestation ended on {last}"))),
        0..=WARNED_DAYS => Some((
            "attestation-ends-soon",
            format!("this attestation ends on {last}: today is {today}"),
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::load::fixture::Fixture;

    const FILE: &str = "attestations/backup-daily.yaml";

    #[test]
    fn role_claim_and_day_must_be_known() {
        let told = Fixture::sound()
            .replace(FILE, "role: officer", "role: officier")
            .replace(FILE, "2026-11-01", "2026-11-23")
            .replace(FILE, "looked_at: the backups", "looked_at: ''")
            .with(
                "attestations/backup-dally.yaml",
                "role: officer\nday: 2026-13-01\nvalid_for: 90d\nlooked_at: x\n",
            )
            .told();
        assert_eq!(
            told,
            [
                "attestations/backup-daily.yaml:1:7 unknown-role: there is no role `officier` ? did you mean `officer`?",
                "attestations/backup-daily.yaml:2:6 future-date: this day is still to come: today is 2026-11-22 ? write the day on which it was given",
                "attestations/backup-daily.yaml:4:12 empty: `looked_at` is empty ? write what belongs here",
                "attestations/backup-dally.yaml:1:1 unknown-claim: there is no claim `backup-dally` for this to attest ? did you mean `backup-daily`?",
                "attestations/backup-dally.yaml:1:1 missing-key: the key `words` is missing ? add `words:`",
                "attestations/backup-dally.yaml:2:6 impossible-date: `2026-13-01` is no day in the calendar ? write it like `2026-11-22`",
            ]
        );
    }

    #[test]
    fn an_attestation_is_told_of_thirty_days_before_its_end_and_once_it_has_ended() {
        let told = |valid_for: &str| {
            Fixture::sound()
                .replace(FILE, "valid_for: 90d", &format!("valid_for: {valid_for}"))
                .told()
        };
        // It was given on 2026-11-01, and today is 2026-11-22.
        assert_eq!(told("52d"), Vec::<String>::new());
        let soon = |last: &str| {
            [format!(
                "attestations/backup-daily.yaml:2:6 attestation-ends-soon: this attestation \
                 ends on {last}: today is 2026-11-22 ? give it anew: `avouch attest backup-daily`"
            )]
        };
        assert_eq!(told("51d"), soon("2026-12-22"));
        assert_eq!(told("21d"), soon("2026-11-22"));
        assert_eq!(
            told("20d"),
            ["attestations/backup-daily.yaml:2:6 attestation-ended: this attestation ended on \
              2026-11-21 ? give it anew: `avouch attest backup-daily`"]
        );
        let loaded = Fixture::sound().replace(FILE, "valid_for: 90d", "valid_for: 20d").load();
        assert!(loaded.diagnostics.iter().all(|one| !one.is_error()));
        assert!(loaded.project.unwrap().attestations.contains_key("backup-daily"));
    }

    #[test]
    fn the_demos_own_word_counts_for_the_demo_alone() {
        let own = || Fixture::sound().replace(FILE, "2026-11-01", "demo");
        assert_eq!(own().told(), Vec::<String>::new());
        assert!(own().load().project.unwrap().attestations.is_empty());
        assert_eq!(own().target("demo").load().project.unwrap().attestations.len(), 1);
    }
}
