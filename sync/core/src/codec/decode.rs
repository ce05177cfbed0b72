//! Reading a batch of ops. Every count is bounded before anything is allocated for it.

use std::cell::RefCell;
use std::collections::HashMap;

use serde_json::value::RawValue;

use super::budget::{Budget, CHANGE, COLUMN, NUMBER, OP, PRED, TEXT, allowance};
use super::{
    DICTIONARY, MAX_CHANGES, MAX_INFLATED_BYTES, MAX_OPS, MAX_PREDECESSORS, MAX_TABLE, OpSize, UUID_HERE,
    VALUE_END, VALUE_REMOVED, uuids, zstd_failed,
};
use crate::hlc::Hlc;
use crate::id::{ActorId, Dot, Entity, Lane};
use crate::op::{Change, EntityDot, Op};
use crate::wire::{Reader, WireError, unzigzag};

thread_local! {
    static DECOMPRESSOR: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Reads what [`super::deflate`] appended.
///
/// # Errors
/// [`WireError`] if it is damaged, inflates to more than [`MAX_INFLATED_BYTES`], or to more than so few bytes may.
pub fn inflate(reader: &mut Reader<'_>) -> Result<Vec<u8>, WireError> {
    let length = reader.count(MAX_INFLATED_BYTES, "an inflated length")?;
    let frame = reader.bytes(MAX_INFLATED_BYTES, "a compressed block")?;
    if length > allowance(frame.len()) {
        return Err(WireError::TooLarge("an inflated length"));
    }
    let body = DECOMPRESSOR.with_borrow_mut(|slot| {
        let decompressor = match slot {
            Some(decompressor) => decompressor,
            None => slot.insert(zstd::bulk::Decompressor::with_dictionary(DICTIONARY).map_err(zstd_failed)?),
        };
        decompressor.decompress(frame, length).map_err(zstd_failed)
    })?;
    if body.len() == length { Ok(body) } else { Err(WireError::Invalid("an inflated length")) }
}

struct UuidSource<'a> {
    list: Vec<[u8; 16]>,
    met: usize,
    column: Reader<'a>,
}

impl UuidSource<'_> {
    fn next(&mut self, out: &mut String) -> Result<(), WireError> {
        let back = self.column.count(MAX_TABLE, "a UUID's number")?;
        let at = if back == 0 {
            self.met += 1;
            self.met - 1
        } else {
            self.met.checked_sub(back).ok_or(WireError::Invalid("a UUID's number"))?
        };
        uuids::format(self.list.get(at).ok_or(WireError::Invalid("a UUID's number"))?, out);
        Ok(())
    }
}

struct Decoder<'a> {
    actors: Vec<ActorId>,
    strings: Vec<String>,
    shapes: Vec<Vec<usize>>,
    entities: Vec<(usize, String)>,
    uuids: UuidSource<'a>,
    columns: [Reader<'a>; 7],
    values: HashMap<(usize, usize), Reader<'a>>,
    last: Dot,
    last_hlc: u64,
    last_pred: u64,
    /// What may still be produced: repeating one long string a million times is not a way in.
    budget: Budget,
}

const DOTS: usize = 0;
const CLOCKS: usize = 1;
const SUBJECTS: usize = 2;
const NAMES: usize = 3;
const AUTHORS: usize = 4;
const FORMS: usize = 5;
const PREDS: usize = 6;

