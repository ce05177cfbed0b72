//! Attributes of STUN messages: their numbers (RFC 8489 §18.3, RFC 8656 §18) and the plain ones among their values.

/// MAPPED-ADDRESS.
pub const MAPPED_ADDRESS: u16 = 0x0001;
/// USERNAME.
pub const USERNAME: u16 = 0x0006;
/// MESSAGE-INTEGRITY.
pub const MESSAGE_INTEGRITY: u16 = 0x0008;
/// ERROR-CODE.
pub const ERROR_CODE: u16 = 0x0009;
/// UNKNOWN-ATTRIBUTES.
pub const UNKNOWN_ATTRIBUTES: u16 = 0x000A;
/// CHANNEL-NUMBER.
pub const CHANNEL_NUMBER: u16 = 0x000C;
/// LIFETIME.
pub const LIFETIME: u16 = 0x000D;
/// XOR-PEER-ADDRESS.
pub const XOR_PEER_ADDRESS: u16 = 0x0012;
/// DATA.
pub const DATA: u16 = 0x0013;
/// REALM.
pub const REALM: u16 = 0x0014;
/// NONCE.
pub const NONCE: u16 = 0x0015;
/// XOR-RELAYED-ADDRESS.
pub const XOR_RELAYED_ADDRESS: u16 = 0x0016;
/// REQUESTED-ADDRESS-FAMILY.
pub const REQUESTED_ADDRESS_FAMILY: u16 = 0x0017;
/// EVEN-PORT.
pub const EVEN_PORT: u16 = 0x0018;
/// REQUESTED-TRANSPORT.
pub const REQUESTED_TRANSPORT: u16 = 0x0019;
/// DONT-FRAGMENT.
pub const DONT_FRAGMENT: u16 = 0x001A;
/// MESSAGE-INTEGRITY-SHA256.
pub const MESSAGE_INTEGRITY_SHA256: u16 = 0x001C;
/// PASSWORD-ALGORITHM.
pub const PASSWORD_ALGORITHM: u16 = 0x001D;
/// XOR-MAPPED-ADDRESS.
pub const XOR_MAPPED_ADDRESS: u16 = 0x0020;
/// RESERVATION-TOKEN.
pub const RESERVATION_TOKEN: u16 = 0x0022;
/// ADDITIONAL-ADDRESS-FAMILY.
pub const ADDITIONAL_ADDRESS_FAMILY: u16 = 0x8000;
/// ADDRESS-ERROR-CODE.
pub const ADDRESS_ERROR_CODE: u16 = 0x8001;
/// PASSWORD-ALGORITHMS.
pub const PASSWORD_ALGORITHMS: u16 = 0x8002;
/// SOFTWARE.
pub const SOFTWARE: u16 = 0x8022;
/// FINGERPRINT.
pub const FINGERPRINT: u16 = 0x8028;

/// One attribute of a message, its padding left off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// Its number.
    pub number: u16,
    /// Its value, of at most 65,535 bytes.
    pub value: &'a [u8],
}

impl Attribute<'_> {
    /// Whether one who does not know this attribute must refuse the message (RFC 8489 §14).
    #[must_use]
    pub fn must_be_understood(&self) -> bool {
        self.number < 0x8000
    }
}

/// The number of an attribute that is four bytes long, LIFETIME for one.
#[must_use]
pub fn u32_of(value: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(value.try_into().ok()?))
}

/// The number in the first two of four bytes, CHANNEL-NUMBER for one (RFC 8656 §18.1).
#[must_use]
pub fn u16_of(value: &[u8]) -> Option<u16> {
    match *value {
        [high, low, _, _] => Some(u16::from_be_bytes([high, low])),
        _ => None,
    }
}

/// The first of four bytes, REQUESTED-TRANSPORT for one (RFC 8656 §18.8).
#[must_use]
pub fn u8_of(value: &[u8]) -> Option<u8> {
    match *value {
        [first, _, _, _] => Some(first),
        _ => None,
    }
}

/// What is added to a length so that a multiple of four comes out (RFC 8489 §14): 0 to 3.
#[must_use]
pub const fn padding(length: usize) -> usize {
    length.wrapping_neg() & 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_makes_a_multiple_of_four_and_adds_less_than_four() {
        for length in 0..100 {
            assert!(padding(length) < 4 && (length + padding(length)).is_multiple_of(4), "{length}");
        }
    }

    #[test]
    fn plain_values_have_one_length_each() {
        assert_eq!((u32_of(&[0, 0, 2, 88]), u32_of(&[0; 3]), u32_of(&[0; 5])), (Some(600), None, None));
        assert_eq!((u16_of(&[0x40, 1, 0, 0]), u16_of(&[0x40, 1])), (Some(0x4001), None));
        assert_eq!((u8_of(&[17, 0, 0, 0]), u8_of(&[17])), (Some(17), None));
    }
}
