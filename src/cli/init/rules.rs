//! The rules for answers. An error says what to write, without the text: it may be a secret in the wrong place.

use avouch::load::origin;
use url::Url;

/// The target that is the embedded demo add-on.
pub(crate) const DEMO: &str = "demo";

/// Checks a text.
pub(crate) type Rule = fn(&str) -> Result<(), String>;

/// The answer where no variable has the secret.
pub(crate) const NO_LOGIN: &str = "none";

pub(crate) fn named(text: &str) -> Result<(), String> {
    let fits = !text.trim().is_empty() && !text.contains(['\n', '\r']);
    if fits { Ok(()) } else { Err("write a name on one line".into()) }
}

pub(crate) fn https(text: &str) -> Result<(), String> {
    let url = Url::parse(text).ok().filter(|url| url.scheme() == "https" && url.has_host());
    url.map(|_| ()).ok_or_else(|| "write an address that starts with https://".into())
}

pub(crate) fn target(text: &str) -> Result<(), String> {
    const USUAL: &str = "write `demo`, or an origin such as `https://addon.example.com`, without \
                         a path";
    if text == DEMO {
        return Ok(());
    }
    origin(text).map(|_| ()).map_err(|fault| fault.help(text, USUAL))
}

pub(crate) fn contact(text: &str) -> Result<(), String> {
    let is_mail = mailbox(text).split_once('@').is_some();
    if is_mail && Url::parse(&full_contact(text)).is_ok() { Ok(()) } else { https(text) }
}

pub(crate) fn path(text: &str) -> Result<(), String> {
    if text.starts_with('/') && is_plain(text) {
        Ok(())
    } else {
        Err("write a path such as /api/me".into())
    }
}

/// Whether a path has only characters that no quotation marks are needed for.
pub(crate) fn is_plain(path: &str) -> bool {
    path.chars().all(|c| c.is_ascii_alphanumeric() || "/-_.~%".contains(c))
}

/// A path of the target, or an address.
pub(crate) fn path_or_https(text: &str) -> Result<(), String> {
    path(text).or_else(|_| https(text)).map_err(|_| "write a path or an `https:` address".into())
}

/// The name of a field: of a header, or of a form.
pub(crate) fn field(text: &str) -> Result<(), String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.[]".contains(c);
    let is_name = !text.is_empty() && text.chars().all(fits);
    if is_name { Ok(()) } else { Err("write the name of a field".into()) }
}

pub(crate) fn variable(name: &str) -> Result<(), String> {
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let value = if is_name { std::env::var_os(name) } else { None };
    let is_set = value.is_some_and(|value| !value.is_empty());
    if is_set { Ok(()) } else { Err("this variable is not set".into()) }
}

pub(crate) fn variable_or_none(text: &str) -> Result<(), String> {
    let help = "name another one, or write none to start without a login";
    if text == NO_LOGIN { Ok(()) } else { variable(text).map_err(|why| format!("{why}: {help}")) }
}

pub(crate) fn mailbox(contact: &str) -> &str {
    contact.strip_prefix("mailto:").unwrap_or(contact)
}

pub(crate) fn full_contact(text: &str) -> String {
    let is_bare = !text.starts_with("mailto:") && !text.contains("://");
    if is_bare { format!("mailto:{text}") } else { text.to_owned() }
}

/// A text as one YAML string, whatever it contains: JSON is YAML too.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
