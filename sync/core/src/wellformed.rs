//! What an op must look like to be taken from anybody: names and ids that every database and every reader of the
//! rendered resource can hold. Content is not judged: an element or a resource type that this build does not know
//! is carried. That a value is JSON is checked where it is decoded ([`crate::codec`]).

use serde_json::value::RawValue;

use crate::codec::{MAX_CHANGES, MAX_OP_BYTES, MAX_PREDECESSORS, OpSize};
use crate::id::{Dot, Lane};
use crate::json;
use crate::op::{Change, DELETED, EntityDot, MEMBER_SEPARATOR, Op};
use crate::state::{EntityState, Register};

/// The longest resource type; R4's longest has 39 characters.
const MAX_KIND_BYTES: usize = 64;
/// The longest id (<https://hl7.org/fhir/R4/datatypes.html#id>).
const MAX_ID_BYTES: usize = 64;
/// The longest element name; R4's longest has fewer than 50 characters.
const MAX_ELEMENT_BYTES: usize = 128;
/// The longest author: a reference or a program's name.
const MAX_AUTHOR_BYTES: usize = 1024;
/// Sequence numbers stay below 2^63, so that every database can hold them.
const MAX_SEQ: u64 = u64::MAX / 2;
/// Elements that every resource has of its own: a register of that name would render them twice.
const RESERVED: [&str; 2] = ["resourceType", "id"];
/// Parts of `meta` that are rendered from elsewhere.
const RESERVED_META: [&str; 4] = ["versionId", "lastUpdated", "tag", "security"];

/// An op that nobody may take, with its place in its author's log.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("op {seq} in lane {lane} cannot be taken: {fault}; whoever wrote it is defective or hostile")]
pub struct Malformed {
    /// The op's number in its log.
    pub seq: u64,
    /// Its lane.
    pub lane: u8,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with an op. The texts name no content.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Fault {
    /// A lane beyond [`Lane::AUDIT`].
    #[error("there is no such lane")]
    Lane,
    /// A sequence number, its own or a predecessor's, that does not exist.
    #[error("a sequence number is zero or too large")]
    Seq,
    /// Not a resource type.
    #[error("its resource type is not 1 to 64 letters and digits")]
    Kind,
    /// Not a FHIR id.
    #[error("its resource id is not 1 to 64 of A-Z, a-z, 0-9, - and .")]
    Id,
    /// Control characters, or too long.
    #[error("its author has control characters or more than 1024 bytes")]
    Author,
    /// A register's key that is no element, no member of a set, and not `@deleted`.
    #[error("a register's key is neither an element's name nor a set's member")]
    Key,
    /// One register assigned twice.
    #[error("it assigns one register twice")]
    RepeatedKey,
    /// Not compact JSON, or a `meta` with parts that are rendered from elsewhere.
    #[error("a value is not compact JSON of its register's form")]
    Value,
    /// Larger than [`OpSize::fits`] allows.
    #[error(
        "it is larger than one op may be ({MAX_CHANGES} registers, {MAX_PREDECESSORS} predecessors, {MAX_OP_BYTES} bytes)"
    )]
    Size,
}

impl Fault {
    /// Stable code for answers, logs and metrics.
    pub fn code(self) -> &'static str {
        match self {
            Self::Lane => "op-lane",
            Self::Seq => "op-sequence",
            Self::Kind => "op-type",
            Self::Id => "op-id",
            Self::Author => "op-author",
            Self::Key => "op-key",
            Self::RepeatedKey => "op-key-repeated",
            Self::Value => "op-value",
            Self::Size => "op-too-large",
        }
    }
}

/// Whether an op may be taken. Cost is linear in its size.
///
/// # Errors
/// [`Malformed`], which says which op and what is wrong with it.
pub fn check_op(op: &Op) -> Result<(), Malformed> {
    let wrong = |fault| Malformed { seq: op.dot.seq, lane: op.dot.lane.0, fault };
    check_head(op.dot, &op.entity.kind, &op.entity.id, &op.author).map_err(wrong)?;
    if !OpSize::of(&op.changes).fits() {
        return Err(wrong(Fault::Size));
    }
    op.changes.iter().try_for_each(check_change).map_err(wrong)?;
    if has_repeated_key(&op.changes) { Err(wrong(Fault::RepeatedKey)) } else { Ok(()) }
}

