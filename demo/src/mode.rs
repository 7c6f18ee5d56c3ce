//! Modes: ways in which the whole add-on behaves, unlike flaws, which affect one claim each.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;

use crate::names::UnknownName;
use crate::problem::Problem;

/// The delay of the slow add-on: longer than any client should wait.
const DELAY: Duration = Duration::from_secs(60);

/// How the add-on behaves as a whole.
///
/// The plain HTTP port belongs to the platform's router: only `slow`, `garbage` and `down` affect it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// As intended.
    #[default]
    Sound,
    /// 401 for everybody, including tenants.
    RefusesEverybody,
    /// 200 and `{}` for everybody.
    AllowsEverybody,
    /// 500 for everybody.
    FailsEverybody,
    /// 200 and a web page for everybody.
    HtmlToEverybody,
    /// Answers after a minute.
    Slow,
    /// Sends bytes that are not HTTP.
    Garbage,
    /// 429 for everybody.
    LimitsRate,
    /// Accepts no connections.
    Down,
}

impl Mode {
    /// All modes.
    pub const ALL: &[Self] = &[
        Self::Sound,
        Self::RefusesEverybody,
        Self::AllowsEverybody,
        Self::FailsEverybody,
        Self::HtmlToEverybody,
        Self::Slow,
        Self::Garbage,
        Self::LimitsRate,
        Self::Down,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sound => "sound",
            Self::RefusesEverybody => "refuses-everybody",
            Self::AllowsEverybody => "allows-everybody",
            Self::FailsEverybody => "fails-everybody",
            Self::HtmlToEverybody => "html-to-everybody",
            Self::Slow => "slow",
            Self::Garbage => "garbage",
            Self::LimitsRate => "limits-rate",
            Self::Down => "down",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Mode {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.iter().copied();
        all.find(|mode| mode.name() == name).ok_or_else(|| UnknownName {
            what: "mode",
            name: name.to_owned(),
            known: Self::ALL.iter().map(|mode| mode.name()).collect(),
        })
    }
}

/// Applies the mode to a request.
pub(crate) async fn apply(State(mode): State<Mode>, request: Request, next: Next) -> Response {
    match mode {
        Mode::Sound | Mode::Garbage | Mode::Down => next.run(request).await,
        Mode::Slow => {
            tokio::time::sleep(DELAY).await;
            next.run(request).await
        }
        Mode::RefusesEverybody => Problem::unauthorized("nobody has access").into_response(),
        Mode::AllowsEverybody => Json(json!({})).into_response(),
        Mode::FailsEverybody => {
            Problem(StatusCode::INTERNAL_SERVER_ERROR, "the add-on failed").into_response()
        }
        Mode::HtmlToEverybody => Html(SPLASH).into_response(),
        Mode::LimitsRate => {
            let problem = Problem(StatusCode::TOO_MANY_REQUESTS, "there are too many requests");
            ([(header::RETRY_AFTER, "1")], problem).into_response()
        }
    }
}

const SPLASH: &str = "<!doctype html><html lang=\"en\"><title>Error 404</title>\
    <p>Error 404: this page was not found.</p></html>\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mode_is_parsed_from_its_name() {
        for mode in Mode::ALL {
            assert_eq!(mode.to_string().parse(), Ok(*mode));
        }
        assert!("broken".parse::<Mode>().is_err());
    }
}
