//! What the enrolment asks of the hub's store.

use std::{
    collections::BTreeMap,
    error::Error,
    sync::{Mutex, MutexGuard, PoisonError},
};

use holdfast_link::{enrol::SecretHash, identity::PeerIdentity};

use crate::ca::IssuedCertificate;

/// Keeps one-time tokens, by the hash of their secret. The calls may block; they are made off the async threads.
pub trait TokenStore: Send + Sync {
    /// Keeps a token until `expires_at_ms` (Unix milliseconds), durably.
    ///
    /// # Errors
    /// [`TokenError::Store`].
    fn insert(&self, hash: SecretHash, identity: &PeerIdentity, expires_at_ms: u64)
    -> Result<(), TokenError>;

    /// Uses a token up, durably, and tells whom it enrols. Of two calls at once, one gets it: this is one atomic
    /// statement, such as `UPDATE … SET used = 1 WHERE hash = ? AND used = 0 AND expires_at_ms > ? RETURNING …`.
    ///
    /// # Errors
    /// [`TokenError::Unknown`], [`TokenError::Used`], [`TokenError::Expired`] (`now_ms >= expires_at_ms`; a used
    /// token is `Used`, expired or not), [`TokenError::Store`].
    fn take(&self, hash: SecretHash, now_ms: u64) -> Result<PeerIdentity, TokenError>;
}

/// Keeps a record of issued certificates: for revocation by serial number, and for the keys that may renew after
/// expiry. Recorded before the certificate is handed out, so that no certificate is out that the hub does not know.
pub trait IssuedLog: Send + Sync {
    /// Records one certificate, durably. May block.
    ///
    /// # Errors
    /// [`TokenError::Store`].
    fn record(&self, issued: &IssuedCertificate) -> Result<(), TokenError>;
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
    used: bool,
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
        let token = Token { identity: identity.clone(), expires_at_ms, used: false };
        lock(&self.tokens).insert(hash, token);
        Ok(())
    }

    fn take(&self, hash: SecretHash, now_ms: u64) -> Result<PeerIdentity, TokenError> {
        let mut tokens = lock(&self.tokens);
        let token = tokens.get_mut(&hash).ok_or(TokenError::Unknown)?;
        if token.used {
            return Err(TokenError::Used);
        }
        if now_ms >= token.expires_at_ms {
            return Err(TokenError::Expired);
        }
        token.used = true;
        Ok(token.identity.clone())
    }
}

impl IssuedLog for MemoryTokens {
    fn record(&self, issued: &IssuedCertificate) -> Result<(), TokenError> {
        lock(&self.issued).push(issued.clone());
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
