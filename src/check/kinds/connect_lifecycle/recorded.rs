//! The service's own record of installations, as a control where there is no private key.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::check::kind::Context;
use crate::check::written::placeholders::Names;
use crate::check::written::request::WrittenRequest;
use crate::check::written::request::read::GetOrRequest;
use crate::language::period::Period;
use crate::model::plan::expect::{Expectation, Test, Within};
use crate::model::plan::{Role, Step, Word};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::report::Report;

/// A log that shows that the service accepts installations by the platform.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Recorded {
    /// The actor that may read it.
    #[serde(rename = "as")]
    actor: Spanned<String>,
    /// The path of the log on the target.
    get: Option<Spanned<String>>,
    /// Instead of `get`: a whole request that only reads.
    request: Option<Spanned<WrittenRequest>>,
    /// JSON Pointer to the list of entries.
    at: Spanned<String>,
    /// JSON Pointer within an entry to its time; `/at` if left out.
    time: Option<Spanned<String>>,
    /// The other values that an entry must have, by JSON Pointer; `installed` at `/event` and `true`
    /// at `/signed` if left out.
    says: Option<BTreeMap<String, Value>>,
    /// How old the entry may be.
    pub(crate) within: Spanned<Period>,
}

impl Recorded {
    pub(crate) fn control(&self, context: &Context<'_>, diagnostics: &mut Report) -> Option<Step> {
        context.actor(&self.actor, diagnostics)?;
        let written =
            GetOrRequest { get: self.get.as_ref(), host: None, request: self.request.as_ref() };
        let request = written.read(&self.actor.span, &Names::none(context), diagnostics)?;
        let name = "the service's log of installations";
        let mut step = Step::http(Role::Control, name, &self.actor, request);
        let some = Within { at: String::new(), is: Test::All(self.entry()) };
        step.expect = vec![
            Expectation::new("/status", Test::Equals(json!(200))),
            Expectation::new(format!("/body/json{}", self.at.value), Test::Some(Box::new(some))),
        ];
        step.word = Word::Reported;
        Some(step)
    }

    fn entry(&self) -> Vec<Within> {
        let standard = || [("/event", json!("installed")), ("/signed", json!(true))];
        let says = self.says.clone().unwrap_or_else(|| {
            standard().map(|(at, value)| (at.to_owned(), value)).into_iter().collect()
        });
        let time = self.time.as_ref().map_or("/at", |time| time.as_str()).to_owned();
        let young = Within { at: time, is: Test::NotOlderThan(self.within.value) };
        let says = says.into_iter().map(|(at, value)| Within { at, is: Test::Equals(value) });
        says.chain([young]).collect()
    }
}
