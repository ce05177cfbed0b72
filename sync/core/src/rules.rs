//! What the core must be told about resource types. FHIR itself lives in `appliance/clinical`;
//! the store and the sessions know only this trait.

use std::collections::{BTreeMap, BTreeSet};

use crate::hlc::Hlc;
use crate::id::{ActorId, Entity, Lane, Scope};
use crate::rights::Takes;
use crate::search::Clause;
use crate::sight::Reader;
use crate::state::EntityState;

/// How concurrent values of one element come together (design: "Records are FHIR, merged by element").
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Policy {
    /// Dotted multi-value register: concurrent values are a conflict, all kept, all shown.
    Register,
    /// Every array member is a register of its own; add wins; never a conflict.
    Set,
    /// Written once; an amendment is a new resource. Authoring refuses a change; a concurrent one is a conflict. Where
    /// [`crate::op::DELETED`] is so, the resource is final: nothing is added to it, and nobody deletes it.
    Immutable,
    /// A status that moves along a state machine; authoring refuses an illegal step.
    Lifecycle,
    /// The latest `(hlc, actor, seq)` is shown and the rest is not a conflict: UI preferences only.
    LastWriter,
}

/// One row of the search index: the resource is found under `value` of search parameter `param`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct IndexRow {
    /// Stable number of `(resourceType, parameter)`; see `appliance/clinical`. Never reused.
    pub param: u32,
    /// Normalised value, as `appliance/clinical` defines it per kind of parameter.
    pub value: String,
}

/// The rules of one schema version.
pub trait Rules: Send + Sync {
    /// The lane in which every op on this resource type travels.
    fn lane(&self, kind: &str) -> Lane;

    /// How this element merges.
    fn policy(&self, kind: &str, element: &str) -> Policy;

    /// Elements that whoever changes this one says again, as they read them: what somebody who has not seen the change says of them at
    /// the same time then stands beside it, as a conflict, and does not come together with it to what nobody has meant.
    fn said_with(&self, _kind: &str, _element: &str) -> &'static [&'static str] {
        &[]
    }

    /// Whether this database may write the resource at all: what each keeps for itself, no other writes.
    fn may_write(&self, _entity: &Entity, _actor: ActorId) -> bool {
        true
    }

    /// Whether a register under [`Policy::Lifecycle`] may go from one value (compact JSON) to another.
    ///
    /// # Errors
    /// What step was tried, why it is not allowed, which ones are.
    fn check_step(&self, _kind: &str, _element: &str, _from: &str, _to: &str) -> Result<(), String> {
        Ok(())
    }

    /// Whether an element no longer changes, as the resource stands, whatever its policy: what was signed. [`crate::op::DELETED`]
    /// stands for the resource as a whole. Authoring refuses a change; what others had written meanwhile is a conflict.
    fn is_sealed(&self, _state: &EntityState, _element: &str) -> bool {
        false
    }

    /// How to recognise what is due on a day (`YYYY-MM-DD`): a resource type, and text that the JSON of such a
    /// resource contains. A new replica gets their scopes first.
    fn due_on(&self, _day: &str) -> Option<(&'static str, String)> {
        None
    }

    /// The scopes the resource belongs to, read off **every** sibling; at least one.
    fn scopes(&self, state: &EntityState, clinic: &str) -> BTreeSet<Scope>;

    /// The search index rows, read off **every** sibling, sorted and distinct.
    fn index(&self, state: &EntityState) -> Vec<IndexRow>;

    /// Those rows of [`Rules::index`] that a change of these elements may change, sorted and distinct: all that stand under
    /// the same parameters as any of them.
    fn index_of(&self, state: &EntityState, _elements: &[&str]) -> Vec<IndexRow> {
        self.index(state)
    }

    /// Those rows of [`Rules::index`] by which a resource must be found from the moment it is saved, however much is saved
    /// at once: whom it is about, what it is called and by what number. Sorted and distinct. The others may follow a little
    /// later.
    fn prompt_index(&self, state: &EntityState) -> Vec<IndexRow> {
        self.index(state)
    }

    /// Whether the rows under this parameter are in [`Rules::prompt_index`].
    fn is_prompt(&self, _param: u32) -> bool {
        true
    }

    /// What resources of a type must meet to be part of a patient's record, by [`Rules::prompt_index`]: none if the type is
    /// nobody's (practitioners, places, definitions). By default nothing is.
    fn of_patient(&self, _kind: &str, _patient: &Entity) -> Option<Clause> {
        Some(Clause::Any(Vec::new()))
    }

    /// What finds the records that are kept from most people, by [`Rules::prompt_index`]. While there is none, nobody is asked
    /// what they have a part in.
    fn kept(&self) -> Option<Clause> {
        None
    }

    /// What resources of a type must meet to be seen by a person, of those that are kept from most; none: all are seen.
    fn of_reader(&self, _kind: &str, _reader: &Reader) -> Option<Clause> {
        None
    }

    /// Where it stands whether somebody still writes under a name: the type of the records, and what finds those of the name.
    fn records_of_author(&self, _author: &str) -> Option<(&'static str, Clause)> {
        None
    }

    /// Since when, as such a record says, nobody writes under the name any more; none: somebody does.
    fn withdrawn_since(&self, _state: &EntityState) -> Option<Hlc> {
        None
    }

    /// Whether resources of this type are written at nodes and hubs alone, and what a desktop writes of them is not heeded.
    fn is_written_above(&self, _kind: &str) -> bool {
        false
    }

    /// Whether resources of this type can take time of others.
    fn takes_time(&self, _kind: &str) -> bool {
        false
    }

    /// What a resource, as it reads, takes of others' time. Whoever says so here has the rows of it in [`Rules::prompt_index`]
    /// ([`crate::rights::rows::of_takes`]), and those of rights ([`crate::rights::rows::of_record`]).
    fn takes(&self, _state: &EntityState) -> Takes {
        Takes::default()
    }

    /// Which definitions the index follows: another number means that it has to be made again.
    fn index_version(&self) -> u64 {
        0
    }

    /// Whether rows under this parameter are made by these definitions.
    fn has_param(&self, _param: u32) -> bool {
        true
    }

    /// Whether a change to this register can change [`Rules::index`]; `false` lets the store leave it alone.
    fn touches_index(&self, kind: &str, register_key: &str) -> bool;

    /// Whether a change to this register can change [`Rules::scopes`].
    fn touches_scopes(&self, kind: &str, register_key: &str) -> bool {
        self.touches_index(kind, register_key)
    }

    /// Whether a resource, as it reads, answers to a text that the index has no rows for.
    fn check(&self, _json: &str, _param: u32, _text: &str) -> bool {
        false
    }

    /// As [`Rules::check`], of **every** sibling: asked of a resource in conflict.
    fn check_siblings(&self, _state: &EntityState, _param: u32, _text: &str) -> bool {
        false
    }

    /// Splits a resource (compact JSON object) into registers: key → value. `resourceType`, `id`,
    /// `meta.versionId`, `meta.lastUpdated` and the computed conflict tag are left out; set elements
    /// become one `member_key` each, whose value is the member's position in the array (decimal).
    ///
    /// # Errors
    /// [`SplitError`] if the text is not a JSON object with distinct keys.
    fn split(&self, kind: &str, json: &str) -> Result<BTreeMap<String, String>, SplitError>;
}

/// A resource's text that cannot be taken apart.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{element}: {reason}")]
pub struct SplitError {
    /// Where, as a FHIRPath-like expression (`Patient.name`), or the resource type alone.
    pub element: String,
    /// Why.
    pub reason: String,
}
