//! Waivers: what a named role accepts of a claim for a while, one file each under `waivers/`.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::language::words::same;
use crate::load::claim::record::{Measure, Sheet, Sort};
use crate::load::file::reader::Reader;
use crate::model::project::claim::Claim;
use crate::model::project::waiver::{DAYS_MAX, Waiver};
use crate::model::source::Place;
use crate::model::source::claim_id::ClaimId;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

const SORT: Sort =
    Sort { folder: "waivers", noun: "waiver", verb: "waive", days: &["day", "until"] };

/// How many days before its last one it is told that a waiver will end.
const WARNED_DAYS: i32 = 7;

/// Every waiver, by claim; those that have ended too.
pub(crate) fn read(
    reader: &mut Reader,
    measure: &Measure<'_>,
) -> BTreeMap<ClaimId, (Arc<str>, Waiver)> {
    measure.read(&SORT, reader, &|waiver: &Waiver, sheet| look(waiver, measure, sheet))
}

fn look(waiver: &Waiver, measure: &Measure<'_>, sheet: &mut Sheet<'_>) {
    sheet.role(&waiver.role, measure);
    sheet.day(waiver.day, measure.today);
    sheet.texts(&[
        ("words", &waiver.words),
        ("reason", &waiver.reason),
        ("ticket", &waiver.ticket),
        ("tell_customers", &waiver.tell_customers),
    ]);
    if waiver.accepts.is_empty() {
        let help = "copy the line that the report of the violated claim has for it";
        sheet.report("accepts", Code::Empty, "this accepts nothing".into(), help);
    }
    for (index, accepted) in waiver.accepts.iter().enumerate() {
        if let Some(first) = waiver.accepts[..index].iter().find(|one| one.value == accepted.value)
        {
            let message = "this is accepted already".to_owned();
            let error = Diagnostic::new(Code::Overlap, accepted.place(sheet.file), message);
            let error = error.related(first.place(sheet.file), "the first time");
            sheet.diagnostics.push(error.help("keep one of the two"));
        }
    }
    until(waiver, measure.today, sheet);
}

fn until(waiver: &Waiver, today: Date, sheet: &mut Sheet<'_>) {
    let days = |from: Date| from.until(waiver.until).map_or(i32::MAX, |span| span.get_days());
    let last = waiver.until;
    match days(waiver.day) {
        ..0 => {
            let message = format!("this ends on {last}, before it was given");
            sheet.report("until", Code::EndsTooSoon, message, "write a day after `day`");
        }
        0..=DAYS_MAX => {}
        more => {
            let message = format!("this lasts for {more} days, and {DAYS_MAX} is the most");
            let help = "write an earlier day; if it is not mended by then, give a new waiver";
            sheet.report("until", Code::EndsTooLate, message, help);
        }
    }
    let help = "mend what is broken, or give a new waiver with a new `day` and `until`";
    match days(today) {
        ..0 => {
            let message = format!("this waiver ended on {last}: it accepts nothing any more");
            sheet.report("until", Code::WaiverEnded, message, help);
        }
        0..=WARNED_DAYS => {
            let message = format!("this waiver ends on {last}: today is {today}");
            sheet.report("until", Code::WaiverEndsSoon, message, help);
        }
        _ => {}
    }
}

