//! Waivers: failures of a claim that a named role accepts until a date, one file each under `waivers/`.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::language::words::same;
use crate::load::claim::record::{RecordContext, RecordFile, RecordType};
use crate::load::file::reader::Reader;
use crate::model::plan::expect::Expectation;
use crate::model::project::claim::Claim;
use crate::model::project::waiver::{Accepted, DAYS_MAX, Waiver};
use crate::model::source::Place;
use crate::model::source::claim_id::ClaimId;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

const TYPE: RecordType =
    RecordType { folder: "waivers", noun: "waiver", verb: "waive", days: &["day", "until"] };

/// Days before the end of a waiver from which on a warning is given.
const WARNED_DAYS: i32 = 7;

/// Every waiver, by claim, expired ones included.
pub(crate) fn read(
    reader: &mut Reader,
    context: &RecordContext<'_>,
) -> BTreeMap<ClaimId, (Arc<str>, Waiver)> {
    context.read(&TYPE, reader, &|waiver: &Waiver, record| look(waiver, context, record))
}

fn look(waiver: &Waiver, context: &RecordContext<'_>, record: &mut RecordFile<'_>) {
    record.role(&waiver.role, context);
    record.day(waiver.day, context.today);
    record.texts(&[
        ("words", &waiver.words),
        ("reason", &waiver.reason),
        ("ticket", &waiver.ticket),
        ("tell_customers", &waiver.tell_customers),
    ]);
    if waiver.accepts.is_empty() {
        let help = "copy the line that the report of the violated claim has for it";
        record.report("accepts", Code::Empty, "this waiver accepts nothing".into(), help);
    }
    for (index, accepted) in waiver.accepts.iter().enumerate() {
        if let Some(first) = waiver.accepts[..index].iter().find(|one| one.is_like(&accepted.value))
        {
            let message = "this waiver accepts this already".to_owned();
            let error = Diagnostic::new(Code::Overlap, accepted.place(record.file), message);
            let error = error.related(first.place(record.file), "the first time");
            record.diagnostics.push(error.help("keep one of the two"));
        }
    }
    for accepted in &waiver.accepts {
        let place = accepted.place(record.file);
        if let Some((code, message, help)) = extent(accepted, record.id) {
            record.diagnostics.push(Diagnostic::new(code, place, message).help(help));
        }
    }
    until(waiver, context.today, record);
}

/// What is wrong with the extent of an entry: code, message and help.
fn extent(accepted: &Accepted, id: &str) -> Option<(Code, String, String)> {
    let unmet = Expectation::new(accepted.at.clone(), accepted.is.clone());
    if unmet.keeps_others_out() {
        let message = "no waiver can accept that strangers are let in, or that data of one customer \
                       is shown to another";
        let help = "remove this entry, and fix the service";
        return Some((Code::NotWaivable, message.to_owned(), help.to_owned()));
    }
    match (&accepted.up_to, &accepted.accepts_value) {
        (Some(_), Some(_)) => {
            let message = "an entry has either `up_to` or `accepts_value`".to_owned();
            Some((Code::BadExtent, message, "remove one of the two".to_owned()))
        }
        (Some(limit), None) if accepted.is.with_limit(limit).is_none() => {
            let message = format!("`up_to: {limit}` is not a limit of this test");
            let help = "write it like the limit of the test; for a test without a limit, write \
                        `accepts_value:`";
            Some((Code::BadExtent, message, help.to_owned()))
        }
        (None, None) => Some(without_extent(accepted, id)),
        _ => None,
    }
}

/// The warning for an entry of before entries had an extent, with the line to write in its place.
fn without_extent(accepted: &Accepted, id: &str) -> (Code, String, String) {
    let message = "this entry does not say how much it accepts, so it accepts nothing".to_owned();
    let mut line = accepted.line();
    line.truncate(line.len().saturating_sub(" }".len()));
    let key = if accepted.is.has_limit() { "up_to" } else { "accepts_value" };
    let help = format!(
        "write `{line}, {key}: ... }}`; `avouch check {id} --waivers` prints the line with its value"
    );
    (Code::WaiverWithoutExtent, message, help)
}

