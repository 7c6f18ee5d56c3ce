//! Limits of a run: `limits:` in `avouch.yaml`.

use std::fmt;
use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::language::period::Period;
use crate::language::size::Size;
use crate::load::project::scope::Scope;
use crate::model::project::world::{ATTESTED_FOR_MAX, Limits};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;

/// `limits:` in the project's file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct LimitsFile {
    /// Requests under way at once, over all.
    pub at_once: Option<Spanned<u64>>,
    /// Requests under way at once to one host.
    pub per_host: Option<Spanned<u64>>,
    /// Requests under way at once to one origin that change something there; 1 if left out, because many
    /// services answer concurrent writes with errors.
    pub writes_at_once: Option<Spanned<u64>>,
    /// Requests begun in a second, over all and whatever their address, except the demo's. If it is left
    /// out, 20 to public addresses; requests to this machine and to private addresses have no such limit.
    pub per_second: Option<Spanned<u64>>,
    /// How long one request may take.
    pub timeout: Option<Spanned<Period>>,
    /// How long a whole run may take.
    pub run: Option<Spanned<Period>>,
    /// How much is read of one body.
    pub body: Option<Spanned<Size>>,
    /// How often an inconclusive check is begun again.
    pub retries: Option<Spanned<u64>>,
    /// How long the evidence of a claim may be valid at most; 31 days if left out. The page shows a higher
    /// limit.
    pub valid_for: Option<Spanned<Period>>,
    /// How many requests a run may send, without redirects, further pages, retries and second looks at
    /// violations. A run that would send more is refused before it sends any.
    pub requests: Option<Spanned<u64>>,
}

/// The limits as written, with the defaults for those that are missing or not valid.
pub(crate) fn of(file: &LimitsFile, scope: &mut Scope<'_>) -> Limits {
    let usual = Limits::default();
    let mut count = |value: &Option<Spanned<u64>>, range: RangeInclusive<u64>| {
        let value = value.as_ref()?;
        within(value, range, scope).then_some(value.value)
    };
    let at_once = count(&file.at_once, 1..=1000);
    let per_host = count(&file.per_host, 1..=1000);
    let writes_at_once = count(&file.writes_at_once, 1..=1000);
    let per_second = count(&file.per_second, 1..=10_000);
    let retries = count(&file.retries, 0..=10);
    let requests = count(&file.requests, 1..=10_000_000);
    let mut time = |value: Option<Spanned<Period>>, max: Period| {
        let value = value?;
        within(&value, Period::seconds(1)..=max, scope).then_some(value.value)
    };
    let timeout = time(file.timeout.clone(), Period::seconds(600));
    let run = time(file.run.clone(), Period::hours(24));
    let valid_for = time(file.valid_for.clone(), ATTESTED_FOR_MAX);
    let body =
        file.body.as_ref().filter(|body| within(body, Size(1 << 10)..=Size(64 << 20), scope));
    let usize_of = |value: u64| usize::try_from(value).ok();
    let u32_of = |value: u64| u32::try_from(value).ok();
    Limits {
        at_once: at_once.and_then(usize_of).unwrap_or(usual.at_once),
        per_host: per_host.and_then(usize_of).unwrap_or(usual.per_host),
        writes_at_once: writes_at_once.and_then(usize_of).unwrap_or(usual.writes_at_once),
        per_second: per_second.and_then(u32_of),
        timeout: timeout.unwrap_or(usual.timeout),
        run: run.unwrap_or(usual.run),
        body: body.map_or(usual.body, |body| body.value.0),
        retries: retries.and_then(u32_of).unwrap_or(usual.retries),
        valid_for: valid_for.unwrap_or(usual.valid_for),
        requests: requests.and_then(usize_of).unwrap_or(usual.requests),
    }
}

fn within<T: PartialOrd + fmt::Display>(
    value: &Spanned<T>,
    range: RangeInclusive<T>,
    scope: &mut Scope<'_>,
) -> bool {
    if range.contains(&value.value) {
        return true;
    }
    let message = format!("`{}` is out of range", value.value);
    let help = format!("write a value from `{}` to `{}`", range.start(), range.end());
    scope.report(Code::BadLimit, &value.span, message, &help);
    false
}
