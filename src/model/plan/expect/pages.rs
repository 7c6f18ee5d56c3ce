//! How an expectation is judged where an answer has several pages.
//!
//! What must not be in an answer must not be in any of its pages, and what must be there may be in any of
//! them. A page that was announced and not read leaves both open.

use serde_json::Value;

use crate::model::answer::facts::Facts;
use crate::model::answer::verdict::Reason;
use crate::model::plan::expect::judge::is_missing_json;
use crate::model::plan::expect::{Expectation, JudgeContext, Test, TestOutcome};

/// The pages that an expectation is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// The first one.
    First,
    /// Each of them.
    Every,
    /// At least one of them.
    Any,
    /// Their lists, joined.
    Joined,
}

type Judged = (TestOutcome, Value);

impl Expectation {
    /// Judges it: returns the outcome, and the value that was found.
    pub fn judge(&self, facts: &Facts, context: &JudgeContext<'_>) -> Judged {
        let reach = self.reach();
        if reach == Reach::First || facts.at("/pages").is_none() {
            return self.judge_page(facts, context);
        }
        let unread = facts.unread_page().is_some();
        match reach {
            Reach::Every => without_unread(self.by_every(facts, context), unread),
            Reach::Joined => self.by_joined(facts, context, unread),
            Reach::First | Reach::Any => match self.by_any(facts, context) {
                (TestOutcome::NotMet, shown) if unread => {
                    (TestOutcome::Unknown(Reason::UnreadPage), shown)
                }
                judged => judged,
            },
        }
    }

    /// Whether its outcome may depend on further pages.
    pub fn reads_pages(&self) -> bool {
        self.reach() != Reach::First
    }

    fn reach(&self) -> Reach {
        let content = ["/body/json", "/body/text"].iter().any(|part| self.at.starts_with(part));
        match &self.test {
            Test::ShowsNoForeignCanary => Reach::Every,
            Test::ShowsExactly(canaries) if canaries.is_empty() => Reach::Every,
            Test::ShowsCanary(_) | Test::ShowsExactly(_) => Reach::Any,
            // The rest of a listing can only have a newer backup.
            Test::AtLeast(_) if self.at == "/finished" => Reach::Any,
            Test::NotOlderThan(_) if self.at == "/newest/at" => Reach::Any,
            _ if !content => Reach::First,
            Test::NotContains(_)
            | Test::NotEquals(_)
            | Test::NotOneOf(_)
            | Test::Exists(false)
            | Test::IfThere(_)
            | Test::Every(_)
            | Test::All(_)
            | Test::AddressesOn(_) => Reach::Every,
            Test::Contains(_) | Test::Some(_) => Reach::Any,
            Test::SameSet(_) | Test::Equals(Value::Array(_)) => Reach::Joined,
            _ => Reach::First,
        }
    }

    fn by_every(&self, facts: &Facts, context: &JudgeContext<'_>) -> Judged {
        let mut worst = self.judge_page(facts, context);
        for page in facts.pages() {
            let judged = self.judge_further_page(&page, context);
            if rank(judged.0) > rank(worst.0) {
                worst = judged;
            }
        }
        worst
    }

    /// A further page may end the list: it need not have a value there.
    fn judge_further_page(&self, page: &Facts, context: &JudgeContext<'_>) -> Judged {
        let is_end = match page.at(&self.at) {
            None => !is_missing_json(&self.at, page) && page.unread().is_none(),
            Some(value) => value.as_array().is_some_and(Vec::is_empty),
        };
        match is_end && !matches!(self.test, Test::Exists(false)) {
            true => (TestOutcome::Met, Value::Null),
            false => self.judge_page(page, context),
        }
    }

    fn by_any(&self, facts: &Facts, context: &JudgeContext<'_>) -> Judged {
        let first = self.judge_page(facts, context);
        if first.0 == TestOutcome::Met {
            return first;
        }
        let mut pages = facts.pages().map(|page| self.judge_page(&page, context));
        pages.find(|(outcome, _)| *outcome == TestOutcome::Met).unwrap_or(first)
    }

    fn by_joined(&self, facts: &Facts, context: &JudgeContext<'_>, unread: bool) -> Judged {
        let Some(Value::Array(items)) = facts.at(&self.at) else {
            return without_unread(self.judge_page(facts, context), unread);
        };
        let further: Vec<Facts> = facts.pages().collect();
        if let Some(page) = further.iter().find(|page| is_missing_json(&self.at, page)) {
            return self.judge_page(page, context);
        }
        let further = further.iter().filter_map(|page| page.at(&self.at)?.as_array()).flatten();
        let items: Vec<Value> = items.iter().chain(further).cloned().collect();
        let mut joined = facts.clone();
        joined.set(&self.at, Value::Array(items.clone()));
        let (outcome, shown) = self.judge_page(&joined, context);
        let test = self.test.filled(context.capture);
        let more = test.is_ok_and(|test| has_more(&test, &items));
        match outcome {
            TestOutcome::NotMet if unread && !more => {
                (TestOutcome::Unknown(Reason::UnreadPage), shown)
            }
            outcome => without_unread((outcome, shown), unread),
        }
    }
}

