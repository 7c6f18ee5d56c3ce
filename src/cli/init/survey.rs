//! A first look at a service, which decides what is tried afterwards: its front page, its certificate
//! authorities, and the contacts in its `security.txt`.

use std::path::Path;

use avouch::model::answer::facts::Facts;
use avouch::model::answer::observation::Answer;
use avouch::model::judge::evidence::Outcome;
use serde_json::Value;
use url::Url;

use crate::args::PolicyOption;
use crate::exit::Exit;
use crate::init::answers::Answers;
use crate::init::found::Survey;
use crate::init::rules::is_plain;
use crate::init::starters::{FIRST_LOOK, Fit, Starter};
use crate::init::{files, trial};
use crate::terminal::console::Console;

/// The most contacts and authorities that count.
const MAX: usize = 16;

/// Looks at the service of these answers; `folder` is for a project. What is not found stays empty.
pub(crate) fn look(
    folder: &Path,
    answers: &Answers,
    policy: &PolicyOption,
    console: Console,
) -> Result<Survey, Exit> {
    let tried = FIRST_LOOK.iter().filter(|one| (one.fits)(answers) == Fit::Tried);
    let tried: Vec<&Starter> = tried.collect();
    files::write(folder, answers, &tried).map_err(|error| files::failed(&error, console))?;
    trial::outcomes_of(folder, policy, console, |outcomes| found(answers, outcomes))
}

fn found(answers: &Answers, outcomes: &[Outcome<'_>]) -> Survey {
    let facts = |id: &str| outcomes.iter().find(|one| one.claim.id == id).and_then(facts);
    let texts = |id: &str, at: &str| -> Vec<String> {
        let list = facts(id).and_then(|facts| facts.at(at)?.as_array());
        let texts = list.into_iter().flatten().filter_map(Value::as_str).take(MAX);
        texts.map(str::to_owned).collect()
    };
    let contacts = texts("security-txt", "/body/security_txt/contacts");
    let contacts = contacts.iter().filter_map(|text| Url::parse(text).ok());
    let front = facts("front-page");
    let (path, elsewhere) = front.map_or((None, None), |facts| leads_to(answers, facts));
    Survey {
        authorities: texts("caa", "/issuers"),
        contacts: contacts.filter(|url| matches!(url.scheme(), "mailto" | "https")).collect(),
        sets_cookies: path.is_some() && front.is_some_and(|one| one.header("set-cookie").is_some()),
        front: path,
        elsewhere,
    }
}

/// The facts of the first answer to a claim's only check.
fn facts<'a>(outcome: &'a Outcome<'_>) -> Option<&'a Facts> {
    match &outcome.checks.first()?.transcript.observations.first()?.answer {
        Answer::Facts(facts) => Some(facts),
        _ => None,
    }
}

/// The path on the target to which the front page leads, or the other origin. A path with unusual characters
/// does not count.
fn leads_to(answers: &Answers, facts: &Facts) -> (Option<String>, Option<String>) {
    let last = facts.at("/url").and_then(Value::as_str).and_then(|url| Url::parse(url).ok());
    let target = Url::parse(&answers.target).ok();
    let (Some(last), Some(target)) = (last, target) else { return (None, None) };
    if last.origin() != target.origin() {
        return (None, Some(last.origin().ascii_serialization()));
    }
    (is_plain(last.path()).then(|| last.path().to_owned()), None)
}
