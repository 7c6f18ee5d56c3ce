//! How a service is reached, from options: certificate authorities, addresses, a resolver.

use std::path::Path;

use avouch::load::file::regular;
use avouch::load::file::regular::Links;

use crate::exit::Exit;
use crate::init::options::Reach;
use crate::terminal::console::Console;

/// The most bytes of a file with certificate authorities.
const BYTES_MAX: u64 = 1 << 20;

/// How a service is reached, if not as everybody reaches it.
#[derive(Default)]
pub(crate) struct Reached {
    /// Hosts, and the addresses to connect to instead.
    pub(crate) connect_to: Vec<(String, String)>,
    /// Certificate authorities, as PEM.
    pub(crate) certificates: Option<String>,
    /// The resolver in place of the system's.
    pub(crate) resolver: Option<String>,
}

impl Reached {
    /// Reads the options, and the file that they name.
    pub(crate) fn read(args: &Reach, console: Console) -> Result<Self, Exit> {
        let certificates =
            args.ca.as_deref().map(|file| certificates(file, console)).transpose()?;
        let (connect_to, resolver) = (args.connect_to.clone(), args.resolver.clone());
        Ok(Self { connect_to, certificates, resolver })
    }
}

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// The certificates in a file, without anything else that it contains, such as a private key.
fn certificates(file: &Path, console: Console) -> Result<String, Exit> {
    let text = regular::read_text(file, BYTES_MAX, Links::Followed).map_err(|error| {
        console.error(format!("`--ca`: `{}` could not be read: {error}", file.display()), "");
        Exit::Unusable
    })?;
    let blocks = text.split(BEGIN).skip(1).filter_map(|rest| rest.split_once(END));
    let blocks: String =
        blocks.map(|(block, _)| format!("{BEGIN}{}{END}\n", block.replace('\r', ""))).collect();
    if blocks.is_empty() {
        let help = "name a file that begins with `-----BEGIN CERTIFICATE-----`";
        console.error(format!("`--ca`: `{}` has no certificate", file.display()), help);
        return Err(Exit::Unusable);
    }
    Ok(blocks)
}
