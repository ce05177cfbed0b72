//! What the relay tells the clinic role: one JSON object a line, in `GET /events`.

use crate::room::{Because, Level, MemberId, SlotsOf, VisitId};
use serde::{Deserialize, Serialize};

/// Why a member is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gone {
    /// The clinic role took them out.
    Left,
    /// The visit was ended.
    Ended,
    /// Nothing was heard of them for longer than a page takes to come back.
    Silent,
    /// Their browser closed the connection.
    Closed,
    /// Their connection broke a rule of its protocol.
    Broken,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A member's connection is up.
    Connected {
        /// In which visit.
        visit: VisitId,
        /// Who.
        member: MemberId,
        /// How long after their offer, in milliseconds.
        after_ms: u64,
    },
    /// Nothing is heard of a member just now; they may come back by themselves.
    Quiet {
        /// In which visit.
        visit: VisitId,
        /// Who.
        member: MemberId,
    },
    /// They are heard again.
    Heard {
        /// In which visit.
        visit: VisitId,
        /// Who.
        member: MemberId,
    },
    /// A member is gone.
    Gone {
        /// From which visit.
        visit: VisitId,
        /// Who.
        member: MemberId,
        /// Why.
        why: Gone,
    },
    /// What a member's page has in its slots.
    Slots {
        /// In which visit.
        visit: VisitId,
        /// Whose page.
        member: MemberId,
        /// What is in them.
        slots: SlotsOf,
    },
    /// A member was taken a step down, or up again.
    Degrade {
        /// In which visit.
        visit: VisitId,
        /// Who.
        member: MemberId,
        /// To where.
        level: Level,
        /// Why.
        because: Because,
    },
    /// How a member's link is, every few seconds.
    Quality {
        /// In which visit.
        visit: VisitId,
        /// Whose.
        member: MemberId,
        /// Share of packets lost on the way to them, in hundredths; absent if not known.
        loss_down_pct: Option<f32>,
        /// Share of packets lost on the way from them, in hundredths; absent if not known.
        loss_up_pct: Option<f32>,
        /// There and back, in milliseconds; absent if not known.
        round_trip_ms: Option<u64>,
        /// What the link to them is taken to carry, in kbit/s; absent if not known.
        estimate_kbps: Option<u64>,
    },
    /// The last member of a visit is gone, and the relay has forgotten it.
    Emptied {
        /// Which visit.
        visit: VisitId,
    },
    /// This listener was too slow and has missed so many: ask `GET /status`.
    Missed {
        /// How many.
        count: u64,
    },
}
