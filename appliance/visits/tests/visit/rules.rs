//! What has to hold after each step, seen from outside.

use crate::play::{NAMES, Play};
use holdfast_visits::ids::{MemberId, SocketId};
use holdfast_visits::messages::{FromNode, MemberState, People, Role};
use holdfast_visits::session::{Output, Request, Snapshot, What};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn states(snapshot: &Snapshot) -> BTreeMap<MemberId, (Role, MemberState)> {
    snapshot.members().map(|(member, role, state)| (member.clone(), (role, state))).collect()
}

pub(crate) fn ensure(holds: bool, rule: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(rule.to_owned()) }
}

impl Play {
    /// Nobody is in who was not admitted.
    pub(crate) fn admissions(
        &mut self,
        before: &BTreeMap<MemberId, (Role, MemberState)>,
        after: &BTreeMap<MemberId, (Role, MemberState)>,
        said: Option<(&MemberId, &Value)>,
    ) -> Result<(), String> {
        for (member, (role, state)) in after {
            let was = before.get(member).map(|one| one.1);
            let names_them = |kind: &str| {
                let is_clinician = |by: &MemberId| before.get(by).is_some_and(|one| one.0 == Role::Clinician);
                said.is_some_and(|(by, message)| {
                    message["type"] == kind && message["member"] == member.as_str() && is_clinician(by)
                })
            };
            if *state == MemberState::In && was != Some(MemberState::In) && *role != Role::Clinician {
                let is_admitted = names_them("admit") && was == Some(MemberState::Waiting);
                let returns = self.admitted.contains(member)
                    && said.is_some_and(|(by, message)| by == member && message["type"] == "knock");
                ensure(is_admitted || returns, "nobody is in who was not admitted")?;
                self.admitted.insert(member.clone());
            }
            if was != Some(*state) && (names_them("remove") || names_them("decline")) {
                self.admitted.remove(member);
            }
        }
        Ok(())
    }

    /// At most one live socket a member and part.
    pub(crate) fn sockets(&mut self, outputs: &[Output]) -> Result<(), String> {
        for output in outputs {
            match output {
                Output::Send { socket, message: FromNode::Welcome(welcome) } => {
                    let is_control = self.controls.contains(socket);
                    self.live.insert(*socket, (welcome.you.member.clone(), is_control));
                    self.has_clinician |= welcome.you.role == Role::Clinician;
                }
                Output::Close { socket, .. } => drop(self.live.remove(socket)),
                _ => {}
            }
        }
        let parts: BTreeSet<&(MemberId, bool)> = self.live.values().collect();
        ensure(parts.len() == self.live.len(), "a member has one live socket a part")
    }

    pub(crate) fn facts(
        &mut self,
        outputs: &[Output],
        after: &BTreeMap<MemberId, (Role, MemberState)>,
    ) -> Result<(), String> {
        for output in outputs {
            let Output::Fact(fact) = output else { continue };
            let in_turn = match &fact.what {
                What::Joined { member, .. } => self.in_by_facts.insert(member.clone()),
                What::Left { member, .. } => self.in_by_facts.remove(member),
                _ => true,
            };
            ensure(in_turn, "facts say in turn who joined and left")?;
        }
        let are_in =
            after.iter().filter(|(_, one)| one.1 == MemberState::In).map(|(member, _)| member.clone());
        ensure(are_in.collect::<BTreeSet<_>>() == self.in_by_facts, "facts tell who is in")
    }

    pub(crate) fn counts(&mut self, outputs: &[Output], after: &Snapshot) -> Result<(), String> {
        let are_in = after.members().filter(|(_, _, state)| *state == MemberState::In).count();
        ensure(are_in <= 6, "six are in at most")?;
        ensure(after.leader().is_some() == self.has_clinician, "one leads once a clinician was here")?;
        for output in outputs {
            let Output::Send { socket, message: FromNode::People(People { people }) } = output else {
                continue;
            };
            let leaders = people.iter().filter(|one| one.leads == Some(true)).count();
            ensure(leaders <= 1, "one leads")?;
            let last = self.people_ms.insert(*socket, self.world.now_ms);
            let is_slow = last.is_none_or(|last| last + 250 <= self.world.now_ms);
            ensure(is_slow, "people are told four times a second at most")?;
        }
        Ok(())
    }
}

/// Who is not in, and no clinician, hears of nobody but the clinician whose status they are told.
pub(crate) fn privacy(
    live: &BTreeMap<SocketId, (MemberId, bool)>,
    outputs: &[Output],
    after: &BTreeMap<MemberId, (Role, MemberState)>,
) -> Result<(), String> {
    for output in outputs {
        let Output::Send { socket, message } = output else { continue };
        let Some((member, _)) = live.get(socket) else { continue };
        let may_hear = after
            .get(member)
            .is_some_and(|(role, state)| *state == MemberState::In || *role == Role::Clinician);
        let mut value = serde_json::to_value(message).expect("JSON");
        if may_hear {
            continue;
        }
        for status in [json!("status"), json!("welcome")] {
            if value["type"] == status {
                let status = if status == "status" { &mut value } else { &mut value["status"] };
                status.as_object_mut().expect("an object").remove("name");
            }
        }
        let text = value.to_string();
        let others = NAMES.iter().filter(|(name, _)| *name != member.as_str());
        let heard = others.filter(|(name, _)| text.contains(name)).count();
        ensure(heard == 0, "who was not let in hears of nobody")?;
    }
    Ok(())
}

/// What is ended stays so.
pub(crate) fn ended(before: &Snapshot, after: &Snapshot, outputs: &[Output]) -> Result<(), String> {
    let Some(finished) = before.finished() else { return Ok(()) };
    let rule = "what is ended stays ended";
    ensure(after.finished().is_some_and(|now| now.at_ms == finished.at_ms), rule)?;
    ensure(after.members().all(|(_, _, state)| state != MemberState::In), rule)?;
    let goes_on = |output: &Output| match output {
        Output::Send { message, .. } => matches!(message, FromNode::Welcome(_) | FromNode::Answer(_)),
        Output::Ask { request, .. } => matches!(request, Request::Put { .. }),
        _ => false,
    };
    ensure(!outputs.iter().any(goes_on), rule)
}
