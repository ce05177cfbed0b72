//! Writing a batch of ops.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use super::budget;
use super::uuids::{self, UuidTable};
use super::{DICTIONARY, OpSize, VALUE_END, VALUE_REMOVED, zstd_failed};
use crate::id::{ActorId, Entity};
use crate::op::{Change, Op};
use crate::wire::{WireError, put_bytes, put_varint, zigzag};

/// Level 3 is zstd's default: past it, ops shrink by a few per cent for twice the time.
const LEVEL: i32 = 3;

/// Numbers for values in the order first met.
struct Table<T> {
    list: Vec<T>,
    numbers: HashMap<T, u64>,
}

impl<T: Clone + Eq + std::hash::Hash> Table<T> {
    fn new() -> Self {
        Self { list: Vec::new(), numbers: HashMap::new() }
    }

    fn number<Q>(&mut self, value: &Q) -> u64
    where
        T: std::borrow::Borrow<Q>,
        Q: ToOwned<Owned = T> + Eq + std::hash::Hash + ?Sized,
    {
        if let Some(number) = self.numbers.get(value) {
            return *number;
        }
        let number = self.list.len() as u64;
        self.list.push(value.to_owned());
        self.numbers.insert(value.to_owned(), number);
        number
    }
}

#[derive(Default)]
struct Column(Vec<u8>);

impl Column {
    fn put(&mut self, value: u64) {
        put_varint(&mut self.0, value);
    }
}

struct Encoder {
    actors: Table<ActorId>,
    strings: Table<String>,
    shapes: Table<Vec<u64>>,
    entities: Table<Entity>,
    uuids: UuidTable,
    dots: Column,
    clocks: Column,
    subjects: Column,
    names: Column,
    authors: Column,
    forms: Column,
    preds: Column,
    /// `BTreeMap`: columns are written in a fixed order.
    values: BTreeMap<(u64, u64), Vec<u8>>,
    last: (u64, u64, u64, u64, u64),
}

impl Encoder {
    fn push(&mut self, op: &Op) {
        self.push_dot(op);
        self.clocks.put(zigzag(op.hlc.0.wrapping_sub(self.last.2) as i64));
        self.last.2 = op.hlc.0;
        let kind = self.push_entity(&op.entity);
        let author = self.strings.number(op.author.as_str());
        self.authors.put(author);
        let shape: Vec<u64> = op.changes.iter().map(|c| self.strings.number(c.key.as_str())).collect();
        for (change, key) in op.changes.iter().zip(&shape) {
            self.push_change(kind, *key, change);
        }
        let form = self.shapes.number(&shape);
        self.forms.put(form);
    }

    fn push_dot(&mut self, op: &Op) {
        let actor = self.actors.number(&op.dot.actor);
        let lane = u64::from(op.dot.lane.0);
        let follows =
            (actor, lane) == (self.last.0, self.last.1) && self.last.4.checked_add(1) == Some(op.dot.seq);
        if follows {
            self.dots.put(0);
        } else {
            self.dots.put(1 + actor);
            self.dots.put(lane);
            self.dots.put(op.dot.seq);
        }
        (self.last.0, self.last.1, self.last.4) = (actor, lane, op.dot.seq);
    }

    fn push_entity(&mut self, entity: &Entity) -> u64 {
        let kind = self.strings.number(entity.kind.as_str());
        let known = self.entities.list.len() as u64;
        let number = self.entities.number(entity);
        if number < known {
            self.subjects.put(known - number);
            return kind;
        }
        self.subjects.put(0);
        self.names.put(kind);
        match uuids::parse(entity.id.as_bytes()) {
            Some(uuid) => {
                self.names.put(0);
                self.uuids.refer(uuid);
            }
            None => {
                let id = self.strings.number(entity.id.as_str());
                self.names.put(1 + id);
            }
        }
        kind
    }

    fn push_change(&mut self, kind: u64, key: u64, change: &Change) {
        self.preds.put(change.pred.len() as u64);
        for pred in &change.pred {
            let actor = self.actors.number(&pred.actor);
            self.preds.put(actor);
            self.preds.put(zigzag(pred.seq.wrapping_sub(self.last.3) as i64));
            self.last.3 = pred.seq;
        }
        let column = self.values.entry((kind, key)).or_default();
        match &change.value {
            Some(value) => self.uuids.strip(value, column),
            None => column.push(VALUE_REMOVED),
        }
        column.push(VALUE_END);
    }

