//! The addresses of the target's host that receive a request.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use url::Url;

use crate::model::plan::looks::ADDRESSES_MAX;
use crate::model::project::world::World;
use crate::probe::host::resolve::CachingResolver;

/// The addresses of a host, each in one list and in the order of their numbers. All are empty if the host
/// has only one address.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct HostAddresses {
    /// Those that receive a request.
    pub(crate) asked: Vec<SocketAddr>,
    /// Those to which this machine has no route.
    pub(crate) no_route: Vec<IpAddr>,
    /// Those beyond the limit.
    pub(crate) beyond: Vec<IpAddr>,
}

impl HostAddresses {
    /// The addresses of the host of `url`. A name that cannot be looked up has none: the request itself
    /// reports that.
    pub(crate) async fn of(url: &Url, world: &World, names: &CachingResolver) -> Self {
        if world.has_one_address(url) {
            return Self::default();
        }
        let all = match (world.connects_to(url), url.domain(), url.port_or_known_default()) {
            ([], Some(host), Some(port)) if !world.embedded => {
                let found = names.addresses(host).await.unwrap_or_default();
                found.into_iter().map(|ip| SocketAddr::new(ip, port)).collect()
            }
            (set, ..) => set.to_vec(),
        };
        Self::new(all, &has_route)
    }

    fn new(mut all: Vec<SocketAddr>, has_route: &dyn Fn(IpAddr) -> bool) -> Self {
        all.sort_unstable();
        let several = all.len() > 1;
        let (mut asked, no_route): (Vec<SocketAddr>, Vec<SocketAddr>) =
            all.into_iter().partition(|address| has_route(address.ip()));
        // A machine without any route reports that with each request.
        if !several || asked.is_empty() {
            return Self::default();
        }
        let beyond = asked.split_off(asked.len().min(ADDRESSES_MAX));
        let ips = |all: Vec<SocketAddr>| all.iter().map(SocketAddr::ip).collect();
        Self { asked, no_route: ips(no_route), beyond: ips(beyond) }
    }
}

/// Whether this machine has a route to an address. Connecting a datagram socket sends nothing.
fn has_route(address: IpAddr) -> bool {
    let own: IpAddr = match address {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    UdpSocket::bind((own, 0)).and_then(|socket| socket.connect((address, 9))).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ips(all: &[&str]) -> Vec<IpAddr> {
        all.iter().map(|one| one.parse().unwrap()).collect()
    }

    fn peers(all: &[&str]) -> Vec<SocketAddr> {
        ips(all).into_iter().map(|ip| SocketAddr::new(ip, 443)).collect()
    }

    #[test]
    fn every_address_with_a_route_is_asked_in_the_order_of_their_numbers() {
        let all = peers(&["2001:db8::1", "203.0.113.9", "203.0.113.8"]);
        let found = HostAddresses::new(all.clone(), &|_| true);
        assert_eq!(found.asked, peers(&["203.0.113.8", "203.0.113.9", "2001:db8::1"]));
        let found = HostAddresses::new(all.clone(), &|one| one.is_ipv4());
        assert_eq!(found.asked, peers(&["203.0.113.8", "203.0.113.9"]));
        assert_eq!(found.no_route, ips(&["2001:db8::1"]));
        assert_eq!(HostAddresses::new(all, &|_| false), HostAddresses::default());
    }

    #[test]
    fn one_address_needs_no_choice_and_more_than_eight_are_too_many() {
        let one = HostAddresses::new(peers(&["203.0.113.8"]), &|_| true);
        assert_eq!(one, HostAddresses::default());
        let ten: Vec<SocketAddr> =
            (1..=10).map(|last| (Ipv4Addr::new(203, 0, 113, last), 443).into()).collect();
        let found = HostAddresses::new(ten, &|_| true);
        assert_eq!(found.asked.len(), ADDRESSES_MAX);
        assert_eq!(found.beyond, ips(&["203.0.113.9", "203.0.113.10"]));
    }

    #[test]
    fn a_route_is_found_without_sending_anything() {
        assert!(has_route(Ipv4Addr::LOCALHOST.into()));
        // A link-local address leads nowhere without an interface (RFC 4007, section 6).
        assert!(!has_route("fe80::1".parse().unwrap()));
    }
}
