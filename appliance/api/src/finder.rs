//! Looking elsewhere for what is not held here.

use holdfast_core::id::Entity;

/// What looking elsewhere came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FindOutcome {
    /// It was found and is held here from now on: read again.
    Held,
    /// Head office answered: there is no such resource.
    Absent,
    /// Head office could not be asked.
    Unreachable,
}

/// Looks for a resource at head office when a read does not find it here. The node asks the hub and waits up to 2 s.
#[async_trait::async_trait]
pub trait Finder: Send + Sync {
    /// Looks for the resource and, if it is found, takes it in.
    async fn find(&self, entity: &Entity) -> FindOutcome;

    /// Takes note that somebody has opened this patient's record, so that it is kept here. Must not block.
    fn visited(&self, patient: &str) {
        let _not_kept = patient;
    }
}
