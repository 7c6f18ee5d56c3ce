//! Addresses in `avouch.yaml`: origins, hosts and IP addresses.

use std::net::{IpAddr, SocketAddr};

use url::{Host, Url};

use crate::load::project::scope::Scope;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;

/// The port of a resolver that is named without one.
const DNS_PORT: u16 = 53;

/// A web address, or `None`, which is reported; an empty one was reported already.
pub(crate) fn web(written: &Spanned<String>, scope: &mut Scope<'_>) -> Option<Url> {
    if written.is_empty() {
        return None;
    }
    let url = Url::parse(written).ok();
    let url = url.filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
    if url.is_none() {
        let message = format!("`{}` is not a web address", written.value);
        let help = "write it like `https://security.example.com`";
        scope.report(Code::BadAddress, &written.span, message, help);
    }
    url
}

/// The reason why a text is not an origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Plain HTTP to another machine.
    Plain,
    /// A path follows the host.
    Path(String),
    /// Any other reason.
    Other,
}

impl Fault {
    /// What to do about it in place of `written`; `usual` is the help for all other faults. A value that
    /// was read from a variable is not shown.
    pub fn help(&self, written: &str, usual: &str) -> String {
        match self {
            Self::Plain => {
                "write `https://`: plain `http://` is allowed on loopback only, as credentials \
                            would travel in the clear"
                    .into()
            }
            Self::Path(path) if written.ends_with(path) => {
                format!("end it after the host, and put `{path}` into the paths of the checks")
            }
            _ => usual.to_owned(),
        }
    }
}

/// The origin that a text names: `https`, or `http` on this machine, with nothing after the host.
pub fn origin(text: &str) -> Result<Url, Fault> {
    let url = Url::parse(text).map_err(|_| Fault::Other)?;
    let is_web = matches!(url.scheme(), "https" | "http") && url.has_host();
    let is_bare = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    match url.path() {
        _ if !is_web || !is_bare => Err(Fault::Other),
        _ if url.scheme() == "http" && !is_loopback(&url) => Err(Fault::Plain),
        "/" => Ok(url),
        path => Err(Fault::Path(path.to_owned())),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Whether a text is `host` or `host:port` and nothing else.
pub(crate) fn is_host(text: &str) -> bool {
    let Ok(url) = Url::parse(&format!("https://{text}/")) else {
        return false;
    };
    let host = url.host_str().unwrap_or_default();
    let port = text.get(host.len()..).unwrap_or("?");
    let is_port =
        port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    is_port && text.get(..host.len()).is_some_and(|text| text.eq_ignore_ascii_case(host))
}

/// The address of a resolver: `address` or `address:port`.
pub(crate) fn resolver(text: &str) -> Option<SocketAddr> {
    let bare = || text.parse::<IpAddr>().map(|address| SocketAddr::new(address, DNS_PORT));
    text.parse().or_else(|_| bare()).ok()
}

/// An address that never resolves (RFC 6761, section 6.4), for a project that will not be used.
#[expect(clippy::unwrap_used, reason = "the text is a constant, and a test parses it")]
pub(crate) fn nowhere() -> Url {
    Url::parse("https://nowhere.invalid").unwrap()
}

/// The origin of the demo add-on.
#[expect(clippy::unwrap_used, reason = "the text is a constant, and a test parses it")]
pub(crate) fn demo() -> Url {
    Url::parse("https://addon.demo.test").unwrap()
}

/// The origin of the back end of the demo's Forge app.
#[expect(clippy::unwrap_used, reason = "the text is a constant, and a test parses it")]
pub(crate) fn demo_forge() -> Url {
    Url::parse("https://forge.demo.test").unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_encrypted_or_on_this_machine() {
        for text in [
            "https://addon.example.com",
            "https://addon.example.com:8443/",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
            "http://localhost",
        ] {
            assert!(origin(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "demo",
            "addon.example.com",
            "http://addon.example.com",
            "http://127.0.0.1.example.com",
            "https://addon.example.com/path",
            "https://addon.example.com?a",
            "https://addon.example.com/#a",
            "https://user:pass@addon.example.com",
            "ftp://addon.example.com",
            "file:///etc/passwd",
        ] {
            assert!(origin(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_fault_of_an_origin_is_explained() {
        let help = |text: &str, written: &str| origin(text).unwrap_err().help(written, "usual");
        assert!(help("http://addon.test/app", "http://addon.test/app").contains("in the clear"));
        assert!(help("https://a.test/app", "https://a.test/app").contains("put `/app` into"));
        for (text, written) in
            [("https://a.test/app", "${TARGET}"), ("https://a.test/app?a", ""), ("a.test", "")]
        {
            assert_eq!(help(text, written), "usual");
        }
    }

    #[test]
    fn a_host_is_a_name_or_a_number_with_or_without_a_port() {
        for text in ["www.example.com", "WWW.Example.com", "a.test:8443", "127.0.0.1", "[::1]:1"] {
            assert!(is_host(text), "{text}");
        }
        for text in [
            "",
            "https://a.test",
            "a.test/",
            "a b",
            "u@a.test",
            "a.test:",
            "a.test:x",
            "a:99999",
            "a?b",
        ] {
            assert!(!is_host(text), "{text}");
        }
    }

    #[test]
    fn the_constant_addresses_are_addresses() {
        assert!(origin(nowhere().as_str()).is_ok());
        assert!(origin(demo().as_str()).is_ok());
        assert!(origin(demo_forge().as_str()).is_ok());
        assert_eq!(resolver("::1").map(|it| it.port()), Some(53));
        assert_eq!(resolver("127.0.0.1:5353").map(|it| it.port()), Some(5353));
    }
}
