//! What two replicas say to each other. One request, one response, each one message; every request may be
//! repeated. The carrier (HTTP/2 in `sync/link`, a simulated network in tests) only moves bytes.

mod bytes;
mod search;

use crate::id::{ActorId, Entity, Lane, Scope};
use crate::op::Op;
use crate::segment::Hash;

pub use search::{Condition, Search, Text};

/// The protocol version this build speaks. A peer answers with the lower of both.
pub const PROTOCOL: u8 = 1;

/// Incarnations of one database: each restore adds one. As many may write below a replica.
pub const MAX_ACTORS: usize = 1024;

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
    /// "These write below me; I hand their segments on." Answered by [`Response::Welcome`], with what is durable of their
    /// logs.
    Introduce {
        /// The incarnation that hands on.
        actor: ActorId,
        /// Who writes below it.
        below: Vec<Below>,
    },
}

/// A replica below the sender, under one of its incarnations.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Below {
    /// Its name, unique below the sender.
    pub replica: String,
    /// The incarnation.
    pub actor: ActorId,
    /// Its ed25519 key.
    pub key: [u8; 32],
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
