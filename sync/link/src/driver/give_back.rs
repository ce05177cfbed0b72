//! Giving an upstream that was restored from a backup what it has lost, beside the session and on its connection. What the
//! upstream cannot take yet is offered again about every minute while the connection stands; an interrupted attempt is made
//! again by the next session: the upstream's welcome says what is still missing.

use holdfast_core::id::ActorId;
use holdfast_core::message::{Reach, Request, Response, StateItem};
use holdfast_store::StoreError;
use holdfast_store::give_back::Owed;
use holdfast_store::writer::Writer;

use super::ask::{AskError, exchange};
use crate::transport::Connection;

/// Segments read from the store in one go.
const READ_AHEAD: u32 = 8;

/// Why an attempt ended early.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error("{0}")]
    Ask(#[from] AskError),
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("the upstream gave an answer of another kind")]
    Answer,
}

impl Stopped {
    fn code(&self) -> &str {
        match self {
            Self::Ask(error) => error.code(),
            Self::Store(error) => error.code(),
            Self::Answer => "protocol",
        }
    }
}

pub(super) struct GiveBack {
    pub(super) connection: Connection,
    pub(super) writer: Writer,
    pub(super) upstream: ActorId,
}

/// Resources by number: those after the first, through the last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Stretch {
    after: i64,
    through: i64,
}

pub(super) const EVERYTHING: Stretch = Stretch { after: 0, through: i64::MAX };

impl GiveBack {
    /// Pushes what the upstream lacks of own earlier logs (`known` is what it has), then gives back what it had said itself
    /// in these stretches. Those in which something still waits: for another replica's saves, or for a scrub.
    pub(super) async fn run(self, known: Option<Vec<Reach>>, stretches: Vec<Stretch>) -> Vec<Stretch> {
        if let Some(known) = known
            && let Err(error) = self.logs(known).await
        {
            tracing::warn!(error.code = error.code(), error = %error, "an earlier log was not given back");
        }
        self.states(&stretches).await.unwrap_or_else(|error| {
            tracing::warn!(error.code = error.code(), error = %error, "what the upstream had said was not given back");
            stretches
        })
    }

    async fn ask(&self, request: Request) -> Result<Response, AskError> {
        Ok(exchange(&self.connection, self.upstream, &request).await?.response)
    }

    async fn logs(&self, known: Vec<Reach>) -> Result<(), Stopped> {
        for owed in self.writer.call(move |records| records.owed(&known)).await? {
            self.log(owed).await?;
        }
        Ok(())
    }

    async fn log(&self, mut owed: Owed) -> Result<(), Stopped> {
        loop {
            let segments = self.writer.call(move |records| records.outgoing_of(owed, READ_AHEAD)).await?;
            let Some(last) = segments.last().map(|segment| segment.last) else { return Ok(()) };
            for segment in segments {
                let Response::Ack { .. } = self.ask(Request::Push { segment: segment.bytes }).await? else {
                    return Err(Stopped::Answer);
                };
            }
            owed.after = last;
        }
    }

    async fn states(&self, stretches: &[Stretch]) -> Result<Vec<Stretch>, Stopped> {
        let (upstream, mut waiting) = (self.upstream, Vec::new());
        if !self.writer.call(move |records| records.may_have_to_give_back(upstream)).await? {
            return Ok(waiting);
        }
        let (former, _) = self.give(Vec::new()).await?;
        let stretches = if former.is_empty() { &[] } else { stretches };
        for Stretch { mut after, through } in stretches.iter().copied() {
            while after < through {
                let of = former.clone();
                let found = self.writer.call(move |records| records.offers(&of, after)).await?;
                let Some(found) = found else { break };
                let mut waits = found.damaged;
                if !found.states.is_empty() {
                    waits += self.give(found.states).await?.1;
                }
                if waits > 0 {
                    waiting.push(Stretch { after, through: found.last });
                }
                after = found.last;
            }
        }
        if waiting.is_empty() {
            self.writer.call(move |records| records.gave_back(upstream)).await?;
        } else {
            tracing::info!(
                op.count = waiting.len(),
                "the upstream takes more back once other replicas have sent theirs; it is offered again in a minute"
            );
        }
        Ok(waiting)
    }

    async fn give(&self, states: Vec<StateItem>) -> Result<(Vec<Reach>, u64), Stopped> {
        let actor = self.writer.records().actor();
        match self.ask(Request::GiveBack { actor, states }).await? {
            Response::Lacking { former, later } => Ok((former, later)),
            _ => Err(Stopped::Answer),
        }
    }
}
