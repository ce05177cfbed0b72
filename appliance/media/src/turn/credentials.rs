//! Credentials that are in force for some minutes and that nobody stores (draft-uberti-behave-turn-rest §2.2).
//!
//! The username is `expiry:visit:member`, the password the base64 of HMAC-SHA1 over it, with a key that the clinic role and the relay
//! share. Whoever has the key makes them and checks them; coturn's `use-auth-secret` does the same.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

use crate::stun::Key;
use crate::stun::integrity::PasswordAlgorithm;

/// How far ahead the expiry of credentials may lie, in seconds.
pub const MAX_AHEAD_S: u64 = 300;
/// How long the identifiers of a visit and a member may be: FHIR's ids (R4 datatypes, `id`).
const MAX_ID_BYTES: usize = 64;

/// The key that credentials are made with. It is never shown.
#[derive(Clone)]
pub struct SharedKey(hmac::Key);

impl fmt::Debug for SharedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedKey(…)")
    }
}

/// What a client says who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim<'a> {
    /// Until when it may allocate, in seconds since 1970.
    pub expires_s: u64,
    /// The visit.
    pub visit: &'a str,
    /// Who in it.
    pub member: &'a str,
}

/// What a client is given to sign in at the relay.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// USERNAME.
    pub username: String,
    /// The password.
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({}, …)", self.username)
    }
}

impl<'a> Claim<'a> {
    /// Reads a username. [`None`] if it is not `expiry:visit:member` with two FHIR ids.
    #[must_use]
    pub fn parse(username: &'a str) -> Option<Self> {
        let mut parts = username.split(':');
        let (expiry, visit, member) = (parts.next()?, parts.next()?, parts.next()?);
        // A number has one way to be written, so that a username has.
        let is_plain = expiry.bytes().all(|digit| digit.is_ascii_digit()) && !expiry.starts_with('0');
        let is_good = is_plain && parts.next().is_none() && is_id(visit) && is_id(member);
        is_good.then(|| Some(Self { expires_s: expiry.parse().ok()?, visit, member }))?
    }

    /// Whether it is in force: not over, and not longer ahead than anybody is given.
    #[must_use]
    pub fn is_in_force(&self, now_unix_s: u64) -> bool {
        self.expires_s > now_unix_s && self.expires_s <= now_unix_s.saturating_add(MAX_AHEAD_S)
    }
}

fn is_id(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    (1..=MAX_ID_BYTES).contains(&text.len()) && text.bytes().all(is_allowed)
}

impl SharedKey {
    /// A key of these bytes, of which there should be 32 random ones.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, bytes))
    }

    /// Makes credentials that are in force for `for_s` seconds ([`MAX_AHEAD_S`] at most). [`None`] if one of the ids is no FHIR id.
    #[must_use]
    pub fn credentials(&self, now_unix_s: u64, for_s: u64, visit: &str, member: &str) -> Option<Credentials> {
        let expires_s = now_unix_s.saturating_add(for_s.min(MAX_AHEAD_S));
        let username = format!("{expires_s}:{visit}:{member}");
        Claim::parse(&username)?;
        let password = String::from_utf8(self.password(&username).to_vec()).ok()?;
        Some(Credentials { username, password })
    }

    /// The long-term key that belongs to a username.
    pub(crate) fn long_term(&self, algorithm: PasswordAlgorithm, username: &str, realm: &str) -> Key {
        Key::long_term(algorithm, username.as_bytes(), realm.as_bytes(), &self.password(username))
    }

    /// The base64 of 20 bytes, which is 28 characters.
    fn password(&self, username: &str) -> [u8; 28] {
        let mut password = [b'='; 28];
        // 20 bytes always fit.
        let _ = STANDARD.encode_slice(hmac::sign(&self.0, username.as_bytes()), &mut password);
        password
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn password_is_what_coturn_makes_of_a_secret() {
        // `printf '1700000300:v1:m1' | openssl dgst -sha1 -hmac north -binary | base64`
        let made = SharedKey::new(b"north").credentials(1_700_000_000, 300, "v1", "m1").unwrap();
        assert_eq!(made.username, "1700000300:v1:m1");
        assert_eq!(made.password, "B/iTRWPoUOMy3z8rjA1tgILw/RQ=");
        assert!(!format!("{made:?} {:?}", SharedKey::new(b"north")).contains(&made.password));
    }

    #[test]
    fn nobody_is_given_more_than_five_minutes() {
        let made = SharedKey::new(b"north").credentials(1000, 9999, "v1", "m1").unwrap();
        assert!(made.username.starts_with("1300:"), "{made:?}");
    }

    #[test]
    fn a_claim_is_in_force_from_five_minutes_before_its_end() {
        let claim = Claim::parse("1000:v:m").unwrap();
        let cases = [(699, false), (700, true), (999, true), (1000, false), (1001, false), (0, false)];
        for (now, expected) in cases {
            assert_eq!(claim.is_in_force(now), expected, "{now}");
        }
    }

    #[test]
    fn usernames_of_any_other_form_are_no_claims() {
        let long = format!("1:{}:m", "v".repeat(65));
        let cases = [
            "",
            ":",
            "::",
            "1:v",
            "1:v:",
            "1::m",
            "x:v:m",
            "+1:v:m",
            "01:v:m",
            "1:v:m:",
            "1:v:m:x",
            "1:v m:m",
            "1:v:m\0",
            "99999999999999999999999:v:m",
            "-1:v:m",
            "1:ü:m",
            &long,
        ];
        for username in cases {
            assert_eq!(Claim::parse(username), None, "{username}");
        }
        assert_eq!(Claim::parse("12:a.B-9:m"), Some(Claim { expires_s: 12, visit: "a.B-9", member: "m" }));
    }
}
