//! Facts: the bounded JSON document to which an instrument reduces an answer.
//!
//! For HTTP:
//!
//! ```json
//! { "status": 200,
//!   "headers": { "content-type": ["application/json"] },
//!   "url": "https://...", "redirects": [ { "status": 302, "location": "https://..." } ],
//!   "not_followed": "...",
//!   "body": { "bytes": 17, "sha256": "...", "truncated": false,
//!             "json": {}, "text": "...", "title": "...",
//!             "security_txt": { "contacts": ["mailto:..."] } },
//!   "canaries": [0], "secrets": ["acme"],
//!   "pages": { "read": [], "unread": "..." },
//!   "unmet_before_redaction": { "3": [0] } }
//! ```
//!
//! `url` is the address that answered, and `redirects` the addresses on the way there. `not_followed` is present
//! if the answer is a redirect that the check would have followed, but for this reason.
//!
//! `canaries` and `secrets` have those of all pages. `pages` is present if further pages matter to the step
//! and the answer announces one: `read` has the facts of those that were read, and `unread` says why one
//! was not.
//!
//! Facts of every instrument may have `unclear`: an object from JSON Pointer to the reason why the value
//! there could not be understood. An expectation of that value, of a value within it or of a value that
//! contains it is neither met nor not met.
//!
//! `undecodable` in a body names the encoding that could not be undone. `secrets` names the actors whose
//! secret the answer contains, `withheld` says that only status, length and digest are stored, and
//! `unmet_before_redaction` lists, by step, the expectations that the answer did not meet before its
//! secrets were removed. It can only make a verdict worse.
//!
//! For files: `{ "found": true, "folder": true, "truncated": false, "entries": [ { "name": "...",
//! "bytes": 17, "modified": "...", "state": "finished" } ] }`, newest first. For a program: `{ "exit":
//! 0, "stdout": { "bytes": 17, "sha256": "...", "truncated": false, "json": {} }, "stderr": 0 }`, where
//! `exit` is missing if a signal ended the program; JSON Lines are in `json_lines`, not in `json`. The facts of an opened backup are those of the
//! fetch, `opened`, and, depending on its form, `why`, `integrity`, `rows` and `entries`.
//!
//! Header names are in lower case. `json` is present if the body is JSON, `text` if it is text (of JSON and of
//! listings only if an expectation of the plan reads it), `title` if it is HTML with a title, and
//! `security_txt` if it is plain text with fields of RFC 9116; all four only if the step keeps the body. In
//! `text` and `title`, U+FFFD replaces bytes that could not be read: what depends on them is unclear.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::answer::ids::{CanaryId, StepId};
use crate::model::answer::verdict::Reason;

/// The replacement for a secret, in values and in keys.
pub const SECRET: &str = "[secret]";

/// What is stored of an answer of which everything else is withheld.
const NOT_WITHHELD: [&str; 4] = ["/status", "/canaries", "/body/bytes", "/body/sha256"];

/// The name of the reason for which a redirect was not followed.
pub const NOT_FOLLOWED: &str = "not_followed";

const UNCLEAR: &str = "unclear";

const UNMET: &str = "unmet_before_redaction";

/// The facts of one answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facts(pub Value);

impl Facts {
    /// The value at a JSON Pointer (RFC 6901), or `None`.
    pub fn at(&self, pointer: &str) -> Option<&Value> {
        self.0.pointer(pointer)
    }

