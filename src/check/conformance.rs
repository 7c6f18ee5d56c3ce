//! Tests that every kind in the table must pass.

use serde_json::json;

use crate::check::fixture::{
    claim, everybody_gets, names, node, plan, project, sound, tried, verdict,
};
use crate::check::kinds::KINDS;
use crate::model::answer::ids::StepId;
use crate::model::answer::verdict::Verdict;
use crate::model::judge::falsify::Grade;
use crate::model::plan::counterexample::Class;
use crate::model::plan::{Plan, Role, overlap};
use crate::model::project::Project;
use crate::model::project::claim::{Check, Claim};
use crate::model::project::permissions::excess::excess;
use crate::model::project::permissions::needs::{Files, needs};
use crate::model::project::permissions::{Permissions, written};
use crate::model::source::decode::Spanned;

fn examples() -> impl Iterator<Item = (&'static str, Plan)> {
    KINDS.iter().map(|kind| (kind.name(), plan(kind.manual().example)))
}

#[test]
fn each_example_plans_without_a_flaw() {
    for (name, plan) in examples() {
        assert_eq!(plan.kind, name);
        assert_eq!(overlap::flaws(&plan), [], "{name}");
        let mut all = names(&plan);
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), plan.steps.len(), "{name}: two steps of one name");
    }
}

struct NoFiles;

impl Files for NoFiles {
    fn digest(&self, _: &str) -> Option<String> {
        None
    }

    fn outside(&self, path: &str) -> Vec<String> {
        vec![format!("/srv/{path}")]
    }
}

/// A live project whose only check is this one.
fn live(example: &str) -> Project {
    let settings = node(example);
    let kind = settings.get("kind").unwrap();
    let kind = Spanned { value: kind.as_str().unwrap().to_owned(), span: kind.span.clone() };
    let (states, products, settings) = (Vec::new(), Vec::new(), settings.without("kind"));
    let check = Check { kind, states, products, alone: false, settings };
    let mut project = project();
    project.world.embedded = false;
    project.world.demo = false;
    project.claims = vec![Claim { checks: vec![check], ..claim() }];
    project
}

#[test]
fn the_printed_policy_permits_each_example_on_a_live_service_and_nothing_less_does() {
    for (name, plan) in examples() {
        let project = live(KINDS.iter().find(|kind| kind.name() == name).unwrap().manual().example);
        let plans = [("claim".into(), vec![plan])].into();
        let needs = needs(&project, &plans, &NoFiles);
        let printed = written::policy(&needs);
        let permitted: Permissions = serde_yaml::from_str(&printed).unwrap();
        assert_eq!(excess(&needs, &permitted, "policy.yaml"), [], "{name}: {printed}");
        let uses_sources_only = ["attestation", "forge-manifest"].contains(&name);
        assert_eq!(needs.is_empty(), uses_sources_only, "{name}");
        let refused = excess(&needs, &Permissions::default(), "policy.yaml");
        assert_eq!(refused.len(), needs.len(), "{name}");
    }
}

#[test]
fn each_example_holds_given_sound_answers_and_notices_every_counterexample() {
    for (name, plan) in examples() {
        assert_eq!(verdict(&plan, &sound(&plan)), Verdict::Holds, "{name}");
        let tried = tried(&plan);
        let missed: Vec<_> = tried.rows.iter().filter(|row| !row.noticed).collect();
        assert_eq!(tried.grade, Grade::Sound, "{name}: {missed:#?}");
        assert!(tried.rows.iter().any(|row| row.class == Class::Fault), "{name}");
    }
}

#[test]
fn some_counterexample_depends_on_each_expectation() {
    for (name, plan) in examples() {
        let words = |(step, one): (StepId, usize)| {
            format!("{}: {:?}", plan.steps[step].name, plan.steps[step].expect[one])
        };
        let untouched: Vec<_> = tried(&plan).untouched.into_iter().map(words).collect();
        assert_eq!(untouched, Vec::<String>::new(), "{name}");
    }
}

#[test]
fn no_check_holds_if_everybody_gets_the_same_answer() {
    let html = json!({"bytes": 9, "sha256": "h", "text": "<h1>Hello</h1>", "title": "Hello"});
    for body in [
        json!({"status": 401, "body": {"bytes": 2, "sha256": "b", "json": {}}}),
        json!({"status": 404, "body": {"bytes": 2, "sha256": "b", "json": {}}}),
        json!({"status": 200, "body": {"bytes": 2, "sha256": "b", "json": {}}}),
        json!({"status": 500, "body": {"bytes": 2, "sha256": "b", "json": {}}}),
        json!({"status": 503, "body": {"bytes": 0}}),
        json!({"status": 429, "body": {"bytes": 0}}),
        json!({"status": 200, "body": html}),
    ] {
        for (name, plan) in examples() {
            let verdict = verdict(&plan, &everybody_gets(&plan, &body));
            assert_ne!(verdict, Verdict::Holds, "{name}: {body}");
        }
    }
}

#[test]
fn refusing_or_failing_for_everybody_is_inconclusive_if_credentials_matter() {
    for status in [401, 403, 404, 429, 500, 503] {
        let answer = json!({"status": status, "body": {"bytes": 2, "sha256": "b", "json": {}}});
        for name in ["http", "auth-required", "tenant-isolation", "backup-age"] {
            let (_, plan) = examples().find(|(other, _)| *other == name).unwrap();
            let verdict = verdict(&plan, &everybody_gets(&plan, &answer));
            assert!(matches!(verdict, Verdict::Inconclusive(_)), "{name}, {status}: {verdict}");
        }
    }
}

#[test]
fn planning_is_the_same_each_time() {
    for kind in KINDS {
        assert_eq!(plan(kind.manual().example), plan(kind.manual().example));
    }
}

#[test]
fn cleanup_steps_come_last() {
    for (name, plan) in examples() {
        let last = plan.steps.iter().rposition(|step| step.role != Role::Cleanup);
        let first = plan.steps.iter().position(|step| step.role == Role::Cleanup);
        assert!(first.is_none_or(|first| Some(first) > last), "{name}");
    }
}

#[test]
fn every_setting_has_a_description_in_the_schema() {
    for kind in KINDS {
        let schema = kind.schema().to_value();
        for (name, setting) in schema["properties"].as_object().unwrap() {
            assert!(setting.get("description").is_some(), "{}: {name}", kind.name());
        }
    }
}