/// Tells waivers that were given for other words than their claims have now.
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
        let message = format!("these are not the words of the claim `{}`", claim.id);
        let place = waiver.words.place(file);
        let error = Diagnostic::new(Code::Suspect, place, message);
        let there = claim.passages.first();
        let there = there.map_or_else(|| Place::file(claim.file.clone()), |one| one.place.clone());
        let help = "look at both: if the role accepts it for the new words too, write them here";
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
- { check: 1, step: the newest, at: /at, is: { not_older_than: 24h } }
reason: The disk failed.
role: officer
ticket: SEC-17
tell_customers: A backup may be late.
day: 2026-11-22
until: 2026-12-22
";

    fn told(from: &str, to: &str) -> Vec<String> {
        assert!(SOUND.contains(from), "{from}");
        Fixture::sound().with(FILE, SOUND.replacen(from, to, 1)).told()
    }

    #[test]
    fn a_sound_one_is_read() {
        let fixture = Fixture::sound().with(FILE, SOUND);
        assert_eq!(fixture.told(), Vec::<String>::new());
        let project = fixture.load().project.unwrap();
        assert_eq!(project.waivers["backup-daily"].1.accepts[0].check, 1);
    }

    #[test]
    fn there_is_none_without_an_end() {
        assert_eq!(
            told("until: 2026-12-22\n", ""),
            [
                "waivers/backup-daily.yaml:1:1 missing-key: the key `until` is missing ? add `until:`"
            ]
        );
        assert_eq!(
            told("until: 2026-12-22", "until: never"),
            [
                "waivers/backup-daily.yaml:9:8 impossible-date: `never` is no day in the calendar ? write it like `2026-11-22`"
            ]
        );
    }

    #[test]
    fn one_hundred_and_eighty_days_are_the_most() {
        assert_eq!(told("2026-12-22", "2027-05-21"), Vec::<String>::new());
        assert_eq!(
            told("2026-12-22", "2027-05-22"),
            [
                "waivers/backup-daily.yaml:9:8 ends-too-late: this lasts for 181 days, and 180 is the most ? write an earlier day; if it is not mended by then, give a new waiver"
            ]
        );
    }

    #[test]
    fn its_days_are_in_order_and_its_end_is_told_of() {
        assert_eq!(
            told("day: 2026-11-22", "day: 2026-11-23"),
            [
                "waivers/backup-daily.yaml:8:6 future-date: this day is still to come: today is 2026-11-22 ? write the day on which it was given"
            ]
        );
        assert_eq!(
            told("until: 2026-12-22", "until: 2026-11-21"),
            [
                "waivers/backup-daily.yaml:9:8 ends-too-soon: this ends on 2026-11-21, before it was given ? write a day after `day`",
                "waivers/backup-daily.yaml:9:8 waiver-ended: this waiver ended on 2026-11-21: it accepts nothing any more ? mend what is broken, or give a new waiver with a new `day` and `until`",
            ]
        );
        assert_eq!(
            told("until: 2026-12-22", "until: 2026-11-29"),
            [
                "waivers/backup-daily.yaml:9:8 waiver-ends-soon: this waiver ends on 2026-11-29: today is 2026-11-22 ? mend what is broken, or give a new waiver with a new `day` and `until`"
            ]
        );
        assert_eq!(told("until: 2026-12-22", "until: 2026-11-30"), Vec::<String>::new());
    }

    #[test]
    fn other_words_are_suspect() {
        let fixture = Fixture::sound().with(FILE, SOUND.replace("every day", "every week"));
        assert_eq!(
            fixture.told(),
            [
                "waivers/backup-daily.yaml:1:8 suspect: these are not the words of the claim `backup-daily` ? look at both: if the role accepts it for the new words too, write them here"
            ]
        );
        let loaded = fixture.load();
        assert_eq!(&*loaded.diagnostics[0].related[0].0.file, "content/security.md");
    }

    #[test]
    fn an_unknown_claim_or_role_a_second_file_and_an_overlap_are_errors() {
        let line = "- { check: 1, step: the newest, at: /at, is: { not_older_than: 24h } }\n";
        assert_eq!(
            told(line, &line.repeat(2)),
            [
                "waivers/backup-daily.yaml:4:3 overlap: this is accepted already ? keep one of the two"
            ]
        );
        let told = Fixture::sound()
            .with(FILE, SOUND.replace("role: officer", "role: oficer").replace("SEC-17", "''"))
            .with("waivers/backup-daily.yml", SOUND)
            .with(
                "waivers/backup-dail.yaml",
                SOUND.replace(line, "").replace("accepts:", "accepts: []"),
            )
            .told();
        assert_eq!(
            told,
            [
                "waivers/backup-dail.yaml:1:1 unknown-claim: there is no claim `backup-dail` for this to waive ? did you mean `backup-daily`?",
                "waivers/backup-dail.yaml:2:10 empty: this accepts nothing ? copy the line that the report of the violated claim has for it",
                "waivers/backup-daily.yaml:5:7 unknown-role: there is no role `oficer` ? did you mean `officer`?",
                "waivers/backup-daily.yaml:6:9 empty: `ticket` is empty ? write what belongs here",
                "waivers/backup-daily.yml:1:1 duplicate-id: the claim `backup-daily` has another waiver, `waivers/backup-daily.yaml` ? keep one of the two",
            ]
        );
    }
}
