//! What clinicians alone can do.

use super::commands::Speaker;
use super::kept::{Finished, Member, Reply};
use super::live::{Asked, Outcome};
use super::output::{LeftWhy, Request, What};
use super::visit::Visit;
use crate::ids::{CommandId, MemberId};
use crate::limits::MEMBERS;
use crate::messages::{
    ClinicStatus, ClinicianIs, EndedWhy, FromNode, FromPage, MemberState, Problem, Role, SaidStatus, Summary,
    YouWhy,
};

impl Visit {
    pub(super) fn of_clinician(&mut self, by: &Speaker, id: &CommandId, command: FromPage) -> Outcome {
        let who = &by.member;
        match command {
            FromPage::Status(status) => {
                let state = match status.state {
                    SaidStatus::Busy => ClinicianIs::Busy,
                    SaidStatus::Soon => ClinicianIs::Soon,
                    SaidStatus::Ready => ClinicianIs::Ready,
                };
                let name = self.member(who).map(|one| one.name.clone());
                self.set_status(state, status.minutes, name);
            }
            FromPage::Admit(admit) => self.admit(who, &admit.member)?,
            FromPage::Decline(decline) => self.decline(who, &decline.member, decline.reason)?,
            FromPage::Remove(remove) => self.remove(who, &remove.member, remove.back)?,
            FromPage::HandOver(over) => self.hand_over(who, &over.to)?,
            FromPage::End(end) => self.end(Some(who), end.summary, end.next),
            FromPage::Bridge(bridge) => return self.bridge(by, id, bridge),
            _ => return Err(Problem::BadMessage),
        }
        Ok(Reply::Done)
    }

    /// What those who are not in are told of the clinic's side.
    pub(super) fn set_status(&mut self, state: ClinicianIs, minutes: Option<u32>, name: Option<String>) {
        let old = &self.kept.status;
        if (old.state, old.minutes, &old.name) == (state, minutes, &name) {
            return;
        }
        let status = ClinicStatus { state, since_ms: self.now_ms(), minutes, name };
        self.kept.status = status.clone();
        self.unsaved();
        self.tell_those(&FromNode::Status(status), |one| !one.is_in());
    }

    fn admit(&mut self, by: &MemberId, member: &MemberId) -> Result<(), Problem> {
        let one = self.member(member).ok_or(Problem::NoSuchMember)?;
        match one.state {
            MemberState::In => Ok(()),
            MemberState::Waiting if !self.has_room() => Err(Problem::VisitFull),
            MemberState::Waiting => {
                self.fact(What::Admitted { member: member.clone(), by: by.clone() });
                self.let_in(member);
                Ok(())
            }
            // Who has not knocked may not be ready to be seen.
            _ => Err(Problem::NoSuchMember),
        }
    }

    fn decline(&mut self, by: &MemberId, member: &MemberId, reason: Option<String>) -> Result<(), Problem> {
        let one = self.member(member).ok_or(Problem::NoSuchMember)?;
        if one.state != MemberState::Waiting {
            return Err(if one.is_in() { Problem::NotAllowed } else { Problem::NoSuchMember });
        }
        self.fact(What::Declined { member: member.clone(), by: by.clone() });
        self.put_out(member, MemberState::Left, YouWhy::Declined, reason);
        Ok(())
    }

    fn remove(&mut self, by: &MemberId, member: &MemberId, back: bool) -> Result<(), Problem> {
        let one = self.member(member).ok_or(Problem::NoSuchMember)?;
        if one.is_clinician() {
            return Err(Problem::NotAllowed);
        }
        if !one.is_in() {
            return Err(Problem::NoSuchMember);
        }
        let is_by_phone = one.phone.is_some();
        self.fact(What::Removed { member: member.clone(), by: by.clone(), back });
        if is_by_phone {
            self.hang_up(member);
        }
        // Nobody waits at a telephone.
        match back && !is_by_phone {
            true => self.put_out(member, MemberState::Waiting, YouWhy::Back, None),
            false => self.put_out(member, MemberState::Left, YouWhy::Removed, None),
        }
        Ok(())
    }

    fn hand_over(&mut self, by: &MemberId, to: &str) -> Result<(), Problem> {
        if self.kept.leader.as_ref() != Some(by) {
            return Err(Problem::NotAllowed);
        }
        let listed = self.kept.clinicians.iter().find(|one| one.reference == to).cloned();
        let member = match &listed {
            Some(one) => one.member.clone(),
            None => MemberId::new(to).map_err(|_| Problem::NoSuchClinician)?,
        };
        match (self.member(&member), listed) {
            (Some(one), _) if one.is_clinician() && !one.is_revoked => {}
            (None, Some(one)) if self.kept.members.len() < MEMBERS => {
                let away = Member::new(&one.name, Role::Clinician, MemberState::Away, self.now_ms());
                self.kept.members.insert(member.clone(), away);
            }
            _ => return Err(Problem::NoSuchClinician),
        }
        self.lead(member);
        Ok(())
    }

    /// Ends it for all. Again, it adds a summary that was not there.
    pub(super) fn end(&mut self, by: Option<&MemberId>, summary: Option<String>, next: Option<String>) {
        let at_ms = self.now_ms();
        let is_summary = summary.is_some() || next.is_some();
        let summary = is_summary.then(|| Summary { text: summary.unwrap_or_default(), at_ms, next });
        if let Some(finished) = &mut self.kept.finished {
            if let (None, Some(summary)) = (&finished.summary, summary) {
                finished.summary = Some(summary.clone());
                self.fact(What::Summarised(summary));
            }
            return;
        }
        self.kept.finished = Some(Finished { at_ms, summary: summary.clone() });
        let members: Vec<MemberId> = self.kept.members.keys().cloned().collect();
        let calls = self.kept.members.iter().filter(|(_, one)| one.phone.is_some());
        let calls: Vec<MemberId> = calls.map(|(member, _)| member.clone()).collect();
        calls.iter().for_each(|member| self.hang_up(member));
        members.iter().for_each(|member| self.finish(member, LeftWhy::Ended, EndedWhy::Ended));
        self.fact(What::Ended { by: by.cloned() });
        if let Some(summary) = summary {
            self.fact(What::Summarised(summary));
        }
        self.kept.is_end_owed = true;
        self.kept.to_forget.clear();
        self.ask(Request::End, Asked::End);
    }
}
