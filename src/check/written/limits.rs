//! The limits among a check's settings, which its claim's words must say.

use crate::language::quantity::{Amount, Unit, find};
use crate::model::plan::parameter::{Parameter, Side};
use crate::model::source::node::{Node, Value};

/// A limit that a kind has a key for.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub(crate) key: &'static str,
    pub(crate) side: Side,
    pub(crate) read: fn(&Node) -> Option<Amount>,
}

/// The limits of a kind's own keys, where they are written.
pub(crate) fn of_keys(settings: &Node, rows: &[Row]) -> Vec<Parameter> {
    let limit = |row: &Row| {
        let value = settings.get(row.key)?;
        Some(parameter(row.key, row.side, (row.read)(value)?, value))
    };
    rows.iter().filter_map(limit).collect()
}

/// The limits in tests as authors write them, however deep below `node`: `at_most`, `at_least`,
/// `not_older_than` and `at_least_ahead`. Each has the name of what it is a limit of.
pub(crate) fn of_tests(node: &Node) -> Vec<Parameter> {
    let mut all = Vec::new();
    within("", node, &mut all);
    all
}

fn within(name: &str, node: &Node, all: &mut Vec<Parameter>) {
    for item in node.items() {
        within(name, item, all);
    }
    // Of `{ at: /age, is: ... }` the pointer is the name.
    let name = node.get("at").and_then(Node::as_str).filter(|at| !at.is_empty()).unwrap_or(name);
    for entry in node.entries() {
        match test(&entry.key, name, &entry.value) {
            Some((side, amount)) if !is_presence(side, &amount) => {
                all.push(parameter(name, side, amount, &entry.value));
            }
            Some(_) => {}
            None if STRUCTURE.contains(&entry.key.as_str()) => within(name, &entry.value, all),
            None => within(&entry.key, &entry.value, all),
        }
    }
}

/// Keys that hold tests of what stands above them.
const STRUCTURE: [&str; 4] = ["every", "some", "is", "directives"];

fn test(key: &str, of: &str, value: &Node) -> Option<(Side, Amount)> {
    match key {
        "at_most" => Some((Side::AtMost, counted(of, value)?)),
        "at_least" => Some((Side::AtLeast, counted(of, value)?)),
        "not_older_than" => Some((Side::AtMost, time(value)?)),
        "at_least_ahead" => Some((Side::AtLeast, time(value)?)),
        _ => None,
    }
}

/// What a check compares with and is no limit: numbers, and quantities in texts that are looked for.
/// Words may say them, and need not.
pub(crate) fn values(node: &Node) -> Vec<Amount> {
    let mut all = Vec::new();
    values_within(false, node, &mut all);
    all
}

/// Keys below which texts are compared with, or handed to a program.
const COMPARED: [&str; 8] =
    ["equals", "one_of", "same_set", "contains", "starts_with", "ends_with", "title", "run"];

fn values_within(is_compared: bool, node: &Node, all: &mut Vec<Amount>) {
    all.extend(number(node).map(|number| Amount::new(number, Unit::Count)));
    if let Some(text) = node.as_str().filter(|_| is_compared) {
        all.extend(find(text).into_iter().map(|quantity| quantity.amount));
    }
    for item in node.items() {
        values_within(is_compared, item, all);
    }
    for entry in node.entries() {
        let is_compared = is_compared || COMPARED.contains(&entry.key.as_str());
        values_within(is_compared, &entry.value, all);
    }
}

/// What a bare number counts, as far as the name of what it is a limit of tells.
const SUFFIXES: [(&str, f64, Unit); 11] = [
    ("max-age", 1.0, Unit::Seconds),
    ("s-maxage", 1.0, Unit::Seconds),
    ("max_age", 1.0, Unit::Seconds),
    ("_s", 1.0, Unit::Seconds),
    ("seconds", 1.0, Unit::Seconds),
    ("minutes", 60.0, Unit::Seconds),
    ("hours", 3600.0, Unit::Seconds),
    ("days", 86_400.0, Unit::Seconds),
    ("percent", 1.0, Unit::Percent),
    ("bytes", 1.0, Unit::Bytes),
    ("bits", 1.0, Unit::Bits),
];

fn counted(of: &str, value: &Node) -> Option<Amount> {
    let number = number(value)?;
    let of = of.to_lowercase();
    let known = SUFFIXES.iter().find(|(suffix, ..)| of.ends_with(suffix));
    Some(match known {
        Some((_, factor, unit)) => Amount::new(number * factor, unit.clone()),
        None => Amount::new(number, Unit::Count),
    })
}

fn number(value: &Node) -> Option<f64> {
    match value.value {
        // Numbers that people write are exact in a float: they have few digits.
        Value::Int(number) => Some(number as f64),
        Value::Float(number) => Some(number),
        _ => None,
    }
}

