//! The bytes of a message: a tag, then its fields. Whatever a peer sends is read within limits.

use super::{Below, MAX_ACTORS, Page, Position, Reach, Request, Response, Search, StateItem, Visit};
use crate::codec::{decode_ops, deflate, encode_ops, inflate};
use crate::id::{ActorId, Entity, Lane, Scope};
use crate::wellformed::{is_id, is_kind};
use crate::wire::{Reader, WireError, put_bytes, put_varint};

/// Scopes named in one message.
const MAX_SCOPES: usize = 100_000;
/// Bytes of a replica's name.
const MAX_NAME: usize = 64;
/// Bytes of one segment or one list of them.
const MAX_BYTES: usize = 64 << 20;

impl Request {
    /// Bytes for the carrier.
    ///
    /// # Errors
    /// [`WireError::TooLarge`] if a part exceeds its bound.
    pub fn encode(&self) -> Result<Vec<u8>, WireError> {
        let mut out = Vec::new();
        match self {
            Self::Hello { protocol, schema, actors, opening } => {
                out.extend_from_slice(&[1, *protocol]);
                put_varint(&mut out, u64::from(*schema));
                put_varint(&mut out, actors.len() as u64);
                for (actor, key) in actors {
                    out.extend_from_slice(&actor.0);
                    out.extend_from_slice(key);
                }
                put_varint(&mut out, opening.0);
                out.extend_from_slice(&opening.1);
            }
            Self::Push { segment } => {
                out.push(2);
                out.extend_from_slice(segment);
            }
            Self::Pull { actor, acked, pending, max_bytes, wait_ms } => {
                out.push(3);
                out.extend_from_slice(&actor.0);
                put_varint(&mut out, u64::from(*max_bytes));
                put_varint(&mut out, u64::from(*wait_ms));
                let mut body = Vec::new();
                put_positions(&mut body, acked);
                put_positions(&mut body, pending);
                deflate(&body, &mut out)?;
            }
            Self::Hold { actor, scopes, urgent } => {
                out.extend_from_slice(&[4, u8::from(*urgent)]);
                out.extend_from_slice(&actor.0);
                let mut body = Vec::new();
                put_positions(&mut body, scopes);
                deflate(&body, &mut out)?;
            }
            Self::Release { actor, scopes } => {
                out.push(5);
                out.extend_from_slice(&actor.0);
                let mut body = Vec::new();
                put_varint(&mut body, scopes.len() as u64);
                scopes.iter().for_each(|scope| put_bytes(&mut body, scope.0.as_bytes()));
                deflate(&body, &mut out)?;
            }
            Self::Log { actor, lane, from } => {
                out.push(6);
                out.extend_from_slice(&actor.0);
                out.push(lane.0);
                put_varint(&mut out, *from);
            }
            Self::Fetch { entities } => {
                out.push(7);
                let mut body = Vec::new();
                put_varint(&mut body, entities.len() as u64);
                entities.iter().for_each(|entity| put_entity(&mut body, entity));
                deflate(&body, &mut out)?;
            }
            Self::GiveBack { actor, states } => {
                out.push(8);
                out.extend_from_slice(&actor.0);
                put_states(&mut out, states)?;
            }
            Self::Search(search) => {
                out.push(9);
                search.encode(&mut out);
            }
            Self::Introduce { actor, below } => {
                out.push(10);
                out.extend_from_slice(&actor.0);
                put_varint(&mut out, below.len() as u64);
                for one in below {
                    put_bytes(&mut out, one.replica.as_bytes());
                    out.extend_from_slice(&one.actor.0);
                    out.extend_from_slice(&one.key);
                }
            }
        }
        Ok(out)
    }

