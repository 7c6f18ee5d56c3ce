//! The newest finished backup of a listing.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::model::answer::error::ProbeError;
use crate::model::answer::facts::Facts;
use crate::model::answer::ids::StepId;
use crate::model::answer::verdict::Reason;
use crate::model::plan::backup::listing::{Backup, BackupListing, Listed, number};

/// The facts about the newest backup; each of them can be unclear.
const FACTS: [&str; 3] = ["/finished", "/newest", "/share"];

/// The facts about the oldest entry.
const OLDEST: &str = "/oldest";

/// How to find the newest finished backup in an earlier answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Newest {
    /// The step whose answer lists the backups.
    pub step: StepId,
    /// How the listing is read.
    pub listing: BackupListing,
    /// JSON Pointer within a backup to the size in bytes of the previous backup.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_bytes: Option<String>,
    /// Whether a size of 0 may also mean that the size is not known yet: nothing else shows that a listed
    /// backup is finished.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub doubts_zero: bool,
    /// Whether the oldest entry is looked for, finished or not, instead of the newest finished one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub oldest: bool,
}

impl Newest {
    /// The facts of the newest finished backup: `newest`, `share` (its size in per cent of the previous
    /// backup's, or a text), and how many there are. What could not be understood is unclear.
    ///
    /// # Errors
    ///
    /// If the answer was cut off, so that the newest may be missing.
    pub fn facts(&self, answer: &Facts) -> Result<Value, ProbeError> {
        if answer.truncated() {
            let why = "there are more backups than were read, and the newest may be among the rest";
            return Err(ProbeError::new(Reason::Budget, why));
        }
        if let Some(why) = answer.unclear(&self.listing.document) {
            return Err(ProbeError::new(Reason::Unparsable, why));
        }
        let mut facts = Facts(json!({}));
        // The judge compares the peer's clock with ours before it judges a time.
        if let Some(date) = answer.header("date") {
            facts.set("/headers", json!({ "date": [date] }));
        }
        match self.listing.read(answer) {
            Ok(listed) if self.oldest => note_oldest(&listed, &mut facts),
            Ok(listed) => self.note(&listed, &mut facts),
            Err(why) if self.oldest => facts.note_unclear(OLDEST, why),
            Err(why) => FACTS.iter().for_each(|at| facts.note_unclear(at, why.clone())),
        }
        Ok(facts.0)
    }

    fn note(&self, listed: &Listed, facts: &mut Facts) {
        facts.set("/backups", listed.backups.into());
        facts.set("/finished", listed.finished.len().into());
        self.note_doubts(listed, facts);
        if let Some(newest) = listed.finished.first() {
            facts.set("/newest", self.newest(newest));
            let before = match &self.previous_bytes {
                Some(at) => newest.entry.pointer(at).and_then(number),
                None => listed.finished.get(1).and_then(|one| self.bytes(one)),
            };
            let share = share(self.bytes(newest), before);
            facts.set("/share", share.map_or_else(|| json!("unknown"), Value::from));
            self.note_size(newest, listed, facts);
        }
        if let Some(why) = &listed.more {
            facts.set("/pages", json!({ "read": [], "unread": why }));
            for at in ["/newest/bytes", "/share"] {
                facts.note_unclear(
                    at,
                    format!("{why}, and the newest backup may be among the rest"),
                );
            }
        }
    }

    fn newest(&self, newest: &Backup) -> Value {
        let bytes = self.listing.bytes.as_deref().and_then(|at| newest.entry.pointer(at));
        json!({
            "name": newest.name,
            "at": newest.at.to_string(),
            "bytes": bytes.map(|bytes| number(bytes).map_or_else(|| bytes.clone(), size)),
        })
    }

    fn bytes(&self, backup: &Backup) -> Option<f64> {
        backup.bytes(self.listing.bytes.as_deref()?)
    }

    /// Notes entries that may be newer than the newest finished backup, or than the one before it.
    fn note_doubts(&self, listed: &Listed, facts: &mut Facts) {
        let matters = |rank: usize| {
            let limit = listed.finished.get(rank).map(|one| one.at);
            listed.doubts.iter().find(|doubt| match (doubt.latest, limit) {
                (Some(latest), Some(limit)) => latest > limit,
                _ => true,
            })
        };
        if let Some(doubt) = matters(0) {
            let why = format!("{}, and it may be the newest", doubt.why);
            let all = if listed.finished.is_empty() { &FACTS[..] } else { &FACTS[1..] };
            all.iter().for_each(|at| facts.note_unclear(at, why.clone()));
        } else if let Some(doubt) = matters(1).filter(|_| self.previous_bytes.is_none()) {
            facts.note_unclear("/share", doubt.why.clone());
        }
        if listed.backups == 0 && listed.of_others > 0 {
            let count = match listed.of_others {
                1 => "1 backup".to_owned(),
                count => format!("{count} backups"),
            };
            let why = format!("the answer lists {count}, but none of this data");
            FACTS.iter().for_each(|at| facts.note_unclear(at, why.clone()));
        }
    }

