//! `avouch audit`: looks at everything that a service shows to anybody, and makes no project.

use avouch::render::outlet::json;
use avouch::render::outlet::terminal::Terminal;
use avouch::render::outlet::{Text, Written};
use avouch::render::report::labels;
use avouch::render::wording;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use url::Url;

use crate::args::PolicyOption;
use crate::exit::Exit;
use crate::init::answers::Answers;
use crate::init::customer::Customer;
use crate::init::found::Survey;
use crate::init::options::Reach;
use crate::init::reach::Reached;
use crate::init::rules::{DEMO, contact, full_contact, target};
use crate::init::trial::{Found, Tried};
use crate::init::{files, survey, trial};
use crate::terminal::console::Console;

/// `avouch audit`
#[derive(Debug, Args)]
pub(crate) struct Audit {
    /// The service: its address
    #[arg(value_name = "URL")]
    address: String,
    /// The mail address of the service, whose domain is looked at; those in its `security.txt`, or else the
    /// domain of the service, if left out
    #[arg(long, value_name = "ADDRESS")]
    contact: Option<String>,
    /// The format of the result
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// How the service is reached.
    #[command(flatten)]
    reach: Reach,
    /// The operator's policy.
    #[command(flatten)]
    policy: PolicyOption,
}

/// The format of the result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// The version of the result for programs.
const SCHEMA: &str = "avouch.audit/1";

/// Runs the verb.
pub(crate) fn run(args: &Audit, console: Console) -> Result<Exit, Exit> {
    let mut answers = answers(args, console)?;
    let folder = tempfile::tempdir().map_err(|error| files::failed(&error, console))?;
    let (looked, tried) = (folder.path().join("looked"), folder.path().join("tried"));
    answers.found = survey::look(&looked, &answers, &args.policy, console.silent())?;
    if args.contact.is_none() && !answers.found.contacts.is_empty() {
        answers.contacts.clone_from(&answers.found.contacts);
    }
    if let Some(origin) = &answers.found.elsewhere {
        console.message(format!("the front page leads to {origin}: audit that address too"));
    }
    let help = "correct the address, or try again later";
    let tried = trial::all(&tried, &answers, &args.policy, help, console)?;
    console.output(match args.format {
        Format::Text => in_text(&tried, &answers).finish(),
        Format::Json => in_json(&tried, &answers),
    })?;
    Ok(exit(&tried))
}

/// The exit of the worst result.
fn exit(tried: &[Tried]) -> Exit {
    let of_one = |one: &Tried| match one.result {
        Found::Holds(_) | Found::Left(_) => Exit::Holds,
        Found::Unknown(_) => Exit::Inconclusive,
        Found::Broken(_) => Exit::Violated,
    };
    tried.iter().map(of_one).fold(Exit::Holds, Exit::worse)
}

/// The answers of a project that is not made.
fn answers(args: &Audit, console: Console) -> Result<Answers, Exit> {
    let wrong = |flag: &str, why: String| {
        console.error(format!("{flag}: {why}"), "");
        Exit::Unusable
    };
    let address = match args.address.contains("://") {
        true => args.address.clone(),
        false => format!("https://{}", args.address),
    };
    let is_demo = args.address == DEMO;
    if is_demo {
        return Err(wrong(
            "the address",
            "write an origin such as `https://app.example.com`".into(),
        ));
    }
    target(&address).map_err(|why| wrong("the address", why))?;
    let target = address.trim_end_matches('/').to_owned();
    let parsed = Url::parse(&target).map_err(|error| wrong("the address", error.to_string()))?;
    let host = parsed.host_str().unwrap_or_default();
    let domain = host.strip_prefix("www.").unwrap_or(host);
    let given = args.contact.clone().unwrap_or_else(|| format!("security@{domain}"));
    contact(&given).map_err(|why| wrong("`--contact`", why))?;
    let given = Url::parse(&full_contact(&given));
    Ok(Answers {
        organisation: host.to_owned(),
        url: Url::parse("https://audit.invalid").map_err(|_| Exit::Unusable)?,
        target,
        contacts: vec![given.map_err(|error| wrong("`--contact`", error.to_string()))?],
        customer: Customer::default(),
        reports_are_read: false,
        is_committed: false,
        is_audit: true,
        reached: Reached::read(&args.reach, console)?,
        found: Survey::default(),
    })
}

/// Rows of one sort of result.
fn rows<'a>(
    tried: &'a [Tried],
    answers: &'a Answers,
    row: impl Fn(&Tried, String) -> Option<Text<Terminal>> + 'a,
) -> Vec<Text<Terminal>> {
    tried.iter().filter_map(|one| row(one, one.starter.words(answers))).collect()
}

fn in_text(tried: &[Tried], answers: &Answers) -> Text<Terminal> {
    let line = |text: String| Text::new().own("  ").put(text).own("\n");
    let holds = rows(tried, answers, |one, words| match &one.result {
        Found::Holds(basis) => {
            Some(line(format!("{:24} {words} ({})", one.starter.id, labels::basis(*basis))))
        }
        _ => None,
    });
    let broken = rows(tried, answers, |one, words| match &one.result {
        Found::Broken(why) => Some(
            line(format!("{:24} {why}", one.starter.id))
                .put(line(format!("{:24} corrected, it allows the claim: {words}", ""))),
        ),
        _ => None,
    });
    let unknown = rows(tried, answers, |one, _| match &one.result {
        Found::Unknown(why) => Some(line(format!("{:24} {why}", one.starter.id))),
        _ => None,
    });
    let left = rows(tried, answers, |one, _| match &one.result {
        Found::Left(why) => Some(line(format!("{:24} {why}", one.starter.id))),
        _ => None,
    });
    let summary = format!(
        "{}: {} true, {}",
        answers.target,
        wording::count(holds.len(), "claim"),
        wording::count(broken.len(), "finding")
    );
    let text = Text::new().put(summary).own("\n");
    let text = part(text, "\nTrue now, so a page can claim it:\n", holds);
    let text = part(text, "\nFindings:\n", broken);
    let text = part(text, "\nCould not be determined:\n", unknown);
    let text = part(text, "\nNot offered, as by many good services:\n", left);
    text.own("\n`avouch init` makes a page of the claims that are true.\n")
}

/// A part of the result, if it has any rows.
fn part(text: Text<Terminal>, title: &'static str, rows: Vec<Text<Terminal>>) -> Text<Terminal> {
    if rows.is_empty() { text } else { text.own(title).put(rows.into_iter().collect::<Text<_>>()) }
}

fn in_json(tried: &[Tried], answers: &Answers) -> Written {
    let all = tried.iter().map(|Tried { starter, result }| {
        let (result, basis, why) = match result {
            Found::Holds(basis) => ("holds", json!(basis), Value::Null),
            Found::Broken(why) => ("finding", Value::Null, json!(why)),
            Found::Unknown(why) => ("inconclusive", Value::Null, json!(why)),
            Found::Left(why) => ("not-offered", Value::Null, json!(why)),
        };
        json!({ "id": starter.id, "result": result, "claim": starter.words(answers),
            "basis": basis, "reason": why })
    });
    let all: Vec<Value> = all.collect();
    json::pretty(&json!({ "schema": SCHEMA, "target": answers.target, "claims": all }))
}
