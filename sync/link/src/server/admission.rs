//! Counts the connections of each identity.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use http::StatusCode;

use super::{Limits, Problem};
use crate::identity::PeerIdentity;

/// The connections now open, per identity; `None` stands for those without a certificate.
pub(super) struct Admission {
    open: Mutex<BTreeMap<Option<PeerIdentity>, usize>>,
    per_peer: usize,
    anonymous: usize,
}

/// One connection's place in the count, given back on drop.
pub(super) struct Slot {
    admission: Arc<Admission>,
    peer: Option<PeerIdentity>,
}

impl Admission {
    pub(super) fn new(limits: &Limits) -> Arc<Self> {
        Arc::new(Self {
            open: Mutex::default(),
            per_peer: limits.connections_per_peer,
            anonymous: limits.anonymous_connections,
        })
    }

    pub(super) fn admit(self: &Arc<Self>, peer: Option<&PeerIdentity>) -> Result<Slot, Problem> {
        let limit = if peer.is_some() { self.per_peer } else { self.anonymous };
        let peer = peer.cloned();
        let mut open = self.lock();
        let count = open.entry(peer.clone()).or_insert(0);
        if *count >= limit {
            return Err(too_many());
        }
        *count += 1;
        Ok(Slot { admission: self.clone(), peer })
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Option<PeerIdentity>, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut open = self.admission.lock();
        if let Some(count) = open.get_mut(&self.peer) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.peer);
            }
        }
    }
}

fn too_many() -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "peer-too-many-connections",
        "the connection is refused: this replica has too many open already; close them, or wait a minute until the dead ones are found",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::PeerKind;

    #[test]
    fn slots_are_counted_per_identity_and_given_back() {
        let limits = Limits { connections_per_peer: 2, anonymous_connections: 1, ..Limits::default() };
        let admission = Admission::new(&limits);
        let north = PeerIdentity::new("north", PeerKind::Node, "n1").unwrap();
        let south = PeerIdentity::new("south", PeerKind::Node, "n1").unwrap();
        let held = [admission.admit(Some(&north)), admission.admit(Some(&north))];
        assert!(held.iter().all(Result::is_ok));
        assert_eq!(admission.admit(Some(&north)).err().map(|p| p.code()), Some("peer-too-many-connections"));
        assert!(admission.admit(Some(&south)).is_ok());
        let anonymous = admission.admit(None);
        assert!(anonymous.is_ok() && admission.admit(None).is_err());
        drop(held);
        assert!(admission.admit(Some(&north)).is_ok());
        drop(anonymous);
        assert!(admission.lock().is_empty());
    }
}