    /// Notes a size that is missing, or that may not be the size.
    fn note_size(&self, newest: &Backup, listed: &Listed, facts: &mut Facts) {
        let Some(at) = &self.listing.bytes else { return };
        let subject = newest.name.as_ref().map_or_else(String::new, |name| format!(", “{name}”,"));
        if newest.entry.pointer(at).is_none_or(Value::is_null) {
            let why = format!("the newest backup{subject} has no size at `{at}`");
            facts.note_unclear("/newest/bytes", why);
            return;
        }
        if self.doubts_zero && self.bytes(newest) == Some(0.0) && listed.finished.len() > 1 {
            let why = format!(
                "the newest backup{subject} has 0 bytes, and nothing shows that it is finished; \
                 name its state with `state:`"
            );
            facts.note_unclear("/newest/bytes", why.clone());
            facts.note_unclear("/share", why);
        }
    }
}

/// Notes the oldest entry, unless an older one may be missing.
fn note_oldest(listed: &Listed, facts: &mut Facts) {
    if let Some(oldest) = listed.finished.last() {
        facts.set(OLDEST, json!({ "name": oldest.name, "at": oldest.at.to_string() }));
    }
    let doubt = listed.doubts.first();
    let why = match (&listed.more, listed.cut, doubt, listed.finished.is_empty()) {
        (Some(why), ..) => format!("{why}, and the oldest entry may be among the rest"),
        (None, true, ..) => {
            "the listing has more entries than are kept, and the oldest are missing".to_owned()
        }
        (None, false, Some(doubt), _) => format!("{}, and it may be the oldest", doubt.why),
        (None, false, None, true) => "the answer lists no entry".to_owned(),
        (None, false, None, false) => return,
    };
    facts.note_unclear(OLDEST, why);
}

fn size(bytes: f64) -> Value {
    if bytes.fract() == 0.0 { json!(bytes as u64) } else { json!(bytes) }
}