fn until(waiver: &Waiver, today: Date, record: &mut RecordFile<'_>) {
    let days = |from: Date| from.until(waiver.until).map_or(i32::MAX, |span| span.get_days());
    let last = waiver.until;
    match days(waiver.day) {
        ..0 => {
            let message = format!("this waiver ends on {last}, before it was given");
            record.report("until", Code::EndsTooSoon, message, "write a day after `day`");
        }
        0..=DAYS_MAX => {}
        more => {
            let message = format!("this waiver lasts {more} days, but the limit is {DAYS_MAX}");
            let help = "write an earlier day; if it is not fixed by then, write a new waiver";
            record.report("until", Code::EndsTooLate, message, help);
        }
    }
    let help = "fix the service, or write a new waiver with a new `day` and `until`";
    match days(today) {
        ..0 => {
            let message = format!("this waiver expired on {last}: it no longer accepts anything");
            record.report("until", Code::WaiverEnded, message, help);
        }
        0..=WARNED_DAYS => {
            let message = format!("this waiver expires on {last}: today is {today}");
            record.report("until", Code::WaiverEndsSoon, message, help);
        }
        _ => {}
    }
}

/// Reports waivers whose words differ from those of their claims.
pub(crate) fn compare(
    waivers: &BTreeMap<ClaimId, (Arc<str>, Waiver)>,
    claims: &[Claim],
    diagnostics: &mut Report,
) {
    for claim in claims {
        let Some((file, waiver)) = waivers.get(&claim.id) else {
            continue;
        };
        if same(&waiver.words, claim.words()) {
            continue;
        }
        let message = format!("these words differ from those of the claim `{}`", claim.id);
        let place = waiver.words.place(file);
        let error = Diagnostic::new(Code::Suspect, place, message);
        let there = claim.passages.first();
        let there = there.map_or_else(|| Place::file(claim.file.clone()), |one| one.place.clone());
        let help = "compare both: if the role accepts it for the new words too, write them here";
        let error = error.with(Argument::Claim, &claim.id).help(help);
        diagnostics.push(error.related(there, "the words that the claim has now"));
    }
}

#[cfg(test)]
mod tests {
    use crate::load::fixture::Fixture;

    const FILE: &str = "waivers/backup-daily.yaml";

    const SOUND: &str = "words: Customer data is backed up every day.
accepts:
- { check: 1, step: the newest, at: /at, is: { not_older_than: 24h }, up_to: 72h }
reason: The disk failed.
role: officer
ticket: SEC-17
tell_customers: A backup may be late.
day: 2026-11-22
until: 2026-12-22
";

    fn reported(from: &str, to: &str) -> Vec<String> {
        assert!(SOUND.contains(from), "{from}");
        Fixture::sound().with(FILE, SOUND.replacen(from, to, 1)).reported()
    }

    #[test]
    fn a_sound_one_is_read() {
        let fixture = Fixture::sound().with(FILE, SOUND);
        assert_eq!(fixture.reported(), Vec::<String>::new());
        let project = fixture.load().project.unwrap();
        assert_eq!(project.waivers["backup-daily"].1.accepts[0].check, 1);
    }

    #[test]
    fn an_entry_has_an_extent_that_fits_its_test() {
        assert_eq!(
            reported(", up_to: 72h", ""),
            [
                "waivers/backup-daily.yaml:3:3 waiver-without-extent: this entry does not say how much it accepts, so it accepts nothing ? write `- { check: 1, step: \"the newest\", at: \"/at\", is: {\"not_older_than\":\"24h\"}, up_to: ... }`; `avouch check backup-daily --waivers` prints the line with its value"
            ]
        );
        assert_eq!(
            reported("up_to: 72h", "up_to: 72"),
            [
                "waivers/backup-daily.yaml:3:3 bad-extent: `up_to: 72` is not a limit of this test ? write it like the limit of the test; for a test without a limit, write `accepts_value:`"
            ]
        );
        assert_eq!(
            reported("up_to: 72h", "up_to: 72h, accepts_value: null"),
            [
                "waivers/backup-daily.yaml:3:3 bad-extent: an entry has either `up_to` or `accepts_value` ? remove one of the two"
            ]
        );
    }

    #[test]
    fn strangers_and_leaks_cannot_be_accepted() {
        let never = "no waiver can accept that strangers are let in, or that data of one customer is shown to another";
        for is in [
            "at: '', is: shows_no_foreign_canary",
            "at: '', is: { refused: { statuses: [401], login: null } }",
            "at: /status, is: { one_of: [401, 403] }",
        ] {
            let reported = reported("at: /at, is: { not_older_than: 24h }, up_to: 72h", is);
            assert_eq!(
                reported,
                [format!(
                    "waivers/backup-daily.yaml:3:3 not-waivable: {never} ? remove this entry, and fix the service"
                )],
                "{is}"
            );
        }
    }

