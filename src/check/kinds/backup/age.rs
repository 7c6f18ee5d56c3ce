//! `backup-age`: the newest finished backup is young enough, not empty, and has not shrunk.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};
use serde_json::{Value, json};

use crate::check::kind::{Context, Kind, Manual};
use crate::check::kinds::backup::source::{Source, Sources};
use crate::check::written::counterexample::of_limits;
use crate::check::written::limits;
use crate::check::written::limits::Row;
use crate::check::written::program::Run;
use crate::language::period::Period;
use crate::language::words::capital;
use crate::model::answer::verdict::Reason;
use crate::model::plan::backup::Newest;
use crate::model::plan::counterexample::{Class, Counterexample, Edit};
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::parameter::{Parameter, Side};
use crate::model::plan::{ANYONE, Act, FactEnd, Plan, Role, Step};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::Node;

/// The kind.
pub(crate) struct BackupAge;

#[derive(Deserialize, JsonSchema)]
struct Settings {
    /// The actor that asks; anyone if left out.
    #[serde(rename = "as")]
    actor: Option<Spanned<String>>,
    /// The path of the target that tells of the backups, in JSON.
    get: Option<Spanned<String>>,
    /// In its place, the path or address of a bucket's listing, in XML as Amazon S3 gives it.
    s3: Option<Spanned<String>>,
    /// The role, in `hosts:` of `avouch.yaml`, of the host that is asked in place of the target.
    host: Option<Spanned<String>>,
    /// In its place, a file or a folder of files of the machine that Avouch runs on.
    file: Option<Spanned<String>>,
    /// Only files whose names end so.
    suffix: Option<Spanned<String>>,
    /// How the names of backups end that are still being written; `.part`, `.partial`, `.tmp` and
    /// `.incomplete` if left out.
    partial: Option<Vec<String>>,
    /// In its place, a program that tells of the backups in JSON, with its arguments.
    run: Option<Spanned<Vec<String>>>,
    /// The variables that the program gets from the environment of Avouch.
    #[serde(default)]
    env: Vec<Spanned<String>>,
    /// How long the program may take.
    timeout: Option<Period>,
    /// JSON Pointer to the list of backups; the JSON itself tells of one or is the list if left out.
    list: Option<Spanned<String>>,
    /// JSON Pointer, within a backup, to the time at which it was finished; needed for JSON.
    at: Option<Spanned<String>>,
    /// JSON Pointer, within a backup, to its name.
    name: Option<Spanned<String>>,
    /// JSON Pointer, within a backup, to its size in bytes, which must not be 0.
    bytes: Option<Spanned<String>>,
    /// JSON Pointer, within a backup, to the size of the one before it.
    previous_bytes: Option<Spanned<String>>,
    /// Where a backup's state stands, and what it is once it is finished.
    state: Option<State>,
    /// How old the newest finished one may be.
    max_age: Spanned<Period>,
    /// How large it must be at the least in per cent of the one before it, such as `50%`.
    least_share: Option<Spanned<Share>>,
}

#[derive(Deserialize, JsonSchema)]
struct State {
    /// JSON Pointer to the state.
    at: Spanned<String>,
    /// What it is once the backup is finished, such as `finished`.
    is: String,
}

/// A share as people write it: `50%`.
#[derive(Clone, Copy)]
struct Share(f64);

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let share = text.strip_suffix('%').and_then(|number| number.trim().parse().ok());
        let share = share.filter(|share| (1.0..=100.0).contains(share));
        let wrong = || format!("`{text}` is no share: write one from `1%` to `100%`");
        share.map(Self).ok_or_else(|| de::Error::custom(wrong()))
    }
}

impl JsonSchema for Share {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Share".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[0-9]+(\\.[0-9]+)? ?%$",
            "description": "a share, such as `50%`"
        })
    }
}

