//! What can happen to a visit.

use crate::door::Entry;
use crate::ids::{AskId, MemberId, SocketId};
use crate::messages::{Heard, Level, LevelWhy, Phone, Problem, Role, Seen};

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Input {
    /// A socket has said its hello, and its link is good.
    Entered {
        /// Which.
        socket: SocketId,
        /// By what.
        entry: Box<Entry>,
    },
    /// A socket is gone. One that the visit closed need not be told of.
    Closed {
        /// Which.
        socket: SocketId,
    },
    /// A text frame after the hello.
    Frame {
        /// On which socket.
        socket: SocketId,
        /// As it came.
        frame: Vec<u8>,
    },
    /// The relay tells something of this visit.
    Relay(RelayEvent),
    /// The relay has answered.
    Answered {
        /// What.
        ask: AskId,
        /// How.
        answer: RelayAnswer,
    },
    /// The phone bridge has taken an order, or not.
    Bridged {
        /// Which.
        ask: AskId,
        /// [`Problem::BridgeOff`] or [`Problem::BridgeFailed`], if not.
        answer: Result<(), Problem>,
    },
    /// A telephone rings, is answered, or is gone.
    Phone {
        /// Whose.
        member: MemberId,
        /// How it is; absent if they hung up.
        phone: Option<Phone>,
    },
    /// Something that was asked by HTTP, by somebody who may.
    Order(Order),
    /// The time of the last [`super::Output::Timer`] has come.
    Timer,
}

/// What the staff app asks by HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// A link was made: its member is known, and away.
    Link {
        /// Whose.
        member: MemberId,
        /// How they are called.
        name: String,
        /// What they are in it.
        role: Role,
    },
    /// A link was taken back.
    Revoke {
        /// Whose.
        member: MemberId,
    },
    /// Who can take over. Replaces what was told before.
    Clinicians(Vec<Clinician>),
    /// The visit is over; if it was already, a summary that was not there is added.
    End {
        /// What the patient takes home.
        summary: Option<String>,
        /// What comes next.
        next: Option<String>,
    },
}

/// Somebody who can take over.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Clinician {
    /// As `GET /api/visits/{id}/clinicians` names them.
    #[serde(rename = "ref")]
    pub reference: String,
    /// How they are called.
    pub name: String,
    /// Who they are, or would be, in this visit.
    pub member: MemberId,
}

/// What is in the slots of a page, as the relay says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SlotsOf {
    /// By audio slot.
    pub audio: Vec<Option<Heard>>,
    /// By video slot.
    pub video: Vec<Option<Seen>>,
}

/// What the relay tells of a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelayEvent {
    /// A member's connection is up, or heard again.
    Heard {
        /// Whose.
        member: MemberId,
    },
    /// Nothing is heard of a member just now.
    Quiet {
        /// Whom.
        member: MemberId,
    },
    /// The relay has a member's media no more.
    Gone {
        /// Whose.
        member: MemberId,
    },
    /// What a member's page has in its slots.
    Slots {
        /// Whose.
        member: MemberId,
        /// What.
        slots: SlotsOf,
    },
    /// A member was taken a step down, or up again.
    Degrade {
        /// Who.
        member: MemberId,
        /// To where.
        level: Level,
        /// Why.
        why: LevelWhy,
    },
    /// The relay does not answer.
    Away,
    /// The relay answers again.
    Back {
        /// It was started anew, and has nobody.
        is_new: bool,
    },
    /// The relay takes nobody new.
    Full,
}

/// How the relay answers a [`super::Request`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelayAnswer {
    /// The answer to an offer.
    Sdp {
        /// RFC 8866.
        sdp: String,
        /// What is in the slots; empty for a device check.
        slots: SlotsOf,
    },
    /// It is done.
    Done,
    /// It refuses, with the code of its problem.
    Refused {
        /// `relay-full`, `room-full`, `bad-sdp`, `nothing-to-restart`, …
        code: String,
        /// After how long it may do it.
        retry_after_ms: Option<u64>,
    },
    /// No answer came.
    Lost,
}
