//! Which addresses a request may reach: those that anyone on the Internet could reach just as well.
//!
//! Pure. It judges numbers only: names are resolved elsewhere, which asks here about every answer.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// Whether a request may go to an address: it is public, or one of the `allow` networks has it.
#[must_use]
pub fn permitted(address: IpAddr, allow: &[IpNet]) -> bool {
    let address = address.to_canonical();
    public(address) || allow.iter().any(|network| network.contains(&address))
}

/// Whether an address lies on the public Internet: outside all blocks of the IANA special-purpose registries
/// (RFC 6890), and so does the IPv4 address that an IPv6 one may carry inside.
#[must_use]
pub fn public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => public_v4(address),
        IpAddr::V6(address) => public_v6(address),
    }
}

/// The IANA IPv4 special-purpose registry, and multicast. Blocks that are routed but hold no web servers
/// (AS112 sinks, relays) are in it too.
const SPECIAL_V4: [([u8; 4], u32); 18] = [
    ([0, 0, 0, 0], 8),       // "this network"
    ([10, 0, 0, 0], 8),      // private
    ([100, 64, 0, 0], 10),   // carrier-grade NAT
    ([127, 0, 0, 0], 8),     // loopback
    ([169, 254, 0, 0], 16),  // link-local, cloud metadata
    ([172, 16, 0, 0], 12),   // private
    ([192, 0, 0, 0], 24),    // IETF protocol assignments
    ([192, 0, 2, 0], 24),    // documentation
    ([192, 31, 196, 0], 24), // AS112
    ([192, 52, 193, 0], 24), // multicast tunnelling
    ([192, 88, 99, 0], 24),  // 6to4 relays
    ([192, 168, 0, 0], 16),  // private
    ([192, 175, 48, 0], 24), // AS112
    ([198, 18, 0, 0], 15),   // benchmarking
    ([198, 51, 100, 0], 24), // documentation
    ([203, 0, 113, 0], 24),  // documentation
    ([224, 0, 0, 0], 4),     // multicast
    ([240, 0, 0, 0], 4),     // reserved, broadcast
];

fn public_v4(address: Ipv4Addr) -> bool {
    !SPECIAL_V4.iter().any(|&(network, length)| {
        let differing = address.to_bits() ^ u32::from_be_bytes(network);
        differing.leading_zeros() >= length
    })
}

