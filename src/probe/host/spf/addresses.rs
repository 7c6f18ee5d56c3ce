//! Sets of IP addresses: who is meant by the networks of an SPF record.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The last IPv4 address, as a number.
const V4_LAST: u128 = u32::MAX as u128;

/// The addresses that are assigned to hosts on the Internet: `2000::/3` (RFC 4291, section 2.4).
const V6_PUBLIC: (u128, u128) = (0x2000 << 112, (0x4000 << 112) - 1);

/// A family of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::V4, Self::V6];

    /// Its name: `IPv4`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        }
    }
}

/// A set of addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Addresses {
    v4: Ranges,
    v6: Ranges,
}

impl Addresses {
    /// Every address.
    pub(crate) fn all() -> Self {
        Self { v4: Ranges(vec![(0, V4_LAST)]), v6: Ranges(vec![(0, u128::MAX)]) }
    }

    /// Every address of the network with this prefix around `address`. `v4` and `v6` are the lengths of
    /// the prefix in bits; a longer one than the address has counts as its whole length.
    pub(crate) fn network(address: IpAddr, v4: u8, v6: u8) -> Self {
        let mut all = Self::default();
        match address {
            IpAddr::V4(address) => all.v4 = v4_network(address, v4),
            IpAddr::V6(address) => all.v6 = v6_network(address, v6),
        }
        all
    }

    /// The addresses in this set or in `other`.
    #[must_use]
    pub(crate) fn or(&self, other: &Self) -> Self {
        Self { v4: self.v4.or(&other.v4), v6: self.v6.or(&other.v6) }
    }

    /// The addresses in this set and in `other`.
    #[must_use]
    pub(crate) fn and(&self, other: &Self) -> Self {
        Self { v4: self.v4.and(&other.v4), v6: self.v6.and(&other.v6) }
    }

    /// The addresses in this set and not in `other`.
    #[must_use]
    pub(crate) fn without(&self, other: &Self) -> Self {
        let rest = |all: &Ranges, other: &Ranges| all.and(&other.complement());
        Self { v4: rest(&self.v4, &other.v4), v6: rest(&self.v6, &other.v6) }
    }

    /// The addresses of one family.
    #[must_use]
    pub(crate) fn of(&self, family: Family) -> Self {
        match family {
            Family::V4 => Self { v4: self.v4.clone(), v6: Ranges::default() },
            Family::V6 => Self { v4: Ranges::default(), v6: self.v6.clone() },
        }
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.v4.0.is_empty() && self.v6.0.is_empty()
    }

    /// Whether an address is among them.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        !self.and(&Self::network(address, 32, 128)).is_empty()
    }

    /// The share of all public addresses of a family that are in this set, from 0 to 1.
    pub(crate) fn share(&self, family: Family) -> f64 {
        match family {
            Family::V4 => self.v4.size() / (V4_LAST as f64 + 1.0),
            Family::V6 => {
                let public = Ranges(vec![V6_PUBLIC]);
                self.v6.and(&public).size() / public.size()
            }
        }
    }
}

fn v4_network(address: Ipv4Addr, length: u8) -> Ranges {
    let free = 32 - u32::from(length.min(32));
    let rest = (1u64 << free) - 1;
    let first = u64::from(address.to_bits()) & !rest;
    Ranges(vec![(first.into(), (first | rest).into())])
}

fn v6_network(address: Ipv6Addr, length: u8) -> Ranges {
    let free = 128 - u32::from(length.min(128));
    let rest = 1u128.checked_shl(free).map_or(u128::MAX, |one| one - 1);
    let first = address.to_bits() & !rest;
    Ranges(vec![(first, first | rest)])
}

/// Ranges of numbers, sorted and apart from each other, each with its first and its last number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Ranges(Vec<(u128, u128)>);

impl Ranges {
    fn or(&self, other: &Self) -> Self {
        let mut all: Vec<(u128, u128)> = self.0.iter().chain(&other.0).copied().collect();
        all.sort_unstable();
        let mut merged: Vec<(u128, u128)> = Vec::new();
        for (first, last) in all {
            match merged.last_mut() {
                Some(before) if first <= before.1.saturating_add(1) => {
                    before.1 = before.1.max(last);
                }
                _ => merged.push((first, last)),
            }
        }
        Self(merged)
    }

    fn and(&self, other: &Self) -> Self {
        let (mut ours, mut theirs) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut both = Vec::new();
        while let (Some(our), Some(their)) = (ours.peek(), theirs.peek()) {
            let (first, last) = (our.0.max(their.0), our.1.min(their.1));
            if first <= last {
                both.push((first, last));
            }
            if our.1 < their.1 {
                ours.next()
            } else {
                theirs.next()
            };
        }
        Self(both)
    }

    fn complement(&self) -> Self {
        let mut free = Vec::new();
        let mut next = Some(0);
        for (first, last) in &self.0 {
            if let Some(from) = next.filter(|from| from < first) {
                free.push((from, first - 1));
            }
            next = last.checked_add(1);
        }
        free.extend(next.map(|from| (from, u128::MAX)));
        Self(free)
    }

    /// How many numbers there are, to the precision of a float.
    fn size(&self) -> f64 {
        self.0.iter().map(|(first, last)| (last - first) as f64 + 1.0).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Addresses {
        let (address, length) = text.split_once('/').unwrap();
        let length = length.parse().unwrap();
        Addresses::network(address.parse().unwrap(), length, length)
    }

    #[test]
    fn two_halves_are_the_whole() {
        let halves = network("0.0.0.0/1").or(&network("128.0.0.0/1"));
        assert_eq!(halves, network("192.0.2.1/0"));
        assert!((halves.share(Family::V4) - 1.0).abs() < 1e-9);
        assert_eq!(network("::/1").or(&network("8000::/1")), network("::/0"));
        assert!(network("2000::/3").share(Family::V6) > 0.999);
        assert!(network("2001:db8::/32").share(Family::V6) < 1e-6);
    }

    #[test]
    fn sets_are_cut_and_subtracted() {
        let outside = Addresses::all().without(&network("10.0.0.0/8"));
        assert!(!outside.contains("10.1.2.3".parse().unwrap()));
        assert!(outside.contains("11.0.0.0".parse().unwrap()));
        assert!(outside.contains("::1".parse().unwrap()));
        assert_eq!(outside.and(&network("10.0.0.0/7")), network("11.0.0.0/8"));
        assert!(Addresses::all().without(&Addresses::all()).is_empty());
        assert_eq!(outside.or(&network("10.0.0.0/8")), Addresses::all());
    }
}
