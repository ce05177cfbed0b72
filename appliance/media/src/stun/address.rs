//! Addresses in attributes, plain and xored (RFC 8489 §14.1, §14.2).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::{MAGIC_COOKIE, TransactionId};

/// The family number of IPv4.
pub const FAMILY_IPV4: u8 = 1;
/// The family number of IPv6.
pub const FAMILY_IPV6: u8 = 2;
/// The most bytes that the value of an address takes.
pub const MAX_BYTES: usize = 20;

/// The address in a `XOR-…-ADDRESS` attribute; [`None`] if it is none.
#[must_use]
pub fn read_xored(value: &[u8], transaction: &TransactionId) -> Option<SocketAddr> {
    let (&[_, family, port_high, port_low], address) = value.split_first_chunk::<4>()?;
    let port = u16::from_be_bytes([port_high, port_low]) ^ port_mask();
    let ip = match family {
        FAMILY_IPV4 => {
            IpAddr::from(Ipv4Addr::from_bits(u32::from_be_bytes(address.try_into().ok()?) ^ MAGIC_COOKIE))
        }
        FAMILY_IPV6 => IpAddr::from(Ipv6Addr::from_bits(
            u128::from_be_bytes(address.try_into().ok()?) ^ mask(transaction),
        )),
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

/// Writes the value of a `XOR-…-ADDRESS` attribute and says how many bytes it takes: 8 or 20.
pub fn write_xored(address: SocketAddr, transaction: &TransactionId, out: &mut [u8; MAX_BYTES]) -> usize {
    let (family, length) = if address.is_ipv4() { (FAMILY_IPV4, 8) } else { (FAMILY_IPV6, MAX_BYTES) };
    out[..2].copy_from_slice(&[0, family]);
    out[2..4].copy_from_slice(&(address.port() ^ port_mask()).to_be_bytes());
    match address.ip() {
        IpAddr::V4(ip) => out[4..8].copy_from_slice(&(ip.to_bits() ^ MAGIC_COOKIE).to_be_bytes()),
        IpAddr::V6(ip) => out[4..].copy_from_slice(&(ip.to_bits() ^ mask(transaction)).to_be_bytes()),
    }
    length
}

const fn port_mask() -> u16 {
    (MAGIC_COOKIE >> 16) as u16
}

/// The cookie and the transaction, which an IPv6 address is xored with.
fn mask(transaction: &TransactionId) -> u128 {
    let id = transaction.0.iter().fold(0u128, |sum, &byte| sum << 8 | u128::from(byte));
    u128::from(MAGIC_COOKIE) << 96 | id
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRANSACTION: TransactionId =
        TransactionId([0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae]);

    #[test]
    fn addresses_are_as_in_the_test_vectors() {
        // RFC 5769 §2.2 and §2.3: what a server answers over IPv4 and IPv6.
        let v4 = [0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43];
        let v6 = [
            0x00, 0x02, 0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4, 0xb5,
            0xbe, 0xd2, 0xb9, 0xd9,
        ];
        let cases: [(&[u8], &str); 2] =
            [(&v4, "192.0.2.1:32853"), (&v6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853")];
        for (bytes, text) in cases {
            let address: SocketAddr = text.parse().unwrap();
            assert_eq!(read_xored(bytes, &TRANSACTION), Some(address));
            let mut out = [0; MAX_BYTES];
            let length = write_xored(address, &TRANSACTION, &mut out);
            assert_eq!(&out[..length], bytes);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let ipv4_too_long = [0, 1, 0, 0, 0, 0, 0, 0, 0];
        let ipv6_too_short = [0, 2, 0, 0, 0, 0, 0, 0];
        let no_family = [0, 3, 0, 0, 0, 0, 0, 0];
        let cases: [&[u8]; 5] = [&[], &[0, 1, 0], &ipv4_too_long, &ipv6_too_short, &no_family];
        for bytes in cases {
            assert_eq!(read_xored(bytes, &TRANSACTION), None, "{bytes:?}");
        }
    }
}
