//! Giving an upstream that was restored from a backup what it has lost, beside the session and on its connection. An
//! interrupted attempt is made again by the next session: the upstream's welcome says what is still missing.

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

impl GiveBack {
    /// Pushes what the upstream lacks of own earlier logs (`known` is what it has), then gives back what it had said itself.
    pub(super) async fn run(self, known: Vec<Reach>) {
        if let Err(error) = self.logs(known).await {
            tracing::warn!(error.code = error.code(), error = %error, "an earlier log was not given back");
        }
        match self.states().await {
            Ok(()) => {}
            Err(error) => {
                tracing::warn!(error.code = error.code(), error = %error, "what the upstream had said was not given back");
            }
        }
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

    async fn states(&self) -> Result<(), Stopped> {
        let upstream = self.upstream;
        if !self.writer.call(move |records| records.may_have_to_give_back(upstream)).await? {
            return Ok(());
        }
        let (former, mut waits) = self.give(Vec::new()).await?;
        let mut after = 0;
        while !former.is_empty() {
            let of = former.clone();
            let found = self.writer.call(move |records| records.offers(&of, after)).await?;
            let Some(found) = found else { break };
            waits += found.damaged;
            if !found.states.is_empty() {
                waits += self.give(found.states).await?.1;
            }
            after = found.last;
        }
        if waits > 0 {
            tracing::info!(
                op.count = waits,
                "the upstream takes more back once other replicas have sent theirs"
            );
            return Ok(());
        }
        Ok(self.writer.call(move |records| records.gave_back(upstream)).await?)
    }

    async fn give(&self, states: Vec<StateItem>) -> Result<(Vec<Reach>, u64), Stopped> {
        let actor = self.writer.records().actor();
        match self.ask(Request::GiveBack { actor, states }).await? {
            Response::Lacking { former, later } => Ok((former, later)),
            _ => Err(Stopped::Answer),
        }
    }
}
