//! Where somebody is: let in, put out, gone.

use super::kept::Member;
use super::live::Asked;
use super::output::{LeftWhy, Request, What};
use super::visit::Visit;
use crate::ids::MemberId;
use crate::limits::PEOPLE;
use crate::messages::{
    Asked as AskedMessage, ClinicianIs, EndedWhy, FromNode, Knock, MemberState, Problem, You, YouWhy,
};

impl Visit {
    pub(super) fn knock(&mut self, member: &MemberId, knock: &Knock) -> Result<(), Problem> {
        let one = self.member(member).ok_or(Problem::NoSuchMember)?;
        if one.is_in() {
            return Ok(());
        }
        let is_at_once = one.is_clinician() || one.may_return || self.is_broken_admission();
        if is_at_once && !self.has_room() {
            return Err(Problem::VisitFull);
        }
        let is_again = one.state == MemberState::Waiting;
        if let Some(name) = knock.name.as_deref().map(clean).filter(|name| !name.is_empty())
            && let Some(one) = self.change(member)
        {
            one.name = name;
        }
        if is_at_once {
            self.let_in(member);
        } else if !is_again {
            self.fact(What::Knocked { member: member.clone() });
            self.place(member, MemberState::Waiting, None, None);
            self.announce(member);
        }
        Ok(())
    }

    fn announce(&mut self, member: &MemberId) {
        let Some(one) = self.member(member) else { return };
        let asked = FromNode::Asked(AskedMessage {
            member: member.clone(),
            name: one.name.clone(),
            role: one.role,
            language: one.language.clone(),
            since_ms: one.since_ms,
        });
        self.tell_those(&asked, Member::is_clinician);
    }

    /// Whether one more can be in.
    pub(super) fn has_room(&self) -> bool {
        self.kept.members.values().filter(|one| one.is_in()).count() < PEOPLE
    }

    /// Lets somebody in who may be: the caller has looked at that, and at the room there is.
    pub(super) fn let_in(&mut self, member: &MemberId) {
        let now_ms = self.now_ms();
        let Some(one) = self.change(member) else { return };
        one.may_return = true;
        one.first_in_ms.get_or_insert(now_ms);
        let (role, name, is_clinician) = (one.role, one.name.clone(), one.is_clinician());
        self.fact(What::Joined { member: member.clone(), role });
        self.place(member, MemberState::In, Some(YouWhy::Admitted), None);
        self.send_slots(member);
        if is_clinician {
            self.set_status(ClinicianIs::Ready, None, Some(name));
        }
        let are_in = self.kept.members.values().filter(|one| one.is_in()).count();
        if are_in > 1 && self.kept.started_ms.is_none() {
            self.kept.started_ms = Some(now_ms);
            self.fact(What::Started);
        }
    }

    /// Another state, told to the one whose it is.
    fn place(&mut self, member: &MemberId, state: MemberState, why: Option<YouWhy>, reason: Option<String>) {
        let since_ms = self.now_ms();
        let Some(one) = self.change(member) else { return };
        (one.state, one.since_ms) = (state, since_ms);
        self.tell(member, &FromNode::You(You { state, since_ms, why, reason }));
    }

    /// Sent away or put out, and not to come back unasked.
    pub(super) fn put_out(
        &mut self,
        member: &MemberId,
        state: MemberState,
        why: YouWhy,
        reason: Option<String>,
    ) {
        self.out_of_room(member, LeftWhy::Removed, self.now_ms());
        if let Some(one) = self.change(member) {
            one.may_return = false;
        }
        self.place(member, state, Some(why), reason);
    }

    /// If they were in, they are so no more, since `at_ms`; and the relay forgets them.
    pub(super) fn out_of_room(&mut self, member: &MemberId, why: LeftWhy, at_ms: u64) {
        let Some(one) = self.kept.members.get_mut(member) else { return };
        let was_in = one.is_in();
        let had_media = one.media.take().is_some();
        one.slots.audio.clear();
        one.slots.video.clear();
        if was_in {
            one.state = MemberState::Left;
            one.sends = [false; 3];
            (one.level, one.level_why) = (None, None);
            self.fact_at(at_ms, What::Left { member: member.clone(), why });
        }
        let present = self.live.present(member);
        (present.is_up, present.degrade, present.quality) = (false, None, None);
        present.wants.clear();
        self.unsaved();
        if was_in || had_media {
            self.forget(member);
        }
    }

    /// The relay is to forget a member; asked until it has.
    pub(super) fn forget(&mut self, member: &MemberId) {
        self.kept.to_forget.insert(member.clone());
        self.unsaved();
        self.ask(Request::Delete { member: member.clone() }, Asked::Forget { member: member.clone() });
    }

    /// It is over for a member: state, relay, sockets.
    pub(super) fn finish(&mut self, member: &MemberId, why: LeftWhy, said: EndedWhy) {
        let now_ms = self.now_ms();
        self.out_of_room(member, why, now_ms);
        if let Some(one) = self.kept.members.get_mut(member)
            && one.state != MemberState::Away
        {
            (one.state, one.since_ms) = (MemberState::Left, now_ms);
            self.unsaved();
        }
        for socket in self.live.sockets_of(member) {
            self.send_ended(socket, said);
        }
    }

    pub(super) fn revoke(&mut self, member: &MemberId) {
        let Some(one) = self.change(member) else { return };
        (one.is_revoked, one.may_return) = (true, false);
        self.finish(member, LeftWhy::Revoked, EndedWhy::Revoked);
    }
}

/// A name as it is shown: without what would hide or turn around what stands beside it.
pub(super) fn clean(name: &str) -> String {
    let is_turn =
        |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}' | '\u{feff}');
    let shown: String = name.chars().filter(|c| !c.is_control() && !is_turn(*c)).collect();
    shown.trim().to_owned()
}
