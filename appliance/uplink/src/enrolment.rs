//! A replica's enrolment at its upstream: getting it, loading it, and what it says.

use std::path::Path;
use std::sync::Arc;

use holdfast_link::enrol::{EnrolError, EnrolToken, Enrolled, enrol as enrol_at};
use holdfast_link::keys::{KEY_FILE, KeyError, PrivateKey};
use holdfast_link::tls::client_config;
use holdfast_link::transport::Endpoint;

use crate::error::UplinkError;

/// An enrolment with its key.
#[derive(Debug)]
pub struct Enrolment {
    /// What the upstream said.
    pub enrolled: Enrolled,
    /// The replica's own.
    pub key: PrivateKey,
}

impl Enrolment {
    /// Loads the enrolment of a folder; `None` if the replica is not enrolled.
    ///
    /// # Errors
    /// [`UplinkError`] if it is there but cannot be used.
    pub fn load(folder: &Path) -> Result<Option<Self>, UplinkError> {
        let key = match PrivateKey::load(folder, KEY_FILE) {
            Ok(key) => key,
            Err(KeyError::Missing { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let enrolled = Enrolled::load(folder, &key)?;
        Ok(enrolled.map(|enrolled| Self { enrolled, key }))
    }

    /// Makes the key, has it certified by the token, and keeps in the folder what the upstream said. `now_ms` is in Unix
    /// milliseconds.
    ///
    /// # Errors
    /// [`UplinkError`]: the token or the address cannot be used, or the upstream refuses.
    pub async fn enrol(
        folder: &Path,
        upstream: &str,
        token: &str,
        now_ms: u64,
    ) -> Result<Enrolled, UplinkError> {
        let upstream = Endpoint::parse(upstream).map_err(UplinkError::Endpoint)?;
        let token = EnrolToken::parse(token)?;
        let key = PrivateKey::load_or_create(folder, KEY_FILE)?;
        let enrolled = enrol_at(&upstream, &token, &key, now_ms).await?;
        enrolled.save(folder)?;
        Ok(enrolled)
    }

    /// TLS as this replica.
    ///
    /// # Errors
    /// [`UplinkError::Enrol`] if the certificate cannot be used.
    pub fn tls(&self) -> Result<Arc<rustls::ClientConfig>, UplinkError> {
        let tls = client_config(&self.enrolled.ca_pem, &self.enrolled.cert_pem, &self.key);
        Ok(tls.map_err(EnrolError::Tls)?)
    }
}
