//! What time brings, and what follows from every change.

use super::output::LeftWhy;
use super::visit::Visit;
use crate::ids::{MemberId, SocketId};
use crate::limits::{AWAY_MS, CLOSED_SILENT, PEOPLE_EVERY_MS, SILENCE_MS};
use crate::messages::{EndedWhy, MemberState, Phone, RelayIs};

impl Visit {
    /// Does what is due: before anything that happened later.
    pub(super) fn due(&mut self) {
        let now_ms = self.now_ms();
        for socket in self.sockets_where(|socket| socket.heard_ms.saturating_add(SILENCE_MS) <= now_ms) {
            self.close(socket, CLOSED_SILENT);
        }
        for socket in self.sockets_where(|socket| socket.expires_ms <= now_ms) {
            let member = self.live.sockets.get(&socket).map(|socket| socket.member.clone());
            if member.and_then(|member| self.member(&member)).is_some_and(|one| !one.is_in()) {
                self.send_ended(socket, EndedWhy::Expired);
            }
        }
        self.settle_presence();
        let gone: Vec<(MemberId, u64)> =
            self.absent().filter(|(_, gone_ms)| gone_ms + AWAY_MS <= now_ms).collect();
        for (member, gone_ms) in gone {
            self.gone(&member, gone_ms);
        }
    }

    fn sockets_where(&self, is: impl Fn(&super::live::Socket) -> bool) -> Vec<SocketId> {
        self.live.sockets.iter().filter(|(_, socket)| is(socket)).map(|(id, _)| *id).collect()
    }

    /// Those whom a minute without socket and media makes away, and since when they have neither.
    fn absent(&self) -> impl Iterator<Item = (MemberId, u64)> {
        let there = self.kept.members.iter().filter(|(_, one)| is_there(one.state));
        there.filter_map(|(member, _)| {
            Some((member.clone(), self.live.presence.get(member).and_then(|present| present.gone_ms)?))
        })
    }

    fn gone(&mut self, member: &MemberId, gone_ms: u64) {
        let now_ms = self.now_ms();
        // They were there until the socket broke: that is when their time ends.
        self.out_of_room(member, LeftWhy::Away, gone_ms);
        if let Some(one) = self.change(member) {
            (one.state, one.since_ms) = (MemberState::Away, now_ms);
        }
        self.live.present(member).gone_ms = None;
    }

    /// After every change.
    pub(super) fn settle(&mut self) {
        self.settle_presence();
        self.settle_lead();
        self.settle_status();
        self.settle_people();
    }

    /// Since when somebody is neither on a socket nor heard by the relay nor on the telephone.
    fn settle_presence(&mut self) {
        let now_ms = self.now_ms();
        let relay_is_there = self.live.relay.state != RelayIs::Away;
        let members: Vec<(MemberId, bool)> = self
            .kept
            .members
            .iter()
            .filter(|(_, one)| is_there(one.state))
            .map(|(member, one)| (member.clone(), one.phone == Some(Phone::Connected)))
            .collect();
        for (member, is_by_phone) in members {
            let has_socket = self.live.sockets.values().any(|socket| socket.member == member);
            let present = self.live.present(&member);
            let is_there = has_socket || is_by_phone || (present.is_up && present.is_told && relay_is_there);
            present.gone_ms = if is_there { None } else { present.gone_ms.or(Some(now_ms)) };
        }
    }

    /// When something is due next.
    pub(super) fn next_timer(&self) -> Option<u64> {
        let sockets = self.live.sockets.values();
        let silence = sockets.clone().map(|socket| socket.heard_ms.saturating_add(SILENCE_MS));
        let is_in =
            |socket: &&super::live::Socket| self.member(&socket.member).is_some_and(|one| one.is_in());
        let expiry = sockets.filter(|socket| !is_in(socket)).map(|socket| socket.expires_ms);
        let away = self.absent().map(|(_, gone_ms)| gone_ms.saturating_add(AWAY_MS));
        let stale = self.stale();
        let people = stale.iter().filter_map(|socket| self.live.sockets.get(socket));
        let people = people.map(|socket| socket.shown_ms.saturating_add(PEOPLE_EVERY_MS));
        silence.chain(expiry).chain(away).chain(people).min()
    }
}

/// Whether a minute without socket and media makes them away. Who went, or was put out, has `left`, which says more.
fn is_there(state: MemberState) -> bool {
    matches!(state, MemberState::Here | MemberState::Waiting | MemberState::In)
}