    /// The status of an HTTP answer.
    pub fn status(&self) -> Option<u16> {
        self.at("/status").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok())
    }

    /// The first value of a header field, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.get("headers")?.get(name)?.get(0)?.as_str()
    }

    /// The number of redirects that led to this answer, with the address that sent it.
    pub fn redirected(&self) -> Option<(usize, &str)> {
        let redirects = self.at("/redirects").and_then(Value::as_array)?;
        let count = redirects.len();
        self.at("/url").and_then(Value::as_str).filter(|_| count > 0).map(|url| (count, url))
    }

    /// Why it is a redirect that was not followed, if so.
    pub fn not_followed(&self) -> Option<&str> {
        self.0.get(NOT_FOLLOWED).and_then(Value::as_str)
    }

    /// The canaries that were found anywhere in the answer.
    pub fn canaries(&self) -> impl Iterator<Item = CanaryId> {
        let found = self.at("/canaries").and_then(Value::as_array).into_iter().flatten();
        found
            .filter_map(Value::as_u64)
            .filter_map(|index| usize::try_from(index).ok().map(CanaryId))
    }

    /// Whether the answer was longer than the part of it that was read.
    pub fn truncated(&self) -> bool {
        let cut = |at: &&str| self.at(at).and_then(Value::as_bool).unwrap_or(false);
        ["/body/truncated", "/stdout/truncated", "/truncated"].iter().any(cut)
    }

    /// The facts of the further pages that were read.
    pub fn pages(&self) -> impl Iterator<Item = Self> {
        let read = self.at("/pages/read").and_then(Value::as_array).into_iter().flatten();
        read.cloned().map(Self)
    }

    /// Why a further page that was announced was not read, if so.
    pub fn unread_page(&self) -> Option<&str> {
        self.at("/pages/unread").and_then(Value::as_str)
    }

    /// Why an absence in the answer is not proven: a part of it was not read, or could not be decoded.
    pub fn unread(&self) -> Option<Reason> {
        let undecodable = ["/body/undecodable", "/stdout/undecodable"];
        match self.truncated() {
            true => Some(Reason::Budget),
            false => {
                undecodable.iter().any(|at| self.at(at).is_some()).then_some(Reason::Unparsable)
            }
        }
    }

    /// Whether the value at `pointer` may be missing only because it is a secret: it is withheld, or an
    /// object above it has a key that was replaced.
    pub fn may_hide(&self, pointer: &str) -> bool {
        let withheld = self.at("/withheld").is_some();
        if withheld && !NOT_WITHHELD.contains(&pointer) {
            return true;
        }
        let hides = |above: &Value| {
            let keys = above.as_object().into_iter().flat_map(|object| object.keys());
            keys.into_iter().any(|key| key.contains(SECRET))
        };
        let ends = pointer.match_indices('/').map(|(end, _)| &pointer[..end]);
        ends.filter_map(|above| self.at(above)).any(hides)
    }

    /// The actors whose secret was found in the answer, although it is not the answer to their log-in.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        let found = self.at("/secrets").and_then(Value::as_array).into_iter().flatten();
        found.filter_map(Value::as_str)
    }

    /// Whether the answer did not meet an expectation of a step before its secrets were removed.
    pub fn was_unmet(&self, step: StepId, expectation: usize) -> bool {
        let of_step = self.0.get(UNMET).and_then(|all| all.get(step.to_string()));
        let of_step = of_step.and_then(Value::as_array).into_iter().flatten();
        of_step.filter_map(Value::as_u64).any(|index| usize::try_from(index) == Ok(expectation))
    }

    /// Records the expectations of a step that the answer did not meet before its secrets were removed.
    pub fn note_unmet(&mut self, step: StepId, expectations: &[usize]) {
        if !expectations.is_empty() {
            self.set(&format!("/{UNMET}/{step}"), expectations.into());
        }
    }

    /// Records why the value at `pointer` could not be understood: a clause for people that names the
    /// value and what is wrong with it. The first reason at a pointer is kept.
    pub fn note_unclear(&mut self, pointer: &str, why: impl Into<String>) {
        if !self.0.is_object() {
            return;
        }
        let all = self.0[UNCLEAR].take();
        let mut all = if all.is_object() { all } else { Value::Object(serde_json::Map::new()) };
        if all.get(pointer).is_none() {
            all[pointer] = why.into().into();
        }
        self.0[UNCLEAR] = all;
    }

    /// Why the value at `pointer`, a value within it or one that contains it could not be understood, if
    /// so. The whole answer (an empty pointer) is never unclear.
    pub fn unclear(&self, pointer: &str) -> Option<&str> {
        let within = |inner: &str, outer: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let all = self.0.get(UNCLEAR)?.as_object()?.iter();
        let concerned = |at: &str| {
            !at.is_empty() && !pointer.is_empty() && (within(at, pointer) || within(pointer, at))
        };
        all.filter(|(at, _)| concerned(at)).find_map(|(_, why)| why.as_str())
    }

    /// Writes `value` at `pointer` (RFC 6901), and creates the objects on the way.
    pub fn set(&mut self, pointer: &str, value: Value) {
        let tokens =
            pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~"));
        let node = tokens.fold(&mut self.0, |node, token| child(node, &token));
        *node = value;
    }

    /// Removes the value at `pointer` (RFC 6901), if there is one.
    pub fn remove(&mut self, pointer: &str) {
        let Some((parent, last)) = pointer.rsplit_once('/') else {
            return;
        };
        let last = last.replace("~1", "/").replace("~0", "~");
        match self.0.pointer_mut(parent) {
            Some(Value::Object(object)) => {
                object.shift_remove(&last);
            }
            Some(Value::Array(items)) => {
                if let Ok(index) = last.parse::<usize>()
                    && index < items.len()
                {
                    items.remove(index);
                }
            }
            _ => {}
        }
    }
}

