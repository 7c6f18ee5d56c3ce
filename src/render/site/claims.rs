//! `claims.json`, the claims and their standings for programs, and its JSON Schema.

use jiff::Timestamp;
use schemars::transform::{RecursiveTransform, Transform as _};
use schemars::{Schema, schema_for};
use serde::Serialize;

use crate::model::judge::evidence::Outcome;
use crate::model::published::{Published, PublishedTarget, Publisher, SCHEMA, history};
use crate::render::site::view;
use crate::render::{Input, listed, outlet, promise, summary};

/// The file and its schema.
pub(crate) fn files(published: &Published) -> Vec<(String, Vec<u8>)> {
    let schema = schema();
    vec![
        ("claims.json".to_owned(), json(published)),
        ("claims.schema.json".to_owned(), json(&schema)),
    ]
}

/// Removes the formats of integers: JSON Schema does not define them, and strict validators reject them.
fn schema() -> Schema {
    let mut schema = schema_for!(Published);
    RecursiveTransform(|part: &mut Schema| {
        if part.get("type").is_some_and(|kind| kind == "integer") {
            part.remove("format");
        }
    })
    .transform(&mut schema);
    schema
}

/// One of our types as JSON.
pub(crate) fn json(value: &impl Serialize) -> Vec<u8> {
    outlet::json::pretty(value).into_bytes()
}

/// The content of `claims.json`, with the history of the previous page.
pub(crate) fn published(input: &Input<'_>, site: &view::SiteView) -> Published {
    history::carried(now(input, site), input.past.previous.as_ref())
}

fn now(input: &Input<'_>, site: &view::SiteView) -> Published {
    let project = input.project;
    Published {
        schema: SCHEMA.to_owned(),
        site: Publisher {
            title: site.title.clone(),
            organisation: site.organisation.clone(),
            url: site.url.clone(),
            language: site.language.clone(),
        },
        target: PublishedTarget {
            name: match project.world.demo {
                true => site.target.clone(),
                false => project.world.target.origin().ascii_serialization(),
            },
            demo: project.world.demo || input.assessment.world.demo,
        },
        draft: site.draft,
        generator: site.generator.clone(),
        checked: input.checked(),
        valid_until: valid_until(input.outcomes),
        clock: input.assessment.clock.or(project.world.clock),
        release: input.assessment.released.clone(),
        promises: promise::asked(project, input.outcomes),
        endpoints: listed::published(input),
        changes: Vec::new(),
        retracted: Vec::new(),
    }
}

/// The earliest expiry of all publishable claims.
pub(crate) fn valid_until<'a, 'b: 'a>(
    outcomes: impl IntoIterator<Item = &'a Outcome<'b>>,
) -> Option<Timestamp> {
    let standing = outcomes.into_iter().filter(|one| one.standing.is_publishable());
    standing.filter_map(summary::until).min()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::render::outlet::html::escaped;
    use crate::render::site::tests::rendered;

    fn read(file: &str) -> Value {
        serde_json::from_str(&rendered()[file]).unwrap()
    }

    #[test]
    fn the_words_match_the_page() {
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
    fn a_claim_has_its_standing_and_its_limits() {
        let first = serde_json::to_string_pretty(&read("claims.json")["claims"][0]).unwrap();
        insta::assert_snapshot!(first, @r#"
        {
          "id": "encrypted-transport",
          "words": "Browsers are required to use HTTPS for a year.",
          "digest": "bca97231e56044eeb6158a5d7e9f8d59bc70f0bec424a972a3fe3de78666f56d",
          "also": [],
          "policy": "https://security.example.com/security/#claim-encrypted-transport",
          "page": "security",
          "under": "Data",
          "evidence": "https://security.example.com/evidence/encrypted-transport/",
          "applies_to": [
            "Cloud add-ons"
          ],
          "standing": "holds",
          "told": "Tests confirm this claim.",
          "basis": "probed",
          "observed": "2026-11-22T10:00:00Z",
          "until": "2026-11-23T10:00:00Z",
          "waiver": null,
          "valid_for": 86400,
          "checks": [
            {
              "kind": "headers",
              "verdict": "holds",
              "covers": "One address was tested, as one customer and as an anonymous caller.",
              "not_shown": "This does not show what happens at other addresses.",
              "looks": {
                "requests": 1,
                "addresses": 1
              },
              "asks": [
                {
                  "ask": "GET /",
                  "by": "anyone without credentials",
                  "expects": [
                    {
                      "words": "the header Strict-Transport-Security contains “max-age=31536000”",
                      "limits": []
                    }
                  ]
                }
              ]
            }
          ],
          "history": [
            {
              "since": "2026-11-22T10:00:00Z",
              "standing": "holds"
            }
          ]
        }
        "#);
    }

    #[test]
    fn required_properties_are_present() {
        let (schema, claims) = (read("claims.schema.json"), read("claims.json"));
        for name in schema["required"].as_array().unwrap() {
            assert!(!claims[name.as_str().unwrap()].is_null(), "{name}");
        }
        let known = schema["$defs"]["Claim"]["properties"].as_object().unwrap();
        let claim = claims["claims"][0].as_object().unwrap();
        assert_eq!(known.keys().collect::<Vec<_>>(), claim.keys().collect::<Vec<_>>());
        assert_eq!(schema["properties"]["schema"]["const"], claims["schema"]);
        assert_eq!(claims["target"]["demo"], true);
    }
}
