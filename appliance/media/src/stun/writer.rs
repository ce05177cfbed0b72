//! Writing messages into memory that is there already.

use std::net::SocketAddr;

use super::attribute::{ERROR_CODE, FINGERPRINT, padding};
use super::integrity::{Integrity, Key};
use super::{Class, HEADER_BYTES, MAGIC_COOKIE, Method, TransactionId, address, fingerprint};

/// The memory given for a message is too small for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a STUN message does not fit into the memory that was given for it")]
pub struct Full;

/// Writes one message, attribute after attribute. What no longer fits makes [`finish`](Self::finish) fail, so that steps need no check each.
#[derive(Debug)]
pub struct Writer<'a> {
    out: &'a mut [u8],
    length: usize,
    is_full: bool,
}

impl<'a> Writer<'a> {
    /// Starts a message at the beginning of `out`.
    #[must_use]
    pub fn new(out: &'a mut [u8], class: Class, method: Method, transaction: TransactionId) -> Self {
        let mut writer = Self { out, length: 0, is_full: false };
        let class: u16 = match class {
            Class::Request => 0,
            Class::Indication => 0x0010,
            Class::Success => 0x0100,
            Class::Error => 0x0110,
        };
        let method = (method.0 & 0x000F) | (method.0 & 0x0070) << 1 | (method.0 & 0x0F80) << 2;
        writer.push(&(class | method).to_be_bytes());
        writer.push(&[0; 2]);
        writer.push(&MAGIC_COOKIE.to_be_bytes());
        writer.push(&transaction.0);
        writer
    }

    /// Adds an attribute.
    pub fn attribute(&mut self, number: u16, value: &[u8]) -> &mut Self {
        self.parts(number, &[value])
    }

    /// Adds an attribute whose value is `parts`, one after the other.
    pub fn parts(&mut self, number: u16, parts: &[&[u8]]) -> &mut Self {
        let length = parts.iter().map(|part| part.len()).sum();
        let Ok(told) = u16::try_from(length) else {
            self.is_full = true;
            return self;
        };
        self.push(&number.to_be_bytes());
        self.push(&told.to_be_bytes());
        parts.iter().for_each(|part| self.push(part));
        self.push(&[0; 3][..padding(length)]);
        self.count(0);
        self
    }

    /// Adds a `XOR-…-ADDRESS` attribute.
    pub fn xored_address(&mut self, number: u16, address: SocketAddr) -> &mut Self {
        let mut transaction = [0; 12];
        if let Some(written) = self.out.get(8..HEADER_BYTES) {
            transaction.copy_from_slice(written);
        }
        let mut value = [0; address::MAX_BYTES];
        let length = address::write_xored(address, &TransactionId(transaction), &mut value);
        self.attribute(number, &value[..length])
    }

    /// Adds ERROR-CODE: `code` is 300 to 699, `reason` what a person reads (RFC 8489 §14.8).
    pub fn error(&mut self, code: u16, reason: &str) -> &mut Self {
        let head = [0, 0, (code / 100) as u8 & 7, (code % 100) as u8];
        self.parts(ERROR_CODE, &[&head, reason.as_bytes()])
    }

    /// Adds the attribute that says who made the message. Only [`fingerprint`](Self::fingerprint) may follow, or the stronger integrity.
    pub fn integrity(&mut self, integrity: Integrity, key: &Key) -> &mut Self {
        self.count(4 + integrity.bytes());
        let sum = key.sign(integrity, &[&self.out[..self.length]]);
        self.attribute(integrity.attribute(), sum.as_ref())
    }

    /// Adds FINGERPRINT, the last attribute.
    pub fn fingerprint(&mut self) -> &mut Self {
        self.count(8);
        let sum = fingerprint::of(&[&self.out[..self.length]]);
        self.attribute(FINGERPRINT, &sum.to_be_bytes())
    }

    /// How many bytes the message takes.
    ///
    /// # Errors
    /// [`Full`] if some of it did not fit.
    pub fn finish(&self) -> Result<usize, Full> {
        if self.is_full { Err(Full) } else { Ok(self.length) }
    }

    fn push(&mut self, bytes: &[u8]) {
        match self.out.get_mut(self.length..self.length + bytes.len()) {
            Some(place) if !self.is_full => {
                place.copy_from_slice(bytes);
                self.length += bytes.len();
            }
            _ => self.is_full = true,
        }
    }

    /// Writes into the header how long what follows it is, with so many bytes that are still to come.
    fn count(&mut self, to_come: usize) {
        let length = (self.length + to_come).saturating_sub(HEADER_BYTES);
        match (self.out.get_mut(2..4), u16::try_from(length)) {
            (Some(place), Ok(length)) => place.copy_from_slice(&length.to_be_bytes()),
            _ => self.is_full = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stun::Message;
    use crate::stun::attribute::{NONCE, USERNAME, XOR_PEER_ADDRESS};

    const TRANSACTION: TransactionId = TransactionId([7; 12]);

    #[test]
    fn error_code_is_split_into_class_and_number() {
        let mut out = [0; 64];
        let mut writer = Writer::new(&mut out, Class::Error, Method::ALLOCATE, TRANSACTION);
        let length = writer.error(486, "full").finish().unwrap();
        let message = Message::parse(&out[..length]).unwrap();
        assert_eq!((message.class(), message.method()), (Class::Error, Method::ALLOCATE));
        assert_eq!(message.value(ERROR_CODE), Some(&[0, 0, 4, 86, b'f', b'u', b'l', b'l'][..]));
    }

    #[test]
    fn message_that_does_not_fit_is_not_finished() {
        for size in 0..60 {
            let mut out = vec![0; size];
            let mut writer = Writer::new(&mut out, Class::Success, Method::BINDING, TRANSACTION);
            let length =
                writer.attribute(NONCE, b"12345").integrity(Integrity::Sha1, &Key::new(b"k")).finish();
            assert_eq!(length, if size < 56 { Err(Full) } else { Ok(56) }, "{size}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            name in prop::collection::vec(any::<u8>(), 0..80),
            port: u16,
            ip: std::net::IpAddr,
            method in 0u16..0x1000,
            class in prop::sample::select(vec![Class::Request, Class::Indication, Class::Success, Class::Error]),
            id: [u8; 12],
            both: bool,
        ) {
            let (key, address) = (Key::new(&name), SocketAddr::new(ip, port));
            let mut out = [0; 400];
            let mut writer = Writer::new(&mut out, class, Method(method), TransactionId(id));
            writer.attribute(USERNAME, &name).xored_address(XOR_PEER_ADDRESS, address).integrity(Integrity::Sha1, &key);
            if both {
                writer.integrity(Integrity::Sha256, &key);
            }
            let length = writer.fingerprint().finish().unwrap();
            let message = Message::parse(&out[..length]).unwrap();
            prop_assert_eq!((message.class(), message.method(), message.transaction().0), (class, Method(method), id));
            prop_assert_eq!(message.value(USERNAME), Some(&name[..]));
            prop_assert_eq!(message.xored_address(XOR_PEER_ADDRESS), Some(address));
            prop_assert_eq!(message.integrity(), Some(if both { Integrity::Sha256 } else { Integrity::Sha1 }));
            prop_assert!(message.is_made_with(&key) && message.has_fingerprint());
            prop_assert!(!message.is_made_with(&Key::new(b"another")) || name == b"another");
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(message) = Message::parse(&bytes) {
                prop_assert!(message.attributes().count() <= bytes.len() / 4);
            }
        }
    }
}
