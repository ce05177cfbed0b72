//! What of a visit outlives the process.

use super::input::Clinician;
use crate::ids::{ClinicId, CommandId, DeviceId, MemberId, VisitId};
use crate::limits::IDS;
use crate::messages::{
    CallFacts, ChatLine, ClinicStatus, ClinicianIs, Level, LevelWhy, MemberState, Phone, Problem, Role,
    Slots, Summary,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The version of the snapshot.
const VERSION: u32 = 1;

/// What a visit is, whoever is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Which.
    pub visit: VisitId,
    /// Whose.
    pub clinic: ClinicId,
    /// The clinic's time zone (IANA).
    pub time_zone: Option<String>,
    /// Whom to call by telephone.
    pub call: CallFacts,
    /// Encrypted end to end.
    pub sealed: bool,
    /// When it is to begin, in milliseconds since 1970.
    pub scheduled_ms: Option<u64>,
}

/// That a visit is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finished {
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// What the patient takes home.
    pub summary: Option<Summary>,
}

/// All of a visit that a new process goes on from. Means nothing but to the build that wrote it, or a newer one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    v: u32,
    /// What it is.
    pub facts: Facts,
    pub(super) members: BTreeMap<MemberId, Member>,
    pub(super) clinicians: Vec<Clinician>,
    pub(super) chat: VecDeque<ChatLine>,
    pub(super) lines: u64,
    pub(super) calls: u64,
    pub(super) status: ClinicStatus,
    pub(super) leader: Option<MemberId>,
    pub(super) started_ms: Option<u64>,
    pub(super) finished: Option<Finished>,
    /// Whom the relay was told to forget and has not said that it did.
    pub(super) to_forget: BTreeSet<MemberId>,
    /// The same of the whole visit.
    pub(super) is_end_owed: bool,
}

/// A snapshot that cannot be gone on from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cannot go on with this visit: it was saved by a newer version ({0}); update this node")]
pub struct BadSnapshot(pub u32);

/// Somebody who has, or had, a link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) state: MemberState,
    pub(super) since_ms: u64,
    /// Let in before, and not put out since.
    pub(super) may_return: bool,
    /// When they were let in first: what was said before is not theirs.
    pub(super) first_in_ms: Option<u64>,
    /// Has had a page open.
    pub(super) was_here: bool,
    pub(super) is_revoked: bool,
    pub(super) sends: [bool; 3],
    pub(super) level: Option<Level>,
    pub(super) level_why: Option<LevelWhy>,
    pub(super) phone: Option<Phone>,
    pub(super) language: Option<String>,
    pub(super) seal: Option<String>,
    /// The tab whose media the relay has.
    pub(super) media: Option<DeviceId>,
    /// What is in the slots of their page.
    pub(super) slots: Slots,
    pub(super) answers: VecDeque<(CommandId, Reply)>,
}

/// What a command was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Reply {
    Done,
    Refused(Problem),
    /// The phone bridge has not answered yet.
    Pending,
}

impl Member {
    pub(super) fn new(name: &str, role: Role, state: MemberState, since_ms: u64) -> Self {
        Self {
            name: name.to_owned(),
            role,
            state,
            since_ms,
            may_return: false,
            first_in_ms: None,
            was_here: false,
            is_revoked: false,
            sends: [false; 3],
            level: None,
            level_why: None,
            phone: None,
            language: None,
            seal: None,
            media: None,
            slots: Slots::default(),
            answers: VecDeque::new(),
        }
    }

    pub(super) fn is_in(&self) -> bool {
        self.state == MemberState::In
    }

    pub(super) fn is_clinician(&self) -> bool {
        self.role == Role::Clinician
    }

    /// Whether they may know of the others.
    pub(super) fn sees_others(&self) -> bool {
        self.is_in() || (self.is_clinician() && !self.is_revoked)
    }

    pub(super) fn answer(&self, id: &CommandId) -> Option<Reply> {
        self.answers.iter().rev().find(|(known, _)| known == id).map(|(_, reply)| *reply)
    }

    pub(super) fn remember(&mut self, id: CommandId, reply: Reply) {
        if let Some((_, known)) = self.answers.iter_mut().find(|(known, _)| *known == id) {
            *known = reply;
            return;
        }
        if self.answers.len() >= IDS {
            self.answers.pop_front();
        }
        self.answers.push_back((id, reply));
    }
}

impl Snapshot {
    pub(super) fn new(facts: Facts, now_ms: u64) -> Self {
        let status = ClinicStatus { state: ClinicianIs::Away, since_ms: now_ms, minutes: None, name: None };
        Self {
            v: VERSION,
            facts,
            members: BTreeMap::new(),
            clinicians: vec![],
            chat: VecDeque::new(),
            lines: 0,
            calls: 0,
            status,
            leader: None,
            started_ms: None,
            finished: None,
            to_forget: BTreeSet::new(),
            is_end_owed: false,
        }
    }

    pub(super) fn check(&self) -> Result<(), BadSnapshot> {
        if self.v > VERSION { Err(BadSnapshot(self.v)) } else { Ok(()) }
    }

    /// When it was ended, and with what.
    pub fn finished(&self) -> Option<&Finished> {
        self.finished.as_ref()
    }

    /// When two were in for the first time.
    pub fn started_ms(&self) -> Option<u64> {
        self.started_ms
    }

    /// Who leads.
    pub fn leader(&self) -> Option<&MemberId> {
        self.leader.as_ref()
    }

    /// Everybody, with what they are and where.
    pub fn members(&self) -> impl Iterator<Item = (&MemberId, Role, MemberState)> {
        self.members.iter().map(|(member, one)| (member, one.role, one.state))
    }
}
