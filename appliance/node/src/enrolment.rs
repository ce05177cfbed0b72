//! The node's enrolment at a hub: getting it, loading it, and what it says.

use holdfast_link::enrol::{EnrolError, EnrolToken, Enrolled, enrol};
use holdfast_link::keys::{KEY_FILE, KeyError, PrivateKey};
use holdfast_link::tls::client_config;
use holdfast_link::transport::Endpoint;
use std::sync::Arc;

use crate::config::Config;
use crate::data_dir::DataDir;
use crate::failure::Failure;

/// The name of a clinic that nobody has named.
const UNNAMED_CLINIC: &str = "clinic";

/// An enrolment with its key.
#[derive(Debug)]
pub struct Enrolment {
    /// What the hub said.
    pub enrolled: Enrolled,
    /// The node's own.
    pub key: PrivateKey,
}

impl Enrolment {
    /// Loads the enrolment of a data folder; `None` if the node is not enrolled.
    ///
    /// # Errors
    /// [`Failure`] if it is there but cannot be used.
    pub fn load(dir: &DataDir) -> Result<Option<Self>, Failure> {
        let folder = dir.enrolment();
        let key = match PrivateKey::load(&folder, KEY_FILE) {
            Ok(key) => key,
            Err(KeyError::Missing { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let enrolled = Enrolled::load(&folder, &key)?;
        Ok(enrolled.map(|enrolled| Self { enrolled, key }))
    }

    /// Where to sync: what the configuration says, else what the hub said.
    pub fn endpoints(&self, config: &Config) -> Vec<Endpoint> {
        let configured = &config.hub.endpoints;
        if configured.is_empty() { self.enrolled.endpoints.clone() } else { configured.clone() }
    }

    /// TLS as this node.
    ///
    /// # Errors
    /// [`Failure::Enrol`] if the certificate cannot be used.
    pub fn tls(&self) -> Result<Arc<rustls::ClientConfig>, Failure> {
        let tls = client_config(&self.enrolled.ca_pem, &self.enrolled.cert_pem, &self.key);
        Ok(tls.map_err(EnrolError::Tls)?)
    }
}

/// The clinic of this node: the enrolment's, which the configuration may repeat but not contradict.
///
/// # Errors
/// [`Failure::Other`] if the two differ.
pub fn clinic(config: &Config, enrolment: Option<&Enrolment>) -> Result<String, Failure> {
    let enrolled = enrolment.map(|enrolment| enrolment.enrolled.identity.clinic());
    match (config.node.clinic.as_deref(), enrolled) {
        (Some(said), Some(known)) if said != known => Err(Failure::with_exit(
            "clinic-differs",
            10,
            format!(
                "cannot start as clinic \"{said}\": this node is enrolled for clinic \"{known}\"; set node.clinic to \
                 that or leave it empty, or enrol a new data folder"
            ),
        )),
        (said, known) => Ok(known.or(said).unwrap_or(UNNAMED_CLINIC).to_owned()),
    }
}

/// `holdfast-node enrol`: makes the key, has it certified, and keeps what the hub said.
///
/// # Errors
/// [`Failure`]: the folder is in use, the token or the hub's address cannot be used, or the hub refuses.
pub async fn enrol_node(dir: &DataDir, hub: &str, token: &str, now_ms: u64) -> Result<Enrolled, Failure> {
    let _lock = dir.lock()?;
    let hub = Endpoint::parse(hub).map_err(|error| Failure::other("endpoint-bad", error.to_string()))?;
    let token = EnrolToken::parse(token)?;
    let key = PrivateKey::load_or_create(&dir.enrolment(), KEY_FILE)?;
    let enrolled = enrol(&hub, &token, &key, now_ms).await?;
    enrolled.save(&dir.enrolment())?;
    Ok(enrolled)
}
