//! What checks of the kind `connect-lifecycle` notice, and which mistakes are reported.

use super::*;
use crate::check::fixture::{changed, mistakes, names, plan, plan_in, project, tried, verdict};
use crate::model::answer::verdict::Verdict;
use crate::model::judge::basis::{Basis, of_plan};
use crate::model::judge::falsify::Grade;
use crate::model::project::Project;

const RECORDED: &str = "recorded: { as: operator, get: /ops/installs, at: /entries, \
                            within: 30d }\n";

fn live() -> Project {
    let mut project = project();
    if let Scheme::Signed(signed) = &mut project.actors["platform"].scheme {
        signed.key = None;
        signed.public_key = Some("p".into());
    }
    project
}

#[test]
fn every_bad_token_is_a_step_of_its_own_and_our_tenant_is_deleted() {
    let plan = plan(&format!("{EXAMPLE}without: {{ ten-years: on purpose }}\n"));
    let names: Vec<&str> = names(&plan);
    let names: Vec<_> =
        names.iter().map(|name| name.trim_start_matches("POST /installed ")).collect();
    insta::assert_snapshot!(names.join("\n"), @r"
        without a credential
        with garbage as the credential
        with a token signed with an unknown key
        with a token whose key has an unknown name
        with a token signed with a secret (`HS256`)
        with an unsigned token (`alg: none`)
        with an unsigned token (`alg: nOnE`)
        with a token that uses the platform's public key as its secret (`HS256`)
        with an expired token
        with a token that is not yet valid
        with a token from the future
        with a token that never expires
        with a token that is meant for another add-on
        with a token of an unknown issuer
        with a token that is bound to no request
        with a token that is bound to another request
        with a token that is bound to the same path with another query
        with a token that is bound to the same path with another method
        with a token for a page's context only
        signed by the platform
        the generated tenant is deleted
        ");
    assert_eq!(of_plan(&plan), Basis::ProbedWithAccess);
}

#[test]
fn no_installation_is_for_a_real_tenant() {
    let plan = plan(EXAMPLE);
    for step in plan.steps.iter().filter_map(Step::request) {
        let Some(Body::Json(body)) = &step.body else { panic!("no body") };
        assert_eq!(body["clientKey"], "${canary:new-tenant}");
    }
}

#[test]
fn a_base_url_that_the_service_takes_can_be_given_but_no_real_tenant() {
    let fields = "fields: { baseUrl: 'https://a.atlassian.net', clientKey: real }\n";
    let plan = plan(&format!("{EXAMPLE}{fields}"));
    let Some(Body::Json(body)) = &plan.steps[0].request().unwrap().body else { panic!() };
    assert_eq!(body["baseUrl"], "https://a.atlassian.net");
    assert_eq!(body["clientKey"], "${canary:new-tenant}");
}

#[test]
fn without_a_private_key_the_services_own_record_is_the_control() {
    let plan = plan_in(&live(), &format!("{EXAMPLE}{RECORDED}")).unwrap();
    assert_eq!(plan.flaws(), []);
    assert_eq!(tried(&plan).grade, Grade::Sound);
    assert_eq!(of_plan(&plan), Basis::Reported);
    assert!(!names(&plan).iter().any(|name| name.contains("expired")));
    for (at, value) in [("signed", json!(false)), ("at", json!("2026-10-22T09:00:00Z"))] {
        let at = format!("/body/json/entries/0/{at}");
        let all = changed(&plan, "log", |facts| facts.set(&at, value.clone()));
        assert!(matches!(verdict(&plan, &all), Verdict::Inconclusive(_)), "{at}");
    }
}

#[test]
fn without_key_and_record_there_is_no_control() {
    let mistake = plan_in(&live(), EXAMPLE).unwrap_err();
    assert_eq!(mistake[0].message, "`platform` has no private key to sign an installation");
    let message = "`acme` has no key: its scheme is not `signed`".to_owned();
    let yaml = EXAMPLE.replace("as: platform", "as: acme") + RECORDED;
    assert_eq!(mistakes(&yaml), [("other-scheme", message)]);
}
