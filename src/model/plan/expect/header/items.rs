//! Fields that are lists of names: a search is for an item, and not for a part of one.

use crate::model::plan::expect::header::Decided;
use crate::model::plan::expect::{Test, TestOutcome};

/// Lists whose items have no case (RFC 9110, section 5.1; RFC 9110, section 12.5.5; WHATWG Fetch, "CORS").
const WITHOUT_CASE: [&str; 3] =
    ["access-control-allow-headers", "access-control-expose-headers", "vary"];

/// Lists of methods, which have case (RFC 9110, section 9.1).
const OF_METHODS: [&str; 2] = ["access-control-allow-methods", "allow"];

/// Judges a search for an item of a list; `None` for other fields and tests.
pub(super) fn judge(name: &str, lines: &[&str], test: &Test) -> Option<Decided> {
    let (part, is_wanted) = match test {
        Test::Contains(part) => (part.trim(), true),
        Test::NotContains(part) => (part.trim(), false),
        _ => return None,
    };
    let is_list = WITHOUT_CASE.contains(&name) || OF_METHODS.contains(&name);
    if part.contains(',') || !is_list {
        return None;
    }
    let mut items = lines.iter().flat_map(|line| line.split(',')).map(str::trim);
    if part != "*" && items.clone().any(|item| item == "*") {
        return Some(Err("is `*`, which means any item, or none with credentials".into()));
    }
    let is_there = items.any(|item| match OF_METHODS.contains(&name) {
        true => item == part,
        false => item.eq_ignore_ascii_case(part),
    });
    Some(Ok(TestOutcome::from(is_there == is_wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(name: &str, line: &str, test: &Test) -> Option<Option<TestOutcome>> {
        judge(name, &[line], test).map(Result::ok)
    }

    #[test]
    fn an_item_is_not_a_part_of_one() {
        for (name, line, part, found) in [
            ("vary", "X-Original, origin", "Origin", Some(true)),
            ("vary", "X-Original", "Origin", Some(false)),
            ("access-control-allow-methods", "OUTPUT", "PUT", Some(false)),
            ("access-control-allow-methods", "GET, PUT", "PUT", Some(true)),
            ("access-control-allow-methods", "*", "PUT", None),
            ("access-control-allow-headers", "Authorization, X", "authorization", Some(true)),
            ("access-control-expose-headers", "*", "X-Secret", None),
        ] {
            let wanted = outcome(name, line, &Test::Contains(part.into()));
            assert_eq!(wanted, Some(found.map(TestOutcome::from)), "{name}: {line}");
            let unwanted = outcome(name, line, &Test::NotContains(part.into()));
            assert_eq!(unwanted, Some(found.map(|found| (!found).into())), "{name}: {line}");
        }
        assert_eq!(outcome("server", "a, b", &Test::Contains("a".into())), None);
        assert_eq!(outcome("vary", "a, b", &Test::Contains("a, b".into())), None);
    }
}
