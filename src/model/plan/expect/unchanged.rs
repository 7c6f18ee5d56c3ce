//! Whether an object is as it was: its owner's answer, compared with two earlier ones.
//!
//! What differs between the two earlier answers changes by itself, such as a counter, and is ignored.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;

use crate::model::answer::facts::Facts;
use crate::model::answer::verdict::Reason;
use crate::model::plan::expect::TestOutcome;
use crate::model::time::read_time;

/// How many differences are shown.
const SHOWN_MAX: usize = 8;

/// How deep documents are compared; deeper values are compared as a whole.
const DEPTH_MAX: usize = 64;

/// How close to its own answer a time is that is made for each answer, in seconds.
const FRESH_S: i64 = 2;

/// An answer, and when it came.
pub(super) struct Look<'a> {
    pub(super) facts: &'a Facts,
    pub(super) at: Timestamp,
}

/// Whether `now` is the same as the two answers before. Fewer than two decide nothing, nor does a body of
/// which only a part was read.
pub(super) fn judge(before: &[Look<'_>], now: &Look<'_>) -> TestOutcome {
    let [first, second] = before else {
        return TestOutcome::Unknown(Reason::ControlFailed);
    };
    if now.facts.status() != second.facts.status() {
        return TestOutcome::NotMet;
    }
    if [first, second, now].iter().any(|look| look.facts.truncated()) {
        return TestOutcome::Unknown(Reason::Budget);
    }
    let found = differences(first, second, now);
    match !found.is_empty() && found.iter().all(|at| follows_the_clock(at, second, now)) {
        // A countdown changes by itself, but so does a count of what is left.
        true => TestOutcome::Unknown(Reason::ControlFailed),
        false => found.is_empty().into(),
    }
}

/// Whether a value changed by no more than the time between two answers, in seconds, such as a countdown.
fn follows_the_clock(at: &str, second: &Look<'_>, now: &Look<'_>) -> bool {
    let elapsed = now.at.duration_since(second.at).abs().as_secs_f64() + 1.0;
    match (second.facts.at(at), now.facts.at(at)) {
        (Some(Value::Number(one)), Some(Value::Number(other))) => {
            let values = one.as_f64().zip(other.as_f64());
            // A number that grew may be a count of objects.
            values.is_some_and(|(one, other)| one > other && one - other <= elapsed)
        }
        (Some(Value::String(one)), Some(Value::String(other))) => {
            let ((one, before), (other, after)) = (split_numbers(one), split_numbers(other));
            let near = |(one, other): (&f64, &f64)| (one - other).abs() <= elapsed;
            one == other && before.iter().zip(&after).all(near)
        }
        _ => false,
    }
}

/// The pieces between the numbers of a text, and the numbers.
fn split_numbers(text: &str) -> (Vec<&str>, Vec<f64>) {
    let pieces = text.split(|c: char| c.is_ascii_digit()).filter(|piece| !piece.is_empty());
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter_map(|one| one.parse().ok());
    (pieces.collect(), numbers.collect())
}

/// JSON Pointers into the facts of `now` that differ from both answers before.
pub(super) fn shown(before: &[Look<'_>], now: &Look<'_>) -> Value {
    match before {
        [first, second] => {
            differences(first, second, now).into_iter().take(SHOWN_MAX).map(Value::from).collect()
        }
        _ => Value::Null,
    }
}

fn differences(first: &Look<'_>, second: &Look<'_>, now: &Look<'_>) -> Vec<String> {
    let mut found = Vec::new();
    if now.facts.status() != second.facts.status() {
        found.push("/status".to_owned());
        return found;
    }
    let json = |look: &Look<'_>| look.facts.at("/body/json").cloned();
    let text =
        |look: &Look<'_>| look.facts.at("/body/text").and_then(Value::as_str).map(str::to_owned);
    if let (Some(one), Some(two), Some(three)) = (json(first), json(second), json(now)) {
        let looks = Documents { times: (second.at, now.at) };
        looks.compare([Some(&one), Some(&two), Some(&three)], "/body/json", 0, &mut found);
    } else if let (Some(one), Some(two), Some(three)) = (text(first), text(second), text(now)) {
        found.extend(of_texts(&one, &two, &three));
    } else if body_differs(first, second, now) {
        found.push("/body".to_owned());
    }
    found
}

/// Compares bodies that are neither, or that were one and became the other.
fn body_differs(first: &Look<'_>, second: &Look<'_>, now: &Look<'_>) -> bool {
    let digest = |look: &Look<'_>| look.facts.at("/body/sha256").cloned();
    let form = |look: &Look<'_>| ["/body/json", "/body/text"].map(|at| look.facts.at(at).is_some());
    match form(first) == form(second) {
        true if form(second) != form(now) => true,
        true => digest(first) == digest(second) && digest(second) != digest(now),
        false => false,
    }
}

/// Three documents, of which the first two show what changes by itself.
struct Documents {
    /// When the second and the third came.
    times: (Timestamp, Timestamp),
}

impl Documents {
    fn compare(&self, all: [Option<&Value>; 3], at: &str, depth: usize, found: &mut Vec<String>) {
        let [first, second, now] = all;
        if second == now || first == now {
            return;
        }
        match (first, second, now) {
            (Some(Value::Object(first)), Some(Value::Object(second)), Some(Value::Object(now)))
                if depth < DEPTH_MAX =>
            {
                let names: BTreeSet<&String> =
                    first.keys().chain(second.keys()).chain(now.keys()).collect();
                for name in names {
                    let values = [first.get(name), second.get(name), now.get(name)];
                    let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                    self.compare(values, &at, depth + 1, found);
                }
            }
            (Some(Value::Array(first)), Some(Value::Array(second)), Some(Value::Array(now)))
                if depth < DEPTH_MAX =>
            {
                self.lists([first, second, now], at, depth, found);
            }
            (Some(one), Some(two), Some(three)) => {
                let stays = one == two && !self.is_made_for_each_answer(two, three);
                let form = form_of(two);
                if stays || form.is_some() && form == form_of(one) && form != form_of(three) {
                    found.push(at.to_owned());
                }
            }
            (Some(_), Some(_), None) | (None, None, Some(_)) => found.push(at.to_owned()),
            _ => {}
        }
    }

    fn lists(&self, all: [&[Value]; 3], at: &str, depth: usize, found: &mut Vec<String>) {
        let [first, second, now] = all;
        if first.len() != second.len() {
            return;
        }
        if first != second && same_items(first, second) {
            if !same_items(second, now) {
                found.push(at.to_owned());
            }
        } else if now.len() != second.len() {
            found.push(at.to_owned());
        } else {
            for (index, value) in now.iter().enumerate() {
                let values = [first.get(index), second.get(index), Some(value)];
                self.compare(values, &format!("{at}/{index}"), depth + 1, found);
            }
        }
    }

    /// Whether both values are the times of their answers. Two answers within one second have the same
    /// time, so that it does not differ between them.
    fn is_made_for_each_answer(&self, second: &Value, now: &Value) -> bool {
        let fresh = |value: &Value, at: Timestamp| {
            read_time(value).is_some_and(|time| at.duration_since(time).as_secs().abs() <= FRESH_S)
        };
        fresh(second, self.times.0) && fresh(now, self.times.1)
    }
}

/// Whether a value is an object or a list, which nothing replaces by itself; `None` for any other.
fn form_of(value: &Value) -> Option<&'static str> {
    match value {
        Value::Object(_) => Some("object"),
        Value::Array(_) => Some("list"),
        _ => None,
    }
}

/// Whether two lists have the same items in any order.
fn same_items(one: &[Value], other: &[Value]) -> bool {
    let sorted = |items: &[Value]| {
        let mut texts: Vec<String> = items.iter().map(Value::to_string).collect();
        texts.sort_unstable();
        texts
    };
    one.len() == other.len() && sorted(one) == sorted(other)
}

/// The lines of a text, and the tags of a page, which often has few lines.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive(['\n', '>']).map(str::trim).filter(|line| !line.is_empty()).collect()
}