/// A size in per cent of another, rounded down to one decimal; `None` if either is missing, or the
/// other is not above 0.
fn share(bytes: Option<f64>, before: Option<f64>) -> Option<f64> {
    let before = before.filter(|before| *before > 0.0)?;
    Some((bytes? / before * 1000.0).floor() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::backup::names::BackupNames;
    use crate::model::plan::backup::value::{ValueTest, Wanted};
    use crate::model::time::zone::Zone;

    fn listing() -> BackupListing {
        BackupListing {
            document: "/body/json".into(),
            lists: vec![String::new()],
            at: vec!["/at".into()],
            bytes: Some("/bytes".into()),
            state: Some(text("/state", "finished")),
            name: vec!["/name".into()],
            names: BackupNames { partial: vec![".part".into()], ..BackupNames::default() },
            ..BackupListing::default()
        }
    }

    fn text(at: &str, is: &str) -> ValueTest {
        ValueTest { at: at.into(), is: Wanted::OneOf(vec![is.into()]) }
    }

    fn of(listing: BackupListing) -> Newest {
        Newest { step: StepId(0), listing, previous_bytes: None, doubts_zero: false, oldest: false }
    }

    fn entry(name: &str, day: u8, bytes: u64, state: &str) -> Value {
        json!({"name": name, "at": format!("2026-11-{day:02}T10:00:00Z"), "bytes": bytes, "state": state})
    }

    fn picked(of: &Newest, json: Value) -> Facts {
        Facts(of.facts(&Facts(json!({"status": 200, "body": {"json": json}}))).unwrap())
    }

    fn newest(facts: &Facts) -> Option<&str> {
        facts.at("/newest/name").filter(|_| facts.unclear("/newest").is_none())?.as_str()
    }

    #[test]
    fn only_a_finished_backup_can_be_the_newest() {
        let all = json!([
            entry("a", 20, 100, "finished"),
            entry("b", 21, 60, "finished"),
            entry("c", 22, 10, "running"),
            entry("d.part", 22, 10, "finished"),
        ]);
        let expected = json!({
            "backups": 4, "finished": 2,
            "newest": {"name": "b", "at": "2026-11-21T10:00:00Z", "bytes": 60},
            "share": 60.0,
        });
        assert_eq!(picked(&of(listing()), all).0, expected);
    }

    #[test]
    fn without_a_finished_backup_there_is_no_newest() {
        let facts = picked(&of(listing()), json!([entry("a", 20, 1, "running")]));
        assert_eq!(facts.0, json!({"backups": 1, "finished": 0}));
        let facts = picked(&of(listing()), json!([]));
        assert_eq!(facts.0, json!({"backups": 0, "finished": 0}));
    }

    #[test]
    fn an_answer_that_is_no_listing_is_unclear() {
        for json in [json!({}), json!("x"), json!(null), json!(7), json!([{"at": "yesterday"}])] {
            let facts = picked(&of(listing()), json.clone());
            for at in FACTS {
                assert!(facts.unclear(at).is_some(), "{json} {at}");
            }
        }
        let cut = Facts(json!({"body": {"truncated": true, "json": [entry("a", 20, 1, "")]}}));
        assert_eq!(of(listing()).facts(&cut).unwrap_err().reason, Reason::Budget);
        let missing = of(BackupListing { lists: vec!["/all".into()], ..listing() });
        let facts = picked(&missing, json!({"error": "who are you?"}));
        let why = "`/all` in the answer has nothing, and the list of backups should be there";
        assert_eq!(facts.unclear("/newest/at"), Some(why));
        let words = Facts(json!({"body": {"text": "Log in first\n"}}));
        let facts = Facts(missing.facts(&words).unwrap());
        let why = "the answer is not JSON, it starts with “Log in first”";
        assert_eq!(facts.unclear("/newest/at"), Some(why));
    }

    #[test]
    fn a_finished_backup_whose_time_cannot_be_read_may_be_the_newest() {
        let odd =
            |at: Value, state: &str| json!({"name": "b", "at": at, "bytes": 1, "state": state});
        let with =
            |more: Value| picked(&of(listing()), json!([entry("a", 20, 1, "finished"), more]));
        for at in [json!("yesterday"), json!("Sun, 22 Nov 2026 10:00:00 CET"), json!(0), json!([])]
        {
            assert_eq!(newest(&with(odd(at.clone(), "finished"))), None, "{at}");
            assert_eq!(newest(&with(odd(at, "running"))), Some("a"));
        }
        assert_eq!(newest(&with(odd(Value::Null, "running"))), Some("a"));
        let facts = with(odd("yesterday".into(), "finished"));
        let why = "the backup “b” has “yesterday” at `/at`, which is not a time that Avouch can read, \
                   and it may be the newest";
        assert_eq!(facts.unclear("/newest/at"), Some(why));
        assert_eq!(facts.unclear("/finished"), None);
    }

    #[test]
    fn a_local_time_matters_only_if_it_can_be_the_newest() {
        let with = |at: &str| {
            let more = json!({"name": "b", "at": at, "bytes": 1, "state": "finished"});
            picked(&of(listing()), json!([entry("a", 20, 1, "finished"), more]))
        };
        assert_eq!(newest(&with("2026-11-19 09:00:00")), Some("a"));
        let facts = with("2026-11-20 09:00:00");
        assert_eq!(newest(&facts), None);
        assert!(facts.unclear("/newest").unwrap().contains("name its zone with `zone:`"));
        let zoned = of(BackupListing { zone: Zone::parse("UTC"), ..listing() });
        let more =
            json!({"name": "b", "at": "2026-11-20 11:00:00", "bytes": 1, "state": "finished"});
        let facts = picked(&zoned, json!([entry("a", 20, 1, "finished"), more]));
        assert_eq!(newest(&facts), Some("b"));
    }

    #[test]
    fn a_state_that_cannot_be_read_matters_only_if_the_backup_can_be_the_newest() {
        let with = |day: u8| {
            let more = json!({"name": "b", "at": format!("2026-11-{day}T10:00:00Z"), "bytes": 1});
            picked(&of(listing()), json!([entry("a", 20, 1, "finished"), more]))
        };
        assert_eq!(newest(&with(19)), Some("a"));
        let facts = with(21);
        let why = "the backup “b” has no value at `/state`, which does not show whether it is finished, \
                   and it may be the newest";
        assert_eq!(facts.unclear("/newest"), Some(why));
    }

    #[test]
    fn a_backup_that_is_not_finished_yet_has_no_time() {
        let stateless = of(BackupListing { state: None, ..listing() });
        for value in [json!(null), json!(""), json!(0), json!("0001-01-01T00:00:00Z")] {
            let running = json!({"name": "b", "at": value});
            let facts = picked(&stateless, json!([entry("a", 20, 1, ""), running]));
            assert_eq!(newest(&facts), Some("a"), "{value}");
        }
        let running = json!({"name": "b", "at": null, "state": null});
        let facts = picked(&of(listing()), json!([entry("a", 20, 1, "finished"), running]));
        assert_eq!(newest(&facts), Some("a"));
        let facts = picked(&stateless, json!([entry("a", 20, 1, ""), {"name": "b"}]));
        assert_eq!(newest(&facts), None);
    }

    #[test]
    fn a_backup_of_other_data_is_disregarded() {
        let of_a = of(BackupListing { of: Some(text("/name", "a")), ..listing() });
        let both = json!([entry("a", 20, 1, "finished"), entry("b", 22, 1, "finished")]);
        assert_eq!(picked(&of_a, both).at("/newest/at").unwrap(), "2026-11-20T10:00:00Z");
        let facts = picked(&of_a, json!([entry("b", 22, 1, "finished")]));
        let why = "the answer lists 1 backup, but none of this data";
        assert_eq!(facts.unclear("/finished"), Some(why));
    }

    #[test]
    fn a_log_is_not_a_backup() {
        let stateless = of(BackupListing { state: None, ..listing() });
        let all = json!([entry("db.dump", 20, 9, ""), entry("backup.log", 22, 1, "")]);
        let facts = picked(&stateless, all);
        assert_eq!(newest(&facts), Some("db.dump"));
        assert_eq!(facts.at("/backups"), Some(&json!(1)));
    }

    #[test]
    fn a_single_backup_may_report_the_size_of_the_previous_one() {
        let single = BackupListing { state: None, ..listing() };
        let of = Newest { previous_bytes: Some("/before".into()), ..of(single) };
        let facts = picked(&of, json!({"at": 1_795_000_000, "bytes": 1, "before": 3}));
        assert_eq!(facts.at("/share"), Some(&json!(33.3)));
        let first = picked(&of, json!({"at": 1_795_000_000, "bytes": 1, "before": null}));
        assert_eq!(first.at("/share"), Some(&json!("unknown")));
    }

    #[test]
    fn a_listing_that_has_more_leaves_the_size_of_the_newest_open() {
        let all = of(BackupListing { lists: vec!["/all".into()], ..listing() });
        let facts = picked(&all, json!({"all": [entry("a", 20, 1, "finished")], "next": "/2"}));
        let why = "the answer announces further entries (`/next`)";
        assert_eq!(facts.unread_page(), Some(why));
        assert_eq!(facts.at("/newest/name"), Some(&json!("a")));
        assert_eq!(facts.unclear("/newest/at"), None);
        assert!(facts.unclear("/newest/bytes").is_some() && facts.unclear("/share").is_some());
    }

    #[test]
    fn further_pages_are_part_of_the_listing() {
        let all = of(BackupListing { lists: vec!["/all".into()], ..listing() });
        let page = |entry: Value, next: Value| json!({"json": {"all": [entry], "next": next}});
        let answer = json!({
            "body": page(entry("a", 20, 1, "finished"), json!("/2")),
            "pages": {"read": [{"body": page(entry("b", 22, 1, "finished"), json!(null))}]},
        });
        let facts = Facts(all.facts(&Facts(answer)).unwrap());
        assert_eq!(newest(&facts), Some("b"));
        assert_eq!(facts.unread_page(), None);
    }

    #[test]
    fn a_size_that_is_missing_or_0_without_a_state_is_unclear() {
        let facts =
            picked(&of(listing()), json!([{"at": "2026-11-20T10:00:00Z", "state": "finished"}]));
        assert!(facts.unclear("/newest/bytes").is_some());
        let doubting =
            Newest { doubts_zero: true, ..of(BackupListing { state: None, ..listing() }) };
        let facts = picked(&doubting, json!([entry("a", 20, 1000, ""), entry("b", 22, 0, "")]));
        assert!(facts.unclear("/newest/bytes").unwrap().contains("has 0 bytes"));
        assert_eq!(
            picked(&doubting, json!([entry("b", 22, 0, "")])).unclear("/newest/bytes"),
            None
        );
    }

    #[test]
    fn the_only_member_of_an_object_or_a_list_can_be_meant() {
        let only = |list: &str| of(BackupListing { lists: vec![list.into()], ..listing() });
        let a = || entry("a", 20, 1, "finished");
        assert_eq!(newest(&picked(&only("/*"), json!({"main": [a()]}))), Some("a"));
        assert_eq!(newest(&picked(&only("/*/backup"), json!([{"backup": [a()]}]))), Some("a"));
        assert_eq!(picked(&only("/*"), json!({})).at("/finished"), Some(&json!(0)));
        assert_eq!(picked(&only("/*/backup"), json!([])).at("/finished"), Some(&json!(0)));
        let facts = picked(&only("/*/backup"), json!([{"backup": []}, {"backup": [a()]}]));
        let why = "the answer has 2 members; name one of them with `list:`, such as `/0/backup`";
        assert_eq!(facts.unclear("/newest"), Some(why));
    }

    #[test]
    fn json_lines_are_a_listing() {
        let lines = json!({"body": {"json_lines": [entry("a", 20, 1, "finished")], "text": "…"}});
        let facts = Facts(of(listing()).facts(&Facts(lines)).unwrap());
        assert_eq!(newest(&facts), Some("a"));
    }
}
