//! What goes into the session machine and what comes out of it.

use crate::id::{ActorId, Lane, Scope};
use crate::message::{Page, Position, Reach, Request, Response};

/// What can be tuned.
#[derive(Clone, Debug)]
pub struct SessionConfig {
    /// Number of upstream endpoints, tried in turn; at least 1.
    pub endpoints: usize,
    /// About how large the first page of a connection may be.
    pub page_bytes: u32,
    /// About how large a page may become where pages come quickly.
    pub largest_page_bytes: u32,
    /// How long an idle pull may wait at the upstream for news.
    pub idle_wait_ms: u32,
    /// An answer that takes longer counts as lost (pulls: this on top of their wait).
    pub answer_within_ms: u64,
    /// Seeds the jitter.
    pub seed: u64,
}

/// A segment as the store hands it over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ready {
    /// First seq.
    pub first: u64,
    /// Last seq.
    pub last: u64,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What happened outside.
#[derive(Debug)]
pub enum Input {
    /// The replica's greeting; also restarts the machine under a new actor.
    Start {
        /// As `Records::hello` made it.
        hello: Request,
        /// The actor that writes.
        actor: ActorId,
    },
    /// The connection asked for is up.
    Connected,
    /// The connection asked for did not come about: nobody was there, or the way is cut.
    Unreached {
        /// Stable code.
        code: String,
        /// What failed, why, what to do.
        message: String,
    },
    /// The connection failed or ended, with a stable code and what a person should know.
    Disconnected {
        /// Stable code.
        code: String,
        /// What failed, why, what to do.
        message: String,
    },
    /// An answer.
    Reply {
        /// Of which request.
        id: u64,
        /// The answer.
        response: Response,
    },
    /// What the upstream knows is a prefix of our log; positions to hold again after a restore.
    Compared {
        /// Empty if this database was not restored.
        rehold: Vec<Position>,
    },
    /// What any upstream has acknowledged of our log, by lane: what lies beyond is handed over for review.
    Parting {
        /// Through this seq.
        acknowledged: [u64; 4],
    },
    /// Segments read from the store, empty if there are no more.
    Segments {
        /// Which lane.
        lane: Lane,
        /// In order.
        ready: Vec<Ready>,
    },
    /// A page is durable here: confirm these. A page of an earlier connection may come to this only now.
    PageDurable {
        /// Whose page it was; its positions mean nothing to another upstream.
        upstream: ActorId,
        /// What it reached.
        positions: Vec<Position>,
    },
    /// A page left a gap: hold these from here instead.
    PageRefused {
        /// Whose page it was.
        upstream: ActorId,
        /// From where to hold them.
        positions: Vec<Position>,
    },
    /// Something was written here.
    NewOps,
    /// Something that was to be given back to a restored upstream could not be taken yet, or does not read here.
    GiveBackWaits,
    /// Hold these scopes as soon as possible.
    Want(Vec<Scope>),
    /// Time has passed.
    Tick,
}

/// What is to be done outside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Output {
    /// Open a connection to this endpoint.
    Connect {
        /// Its index.
        endpoint: usize,
    },
    /// Close the connection.
    Close,
    /// Send a request; the answer comes as [`Input::Reply`].
    Send {
        /// To match the answer.
        id: u64,
        /// The request.
        request: Request,
    },
    /// Compare our log with what the upstream has, then [`Input::Compared`], or take a new actor and [`Input::Start`].
    Compare {
        /// The upstream database's incarnation.
        upstream: ActorId,
        /// What it has of our log.
        known: Vec<Reach>,
    },
    /// This replica is revoked: look up what of our log is acknowledged, then [`Input::Parting`].
    Part,
    /// Read segments after this seq, then [`Input::Segments`].
    ReadSegments {
        /// Which lane.
        lane: Lane,
        /// After this seq.
        after: u64,
        /// At most so many.
        limit: u32,
    },
    /// Durable at the upstream through here.
    Acked {
        /// The upstream database's incarnation.
        upstream: ActorId,
        /// Whose log.
        actor: ActorId,
        /// The lane.
        lane: Lane,
        /// Through this seq.
        through: u64,
    },
    /// Store a page, then [`Input::PageDurable`] or [`Input::PageRefused`], with the same upstream.
    StorePage {
        /// The upstream database's incarnation.
        upstream: ActorId,
        /// The page.
        page: Page,
    },
    /// The upstream has taken the positions held after a restore.
    Reheld,
    /// Give back what waits, again; then [`Input::GiveBackWaits`] if some of it still does.
    GiveBackAgain,
    /// Take a new actor: the upstream met another copy of this database. Then [`Input::Start`].
    TakeNewActor,
}

/// Where the machine stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Phase {
    /// Not started, or between attempts until a time.
    Waiting,
    /// Asked for a connection.
    Connecting,
    /// Said hello, or comparing logs.
    Greeting,
    /// Holding scopes again after a restore.
    Reholding,
    /// Exchanging.
    Live,
    /// Revoked: handing over what was never acknowledged, for a person to review. Nothing is pulled.
    Parting,
}
