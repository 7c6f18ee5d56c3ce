//! A copy of the manifest that the service publishes: the parts that a check tests must be the same there.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::check::kind::Context;
use crate::check::kinds::forge_manifest::Settings;
use crate::check::kinds::forge_manifest::property::Property;
use crate::check::written::counterexample::{negation, set};
use crate::check::written::expect::is_there_or_not;
use crate::check::written::placeholders::Names;
use crate::check::written::request;
use crate::model::answer::ids::StepId;
use crate::model::plan::expect::{Expectation, Test};
use crate::model::plan::{ANYONE, Act, Plan, Role, Step, Word};
use crate::model::project::forge::manifest::Manifest;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::report::Report;

/// The sections of a manifest.
const APP_ID: &str = "/app/id";
const SCOPES: &str = "/permissions/scopes";
const EXTERNAL: &str = "/permissions/external";
const REMOTES: &str = "/remotes";
const LICENSING: &str = "/app/licensing";
const CONNECT: &str = "/app/connect";
const CONNECT_MODULES: &str = "/connectModules";
const MODULES: &str = "/modules";

/// Adds the request for the copy to a plan, and what it must contain.
pub(super) fn add(
    plan: &mut Plan,
    (path, settings): (&Spanned<String>, &Settings),
    manifest: &Manifest,
    context: &Context<'_>,
    diagnostics: &mut Report,
) -> Option<()> {
    let request = request::get(path, None, &Names::none(context), diagnostics)?;
    let asked = request::in_words(&request);
    let answer = StepId(plan.steps.len());
    let mut control = Step::http(Role::Control, format!("the answer to {asked}"), ANYONE, request);
    control.expect = vec![is_there_or_not()];
    control.word = Word::Reported;
    let mut probe = Step::new(Role::Probe, "the published copy", ANYONE, Act::Recall(answer));
    probe.control = Some(answer);
    probe.word = Word::Reported;
    // An answer without the sections that must be absent is not a copy for that reason alone.
    probe.expect = vec![
        Expectation::new("/status", Test::Equals(json!(200))),
        same(&manifest.written, APP_ID),
    ];
    for part in settings.parts(&manifest.written) {
        probe.expect.push(same(&manifest.written, &part));
        let at = format!("/body/json{part}");
        let when = format!("the published copy has another “{}”", &part[1..]);
        plan.counterexamples
            .push(negation(when, set(answer, &at, other(&manifest.written, &part))));
    }
    plan.steps.extend([control, probe]);
    plan.covers = format!("{} {asked} returns a copy with the same content.", plan.covers);
    Some(())
}

/// A part must be the same, apart from the order of a list.
fn same(written: &Value, part: &str) -> Expectation {
    let test = match at(written, part) {
        Some(Value::Array(items)) if !items.is_empty() => Test::SameSet(items.clone()),
        Some(value) => Test::Equals(value.clone()),
        None => Test::Exists(false),
    };
    Expectation::new(format!("/body/json{part}"), test)
}

/// Another value of the same type.
fn other(written: &Value, part: &str) -> Value {
    let mut value = at(written, part).cloned().unwrap_or_else(|| json!({}));
    let another = || json!("another");
    match &mut value {
        Value::Array(items) => {
            let is_object = items.first().is_some_and(Value::is_object);
            items.push(if is_object { json!({ "key": "another" }) } else { another() });
        }
        Value::Object(entries) => {
            entries.insert("another".into(), another());
        }
        Value::Bool(truth) => *truth = !*truth,
        value => *value = another(),
    }
    value
}

fn at<'a>(written: &'a Value, part: &str) -> Option<&'a Value> {
    written.pointer(part).filter(|value| !value.is_null())
}

impl Settings {
    /// The sections that decide what is tested.
    fn parts(&self, written: &Value) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        let mut add = |is_tested: bool, parts: &[&str]| {
            all.extend(parts.iter().filter(|_| is_tested).map(|part| (*part).to_owned()));
        };
        let reaches = self.egress.is_some() || self.properties.contains(&Property::NoWildcards);
        add(reaches, &[EXTERNAL]);
        add(self.scopes.is_some(), &[SCOPES]);
        add(self.remotes.is_some(), &[REMOTES]);
        add(self.regions.is_some(), &[EXTERNAL, REMOTES]);
        add(self.connect_key.is_some(), &[CONNECT]);
        for property in &self.properties {
            add(true, of_property(*property));
        }
        if reaches && !all.contains(REMOTES) {
            all.extend(addresses(written));
        }
        all
    }
}

/// The addresses of the remotes, and the place after the last one, where another remote would be.
fn addresses(written: &Value) -> impl Iterator<Item = String> {
    let count = written.pointer(REMOTES).and_then(Value::as_array).map_or(0, Vec::len);
    let of_remotes = (0..count).map(|index| format!("{REMOTES}/{index}/baseUrl"));
    of_remotes.chain([format!("{REMOTES}/{count}")])
}

fn of_property(property: Property) -> &'static [&'static str] {
    match property {
        // Its sections are those of `egress`.
        Property::NoWildcards => &[],
        Property::UserDataStays | Property::Pinned => &[EXTERNAL, REMOTES],
        Property::NoImpersonation => &[SCOPES],
        Property::RealmMigration => &[MODULES],
        Property::RunsOnAtlassian => &[EXTERNAL, REMOTES, MODULES, CONNECT, CONNECT_MODULES],
        Property::Licensed => &[LICENSING],
        Property::NoConnect => &[CONNECT, CONNECT_MODULES],
    }
}
