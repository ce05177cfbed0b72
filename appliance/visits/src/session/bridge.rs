//! People by telephone.

use super::commands::Speaker;
use super::kept::{Member, Reply};
use super::live::{Asked, Outcome};
use super::output::{LeftWhy, Request};
use super::place::clean;
use super::visit::Visit;
use crate::ids::{AskId, CommandId, MemberId};
use crate::limits::MEMBERS;
use crate::messages::{Bridge, BridgeDo, MemberState, Phone, Problem, Role};

impl Visit {
    pub(super) fn bridge(&mut self, by: &Speaker, id: &CommandId, bridge: Bridge) -> Outcome {
        let member = match (bridge.what, bridge.member) {
            (_, Some(member)) if self.member(&member).is_none_or(Member::is_clinician) => {
                return Err(Problem::NoSuchMember);
            }
            (BridgeDo::HangUp, Some(member)) => {
                self.hang_up(&member);
                return Ok(Reply::Done);
            }
            (BridgeDo::HangUp, None) => return Err(Problem::BadMessage),
            (BridgeDo::Call, Some(member)) => member,
            (BridgeDo::Call, None) => self.caller(bridge.phone.as_deref(), bridge.name.as_deref())?,
        };
        if !self.member(&member).is_some_and(Member::is_in) && !self.has_room() {
            return Err(Problem::VisitFull);
        }
        if let Some(one) = self.change(&member) {
            one.phone = Some(Phone::Ringing);
        }
        let request = Request::Call { member: member.clone(), phone: bridge.phone };
        let (socket, id, by) = (by.socket, id.clone(), by.member.clone());
        self.ask(request, Asked::Phone { by, socket, id, member, is_call: true });
        Ok(Reply::Pending)
    }

    /// A member for somebody new.
    fn caller(&mut self, phone: Option<&str>, name: Option<&str>) -> Result<MemberId, Problem> {
        let name = name.map(clean).filter(|name| !name.is_empty());
        let (Some(_), Some(name)) = (phone, name) else { return Err(Problem::BadMessage) };
        if self.kept.members.len() >= MEMBERS || !self.has_room() {
            return Err(Problem::VisitFull);
        }
        self.kept.calls += 1;
        let member =
            MemberId::new(format!("telephone.{}", self.kept.calls)).map_err(|_| Problem::BridgeFailed)?;
        let one = Member::new(&name, Role::Family, MemberState::Away, self.now_ms());
        self.kept.members.insert(member.clone(), one);
        self.unsaved();
        Ok(member)
    }

    pub(super) fn hang_up(&mut self, member: &MemberId) {
        if self.member(member).is_some_and(|one| one.phone.is_some()) {
            self.ask(Request::HangUp { member: member.clone() }, Asked::HangUp);
            self.phone(member, None);
        }
    }

    pub(super) fn bridged(&mut self, ask: AskId, answer: Result<(), Problem>) {
        let Some(Asked::Phone { by, socket, id, member, is_call }) = self.live.asked.remove(&ask) else {
            return;
        };
        let reply = match answer {
            Ok(()) => Reply::Done,
            Err(Problem::BridgeOff) => Reply::Refused(Problem::BridgeOff),
            Err(_) => Reply::Refused(Problem::BridgeFailed),
        };
        if answer.is_err() && is_call {
            self.phone(&member, Some(Phone::Failed));
        }
        if let Some(one) = self.change(&by) {
            one.remember(id.clone(), reply);
        }
        let sockets = match self.live.sockets.contains_key(&socket) {
            true => vec![socket],
            false => self.live.sockets_of(&by),
        };
        for socket in sockets {
            self.reply(socket, &id, reply);
        }
    }

    /// A telephone rings, is answered, or is gone. Whom a clinician called is let in by that.
    pub(super) fn phone(&mut self, member: &MemberId, phone: Option<Phone>) {
        // A call that nobody ordered, or that was hung up here, lets nobody in.
        let Some(known) = self.member(member).and_then(|one| one.phone) else { return };
        if phone == Some(known) {
            return;
        }
        if let Some(one) = self.change(member) {
            one.phone = phone;
        }
        if self.kept.finished.is_some() {
            return;
        }
        let is_in = self.member(member).is_some_and(Member::is_in);
        match phone {
            Some(Phone::Connected) if !is_in && self.has_room() => self.let_in(member),
            Some(Phone::Connected) if !is_in => self.hang_up(member),
            None | Some(Phone::Failed) => self.without_phone(member),
            _ => {}
        }
    }

    /// Who has no page goes with their telephone.
    fn without_phone(&mut self, member: &MemberId) {
        let has_page = self.member(member).is_some_and(|one| one.was_here);
        if has_page || !self.member(member).is_some_and(Member::is_in) {
            return;
        }
        let now_ms = self.now_ms();
        self.out_of_room(member, LeftWhy::HungUp, now_ms);
        if let Some(one) = self.change(member) {
            (one.state, one.since_ms) = (MemberState::Left, now_ms);
        }
    }
}