/// "At least one" tells that there is something, and is no limit.
fn is_presence(side: Side, amount: &Amount) -> bool {
    side == Side::AtLeast && amount.value <= 1.0 && matches!(amount.unit, Unit::Count | Unit::Bytes)
}

/// A length of time: `24h`.
pub(crate) fn time(value: &Node) -> Option<Amount> {
    value.as_str()?.parse().ok().map(Amount::time)
}

/// So many days.
pub(crate) fn days(value: &Node) -> Option<Amount> {
    Some(Amount::new(number(value)? * 86_400.0, Unit::Seconds))
}

/// A share: `50%`.
pub(crate) fn percent(value: &Node) -> Option<Amount> {
    let share = value.as_str()?.trim().strip_suffix('%')?;
    Some(Amount::new(share.trim().parse().ok()?, Unit::Percent))
}

/// A number of bits.
pub(crate) fn bits(value: &Node) -> Option<Amount> {
    Some(Amount::new(number(value)?, Unit::Bits))
}

/// A version with the name of what it is one of: `TLS 1.2`.
pub(crate) fn version(value: &Node) -> Option<Amount> {
    let (of, number) = value.as_str()?.split_once(' ')?;
    Amount::version(of, number)
}

/// At least so many, by the names of what is counted; one is no limit.
pub(crate) fn at_least_each(counts: Option<&Node>) -> impl Iterator<Item = Parameter> {
    let entries = counts.map_or(&[][..], Node::entries).iter();
    entries.filter_map(|entry| at_least(&entry.key, &entry.value))
}

/// At least so many; one is no limit.
pub(crate) fn at_least(name: &str, value: &Node) -> Option<Parameter> {
    let amount = Amount::new(number(value)?, Unit::Count);
    (!is_presence(Side::AtLeast, &amount)).then(|| parameter(name, Side::AtLeast, amount, value))
}

fn parameter(name: &str, side: Side, amount: Amount, value: &Node) -> Parameter {
    Parameter { name: name.to_owned(), side, amount, stated: false, span: value.span.clone() }
}

#[cfg(test)]
mod tests {
    use crate::check::fixture::{kind, node};
    use crate::model::source::node::Node;

    /// The limits of a check: `name side amount`.
    fn limits(yaml: &str) -> Vec<String> {
        let node = node(yaml);
        let kind = kind(node.get("kind").and_then(Node::as_str).unwrap());
        let told = kind.limits(&node.without("kind")).into_iter();
        told.map(|one| format!("{} {} {}", one.name, one.side.in_words(), one.amount.in_words()))
            .collect()
    }

    #[test]
    fn each_kind_tells_its_limits_with_their_units() {
        assert_eq!(
            limits("{kind: backup-age, max_age: 24h, least_share: 50%, timeout: 5s}"),
            ["max_age at most 24 hours", "least_share at least 50 %"]
        );
        assert_eq!(
            limits("{kind: connect-lifecycle, as: platform, recorded: {within: 24h}}"),
            ["within at most 24 hours"]
        );
        assert_eq!(
            limits("{kind: tls, minimum: TLS 1.2, certificate_days: 14, key_strength: 112}"),
            [
                "minimum at least TLS 1.2",
                "certificate_days at least 14 days",
                "key_strength at least 112 bits"
            ]
        );
        assert_eq!(
            limits("{kind: backup-restore, tables: {tenants: 1, notes: 500}, entries: 20}"),
            ["notes at least 500", "entries at least 20"]
        );
        assert_eq!(
            limits(
                "{kind: headers, get: /, headers: {strict-transport-security: {directives: {max-age: {at_least: 31536000}}}}}"
            ),
            ["max-age at least 365 days"]
        );
        assert_eq!(
            limits("{kind: command, json: {/rows: {at_least: 100}, /age_days: {at_most: 7}}}"),
            ["/rows at least 100", "/age_days at most 7 days"]
        );
    }

    #[test]
    fn only_what_is_probed_is_a_limit_and_something_there_is_none() {
        let steps = "{kind: http, steps: [\
            {name: a, role: control, expect: {json: {/n: {at_least: 5}}}}, \
            {name: b, expect: {status: 200, bytes: {at_most: 2048}, json: {/list: {every: {at: /made, is: {not_older_than: 24h}}}, /n: {at_least: 1}}}}, \
            {name: c, role: probe, expect: {json: {/share_percent: {at_least: 99.9}}}}]}";
        assert_eq!(
            limits(steps),
            ["bytes at most 2 KiB", "/made at most 24 hours", "/share_percent at least 99.9 %"]
        );
    }
}
