//! Who is told of whom.

use super::kept::Member;
use super::live::Presence;
use super::visit::Visit;
use crate::ids::{MemberId, SocketId};
use crate::limits::PEOPLE_EVERY_MS;
use crate::messages::{FromNode, People, Person, Phone, Quality, RelayIs};

impl Visit {
    /// Everybody whom a member may see: all, or themself alone. Who was put out for good is seen by nobody.
    pub(super) fn people_for(&self, member: &MemberId) -> Vec<Person> {
        let sees_others = self.member(member).is_some_and(Member::sees_others) || self.is_broken_people();
        let seen =
            self.kept.members.iter().filter(|(of, one)| *of == member || (sees_others && !one.is_revoked));
        seen.map(|(of, one)| self.person(of, one)).collect()
    }

    fn person(&self, member: &MemberId, one: &Member) -> Person {
        let present = self.live.presence.get(member);
        let has_socket = self.live.sockets.values().any(|socket| socket.member == *member);
        let is_up = present.is_some_and(|present| present.is_up) && self.live.relay.state != RelayIs::Away;
        let [audio, camera, screen] = one.sends;
        let connected = has_socket && (is_up || !one.is_in());
        let quality = present.and_then(|present: &Presence| present.quality);
        Person {
            member: member.clone(),
            name: one.name.clone(),
            role: one.role,
            state: one.state,
            since_ms: one.since_ms,
            audio: audio || one.phone == Some(Phone::Connected),
            camera,
            screen,
            connected: connected || one.phone == Some(Phone::Connected),
            quality: if one.is_in() && !connected && one.phone.is_none() {
                Some(Quality::Lost)
            } else {
                quality
            },
            level: one.level.filter(|_| one.is_in()),
            level_why: one.level_why.filter(|_| one.is_in()),
            phone: one.phone,
            language: one.language.clone(),
            leads: (self.kept.leader.as_ref() == Some(member)).then_some(true),
            seal: one.seal.clone(),
        }
    }

    /// Tells of people where something changed, at most four times a second a socket.
    pub(super) fn settle_people(&mut self) {
        let now_ms = self.now_ms();
        for socket in self.stale() {
            let Some(one) = self.live.sockets.get(&socket) else { continue };
            if now_ms < one.shown_ms.saturating_add(PEOPLE_EVERY_MS) {
                continue;
            }
            let people = self.people_for(&one.member.clone());
            if let Some(one) = self.live.sockets.get_mut(&socket) {
                (one.shown, one.shown_ms) = (people.clone(), now_ms);
            }
            self.send(socket, FromNode::People(People { people }));
        }
    }

    /// Sockets that were told something else than what is so.
    pub(super) fn stale(&self) -> Vec<SocketId> {
        let is_stale = |socket: &super::live::Socket| socket.shown != self.people_for(&socket.member);
        self.live.sockets.iter().filter(|(_, socket)| is_stale(socket)).map(|(id, _)| *id).collect()
    }
}
