//! A message as it was received (RFC 8489 §5, §14).

use super::attribute::{self, Attribute, FINGERPRINT, MESSAGE_INTEGRITY, MESSAGE_INTEGRITY_SHA256, padding};
use super::integrity::{Integrity, Key, same};
use super::{HEADER_BYTES, MAGIC_COOKIE, address, fingerprint};
use std::net::SocketAddr;

/// What kind of message it is (RFC 8489 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Asks for a response.
    Request,
    /// Is answered by nothing.
    Indication,
    /// What was asked for was done.
    Success,
    /// It was not.
    Error,
}

/// What it is about: 12 bits (RFC 8489 §18.2, RFC 8656 §17).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Method(pub u16);

impl Method {
    /// Which address one is seen from.
    pub const BINDING: Self = Self(0x001);
    /// An allocation is asked for.
    pub const ALLOCATE: Self = Self(0x003);
    /// An allocation is to go on, or to end.
    pub const REFRESH: Self = Self(0x004);
    /// Data to a peer.
    pub const SEND: Self = Self(0x006);
    /// Data from a peer.
    pub const DATA: Self = Self(0x007);
    /// A peer may send.
    pub const CREATE_PERMISSION: Self = Self(0x008);
    /// A peer gets a channel.
    pub const CHANNEL_BIND: Self = Self(0x009);
}

/// What a response is recognised by: 96 bits (RFC 8489 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TransactionId(pub [u8; 12]);

/// Why bytes are no message. Nobody is told: what is no STUN is dropped (RFC 8489 §6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Less than a header, the wrong cookie, or bits that no message has.
    #[error("it is no STUN message")]
    Header,
    /// The header's length is not that of what came.
    #[error("its length is not what its header says")]
    Length,
    /// An attribute reaches past the end.
    #[error("an attribute is longer than the message")]
    Attribute,
    /// FINGERPRINT, or an integrity attribute, has no length of its kind.
    #[error("a sum has the wrong length")]
    Sum,
    /// FINGERPRINT is not the last attribute, or not this message's.
    #[error("the fingerprint is not this message's")]
    Fingerprint,
}

/// A well-formed message. Whether a key made it is another question: [`Message::is_made_with`].
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    bytes: &'a [u8],
    class: Class,
    method: Method,
    transaction: TransactionId,
    /// Where the attributes end that count; those after an integrity attribute do not (RFC 8489 §14.5).
    end: usize,
    sha1: Option<usize>,
    sha256: Option<usize>,
    has_fingerprint: bool,
}