    fn finish(self, n: usize, cost: usize) -> Result<Vec<u8>, WireError> {
        let mut body = Vec::with_capacity(4096);
        put_varint(&mut body, self.strings.list.len() as u64);
        for string in &self.strings.list {
            put_bytes(&mut body, string.as_bytes());
        }
        put_varint(&mut body, self.shapes.list.len() as u64);
        for shape in &self.shapes.list {
            put_varint(&mut body, shape.len() as u64);
            shape.iter().for_each(|key| put_varint(&mut body, *key));
        }
        let mut uuid_column = Column::default();
        self.uuids.column.iter().for_each(|v| uuid_column.put(*v));
        let columns =
            [self.dots, self.clocks, self.subjects, self.names, self.authors, self.forms, self.preds];
        for column in columns.iter().chain([&uuid_column]) {
            put_bytes(&mut body, &column.0);
        }
        put_varint(&mut body, self.values.len() as u64);
        for ((kind, key), column) in &self.values {
            put_varint(&mut body, *kind);
            put_varint(&mut body, *key);
            put_bytes(&mut body, column);
        }
        let mut out = Vec::with_capacity(body.len() / 2);
        put_varint(&mut out, n as u64);
        put_varint(&mut out, self.actors.list.len() as u64);
        self.actors.list.iter().for_each(|actor| out.extend_from_slice(&actor.0));
        put_varint(&mut out, self.uuids.list.len() as u64);
        self.uuids.list.iter().for_each(|uuid| out.extend_from_slice(uuid));
        deflate_worth(&body, cost, &mut out)?;
        Ok(out)
    }
}

/// Encodes up to [`super::MAX_OPS`] ops of any actors, in the order given.
///
/// # Errors
/// [`WireError::TooLarge`] if there are more, or they are larger than a decoder takes.
pub fn encode_ops(ops: &[Op]) -> Result<Vec<u8>, WireError> {
    if ops.len() > super::MAX_OPS {
        return Err(WireError::TooLarge("a batch of ops"));
    }
    if !ops.iter().all(|op| OpSize::of(&op.changes).fits()) {
        return Err(WireError::TooLarge("an op"));
    }
    let cost = budget::cost(ops)?;
    let mut encoder = Encoder {
        actors: Table::new(),
        strings: Table::new(),
        shapes: Table::new(),
        entities: Table::new(),
        uuids: UuidTable::default(),
        dots: Column::default(),
        clocks: Column::default(),
        subjects: Column::default(),
        names: Column::default(),
        authors: Column::default(),
        forms: Column::default(),
        preds: Column::default(),
        values: BTreeMap::new(),
        last: (u64::MAX, 0, 0, 0, 0),
    };
    ops.iter().for_each(|op| encoder.push(op));
    encoder.finish(ops.len(), cost)
}

thread_local! {
    static COMPRESSOR: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
}

/// Appends the inflated length and the zstd frame of `body`.
///
/// # Errors
/// [`WireError::TooLarge`] if it is more than a decoder takes.
pub fn deflate(body: &[u8], out: &mut Vec<u8>) -> Result<(), WireError> {
    deflate_worth(body, 0, out)
}

/// As [`deflate`], for a body that is read into structures of `cost` bytes.
fn deflate_worth(body: &[u8], cost: usize, out: &mut Vec<u8>) -> Result<(), WireError> {
    if body.len() > super::MAX_INFLATED_BYTES {
        return Err(WireError::TooLarge("a batch of ops"));
    }
    let mut frame = COMPRESSOR.with_borrow_mut(|slot| {
        let compressor = match slot {
            Some(compressor) => compressor,
            None => slot.insert(new_compressor().map_err(zstd_failed)?),
        };
        compressor.compress(body).map_err(zstd_failed)
    })?;
    budget::pad(&mut frame, body.len().max(cost));
    put_varint(out, body.len() as u64);
    put_bytes(out, &frame);
    Ok(())
}

fn new_compressor() -> std::io::Result<zstd::bulk::Compressor<'static>> {
    let mut compressor = zstd::bulk::Compressor::with_dictionary(LEVEL, DICTIONARY)?;
    compressor.include_contentsize(false)?;
    compressor.include_dictid(false)?;
    Ok(compressor)
}
