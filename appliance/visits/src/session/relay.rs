//! What the relay tells and answers.

use super::input::{RelayAnswer, RelayEvent, SlotsOf};
use super::kept::Member;
use super::live::Asked;
use super::output::Request;
use super::visit::Visit;
use crate::ids::{AskId, CommandId, DeviceId, MemberId, SocketId};
use crate::messages::{Answer, Degrade, FromNode, Level, Problem, RelayIs, RelayState, WantOne};

/// Who offered, and how.
struct Offered {
    member: MemberId,
    socket: SocketId,
    device: DeviceId,
    id: CommandId,
    restart: bool,
}

impl Visit {
    pub(super) fn relay_event(&mut self, event: RelayEvent) {
        match event {
            RelayEvent::Heard { member } => self.heard(&member, true),
            RelayEvent::Quiet { member } => self.heard(&member, false),
            RelayEvent::Gone { member } => self.media_gone(&member),
            RelayEvent::Slots { member, slots } => self.slots(&member, slots),
            RelayEvent::Degrade { member, level, why } => {
                if self.member(&member).is_some_and(Member::is_in) {
                    let degrade = Degrade { level, why };
                    self.live.present(&member).degrade = Some(degrade).filter(|_| level != Level::ALL);
                    self.tell_room(&member, &FromNode::Degrade(degrade));
                }
            }
            RelayEvent::Away => self.relay_is(RelayIs::Away),
            RelayEvent::Full => self.relay_is(RelayIs::Full),
            RelayEvent::Back { is_new } => self.relay_back(is_new),
        }
    }

    fn relay_is(&mut self, state: RelayIs) {
        if self.live.relay.state == state {
            return;
        }
        self.live.relay = RelayState { state, since_ms: self.now_ms() };
        self.tell_those(&FromNode::Relay(self.live.relay), |_| true);
    }

    /// The relay answers again: what it owes is asked once more. One that is new has nobody.
    fn relay_back(&mut self, is_new: bool) {
        if is_new {
            let members: Vec<MemberId> = self.kept.members.keys().cloned().collect();
            members.iter().for_each(|member| self.media_gone(member));
            if !self.kept.to_forget.is_empty() || self.kept.is_end_owed {
                self.kept.to_forget.clear();
                self.kept.is_end_owed = false;
                self.unsaved();
            }
        }
        self.relay_is(RelayIs::Ok);
        if self.kept.is_end_owed {
            self.ask(Request::End, Asked::End);
        }
        let owed: Vec<MemberId> = self.kept.to_forget.iter().cloned().collect();
        owed.iter().for_each(|member| self.forget(member));
    }

    fn heard(&mut self, member: &MemberId, is_up: bool) {
        let has_media = self.member(member).is_some_and(|one| one.media.is_some() && one.is_in());
        if has_media {
            let present = self.live.present(member);
            (present.is_up, present.is_told) = (is_up, true);
        }
    }

    fn media_gone(&mut self, member: &MemberId) {
        if self.member(member).is_some_and(|one| one.media.is_some())
            && let Some(one) = self.change(member)
        {
            one.media = None;
        }
        if let Some(present) = self.live.presence.get_mut(member) {
            (present.is_up, present.is_told) = (false, true);
        }
    }

    fn slots(&mut self, member: &MemberId, slots: SlotsOf) {
        let Some(one) = self.change(member).filter(|one| one.is_in()) else { return };
        (one.slots.audio, one.slots.video) = (slots.audio, slots.video);
        self.send_slots(member);
    }

    pub(super) fn answered(&mut self, ask: AskId, answer: RelayAnswer) {
        let Some(asked) = self.live.asked.remove(&ask) else { return };
        match asked {
            Asked::Offer { member, socket, device, id, restart } => {
                self.offered(Offered { member, socket, device, id, restart }, answer);
            }
            Asked::Check { socket, id } => self.answer_sdp(socket, id, answer),
            Asked::Change { member } => {
                // The relay lost them, and its event too.
                if matches!(answer, RelayAnswer::Refused { ref code, .. } if code == "no-such-member") {
                    self.media_gone(&member);
                }
            }
            Asked::Forget { member } => {
                if answer == RelayAnswer::Done && self.kept.to_forget.remove(&member) {
                    self.unsaved();
                }
            }
            Asked::End => {
                if answer == RelayAnswer::Done && std::mem::take(&mut self.kept.is_end_owed) {
                    self.unsaved();
                }
            }
            Asked::Phone { .. } | Asked::HangUp => {}
        }
    }

    fn offered(&mut self, offered: Offered, answer: RelayAnswer) {
        let Offered { member, socket, device, id, restart } = offered;
        let is_in = self.member(&member).is_some_and(Member::is_in);
        if !is_in {
            // They were put out while the relay thought about it: it has them again, and must not.
            if self.kept.finished.is_none() {
                self.forget(&member);
            }
            return self.problem_if_open(socket, id, Problem::NotAdmitted, None);
        }
        match &answer {
            RelayAnswer::Sdp { slots, .. } => {
                let slots = slots.clone();
                self.has_media(&member, device, restart);
                self.answer_sdp(socket, id, answer);
                self.slots(&member, slots);
            }
            RelayAnswer::Refused { code, .. } if code == "nothing-to-restart" => {
                self.media_gone(&member);
                self.answer_sdp(socket, id, answer);
            }
            _ => self.answer_sdp(socket, id, answer),
        }
    }

    fn has_media(&mut self, member: &MemberId, device: DeviceId, restart: bool) {
        if self.kept.to_forget.remove(member) {
            self.unsaved();
        }
        if self.member(member).is_some_and(|one| one.media.as_ref() != Some(&device))
            && let Some(one) = self.change(member)
        {
            one.media = Some(device);
        }
        let present = self.live.present(member);
        if restart {
            return;
        }
        // A new connection is up when the relay says so, and knows nothing of what was wanted of the old one.
        (present.is_up, present.is_told) = (false, true);
        let wants: Vec<WantOne> = present
            .wants
            .iter()
            .map(|(slot, max_height)| WantOne { slot: *slot, max_height: *max_height })
            .collect();
        if !wants.is_empty() {
            self.patch(member, None, wants);
        }
    }

    fn answer_sdp(&mut self, socket: SocketId, id: CommandId, answer: RelayAnswer) {
        let (problem, again_ms) = match answer {
            RelayAnswer::Sdp { sdp, .. } => {
                if self.live.sockets.contains_key(&socket) {
                    self.send(socket, FromNode::Answer(Answer { id, sdp }));
                }
                return;
            }
            RelayAnswer::Refused { code, retry_after_ms } => (problem_of(&code), retry_after_ms),
            RelayAnswer::Done | RelayAnswer::Lost => (Problem::RelayAway, None),
        };
        self.problem_if_open(socket, id, problem, again_ms);
    }

    fn problem_if_open(&mut self, socket: SocketId, id: CommandId, problem: Problem, again_ms: Option<u64>) {
        if self.live.sockets.contains_key(&socket) {
            self.problem(socket, Some(id), problem, again_ms);
        }
    }
}

/// The page's word for the relay's.
fn problem_of(code: &str) -> Problem {
    match code {
        "relay-full" => Problem::RelayFull,
        "room-full" => Problem::VisitFull,
        "bad-sdp" => Problem::BadSdp,
        "nothing-to-restart" => Problem::MediaUnknown,
        _ => Problem::RelayAway,
    }
}
