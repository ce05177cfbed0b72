//! What a visit asks its shell to do.

use crate::ids::{AskId, MemberId, SocketId};
use crate::messages::{ChatLine, FromNode, Role, Stats, Summary, TroubleKind, WantOne};
use serde::{Deserialize, Serialize};

/// Something to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// The snapshot changed: it is durable before anything that follows is done. Comes first, at most once a call.
    Save,
    /// Say something on a socket.
    Send {
        /// Which.
        socket: SocketId,
        /// What.
        message: FromNode,
    },
    /// Close a socket, after what was said on it.
    Close {
        /// Which.
        socket: SocketId,
        /// RFC 6455 §7.4.
        code: u16,
    },
    /// Ask the relay or the phone bridge. Asked in order; the answer comes as [`super::Input::Answered`] or
    /// [`super::Input::Bridged`]. Each may be done twice.
    Ask {
        /// Comes back with the answer.
        ask: AskId,
        /// What.
        request: Request,
    },
    /// Something to be recorded. Comes once, in the call that saves what it tells of.
    Fact(Fact),
    /// A page's figures of ten seconds.
    Figures {
        /// Whose.
        member: MemberId,
        /// The figures.
        stats: Box<Stats>,
    },
    /// When [`super::Input::Timer`] is wanted; replaces what was wanted before. Always comes last.
    Timer {
        /// In milliseconds since 1970; absent if there is nothing to wait for.
        at_ms: Option<u64>,
    },
}

/// What the relay or the phone bridge is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// `PUT /rooms/{visit}/members/{member}`.
    Put {
        /// Who.
        member: MemberId,
        /// What they are in it.
        role: Role,
        /// The offer.
        sdp: String,
        /// An ICE restart.
        restart: bool,
        /// Whether they are to be heard.
        audio: bool,
        /// Whether they are to be seen.
        camera: bool,
        /// Whether they share a screen.
        screen: bool,
    },
    /// `PATCH` of the same.
    Patch {
        /// Who.
        member: MemberId,
        /// Audio, camera, screen, if they changed.
        sends: Option<[bool; 3]>,
        /// How large pictures are wanted, if that changed.
        wants: Vec<WantOne>,
    },
    /// `DELETE` of the same.
    Delete {
        /// Who.
        member: MemberId,
    },
    /// `POST /rooms/{visit}/end`.
    End,
    /// A room of its own for 20 s, for the device check.
    Check {
        /// Whose.
        member: MemberId,
        /// The offer.
        sdp: String,
    },
    /// The phone bridge calls.
    Call {
        /// As whom.
        member: MemberId,
        /// The number; absent if it is the one that their record has.
        phone: Option<String>,
    },
    /// The phone bridge hangs up.
    HangUp {
        /// Whom.
        member: MemberId,
    },
}

/// Something to be recorded: what an Encounter and the time for its claim are made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// When it happened, in milliseconds since 1970. Somebody's absence began before it was noticed.
    pub at_ms: u64,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
pub enum What {
    /// A page was opened by somebody who was away or had left.
    Arrived {
        /// Who.
        member: MemberId,
        /// What they are in it.
        role: Role,
    },
    /// They asked to be let in.
    Knocked {
        /// Who.
        member: MemberId,
    },
    /// A clinician let them in.
    Admitted {
        /// Whom.
        member: MemberId,
        /// Who did.
        by: MemberId,
    },
    /// They are in from now on. For each member, `Joined` and `Left` come in turn.
    Joined {
        /// Who.
        member: MemberId,
        /// What they are in it.
        role: Role,
    },
    /// They are in no more.
    Left {
        /// Who.
        member: MemberId,
        /// Why.
        why: LeftWhy,
    },
    /// A clinician sent them away.
    Declined {
        /// Whom.
        member: MemberId,
        /// Who did.
        by: MemberId,
    },
    /// A clinician put them out.
    Removed {
        /// Whom.
        member: MemberId,
        /// Who did.
        by: MemberId,
        /// Back to the waiting room.
        back: bool,
    },
    /// A line of chat.
    Chat(ChatLine),
    /// Somebody had trouble.
    Trouble {
        /// Who.
        member: MemberId,
        /// What.
        kind: TroubleKind,
    },
    /// Another clinician leads.
    HandedOver {
        /// Who led.
        from: MemberId,
        /// Who leads.
        to: MemberId,
    },
    /// For the first time two were in.
    Started,
    /// It is over.
    Ended {
        /// Who ended it; absent if it was done by HTTP.
        by: Option<MemberId>,
    },
    /// What the patient takes home.
    Summarised(Summary),
}

/// Why somebody is in no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftWhy {
    /// They went.
    Went,
    /// They were put out.
    Removed,
    /// Neither page nor media were there for a minute.
    Away,
    /// Their link was taken back.
    Revoked,
    /// The visit was ended.
    Ended,
    /// The telephone was hung up.
    HungUp,
}