/// Only 2000::/3 is allotted to public hosts, so the unique local, link-local, site-local, multicast,
/// discard-only and IPv4-compatible blocks need no mention.
fn public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // NAT64 by the well-known prefix (RFC 6052) is how hosts without IPv4 reach all of it.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => public_v4(embedded(high, low)),
        // 6to4 (RFC 3056).
        [0x2002, high, low, ..] => public_v4(embedded(high, low)),
        // ISATAP (RFC 5214): the interface identifier carries an IPv4 address.
        [_, _, _, _, 0 | 0x200, 0x5efe, high, low] if !public_v4(embedded(high, low)) => false,
        // IETF protocol assignments, Teredo (RFC 4380) among them.
        [0x2001, 0x0000..=0x01ff, ..] => false,
        // Documentation.
        [0x2001, 0x0db8, ..] | [0x3fff, 0x0000..=0x0fff, ..] => false,
        // AS112.
        [0x2620, 0x004f, 0x8000, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

fn embedded(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use url::{Host, Url};

    fn is_public(address: &str) -> bool {
        public(address.parse().unwrap())
    }

    #[test]
    fn the_first_and_last_address_of_each_special_block_are_refused_and_their_neighbours_are_not() {
        for (first, last, before, after) in [
            ("0.0.0.0", "0.255.255.255", None, Some("1.0.0.0")),
            (
                "10.0.0.0",
                "10.255.255.255",
                Some("9.255.255.255"),
                Some("11.0.0.0"),
            ),
            (
                "100.64.0.0",
                "100.127.255.255",
                Some("100.63.255.255"),
                Some("100.128.0.0"),
            ),
            (
                "127.0.0.0",
                "127.255.255.255",
                Some("126.255.255.255"),
                Some("128.0.0.0"),
            ),
            (
                "169.254.0.0",
                "169.254.255.255",
                Some("169.253.255.255"),
                Some("169.255.0.0"),
            ),
            (
                "172.16.0.0",
                "172.31.255.255",
                Some("172.15.255.255"),
                Some("172.32.0.0"),
            ),
            (
                "192.0.0.0",
                "192.0.0.255",
                Some("191.255.255.255"),
                Some("192.0.1.0"),
            ),
            (
                "192.0.2.0",
                "192.0.2.255",
                Some("192.0.1.255"),
                Some("192.0.3.0"),
            ),
            (
                "192.88.99.0",
                "192.88.99.255",
                Some("192.88.98.255"),
                Some("192.88.100.0"),
            ),
            (
                "192.168.0.0",
                "192.168.255.255",
                Some("192.167.255.255"),
                Some("192.169.0.0"),
            ),
            (
                "198.18.0.0",
                "198.19.255.255",
                Some("198.17.255.255"),
                Some("198.20.0.0"),
            ),
            (
                "198.51.100.0",
                "198.51.100.255",
                Some("198.51.99.255"),
                Some("198.51.101.0"),
            ),
            (
                "203.0.113.0",
                "203.0.113.255",
                Some("203.0.112.255"),
                Some("203.0.114.0"),
            ),
            (
                "224.0.0.0",
                "255.255.255.255",
                Some("223.255.255.255"),
                None,
            ),
        ] {
            assert!(!is_public(first) && !is_public(last), "{first} to {last}");
            for neighbour in before.into_iter().chain(after) {
                assert!(is_public(neighbour), "{neighbour} is beside {first}");
            }
        }
    }

    #[test]
    fn special_ipv6_addresses_are_refused() {
        for address in [
            "::",
            "::1",
            "::7f00:1",
            "::ffff:0:7f00:1",
            "100::1",
            "64:ff9b:1::1",
            "64:ff9b:1:7f00:0:100::",
            "2001::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:1ff:ffff::1",
            "2001:db8::1",
            "3fff::1",
            "3fff:fff::1",
            "2620:4f:8000::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(address), "{address}");
        }
    }

    #[test]
    fn an_ipv6_address_is_as_public_as_the_ipv4_address_inside_it() {
        for (inside, expected) in [
            ("127.0.0.1", false),
            ("10.1.2.3", false),
            ("169.254.169.254", false),
            ("100.100.100.200", false),
            ("93.184.215.14", true),
        ] {
            let [a, b, c, d] = inside.parse::<Ipv4Addr>().unwrap().octets();
            let tail = format!("{a:02x}{b:02x}:{c:02x}{d:02x}");
            for address in [
                format!("::ffff:{tail}"),
                format!("64:ff9b::{tail}"),
                format!("2002:{tail}::1"),
                format!("2a00:1450::5efe:{tail}"),
            ] {
                assert_eq!(is_public(&address), expected, "{address}");
            }
        }
    }

    #[test]
    fn ordinary_ipv6_addresses_are_public() {
        for address in [
            "2000::1",
            "2001:200::1",
            "2001:db7::1",
            "2a00:1450:4001::1",
            "3ffe::1",
            "3fff:1000::1",
        ] {
            assert!(is_public(address), "{address}");
        }
    }

    #[test]
    fn every_spelling_of_a_forbidden_address_in_a_url_is_refused() {
        for spelling in [
            "127.0.0.1",
            "127.0.0.1.",
            "127.1",
            "127.0.1",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0177.0.0.1",
            "017700000001",
            "0",
            "0.0.0.0",
            "[::1]",
            "[::]",
            "[0:0:0:0:0:0:0:1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::127.0.0.1]",
            "[64:ff9b::127.0.0.1]",
            "１２７.０.０.１",
            "①②⑦.0.0.1",
            "127。0。0。1",
            "%31%32%37.0.0.1",
            "user@127.0.0.1",
            "example.org@127.0.0.1",
        ] {
            let url = Url::parse(&format!("http://{spelling}/")).expect(spelling);
            let address = match url.host().unwrap() {
                Host::Ipv4(address) => IpAddr::V4(address),
                Host::Ipv6(address) => IpAddr::V6(address),
                Host::Domain(name) => panic!("{spelling} was read as the name {name}"),
            };
            assert!(!public(address), "{spelling} is {address}");
        }
    }

    #[test]
    fn allowed_networks_are_opened_and_no_others() {
        let allow: [IpNet; 2] = ["10.1.0.0/16".parse().unwrap(), "fd00::/8".parse().unwrap()];
        for (address, expected) in [
            ("10.1.2.3", true),
            ("::ffff:10.1.2.3", true),
            ("fd12::1", true),
            ("93.184.215.14", true),
            ("10.2.0.1", false),
            ("::1", false),
            ("64:ff9b::a01:203", false),
        ] {
            assert_eq!(
                permitted(address.parse().unwrap(), &allow),
                expected,
                "{address}"
            );
        }
    }
}