impl Kind for BackupAge {
    fn name(&self) -> &'static str {
        "backup-age"
    }

    fn manual(&self) -> Manual {
        Manual {
            proves: "The newest finished backup is young enough, not from the future, not empty and \
                     not much smaller than the one before it. The evidence ends when that backup \
                     reaches its limit.",
            cannot_prove: "That the backup can be restored. What the service, an object store or a \
                           program says of a backup is its own word; of files, size and time are \
                           seen. Only the first page of a listing is read; if there are more, \
                           nothing is concluded.",
            example: EXAMPLE,
        }
    }

    fn schema(&self) -> schemars::Schema {
        schemars::schema_for!(Settings)
    }

    fn limits(&self, settings: &Node) -> Vec<Parameter> {
        let row = |key, side, read| Row { key, side, read };
        limits::of_keys(
            settings,
            &[
                row("max_age", Side::AtMost, limits::time),
                row("least_share", Side::AtLeast, limits::percent),
            ],
        )
    }

    fn plan(
        &self,
        settings: &Node,
        context: &Context<'_>,
        diagnostics: &mut Report,
    ) -> Option<Plan> {
        let before = diagnostics.mark();
        let settings: Settings = context.read(settings, diagnostics)?;
        let source = settings.sources().read(&settings.max_age.span, context, diagnostics);
        settings.tell_bad_pointers(context, diagnostics);
        let source = source?;
        let newest = settings.newest(&source, context, diagnostics);
        (diagnostics.is_clean_since(before)).then(|| settings.plan(source, newest))
    }
}

const EXAMPLE: &str = "\
kind: backup-age
as: operator
get: /ops/backups/latest
at: /completed_at
max_age: 24h
bytes: /bytes
previous_bytes: /previous_bytes
least_share: 50%
state: { at: /state, is: finished }
";

