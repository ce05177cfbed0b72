//! Handing on what replicas below have written, beside the session and on its connection: once it stands, and whenever
//! something was committed here. The upstream says what it has; a lost answer means the same again on the next connection.

use holdfast_core::id::ActorId;
use holdfast_core::message::{Reach, Request, Response};
use holdfast_store::StoreError;
use holdfast_store::give_back::Owed;
use holdfast_store::writer::Writer;

use super::GATHER;
use super::ask::{AskError, exchange};
use crate::transport::Connection;

/// Segments read from the store in one go.
const READ_AHEAD: u32 = 8;

/// Why it ended.
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

pub(super) struct Relay {
    pub(super) connection: Connection,
    pub(super) writer: Writer,
    pub(super) upstream: ActorId,
    pub(super) endpoint: String,
}

impl Relay {
    /// Hands on until the connection breaks or the upstream refuses; the next connection begins anew.
    pub(super) async fn run(self) {
        let mut commits = self.writer.commits();
        let mut met = Met::default();
        loop {
            commits.borrow_and_update();
            if let Err(error) = self.hand_on(&mut met).await {
                tracing::warn!(
                    error.code = error.code(), error = %error,
                    "what replicas below have written waits here for the next connection"
                );
                return;
            }
            if commits.changed().await.is_err() {
                return;
            }
            tokio::time::sleep(GATHER).await;
        }
    }

    async fn hand_on(&self, met: &mut Met) -> Result<(), Stopped> {
        let below = self.writer.call(|records| records.below()).await?;
        if below.iter().any(|one| !met.introduced.contains(&one.actor)) {
            let actor = self.writer.records().actor();
            let Response::Welcome { known, .. } =
                self.ask(Request::Introduce { actor, below: below.clone() }).await?
            else {
                return Err(Stopped::Answer);
            };
            met.introduced = below.iter().map(|one| one.actor).collect();
            self.acknowledge(&known).await?;
            met.known = known;
        }
        let known = met.known.clone();
        for owed in self.writer.call(move |records| records.owed_below(&below, &known)).await? {
            if !met.refused.contains(&owed.actor) {
                self.log(owed, met).await?;
            }
        }
        Ok(())
    }

    async fn log(&self, mut owed: Owed, met: &mut Met) -> Result<(), Stopped> {
        loop {
            let segments = self.writer.call(move |records| records.outgoing_below(owed, READ_AHEAD)).await?;
            if segments.is_empty() {
                return Ok(());
            }
            for (segment, hash) in segments {
                let reach = Reach { actor: owed.actor, lane: owed.lane, seq: segment.last, hash };
                match self.ask(Request::Push { segment: segment.bytes }).await {
                    Ok(Response::Ack { .. }) => {}
                    Ok(_) => return Err(Stopped::Answer),
                    // One log that is not taken must not hold up the others.
                    Err(AskError::Refused { code, message, .. }) => {
                        tracing::warn!(error.code = code, message, "the log of a replica below is not taken");
                        met.refused.push(owed.actor);
                        return Ok(());
                    }
                    Err(error) => return Err(error.into()),
                }
                self.acknowledge(&[reach]).await?;
                met.known.retain(|known| (known.actor, known.lane) != (reach.actor, reach.lane));
                met.known.push(reach);
                owed.after = reach.seq;
            }
        }
    }

    /// Notes what is durable above: patients of whom something waits are not let go here.
    async fn acknowledge(&self, reached: &[Reach]) -> Result<(), Stopped> {
        let (endpoint, upstream, reached) = (self.endpoint.clone(), self.upstream, reached.to_vec());
        let note = move |records: &holdfast_store::Records| {
            reached.iter().try_for_each(|r| records.acknowledge(&endpoint, upstream, r.actor, r.lane, r.seq))
        };
        Ok(self.writer.call(note).await?)
    }

    async fn ask(&self, request: Request) -> Result<Response, AskError> {
        Ok(exchange(&self.connection, self.upstream, &request).await?.response)
    }
}

/// What the upstream has been told and has said on this connection.
#[derive(Default)]
struct Met {
    introduced: Vec<ActorId>,
    known: Vec<Reach>,
    /// Logs that it does not take.
    refused: Vec<ActorId>,
}