impl Decoder<'_> {
    fn op(&mut self) -> Result<Op, WireError> {
        let dot = self.dot()?;
        let delta = unzigzag(self.columns[CLOCKS].varint("a clock reading")?);
        self.last_hlc = self.last_hlc.wrapping_add(delta as u64);
        let (kind, entity) = self.entity()?;
        let author = self.string(AUTHORS, "an author")?;
        self.budget.spend(OP + author.len() + entity.kind.len() + entity.id.len())?;
        let form = self.columns[FORMS].count(MAX_TABLE, "a shape")?;
        let shape = self.shapes.get(form).ok_or(WireError::Invalid("a shape"))?.clone();
        let changes = shape.into_iter().map(|key| self.change(kind, key)).collect::<Result<_, _>>()?;
        let op = Op { dot, hlc: Hlc(self.last_hlc), entity, author, changes };
        if OpSize::of(&op.changes).fits() { Ok(op) } else { Err(WireError::TooLarge("an op")) }
    }

    fn dot(&mut self) -> Result<Dot, WireError> {
        let head = self.columns[DOTS].count(MAX_TABLE, "a dot")?;
        if head == 0 {
            self.last.seq = self.last.seq.checked_add(1).ok_or(WireError::TooLarge("a sequence number"))?;
            return Ok(self.last);
        }
        let actor = *self.actors.get(head - 1).ok_or(WireError::Invalid("an actor's number"))?;
        let lane = Lane(self.columns[DOTS].count(255, "a lane")? as u8);
        let seq = self.columns[DOTS].varint("a sequence number")?;
        self.last = Dot { actor, lane, seq };
        Ok(self.last)
    }

    fn string(&mut self, column: usize, what: &'static str) -> Result<String, WireError> {
        let at = self.columns[column].count(MAX_TABLE, what)?;
        self.strings.get(at).cloned().ok_or(WireError::Invalid(what))
    }

    fn entity(&mut self) -> Result<(usize, Entity), WireError> {
        let back = self.columns[SUBJECTS].count(MAX_TABLE, "a resource's number")?;
        if back == 0 {
            let kind = self.columns[NAMES].count(MAX_TABLE, "a resource type")?;
            let id = match self.columns[NAMES].count(MAX_TABLE, "a resource id")? {
                0 => {
                    let mut id = String::with_capacity(36);
                    self.uuids.next(&mut id)?;
                    id
                }
                n => self.strings.get(n - 1).cloned().ok_or(WireError::Invalid("a resource id"))?,
            };
            self.budget.spend(TEXT + id.len())?;
            self.entities.push((kind, id));
        }
        let at =
            self.entities.len().checked_sub(back.max(1)).ok_or(WireError::Invalid("a resource's number"))?;
        let (kind, id) = &self.entities[at];
        let name = self.strings.get(*kind).ok_or(WireError::Invalid("a resource type"))?;
        Ok((*kind, Entity::new(name.clone(), id.clone())))
    }

    fn change(&mut self, kind: usize, key: usize) -> Result<Change, WireError> {
        let mut pred = Vec::new();
        for _ in 0..self.columns[PREDS].count(MAX_PREDECESSORS, "predecessors")? {
            let at = self.columns[PREDS].count(MAX_TABLE, "an actor's number")?;
            let actor = *self.actors.get(at).ok_or(WireError::Invalid("an actor's number"))?;
            let delta = unzigzag(self.columns[PREDS].varint("a predecessor")?);
            self.last_pred = self.last_pred.wrapping_add(delta as u64);
            self.budget.spend(PRED)?;
            pred.push(EntityDot { actor, seq: self.last_pred });
        }
        let name = self.strings.get(key).ok_or(WireError::Invalid("a register's key"))?.clone();
        let column = self.values.get_mut(&(kind, key)).ok_or(WireError::Invalid("a column of values"))?;
        let end = column.rest().iter().position(|b| *b == VALUE_END).ok_or(WireError::Short("a value"))?;
        let stripped = column.take(end, "a value")?;
        column.take(1, "a value")?;
        let marks = stripped.iter().filter(|b| **b == UUID_HERE).count();
        self.budget.spend(CHANGE + name.len() + stripped.len() + marks * 36)?;
        let value = if stripped == [VALUE_REMOVED] { None } else { Some(fill(stripped, &mut self.uuids)?) };
        Ok(Change { key: name, pred, value })
    }
}

