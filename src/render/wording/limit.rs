//! The limits in an expectation.

use crate::language::quantity::amount::{Amount, Unit};
use crate::language::quantity::side::Side;
use crate::model::plan::expect::{Directive, Expectation, Test, Within};
use crate::model::published::PublishedLimit;
use crate::render::wording::plain;
use crate::render::wording::subject::subject;

/// Every limit in an expectation, with the words for the limited value, in the order of the clause.
pub fn limits(expectation: &Expectation) -> Vec<PublishedLimit> {
    let mut limits = Vec::new();
    gather(&expectation.test, &subject(&expectation.at), &mut limits);
    limits
}

fn gather(test: &Test, of: &str, limits: &mut Vec<PublishedLimit>) {
    let count = |limit: &f64| Amount::new(*limit, Unit::Count);
    let mut add = |side: Side, amount: Amount| {
        limits.push(PublishedLimit { of: of.to_owned(), side, amount });
    };
    match test {
        Test::AtMost(limit) => add(Side::AtMost, count(limit)),
        Test::AtLeast(limit) => add(Side::AtLeast, count(limit)),
        Test::NotOlderThan(limit) => add(Side::AtMost, Amount::time(*limit)),
        Test::AtLeastAhead(limit) => add(Side::AtLeast, Amount::time(*limit)),
        Test::IfThere(test) => gather(test, of, limits),
        Test::Every(within) | Test::Some(within) => entry(within, limits),
        Test::All(all) => all.iter().for_each(|within| entry(within, limits)),
        Test::Directive(directive) => self::directive(directive, of, limits),
        Test::Cookie(cookie) => gather(&cookie.is, of, limits),
        _ => {}
    }
}

fn directive(directive: &Directive, of: &str, limits: &mut Vec<PublishedLimit>) {
    let known = limits.len();
    let of = format!("{} in {of}", plain(&directive.name));
    directive.is.iter().for_each(|test| gather(test, &of, limits));
    if directive.name.eq_ignore_ascii_case("max-age") {
        limits[known..].iter_mut().for_each(|limit| limit.amount.unit = Unit::Seconds);
    }
}

fn entry(within: &Within, limits: &mut Vec<PublishedLimit>) {
    gather(&within.is, &subject(&within.at), limits);
}