impl<'a> Message<'a> {
    /// Reads one message that is all of `bytes`. Cost: one pass over its attributes, and over its bytes if it has a FINGERPRINT.
    ///
    /// # Errors
    /// [`Malformed`], by what is wrong first.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let (class, method, transaction) = header(bytes)?;
        let mut message = Self {
            bytes,
            class,
            method,
            transaction,
            end: HEADER_BYTES,
            sha1: None,
            sha256: None,
            has_fingerprint: false,
        };
        let mut at = HEADER_BYTES;
        while at < bytes.len() {
            let (attribute, next) = attribute_at(bytes, at)?;
            message.take_in(attribute, at, next)?;
            at = next;
        }
        Ok(message)
    }

    fn take_in(&mut self, attribute: Attribute<'a>, at: usize, next: usize) -> Result<(), Malformed> {
        let length = attribute.value.len();
        if self.has_fingerprint {
            return Err(Malformed::Fingerprint);
        }
        match attribute.number {
            MESSAGE_INTEGRITY if self.sha1.is_none() && self.sha256.is_none() => {
                self.sha1 = Some(checked(Integrity::Sha1, at, length)?);
            }
            MESSAGE_INTEGRITY_SHA256 if self.sha256.is_none() => {
                self.sha256 = Some(checked(Integrity::Sha256, at, length)?);
            }
            FINGERPRINT => {
                let told = attribute::u32_of(attribute.value).ok_or(Malformed::Sum)?;
                if told != fingerprint::of(&[&self.bytes[..at]]) {
                    return Err(Malformed::Fingerprint);
                }
                self.has_fingerprint = true;
            }
            _ if self.sha1.is_none() && self.sha256.is_none() => self.end = next,
            _ => {}
        }
        Ok(())
    }

    /// What kind of message it is.
    #[must_use]
    pub fn class(&self) -> Class {
        self.class
    }

    /// What it is about.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// What its response is recognised by.
    #[must_use]
    pub fn transaction(&self) -> TransactionId {
        self.transaction
    }

    /// Whether it has a FINGERPRINT, which then is right.
    #[must_use]
    pub fn has_fingerprint(&self) -> bool {
        self.has_fingerprint
    }

    /// The attributes that count, in their order.
    pub fn attributes(&self) -> impl Iterator<Item = Attribute<'a>> + use<'a> {
        let bytes = &self.bytes[..self.end];
        let mut at = HEADER_BYTES;
        std::iter::from_fn(move || {
            let (attribute, next) = attribute_at(bytes, at).ok()?;
            at = next;
            Some(attribute)
        })
    }

    /// The first value of this attribute: of several the first alone counts (RFC 8489 §14).
    #[must_use]
    pub fn value(&self, number: u16) -> Option<&'a [u8]> {
        self.attributes().find(|one| one.number == number).map(|one| one.value)
    }

    /// The first address in this `XOR-…-ADDRESS` attribute. [`None`] if there is no such attribute, or no address in it.
    #[must_use]
    pub fn xored_address(&self, number: u16) -> Option<SocketAddr> {
        address::read_xored(self.value(number)?, &self.transaction)
    }

    /// Which attribute says who made it; the stronger one if there are two (RFC 8489 §9.2.4).
    #[must_use]
    pub fn integrity(&self) -> Option<Integrity> {
        match (self.sha1, self.sha256) {
            (_, Some(_)) => Some(Integrity::Sha256),
            (Some(_), None) => Some(Integrity::Sha1),
            (None, None) => None,
        }
    }

    /// Whether `key` made it, by the attribute that [`integrity`](Self::integrity) names. Takes the same time whatever is wrong.
    #[must_use]
    pub fn is_made_with(&self, key: &Key) -> bool {
        let (integrity, at) = match (self.sha1, self.sha256) {
            (_, Some(at)) => (Integrity::Sha256, at),
            (Some(at), None) => (Integrity::Sha1, at),
            (None, None) => return false,
        };
        let Ok((attribute, next)) = attribute_at(self.bytes, at) else { return false };
        // The header counts up to this attribute's end, as if nothing came after it.
        let length = ((next - HEADER_BYTES) as u16).to_be_bytes();
        let sum = key.sign(integrity, &[&self.bytes[..2], &length, &self.bytes[4..at]]);
        sum.as_ref().get(..attribute.value.len()).is_some_and(|sum| same(sum, attribute.value))
    }
}

fn checked(integrity: Integrity, at: usize, length: usize) -> Result<usize, Malformed> {
    if integrity.allows(length) { Ok(at) } else { Err(Malformed::Sum) }
}

fn header(bytes: &[u8]) -> Result<(Class, Method, TransactionId), Malformed> {
    let (head, _) = bytes.split_first_chunk::<HEADER_BYTES>().ok_or(Malformed::Header)?;
    let [t0, t1, l0, l1, c0, c1, c2, c3, transaction @ ..] = *head;
    let kind = u16::from_be_bytes([t0, t1]);
    if kind & 0xC000 != 0 || u32::from_be_bytes([c0, c1, c2, c3]) != MAGIC_COOKIE {
        return Err(Malformed::Header);
    }
    let length = usize::from(u16::from_be_bytes([l0, l1]));
    if !length.is_multiple_of(4) || HEADER_BYTES + length != bytes.len() {
        return Err(Malformed::Length);
    }
    let class = match (kind >> 7 & 2) | (kind >> 4 & 1) {
        0 => Class::Request,
        1 => Class::Indication,
        2 => Class::Success,
        _ => Class::Error,
    };
    let method = (kind & 0x000F) | (kind >> 1 & 0x0070) | (kind >> 2 & 0x0F80);
    Ok((class, Method(method), TransactionId(transaction)))
}

/// The attribute at `at`, and where the next one starts.
fn attribute_at(bytes: &[u8], at: usize) -> Result<(Attribute<'_>, usize), Malformed> {
    let rest = bytes.get(at..).ok_or(Malformed::Attribute)?;
    let (&[n0, n1, l0, l1], rest) = rest.split_first_chunk::<4>().ok_or(Malformed::Attribute)?;
    let length = usize::from(u16::from_be_bytes([l0, l1]));
    let value = rest.get(..length).ok_or(Malformed::Attribute)?;
    let next = at + 4 + length + padding(length);
    if next > bytes.len() {
        return Err(Malformed::Attribute);
    }
    Ok((Attribute { number: u16::from_be_bytes([n0, n1]), value }, next))
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
