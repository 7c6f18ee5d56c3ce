//! `claims.json`: every claim and where it stands, for machines; and the schema of that file.
//!
//! It says what the pages say and no more: no name, id or body of an answer that is not on them.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::model::claim::Claim;
use crate::model::evidence::{CheckOutcome, Outcome, Standing};
use crate::model::policy::Policy;
use crate::render::site::{absolute, evidence, view};
use crate::render::{Input, summary, wording};

/// The version of the file's form.
const SCHEMA: &str = "avouch-claims/1";

/// The file, and the schema that it follows.
pub(crate) fn files(input: &Input<'_>, site: &view::Site) -> Vec<(String, Vec<u8>)> {
    let schema = schemars::schema_for!(Claims<'static>);
    vec![
        ("claims.json".to_owned(), json(&claims(input, site))),
        ("claims.schema.json".to_owned(), json(&schema)),
    ]
}

/// Our own types as JSON: they always serialise, as their keys are strings and no writer can fail.
pub(crate) fn json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// Every claim of a published security page, and where it stands.
#[derive(Serialize, JsonSchema)]
struct Claims<'a> {
    /// The version of this form.
    #[schemars(extend("const" = SCHEMA))]
    schema: &'static str,
    /// The site that publishes it.
    site: Publisher<'a>,
    /// The service that the claims are about.
    target: Target<'a>,
    /// The name and version of the program that asked.
    generator: &'a str,
    /// When the claims were checked.
    #[schemars(with = "String", extend("format" = "date-time"))]
    checked: Timestamp,
    /// When the first of the evidence ends; null where no claim holds.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    valid_until: Option<Timestamp>,
    /// The time that the clock was set to, where it was; the times are not real then.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    clock: Option<Timestamp>,
    /// The claims, in the order of the policies.
    claims: Vec<One<'a>>,
    /// What is promised or disclaimed and cannot be tested.
    not_tested: Vec<NotTested<'a>>,
}

/// A site.
#[derive(Serialize, JsonSchema)]
struct Publisher<'a> {
    title: &'a str,
    organisation: &'a str,
    #[schemars(extend("format" = "uri"))]
    url: &'a str,
    /// A BCP 47 tag.
    language: &'a str,
}

/// What was asked.
#[derive(Serialize, JsonSchema)]
struct Target<'a> {
    /// Its origin, or that it is the demo.
    name: &'a str,
    /// Whether it was a demonstration and no live service.
    demo: bool,
}

/// A claim.
#[derive(Serialize, JsonSchema)]
struct One<'a> {
    id: &'a str,
    /// Its words, as they stand on the page.
    words: String,
    /// The address of its passage.
    #[schemars(extend("format" = "uri"))]
    policy: String,
    /// The address of the page with its evidence.
    #[schemars(extend("format" = "uri"))]
    evidence: String,
    /// The products that it is about; empty where it is about all.
    applies_to: Vec<String>,
    #[schemars(extend("enum" = [
        "holds", "violated", "inconclusive", "expired", "vacuous", "uncontrolled", "weak"
    ]))]
    standing: &'static str,
    /// The same in a sentence, with the reason.
    told: String,
    /// Why a reader may believe it, the weakest of its checks deciding; null where nothing was asked.
    #[schemars(extend("enum" = [
        "probed", "probed with access", "reported", "attested", null
    ]))]
    basis: Option<&'static str>,
    /// When the last answer came.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    observed: Option<Timestamp>,
    /// When its evidence ends: take it for unverified from then on.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    until: Option<Timestamp>,
    checks: Vec<Check<'a>>,
}

/// What supports a claim.
#[derive(Serialize, JsonSchema)]
struct Check<'a> {
    kind: &'a str,
    #[schemars(extend("enum" = ["holds", "violated", "inconclusive"]))]
    verdict: &'static str,
    /// What was asked.
    covers: &'a str,
    /// What this does not show.
    not_shown: &'a str,
}

/// A passage that nobody can test.
#[derive(Serialize, JsonSchema)]
struct NotTested<'a> {
    words: String,
    /// The address of the policy that it stands in.
    #[schemars(extend("format" = "uri"))]
    policy: String,
    /// Why it is not tested.
    reason: &'a str,
}

fn claims<'a>(input: &Input<'a>, site: &'a view::Site) -> Claims<'a> {
    let project = input.project;
    Claims {
        schema: SCHEMA,
        site: Publisher {
            title: &site.title,
            organisation: &site.organisation,
            url: &site.url,
            language: &site.language,
        },
        target: Target {
            name: &site.target,
            demo: project.world.demo || input.assessment.world.demo,
        },
        generator: &site.generator,
        checked: input.assessment.finished,
        valid_until: valid_until(input.outcomes),
        clock: input.assessment.clock.or(project.world.clock),
        claims: project.claims.iter().map(|claim| one(claim, input)).collect(),
        not_tested: project.policies.iter().flat_map(|policy| not_tested(policy, input)).collect(),
    }
}

