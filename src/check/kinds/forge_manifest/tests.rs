//! Tests of `forge-manifest`.

use serde_json::{Value, json};

use crate::check::fixture::{
    changed, mistakes, names, plan, plan_in, project, sound, tried, verdict,
};
use crate::check::kind::Kind;
use crate::model::answer::verdict::Verdict;
use crate::model::judge::basis::{self, Basis};
use crate::model::judge::falsify::Grade;
use crate::model::plan::Act;

const EXAMPLE: &str = super::ForgeManifest::MANUAL.example;

/// The verdict on a check if the manifest declares another value.
fn given(yaml: &str, at: &str, value: Value) -> Verdict {
    let plan = plan(yaml);
    let all = changed(&plan, "the manifest", |facts| facts.set(at, value.clone()));
    verdict(&plan, &all)
}

#[test]
fn the_facts_of_the_manifest_itself_meet_a_check_that_says_the_same() {
    let plan = plan(EXAMPLE);
    let Act::Manifest(record) = &plan.steps[0].act else { panic!("{:?}", plan.steps[0].act) };
    let facts = record.facts.clone();
    let all = changed(&plan, "the manifest", |old| old.0 = facts.clone());
    assert_eq!(verdict(&plan, &all), Verdict::Holds);
}

#[test]
fn one_entry_more_or_less_is_violated() {
    for (yaml, at) in [
        ("scopes: [a, b]", "/scopes"),
        ("egress: [a, b]", "/egress"),
        ("regions: [a, b]", "/regions"),
        ("remotes: {a: {}, b: {}}", "/remote_keys"),
        ("remotes: {r: {base_urls: [a, b]}}", "/remotes/r/addresses"),
        ("remotes: {r: {operations: [a, b]}}", "/remotes/r/operations"),
        ("remotes: {r: {tokens: [a, b]}}", "/remotes/r/tokens"),
    ] {
        let yaml = format!("{{kind: forge-manifest, {yaml}}}");
        assert_eq!(verdict(&plan(&yaml), &sound(&plan(&yaml))), Verdict::Holds, "{yaml}");
        for value in [json!(["a"]), json!(["a", "b", "c"]), json!([])] {
            assert_eq!(given(&yaml, at, value), Verdict::Violated, "{yaml}");
        }
        assert_eq!(tried(&plan(&yaml)).grade, Grade::Sound, "{yaml}");
    }
}

#[test]
fn each_property_is_violated_by_the_first_thing_that_denies_it() {
    for (property, at, value) in [
        ("no-wildcards", "/wildcards", json!(["images *"])),
        ("no-impersonation", "/impersonation", json!(["a"])),
        ("user-data-stays", "/stored_outside", json!(["remotes r"])),
        ("pinned", "/unpinned", json!(["remotes r"])),
        ("realm-migration", "/realm_migration", json!(false)),
        ("runs-on-atlassian", "/not_on_atlassian", json!(["remotes r"])),
        ("licensed", "/licensing", json!(false)),
        ("no-connect", "/connect", json!(["app.connect"])),
    ] {
        let yaml = format!("{{kind: forge-manifest, properties: [{property}]}}");
        assert_eq!(verdict(&plan(&yaml), &sound(&plan(&yaml))), Verdict::Holds, "{yaml}");
        assert_eq!(given(&yaml, at, value), Verdict::Violated, "{yaml}");
        assert_eq!(tried(&plan(&yaml)).grade, Grade::Sound, "{yaml}");
    }
}

#[test]
fn a_manifest_is_reported_by_the_vendor_with_a_published_copy_too() {
    assert_eq!(basis::of_plan(&plan(EXAMPLE)), Basis::Reported);
    let copied = plan(&format!("{EXAMPLE}copy: /manifest.json\n"));
    assert_eq!(basis::of_plan(&copied), Basis::Reported);
}

#[test]
fn a_copy_must_have_the_sections_that_are_tested_and_may_differ_in_others() {
    let yaml = "{kind: forge-manifest, scopes: [a], copy: /manifest.json}";
    let plan = plan(yaml);
    assert_eq!(tried(&plan).grade, Grade::Sound);
    assert!(names(&plan).contains(&"the published copy"));
    let with = |at: &str, value: Value| {
        let all = changed(&plan, "the answer", |facts| facts.set(at, value.clone()));
        verdict(&plan, &all)
    };
    assert_eq!(with("/body/json/modules", json!({"another": []})), Verdict::Holds);
    assert_eq!(with("/body/json/app/id", json!("another")), Verdict::Violated);
    let absent = self::plan("{kind: forge-manifest, properties: [no-connect], copy: /a}");
    assert_eq!(tried(&absent).grade, Grade::Sound);
    assert_eq!(with("/body/json/permissions/scopes", json!(["a"])), Verdict::Violated);
    let order = json!(["read:page:confluence", "storage:app"]);
    assert_eq!(with("/body/json/permissions/scopes", order), Verdict::Holds);
    assert_eq!(with("/status", json!(404)), Verdict::Violated);
    assert!(matches!(with("/status", json!(503)), Verdict::Inconclusive(_)));
}

#[test]
fn without_a_manifest_or_an_expectation_nothing_is_tested() {
    let mut without = project();
    without.forge = None;
    let mistake = plan_in(&without, EXAMPLE).unwrap_err();
    assert_eq!(mistake[0].message, "the project names no manifest of a Forge app");
    assert_eq!(mistakes("{kind: forge-manifest}")[0].0, "empty-expect");
    assert_eq!(mistakes("{kind: forge-manifest, properties: [no-wildcard]}")[0].0, "unknown-value");
}
