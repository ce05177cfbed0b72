//! What concerns the relay, from the page's side.

use super::commands::Speaker;
use super::live::Asked;
use super::output::Request;
use super::visit::Visit;
use crate::ids::MemberId;
use crate::limits::{ASKS, SLOTS};
use crate::messages::{Check, FromNode, Media, Offer, Part, Problem, RelayIs, Slots, WantOne};

impl Visit {
    pub(super) fn offer(&mut self, by: &Speaker, offer: Offer) -> Result<(), Problem> {
        let one = self.member(&by.member).filter(|one| one.is_in()).ok_or(Problem::NotAdmitted)?;
        if by.part != Part::Room {
            return Err(Problem::NotAllowed);
        }
        let [audio, camera, screen] = one.sends;
        let role = one.role;
        self.can_ask(&offer.sdp)?;
        let device = self.live.sockets.get(&by.socket).map(|socket| socket.device.clone());
        let device = device.ok_or(Problem::NotAllowed)?;
        let (member, restart) = (by.member.clone(), offer.restart);
        let request =
            Request::Put { member: member.clone(), role, sdp: offer.sdp, restart, audio, camera, screen };
        self.ask(request, Asked::Offer { member, socket: by.socket, device, id: offer.id, restart });
        Ok(())
    }

    pub(super) fn check(&mut self, by: &Speaker, check: Check) -> Result<(), Problem> {
        self.can_ask(&check.sdp)?;
        let now_ms = self.now_ms();
        self.live.present(&by.member).checks.take(now_ms).map_err(|_| Problem::TooFast)?;
        let request = Request::Check { member: by.member.clone(), sdp: check.sdp };
        self.ask(request, Asked::Check { socket: by.socket, id: check.id });
        Ok(())
    }

    fn can_ask(&self, sdp: &str) -> Result<(), Problem> {
        if !sdp.starts_with("v=0") {
            return Err(Problem::BadSdp);
        }
        if self.live.relay.state == RelayIs::Away {
            return Err(Problem::RelayAway);
        }
        if self.live.asked.len() >= ASKS { Err(Problem::TooFast) } else { Ok(()) }
    }

    pub(super) fn media(&mut self, by: &Speaker, media: &Media) -> Result<(), Problem> {
        let one = self.member(&by.member).filter(|one| one.is_in()).ok_or(Problem::NotAdmitted)?;
        let sends = [media.audio, media.camera, media.screen];
        let (old, has_media) = (one.sends, one.media.is_some());
        if (old, one.level, one.level_why) == (sends, Some(media.level), media.level_why) {
            return Ok(());
        }
        if let Some(one) = self.change(&by.member) {
            (one.sends, one.level, one.level_why) = (sends, Some(media.level), media.level_why);
        }
        if has_media && old != sends {
            self.patch(&by.member, Some(sends), vec![]);
        }
        Ok(())
    }

    pub(super) fn want(&mut self, by: &Speaker, wants: &[WantOne]) -> Result<(), Problem> {
        let one = self.member(&by.member).filter(|one| one.is_in()).ok_or(Problem::NotAdmitted)?;
        let has_media = one.media.is_some();
        if wants.iter().any(|want| usize::from(want.slot) >= SLOTS) {
            return Err(Problem::BadMessage);
        }
        let known = &mut self.live.present(&by.member).wants;
        let is_new = |want: &&WantOne| known.get(&want.slot) != Some(&want.max_height);
        let changed: Vec<WantOne> = wants.iter().filter(is_new).copied().collect();
        known.extend(wants.iter().map(|want| (want.slot, want.max_height)));
        if has_media && !changed.is_empty() {
            self.patch(&by.member, None, changed);
        }
        Ok(())
    }

    pub(super) fn patch(&mut self, member: &MemberId, sends: Option<[bool; 3]>, wants: Vec<WantOne>) {
        let request = Request::Patch { member: member.clone(), sends, wants };
        self.ask(request, Asked::Change { member: member.clone() });
    }

    /// What is in the slots of a member's page, under a higher number than before: that of the clock, so that it is higher than what
    /// another process said, too.
    pub(super) fn send_slots(&mut self, member: &MemberId) {
        let slots = self.new_slots(member);
        self.tell_room(member, &FromNode::Slots(slots));
    }

    /// The same, for a welcome.
    pub(super) fn new_slots(&mut self, member: &MemberId) -> Slots {
        let now_ms = self.now_ms();
        let Some(one) = self.change(member) else { return Slots::default() };
        one.slots.rev = now_ms.max(one.slots.rev.saturating_add(1));
        one.slots.audio.resize(SLOTS, None);
        one.slots.video.resize(SLOTS, None);
        one.slots.clone()
    }
}
