//! How far a value may be beyond the limit of a test, for waivers: a test with another limit.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::language::period::Period;
use crate::model::plan::expect::{Directive, Expectation, Test, Within};
use crate::model::time::read_time;

/// The statuses by which a stranger is refused.
const STRANGERS: [u64; 2] = [401, 403];

/// Seconds of an hour: ages are rounded to whole hours, so that a waiver outlives the next run.
const HOUR_S: i64 = 3600;

impl Test {
    /// The same test with the limit `up_to`; `None` if it has no single limit, or another unit.
    pub fn with_limit(&self, up_to: &Value) -> Option<Self> {
        let number = || up_to.as_f64();
        let period = || up_to.as_str()?.parse::<Period>().ok();
        let within =
            |one: &Within| Some(Within { at: one.at.clone(), is: one.is.with_limit(up_to)? });
        Some(match self {
            Self::AtMost(_) => Self::AtMost(number()?),
            Self::AtLeast(_) => Self::AtLeast(number()?),
            Self::NotOlderThan(_) => Self::NotOlderThan(period()?),
            Self::AtLeastAhead(_) => Self::AtLeastAhead(period()?),
            Self::Every(one) => Self::Every(Box::new(within(one)?)),
            Self::Some(one) => Self::Some(Box::new(within(one)?)),
            Self::IfThere(test) => Self::IfThere(Box::new(test.with_limit(up_to)?)),
            Self::Directive(one) => Self::Directive(Box::new(Directive {
                name: one.name.clone(),
                is: Some(one.is.as_ref()?.with_limit(up_to)?),
            })),
            _ => return None,
        })
    }

    /// Whether it has a single limit, which a waiver can move.
    pub fn has_limit(&self) -> bool {
        self.with_limit(&json!(0)).is_some() || self.with_limit(&json!("0s")).is_some()
    }

    /// The limit that the value `actual`, observed at `observed`, just meets; `None` if the test has
    /// no limit of its own, or the value cannot meet any.
    pub fn limit_for(&self, actual: &Value, observed: Timestamp) -> Option<Value> {
        let seconds = |time: &Value| Some(read_time(time)?.duration_since(observed).as_secs());
        let period = |hours: i64| {
            let hours = u64::try_from(hours).ok()?;
            Some(json!(Period::hours(hours).to_string()))
        };
        match self {
            Self::AtMost(_) | Self::AtLeast(_) => Some(actual.clone()).filter(Value::is_number),
            // Seconds are cut off, so a whole hour is not enough.
            Self::NotOlderThan(_) => period((-seconds(actual)?).div_euclid(HOUR_S) + 1),
            Self::AtLeastAhead(_) => period((seconds(actual)? - 1).div_euclid(HOUR_S)),
            _ => None,
        }
    }
}

impl Expectation {
    /// Whether it keeps strangers out, or one customer's data from another. No waiver accepts that it is
    /// not met.
    pub fn keeps_others_out(&self) -> bool {
        let refuses = |value: &Value| value.as_u64().is_some_and(|one| STRANGERS.contains(&one));
        match (self.at.as_str(), &self.test) {
            (_, Test::Refused(_) | Test::WithholdsData | Test::Unchanged) => true,
            (_, Test::ShowsNoForeignCanary) => true,
            ("/status", Test::Equals(value)) => refuses(value),
            ("/status", Test::OneOf(values)) => values.iter().any(refuses),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_replaced_in_its_own_unit_only() {
        let day = Test::NotOlderThan(Period::hours(24));
        assert_eq!(day.with_limit(&json!("48h")), Some(Test::NotOlderThan(Period::hours(48))));
        assert_eq!(day.with_limit(&json!(48)), None);
        assert_eq!(Test::AtMost(3.0).with_limit(&json!(5)), Some(Test::AtMost(5.0)));
        assert_eq!(Test::AtMost(3.0).with_limit(&json!("5")), None);
        assert_eq!(Test::Exists(true).with_limit(&json!(5)), None);
        let within = |is| Test::Every(Box::new(Within { at: "/age".into(), is }));
        let every = within(Test::AtMost(3.0)).with_limit(&json!(5));
        assert_eq!(every, Some(within(Test::AtMost(5.0))));
    }

    #[test]
    fn a_limit_is_suggested_that_the_value_meets() {
        let noon = "2026-11-22T12:00:00Z".parse().unwrap();
        let limit = |test: Test, actual: Value| test.limit_for(&actual, noon);
        let day = || Test::NotOlderThan(Period::hours(24));
        assert_eq!(limit(day(), json!("2026-11-21T11:59:59Z")), Some(json!("25h")));
        assert_eq!(limit(day(), json!("2026-11-21T11:00:00Z")), Some(json!("26h")));
        let ahead = || Test::AtLeastAhead(Period::days(30));
        assert_eq!(limit(ahead(), json!("2026-11-24T13:00:00Z")), Some(json!("48h")));
        assert_eq!(limit(ahead(), json!("2026-11-21T13:00:00Z")), None);
        assert_eq!(limit(Test::AtMost(3.0), json!(7)), Some(json!(7)));
        assert_eq!(limit(Test::AtMost(3.0), json!("7")), None);
    }
}