/// The numbers of the lines that differ. If lines come and go by themselves, those that do not must
/// still be there.
fn of_texts(first: &str, second: &str, now: &str) -> Vec<String> {
    let (first, second, now) = (lines(first), lines(second), lines(now));
    if first.len() == second.len() {
        if now.len() != second.len() {
            return vec!["/body/text".to_owned()];
        }
        let stable = |index: &usize| first[*index] == second[*index];
        let changed = (0..now.len()).filter(stable).filter(|index| now[*index] != second[*index]);
        return changed.map(|index| format!("/body/text, line {}", index + 1)).collect();
    }
    let (first, now): (BTreeSet<&str>, BTreeSet<&str>) =
        (first.into_iter().collect(), now.into_iter().collect());
    let gone = second.iter().filter(|line| first.contains(*line) && !now.contains(*line));
    gone.take(1).map(|_| "/body/text".to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn outcome(bodies: [(&str, Value); 3]) -> TestOutcome {
        let facts = bodies
            .map(|(form, value)| Facts(json!({"status": 200, "body": {form: value, "bytes": 9}})));
        let at = |seconds: i64| Timestamp::from_second(1_800_000_000 + seconds).unwrap();
        let [first, second, now] = &facts;
        let look = |facts, seconds| Look { facts, at: at(seconds) };
        judge(&[look(first, 0), look(second, 1)], &look(now, 9))
    }

    fn json_outcome(bodies: [Value; 3]) -> TestOutcome {
        outcome(bodies.map(|body| ("json", body)))
    }

    fn text_outcome(bodies: [&str; 3]) -> TestOutcome {
        outcome(bodies.map(|body| ("text", json!(body))))
    }

    #[test]
    fn what_differs_before_is_ignored_and_nothing_else() {
        let body =
            |text: &str, views: u32| json!({"text": text, "views": views, "tags": ["a", "b"]});
        assert_eq!(json_outcome([body("a", 1), body("a", 2), body("a", 3)]), TestOutcome::Met);
        assert_eq!(json_outcome([body("a", 1), body("a", 2), body("b", 3)]), TestOutcome::NotMet);
        assert_eq!(json_outcome([body("a", 1), body("a", 1), body("a", 2)]), TestOutcome::NotMet);
        let more = json!({"text": "a", "views": 1, "tags": ["a", "b"], "new": null});
        assert_eq!(json_outcome([body("a", 1), body("a", 1), more]), TestOutcome::NotMet);
        assert_eq!(json_outcome([body("a", 1), body("a", 1), json!({})]), TestOutcome::NotMet);
        assert_eq!(
            json_outcome([json!([1, 2]), json!([1, 2]), json!([1, 2, 3])]),
            TestOutcome::NotMet
        );
    }

    #[test]
    fn a_countdown_and_an_age_in_words_decide_nothing() {
        let unknown = TestOutcome::Unknown(Reason::ControlFailed);
        let body = |expires: u32, age: &str| json!({ "expires_in": expires, "age": age });
        let stays = || body(60, "3 seconds ago");
        assert_eq!(json_outcome([stays(), stays(), body(52, "11 seconds ago")]), unknown);
        assert_eq!(
            json_outcome([stays(), stays(), body(20, "3 seconds ago")]),
            TestOutcome::NotMet
        );
        assert_eq!(json_outcome([stays(), stays(), body(60, "3 stolen ago")]), TestOutcome::NotMet);
        let changed = json!({ "expires_in": 52, "age": "3 seconds ago", "new": 1 });
        assert_eq!(json_outcome([stays(), stays(), changed]), TestOutcome::NotMet);
    }

    #[test]
    fn an_object_that_is_gone_is_a_change_whatever_changes_in_it() {
        let body = |views: u32| json!({ "text": "a", "views": views });
        assert_eq!(json_outcome([body(1), body(2), json!("gone")]), TestOutcome::NotMet);
    }

    #[test]
    fn a_list_whose_order_changes_by_itself_has_the_same_items() {
        let lists = |now| json_outcome([json!([1, 2, 3]), json!([3, 1, 2]), now]);
        assert_eq!(lists(json!([2, 3, 1])), TestOutcome::Met);
        assert_eq!(lists(json!([2, 3, 4])), TestOutcome::NotMet);
        assert_eq!(lists(json!([2, 3])), TestOutcome::NotMet);
        let fixed = |now| json_outcome([json!([1, 2]), json!([1, 2]), now]);
        assert_eq!(fixed(json!([2, 1])), TestOutcome::NotMet);
    }

    #[test]
    fn the_time_of_an_answer_is_no_change() {
        let at = |seconds: i64| json!({"now": 1_800_000_000 + seconds, "text": "a"});
        assert_eq!(json_outcome([at(1), at(1), at(9)]), TestOutcome::Met);
        assert_eq!(json_outcome([at(-60), at(-60), at(9)]), TestOutcome::NotMet);
    }

    #[test]
    fn texts_are_compared_by_line_and_pages_by_tag() {
        assert_eq!(text_outcome(["a\nt1\n", "a\nt2\n", "a\nt3\n"]), TestOutcome::Met);
        assert_eq!(text_outcome(["a\nt1\n", "a\nt2\n", "b\nt3\n"]), TestOutcome::NotMet);
        assert_eq!(text_outcome(["a\n", "a\n", "a\nb\n"]), TestOutcome::NotMet);
        let page = |token: &str, text: &str| format!("<input value={token}><p>{text}</p>");
        let pages = |text| {
            let all = [page("1", "a"), page("2", "a"), page("3", text)];
            text_outcome([&all[0], &all[1], &all[2]])
        };
        assert_eq!(pages("a"), TestOutcome::Met);
        assert_eq!(pages("b"), TestOutcome::NotMet);
        assert_eq!(text_outcome(["a\nx\n", "a\nx\ny\n", "a\nx\nz\n"]), TestOutcome::Met);
        assert_eq!(text_outcome(["a\nx\n", "a\nx\ny\n", "z\n"]), TestOutcome::NotMet);
    }

    #[test]
    fn another_status_or_form_is_a_change_and_two_answers_are_needed() {
        let facts = |status: u16| Facts(json!({"status": status, "body": {"sha256": "a"}}));
        let at = Timestamp::UNIX_EPOCH;
        let (two, gone) = (facts(200), facts(404));
        let look = |facts| Look { facts, at };
        let both = [look(&two), look(&two)];
        assert_eq!(judge(&both, &look(&two)), TestOutcome::Met);
        assert_eq!(judge(&both, &look(&gone)), TestOutcome::NotMet);
        assert_eq!(shown(&both, &look(&gone)), json!(["/status"]));
        let wanted = TestOutcome::Unknown(Reason::ControlFailed);
        assert_eq!(judge(&both[..1], &look(&two)), wanted);
        let text = ("text", json!("a"));
        assert_eq!(outcome([text.clone(), text.clone(), ("json", json!({}))]), TestOutcome::NotMet);
        assert_eq!(outcome([text.clone(), ("json", json!({})), text]), TestOutcome::Met);
    }
}
