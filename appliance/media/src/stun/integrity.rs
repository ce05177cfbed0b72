//! MESSAGE-INTEGRITY and MESSAGE-INTEGRITY-SHA256 (RFC 8489 §14.5, §14.6), and the long-term keys that they are made with (§9.2.2).

use md5::{Digest, Md5};
use ring::{digest, hmac};

use super::attribute::{MESSAGE_INTEGRITY, MESSAGE_INTEGRITY_SHA256};

/// Which of the two attributes covers a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Integrity {
    /// MESSAGE-INTEGRITY: HMAC-SHA1, 20 bytes.
    Sha1,
    /// MESSAGE-INTEGRITY-SHA256: HMAC-SHA256, 32 bytes, or the first 16 to 28 of them.
    Sha256,
}

impl Integrity {
    /// The attribute's number.
    #[must_use]
    pub const fn attribute(self) -> u16 {
        match self {
            Self::Sha1 => MESSAGE_INTEGRITY,
            Self::Sha256 => MESSAGE_INTEGRITY_SHA256,
        }
    }

    /// How long the attribute's value is when it is whole.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    /// Whether a value may be so long.
    pub(crate) const fn allows(self, length: usize) -> bool {
        match self {
            Self::Sha1 => length == 20,
            Self::Sha256 => length >= 16 && length <= 32 && length.is_multiple_of(4),
        }
    }
}

/// How a long-term key is made of a password (RFC 8489 §18.5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordAlgorithm {
    /// What everybody has; also what a request means that names none.
    Md5,
    /// SHA-256.
    Sha256,
}

impl PasswordAlgorithm {
    /// Its number in PASSWORD-ALGORITHM.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::Md5 => 1,
            Self::Sha256 => 2,
        }
    }
}

/// A key that messages are signed with. It is never shown.
#[derive(Clone)]
pub struct Key {
    sha1: hmac::Key,
    sha256: hmac::Key,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// A key of these bytes, as short-term credentials have it (RFC 8489 §9.1.1).
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self {
            sha1: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, bytes),
            sha256: hmac::Key::new(hmac::HMAC_SHA256, bytes),
        }
    }

    /// The long-term key of a user: the digest of `username:realm:password` (RFC 8489 §18.5.1).
    #[must_use]
    pub fn long_term(algorithm: PasswordAlgorithm, username: &[u8], realm: &[u8], password: &[u8]) -> Self {
        let parts = [username, b":", realm, b":", password];
        match algorithm {
            PasswordAlgorithm::Md5 => {
                let mut sum = Md5::new();
                parts.iter().for_each(|part| sum.update(part));
                Self::new(&sum.finalize())
            }
            PasswordAlgorithm::Sha256 => {
                let mut sum = digest::Context::new(&digest::SHA256);
                parts.iter().for_each(|part| sum.update(part));
                Self::new(sum.finish().as_ref())
            }
        }
    }

    /// The sum over `parts`, one after the other.
    pub(crate) fn sign(&self, integrity: Integrity, parts: &[&[u8]]) -> hmac::Tag {
        let key = match integrity {
            Integrity::Sha1 => &self.sha1,
            Integrity::Sha256 => &self.sha256,
        };
        let mut sum = hmac::Context::with_key(key);
        parts.iter().for_each(|part| sum.update(part));
        sum.sign()
    }
}

/// Whether two values are the same, in a time that does not tell where they differ.
pub(crate) fn same(one: &[u8], other: &[u8]) -> bool {
    let differing =
        one.iter().zip(other).fold(0, |differing, (a, b)| std::hint::black_box(differing | (a ^ b)));
    one.len() == other.len() && differing == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_term_keys_are_digests_of_three_parts() {
        // RFC 8489 §9.2.2: MD5("user:realm:pass") = 8493fbc53ba582fb4c044c456bdc40eb.
        let key = Key::long_term(PasswordAlgorithm::Md5, b"user", b"realm", b"pass");
        let bytes = 0x8493_fbc5_3ba5_82fb_4c04_4c45_6bdc_40eb_u128.to_be_bytes();
        let sums =
            [Integrity::Sha1, Integrity::Sha256].map(|kind| key.sign(kind, &[b"text"]).as_ref().to_vec());
        let expected = [Integrity::Sha1, Integrity::Sha256]
            .map(|kind| Key::new(&bytes).sign(kind, &[b"te", b"xt"]).as_ref().to_vec());
        assert_eq!(sums, expected);
        assert_eq!(sums.each_ref().map(Vec::len), [20, 32]);
    }

    #[test]
    fn values_of_other_lengths_are_not_the_same() {
        assert!(same(b"abc", b"abc"));
        assert!(!same(b"abc", b"abd") && !same(b"abc", b"ab") && !same(b"", b"a"));
    }

    #[test]
    fn a_key_is_not_shown() {
        assert_eq!(format!("{:?}", Key::new(b"secret")), "Key(…)");
    }
}
