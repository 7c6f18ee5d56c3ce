//! JUnit XML for CI servers: one suite per policy, one case per claim. Violated claims are failures,
//! unverified ones are errors, waived ones are skipped.

use std::io;
use std::time::Duration;

use indexmap::IndexMap;
use jiff::Timestamp;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, Event};

use crate::model::judge::evidence::{CheckOutcome, Outcome, Standing};
use crate::model::source::diagnostic::Diagnostic;
use crate::render::finding::place_of;
use crate::render::outlet::terminal::Terminal;
use crate::render::outlet::xml::{content, document, element};
use crate::render::outlet::{Text, Written};
use crate::render::report::mistakes::{self, Mistakes};
use crate::render::report::text;
use crate::render::{Input, wording};

/// The number of spaces by which an element is indented within the element around it.
const INDENT: usize = 4;

/// How a test case ended, as CI servers distinguish it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    Success,
    Skipped,
    Failure,
    Error,
}

/// An element with the reason why a case, or an earlier attempt at it, did not succeed.
struct Trouble {
    element: &'static str,
    kind: &'static str,
    message: String,
    description: Option<Text<Terminal>>,
}

/// Writes the report.
pub(crate) fn render(input: &Input<'_>) -> Written {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', INDENT);
    // Writing to a vector cannot fail.
    let _ = report(&mut writer, input);
    document(writer)
}

fn report(writer: &mut Writer<Vec<u8>>, input: &Input<'_>) -> io::Result<()> {
    declare(writer)?;
    let mut suites: IndexMap<String, Vec<&Outcome<'_>>> = IndexMap::new();
    for outcome in input.outcomes {
        suites.entry(place_of(outcome, input.project).0).or_default().push(outcome);
    }
    let [tests, skipped, failures, errors] = counts(input.outcomes.iter());
    element(writer, "testsuites", &[("name", "avouch".into()), tests, skipped, failures, errors])
        .write_inner_content(|writer| {
        suites.iter().try_for_each(|(file, outcomes)| suite(writer, file, outcomes, input))
    })?;
    writer.write_indent()
}

/// Writes the report of sources that could not be tested: one suite, in which each error is a case with an
/// error, and each warning one that passes.
pub(crate) fn mistakes(of: &Mistakes<'_>) -> Written {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', INDENT);
    // Writing to a vector cannot fail.
    let _ = report_mistakes(&mut writer, of);
    document(writer)
}

fn report_mistakes(writer: &mut Writer<Vec<u8>>, of: &Mistakes<'_>) -> io::Result<()> {
    declare(writer)?;
    let tests = of.diagnostics.len().max(1).to_string();
    let counts = [
        ("tests", tests),
        ("skipped", "0".to_owned()),
        ("failures", "0".to_owned()),
        ("errors", of.errors().to_string()),
    ];
    let named = |name: &str| [&[("name", name.to_owned())], &counts[..]].concat();
    element(writer, "testsuites", &named("avouch")).write_inner_content(|writer| {
        element(writer, "testsuite", &named("sources")).write_inner_content(|writer| {
            if of.diagnostics.is_empty() {
                let attributes = [("name", "sources".into()), ("classname", "sources".into())];
                element(writer, "testcase", &attributes).write_empty()?;
            }
            of.diagnostics.iter().try_for_each(|one| mistake(writer, one, of))
        })?;
        Ok(())
    })?;
    writer.write_indent()
}

fn mistake(writer: &mut Writer<Vec<u8>>, one: &Diagnostic, of: &Mistakes<'_>) -> io::Result<()> {
    let place = of.place_of(one);
    let at = place.as_ref().map(|(file, at)| format!("{file}:{}:{}", at.line, at.column));
    let name = [Some(one.code.name().to_owned()), at].into_iter().flatten();
    let mut attributes = vec![
        ("name", name.collect::<Vec<_>>().join(" ")),
        ("classname", "sources".to_owned()),
        ("time", "0.000".to_owned()),
    ];
    let place = place.map(|(file, at)| [("file", file), ("line", at.line.to_string())]);
    attributes.extend(place.into_iter().flatten());
    element(writer, "testcase", &attributes).write_inner_content(|writer| {
        if !one.is_error() {
            let told = Text::from(mistakes::told(one));
            return text_element(writer, "system-err", &[], &told);
        }
        let (message, description) = (one.message.clone(), one.help.as_ref().map(Text::from));
        Trouble { element: "error", kind: one.code.name(), message, description }.write(writer)
    })?;
    Ok(())
}

fn declare(writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))
}

