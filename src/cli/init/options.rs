//! The options of `avouch init`: each answers one of its questions.

use clap::{Args, ValueEnum};

use crate::args::PolicyOption;

/// The options that answer a question about a new project.
const ANSWERS: [&str; 9] = [
    "organisation",
    "target",
    "url",
    "contact",
    "login",
    "private",
    "secret",
    "client_key",
    "reports_are_read",
];

/// `avouch init`
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Add the check file of a common claim to this project; can be repeated. `--list` lists the names
    #[arg(long = "claim", value_name = "NAME", conflicts_with_all = ANSWERS)]
    pub(crate) claims: Vec<String>,
    /// List the common claims, with their words
    #[arg(long, conflicts_with_all = ANSWERS, conflicts_with = "claims")]
    pub(crate) list: bool,
    /// The organisation that publishes the page
    #[arg(long, value_name = "NAME")]
    pub(crate) organisation: Option<String>,
    /// The service to check: its address, or `demo`
    #[arg(long, value_name = "URL")]
    pub(crate) target: Option<String>,
    /// The future address of the page
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Where to report vulnerabilities: a mail address, or an `https:` address
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) contact: Option<String>,
    /// How customers log in
    #[arg(long, value_enum)]
    pub(crate) login: Option<Login>,
    /// A path that only a logged-in customer may read
    #[arg(long, value_name = "PATH")]
    pub(crate) private: Option<String>,
    /// The environment variable with a test customer's secret
    #[arg(long, value_name = "NAME")]
    pub(crate) secret: Option<String>,
    /// With `--login connect`, the client key of the test customer
    #[arg(long, value_name = "KEY")]
    pub(crate) client_key: Option<String>,
    /// Confirm that a person reads every report sent to the contact; the page shows this, with
    /// today's date, as a claim that nobody has tested
    #[arg(long)]
    pub(crate) reports_are_read: bool,
    /// The operator's policy.
    #[command(flatten)]
    pub(crate) policy: PolicyOption,
}

/// How customers log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Login {
    /// With a token, as `Authorization: Bearer`.
    Bearer,
    /// As an Atlassian Connect add-on.
    Connect,
    /// Customers do not log in.
    None,
}
