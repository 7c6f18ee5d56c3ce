//! The options of `avouch serve`.

use clap::Args;

use crate::args::Target;

/// `avouch serve`
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The port on this machine; if it is in use, the next free one
    #[arg(long, value_name = "PORT", default_value_t = 4747)]
    pub(crate) port: u16,
    /// Open the preview in a browser
    #[arg(long)]
    pub(crate) open: bool,
    /// The published claims.json to compare with [default: the last commit]
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) previous: Option<String>,
    /// The service.
    #[command(flatten)]
    pub(crate) target: Target,
}
