//! The sort of network that an address belongs to: one table for pacing, redirects and reports.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The sort of network that an address belongs to (IANA, "IPv4 and IPv6 Special-Purpose Address Registries").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Network {
    /// The internet.
    Public,
    /// This machine (RFC 1122, section 3.2.1.3; RFC 4291, section 2.5.3), also by the unspecified address.
    Loopback,
    /// A private network (RFC 1918, RFC 4193), or one behind a carrier's NAT (RFC 6598).
    Private,
    /// One link (RFC 3927; RFC 4291, section 2.5.6), where clouds have their metadata services.
    LinkLocal,
    /// Any other: multicast, documentation, benchmarks, reserved blocks, Teredo.
    Special,
}

impl Network {
    /// The network of an address. An address that embeds an IPv4 address, because it is mapped, translated
    /// (NAT64, RFC 6052) or tunnelled (6to4, RFC 3056), belongs to the network of that address.
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => of_v4(address),
            IpAddr::V6(address) => of_v6(address),
        }
    }

    /// A clause for people: `a private address`.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Public => "a public address",
            Self::Loopback => "a loopback address",
            Self::Private => "an address of a private network",
            Self::LinkLocal => "a link-local address",
            Self::Special => "an address for special purposes",
        }
    }
}

fn of_v4(address: Ipv4Addr) -> Network {
    let [a, b, c, _] = address.octets();
    if address.is_loopback() || address.is_unspecified() {
        return Network::Loopback;
    }
    if address.is_link_local() {
        return Network::LinkLocal;
    }
    if address.is_private() || (a == 100 && (64..128).contains(&b)) {
        return Network::Private;
    }
    let special = match (a, b, c) {
        // "This network", multicast and reserved (RFC 1122, RFC 5771, RFC 1112).
        (0 | 224.., ..) => true,
        // Protocol assignments, documentation, 6to4 relays (RFC 6890, RFC 5737, RFC 7526).
        (192, 0, 0 | 2) | (192, 88, 99) | (198, 51, 100) | (203, 0, 113) => true,
        // Benchmarks (RFC 2544).
        (198, 18 | 19, _) => true,
        _ => false,
    };
    if special { Network::Special } else { Network::Public }
}

fn of_v6(address: Ipv6Addr) -> Network {
    if address.is_loopback() || address.is_unspecified() {
        return Network::Loopback;
    }
    if address.is_unicast_link_local() {
        return Network::LinkLocal;
    }
    if address.is_unique_local() {
        return Network::Private;
    }
    let parts = address.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        of_v4(Ipv4Addr::new(a, b, c, d))
    };
    match parts {
        // Mapped, compatible and translated addresses (RFC 4291, section 2.5.5; RFC 2765).
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low] => {
            v4(high, low)
        }
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => v4(high, low),
        // Protocol assignments with Teredo, and documentation (RFC 2928, RFC 3849, RFC 9637).
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Network::Special,
        // Only this block is global unicast (RFC 4291, section 2.4).
        [0x2000..=0x3fff, ..] => Network::Public,
        _ => Network::Special,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn all_are(network: Network, addresses: &[&str]) {
        for text in addresses {
            assert_eq!(Network::of(text.parse().unwrap()), network, "{text}");
        }
    }

    #[test]
    fn every_address_belongs_to_one_network() {
        all_are(
            Network::Public,
            &[
                "8.8.8.8",
                "100.63.255.255",
                "100.128.0.1",
                "172.15.0.1",
                "172.32.0.1",
                "192.0.1.1",
                "198.20.0.1",
                "223.255.255.255",
                "2606:4700::1111",
                "2001:200::1",
                "2a00:1450::1",
            ],
        );
        all_are(Network::Loopback, &["127.0.0.1", "127.9.9.9", "0.0.0.0", "::1", "::"]);
        all_are(
            Network::Private,
            &["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fd00::1"],
        );
        all_are(Network::LinkLocal, &["169.254.169.254", "fe80::1", "febf::1"]);
        all_are(
            Network::Special,
            &[
                "0.1.2.3",
                "192.0.0.8",
                "192.0.2.1",
                "192.88.99.1",
                "198.18.0.1",
                "198.51.100.1",
                "203.0.113.1",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "2001:db8::1",
                "2001:0:1::1",
                "3fff::1",
                "ff02::1",
                "fec0::1",
                "100::1",
                "5f00::1",
                "64:ff9b:1::1",
            ],
        );
    }

    #[test]
    fn an_embedded_address_counts() {
        all_are(
            Network::Loopback,
            &["::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1"],
        );
        all_are(Network::Loopback, &["::ffff:0:127.0.0.1"]);
        all_are(Network::LinkLocal, &["::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"]);
        all_are(Network::Private, &["::ffff:10.0.0.1", "2002:0a00:1::", "64:ff9b::c0a8:1"]);
        all_are(Network::Public, &["::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]);
    }
}
