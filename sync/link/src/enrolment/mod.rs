//! The upstream's side of enrolment: mints tokens, and turns a token or a certificate into a (new) certificate. The
//! replica's side is [`crate::enrol`].

mod database;
mod error;
mod request;
mod routes;
mod tokens;

use std::sync::Arc;

use crate::{
    enrol::{CERTIFICATE_DAYS, EnrolToken, SecretHash, TOKEN_LIFE_MS, TokenSecret},
    identity::{PeerCertificate, PeerIdentity},
    server::Clock,
    transport::Endpoint,
};

use crate::ca::{Authority, IssuedCertificate, SigningRequest};

pub use database::DatabaseTokens;
pub use error::EnrolmentError;
pub use request::{EnrolRequest, MAX_REQUEST_BYTES, parse_renewal, parse_request};
pub use routes::routes;
pub use tokens::{IssuedLog, MemoryTokens, TakenToken, TokenError, TokenStore};

/// What an upstream needs to enrol replicas.
#[derive(Clone)]
pub struct Enrolment {
    /// The CA.
    pub ca: Arc<Authority>,
    /// Where tokens are kept.
    pub tokens: Arc<dyn TokenStore>,
    /// Where issued certificates are recorded before they are handed out.
    pub issued: Arc<dyn IssuedLog>,
    /// Where an enrolled replica shall sync, in order of preference.
    pub endpoints: Vec<Endpoint>,
    /// The time in Unix milliseconds.
    pub clock: Clock,
}

impl Enrolment {
    /// Mints a token by which one replica may enrol as `identity` within [`TOKEN_LIFE_MS`]. Blocks on the store.
    ///
    /// # Errors
    /// [`EnrolmentError::Store`], [`EnrolmentError::Random`].
    pub fn mint_token(&self, identity: &PeerIdentity, now_ms: u64) -> Result<EnrolToken, EnrolmentError> {
        let secret = TokenSecret::random().map_err(|_| EnrolmentError::Random)?;
        let expires_at_ms = now_ms.saturating_add(TOKEN_LIFE_MS);
        self.tokens.insert(secret.hash(), identity, expires_at_ms).map_err(EnrolmentError::of_token)?;
        Ok(EnrolToken::new(secret, self.ca.fingerprint()))
    }

    /// Takes the token and certifies the key. A request that is refused for its own sake has not used up its token,
    /// since it was parsed before; one whose answer was lost gets it again for the same key. Blocks on the store.
    ///
    /// # Errors
    /// [`EnrolmentError::TokenUnknown`], `TokenUsed`, `TokenExpired`, `Store`, `Ca`.
    pub fn enrol(&self, request: &EnrolRequest, now_ms: u64) -> Result<IssuedCertificate, EnrolmentError> {
        let key = request.csr.key_sha256();
        let taken = self.tokens.take(request.secret_hash, &key, now_ms).map_err(EnrolmentError::of_token)?;
        match &taken.certificate {
            Some(pem) => IssuedCertificate::parse_pem(pem).map_err(EnrolmentError::Ca),
            None => self.certify(&request.csr, &taken.identity, now_ms, Some(request.secret_hash)),
        }
    }

    /// Certifies a key for a replica that has shown a certificate. One that has expired serves only if it is on
    /// record, and only for its own key. Blocks on the store.
    ///
    /// # Errors
    /// [`EnrolmentError::Revoked`], [`EnrolmentError::UnknownKey`], [`EnrolmentError::Store`],
    /// [`EnrolmentError::Ca`].
    pub fn renew(
        &self,
        csr: &SigningRequest,
        shown: &PeerCertificate,
        now_ms: u64,
    ) -> Result<IssuedCertificate, EnrolmentError> {
        if self.issued.is_revoked(&shown.identity).map_err(EnrolmentError::of_token)? {
            return Err(EnrolmentError::Revoked);
        }
        if now_ms > shown.not_after_ms {
            let is_own_key = csr.key_sha256() == shown.public_key_sha256;
            if !is_own_key || !self.issued.knows(shown).map_err(EnrolmentError::of_token)? {
                return Err(EnrolmentError::UnknownKey);
            }
        }
        self.certify(csr, &shown.identity, now_ms, None)
    }

    fn certify(
        &self,
        csr: &SigningRequest,
        identity: &PeerIdentity,
        now_ms: u64,
        token: Option<SecretHash>,
    ) -> Result<IssuedCertificate, EnrolmentError> {
        let issued =
            self.ca.issue_client(csr, identity, now_ms, CERTIFICATE_DAYS).map_err(EnrolmentError::Ca)?;
        self.issued.record(&issued, token).map_err(EnrolmentError::of_token)?;
        Ok(issued)
    }
}

impl std::fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Enrolment").field("ca", &self.ca).finish_non_exhaustive()
    }
}
