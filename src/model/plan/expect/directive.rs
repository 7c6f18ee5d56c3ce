//! The directives of a header field, such as `max-age=3600` in `Cache-Control`.

use serde_json::Value;

use crate::model::answer::facts::Facts;
use crate::model::plan::expect::{Directive, JudgeContext, TestOutcome};

impl Directive {
    pub(super) fn judge(&self, values: &[Value], context: &JudgeContext<'_>) -> TestOutcome {
        let values = values.iter().filter_map(Value::as_str);
        let found = values.flat_map(|value| value.split([',', ';'])).find_map(|one| {
            let (name, value) = one.split_once('=').unwrap_or((one, ""));
            let same = name.trim().eq_ignore_ascii_case(&self.name);
            same.then(|| value.trim().trim_matches('"').to_owned())
        });
        let (Some(found), Some(test)) = (&found, &self.is) else {
            return found.is_some().into();
        };
        // Whole numbers stay whole: JSON's `0` and `0.0` are not the same value.
        let whole = found.parse::<i64>().map(Value::from);
        let number = whole.or_else(|_| found.parse::<f64>().map(Value::from));
        let value = number.unwrap_or_else(|_| Value::from(found.as_str()));
        test.judge(&value, &Facts(Value::Null), context)
    }
}
