//! Answers that make a claim false, as authors write them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::written::expect::{Expect, Reading, Statuses};
use crate::model::plan::expect::{Expectation, Test, Within};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::report::Report;
use crate::model::written::test::Tests;

/// An answer that makes the claim false: all of it must be true. Without this, an answer with a status
/// from 500 on decides nothing.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct ViolatedBy {
    /// The status, or a list of statuses, such as `[500, 502, 503, 504]`.
    status: Spanned<Statuses>,
    /// Tests of header fields, by name.
    #[serde(default)]
    header: BTreeMap<String, Spanned<Tests>>,
    /// Tests of the JSON body, by JSON Pointer.
    #[serde(default)]
    json: BTreeMap<String, Spanned<Tests>>,
    /// Tests of a text body.
    text: Option<Spanned<Tests>>,
    /// Tests of the title of an HTML page.
    title: Option<Spanned<Tests>>,
}

impl ViolatedBy {
    /// The expectation that the answer is not one of these.
    pub(crate) fn read(&self, reading: &Reading<'_>, diagnostics: &mut Report) -> Expectation {
        let more = Expect {
            header: self.header.clone(),
            json: self.json.clone(),
            text: self.text.clone(),
            title: self.title.clone(),
            ..Expect::default()
        };
        let more = more.tests(reading, diagnostics);
        let status = Expectation::new("/status", self.status.test());
        let all = [status].into_iter().chain(more);
        let all = all.map(|one| Within { at: one.at, is: one.test });
        Expectation::new("", Test::NotAll(all.collect()))
    }
}
