//! Who is revoked, kept in memory for the gate of every connection and request, and read again from the database every
//! second: a command line on any machine revokes for all that serve from one database.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::identity::CertificateSerial;
use crate::server::RevocationCheck;
use holdfast_store::writer::Writer;
use holdfast_store::{Result, fleet, sql::Database, token};
use tokio::sync::watch;

/// A revocation is in force everywhere within this time.
const EVERY: Duration = Duration::from_secs(1);

/// Certificates revoked by their number, and replicas by their name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Revoked {
    serials: BTreeSet<Vec<u8>>,
    replicas: BTreeSet<(String, String)>,
}

/// What the gate asks.
#[derive(Debug, Default)]
pub struct Revocations(RwLock<Revoked>);

impl Revocations {
    /// Reads the database; whether anything changed.
    ///
    /// # Errors
    /// The database; what was known stays in force.
    pub fn refresh(&self, db: &dyn Database) -> Result<bool> {
        let replicas = fleet::revoked(db)?;
        let now = Revoked { serials: token::revoked_serials(db)?, replicas };
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let changed = *held != now;
        *held = now;
        Ok(changed)
    }

    /// Whether a certificate is revoked. A revoked replica is let in as far as the store, which keeps what it sends
    /// for review and tells it why; a revoked certificate is not, for whoever shows it may not be the replica.
    pub fn check(self: &Arc<Self>) -> RevocationCheck {
        let held = self.clone();
        Arc::new(move |_, serial: &CertificateSerial| {
            let revoked = held.0.read().unwrap_or_else(PoisonError::into_inner);
            revoked.serials.contains(serial.as_bytes())
        })
    }
}

/// Keeps it fresh until told to stop. News wakes the pulls that wait, so that a revoked replica's ends at once.
pub async fn run(
    revocations: Arc<Revocations>,
    db: Arc<dyn Database>,
    writer: Writer,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        let (held, db) = (revocations.clone(), db.clone());
        match tokio::task::spawn_blocking(move || held.refresh(&*db)).await {
            Ok(Ok(true)) => {
                tracing::info!("the list of who is revoked has changed");
                writer.announce();
            }
            Ok(Ok(false)) => {}
            Ok(Err(error)) => {
                tracing::warn!(error.code = error.code(), error = %error, "who is revoked could not be read again");
            }
            Err(_) => return,
        }
        if tokio::time::timeout(EVERY, stop.wait_for(|stop| *stop)).await.is_ok() {
            return;
        }
    }
}