impl Settings {
    fn sources(&self) -> Sources<'_> {
        let run = |line| Run { line, env: &self.env, timeout: self.timeout };
        Sources {
            actor: self.actor.as_ref(),
            get: self.get.as_ref(),
            s3: self.s3.as_ref(),
            host: self.host.as_ref(),
            file: self.file.as_ref(),
            suffix: self.suffix.as_ref(),
            partial: self.partial.as_deref(),
            run: self.run.as_ref().map(run),
        }
    }

    fn pointers(&self) -> impl Iterator<Item = &Spanned<String>> {
        let state = self.state.as_ref().map(|state| &state.at);
        let all = [&self.list, &self.at, &self.name, &self.bytes, &self.previous_bytes];
        all.into_iter().flatten().chain(state)
    }

    fn tell_bad_pointers(&self, context: &Context<'_>, diagnostics: &mut Report) {
        for pointer in self.pointers().filter(|pointer| !pointer.starts_with('/')) {
            let message = format!("`{}` is no JSON Pointer", pointer.value);
            let help = format!("write `/{}`", pointer.replace('.', "/"));
            diagnostics.push(context.mistake(Code::BadPointer, &pointer.span, message).help(help));
        }
    }

    /// How the newest one is picked from what a source says.
    fn newest(&self, source: &Source, context: &Context<'_>, diagnostics: &mut Report) -> Newest {
        let (list, [name, at, bytes]) = match source {
            Source::Json(_) => return self.newest_in("/body/json", context, diagnostics),
            Source::Program(_) => return self.newest_in("/stdout/json", context, diagnostics),
            Source::Bucket(_) => ("/body/listing", ["/key", "/last_modified", "/bytes"]),
            Source::Files(_) => ("/entries", ["/name", "/modified", "/bytes"]),
        };
        for pointer in self.pointers() {
            let message = "only JSON has pointers, and this source tells of files";
            diagnostics.push(context.mistake(Code::MisplacedSetting, &pointer.span, message));
        }
        Newest {
            step: 0,
            list: list.into(),
            at: at.into(),
            bytes: Some(bytes.into()),
            state: None,
            name: Some(name.into()),
            partial: self.sources().partial(),
            previous_bytes: None,
        }
    }

    fn newest_in(&self, document: &str, context: &Context<'_>, diagnostics: &mut Report) -> Newest {
        if self.at.is_none() {
            let message = "nothing says where the time of a backup stands";
            let help = "write `at:` with a JSON Pointer such as `/completed_at`";
            let mistake = context.mistake(Code::NoTime, &self.max_age.span, message);
            diagnostics.push(mistake.help(help));
        }
        if let Some(share) = self.least_share.as_ref().filter(|_| self.bytes.is_none()) {
            let message = "nothing says where the size of a backup stands";
            let help = "write `bytes:` with a JSON Pointer such as `/bytes`";
            diagnostics.push(context.mistake(Code::NoSize, &share.span, message).help(help));
        }
        let text =
            |pointer: &Option<Spanned<String>>| pointer.as_ref().map(|one| one.value.clone());
        Newest {
            step: 0,
            list: format!("{document}{}", text(&self.list).unwrap_or_default()),
            at: text(&self.at).unwrap_or_default(),
            bytes: text(&self.bytes),
            state: self.state.as_ref().map(|state| (state.at.value.clone(), state.is.clone())),
            name: text(&self.name),
            partial: self.sources().partial(),
            previous_bytes: text(&self.previous_bytes),
        }
    }

    fn plan(&self, source: Source, newest: Newest) -> Plan {
        let actor = self.actor.as_ref().map_or(ANYONE, |actor| actor.as_str());
        let (asks, word) = (matches!(source, Source::Json(_) | Source::Bucket(_)), source.word());
        let control = source.control(actor);
        let probe = Step { word, ..self.probe(&control.actor, newest) };
        let at = String::from("/newest/at");
        let mut counterexamples = of_limits(1, &probe.name, &probe.expect);
        counterexamples.extend(self.counterexamples(&probe, asks));
        Plan {
            parameters: Vec::new(),
            kind: "backup-age".into(),
            covers: format!(
                "{} said when the newest backup was finished; the limit is {}.",
                capital(&control.name),
                self.max_age.in_words()
            ),
            leaves_open: "It does not show that the backup can be restored, nor that what is said \
                          of it is so."
                .into(),
            ends: vec![FactEnd { step: 1, at, plus: self.max_age.value }],
            canaries: Vec::new(),
            counterexamples,
            steps: vec![control, probe],
        }
    }

    fn probe(&self, actor: &str, newest: Newest) -> Step {
        let sized = newest.bytes.is_some();
        let mut step =
            Step::new(Role::Probe, "the newest finished backup", actor, Act::Newest(newest));
        let expect = |at: &str, test| Expectation::new(at, test);
        step.expect = vec![
            expect("/finished", Test::AtLeast(1.0)),
            expect("/newest/at", Test::NotOlderThan(self.max_age.value)),
        ];
        if sized {
            step.expect.push(expect("/newest/bytes", Test::AtLeast(1.0)));
        }
        if let Some(share) = &self.least_share {
            step.expect.push(expect("/share", Test::AtLeast(share.value.0)));
        }
        step.control = Some(0);
        step.publish = step.expect.iter().map(|one| one.at.clone()).collect();
        step
    }

    fn counterexamples(&self, probe: &Step, asks: bool) -> Vec<Counterexample> {
        let set = |step, at: &str, value: Value| Edit::Set { step, at: at.into(), value };
        let one = |class, when: &str, edit| Counterexample {
            class,
            when: when.into(),
            edits: vec![edit],
        };
        let none = Edit::Remove { step: 1, at: "/newest".into() };
        let untold = Edit::Fail { step: 1, reason: Reason::Unparsable };
        let mut all = vec![
            one(Class::Negation, "no backup is finished", none),
            one(Class::Fault, "nobody tells of any backup", untold),
        ];
        if probe.expect.iter().any(|one| one.at == "/newest/bytes") {
            let empty = set(1, "/newest/bytes", json!(0));
            all.push(one(Class::Negation, "the newest backup is empty", empty));
        }
        if let Some(share) = &self.least_share {
            let shrunk = set(1, "/share", json!(share.value.0 - 0.1));
            let unknown = set(1, "/share", Value::Null);
            all.push(one(Class::Negation, "the newest backup has shrunk below its share", shrunk));
            all.push(one(Class::Fault, "there is no earlier backup to compare with", unknown));
        }
        for status in [404, 429, 503].into_iter().filter(|_| asks) {
            let when = format!("the question is answered with {status}");
            all.push(one(Class::Fault, &when, set(0, "/status", json!(status))));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::check::fixture::{mistakes, plan, sound, verdict};
    use crate::check::kind::Kind;
    use crate::model::answer::facts::Facts;
    use crate::model::answer::observation::Answer;
    use crate::model::answer::verdict::{Reason, Verdict};
    use crate::model::plan::Act;

    fn given(at: &str, value: &Value) -> Verdict {
        given_all(&[(at, value)])
    }

    /// The verdict on an answer in which other values stand at pointers, picked from as a run does.
    fn given_all(edits: &[(&str, &Value)]) -> Verdict {
        let plan = plan(super::BackupAge.manual().example);
        let mut told = Facts(json!({
            "status": 200,
            "headers": { "date": ["Sun, 22 Nov 2026 10:00:00 GMT"] },
            "body": { "bytes": 99, "truncated": false, "json": {
                "state": "finished", "completed_at": "2026-11-22T09:30:00Z", "bytes": 100,
                "previous_bytes": 120,
            } },
        }));
        for (at, value) in edits {
            told.set(at, (*value).clone());
        }
        let Act::Newest(newest) = &plan.steps[1].act else { panic!("nothing is picked") };
        let picked = newest.facts(&told);
        let mut all = sound(&plan);
        all[1].answer = picked.map_or_else(Answer::Error, |facts| Answer::Facts(Facts(facts)));
        all[0].answer = Answer::Facts(told);
        verdict(&plan, &all)
    }

    #[test]
    fn a_young_backup_holds_and_so_does_one_that_shrank_a_little() {
        assert_eq!(given("/body/json/bytes", &json!(60)), Verdict::Holds);
        assert_eq!(given("/body/json/completed_at", &json!(1_795_341_600)), Verdict::Holds);
    }

    #[test]
    fn a_backup_that_shrank_below_its_share_is_a_violation_if_there_is_one_to_compare() {
        assert_eq!(given("/body/json/bytes", &json!(59)), Verdict::Violated);
        let unknown = Verdict::Inconclusive(Reason::Unparsable);
        assert_eq!(given("/body/json/previous_bytes", &Value::Null), unknown);
    }

    #[test]
    fn a_backup_that_is_old_unfinished_empty_or_from_the_future_is_a_violation() {
        assert_eq!(
            given("/body/json/completed_at", &json!("2026-11-21T09:59:59Z")),
            Verdict::Violated
        );
        assert_eq!(
            given("/body/json/completed_at", &json!("2026-11-24T10:00:00Z")),
            Verdict::Violated
        );
        assert_eq!(given("/body/json/bytes", &json!(0)), Verdict::Violated);
        assert_eq!(given("/body/json/state", &json!("failed")), Verdict::Violated);
    }

    #[test]
    fn an_answer_that_tells_of_no_backup_is_inconclusive() {
        let failed = Verdict::Inconclusive(Reason::ControlFailed);
        assert_eq!(given("/status", &json!(404)), failed);
        let unparsable = Verdict::Inconclusive(Reason::Unparsable);
        assert_eq!(given("/body/json", &json!({})), unparsable);
        assert_eq!(given("/body/json", &json!([])), unparsable);
        assert_eq!(given("/body/json/completed_at", &json!("yesterday")), unparsable);
        let error = json!({"error": "who are you?"});
        for (status, reason) in [(401, Reason::Credentials), (503, Reason::ServerError)] {
            let refused = given_all(&[("/status", &json!(status)), ("/body/json", &error)]);
            assert_eq!(refused, Verdict::Inconclusive(reason));
        }
    }

    #[test]
    fn a_clock_that_is_off_is_inconclusive() {
        let date = json!(["Sun, 22 Nov 2026 09:00:00 GMT"]);
        assert_eq!(given("/headers/date", &date), Verdict::Inconclusive(Reason::Clock));
    }

    #[test]
    fn mistakes_are_told() {
        let example = super::BackupAge.manual().example;
        let told = |from: &str, to: &str| mistakes(&example.replace(from, to));
        assert_eq!(told("as: operator", "as: nobody")[0].0, "unknown-actor");
        assert_eq!(told("at: /completed_at", "at: completed_at")[0].0, "bad-pointer");
        assert_eq!(told("max_age: 24h", "max_age: a day")[0].0, "wrong-value");
        assert_eq!(told("max_age:", "maxage:")[0].0, "unknown-key");
        assert_eq!(told("get: /ops/backups/latest\n", "")[0].0, "no-single-source");
        assert_eq!(told("get:", "file: backups\nget:")[0].0, "no-single-source");
        assert_eq!(told("get: /ops/backups/latest", "file: backups")[0].0, "misplaced-setting");
        assert_eq!(told("at: /completed_at\n", "")[0].0, "no-time");
        assert_eq!(told("bytes: /bytes\n", "")[0].0, "no-size");
        assert_eq!(told("50%", "half")[0].0, "wrong-value");
    }
}