/// When the first of the evidence of what holds ends.
pub(crate) fn valid_until(outcomes: &[Outcome<'_>]) -> Option<Timestamp> {
    let holding = outcomes.iter().filter(|one| one.standing == Standing::Holds);
    holding.filter_map(summary::until).min()
}

fn one<'a>(claim: &'a Claim, input: &Input<'a>) -> One<'a> {
    let outcome = input.outcomes.iter().find(|one| one.claim.id == claim.id);
    let link = evidence::claim_link(claim, input);
    let address = |path: &str| absolute(&input.project.site.url, path);
    One {
        id: &claim.id,
        words: link.words,
        policy: address(&link.path),
        evidence: address(&evidence::page(claim)),
        applies_to: evidence::products(claim, input.project),
        standing: outcome.map_or("inconclusive", |one| one.standing.name()),
        told: link.standing,
        basis: outcome.and_then(summary::basis).map(|basis| basis.in_words()),
        observed: outcome.and_then(|one| one.observed),
        until: outcome.and_then(summary::until),
        checks: outcome.map_or_else(Vec::new, |one| one.checks.iter().map(check).collect()),
    }
}

fn check<'a>(check: &CheckOutcome<'a>) -> Check<'a> {
    Check {
        kind: &check.plan.kind,
        verdict: check.judgement.verdict.name(),
        covers: &check.plan.covers,
        not_shown: &check.plan.leaves_open,
    }
}

fn not_tested<'a>(policy: &'a Policy, input: &Input<'_>) -> Vec<NotTested<'a>> {
    let path = format!("{}/index.html", policy.slug);
    let of = |statement: &'a crate::model::policy::Statement| NotTested {
        words: wording::words_of(&statement.passage),
        policy: absolute(&input.project.site.url, &path),
        reason: &statement.reason,
    };
    policy.statements.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::render::site::link::escaped;
    use crate::render::site::tests::rendered;

    fn read(file: &str) -> Value {
        serde_json::from_str(&rendered()[file]).unwrap()
    }

    #[test]
    fn the_words_are_those_on_the_page() {
        let files = rendered();
        let claims = read("claims.json");
        for claim in claims["claims"].as_array().unwrap() {
            let id = claim["id"].as_str().unwrap();
            let words = escaped(claim["words"].as_str().unwrap());
            let span = format!("<span class=\"claim\" id=\"claim-{id}\">{words}</span>");
            let policy = &files["security/index.html"];
            assert!(policy.contains(&span.replace("&#39;", "'")), "{span}");
            let page = &files[&format!("evidence/{id}/index.html")];
            assert!(page.contains(&format!("<h1>{words}</h1>")), "{id}");
        }
    }

    #[test]
    fn a_claim_says_where_it_stands_and_what_was_not_shown() {
        let first = serde_json::to_string_pretty(&read("claims.json")["claims"][0]).unwrap();
        insta::assert_snapshot!(first, @r#"
        {
          "id": "encrypted-transport",
          "words": "Browsers are told to use HTTPS for a year.",
          "policy": "https://security.example.com/security/#claim-encrypted-transport",
          "evidence": "https://security.example.com/evidence/encrypted-transport/",
          "applies_to": [
            "Cloud add-ons"
          ],
          "standing": "holds",
          "told": "This was checked, and holds.",
          "basis": "probed",
          "observed": "2026-11-22T10:00:00Z",
          "until": "2026-11-23T10:00:00Z",
          "checks": [
            {
              "kind": "headers",
              "verdict": "holds",
              "covers": "One address was asked, as one customer and as nobody.",
              "not_shown": "This does not show what happens at other addresses."
            }
          ]
        }
        "#);
    }

    #[test]
    fn what_the_schema_requires_is_there() {
        let (schema, claims) = (read("claims.schema.json"), read("claims.json"));
        for name in schema["required"].as_array().unwrap() {
            assert!(!claims[name.as_str().unwrap()].is_null(), "{name}");
        }
        let known = schema["$defs"]["One"]["properties"].as_object().unwrap();
        let claim = claims["claims"][0].as_object().unwrap();
        assert_eq!(known.keys().collect::<Vec<_>>(), claim.keys().collect::<Vec<_>>());
        assert_eq!(schema["properties"]["schema"]["const"], claims["schema"]);
        assert_eq!(claims["target"]["demo"], true);
    }
}
