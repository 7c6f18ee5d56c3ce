//! Takes answers from a file: an OpenAPI description, or a recorded session (HAR).
//!
//! Of a recording, only names are taken: of paths, header fields and the fields of forms. No value of it is kept.

use std::path::Path;

use avouch::load::file::regular;
use avouch::load::file::regular::Links;
use serde_json::Value;

use crate::exit::Exit;
use crate::init::options::Init;
use crate::init::{har, openapi};
use crate::terminal::console::Console;

/// The most bytes of a description, and of a recording.
const DESCRIPTION_BYTES_MAX: u64 = 8 << 20;
const RECORDING_BYTES_MAX: u64 = 64 << 20;

/// The options, with answers from the file that they name wherever they give none.
pub(crate) fn filled(args: &Init, console: Console) -> Result<Init, Exit> {
    let mut all = args.clone();
    let (file, described) = match (&args.openapi, &args.har) {
        (Some(file), _) => (file, read(file, DESCRIPTION_BYTES_MAX).map(|all| openapi::read(&all))),
        (None, Some(file)) => {
            let recording = read(file, RECORDING_BYTES_MAX);
            (file, recording.map(|all| har::read(&all, args.target.as_deref())))
        }
        (None, None) => return Ok(all),
    };
    let described = described.map_err(|why| {
        console.error(format!("`{}` could not be read: {why}", file.display()), "");
        Exit::Unusable
    })?;
    if described.private.is_empty() && args.customer.private.is_empty() {
        let message = format!("`{}` names no path that only customers may read", file.display());
        let help =
            "name one with `--private`; a request with `GET` and a path without an id counts";
        console.error(message, help);
        return Err(Exit::Unusable);
    }
    let customer = &mut all.customer;
    all.target = all.target.or(described.target);
    if customer.login.is_none() {
        customer.login = described.login;
        customer.header = customer.header.take().or(described.header);
        customer.login_url = customer.login_url.take().or(described.login_url);
        if customer.fields.is_empty() {
            customer.fields = described.fields;
        }
    }
    if customer.private.is_empty() {
        customer.private = described.private;
    }
    Ok(all)
}

/// A file in JSON or YAML.
fn read(file: &Path, bytes_max: u64) -> Result<Value, String> {
    let text =
        regular::read_text(file, bytes_max, Links::Followed).map_err(|one| one.to_string())?;
    // Neither message repeats the text, which may contain secrets.
    match text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        true => serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|error| format!("it is not JSON (line {})", error.line())),
        false => serde_yaml::from_str(&text).map_err(|_| "it is neither JSON nor YAML".into()),
    }
}