/// The attributes that count the cases of a suite, or of all of them.
fn counts<'a>(
    outcomes: impl Iterator<Item = &'a Outcome<'a>> + Clone,
) -> [(&'static str, String); 4] {
    let count = |one| outcomes.clone().filter(|outcome| status(outcome) == one).count().to_string();
    [
        ("tests", outcomes.clone().count().to_string()),
        ("skipped", count(Status::Skipped)),
        ("failures", count(Status::Failure)),
        ("errors", count(Status::Error)),
    ]
}

fn suite(
    writer: &mut Writer<Vec<u8>>,
    file: &str,
    outcomes: &[&Outcome<'_>],
    input: &Input<'_>,
) -> io::Result<()> {
    let [tests, skipped, failures, errors] = counts(outcomes.iter().copied());
    let started = ("timestamp", time(input.assessment.started));
    let target = input.assessment.world.target.as_str();
    let name = ("name", file.to_owned());
    element(writer, "testsuite", &[name, tests, skipped, errors, failures, started])
        .write_inner_content(|writer| {
            properties(writer, "target", target)?;
            outcomes.iter().try_for_each(|outcome| case(writer, outcome, input))
        })?;
    Ok(())
}

fn case(writer: &mut Writer<Vec<u8>>, outcome: &Outcome<'_>, input: &Input<'_>) -> io::Result<()> {
    let (file, at) = place_of(outcome, input.project);
    let mut attributes = vec![
        ("name", outcome.claim.id.to_string()),
        ("classname", file.trim_end_matches(".md").replace('/', ".")),
    ];
    attributes.extend(outcome.observed.map(|at| ("timestamp", time(at))));
    attributes.push(("time", format!("{:.3}", took(outcome).as_secs_f64())));
    let file = format!("{}{file}", input.folder);
    attributes.extend([("file", file), ("line", at.line.to_string())]);
    let idle = wording::idle(outcome);
    element(writer, "testcase", &attributes).write_inner_content(|writer| {
        properties(writer, "words", &wording::words(outcome.claim))?;
        let troubles = trouble(outcome, input).into_iter().chain(reruns(outcome));
        troubles.into_iter().try_for_each(|one| one.write(writer))?;
        if !idle.is_empty() {
            let idle = idle.iter().map(|one| Text::from(one).own("\n"));
            text_element(writer, "system-err", &[], &idle.collect())?;
        }
        Ok(())
    })?;
    Ok(())
}

fn properties(writer: &mut Writer<Vec<u8>>, name: &str, value: &str) -> io::Result<()> {
    element(writer, "properties", &[]).write_inner_content(|writer| {
        let attributes = [("name", name.to_owned()), ("value", value.to_owned())];
        element(writer, "property", &attributes).write_empty()?;
        Ok(())
    })?;
    Ok(())
}

impl Trouble {
    fn write(&self, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
        let attributes = [("message", self.message.clone()), ("type", self.kind.to_owned())];
        match &self.description {
            Some(text) => text_element(writer, self.element, &attributes, text),
            None => {
                element(writer, self.element, &attributes).write_inner_content(|_| Ok(()))?;
                Ok(())
            }
        }
    }
}

fn text_element(
    writer: &mut Writer<Vec<u8>>,
    name: &'static str,
    attributes: &[(&'static str, String)],
    text: &Text<Terminal>,
) -> io::Result<()> {
    element(writer, name, attributes).write_text_content(content(text))?;
    Ok(())
}

/// An instant, to the millisecond, as `xs:dateTime`.
fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3f+00:00").to_string()
}

fn status(outcome: &Outcome<'_>) -> Status {
    match outcome.standing {
        Standing::Holds => Status::Success,
        Standing::Waived => Status::Skipped,
        Standing::Violated => Status::Failure,
        Standing::Inconclusive(_) | Standing::Expired | Standing::Unfit(_) => Status::Error,
    }
}

fn trouble(outcome: &Outcome<'_>, input: &Input<'_>) -> Option<Trouble> {
    let element = match status(outcome) {
        Status::Success => return None,
        Status::Skipped => "skipped",
        Status::Failure => "failure",
        Status::Error => "error",
    };
    let kind = match outcome.standing {
        Standing::Inconclusive(reason) => reason.name(),
        standing => standing.name(),
    };
    let message = wording::told(outcome, input.project);
    let description = Some(text::trouble_of(outcome, input));
    Some(Trouble { element, kind, message, description })
}

/// The attempts at a claim's checks that do not count.
fn reruns(outcome: &Outcome<'_>) -> Vec<Trouble> {
    let [error, failure] = match status(outcome) {
        // A skipped case can have no reruns.
        Status::Skipped => return Vec::new(),
        Status::Success => ["flakyError", "flakyFailure"],
        Status::Failure | Status::Error => ["rerunError", "rerunFailure"],
    };
    let of_check = |check| attempts(check, error).chain(second_look(check, failure));
    outcome.checks.iter().flat_map(of_check).collect()
}

/// The attempts before the one that counts.
fn attempts(check: &CheckOutcome<'_>, element: &'static str) -> impl Iterator<Item = Trouble> {
    let kind = check.plan.kind.clone();
    (1..check.transcript.attempts).map(move |number| Trouble {
        element,
        kind: "inconclusive",
        message: format!("{kind}: attempt {number} was inconclusive and was retried"),
        description: None,
    })
}

/// The second look at a violation, if it gave another verdict.
fn second_look(check: &CheckOutcome<'_>, element: &'static str) -> Option<Trouble> {
    check.intermittent.then(|| Trouble {
        element,
        kind: "intermittent",
        message: format!(
            "{}: a second look, while no other check ran, gave another verdict than the first one",
            check.plan.kind
        ),
        description: None,
    })
}

/// The total time of the answers.
fn took(outcome: &Outcome<'_>) -> Duration {
    let checks = outcome.checks.iter();
    let observations = checks.flat_map(|check| &check.transcript.observations);
    Duration::from_millis(observations.map(|one| one.took_ms).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::Sample;

    fn rendered(sample: &Sample) -> String {
        let outcomes = sample.outcomes();
        render(&sample.input(&outcomes)).to_string()
    }

    /// The case of a claim, without the text of its elements.
    fn case(xml: &str, id: &str) -> String {
        let (_, rest) = xml.split_once(&format!("<testcase name=\"{id}\"")).unwrap();
        let end = rest.find("</testcase>").unwrap();
        let tags = rest[..end].lines().map(str::trim).filter(|line| line.starts_with('<'));
        tags.map(|line| line.split('>').next().unwrap()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn each_standing_has_a_status_that_ci_servers_know() {
        let xml = rendered(&Sample::new());
        let head = xml.lines().nth(1).unwrap();
        assert_eq!(
            head,
            "<testsuites name=\"avouch\" tests=\"7\" skipped=\"1\" failures=\"1\" errors=\"3\">"
        );
        insta::assert_snapshot!(case(&xml, "tenant-isolation"), @r#"
        <properties
        <property name="words" value="One customer can never reach another customer&apos;s &lt;data&gt;."/
        </properties
        <failure message="tenant-isolation failed: globex reads acme&apos;s note: status 200, 64 bytes with data of acme in it" type="violated"
        </failure
        "#);
        insta::assert_snapshot!(case(&xml, "backup-daily"), @r#"
        <properties
        <property name="words" value="Customer data is backed up every day."/
        </properties
        <error message="backup-daily could not be verified: anyone reads /ops/backups/latest: connection refused by 127.0.0.1:8443" type="unreachable"
        </error
        <rerunError message="backup-age: attempt 1 was inconclusive and was retried" type="inconclusive"
        </rerunError
        <rerunError message="backup-age: attempt 2 was inconclusive and was retried" type="inconclusive"
        </rerunError
        "#);
        insta::assert_snapshot!(case(&xml, "image-storage"), @r#"
        <properties
        <property name="words" value="Images are no longer kept on the old host."/
        </properties
        <skipped message="image-storage failed: anyone reads /images: status 200; waived until 30 Nov 2026 by The demo&apos;s officer (SEC-17): The old host is switched off next week." type="waived"
        </skipped
        "#);
    }

    #[test]
    fn a_claim_that_holds_after_a_retry_is_flaky() {
        let mut sample = Sample::new();
        let evidence = sample.assessment.claims.get_mut("encrypted-transport").unwrap();
        evidence.transcripts[0].attempts = 2;
        insta::assert_snapshot!(case(&rendered(&sample), "encrypted-transport"), @r#"
        <properties
        <property name="words" value="Browsers are required to use HTTPS for a year."/
        </properties
        <flakyError message="headers: attempt 1 was inconclusive and was retried" type="inconclusive"
        </flakyError
        "#);
    }

    #[test]
    fn every_character_is_read_as_it_was_written_or_is_written_out() {
        let mut sample = Sample::new();
        let words =
            "\u{0}\u{1b}[1m<b> & \"it's\"\t\r\n]]>\u{7f}\u{85}\u{d7ff}\u{e000}\u{fffe}\u{ffff}😀";
        sample.project.claims[1].passages[0].words = words.into();
        let xml = rendered(&sample);
        let document = quick_xml::Reader::from_str(&xml);
        let read = attributes(document).into_iter().find(|value| value.contains("<b>"));
        let expected = r#"\u{0}\u{1b}[1m<b> & "it's"\t\r\n]]>\u{7f}\u{85}"#.to_owned()
            + "\u{d7ff}\u{e000}\u{fffd}\u{fffd}😀";
        assert_eq!(read, Some(expected));
    }

    /// The values of all attributes, as a reader of XML gets them.
    fn attributes(mut document: quick_xml::Reader<&[u8]>) -> Vec<String> {
        let mut values = Vec::new();
        loop {
            match document.read_event().unwrap() {
                Event::Start(element) | Event::Empty(element) => {
                    let all = element.attributes().map(|one| one.unwrap());
                    values.extend(
                        all.map(|one| {
                            quick_xml::escape::unescape(&one.value).unwrap().into_owned()
                        }),
                    );
                }
                Event::Eof => return values,
                _ => {}
            }
        }
    }
}
