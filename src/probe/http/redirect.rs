//! Which redirects are followed: the one rule for everything that Avouch requests.
//!
//! A redirect is followed only for an anonymous read. A service must not be able to send a credential, a
//! write, or a request from within a private network anywhere. The address that the name of the new host has
//! in this run decides, and not the name.

use std::fmt;
use std::net::SocketAddr;

use reqwest::header::{HeaderMap, LOCATION};
use url::Url;

use crate::model::answer::error::ProbeError;
use crate::model::plan::Step;
use crate::model::plan::request::Request;
use crate::model::project::network::Network;
use crate::probe::http::pool::{Pool, Way};

/// Ports from 1024 on that browsers never send a request to (Fetch standard, "bad port").
const BAD_PORTS: [u16; 18] = [
    1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669,
    6679, 6697,
];

/// The number of characters that an address may have (RFC 9110, section 4.1, recommends at least 8000).
const ADDRESS_CHARS_MAX: usize = 8192;

/// Why a redirect is not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfollowed {
    /// The request has a credential.
    Credential,
    /// The request changes something.
    Write,
    /// It is one more than the check follows.
    TooMany,
    /// Its field `Location` is not an address.
    Unreadable,
    /// It has several fields `Location` that differ.
    Several,
    /// It leads to another scheme than `http:` and `https:`.
    Scheme,
    /// It contains a user name or a password.
    UserInfo,
    /// It leads from HTTPS to plain HTTP.
    Downgrade,
    /// It leads to plain HTTP at a public address.
    PlainHttp,
    /// It leads to a port of another service.
    Port,
    /// It leads to another sort of network.
    Network(Network, Network),
    /// It demands that the body is sent to another origin.
    Body,
}

impl fmt::Display for Unfollowed {
    /// A clause for people, without anything that the server sent.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Credential => "the request has a credential",
            Self::Write => "the request changes something",
            Self::TooMany => "the check follows no more",
            Self::Unreadable => "its address cannot be read",
            Self::Several => "it has several addresses",
            Self::Scheme => "it leads to another scheme than HTTP and HTTPS",
            Self::UserInfo => "its address contains a user name or a password",
            Self::Downgrade => "it leads from HTTPS to plain HTTP",
            Self::PlainHttp => "it leads to plain HTTP at a public address",
            Self::Port => "it leads to a port that is not for web pages",
            Self::Body => "it demands that the body is sent to another origin",
            Self::Network(from, to) => {
                let (from, to) = (from.in_words(), to.in_words());
                return write!(out, "it leads from {from} to {to}");
            }
        })
    }
}

/// Why no redirect of a request is followed; `None` if one may be. `has_secret` is whether the request contains
/// a secret of an actor.
pub(crate) fn refusal(step: &Step, request: &Request, has_secret: bool) -> Option<Unfollowed> {
    if request.writes() {
        return Some(Unfollowed::Write);
    }
    let has_credential = has_secret || step.sends_credential() || request.may_have_credential();
    has_credential.then_some(Unfollowed::Credential)
}

/// Where an answer redirects to; `None` if it is not a redirect (RFC 9110, section 15.4).
pub(crate) fn location(
    from: &Url,
    status: u16,
    headers: &HeaderMap,
) -> Option<Result<Url, Unfollowed>> {
    let mut fields = headers.get_all(LOCATION).iter();
    let first = fields.next().filter(|_| matches!(status, 301 | 302 | 303 | 307 | 308))?;
    if fields.any(|field| field != first) {
        return Some(Err(Unfollowed::Several));
    }
    let text = first.to_str().ok().filter(|text| text.len() <= ADDRESS_CHARS_MAX);
    let to = text.and_then(|text| from.join(text).ok());
    Some(to.ok_or(Unfollowed::Unreadable).and_then(|mut to| {
        to.set_fragment(None);
        by_address(from, &to).map(|()| to)
    }))
}

/// The part of the rule that needs no network addresses.
fn by_address(from: &Url, to: &Url) -> Result<(), Unfollowed> {
    if !matches!(to.scheme(), "https" | "http") || to.host().is_none() {
        return Err(Unfollowed::Scheme);
    }
    if !to.username().is_empty() || to.password().is_some() {
        return Err(Unfollowed::UserInfo);
    }
    if from.scheme() == "https" && to.scheme() == "http" {
        return Err(Unfollowed::Downgrade);
    }
    Ok(())
}