/// The child of `node` with this name or index; it is created if it is missing.
fn child<'a>(node: &'a mut Value, token: &str) -> &'a mut Value {
    let index = token.parse::<usize>().ok();
    if let Some(index) = index.filter(|index| node.get(*index).is_some()) {
        return &mut node[index];
    }
    if !node.is_object() {
        *node = Value::Object(serde_json::Map::new());
    }
    &mut node[token]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_replaced_key_may_hide_what_is_missing() {
        let facts = Facts(json!({"body": {"json": {"[secret]": 1, "a": {"b": 2}}}, "headers": {}}));
        for (at, hidden) in
            [("/body/json/x", true), ("/body/json/x/y", true), ("/headers/x", false), ("", false)]
        {
            assert_eq!(facts.may_hide(at), hidden, "{at}");
        }
        let withheld = Facts(json!({"status": 200, "withheld": true}));
        assert!(withheld.may_hide("/headers/x") && !withheld.may_hide("/status"));
    }

    #[test]
    fn what_is_unclear_concerns_what_is_above_and_below_it() {
        let mut facts = Facts(json!({"spf": {"all": null}}));
        facts.note_unclear("/spf/all", "two records");
        facts.note_unclear("/spf/all", "another reason");
        for (at, unclear) in [
            ("/spf", true),
            ("/spf/all", true),
            ("/spf/all/x", true),
            ("/spf/al", false),
            ("", false),
        ] {
            assert_eq!(facts.unclear(at), unclear.then_some("two records"), "{at}");
        }
    }

    #[test]
    fn unmet_expectations_are_recorded_by_step() {
        let mut facts = Facts(json!({}));
        facts.note_unmet(StepId(0), &[]);
        assert_eq!(facts, Facts(json!({})));
        facts.note_unmet(StepId(3), &[1]);
        assert!(facts.was_unmet(StepId(3), 1));
        assert!(!facts.was_unmet(StepId(3), 0) && !facts.was_unmet(StepId(1), 1));
    }

    #[test]
    fn a_value_that_was_set_can_be_read_and_removed() {
        let mut facts = Facts(json!({"headers": {"x": ["1"]}}));
        facts.set("/headers/x/0", json!("2"));
        facts.set("/body/json/a~1b", json!(3));
        assert_eq!(facts.header("x"), Some("2"));
        assert_eq!(facts.at("/body/json/a~1b"), Some(&json!(3)));
        facts.remove("/headers/x");
        assert_eq!(facts.header("x"), None);
    }
}
