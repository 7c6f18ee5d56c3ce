//! Whether a request leaves the networks of this machine. Only public services need to be spared.

use std::net::IpAddr;

use url::{Host, Url};

use crate::model::project::network::Network;
use crate::model::project::world::World;

/// Whether the host of `url` may have a public address. `known` returns the addresses of a name that are
/// known already; a name without any may be public.
pub(crate) fn is_public(url: &Url, world: &World, known: &dyn Fn(&str) -> Vec<IpAddr>) -> bool {
    if world.demo {
        return false;
    }
    let set = world.connects_to(url);
    if !set.is_empty() {
        return set.iter().any(|address| is_public_address(address.ip()));
    }
    match url.host() {
        Some(Host::Ipv4(address)) => is_public_address(address.into()),
        Some(Host::Ipv6(address)) => is_public_address(address.into()),
        Some(Host::Domain(name)) if is_own_name(name) => false,
        Some(Host::Domain(name)) => {
            let known = known(name);
            known.is_empty() || known.into_iter().any(is_public_address)
        }
        None => true,
    }
}

/// Whether the connection is protected from tampering: HTTPS, or plain HTTP to loopback.
pub(crate) fn is_safe(address: &Url) -> bool {
    let is_loopback = match address.host() {
        Some(Host::Ipv4(address)) => Network::of(address.into()) == Network::Loopback,
        Some(Host::Ipv6(address)) => Network::of(address.into()) == Network::Loopback,
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    address.scheme() == "https" || (address.scheme() == "http" && is_loopback)
}

/// Whether a name always means this machine (RFC 6761, section 6.3).
fn is_own_name(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

/// Whether an address is not of this machine, a private network or a link. Those for special purposes count as
/// public, because nothing is known about the service there.
fn is_public_address(address: IpAddr) -> bool {
    matches!(Network::of(address), Network::Public | Network::Special)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world(target: &str) -> World {
        World::public(target.parse().unwrap())
    }

    fn is_public_url(text: &str) -> bool {
        let names = |name: &str| match name {
            "intranet.example.com" => vec!["10.0.0.7".parse().unwrap()],
            "mixed.example.com" => {
                vec!["10.0.0.7".parse().unwrap(), "203.0.113.7".parse().unwrap()]
            }
            _ => Vec::new(),
        };
        is_public(&text.parse().unwrap(), &world("https://app.example.com/"), &names)
    }

    #[test]
    fn addresses_of_this_machine_and_its_networks_are_not_public() {
        for near in [
            "http://127.0.0.1:8080/",
            "http://127.9.9.9/",
            "http://0.0.0.0:3000/",
            "http://10.1.2.3/",
            "http://172.16.0.1/",
            "http://172.31.255.255/",
            "http://192.168.1.1/",
            "http://169.254.1.1/",
            "http://100.64.0.1/",
            "http://[::1]:80/",
            "http://[fd00::1]/",
            "http://[fe80::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://localhost:3000/",
            "http://app.localhost/",
            "https://intranet.example.com/",
        ] {
            assert!(!is_public_url(near), "{near}");
        }
        for public in [
            "https://app.example.com/",
            "https://mixed.example.com/",
            "http://8.8.8.8/",
            "http://172.32.0.1/",
            "http://100.128.0.1/",
            "http://[2001:db8::1]/",
            "http://localhost.example.com/",
        ] {
            assert!(is_public_url(public), "{public}");
        }
    }

    #[test]
    fn the_demo_and_a_host_that_the_project_moves_here_are_not_public() {
        let url: Url = "https://app.example.com/".parse().unwrap();
        let names = |_: &str| Vec::new();
        let mut moved = world("https://app.example.com/");
        moved.connect_to.insert("app.example.com".into(), vec!["127.0.0.1:8443".parse().unwrap()]);
        assert!(!is_public(&url, &moved, &names));
        let demo = World { demo: true, ..world("https://app.example.com/") };
        assert!(!is_public(&url, &demo, &names));
    }
}
