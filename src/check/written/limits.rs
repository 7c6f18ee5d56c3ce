//! The limits among a check's settings, which its claim's text must mention.

use std::ops::Range;

use crate::language::quantity::amount::{Amount, Unit};
use crate::language::quantity::side::Side;
use crate::model::plan::parameter::Parameter;
use crate::model::source::decode::Spanned;
use crate::model::written::test::{Operand, TestLimit, Tests};

/// A limit that the service must be at or below.
pub(crate) fn at_most<T>(name: &str, setting: &Spanned<T>, amount: Amount) -> Parameter {
    parameter(name, Side::AtMost, amount, setting.span.clone())
}

/// A limit that the service must be at or above.
pub(crate) fn at_least<T>(name: &str, setting: &Spanned<T>, amount: Amount) -> Parameter {
    parameter(name, Side::AtLeast, amount, setting.span.clone())
}

/// The least count of something. A count of one only says that there is something, and is not a
/// limit.
pub(crate) fn count(name: &str, setting: &Spanned<u32>) -> Option<Parameter> {
    let amount = Amount::new(f64::from(setting.value), Unit::Count);
    (!is_presence(Side::AtLeast, &amount)).then(|| at_least(name, setting, amount))
}

/// The limits in tests of several values, each with the name of the value.
pub(crate) fn of_tests<'a>(
    tests: impl IntoIterator<Item = (&'a str, &'a Spanned<Tests>)>,
) -> Vec<Parameter> {
    let all = tests.into_iter();
    all.flat_map(|(name, tests)| tests.limits.iter().filter_map(|limit| of_test(name, limit)))
        .collect()
}

fn of_test(name: &str, limit: &TestLimit) -> Option<Parameter> {
    let name = limit.of.as_deref().unwrap_or(name);
    let amount = match (limit.operand, limit.unit) {
        (Operand::Number(number), Some(unit)) => unit.amount(number),
        (Operand::Number(number), None) => counted(name, number),
        (Operand::Time(period), _) => Amount::time(period),
    };
    let limit = parameter(name, limit.side, amount, limit.span.clone());
    (!is_presence(limit.side, &limit.amount)).then_some(limit)
}

/// What a bare number counts, by the last words of the name of the value that it limits.
const SUFFIXES: [(&str, f64, Unit); 10] = [
    ("s", 1.0, Unit::Seconds),
    ("sec", 1.0, Unit::Seconds),
    ("secs", 1.0, Unit::Seconds),
    ("seconds", 1.0, Unit::Seconds),
    ("minutes", 60.0, Unit::Seconds),
    ("hours", 3600.0, Unit::Seconds),
    ("days", 86_400.0, Unit::Seconds),
    ("percent", 1.0, Unit::Percent),
    ("bytes", 1.0, Unit::Bytes),
    ("bits", 1.0, Unit::Bits),
];

/// Directives of header fields whose numbers are seconds (RFC 9111, RFC 6797, RFC 5861).
const SECONDS: [&str; 5] =
    ["max-age", "s-maxage", "stale-while-revalidate", "stale-if-error", "max-stale"];

/// The amount of `number` of the value named `of`: a JSON Pointer, a directive, or a part of an answer.
pub(crate) fn counted(of: &str, number: f64) -> Amount {
    let last = last_word(of);
    let is_directive = !of.starts_with('/') && SECONDS.contains(&of.to_lowercase().as_str());
    match SUFFIXES.iter().find(|(suffix, ..)| last.as_str() == *suffix) {
        _ if is_directive => Amount::new(number, Unit::Seconds),
        // A field that is named `s` need not be in seconds; `latency_s` is.
        Some(("s", ..)) if of.ends_with("/s") || of == "s" => Amount::new(number, Unit::Count),
        Some((_, factor, unit)) => Amount::new(number * factor, unit.clone()),
        None => Amount::new(number, Unit::Count),
    }
}

/// The last word of a name, in lower case: `days` of `/age_days`, `/retentionDays` and `/days`. The
/// days of `/holidays` are not a unit.
fn last_word(name: &str) -> String {
    let last = name.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let starts = last
        .char_indices()
        .skip(1)
        .filter(|(at, c)| c.is_uppercase() && last[..*at].ends_with(char::is_lowercase));
    last[starts.last().map_or(0, |(at, _)| at)..].to_lowercase()
}

/// Whether a limit only says that there is something, as "at least one" does.
fn is_presence(side: Side, amount: &Amount) -> bool {
    side == Side::AtLeast && amount.value <= 1.0 && matches!(amount.unit, Unit::Count | Unit::Bytes)
}

fn parameter(name: &str, side: Side, amount: Amount, span: Range<usize>) -> Parameter {
    Parameter { name: name.to_owned(), side, amount, stated: false, span }
}

#[cfg(test)]
mod tests {
    use crate::check::fixture::plan;

    /// The limits of a check: `name side amount`.
    fn limits(yaml: &str) -> Vec<String> {
        let limits = plan(yaml).parameters.into_iter();
        limits
            .map(|one| format!("{} {} {}", one.name, one.side.in_words(), one.amount.in_words()))
            .collect()
    }

    #[test]
    fn each_kind_lists_its_limits_with_their_units() {
        assert_eq!(
            limits(
                "{kind: backup-age, get: /b, at: /t, name: /i, bytes: /n, max_age: 24h, least_share: 50%, timeout: 5s}"
            ),
            ["max_age at most 24 hours", "least_share at least 50 %"]
        );
        assert_eq!(
            limits(
                "{kind: connect-lifecycle, as: platform, recorded: {as: operator, get: /log, at: /entries, within: 24h}}"
            ),
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
            limits(
                "{kind: backup-restore, get: /b, form: sqlite, tables: {tenants: 1, notes: 500}}"
            ),
            ["notes at least 500"]
        );
        assert_eq!(
            limits("{kind: backup-restore, get: /b, form: tar, entries: 20}"),
            ["entries at least 20"]
        );
        assert_eq!(
            limits(
                "{kind: headers, get: /, headers: {strict-transport-security: {directives: {max-age: {at_least: 31536000}}}}}"
            ),
            ["max-age at least 365 days"]
        );
        assert_eq!(
            limits(
                "{kind: command, run: [a], json: {/rows: {at_least: 100}, /age_days: {at_most: 7}}}"
            ),
            ["/rows at least 100", "/age_days at most 7 days"]
        );
    }

    #[test]
    fn only_probes_have_limits_and_at_least_one_is_not_a_limit() {
        let steps = "{kind: http, steps: [\
            {name: a, role: control, get: /a, expect: {json: {/n: {at_least: 5}}}}, \
            {name: b, get: /b, expect: {status: 200, bytes: {at_most: 2048}, json: {/list: {every: {at: /made, is: {not_older_than: 24h}}}, /n: {at_least: 1}}}}, \
            {name: c, role: probe, get: /c, expect: {json: {/share_percent: {at_least: 99.9}}}}]}";
        assert_eq!(
            limits(steps),
            ["bytes at most 2 KiB", "/made at most 24 hours", "/share_percent at least 99.9 %"]
        );
    }
}