/// Whether a list has an item that is not wanted, so that no further page can complete it.
fn has_more(test: &Test, items: &[Value]) -> bool {
    match test {
        Test::SameSet(wanted) | Test::Equals(Value::Array(wanted)) => {
            items.iter().any(|item| !wanted.contains(item))
        }
        _ => false,
    }
}

/// What the pages that were read meet, a page that was not read may not meet.
fn without_unread((outcome, shown): Judged, unread: bool) -> Judged {
    match outcome {
        TestOutcome::Met if unread => (TestOutcome::Unknown(Reason::UnreadPage), shown),
        outcome => (outcome, shown),
    }
}

fn rank(outcome: TestOutcome) -> u8 {
    match outcome {
        TestOutcome::Met => 0,
        TestOutcome::Unknown(_) => 1,
        TestOutcome::NotMet => 2,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::answer::ids::CanaryId;
    use crate::model::plan::expect::Within;

    fn page(items: &Value) -> Value {
        json!({ "status": 200, "body": { "json": items }, "canaries": [] })
    }

    fn outcome(test: &Test, pages: &[Value], unread: Option<&str>) -> TestOutcome {
        let mut first = page(&pages[0]);
        let read: Vec<Value> = pages[1..].iter().map(page).collect();
        first["pages"] = json!({ "read": read });
        if let Some(why) = unread {
            first["pages"]["unread"] = json!(why);
        }
        let context = JudgeContext {
            observed: jiff::Timestamp::UNIX_EPOCH,
            capture: &|_| None,
            sees: &[],
            control: None,
            before: Vec::new(),
        };
        Expectation::new("/body/json", test.clone()).judge(&Facts(first), &context).0
    }

    fn within(is: Test) -> Box<Within> {
        Box::new(Within { at: "/n".into(), is })
    }

    const UNREAD: TestOutcome = TestOutcome::Unknown(Reason::UnreadPage);

    #[test]
    fn what_must_not_be_there_is_in_no_page() {
        let good = [json!([{ "n": 1 }]), json!([{ "n": 1 }])];
        let bad = [json!([{ "n": 1 }]), json!([{ "n": 2 }])];
        let ended = [json!([{ "n": 1 }]), json!([])];
        let test = Test::Every(within(Test::Equals(json!(1))));
        assert_eq!(outcome(&test, &good, None), TestOutcome::Met);
        assert_eq!(outcome(&test, &ended, None), TestOutcome::Met);
        assert_eq!(outcome(&test, &bad, None), TestOutcome::NotMet);
        assert_eq!(outcome(&test, &bad, Some("why")), TestOutcome::NotMet);
        assert_eq!(outcome(&test, &good, Some("why")), UNREAD);
        let test = Test::NotContains("b".into());
        assert_eq!(outcome(&test, &[json!(["a"]), json!(["b"])], None), TestOutcome::NotMet);
        assert_eq!(outcome(&test, &[json!(["a"]), json!(["c"])], None), TestOutcome::Met);
        assert_eq!(outcome(&test, &[json!(["a"])], Some("why")), UNREAD);
    }

    #[test]
    fn what_must_be_there_may_be_in_any_page() {
        let test = Test::Some(within(Test::Equals(json!(2))));
        let pages = [json!([{ "n": 1 }]), json!([{ "n": 2 }])];
        assert_eq!(outcome(&test, &pages, None), TestOutcome::Met);
        assert_eq!(outcome(&test, &pages, Some("why")), TestOutcome::Met);
        assert_eq!(outcome(&test, &pages[..1], None), TestOutcome::NotMet);
        assert_eq!(outcome(&test, &pages[..1], Some("why")), UNREAD);
    }

    #[test]
    fn a_list_of_several_pages_is_judged_as_a_whole() {
        let test = Test::SameSet(vec![json!(1), json!(2)]);
        assert_eq!(outcome(&test, &[json!([1]), json!([2])], None), TestOutcome::Met);
        assert_eq!(outcome(&test, &[json!([1]), json!([3])], None), TestOutcome::NotMet);
        assert_eq!(outcome(&test, &[json!([1])], Some("why")), UNREAD);
        assert_eq!(outcome(&test, &[json!([1, 2])], Some("why")), UNREAD);
        assert_eq!(outcome(&test, &[json!([1, 3])], Some("why")), TestOutcome::NotMet);
        let empty = Test::Equals(json!([]));
        assert_eq!(outcome(&empty, &[json!([]), json!([1])], None), TestOutcome::NotMet);
        assert_eq!(outcome(&empty, &[json!([]), json!([])], None), TestOutcome::Met);
        assert_eq!(outcome(&empty, &[json!([])], Some("why")), UNREAD);
    }

    #[test]
    fn marks_are_looked_for_in_every_page_and_an_unread_one_leaves_them_open() {
        let own = Test::ShowsCanary(CanaryId(0));
        assert_eq!(outcome(&own, &[json!([])], None), TestOutcome::NotMet);
        assert_eq!(outcome(&own, &[json!([])], Some("why")), UNREAD);
        assert_eq!(outcome(&Test::ShowsNoForeignCanary, &[json!([])], None), TestOutcome::Met);
        assert_eq!(outcome(&Test::ShowsNoForeignCanary, &[json!([])], Some("why")), UNREAD);
    }
}
