//! The badge, as an image and as JSON for shields.io. It contains its expiry date, as an image cannot
//! change by itself.

use serde::Serialize;

use crate::model::time::day_of;
use crate::render::outlet::xml::escaped as escaped_xml;
use crate::render::site::claims::{json, valid_until};
use crate::render::site::edition::Edition;
use crate::render::site::view;

/// The maximum width of a character of the badge, in pixels.
const CHARACTER_WIDTH: usize = 7;

/// The colour of a badge of a draft, or with a claim that is not verified.
const UNSOUND: &str = "a11a1a";

/// `badge.svg` and `badge.json`.
pub(crate) fn files(edition: &Edition<'_>, site: &view::SiteView) -> Vec<(String, Vec<u8>)> {
    both(&Badge::of(edition, site)).into()
}

/// The badge of a site with retracted claims, with this message.
pub(crate) fn retracted(message: &str) -> [(String, Vec<u8>); 2] {
    let message = message.to_owned();
    both(&Badge { version: 1, label: "security claims".into(), message, color: UNSOUND })
}

fn both(badge: &Badge) -> [(String, Vec<u8>); 2] {
    [("badge.json".into(), json(badge)), ("badge.svg".into(), svg(badge).into_bytes())]
}

/// <https://shields.io/badges/endpoint-badge>
#[derive(Serialize)]
struct Badge {
    #[serde(rename = "schemaVersion")]
    version: u8,
    label: String,
    message: String,
    color: &'static str,
}

impl Badge {
    fn of(edition: &Edition<'_>, site: &view::SiteView) -> Self {
        let demo = match edition.project.world.demo || edition.assessment.world.demo {
            true => "demo: ",
            false => "",
        };
        let words = edition.words();
        if site.draft {
            let (label, message) = (words.say("badge-label"), words.say("draft"));
            return Self { version: 1, label, message, color: UNSOUND };
        }
        let counts = site.summary.counts.iter().filter(|one| one.mark.class != "not-tested");
        let counts: Vec<&str> = counts.map(|one| one.words.as_str()).collect();
        let claims = words.list(&counts);
        let until = match valid_until(edition.outcomes) {
            Some(until) => words.fill("badge-until", &[("time", &words.time(until))]),
            None => {
                let day = words.day(day_of(edition.checked()));
                words.fill("badge-on", &[("day", &day)])
            }
        };
        Self {
            version: 1,
            label: words.say("badge-label"),
            message: format!("{demo}{claims}, {until}"),
            color: match site.summary.worst.as_str() {
                "holds" | "attested" => "22663a",
                "waived" => "7a4d00",
                _ => UNSOUND,
            },
        }
    }
}

fn svg(badge: &Badge) -> String {
    let width = |text: &str| (text.chars().count() + 2) * CHARACTER_WIDTH;
    let (left, right) = (width(&badge.label), width(&badge.message));
    let (label, message) = (escaped_xml(&badge.label), escaped_xml(&badge.message));
    let (all, color) = (left + right, badge.color);
    let (label_at, message_at) = (CHARACTER_WIDTH, left + CHARACTER_WIDTH);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{all}\" height=\"20\" role=\"img\">\n\
         <title>{label}: {message}</title>\n\
         <rect width=\"{left}\" height=\"20\" fill=\"#444\"/>\n\
         <rect x=\"{left}\" width=\"{right}\" height=\"20\" fill=\"#{color}\"/>\n\
         <g fill=\"#fff\" font-family=\"Verdana, sans-serif\" font-size=\"11\">\n\
         <text x=\"{label_at}\" y=\"14\">{label}</text>\n\
         <text x=\"{message_at}\" y=\"14\">{message}</text>\n\
         </g>\n</svg>\n"
    )
}

#[cfg(test)]
mod tests {
    use crate::render::site::tests::rendered;

    #[test]
    fn the_badge_contains_its_expiry_date() {
        let files = rendered();
        insta::assert_snapshot!(files["badge.json"], @r#"
        {
          "schemaVersion": 1,
          "label": "security claims",
          "message": "demo: 1 failed, 1 with a weak check, 1 could not be verified, 1 expired, 1 with an exception, 1 verified and 1 confirmed by a named role, until 23 Nov 2026, 10:00 UTC",
          "color": "a11a1a"
        }
        "#);
        assert!(files["badge.svg"].contains("until 23 Nov 2026, 10:00 UTC</text>"));
    }
}