/// Whether a whole state that was sent may be taken.
///
/// # Errors
/// [`Fault`].
pub fn check_state(state: &EntityState) -> Result<(), Fault> {
    check_name(&state.entity.kind, &state.entity.id)?;
    if state.lane > Lane::AUDIT {
        return Err(Fault::Lane);
    }
    state.registers.iter().try_for_each(|(key, register)| check_register(key, register))
}

fn check_head(dot: Dot, kind: &str, id: &str, author: &str) -> Result<(), Fault> {
    if dot.lane > Lane::AUDIT {
        return Err(Fault::Lane);
    }
    if dot.seq == 0 || dot.seq > MAX_SEQ {
        return Err(Fault::Seq);
    }
    check_name(kind, id)?;
    let is_plain = author.len() <= MAX_AUTHOR_BYTES && !author.bytes().any(|b| b.is_ascii_control());
    if is_plain { Ok(()) } else { Err(Fault::Author) }
}

fn check_name(kind: &str, id: &str) -> Result<(), Fault> {
    if !is_kind(kind) {
        return Err(Fault::Kind);
    }
    if is_id(id) { Ok(()) } else { Err(Fault::Id) }
}

/// Whether this can be a resource type, known here or not.
pub fn is_kind(kind: &str) -> bool {
    (1..=MAX_KIND_BYTES).contains(&kind.len()) && kind.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// Whether this can be a resource's id (<https://hl7.org/fhir/R4/datatypes.html#id>).
pub fn is_id(id: &str) -> bool {
    (1..=MAX_ID_BYTES).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
}

fn check_change(change: &Change) -> Result<(), Fault> {
    check_key(&change.key)?;
    let is_lawful = |dot: &EntityDot| dot.seq <= MAX_SEQ;
    if !change.pred.iter().all(is_lawful) {
        return Err(Fault::Seq);
    }
    change.value.as_deref().map_or(Ok(()), |value| check_value(&change.key, value))
}

fn check_register(key: &str, register: &Register) -> Result<(), Fault> {
    check_key(key)?;
    for value in register.siblings.iter().filter_map(|s| s.value.as_deref()) {
        check_value(key, value)?;
        // A displayed value was read out of the resource's JSON, and is JSON itself; the others were not.
        if register.siblings.len() > 1 && !is_json(value) {
            return Err(Fault::Value);
        }
    }
    Ok(())
}

fn check_key(key: &str) -> Result<(), Fault> {
    let is_lawful = match key.split_once(MEMBER_SEPARATOR) {
        None => key == DELETED || is_element(key) && !RESERVED.contains(&key),
        Some((element, member)) => is_element(element) && !RESERVED.contains(&element) && is_member(member),
    };
    if is_lawful { Ok(()) } else { Err(Fault::Key) }
}

/// An element's name, or a part of one (`meta.tag`).
fn is_element(name: &str) -> bool {
    let is_part = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-' || b == b'.';
    (1..=MAX_ELEMENT_BYTES).contains(&name.len()) && name.bytes().all(is_part)
}

/// A set's member: its JSON, and for a repeated one the number of the copy.
fn is_member(member: &str) -> bool {
    let (value, copy) = match member.split_once(MEMBER_SEPARATOR) {
        Some((value, copy)) => (value, Some(copy)),
        None => (member, None),
    };
    let is_number = |copy: &str| (1..=9).contains(&copy.len()) && copy.bytes().all(|b| b.is_ascii_digit());
    copy.is_none_or(is_number) && json::is_compact(value) && is_json(value)
}

fn is_json(value: &str) -> bool {
    serde_json::from_str::<&RawValue>(value).is_ok()
}

fn check_value(key: &str, value: &str) -> Result<(), Fault> {
    let is_lawful = json::is_compact(value) && (key != "meta" || is_rest_of_meta(value));
    if is_lawful { Ok(()) } else { Err(Fault::Value) }
}

fn is_rest_of_meta(value: &str) -> bool {
    json::members(value)
        .is_ok_and(|parts| !parts.iter().any(|(name, _)| RESERVED_META.contains(&name.as_str())))
}

fn has_repeated_key(changes: &[Change]) -> bool {
    let mut keys: Vec<&str> = changes.iter().map(|change| change.key.as_str()).collect();
    keys.sort_unstable();
    keys.windows(2).any(|pair| pair[0] == pair[1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hlc::Hlc;
    use crate::id::{ActorId, Entity};

    fn op(key: &str, value: &str) -> Op {
        Op {
            dot: Dot { actor: ActorId([1; 16]), lane: Lane::CHART, seq: 7 },
            hlc: Hlc::new(1, 0),
            entity: Entity::new("NewType", "a.b-1"),
            author: "Müller, nurse".into(),
            changes: vec![Change { key: key.into(), pred: vec![], value: Some(value.into()) }],
        }
    }

    fn fault(op: &Op) -> Option<Fault> {
        check_op(op).err().map(|malformed| malformed.fault)
    }

    #[test]
    fn what_is_unknown_but_well_formed_is_taken() {
        for (key, value) in [
            ("someNewElement", "{\"a\":[1.50,\"x y\"]}"),
            ("_status", "null"),
            ("meta", "{\"profile\":[\"p\"]}"),
            ("meta.tag\u{1f}{\"code\":\"a b\"}", "0"),
            ("member\u{1f}{\"code\":\"a\"}\u{1f}2", "17"),
            ("value", "\"nul: \\u0000\""),
            (DELETED, "[]"),
        ] {
            assert_eq!(fault(&op(key, value)), None, "{key}");
        }
    }

    #[test]
    fn what_would_break_a_record_is_refused_by_name() {
        for (key, value, expected) in [
            ("", "1", Fault::Key),
            ("a\"b", "1", Fault::Key),
            ("a\u{0}", "1", Fault::Key),
            ("@other", "1", Fault::Key),
            ("id", "\"x\"", Fault::Key),
            ("resourceType", "\"X\"", Fault::Key),
            ("id\u{1f}1", "0", Fault::Key),
            ("tags\u{1f}{", "0", Fault::Key),
            ("tags\u{1f}{ }", "0", Fault::Key),
            ("tags\u{1f}1\u{1f}2\u{1f}3", "0", Fault::Key),
            ("tags\u{1f}1],\"x\":[2", "0", Fault::Key),
            ("name", "{\"a\": 1}", Fault::Value),
            ("name", " 1", Fault::Value),
            ("meta", "{\"tag\":[]}", Fault::Value),
            ("meta", "{\"versionId\":\"1\"}", Fault::Value),
        ] {
            assert_eq!(fault(&op(key, value)), Some(expected), "{key:?} {value}");
        }
    }

    #[test]
    fn heads_are_checked_too() {
        let with = |change: fn(&mut Op)| {
            let mut op = op("name", "1");
            change(&mut op);
            fault(&op)
        };
        assert_eq!(with(|op| op.dot.lane = Lane(4)), Some(Fault::Lane));
        assert_eq!(with(|op| op.dot.seq = 0), Some(Fault::Seq));
        assert_eq!(with(|op| op.entity.kind = "Pat\u{0}".into()), Some(Fault::Kind));
        assert_eq!(with(|op| op.entity.id = "a/b".into()), Some(Fault::Id));
        assert_eq!(with(|op| op.entity.id = "x".repeat(65)), Some(Fault::Id));
        assert_eq!(with(|op| op.author = "a\u{0}".into()), Some(Fault::Author));
        assert_eq!(with(|op| op.changes.push(op.changes[0].clone())), Some(Fault::RepeatedKey));
        let many = |op: &mut Op| {
            op.changes[0].pred = vec![EntityDot { actor: ActorId([2; 16]), seq: 1 }; MAX_PREDECESSORS + 1];
        };
        assert_eq!(with(many), Some(Fault::Size));
    }
}
