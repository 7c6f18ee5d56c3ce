//! A step of `http` as authors write it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::check::written::expect::Expect;
use crate::check::written::request::{Upload, WrittenRequest};
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
    /// `GET` this path of the target, or this whole `https:` address.
    pub(crate) get: Option<Spanned<String>>,
    /// `HEAD` this path or address.
    pub(crate) head: Option<Spanned<String>>,
    /// `POST` to this path or address.
    pub(crate) post: Option<Spanned<String>>,
    /// `PUT` to this path or address.
    pub(crate) put: Option<Spanned<String>>,
    /// `PATCH` this path or address.
    pub(crate) patch: Option<Spanned<String>>,
    /// `DELETE` this path or address.
    pub(crate) delete: Option<Spanned<String>>,
    /// The role, in `hosts:` of `avouch.yaml`, of the host that receives the request instead of the target.
    pub(crate) host: Option<Spanned<String>>,
    /// Additional header fields.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, Spanned<String>>,
    /// A JSON body; `${canary}` in it is the actor's own mark.
    pub(crate) json: Option<Spanned<Value>>,
    /// A text body.
    pub(crate) text: Option<Spanned<String>>,
    /// The media type of a text body; `text/plain` if left out.
    pub(crate) media_type: Option<String>,
    /// A file, sent as a browser sends a form.
    pub(crate) upload: Option<Upload>,
    /// How many redirects to follow at most; 0 if left out.
    pub(crate) redirects: Option<Spanned<u8>>,
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
    /// If the request writes and must be refused: the path at which the actor of its control reads
    /// whether it had an effect, or `none`; the path of the request itself for `PUT` and `PATCH` if left
    /// out. The answer must not change for another reason meanwhile.
    pub(crate) reads_back: Option<Spanned<String>>,
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

impl WrittenStep {
    /// The request that it sends.
    pub(crate) fn request(&self) -> WrittenRequest {
        WrittenRequest {
            get: self.get.clone(),
            head: self.head.clone(),
            post: self.post.clone(),
            put: self.put.clone(),
            patch: self.patch.clone(),
            delete: self.delete.clone(),
            host: self.host.clone(),
            headers: self.headers.clone(),
            json: self.json.clone(),
            text: self.text.clone(),
            media_type: self.media_type.clone(),
            upload: self.upload.clone(),
            redirects: self.redirects.clone(),
        }
    }
}
