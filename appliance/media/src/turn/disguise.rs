//! Addresses that lead to another one than they show.
//!
//! A list of what is forbidden is passed by with these. Ours is a list of what is allowed, so none of them is ever a peer; they are told
//! apart so that an attempt can be counted as one, and so that nobody puts one on the list.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A way to write an address as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Disguise {
    /// `::ffff:a.b.c.d` (RFC 4291 §2.5.5.2).
    Mapped,
    /// `::ffff:0:a.b.c.d` (RFC 2765 §2.1).
    Translated,
    /// `::a.b.c.d` (RFC 4291 §2.5.5.1).
    Compatible,
    /// `64:ff9b::a.b.c.d` (RFC 6052 §2.1).
    Nat64,
    /// `64:ff9b:1::/48` (RFC 8215), of which the last 32 bits are taken.
    Nat64Local,
    /// `2002:AABB:CCDD::/48` (RFC 3056 §2).
    SixToFour,
    /// `2001:0::/32`, the client's address inverted at its end (RFC 4380 §4).
    Teredo,
    /// `…:0:5efe:a.b.c.d` or `…:200:5efe:a.b.c.d` (RFC 5214 §6.1).
    Isatap,
    /// `0.0.0.0/8` and `::`, which lead to the machine itself (RFC 1122 §3.2.1.3).
    Unspecified,
}

/// The disguise that `ip` is, with the address behind it; [`None`] if it is what it shows.
#[must_use]
pub fn unmask(ip: IpAddr) -> Option<(Disguise, IpAddr)> {
    match ip {
        IpAddr::V4(ip) if ip.octets()[0] == 0 => Some((Disguise::Unspecified, Ipv4Addr::LOCALHOST.into())),
        IpAddr::V4(_) => None,
        IpAddr::V6(ip) => unmask_v6(ip),
    }
}

fn unmask_v6(ip: Ipv6Addr) -> Option<(Disguise, IpAddr)> {
    if ip == Ipv6Addr::UNSPECIFIED {
        return Some((Disguise::Unspecified, Ipv6Addr::LOCALHOST.into()));
    }
    if ip == Ipv6Addr::LOCALHOST {
        return None;
    }
    let last = ip.to_bits() as u32;
    let (disguise, hidden) = match ip.segments() {
        [0, 0, 0, 0, 0, 0xffff, ..] => (Disguise::Mapped, last),
        [0, 0, 0, 0, 0xffff, 0, ..] => (Disguise::Translated, last),
        [0, 0, 0, 0, 0, 0, ..] => (Disguise::Compatible, last),
        [0x64, 0xff9b, 0, 0, 0, 0, ..] => (Disguise::Nat64, last),
        [0x64, 0xff9b, 1, ..] => (Disguise::Nat64Local, last),
        [0x2002, ..] => (Disguise::SixToFour, (ip.to_bits() >> 80) as u32),
        [0x2001, 0, ..] => (Disguise::Teredo, !last),
        [_, _, _, _, 0 | 0x200, 0x5efe, ..] => (Disguise::Isatap, last),
        _ => return None,
    };
    Some((disguise, Ipv4Addr::from_bits(hidden).into()))
}

/// Every disguise of an address that there is a way of writing, for those who have to show that none of them is let through.
#[must_use]
pub fn disguises_of(ip: Ipv4Addr) -> Vec<Ipv6Addr> {
    let bits = u128::from(ip.to_bits());
    let prefixed = |segments: [u16; 8]| Ipv6Addr::from_bits(Ipv6Addr::from(segments).to_bits() | bits);
    vec![
        prefixed([0, 0, 0, 0, 0, 0xffff, 0, 0]),
        prefixed([0, 0, 0, 0, 0xffff, 0, 0, 0]),
        prefixed([0; 8]),
        prefixed([0x64, 0xff9b, 0, 0, 0, 0, 0, 0]),
        prefixed([0x64, 0xff9b, 1, 0, 0, 0, 0, 0]),
        Ipv6Addr::from_bits(0x2002 << 112 | bits << 80 | 1),
        Ipv6Addr::from_bits(0x2001 << 112 | u128::from(!ip.to_bits())),
        prefixed([0xfe80, 0, 0, 0, 0, 0x5efe, 0, 0]),
        prefixed([0x2001, 0xdb8, 0, 0, 0x200, 0x5efe, 0, 0]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_disguise_shows_what_it_hides() {
        let ip = Ipv4Addr::new(192, 0, 2, 33);
        let found: Vec<_> = disguises_of(ip).into_iter().map(|masked| unmask(masked.into())).collect();
        let expected = [
            Disguise::Mapped,
            Disguise::Translated,
            Disguise::Compatible,
            Disguise::Nat64,
            Disguise::Nat64Local,
            Disguise::SixToFour,
            Disguise::Teredo,
            Disguise::Isatap,
            Disguise::Isatap,
        ];
        assert_eq!(found, expected.map(|disguise| Some((disguise, ip.into()))));
    }

    #[test]
    fn addresses_are_told_as_people_write_them() {
        let cases = [
            ("::ffff:127.0.0.1", Some((Disguise::Mapped, "127.0.0.1"))),
            ("2002:7f00:1::", Some((Disguise::SixToFour, "127.0.0.1"))),
            ("2001:0:53aa:64c:0:7fff:80ff:fffe", Some((Disguise::Teredo, "127.0.0.1"))),
            ("64:ff9b::7f00:1", Some((Disguise::Nat64, "127.0.0.1"))),
            ("fe80::5efe:10.0.0.1", Some((Disguise::Isatap, "10.0.0.1"))),
            ("0.1.2.3", Some((Disguise::Unspecified, "127.0.0.1"))),
            ("::", Some((Disguise::Unspecified, "::1"))),
            ("::1", None),
            ("127.0.0.1", None),
            ("192.0.2.1", None),
            ("2001:db8::1", None),
        ];
        for (shown, hidden) in cases {
            let expected = hidden.map(|(disguise, ip)| (disguise, ip.parse().unwrap()));
            assert_eq!(unmask(shown.parse().unwrap()), expected, "{shown}");
        }
    }
}
