//! Looking elsewhere for what is not held here.

use holdfast_core::id::Entity;
use holdfast_core::search::Clause;

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

/// What searching elsewhere came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SearchOutcome {
    /// Whatever there is, is held here from now on: search again.
    All,
    /// The same, but there are more than are taken in at once.
    Some,
    /// There is too much to look through: whatever head office came upon is held here from now on, or on its way.
    TooWide,
    /// So many were found that are not here yet.
    Coming(usize),
    /// Head office could not be asked, or did not answer in time.
    Unreachable,
}

/// Looks for a resource at head office when a read does not find it here. The node asks the hub and waits up to 2 s.
#[async_trait::async_trait]
pub trait Finder: Send + Sync {
    /// Looks for the resource and, if it is found, takes it in.
    async fn find(&self, entity: &Entity) -> FindOutcome;

    /// Looks for resources that are about to be written and takes in what is found, so that nobody writes a second
    /// history beside one that he could have known. Waits less than a second; those that exist but are not here yet.
    /// Where head office cannot be asked there are none: the clinic goes on.
    async fn bring(&self, entities: &[Entity]) -> Vec<Entity>;

    /// Searches at head office, among what this clinic may hold, and takes in what is found. Waits less than a second.
    async fn search(&self, kind: &str, clauses: &[Clause]) -> SearchOutcome;

    /// Takes note that somebody has opened this patient's record, so that it is kept here. Must not block.
    fn visited(&self, patient: &str) {
        let _not_kept = patient;
    }
}