/// Why a redirect that `peer` sent from `from` to `to` is not followed, if so. Looks up the new host; every
/// address that its name has must be permitted, because any of them may be used. The outer error is that of
/// the lookup.
pub(crate) async fn objection(
    (from, peer): (&Url, Option<SocketAddr>),
    to: &Url,
    (pool, way): (&Pool<'_>, &Way),
) -> Result<Option<Unfollowed>, ProbeError> {
    if from.origin() == to.origin() {
        return Ok(None);
    }
    // An unknown peer counts as public, which permits least.
    let near = peer.map_or(Network::Public, |peer| Network::of(peer.ip()));
    let addresses = pool.addresses(to, way).await?;
    let objections = addresses.iter().map(|one| of_network(near, from, to, Network::of(one.ip())));
    Ok(objections.flatten().next())
}

fn of_network(near: Network, from: &Url, to: &Url, far: Network) -> Option<Unfollowed> {
    let port = to.port_or_known_default().unwrap_or_default();
    let own_port = from.port_or_known_default() == Some(port);
    match far {
        Network::Public if to.scheme() != "https" => Some(Unfollowed::PlainHttp),
        Network::Public => (!own_port && port != 443).then_some(Unfollowed::Port),
        Network::Loopback | Network::Private if far == near => {
            let usual = matches!(port, 80 | 443) || (port >= 1024 && !BAD_PORTS.contains(&port));
            (!own_port && !usual).then_some(Unfollowed::Port)
        }
        _ => Some(Unfollowed::Network(near, far)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::credential::{Credential, Forgery};
    use crate::model::plan::template::Template;
    use crate::model::plan::{ANYONE, Role};

    fn to(from: &str, location: &str) -> Result<String, Unfollowed> {
        let headers = [(LOCATION, location.parse().unwrap())].into_iter().collect();
        super::location(&from.parse().unwrap(), 302, &headers).unwrap().map(String::from)
    }

    fn network(from: (&str, Network), to: (&str, Network)) -> Option<Unfollowed> {
        of_network(from.1, &from.0.parse().unwrap(), &to.0.parse().unwrap(), to.1)
    }

    #[test]
    fn an_address_is_followed_without_its_fragment() {
        let from = "https://a.test/x/y";
        assert_eq!(to(from, "z?q#f").unwrap(), "https://a.test/x/z?q");
        assert_eq!(to(from, "//b.test").unwrap(), "https://b.test/");
        assert_eq!(to(from, "\\\\b.test\\c").unwrap(), "https://b.test/c");
        assert_eq!(to("http://a.test/", "https://a.test/").unwrap(), "https://a.test/");
        // A name that looks like another one is followed and shown in ASCII.
        assert_eq!(to(from, "https://xn--pple-43d.test/").unwrap(), "https://xn--pple-43d.test/");
    }

    #[test]
    fn an_address_that_is_not_for_anonymous_reads_is_refused_by_its_text() {
        let from = "https://a.test/x";
        for (location, why) in [
            ("http://a.test/x", Unfollowed::Downgrade),
            ("file:///etc/passwd", Unfollowed::Scheme),
            ("data:text/html,x", Unfollowed::Scheme),
            ("javascript:alert(1)", Unfollowed::Scheme),
            ("ftp://a.test/", Unfollowed::Scheme),
            ("https://user@a.test/", Unfollowed::UserInfo),
            ("https://:secret@a.test/", Unfollowed::UserInfo),
            ("//user:secret@a.test/", Unfollowed::UserInfo),
            ("https://[fe80::1%25eth0]/", Unfollowed::Unreadable),
            ("https://a.test:99999/", Unfollowed::Unreadable),
            ("https://", Unfollowed::Unreadable),
        ] {
            assert_eq!(to(from, location), Err(why), "{location}");
        }
        let long = format!("/{}", "x".repeat(ADDRESS_CHARS_MAX));
        assert_eq!(to(from, &long), Err(Unfollowed::Unreadable));
    }

    #[test]
    fn only_one_address_and_only_the_status_of_a_redirect_count() {
        let from: Url = "https://a.test/".parse().unwrap();
        let field = |value: &str| (LOCATION, value.parse().unwrap());
        let two: HeaderMap = [field("/b"), field("/c")].into_iter().collect();
        assert_eq!(location(&from, 302, &two), Some(Err(Unfollowed::Several)));
        let same: HeaderMap = [field("/b"), field("/b")].into_iter().collect();
        assert!(location(&from, 308, &same).unwrap().is_ok());
        for status in [200, 201, 300, 304, 305, 306, 399] {
            assert_eq!(location(&from, status, &same), None, "{status}");
        }
        let latin = [(LOCATION, reqwest::header::HeaderValue::from_bytes(b"/\xe9").unwrap())];
        let latin = latin.into_iter().collect();
        assert_eq!(location(&from, 302, &latin), Some(Err(Unfollowed::Unreadable)));
        assert_eq!(location(&from, 302, &HeaderMap::new()), None);
    }

    #[test]
    fn a_redirect_leads_to_public_https_or_stays_in_its_sort_of_network() {
        use Network::{LinkLocal, Loopback, Private, Public, Special};
        let far = "https://b.test/";
        for near in [Public, Loopback, Private, LinkLocal, Special] {
            assert_eq!(network(("https://a.test/", near), (far, Public)), None, "{near:?}");
            for to in [Loopback, Private, LinkLocal, Special] {
                let allowed = near == to && matches!(near, Loopback | Private);
                let objection = (!allowed).then_some(Unfollowed::Network(near, to));
                assert_eq!(network(("https://a.test/", near), (far, to)), objection, "{near:?}");
            }
        }
        let http = network(("http://a.test/", Public), ("http://b.test/", Public));
        assert_eq!(http, Some(Unfollowed::PlainHttp));
        assert_eq!(network(("http://a.test/", Loopback), ("http://b.test:8080/", Loopback)), None);
    }

    #[test]
    fn ports_of_other_services_are_refused() {
        use Network::{Loopback, Public};
        let port = |network: Network, to: &str| {
            super::of_network(
                network,
                &"https://a.test:8443/".parse().unwrap(),
                &to.parse().unwrap(),
                network,
            )
        };
        for (network, to) in [
            (Public, "https://b.test:22/"),
            (Public, "https://b.test:8080/"),
            (Loopback, "https://b.test:25/"),
            (Loopback, "https://b.test:6667/"),
        ] {
            assert_eq!(port(network, to), Some(Unfollowed::Port), "{to}");
        }
        for (network, to) in [
            (Public, "https://b.test/"),
            (Public, "https://b.test:8443/"),
            (Loopback, "https://b.test:3000/"),
        ] {
            assert_eq!(port(network, to), None, "{to}");
        }
    }

    #[test]
    fn only_anonymous_reads_are_redirected() {
        let of = |actor: &str, request: &Request| {
            let step = Step::http(Role::Probe, "reads", actor, request.clone());
            refusal(&step, request, false)
        };
        let get = Request::get("/x");
        assert_eq!(of(ANYONE, &get), None);
        assert_eq!(of("acme", &get), Some(Unfollowed::Credential));
        assert_eq!(of(ANYONE, &Request::to_target("POST", "/x")), Some(Unfollowed::Write));
        let search = Request { reads: true, ..Request::to_target("POST", "/x") };
        assert_eq!(of(ANYONE, &search), None);
        let step = Step::http(Role::Probe, "reads", "acme", get.clone());
        let forged = Credential::Forged(Forgery::Garbage);
        for (credential, objection) in
            [(Credential::None, None), (forged, Some(Unfollowed::Credential))]
        {
            assert_eq!(refusal(&Step { credential, ..step.clone() }, &get, false), objection);
        }
        assert_eq!(
            refusal(&Step { credential: Credential::None, ..step }, &get, true),
            Some(Unfollowed::Credential)
        );
        for (name, value, is_credential) in [
            ("accept", "text/html", false),
            ("x-note", "${random}", false),
            ("x-note", "${canary:acme}", false),
            ("x-note", "${session}", true),
            ("x-note", "${secret:acme}", true),
            ("x-api-key", "1", true),
            ("X-Auth-Token", "1", true),
            ("x-csrftoken", "1", true),
        ] {
            let headers = vec![(name.to_owned(), Template::new(value))];
            let request = Request { headers, ..get.clone() };
            assert_eq!(of(ANYONE, &request).is_some(), is_credential, "{name}: {value}");
        }
    }
}