    #[test]
    fn there_is_none_without_an_end() {
        assert_eq!(
            reported("until: 2026-12-22\n", ""),
            [
                "waivers/backup-daily.yaml:1:1 missing-key: the key `until` is missing ? add `until:`"
            ]
        );
        assert_eq!(
            reported("until: 2026-12-22", "until: never"),
            [
                "waivers/backup-daily.yaml:9:8 impossible-date: `never` is not a day in the calendar ? write it like `2026-11-22`"
            ]
        );
    }

    #[test]
    fn one_hundred_and_eighty_days_are_the_most() {
        assert_eq!(reported("2026-12-22", "2027-05-21"), Vec::<String>::new());
        assert_eq!(
            reported("2026-12-22", "2027-05-22"),
            [
                "waivers/backup-daily.yaml:9:8 ends-too-late: this waiver lasts 181 days, but the limit is 180 ? write an earlier day; if it is not fixed by then, write a new waiver"
            ]
        );
    }

    #[test]
    fn its_days_are_in_order_and_its_expiry_is_reported() {
        assert_eq!(
            reported("day: 2026-11-22", "day: 2026-11-23"),
            [
                "waivers/backup-daily.yaml:8:6 future-date: this day is in the future: today is 2026-11-22 ? write the day on which it was given"
            ]
        );
        assert_eq!(
            reported("until: 2026-12-22", "until: 2026-11-21"),
            [
                "waivers/backup-daily.yaml:9:8 ends-too-soon: this waiver ends on 2026-11-21, before it was given ? write a day after `day`",
                "waivers/backup-daily.yaml:9:8 waiver-ended: this waiver expired on 2026-11-21: it no longer accepts anything ? fix the service, or write a new waiver with a new `day` and `until`",
            ]
        );
        assert_eq!(
            reported("until: 2026-12-22", "until: 2026-11-29"),
            [
                "waivers/backup-daily.yaml:9:8 waiver-ends-soon: this waiver expires on 2026-11-29: today is 2026-11-22 ? fix the service, or write a new waiver with a new `day` and `until`"
            ]
        );
        assert_eq!(reported("until: 2026-12-22", "until: 2026-11-30"), Vec::<String>::new());
    }

    #[test]
    fn other_words_are_suspect() {
        let fixture = Fixture::sound().with(FILE, SOUND.replace("every day", "every week"));
        assert_eq!(
            fixture.reported(),
            [
                "waivers/backup-daily.yaml:1:8 suspect: these words differ from those of the claim `backup-daily` ? compare both: if the role accepts it for the new words too, write them here"
            ]
        );
        let loaded = fixture.load();
        assert_eq!(&*loaded.diagnostics[0].related[0].0.file, "content/security.md");
    }

    #[test]
    fn an_unknown_claim_or_role_a_second_file_and_an_overlap_are_errors() {
        let line =
            "- { check: 1, step: the newest, at: /at, is: { not_older_than: 24h }, up_to: 72h }\n";
        assert_eq!(
            reported(line, &line.repeat(2)),
            [
                "waivers/backup-daily.yaml:4:3 overlap: this waiver accepts this already ? keep one of the two"
            ]
        );
        let reported = Fixture::sound()
            .with(FILE, SOUND.replace("role: officer", "role: oficer").replace("SEC-17", "''"))
            .with("waivers/backup-daily.yml", SOUND)
            .with(
                "waivers/backup-dail.yaml",
                SOUND.replace(line, "").replace("accepts:", "accepts: []"),
            )
            .reported();
        assert_eq!(
            reported,
            [
                "waivers/backup-dail.yaml:1:1 unknown-claim: there is no claim `backup-dail` for this to waive ? did you mean `backup-daily`?",
                "waivers/backup-dail.yaml:2:10 empty: this waiver accepts nothing ? copy the line that the report of the violated claim has for it",
                "waivers/backup-daily.yaml:5:7 unknown-role: there is no role `oficer` ? did you mean `officer`?",
                "waivers/backup-daily.yaml:6:9 empty: `ticket` is empty ? write a text",
                "waivers/backup-daily.yml:1:1 duplicate-id: the claim `backup-daily` has another waiver, `waivers/backup-daily.yaml` ? keep one of the two",
            ]
        );
    }
}
