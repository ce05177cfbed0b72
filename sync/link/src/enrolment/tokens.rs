//! What the enrolment asks of the upstream's store.

use std::{
    collections::BTreeMap,
    error::Error,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    enrol::SecretHash,
    identity::{PeerCertificate, PeerIdentity},
};

use crate::ca::IssuedCertificate;

/// Keeps one-time tokens, by the hash of their secret. The calls may block; they are made off the async threads.
pub trait TokenStore: Send + Sync {
    /// Keeps a token until `expires_at_ms` (Unix milliseconds), durably.
    ///
    /// # Errors
    /// [`TokenError::Store`].
    fn insert(&self, hash: SecretHash, identity: &PeerIdentity, expires_at_ms: u64)
    -> Result<(), TokenError>;

    /// Uses a token up for one key, durably, and tells whom it enrols. Of two keys at once, one gets it. The same key
    /// may take it again until it expires, for the answer may have been lost on the way: it is told the certificate
    /// that it got, if it came to that.
    ///
    /// # Errors
    /// [`TokenError::Unknown`], [`TokenError::Used`] (by another key, or by this one and expired since),
    /// [`TokenError::Expired`] (`now_ms >= expires_at_ms`), [`TokenError::Store`].
    fn take(&self, hash: SecretHash, key_sha256: &[u8; 32], now_ms: u64) -> Result<TakenToken, TokenError>;
}

/// What a token gave.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TakenToken {
    /// Whom it enrols.
    pub identity: PeerIdentity,
    /// The certificate, in PEM, that the same key got for it before.
    pub certificate: Option<String>,
}

/// Keeps a record of issued certificates: for revocation by serial number, and for the keys that may renew after
/// expiry. Recorded before the certificate is handed out, so that no certificate is out that the upstream does not know.
pub trait IssuedLog: Send + Sync {
    /// Records one certificate, durably, and beside the token that brought it, if one did. May block.
    ///
    /// # Errors
    /// [`TokenError::Store`].
    fn record(&self, issued: &IssuedCertificate, token: Option<SecretHash>) -> Result<(), TokenError>;

    /// Whether a replica is revoked, so that it gets no new certificate. May block.
    ///
    /// # Errors
    /// [`TokenError::Store`].
    fn is_revoked(&self, identity: &PeerIdentity) -> Result<bool, TokenError>;

    /// Whether a certificate is on record with its identity and key, and is not revoked. May block.
    ///
    /// # Errors
    /// [`TokenError::Store`].
    fn knows(&self, shown: &PeerCertificate) -> Result<bool, TokenError>;
}

/// Why a token was not inserted or taken.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// No token has this hash.
    #[error("no such token")]
    Unknown,
    /// The token has been taken before.
    #[error("the token has been used")]
    Used,
    /// The token's time is over.
    #[error("the token has expired")]
    Expired,
    /// The store failed.
    #[error("the store failed")]
    Store(#[source] Box<dyn Error + Send + Sync>),
}

/// Tokens in memory, gone with the process: for tests, and as the model of [`TokenStore`] that a real store must
/// agree with.
#[derive(Debug, Default)]
pub struct MemoryTokens {
    tokens: Mutex<BTreeMap<SecretHash, Token>>,
    issued: Mutex<Vec<IssuedCertificate>>,
}

#[derive(Debug)]
struct Token {
    identity: PeerIdentity,
    expires_at_ms: u64,
    used_by: Option<[u8; 32]>,
    certificate: Option<String>,
}

impl MemoryTokens {
    /// The certificates recorded so far, oldest first.
    pub fn issued(&self) -> Vec<IssuedCertificate> {
        lock(&self.issued).clone()
    }
}

impl TokenStore for MemoryTokens {
    fn insert(
        &self,
        hash: SecretHash,
        identity: &PeerIdentity,
        expires_at_ms: u64,
    ) -> Result<(), TokenError> {
        let token = Token { identity: identity.clone(), expires_at_ms, used_by: None, certificate: None };
        lock(&self.tokens).insert(hash, token);
        Ok(())
    }

    fn take(&self, hash: SecretHash, key_sha256: &[u8; 32], now_ms: u64) -> Result<TakenToken, TokenError> {
        let mut tokens = lock(&self.tokens);
        let token = tokens.get_mut(&hash).ok_or(TokenError::Unknown)?;
        let is_old = now_ms >= token.expires_at_ms;
        match token.used_by {
            None if is_old => return Err(TokenError::Expired),
            Some(by) if is_old || by != *key_sha256 => return Err(TokenError::Used),
            None | Some(_) => token.used_by = Some(*key_sha256),
        }
        Ok(TakenToken { identity: token.identity.clone(), certificate: token.certificate.clone() })
    }
}

impl IssuedLog for MemoryTokens {
    fn record(&self, issued: &IssuedCertificate, token: Option<SecretHash>) -> Result<(), TokenError> {
        lock(&self.issued).push(issued.clone());
        if let Some(hash) = token {
            let certificate = Some(issued.cert_pem.clone());
            lock(&self.tokens).entry(hash).and_modify(|token| token.certificate = certificate);
        }
        Ok(())
    }

    fn is_revoked(&self, _identity: &PeerIdentity) -> Result<bool, TokenError> {
        Ok(false)
    }

    fn knows(&self, shown: &PeerCertificate) -> Result<bool, TokenError> {
        let is_it = |issued: &IssuedCertificate| {
            issued.serial == shown.serial
                && issued.identity == shown.identity
                && issued.public_key_sha256 == shown.public_key_sha256
        };
        Ok(lock(&self.issued).iter().any(is_it))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
