//! One save of one entity, as its author made it.

use serde::{Deserialize, Serialize};

use crate::hlc::Hlc;
use crate::id::{ActorId, Dot, Entity, Lane};

/// The reserved register that says whether the resource is deleted. Its value is what the deleter had
/// seen (see [`crate::seen::Seen`]), so that an edit beside a delete shows as a conflict.
pub const DELETED: &str = "@deleted";

/// Separates an element's name from a set member in a register's key (ASCII unit separator; never in a FHIR name).
pub const MEMBER_SEPARATOR: char = '\u{1f}';

/// The register that holds one member of a set element.
pub fn member_key(element: &str, member_json: &str) -> String {
    format!("{element}{MEMBER_SEPARATOR}{member_json}")
}

/// Splits a register's key into its element and, for sets, the member.
pub fn split_key(key: &str) -> (&str, Option<&str>) {
    match key.split_once(MEMBER_SEPARATOR) {
        Some((element, member)) => (element, Some(member)),
        None => (key, None),
    }
}

/// A dot of the same entity: its lane is the entity's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct EntityDot {
    /// The writing incarnation.
    pub actor: ActorId,
    /// Its sequence number in the entity's lane.
    pub seq: u64,
}

/// One assignment to one register.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Change {
    /// An element's name, `element ␟ member` for sets, or [`DELETED`].
    pub key: String,
    /// The values the author saw when the form was loaded: these, and only these, are replaced.
    pub pred: Vec<EntityDot>,
    /// The element's JSON, byte for byte without insignificant white space; `None` removes it.
    pub value: Option<String>,
}

/// One save of one entity.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Op {
    /// Who, on which lane, which number.
    pub dot: Dot,
    /// When, by the author's hybrid clock; for display only.
    pub hlc: Hlc,
    /// What was saved.
    pub entity: Entity,
    /// Which person or program saved it, for example `Practitioner/42` or `import`.
    pub author: String,
    /// What was assigned; at least one change, keys distinct.
    pub changes: Vec<Change>,
}

impl Op {
    /// The dot without its lane, as registers of the entity store it.
    pub fn entity_dot(&self) -> EntityDot {
        EntityDot { actor: self.dot.actor, seq: self.dot.seq }
    }

    /// The values that the author saw and replaces.
    pub fn seen(&self) -> impl Iterator<Item = &EntityDot> {
        self.changes.iter().flat_map(|change| &change.pred)
    }

    /// The entity's lane.
    pub fn lane(&self) -> Lane {
        self.dot.lane
    }
}
