//! Turns the destination of a request into an address.

use url::Url;

use crate::model::plan::request::Destination;
use crate::model::plan::template::{Part, SECRET, Template};
use crate::model::project::Project;
use crate::model::project::world::World;
use crate::probe::spellings::escapes::percent;
use crate::probe::values::{Values, missing};

/// The address of a destination. The error is a message for people.
pub(crate) fn address(
    destination: &Destination,
    project: &Project,
    values: &Values,
) -> Result<Url, String> {
    let world = &project.world;
    match destination {
        Destination::Target(path) => on(&world.target, &fill(path, values)?),
        Destination::PlainTarget(path) => on(&plain(world)?, &fill(path, values)?),
        Destination::Host(role, path) => {
            let host = world.hosts.get(role);
            let host = host.ok_or_else(|| format!("no host has the role `{role}`"))?;
            let origin = Url::parse(&format!("https://{host}/"));
            let origin = origin.map_err(|_| format!("`{host}` is not a host name"))?;
            on(&origin, &fill(path, values)?)
        }
        Destination::Address(address) => {
            let text = fill(address, values)?;
            let url = Url::parse(&text).map_err(|_| format!("`{text}` is not an address"))?;
            if !matches!(url.scheme(), "https" | "http") {
                return Err(format!("`{text}` is not an `http:` or `https:` address"));
            }
            Ok(at_actual_host(url, project))
        }
    }
}

/// The target over plain HTTP on port 80.
fn plain(world: &World) -> Result<Url, String> {
    let host = world.target.host_str().unwrap_or_default();
    Url::parse(&format!("http://{host}/")).map_err(|_| "the target has no host".to_owned())
}

/// Joins a path and query to an origin. The result has that origin, whatever values were filled in.
fn on(origin: &Url, path: &str) -> Result<Url, String> {
    let url = match path.starts_with('/') {
        true => origin.join(&format!("{}{path}", origin.origin().ascii_serialization())),
        // A captured value may be a whole address; it must have the same origin.
        false => origin.join(path),
    };
    let url = url.map_err(|_| format!("`{path}` is not a path"))?;
    if url.origin() != origin.origin() {
        return Err(format!("`{path}` is not on `{origin}`"));
    }
    Ok(url)
}

/// Replaces the host that a role has in the project with the host that it has in this run, which
/// differs when the demo is the target.
fn at_actual_host(mut url: Url, project: &Project) -> Url {
    let role = project.role_of(&url);
    let host = role.and_then(|role| project.world.hosts.get(role));
    if let Some(host) = host
        && let Ok(actual) = Url::parse(&format!("https://{host}/"))
    {
        // Neither fails: the host was just parsed from an `https:` address.
        let _ = url.set_host(actual.host_str());
        if actual.port().is_some() {
            let _ = url.set_port(actual.port());
        }
    }
    url
}

/// Fills a path or address. Values are percent-encoded, except for one at the very start of the
/// template: that value is itself a path or an address.
fn fill(template: &Template, values: &Values) -> Result<String, String> {
    let mut text = String::new();
    for part in template.parts() {
        match part {
            Part::Text(part) => text.push_str(part),
            Part::Hole(hole) if hole.starts_with(SECRET) => {
                return Err(format!("`${{{hole}}}` is a secret, which is in no address"));
            }
            Part::Hole(hole) => {
                let value = values.get(hole).ok_or_else(|| missing(hole.to_owned()))?;
                if text.is_empty() {
                    text.push_str(&value);
                } else {
                    text.push_str(&segment(hole, &value)?);
                }
            }
        }
    }
    Ok(text)
}

/// Encodes a value as one path segment. Rejects values that would turn the path of one object into
/// that of all of them: `DELETE /notes/` instead of `DELETE /notes/7`.
fn segment(hole: &str, value: &str) -> Result<String, String> {
    match value {
        "" | "." | ".." => Err(format!("`${{{hole}}}` is `{value}`, which is not a path segment")),
        _ => Ok(percent(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::tests::project;

    fn target(path: &str, captures: &[(&str, &str)]) -> Result<String, String> {
        let values = Values::default();
        for (name, value) in captures {
            values.capture(name, &(*value).into());
        }
        let destination = Destination::Target(Template::new(path));
        address(&destination, &project("https://addon.test:8443"), &values).map(String::from)
    }

    #[test]
    fn values_stay_within_their_segment() {
        let note = |value| target("/notes/${note}?q=${note}", &[("note", value)]);
        assert_eq!(note("7").unwrap(), "https://addon.test:8443/notes/7?q=7");
        let escaped = "https://addon.test:8443/notes/a%2F..%2Fb%3Fc%26d?q=a%2F..%2Fb%3Fc%26d";
        assert_eq!(note("a/../b?c&d").unwrap(), escaped);
        for nothing in ["", ".", ".."] {
            assert!(note(nothing).is_err());
        }
    }

    #[test]
    fn a_path_stays_on_its_origin() {
        assert_eq!(target("//evil.test/x", &[]).unwrap(), "https://addon.test:8443//evil.test/x");
        let whole = |value| target("${at}", &[("at", value)]);
        assert_eq!(whole("/notes/7").unwrap(), "https://addon.test:8443/notes/7");
        assert!(whole("https://addon.test:8443/notes/7").is_ok());
        assert!(whole("https://evil.test/notes/7").is_err());
        assert!(whole("http://addon.test:8443/").is_err());
        assert!(target("/${missing}", &[]).unwrap_err().contains("`${missing}`"));
    }

    #[test]
    fn only_http_and_https_addresses_are_accepted() {
        let ask = |text: &str| {
            let destination = Destination::Address(Template::new(text));
            address(&destination, &project("https://addon.test"), &Values::default())
        };
        assert!(ask("https://a.test/x").is_ok());
        assert!(ask("file:///etc/passwd").is_err());
        assert!(ask("/x").is_err());
    }
}
