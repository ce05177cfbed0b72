//! A frame on a socket: read, counted, done, answered.

use super::kept::Reply;
use super::live::Outcome;
use super::output::{LeftWhy, Output};
use super::visit::Visit;
use crate::ids::{CommandId, MemberId, SocketId};
use crate::limits::{CLOSED_RULE, FLOOD, RELAY_AWAY_AGAIN_MS, RELAY_FULL_AGAIN_MS};
use crate::messages::{Done, EndedWhy, FromNode, FromPage, Part, Pong, Problem, ProblemMessage, read_frame};

/// Who says something, and where.
#[derive(Debug, Clone)]
pub(super) struct Speaker {
    pub(super) member: MemberId,
    pub(super) socket: SocketId,
    pub(super) part: Part,
}

impl Visit {
    pub(super) fn frame(&mut self, socket: SocketId, frame: &[u8]) {
        let now_ms = self.now_ms();
        // One that was closed may still say something.
        let Some(one) = self.live.sockets.get_mut(&socket) else { return };
        one.heard_ms = now_ms;
        if let Err(again_ms) = one.bucket.take(now_ms) {
            one.excess += 1;
            let excess = one.excess;
            return self.too_fast(socket, frame, again_ms, excess);
        }
        one.excess = 0;
        let speaker = Speaker { member: one.member.clone(), socket, part: one.part };
        match read_frame(frame) {
            Ok(frame) => self.said(&speaker, frame.id, frame.message),
            Err((id, problem)) => self.problem(socket, id, problem, None),
        }
    }

    fn too_fast(&mut self, socket: SocketId, frame: &[u8], again_ms: u64, excess: u32) {
        if excess > FLOOD {
            return self.close(socket, CLOSED_RULE);
        }
        let id = match read_frame(frame) {
            Ok(frame) => frame.id,
            Err((id, _)) => id,
        };
        if id.is_some() || excess == 1 {
            self.problem(socket, id, Problem::TooFast, Some(again_ms));
        }
    }

    pub(super) fn problem(
        &mut self,
        socket: SocketId,
        id: Option<CommandId>,
        problem: Problem,
        again_ms: Option<u64>,
    ) {
        let again_ms = again_ms.or(match problem {
            Problem::RelayAway => Some(RELAY_AWAY_AGAIN_MS),
            Problem::RelayFull => Some(RELAY_FULL_AGAIN_MS),
            _ => None,
        });
        let message = ProblemMessage {
            id,
            code: problem.code().to_owned(),
            text: Some(problem.to_string()),
            retry_after_ms: again_ms,
        };
        self.send(socket, FromNode::Problem(message));
    }

    fn said(&mut self, by: &Speaker, id: Option<CommandId>, message: FromPage) {
        let refused = match message {
            FromPage::Ping(ping) => {
                self.send(by.socket, FromNode::Pong(Pong { t: ping.t }));
                None
            }
            FromPage::AskIce(_) => {
                let ice = self.live.ice.servers(&self.kept.facts.visit, &by.member, self.now_ms());
                self.send(by.socket, FromNode::Ice(ice));
                None
            }
            FromPage::Want(want) => self.want(by, &want.wants).err(),
            FromPage::Caption(caption) => self.caption(by, caption).err(),
            FromPage::Stats(stats) => self.stats(by, stats.stats).err(),
            FromPage::Offer(offer) => self.offer(by, offer).err(),
            FromPage::Check(check) => self.check(by, check).err(),
            FromPage::Media(media) => {
                let done = self.media(by, &media);
                self.reply(by.socket, &media.id, done.map_or_else(Reply::Refused, |()| Reply::Done));
                return;
            }
            FromPage::Hello(_) => Some(Problem::BadMessage),
            FromPage::Unknown => None,
            command => match id {
                Some(id) => return self.command(by, id, command),
                None => Some(Problem::BadMessage),
            },
        };
        if let Some(problem) = refused {
            self.problem(by.socket, id, problem, None);
        }
    }

    /// A command that is done once: what was answered is answered again.
    fn command(&mut self, by: &Speaker, id: CommandId, command: FromPage) {
        let known = self.member(&by.member).and_then(|one| one.answer(&id));
        if let Some(reply) = known.filter(|_| !self.is_broken_ids()) {
            return self.reply(by.socket, &id, reply);
        }
        let at = self.live.out.len();
        let outcome = self.execute(by, &id, command);
        let reply = outcome.unwrap_or_else(Reply::Refused);
        // What may go well a moment later is not held against the same id.
        if !matches!(reply, Reply::Refused(problem) if problem.is_retryable())
            && let Some(one) = self.change(&by.member)
        {
            one.remember(id.clone(), reply);
        }
        // The answer comes before what follows of it.
        let rest = self.live.out.split_off(at);
        self.reply(by.socket, &id, reply);
        self.live.out.extend(rest);
    }

    pub(super) fn reply(&mut self, socket: SocketId, id: &CommandId, reply: Reply) {
        match reply {
            Reply::Done => {
                self.live.out.push(Output::Send { socket, message: FromNode::Done(Done { id: id.clone() }) })
            }
            Reply::Refused(problem) => self.problem(socket, Some(id.clone()), problem, None),
            Reply::Pending => {}
        }
    }

    fn execute(&mut self, by: &Speaker, id: &CommandId, command: FromPage) -> Outcome {
        let who = &by.member;
        match command {
            FromPage::Knock(knock) => self.knock(who, &knock)?,
            FromPage::Chat(chat) => self.chat(who, &chat.text)?,
            FromPage::Trouble(trouble) => self.trouble(who, trouble.kind, trouble.text)?,
            FromPage::Leave(_) => self.finish(who, LeftWhy::Went, EndedWhy::Left),
            of_clinicians => {
                if !self.member(who).is_some_and(super::kept::Member::is_clinician) {
                    return Err(Problem::NotAllowed);
                }
                return self.of_clinician(by, id, of_clinicians);
            }
        }
        Ok(Reply::Done)
    }
}