    /// Reads what [`Request::encode`] wrote.
    ///
    /// # Errors
    /// [`WireError`] for anything else.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = Reader::new(bytes);
        let request = match reader.byte("a request")? {
            1 => {
                let protocol = reader.byte("a protocol version")?;
                let schema = reader.count(usize::from(u16::MAX), "a schema version")? as u16;
                let n = reader.count(MAX_ACTORS, "actors")?;
                let actors = (0..n).map(|_| Ok((ActorId(reader.array("an actor")?), reader.array("a key")?)));
                let actors = actors.collect::<Result<_, WireError>>()?;
                let opening = (reader.varint("a count")?, reader.array("a nonce")?);
                Self::Hello { protocol, schema, actors, opening }
            }
            2 => return Ok(Self::Push { segment: reader.rest().to_vec() }),
            3 => {
                let actor = ActorId(reader.array("an actor")?);
                let max_bytes = reader.count(u32::MAX as usize, "a size")? as u32;
                let wait_ms = reader.count(u32::MAX as usize, "a time")? as u32;
                let body = inflate(&mut reader)?;
                let mut inner = Reader::new(&body);
                let (acked, pending) = (read_positions(&mut inner)?, read_positions(&mut inner)?);
                inner.end()?;
                Self::Pull { actor, acked, pending, max_bytes, wait_ms }
            }
            4 => {
                let urgent = reader.byte("urgency")? != 0;
                let actor = ActorId(reader.array("an actor")?);
                let body = inflate(&mut reader)?;
                let mut inner = Reader::new(&body);
                let scopes = read_positions(&mut inner)?;
                inner.end()?;
                Self::Hold { actor, scopes, urgent }
            }
            5 => {
                let actor = ActorId(reader.array("an actor")?);
                let body = inflate(&mut reader)?;
                let mut inner = Reader::new(&body);
                let n = inner.count(MAX_SCOPES, "scopes")?;
                let scopes = (0..n).map(|_| read_scope(&mut inner)).collect::<Result<_, _>>()?;
                inner.end()?;
                Self::Release { actor, scopes }
            }
            6 => Self::Log {
                actor: ActorId(reader.array("an actor")?),
                lane: Lane(reader.byte("a lane")?),
                from: reader.varint("a sequence number")?,
            },
            7 => {
                let body = inflate(&mut reader)?;
                let mut inner = Reader::new(&body);
                let n = inner.count(MAX_SCOPES, "resources")?;
                let entities = (0..n).map(|_| read_entity(&mut inner)).collect::<Result<_, _>>()?;
                inner.end()?;
                Self::Fetch { entities }
            }
            8 => Self::GiveBack {
                actor: ActorId(reader.array("an actor")?),
                states: read_states(&mut reader)?,
            },
            9 => Self::Search(Search::decode(&mut reader)?),
            10 => {
                let actor = ActorId(reader.array("an actor")?);
                let n = reader.count(MAX_ACTORS, "actors")?;
                let below = (0..n).map(|_| read_below(&mut reader)).collect::<Result<_, _>>()?;
                Self::Introduce { actor, below }
            }
            _ => return Err(WireError::Invalid("a request")),
        };
        reader.end()?;
        Ok(request)
    }
}

impl Response {
    /// Bytes for the carrier.
    ///
    /// # Errors
    /// [`WireError::TooLarge`] if a part exceeds its bound.
    pub fn encode(&self) -> Result<Vec<u8>, WireError> {
        let mut out = Vec::new();
        match self {
            Self::Welcome { protocol, upstream, known, waiting } => {
                out.extend_from_slice(&[1, *protocol]);
                out.extend_from_slice(&upstream.0);
                put_reaches(&mut out, known);
                put_varint(&mut out, *waiting);
            }
            Self::Ack { actor, lane, through } => {
                out.push(2);
                out.extend_from_slice(&actor.0);
                out.push(lane.0);
                put_varint(&mut out, *through);
            }
            Self::Page(page) => {
                out.push(3);
                put_page(&mut out, page)?;
            }
            Self::Done { count } => {
                out.push(4);
                put_varint(&mut out, *count);
            }
            Self::Segments(segments) => {
                out.push(5);
                put_varint(&mut out, segments.len() as u64);
                segments.iter().for_each(|segment| put_bytes(&mut out, segment));
            }
            Self::States(states) => {
                out.push(6);
                put_states(&mut out, states)?;
            }
            Self::Partly(states) => {
                out.push(9);
                put_states(&mut out, states)?;
            }
            Self::Lacking { former, later } => {
                out.push(8);
                put_reaches(&mut out, former);
                put_varint(&mut out, *later);
            }
            Self::Refused { code, message, retryable } => {
                out.extend_from_slice(&[7, u8::from(*retryable)]);
                put_bytes(&mut out, code.as_bytes());
                put_bytes(&mut out, message.as_bytes());
            }
        }
        Ok(out)
    }

    /// Reads what [`Response::encode`] wrote.
    ///
    /// # Errors
    /// [`WireError`] for anything else.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = Reader::new(bytes);
        let response = match reader.byte("a response")? {
            1 => {
                let protocol = reader.byte("a protocol version")?;
                let upstream = ActorId(reader.array("an actor")?);
                let known = read_reaches(&mut reader)?;
                Self::Welcome { protocol, upstream, known, waiting: reader.varint("a count")? }
            }
            2 => Self::Ack {
                actor: ActorId(reader.array("an actor")?),
                lane: Lane(reader.byte("a lane")?),
                through: reader.varint("a sequence number")?,
            },
            3 => Self::Page(read_page(&mut reader)?),
            4 => Self::Done { count: reader.varint("a count")? },
            5 => {
                let n = reader.count(MAX_SCOPES, "segments")?;
                let bytes = (0..n).map(|_| Ok(reader.bytes(MAX_BYTES, "a segment")?.to_vec()));
                Self::Segments(bytes.collect::<Result<_, WireError>>()?)
            }
            6 => Self::States(read_states(&mut reader)?),
            7 => Self::Refused {
                retryable: reader.byte("retryable")? != 0,
                code: reader.string(256, "a code")?,
                message: reader.string(8192, "a message")?,
            },
            8 => Self::Lacking { former: read_reaches(&mut reader)?, later: reader.varint("a count")? },
            9 => Self::Partly(read_states(&mut reader)?),
            _ => return Err(WireError::Invalid("a response")),
        };
        reader.end()?;
        Ok(response)
    }
}

