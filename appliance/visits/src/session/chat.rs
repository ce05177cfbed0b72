//! What people say, and how they fare.

use super::commands::Speaker;
use super::kept::Member;
use super::output::{Output, What};
use super::visit::Visit;
use crate::ids::MemberId;
use crate::limits::CHAT_LINES;
use crate::messages::{
    Caption, CaptionMessage, ChatLine, FromNode, Problem, Role, Stats, TroubleKind, TroubleMessage,
};

impl Visit {
    pub(super) fn chat(&mut self, member: &MemberId, text: &str) -> Result<(), Problem> {
        let one = self.member(member).filter(|one| one.is_in()).ok_or(Problem::NotAdmitted)?;
        if text.trim().is_empty() {
            return Err(Problem::BadMessage);
        }
        let line = ChatLine {
            seq: self.kept.lines + 1,
            member: member.clone(),
            name: one.name.clone(),
            at_ms: self.now_ms(),
            text: text.to_owned(),
        };
        self.kept.lines += 1;
        self.kept.chat.push_back(line.clone());
        if self.kept.chat.len() > CHAT_LINES {
            self.kept.chat.pop_front();
        }
        self.fact(What::Chat(line.clone()));
        self.tell_those(&FromNode::Chat(line), Member::is_in);
        Ok(())
    }

    /// The lines that a welcome repeats: all for a clinician; for others, what was said since they were let in first.
    pub(super) fn chat_for(&self, one: &Member) -> Vec<ChatLine> {
        let from_ms = match (one.sees_others(), one.is_clinician()) {
            (false, _) => return vec![],
            (true, true) => 0,
            (true, false) => one.first_in_ms.unwrap_or(u64::MAX),
        };
        self.kept.chat.iter().filter(|line| line.at_ms >= from_ms).cloned().collect()
    }

    pub(super) fn caption(&mut self, by: &Speaker, caption: Caption) -> Result<(), Problem> {
        let one = self.member(&by.member).filter(|one| one.is_in()).ok_or(Problem::NotAdmitted)?;
        if !matches!(one.role, Role::Interpreter | Role::Clinician) {
            return Err(Problem::NotAllowed);
        }
        let caption =
            CaptionMessage { text: caption.text, member: by.member.clone(), name: one.name.clone() };
        self.tell_those(&FromNode::Caption(caption), Member::is_in);
        Ok(())
    }

    pub(super) fn trouble(
        &mut self,
        member: &MemberId,
        kind: TroubleKind,
        text: Option<String>,
    ) -> Result<(), Problem> {
        let one = self.member(member).ok_or(Problem::NoSuchMember)?;
        let (member, name) = (member.clone(), one.name.clone());
        self.fact(What::Trouble { member: member.clone(), kind });
        let trouble = TroubleMessage { member, name, kind, text, at_ms: self.now_ms() };
        self.tell_those(&FromNode::Trouble(trouble), Member::is_clinician);
        Ok(())
    }

    pub(super) fn stats(&mut self, by: &Speaker, stats: Stats) -> Result<(), Problem> {
        if !self.member(&by.member).is_some_and(Member::is_in) {
            return Err(Problem::NotAdmitted);
        }
        self.live.present(&by.member).quality = Some(stats.quality);
        if self.member(&by.member).is_some_and(|one| one.level != Some(stats.level))
            && let Some(one) = self.change(&by.member)
        {
            one.level = Some(stats.level);
        }
        self.live.out.push(Output::Figures { member: by.member.clone(), stats: Box::new(stats) });
        Ok(())
    }
}
