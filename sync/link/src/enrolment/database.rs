//! Tokens and issued certificates in a replica's database, whichever it is.

use std::sync::Arc;

use holdfast_store::fleet;
use holdfast_store::sql::Database;
use holdfast_store::token::{self, TokenState};

use super::{IssuedLog, TakenToken, TokenError, TokenStore};
use crate::ca::IssuedCertificate;
use crate::enrol::SecretHash;
use crate::identity::{PeerCertificate, PeerIdentity};

/// Tokens and issued certificates in the database.
pub struct DatabaseTokens(pub Arc<dyn Database>);

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> TokenError {
    TokenError::Store(error.into())
}

impl TokenStore for DatabaseTokens {
    fn insert(
        &self,
        hash: SecretHash,
        identity: &PeerIdentity,
        expires_at_ms: u64,
    ) -> Result<(), TokenError> {
        token::insert(&*self.0, &hash.0, &identity.to_uri(), expires_at_ms).map_err(failed)
    }

    fn take(&self, hash: SecretHash, key_sha256: &[u8; 32], now_ms: u64) -> Result<TakenToken, TokenError> {
        match token::take(&*self.0, &hash.0, key_sha256, now_ms).map_err(failed)? {
            Ok(token::Taken { identity, certificate }) => {
                let identity = PeerIdentity::parse_uri(&identity).map_err(failed)?;
                Ok(TakenToken { identity, certificate })
            }
            Err(TokenState::Unknown) => Err(TokenError::Unknown),
            Err(TokenState::Used) => Err(TokenError::Used),
            Err(TokenState::Expired) => Err(TokenError::Expired),
        }
    }
}

impl IssuedLog for DatabaseTokens {
    fn record(&self, issued: &IssuedCertificate, token: Option<SecretHash>) -> Result<(), TokenError> {
        let record = token::Issued {
            serial: issued.serial.as_bytes(),
            identity: &issued.identity.to_uri(),
            key_sha256: &issued.public_key_sha256,
            not_after_ms: issued.not_after_ms,
        };
        let brought = token.as_ref().map(|hash| (&hash.0[..], issued.cert_pem.as_str()));
        token::record_issued(&*self.0, &record, brought).map_err(failed)
    }

    fn is_revoked(&self, identity: &PeerIdentity) -> Result<bool, TokenError> {
        let name = (identity.clinic().to_owned(), identity.replica().to_owned());
        Ok(fleet::revoked(&*self.0).map_err(failed)?.contains(&name))
    }

    fn knows(&self, shown: &PeerCertificate) -> Result<bool, TokenError> {
        let record = token::Issued {
            serial: shown.serial.as_bytes(),
            identity: &shown.identity.to_uri(),
            key_sha256: &shown.public_key_sha256,
            not_after_ms: shown.not_after_ms,
        };
        token::is_good(&*self.0, &record).map_err(failed)
    }
}
