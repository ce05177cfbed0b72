//! A search that a replica has its upstream make, for what it does not hold itself.

use crate::wire::{Reader, WireError, put_bytes, put_varint};

/// Conditions of one search; a person states one or two.
const MAX_CONDITIONS: usize = 8;
/// Alternatives of one condition.
const MAX_ALTERNATIVES: usize = 16;
/// Bytes of one text that is compared.
const MAX_TEXT_BYTES: usize = 1024;

/// What to search for: resources of one type that meet every condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Search {
    /// The resource type.
    pub kind: String,
    /// All must hold.
    pub all: Vec<Condition>,
    /// At most so many are wanted.
    pub limit: u32,
}

/// One condition on the search index.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Condition {
    /// The search parameter, by its number (see `appliance/clinical`).
    pub param: u32,
    /// At least one must match.
    pub any: Vec<Text>,
}

/// How an index value must look.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Text {
    /// Equal, byte for byte.
    Exact(String),
    /// Starts with this.
    Prefix(String),
}

impl Search {
    /// Whether it keeps the bounds of the wire, so that the other side reads it.
    pub fn fits(&self) -> bool {
        let fits = |one: &Text| one.text().len() <= MAX_TEXT_BYTES;
        self.all.len() <= MAX_CONDITIONS
            && self.all.iter().all(|condition| condition.any.len() <= MAX_ALTERNATIVES)
            && self.all.iter().flat_map(|condition| &condition.any).all(fits)
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        put_bytes(out, self.kind.as_bytes());
        put_varint(out, u64::from(self.limit));
        put_varint(out, self.all.len() as u64);
        for condition in &self.all {
            put_varint(out, u64::from(condition.param));
            put_varint(out, condition.any.len() as u64);
            for one in &condition.any {
                out.push(u8::from(matches!(one, Text::Prefix(_))));
                put_bytes(out, one.text().as_bytes());
            }
        }
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let kind = reader.string(256, "a resource type")?;
        let limit = reader.count(u32::MAX as usize, "a limit")? as u32;
        let n = reader.count(MAX_CONDITIONS, "conditions")?;
        let all = (0..n).map(|_| condition(reader)).collect::<Result<_, _>>()?;
        Ok(Self { kind, all, limit })
    }
}

impl Text {
    /// What is compared.
    pub fn text(&self) -> &str {
        match self {
            Self::Exact(text) | Self::Prefix(text) => text,
        }
    }
}

fn condition(reader: &mut Reader<'_>) -> Result<Condition, WireError> {
    let param = reader.count(u32::MAX as usize, "a search parameter")? as u32;
    let n = reader.count(MAX_ALTERNATIVES, "alternatives")?;
    let any = (0..n)
        .map(|_| {
            let is_prefix = reader.byte("a kind of match")? != 0;
            let text = reader.string(MAX_TEXT_BYTES, "a text to search for")?;
            Ok(if is_prefix { Text::Prefix(text) } else { Text::Exact(text) })
        })
        .collect::<Result<_, WireError>>()?;
    Ok(Condition { param, any })
}
