//! What of a visit lives as long as the process.

use super::kept::Reply;
use super::output::Output;
use super::rate::Bucket;
use crate::ids::{AskId, CommandId, DeviceId, MemberId, SocketId, VisitId};
use crate::limits::{BURST, CHECK_EVERY_MS, CHECKS, HELLOS, PER_SECOND};
use crate::messages::{Degrade, IceServers, Part, Person, Quality, RelayIs, RelayState};
use std::collections::BTreeMap;

/// Makes TURN credentials: a pure function of a key that both roles have (decision 36).
pub trait Ice: Send {
    /// For one member, at `now_ms` milliseconds since 1970.
    fn servers(&self, visit: &VisitId, member: &MemberId, now_ms: u64) -> IceServers;
}

/// A socket that was welcomed.
#[derive(Debug)]
pub(super) struct Socket {
    pub(super) member: MemberId,
    pub(super) part: Part,
    pub(super) device: DeviceId,
    /// When its link's time is over, skew and all.
    pub(super) expires_ms: u64,
    pub(super) heard_ms: u64,
    pub(super) bucket: Bucket,
    pub(super) excess: u32,
    /// What it was told of people, and when.
    pub(super) shown: Vec<Person>,
    pub(super) shown_ms: u64,
}

impl Socket {
    pub(super) fn bucket(now_ms: u64) -> Bucket {
        Bucket::new(BURST, 1_000 / u64::from(PER_SECOND), now_ms)
    }
}

/// A member, as this process knows them.
#[derive(Debug)]
pub(super) struct Presence {
    /// Their media reaches the relay, as far as is known.
    pub(super) is_up: bool,
    /// The relay said so, to this process.
    pub(super) is_told: bool,
    pub(super) quality: Option<Quality>,
    pub(super) degrade: Option<Degrade>,
    pub(super) wants: BTreeMap<u8, u16>,
    /// Since when neither socket nor media are there.
    pub(super) gone_ms: Option<u64>,
    pub(super) hellos: Bucket,
    pub(super) checks: Bucket,
}

impl Presence {
    pub(super) fn new(now_ms: u64) -> Self {
        Self {
            is_up: false,
            is_told: false,
            quality: None,
            degrade: None,
            wants: BTreeMap::new(),
            gone_ms: None,
            hellos: Bucket::new(HELLOS, 1_000, now_ms),
            checks: Bucket::new(CHECKS, CHECK_EVERY_MS, now_ms),
        }
    }
}

/// Something that was asked and is not answered.
#[derive(Debug)]
pub(super) enum Asked {
    Offer { member: MemberId, socket: SocketId, device: DeviceId, id: CommandId, restart: bool },
    Check { socket: SocketId, id: CommandId },
    Change { member: MemberId },
    Forget { member: MemberId },
    End,
    Phone { by: MemberId, socket: SocketId, id: CommandId, member: MemberId, is_call: bool },
    HangUp,
}

/// All of it.
pub(super) struct Live {
    pub(super) now_ms: u64,
    pub(super) sockets: BTreeMap<SocketId, Socket>,
    pub(super) presence: BTreeMap<MemberId, Presence>,
    pub(super) relay: RelayState,
    pub(super) asked: BTreeMap<AskId, Asked>,
    pub(super) asks: u64,
    pub(super) out: Vec<Output>,
    pub(super) is_unsaved: bool,
    pub(super) ice: Box<dyn Ice>,
}

impl Live {
    pub(super) fn new(ice: Box<dyn Ice>, now_ms: u64) -> Self {
        Self {
            now_ms,
            sockets: BTreeMap::new(),
            presence: BTreeMap::new(),
            relay: RelayState { state: RelayIs::Ok, since_ms: now_ms },
            asked: BTreeMap::new(),
            asks: 0,
            out: vec![],
            is_unsaved: false,
            ice,
        }
    }

    pub(super) fn present(&mut self, member: &MemberId) -> &mut Presence {
        let now_ms = self.now_ms;
        self.presence.entry(member.clone()).or_insert_with(|| Presence::new(now_ms))
    }

    /// Sockets of a member.
    pub(super) fn sockets_of(&self, member: &MemberId) -> Vec<SocketId> {
        self.sockets.iter().filter(|(_, socket)| socket.member == *member).map(|(id, _)| *id).collect()
    }
}

/// How a command went: `Ok(Pending)` is answered later.
pub(super) type Outcome = Result<Reply, crate::messages::Problem>;
