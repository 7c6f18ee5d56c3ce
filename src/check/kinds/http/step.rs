//! A step of `http` as authors write it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::written::expect::Expect;
use crate::check::written::request::fields::with_request;
use crate::check::written::request::read::WrittenRead;
use crate::check::written::violated_by::ViolatedBy;
use crate::model::plan::Role;
use crate::model::source::decode::Spanned;

/// The clean-up of a step without a later step.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CleanUp {
    /// There is none.
    None,
}

with_request! {
    /// A step.
    #[derive(Clone, Deserialize, JsonSchema)]
    pub(crate) struct WrittenStep {
        /// A name that reads well in a sentence and is unique within the check.
        pub(crate) name: Spanned<String>,
        /// `prepare`, `control`, `probe` or `cleanup`; `probe` if left out.
        pub(crate) role: Option<Role>,
        /// The actor of `avouch.yaml` that sends the request; `anyone`, without a credential, if left out.
        #[serde(rename = "as")]
        pub(crate) actor: Option<Spanned<String>>,
        /// An earlier step whose answer is tested again, instead of a request.
        pub(crate) again: Option<Spanned<String>>,
        /// How often a request that only reads is sent to each address; 1 if left out. The worst answer
        /// decides. Where several servers answer in turn, three requests find one bad server of three.
        pub(crate) repeat: Option<Spanned<u8>>,
        /// Where the answer to a `get` announces the next page, written as in `capture`: `/next` in the JSON
        /// body. Its value is an address, or a cursor. Pages that the header field `Link` announces with
        /// `rel=next` are read without it. At most 50 pages are read.
        pub(crate) next: Option<Spanned<String>>,
        /// The query parameter that the cursor of `next` is sent in; the last part of `next` if left out.
        pub(crate) next_parameter: Option<Spanned<String>>,
        /// Values of the answer for later steps, by name: `/id` in the JSON body, `header location`, `title`.
        #[serde(default)]
        pub(crate) capture: BTreeMap<String, Spanned<String>>,
        /// The step of role `control` that shows that the request can succeed; the step that `again`
        /// names if left out.
        pub(crate) control: Option<Spanned<String>>,
        /// The parts in which the request differs from that of its control, because the test is about them:
        /// `method`, `host`, `path`, `query NAME`, `header NAME`, `body`, `body /POINTER` (in JSON, or the name of a
        /// field of a form) and `credential`. It must differ there and nowhere else. If left out, only actor and
        /// credential may differ.
        #[serde(default)]
        pub(crate) differs_in: Vec<Spanned<String>>,
        /// If the request writes and must be refused: the path at which the actor of its control reads
        /// whether it had an effect, a whole request, or `none`; the path of the request itself for `PUT` and
        /// `PATCH` if left out. The answer must not change for another reason meanwhile.
        pub(crate) reads_back: Option<Spanned<WrittenRead>>,
        /// Whether the result does not depend on this `prepare` or `control` step. If left out, a step that
        /// is not met makes every later probe inconclusive.
        pub(crate) optional: Option<Spanned<bool>>,
        /// Whether the request is refused to everybody, so that there is no control, such as a closed
        /// registration. It needs `word: reported`: a mistyped path is refused too.
        pub(crate) closed: Option<Spanned<bool>>,
        /// `none` if the request makes nothing that has to be deleted, or something that cannot be deleted, such
        /// as an entry of a log. Without it, `lint` names a request that makes something which no later step
        /// deletes.
        pub(crate) clean_up: Option<CleanUp>,
        /// What must be true of the answer. A `prepare` step without it expects a success (status 200 to
        /// 299).
        pub(crate) expect: Option<Spanned<Expect>>,
        /// An answer that makes the claim false, such as `{ status: [500, 503] }` where the claim is that the
        /// service answers. Otherwise, an answer from 500 on decides nothing.
        pub(crate) violated_by: Option<Spanned<ViolatedBy>>,
        /// Values of the answer that the public page may show next to its status, written as in
        /// `capture`.
        #[serde(default)]
        pub(crate) publish: Vec<Spanned<String>>,
    }
}
