//! The options of `avouch init`: most answer one of its questions.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::args::PolicyOption;

/// The options that answer a question about a new project.
const ANSWERS: [&str; 15] = [
    "organisation",
    "target",
    "url",
    "contact",
    "login",
    "private",
    "secret",
    "client_key",
    "user",
    "header",
    "login_url",
    "fields",
    "reports_are_read",
    "openapi",
    "har",
];

/// `avouch init`
#[derive(Clone, Debug, Args)]
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
    /// The log-in of the test customer.
    #[command(flatten)]
    pub(crate) customer: CustomerOptions,
    /// An OpenAPI description, from which the log-in and up to five paths that need it are taken
    #[arg(long, value_name = "FILE", conflicts_with = "har")]
    pub(crate) openapi: Option<PathBuf>,
    /// A recorded session (HAR) of a customer, from which the log-in and up to five paths are taken: only the
    /// names of paths and fields, and no values
    #[arg(long, value_name = "FILE")]
    pub(crate) har: Option<PathBuf>,
    /// Confirm that a person reads every report sent to the contact; the page shows this, with
    /// today's date, as a claim that nobody has tested
    #[arg(long)]
    pub(crate) reports_are_read: bool,
    /// How the service is reached.
    #[command(flatten)]
    pub(crate) reach: Reach,
    /// The operator's policy.
    #[command(flatten)]
    pub(crate) policy: PolicyOption,
}

/// How a test customer logs in.
#[derive(Clone, Debug, Args)]
pub(crate) struct CustomerOptions {
    /// How customers log in
    #[arg(long, value_enum)]
    pub(crate) login: Option<Login>,
    /// A path that only a logged-in customer may read; can be repeated
    #[arg(long, value_name = "PATH")]
    pub(crate) private: Vec<String>,
    /// The environment variable with a test customer's secret
    #[arg(long, value_name = "NAME")]
    pub(crate) secret: Option<String>,
    /// With `--login connect`, the client key of the test customer
    #[arg(long, value_name = "KEY")]
    pub(crate) client_key: Option<String>,
    /// With `--login basic` or `form`, the name of the test customer; with `oauth2`, the id of the client
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// With `--login api-key`, the header field with the key
    #[arg(long, value_name = "FIELD")]
    pub(crate) header: Option<String>,
    /// With `--login form`, the path of the form [default: /login]; with `oauth2`, the token end point
    #[arg(long, value_name = "URL")]
    pub(crate) login_url: Option<String>,
    /// With `--login form`, the fields with the name and the password, and a hidden field that has to be sent
    /// back, if there is one [default: username,password]
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    pub(crate) fields: Vec<String>,
}

/// How a service is reached, if not as everybody reaches it.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Reach {
    /// A file with certificate authorities to trust in addition to the public ones, as PEM
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// Connect to an address in place of that of a host: `app.example.com=127.0.0.1:8443`; can be repeated
    #[arg(long, value_name = "HOST=ADDRESS", value_parser = host_and_address)]
    pub(crate) connect_to: Vec<(String, String)>,
    /// The resolver to use in place of the system's
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) resolver: Option<String>,
}

fn host_and_address(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').map(|(host, address)| (host.to_owned(), address.to_owned()));
    parts.ok_or_else(|| "write `HOST=ADDRESS`, such as `app.example.com=127.0.0.1:8443`".into())
}

/// How customers log in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Login {
    /// With a token, as `Authorization: Bearer`.
    Bearer,
    /// With a name and a password, as `Authorization: Basic`.
    Basic,
    /// With a form.
    Form,
    /// With the cookie of a session, such as `session=...`.
    Session,
    /// With a key in a header field.
    ApiKey,
    /// With OAuth 2.0, as a client (client credentials).
    Oauth2,
    /// As an Atlassian Connect add-on.
    Connect,
    /// Customers do not log in.
    #[default]
    None,
}

impl Login {
    /// Every way, as a question offers it.
    pub(crate) const ALL: [(Self, &str); 8] = [
        (Self::Bearer, "with a token, as `Authorization: Bearer`"),
        (Self::Basic, "with a name and a password, as `Authorization: Basic`"),
        (Self::Form, "with a form"),
        (Self::Session, "with the cookie of a session"),
        (Self::ApiKey, "with a key in a header field"),
        (Self::Oauth2, "with OAuth 2.0, as a client"),
        (Self::Connect, "as an Atlassian Connect add-on"),
        (Self::None, "they do not, or I will set this up later"),
    ];

    /// What the variable with the secret contains.
    pub(crate) fn secret(self) -> &'static str {
        match self {
            Self::Bearer => "that token",
            Self::Basic | Self::Form => "the password",
            Self::Session => "that cookie, such as `session=...`",
            Self::ApiKey => "that key",
            Self::Oauth2 => "the client's secret",
            Self::Connect | Self::None => "the shared secret",
        }
    }

    /// Whether a test customer has a name.
    pub(crate) fn has_user(self) -> bool {
        matches!(self, Self::Basic | Self::Form | Self::Oauth2)
    }
}
