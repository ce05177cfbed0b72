//! The one-time enrolment token: `hf1.SECRET.FINGERPRINT`, both parts 32 bytes in base64url without padding.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::EnrolError;
use crate::tls::{CaFingerprint, sha256};

/// Life of a token, in milliseconds: 15 minutes, the walk from the console to the clinic's cupboard and back.
pub const TOKEN_LIFE_MS: u64 = 15 * 60 * 1000;

const PREFIX: &str = "hf1";

/// SHA-256 of a token's secret: all that the hub keeps of it. The secret is 256 random bits, so no salt is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretHash(pub [u8; 32]);

/// The secret part of a token. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct TokenSecret([u8; 32]);

impl TokenSecret {
    /// Draws a new secret from the system's random source.
    ///
    /// # Errors
    /// [`EnrolError::Random`].
    pub fn random() -> Result<Self, EnrolError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| EnrolError::Random)?;
        Ok(Self(bytes))
    }

    /// Parses base64url without padding, 32 bytes.
    ///
    /// # Errors
    /// [`EnrolError::Token`].
    pub fn parse(text: &str) -> Result<Self, EnrolError> {
        decode(text).map(Self)
    }

    /// The secret in base64url. Goes into the token and the request, and nowhere else.
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What the hub stores and looks up.
    pub fn hash(&self) -> SecretHash {
        SecretHash(sha256(&self.0))
    }
}

impl fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSecret(…)")
    }
}

/// A whole token: the secret, and the fingerprint of the only CA to believe.
#[derive(Clone, Debug)]
pub struct EnrolToken {
    secret: TokenSecret,
    ca: CaFingerprint,
}

impl EnrolToken {
    /// Puts a token together.
    pub fn new(secret: TokenSecret, ca: CaFingerprint) -> Self {
        Self { secret, ca }
    }

    /// Parses the text that central IT hands over; white space around it is ignored.
    ///
    /// # Errors
    /// [`EnrolError::Token`].
    pub fn parse(text: &str) -> Result<Self, EnrolError> {
        let mut parts = text.trim().split('.');
        let (Some(PREFIX), Some(secret), Some(ca), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(EnrolError::Token);
        };
        Ok(Self { secret: TokenSecret::parse(secret)?, ca: CaFingerprint(decode(ca)?) })
    }

    /// The text to hand over. It is a secret for as long as the token is good.
    pub fn to_text(&self) -> String {
        format!("{PREFIX}.{}.{}", self.secret.to_text(), URL_SAFE_NO_PAD.encode(self.ca.0))
    }

    /// The secret part.
    pub fn secret(&self) -> &TokenSecret {
        &self.secret
    }

    /// The CA to believe.
    pub fn ca(&self) -> CaFingerprint {
        self.ca
    }
}

fn decode(text: &str) -> Result<[u8; 32], EnrolError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| EnrolError::Token)?;
    bytes.try_into().map_err(|_| EnrolError::Token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips_and_debug_hides_the_secret() {
        let token = EnrolToken::new(TokenSecret::random().unwrap(), CaFingerprint([7; 32]));
        let text = token.to_text();
        let again = EnrolToken::parse(&format!(" {text}\n")).unwrap();
        assert_eq!((again.to_text(), again.ca()), (text, token.ca()));
        assert!(!format!("{token:?}").contains(&token.secret().to_text()));
    }

    #[test]
    fn odd_texts_are_refused() {
        let good = EnrolToken::new(TokenSecret::random().unwrap(), CaFingerprint([7; 32])).to_text();
        let version_2 = good.replacen("hf1", "hf2", 1);
        let longer = format!("{good}A");
        let extra = format!("{good}.x");
        for text in ["", "hf1", "hf1..", &good[..good.len() - 1], &version_2, &longer, &extra] {
            assert!(matches!(EnrolToken::parse(text), Err(EnrolError::Token)), "{text}");
        }
    }
}