/// Puts the UUIDs back and checks that the value is JSON.
fn fill(stripped: &[u8], uuids: &mut UuidSource<'_>) -> Result<String, WireError> {
    let text = std::str::from_utf8(stripped).map_err(|_| WireError::Invalid("a value"))?;
    let mut value = String::with_capacity(text.len());
    let mut parts = text.split(char::from(UUID_HERE));
    value.push_str(parts.next().unwrap_or_default());
    for part in parts {
        uuids.next(&mut value)?;
        value.push_str(part);
    }
    serde_json::from_str::<&RawValue>(&value).map_err(|_| WireError::Invalid("a value"))?;
    Ok(value)
}

/// Decodes what [`super::encode_ops`] wrote and checks every value to be JSON.
///
/// # Errors
/// [`WireError`]: damaged, too large, or trailing data. Cost is linear in the inflated size.
pub fn decode_ops(bytes: &[u8]) -> Result<Vec<Op>, WireError> {
    let mut head = Reader::new(bytes);
    let n = head.count(MAX_OPS, "a batch of ops")?;
    let mut actors = Vec::new();
    for _ in 0..head.count(MAX_TABLE, "the actors of a batch")? {
        actors.push(ActorId(head.array("an actor")?));
    }
    let mut list = Vec::new();
    for _ in 0..head.count(MAX_TABLE, "the UUIDs of a batch")? {
        list.push(head.array("a UUID")?);
    }
    let body = inflate(&mut head)?;
    head.end()?;
    let mut budget = Budget::of(bytes.len());
    let mut reader = Reader::new(&body);
    let strings = read_strings(&mut reader, &mut budget)?;
    let shapes = read_shapes(&mut reader, &mut budget)?;
    let mut columns: [Reader<'_>; 7] = std::array::from_fn(|_| Reader::new(&[]));
    for column in &mut columns {
        *column = Reader::new(reader.bytes(MAX_INFLATED_BYTES, "a column")?);
    }
    let column = Reader::new(reader.bytes(MAX_INFLATED_BYTES, "a column")?);
    let mut values = HashMap::new();
    for _ in 0..reader.count(MAX_TABLE, "the columns of values")? {
        let kind = reader.count(MAX_TABLE, "a resource type")?;
        let key = reader.count(MAX_TABLE, "a register's key")?;
        budget.spend(COLUMN)?;
        values.insert((kind, key), Reader::new(reader.bytes(MAX_INFLATED_BYTES, "a column of values")?));
    }
    reader.end()?;
    let last = Dot { actor: ActorId::default(), lane: Lane(0), seq: 0 };
    let uuids = UuidSource { list, met: 0, column };
    let entities = Vec::new();
    let mut decoder = Decoder {
        actors,
        strings,
        shapes,
        entities,
        uuids,
        columns,
        values,
        last,
        last_hlc: 0,
        last_pred: 0,
        budget,
    };
    (0..n).map(|_| decoder.op()).collect()
}

fn read_strings(reader: &mut Reader<'_>, budget: &mut Budget) -> Result<Vec<String>, WireError> {
    let n = reader.count(MAX_TABLE, "the strings of a batch")?;
    let mut strings = Vec::new();
    for _ in 0..n {
        let string = reader.string(MAX_INFLATED_BYTES, "a string")?;
        budget.spend(TEXT + string.len())?;
        strings.push(string);
    }
    Ok(strings)
}

fn read_shapes(reader: &mut Reader<'_>, budget: &mut Budget) -> Result<Vec<Vec<usize>>, WireError> {
    let n = reader.count(MAX_TABLE, "the shapes of a batch")?;
    let mut shapes = Vec::new();
    for _ in 0..n {
        let keys = reader.count(MAX_CHANGES, "a shape")?;
        budget.spend(TEXT + NUMBER * keys)?;
        shapes
            .push((0..keys).map(|_| reader.count(MAX_TABLE, "a register's key")).collect::<Result<_, _>>()?);
    }
    Ok(shapes)
}
