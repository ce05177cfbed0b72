//! Who leads: exactly one, once a clinician was here.

use super::kept::Member;
use super::output::What;
use super::visit::Visit;
use crate::ids::MemberId;
use crate::messages::{ClinicianIs, FromNode, HandedOver, MemberState};

impl Visit {
    /// Somebody else leads from now on.
    pub(super) fn lead(&mut self, to: MemberId) {
        if self.kept.leader.as_ref() == Some(&to) {
            return;
        }
        let from = self.kept.leader.replace(to.clone());
        self.unsaved();
        if let Some(from) = from {
            self.fact(What::HandedOver { from: from.clone(), to: to.clone() });
            self.tell_those(&FromNode::HandedOver(HandedOver { from, to }), Member::is_clinician);
        }
    }

    /// If nobody leads, or who did is gone: the clinician who is in for longest does. One who was handed it and has not come yet
    /// is waited for.
    pub(super) fn settle_lead(&mut self) {
        if self.kept.finished.is_some() {
            return;
        }
        let is_gone = |one: &Member| {
            one.is_revoked || (one.was_here && matches!(one.state, MemberState::Away | MemberState::Left))
        };
        let leader = self.kept.leader.as_ref().and_then(|leader| self.member(leader));
        if leader.is_some_and(|one| !is_gone(one)) {
            return;
        }
        let can = |one: &Member| one.is_clinician() && !one.is_revoked && one.was_here;
        let is_there = |one: &Member| match self.kept.leader {
            Some(_) => one.is_in(),
            None => !is_gone(one),
        };
        let next = self.kept.members.iter().filter(|(_, one)| can(one) && is_there(one));
        let next = next.min_by_key(|(_, one)| (!one.is_in(), one.since_ms)).map(|(member, _)| member.clone());
        if let Some(next) = next {
            self.lead(next);
        }
    }

    /// With the last clinician gone, nobody is ready.
    pub(super) fn settle_status(&mut self) {
        let is_there = |one: &Member| {
            one.is_clinician()
                && !matches!(one.state, MemberState::Away | MemberState::Left)
                && !one.is_revoked
        };
        if self.kept.status.state != ClinicianIs::Away && !self.kept.members.values().any(is_there) {
            self.set_status(ClinicianIs::Away, None, None);
        }
    }
}
