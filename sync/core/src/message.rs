//! What two replicas say to each other. One request, one response, each one message; every request may be
//! repeated. The carrier (HTTP/2 in `sync/link`, a simulated network in tests) only moves bytes.

mod search;

use crate::codec::{decode_ops, deflate, encode_ops, inflate};
use crate::id::{ActorId, Entity, Lane, Scope};
use crate::op::Op;
use crate::segment::Hash;
use crate::wellformed::{is_id, is_kind};
use crate::wire::{Reader, WireError, put_bytes, put_varint};

pub use search::{Condition, Search, Text};

/// The protocol version this build speaks. A peer answers with the lower of both.
pub const PROTOCOL: u8 = 1;

/// Incarnations of one database: each restore adds one.
pub const MAX_ACTORS: usize = 1024;
/// Scopes named in one message.
const MAX_SCOPES: usize = 100_000;
/// Bytes of one segment or one list of them.
const MAX_BYTES: usize = 64 << 20;

/// How far one actor's log reaches in one lane.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reach {
    /// Whose log.
    pub actor: ActorId,
    /// The lane.
    pub lane: Lane,
    /// Seq of the last op held.
    pub seq: u64,
    /// Hash of the segment that ends there; zeros at the start.
    pub hash: Hash,
}

/// A scope and how far its feed has been taken in, counted by the upstream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Position {
    /// The scope.
    pub scope: Scope,
    /// Position in its feed; 0 is the beginning.
    pub at: u64,
}

/// What a replica asks of its upstream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Request {
    /// "This is who writes here, and these are the keys."
    Hello {
        /// Highest protocol version spoken.
        protocol: u8,
        /// Schema version of the data.
        schema: u16,
        /// This database's incarnations with their ed25519 keys; the first one writes now.
        actors: Vec<(ActorId, [u8; 32])>,
        /// How often this incarnation was opened, and a nonce of this opening: two copies of one database
        /// cannot both fit.
        opening: (u64, [u8; 16]),
    },
    /// One sealed segment of the sender or, verbatim, of a replica below it.
    Push {
        /// As `Segment::encode` wrote it.
        segment: Vec<u8>,
    },
    /// "These pages are durable here; what is next?"
    Pull {
        /// The incarnation that asks: positions of another one do not count.
        actor: ActorId,
        /// Durable positions, to be remembered.
        acked: Vec<Position>,
        /// Received but not yet durable: continue after them, do not remember them.
        pending: Vec<Position>,
        /// About how large a page may be.
        max_bytes: u32,
        /// Wait up to this long for something to come.
        wait_ms: u32,
    },
    /// "Keep these scopes for me from these positions on." Also rewinds after a restore.
    Hold {
        /// The incarnation that asks: positions of another one do not count.
        actor: ActorId,
        /// Scopes with the position held; 0 asks for all of it.
        scopes: Vec<Position>,
        /// Send these before anything else that waits.
        urgent: bool,
    },
    /// "I no longer hold these scopes."
    Release {
        /// The incarnation that asks: positions of another one do not count.
        actor: ActorId,
        /// The scopes.
        scopes: Vec<Scope>,
    },
    /// Segments of an actor, to check or repair a log.
    Log {
        /// Whose log.
        actor: ActorId,
        /// Which lane.
        lane: Lane,
        /// From the segment that contains this seq on.
        from: u64,
    },
    /// Current states of resources, to repair damaged ones.
    Fetch {
        /// Which resources.
        entities: Vec<Entity>,
    },
    /// "You were restored: this is what you had said." Without states: "what do you lack?"
    GiveBack {
        /// The incarnation that gives.
        actor: ActorId,
        /// Resources that know of more than the upstream's earlier logs reach.
        states: Vec<StateItem>,
    },
    /// "Search for what I do not hold", among what the sender's clinic may hold.
    Search(Search),
}

/// A resource's whole state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StateItem {
    /// Which resource.
    pub entity: Entity,
    /// As `view::render` wrote it.
    pub json: String,
    /// As `view::encode` wrote it.
    pub state: Vec<u8>,
}

impl StateItem {
    /// In a page: says that this resource waits, because it fits in no message.
    pub fn held_back(entity: Entity) -> Self {
        Self { entity, json: String::new(), state: Vec::new() }
    }

    /// Whether this is [`StateItem::held_back`].
    pub fn is_held_back(&self) -> bool {
        self.json.is_empty() && self.state.is_empty()
    }
}

/// A stretch of one scope's feed in a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Visit {
    /// The scope.
    pub scope: Scope,
    /// The page continues after this position.
    pub from: u64,
    /// And reaches this one.
    pub to: u64,
    /// Whether more of this scope waits.
    pub more: bool,
}

/// What changed in the scopes a replica holds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Page {
    /// The stretches this page covers.
    pub visits: Vec<Visit>,
    /// Ops in feed order.
    pub ops: Vec<Op>,
    /// Whole states: new to the subscriber.
    pub states: Vec<StateItem>,
    /// Scopes that still wait after this page (0: nothing).
    pub waiting: u64,
}

/// What an upstream answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Response {
    /// To `Hello`.
    Welcome {
        /// Protocol version to speak.
        protocol: u8,
        /// The upstream database's incarnation: positions count only within one.
        upstream: ActorId,
        /// What is durable here of the sender's actors.
        known: Vec<Reach>,
        /// Scopes that wait for the sender.
        waiting: u64,
    },
    /// To `Push`: durable here, through this seq.
    Ack {
        /// Whose log.
        actor: ActorId,
        /// Which lane.
        lane: Lane,
        /// Everything up to here is durable.
        through: u64,
    },
    /// To `Pull`.
    Page(Page),
    /// To `Hold` and `Release`: done, this many scopes.
    Done {
        /// How many.
        count: u64,
    },
    /// To `Log`.
    Segments(Vec<Vec<u8>>),
    /// To `Fetch` and `Search`: those that exist and may be seen.
    States(Vec<StateItem>),
    /// To `Search`, where there was more to look through than the upstream does for one search: those that it came
    /// upon.
    Partly(Vec<StateItem>),
    /// To `GiveBack`.
    Lacking {
        /// How far the upstream's own earlier logs reach; empty if it was not restored, or wants nothing more.
        former: Vec<Reach>,
        /// How many of the states say something of other authors that is not here yet: to be given again.
        later: u64,
    },
    /// To anything.
    Refused {
        /// Stable code.
        code: String,
        /// What failed, why, what to do.
        message: String,
        /// Whether the same request may succeed later.
        retryable: bool,
    },
}

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
