//! A socket comes in: `hello`, answered `welcome` or `refused`.

use super::kept::Member;
use super::live::Socket;
use super::output::What;
use super::visit::Visit;
use crate::door::Entry;
use crate::ids::{MemberId, SocketId};
use crate::limits::{CLOSED_FOR_GOOD, MEMBERS, SKEW_MS, SOCKETS};
use crate::messages::{
    CallFacts, Ended, EndedWhy, FromNode, MemberState, Part, Refused, Role, VERSION, Welcome, WelcomeClinic,
    WelcomeVisit, WelcomeYou,
};

impl Visit {
    pub(super) fn enter(&mut self, socket: SocketId, entry: Entry) {
        if let Err(refused) = self.may_enter(&entry) {
            self.send(socket, FromNode::Refused(refused));
            self.live.out.push(super::Output::Close { socket, code: CLOSED_FOR_GOOD });
            return;
        }
        self.displace(&entry);
        self.arrive(&entry);
        let now_ms = self.now_ms();
        let member = entry.claims.member.clone();
        let welcomed = Socket {
            member: member.clone(),
            part: entry.hello.part,
            device: entry.hello.device.clone(),
            expires_ms: entry.claims.exp.saturating_mul(1_000).saturating_add(SKEW_MS),
            heard_ms: now_ms,
            bucket: Socket::bucket(now_ms),
            excess: 0,
            shown: vec![],
            shown_ms: now_ms,
        };
        self.settle_lead();
        self.live.sockets.insert(socket, welcomed);
        self.welcome(socket, &entry);
    }

    fn may_enter(&mut self, entry: &Entry) -> Result<(), Box<Refused>> {
        let (claims, hello) = (&entry.claims, &entry.hello);
        let call = self.kept.facts.call.clone();
        let clinic = (call != CallFacts::default()).then_some(call);
        let refused = |code: &str| {
            Box::new(Refused { code: code.into(), clinic: clinic.clone(), ..Refused::default() })
        };
        if claims.visit != self.kept.facts.visit || claims.clinic != self.kept.facts.clinic {
            return Err(refused("link-bad"));
        }
        let known = self.kept.members.get(&claims.member);
        if known.is_some_and(|one| one.is_revoked) {
            return Err(refused("link-revoked"));
        }
        if known.is_some_and(|one| one.role != claims.role) {
            return Err(refused("link-bad"));
        }
        if let Some(finished) = &self.kept.finished
            && !self.is_broken_ended()
        {
            return Err(Box::new(Refused { summary: finished.summary.clone(), ..*refused("ended") }));
        }
        // Who is in comes back into a visit that outlasts their link.
        if entry.is_expired && !known.is_some_and(Member::is_in) {
            return Err(refused("link-expired"));
        }
        if self.live.sockets.len() >= SOCKETS || (known.is_none() && self.kept.members.len() >= MEMBERS) {
            return Err(refused("visit-full"));
        }
        let now_ms = self.now_ms();
        if let Err(again_ms) = self.live.present(&claims.member).hellos.take(now_ms) {
            return Err(Box::new(Refused { retry_after_ms: Some(again_ms), ..*refused("too-fast") }));
        }
        let is_elsewhere = |socket: &Socket| socket.member == claims.member && socket.device != hello.device;
        if claims.one && hello.take_over != Some(true) && self.live.sockets.values().any(is_elsewhere) {
            return Err(refused("elsewhere"));
        }
        Ok(())
    }

    /// Ends the sockets whose place the new one takes.
    fn displace(&mut self, entry: &Entry) {
        let (claims, hello) = (&entry.claims, &entry.hello);
        for id in self.live.sockets_of(&claims.member) {
            let Some(old) = self.live.sockets.get(&id) else { continue };
            let is_other = old.device != hello.device;
            let gives_way =
                old.part == hello.part || (is_other && (claims.one || hello.take_over == Some(true)));
            if gives_way && !self.is_broken_rooms() {
                self.send_ended(id, EndedWhy::Moved);
            }
        }
    }

    pub(super) fn send_ended(&mut self, socket: SocketId, why: EndedWhy) {
        let summary = match why {
            EndedWhy::Ended => self.kept.finished.as_ref().and_then(|finished| finished.summary.clone()),
            _ => None,
        };
        self.send(socket, FromNode::Ended(Ended { why, at_ms: self.now_ms(), summary }));
        self.close(socket, CLOSED_FOR_GOOD);
    }

    /// The member is here, whoever they were before.
    fn arrive(&mut self, entry: &Entry) {
        let now_ms = self.now_ms();
        let (claims, hello) = (&entry.claims, &entry.hello);
        let one = self
            .kept
            .members
            .entry(claims.member.clone())
            .or_insert_with(|| Member::new(&claims.name, claims.role, MemberState::Away, now_ms));
        let before = (one.language.clone(), one.seal.clone(), one.was_here);
        one.language = Some(hello.language.clone()).filter(|language| !language.is_empty());
        if hello.part == Part::Room {
            one.seal = hello.seal.clone();
        }
        one.was_here = true;
        let is_changed = before != (one.language.clone(), one.seal.clone(), true);
        let is_new = matches!(one.state, MemberState::Away | MemberState::Left);
        if is_new {
            (one.state, one.since_ms) = (MemberState::Here, now_ms);
            self.fact(What::Arrived { member: claims.member.clone(), role: claims.role });
        }
        if is_changed {
            self.unsaved();
        }
    }

    fn welcome(&mut self, socket: SocketId, entry: &Entry) {
        let member = &entry.claims.member;
        let slots = self.new_slots(member);
        let (Some(one), now_ms) = (self.kept.members.get(member), self.now_ms()) else { return };
        let facts = &self.kept.facts;
        let is_room = entry.hello.part == Part::Room;
        let people = self.people_for(member);
        let present = self.live.presence.get(member);
        let degrade = present.and_then(|present| present.degrade).filter(|_| is_room && one.is_in());
        let welcome = Welcome {
            v: VERSION,
            now_ms,
            visit: WelcomeVisit {
                id: facts.visit.clone(),
                sealed: facts.sealed,
                started_ms: self.kept.started_ms,
                scheduled_ms: facts.scheduled_ms,
            },
            clinic: WelcomeClinic {
                id: facts.clinic.clone(),
                time_zone: facts.time_zone.clone(),
                call: facts.call.clone(),
            },
            you: WelcomeYou {
                member: member.clone(),
                role: one.role,
                name: one.name.clone(),
                state: one.state,
                since_ms: one.since_ms,
            },
            media: is_room && one.is_in() && one.media.as_ref() == Some(&entry.hello.device),
            status: self.kept.status.clone(),
            relay: self.live.relay,
            ice: self.live.ice.servers(&facts.visit, member, now_ms),
            people: people.clone(),
            slots,
            chat: self.chat_for(one),
            recording: false,
        };
        if let Some(socket) = self.live.sockets.get_mut(&socket) {
            socket.shown = people;
        }
        self.send(socket, FromNode::Welcome(Box::new(welcome)));
        if let Some(degrade) = degrade {
            self.send(socket, FromNode::Degrade(degrade));
        }
    }

    /// A link was made: its member is known before they come.
    pub(super) fn link(&mut self, member: MemberId, name: &str, role: Role) {
        let now_ms = self.now_ms();
        if self.takes_links() && !self.kept.members.contains_key(&member) {
            self.kept.members.insert(member, Member::new(name, role, MemberState::Away, now_ms));
            self.unsaved();
        }
    }
}