fn put_positions(out: &mut Vec<u8>, positions: &[Position]) {
    put_varint(out, positions.len() as u64);
    for position in positions {
        put_bytes(out, position.scope.0.as_bytes());
        put_varint(out, position.at);
    }
}

fn read_positions(reader: &mut Reader<'_>) -> Result<Vec<Position>, WireError> {
    let n = reader.count(MAX_SCOPES, "scopes")?;
    (0..n).map(|_| Ok(Position { scope: read_scope(reader)?, at: reader.varint("a position")? })).collect()
}

fn read_below(reader: &mut Reader<'_>) -> Result<Below, WireError> {
    let replica = reader.string(MAX_NAME, "a name")?;
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if replica.is_empty() || !replica.bytes().all(is_plain) {
        return Err(WireError::Invalid("a name"));
    }
    Ok(Below { replica, actor: ActorId(reader.array("an actor")?), key: reader.array("a key")? })
}

fn read_scope(reader: &mut Reader<'_>) -> Result<Scope, WireError> {
    let name = reader.string(256, "a scope")?;
    if name.bytes().any(|b| b.is_ascii_control()) {
        return Err(WireError::Invalid("a scope"));
    }
    Ok(Scope(name))
}

fn put_entity(out: &mut Vec<u8>, entity: &Entity) {
    put_bytes(out, entity.kind.as_bytes());
    put_bytes(out, entity.id.as_bytes());
}

fn read_entity(reader: &mut Reader<'_>) -> Result<Entity, WireError> {
    let entity =
        Entity { kind: reader.string(256, "a resource type")?, id: reader.string(256, "a resource id")? };
    if !is_kind(&entity.kind) {
        return Err(WireError::Invalid("a resource type"));
    }
    if is_id(&entity.id) { Ok(entity) } else { Err(WireError::Invalid("a resource id")) }
}

fn put_reaches(out: &mut Vec<u8>, reaches: &[Reach]) {
    put_varint(out, reaches.len() as u64);
    for reach in reaches {
        out.extend_from_slice(&reach.actor.0);
        out.push(reach.lane.0);
        put_varint(out, reach.seq);
        out.extend_from_slice(&reach.hash);
    }
}

fn read_reaches(reader: &mut Reader<'_>) -> Result<Vec<Reach>, WireError> {
    let n = reader.count(MAX_ACTORS * 4, "logs")?;
    (0..n).map(|_| read_reach(reader)).collect()
}

fn read_reach(reader: &mut Reader<'_>) -> Result<Reach, WireError> {
    Ok(Reach {
        actor: ActorId(reader.array("an actor")?),
        lane: Lane(reader.byte("a lane")?),
        seq: reader.varint("a sequence number")?,
        hash: reader.array("a hash")?,
    })
}

fn put_page(out: &mut Vec<u8>, page: &Page) -> Result<(), WireError> {
    put_varint(out, page.waiting);
    let mut body = Vec::new();
    put_varint(&mut body, page.visits.len() as u64);
    for visit in &page.visits {
        put_bytes(&mut body, visit.scope.0.as_bytes());
        put_varint(&mut body, visit.from);
        put_varint(&mut body, visit.to);
        body.push(u8::from(visit.more));
    }
    deflate(&body, out)?;
    put_bytes(out, &encode_ops(&page.ops)?);
    put_states(out, &page.states)
}

fn read_page(reader: &mut Reader<'_>) -> Result<Page, WireError> {
    let waiting = reader.varint("a count")?;
    let body = inflate(reader)?;
    let mut inner = Reader::new(&body);
    let n = inner.count(MAX_SCOPES, "visits")?;
    let mut visits = Vec::new();
    for _ in 0..n {
        visits.push(Visit {
            scope: read_scope(&mut inner)?,
            from: inner.varint("a position")?,
            to: inner.varint("a position")?,
            more: inner.byte("more")? != 0,
        });
    }
    inner.end()?;
    let ops = decode_ops(reader.bytes(MAX_BYTES, "the ops of a page")?)?;
    Ok(Page { visits, ops, states: read_states(reader)?, waiting })
}

fn put_states(out: &mut Vec<u8>, states: &[StateItem]) -> Result<(), WireError> {
    let mut body = Vec::with_capacity(states.iter().map(|s| s.json.len() + s.state.len() + 64).sum());
    put_varint(&mut body, states.len() as u64);
    for item in states {
        put_entity(&mut body, &item.entity);
        put_bytes(&mut body, &item.state);
        put_bytes(&mut body, item.json.as_bytes());
    }
    deflate(&body, out)
}

fn read_states(reader: &mut Reader<'_>) -> Result<Vec<StateItem>, WireError> {
    let body = inflate(reader)?;
    let mut inner = Reader::new(&body);
    let n = inner.count(MAX_SCOPES, "resources")?;
    let mut states = Vec::new();
    for _ in 0..n {
        states.push(StateItem {
            entity: read_entity(&mut inner)?,
            state: inner.bytes(MAX_BYTES, "a state")?.to_vec(),
            json: inner.string(MAX_BYTES, "a resource")?,
        });
    }
    inner.end()?;
    Ok(states)
}
