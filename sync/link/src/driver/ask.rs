//! Questions beside the session: healing, looking for a patient, letting one go. They travel on the session's own
//! connection and are answered by the upstream that the session stands with.

use holdfast_core::id::ActorId;
use holdfast_core::message::{Request, Response};
use tokio::sync::oneshot;

use super::perform::Event;
use super::{Input, Link};
use crate::serve;
use crate::transport::{Connection, TransportError};

/// An answer, and the database that gave it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The upstream database's incarnation.
    pub upstream: ActorId,
    /// What it said; never [`Response::Refused`].
    pub response: Response,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// No session stands.
    #[error("the upstream cannot be asked: the link is down; try again when it is up")]
    Down,
    /// The upstream refused.
    #[error("the upstream refused: {message}")]
    Refused {
        /// Stable code.
        code: String,
        /// What, why, what to do.
        message: String,
    },
    /// The question or its answer did not come through.
    #[error("the upstream could not be asked: {message}")]
    Lost {
        /// Stable code.
        code: String,
        /// What, why, what to do.
        message: String,
    },
}

impl AskError {
    /// Stable code for logs and metrics.
    pub fn code(&self) -> &str {
        match self {
            Self::Down => "link-down",
            Self::Refused { code, .. } | Self::Lost { code, .. } => code,
        }
    }

    fn lost(code: &str, error: &impl std::fmt::Display) -> Self {
        Self::Lost { code: code.to_owned(), message: error.to_string() }
    }
}

/// A question on its way to the driver.
pub(super) struct Question {
    request: Request,
    reply: oneshot::Sender<Result<Answer, AskError>>,
}

impl Link {
    /// Asks the upstream of the present session; it does not wait for a session.
    ///
    /// # Errors
    /// [`AskError`]: no session stands, the upstream refuses, or the connection breaks meanwhile.
    pub async fn ask(&self, request: Request) -> Result<Answer, AskError> {
        let (reply, answer) = oneshot::channel();
        let question = Event::Ask(Question { request, reply });
        self.wants.send(question).await.map_err(|_| AskError::Down)?;
        answer.await.map_err(|_| AskError::Down)?
    }

    /// Greets the upstream anew, for this replica has taken another actor.
    ///
    /// # Errors
    /// [`holdfast_store::StoreError`] if the greeting cannot be made.
    pub async fn greet_anew(
        &self,
        records: &holdfast_store::Records,
    ) -> Result<(), holdfast_store::StoreError> {
        let start = Input::Start { hello: records.hello()?, actor: records.actor() };
        // A link that has ended greets nobody any more.
        let _ended = self.wants.send(Event::Input(start)).await;
        Ok(())
    }
}

impl Question {
    /// Sends it over `session`, if there is one, without keeping the driver waiting.
    pub(super) fn put(self, session: Option<(Connection, ActorId)>) {
        let Self { request, reply } = self;
        tokio::spawn(async move {
            let answered = match session {
                Some((connection, upstream)) => exchange(&connection, upstream, &request).await,
                None => Err(AskError::Down),
            };
            // Whoever asked may have gone away meanwhile.
            let _gone = reply.send(answered);
        });
    }
}

pub(super) async fn exchange(
    connection: &Connection,
    upstream: ActorId,
    request: &Request,
) -> Result<Answer, AskError> {
    let body = request.encode().map_err(|error| AskError::lost("too-large", &error))?;
    let bytes = match connection.request(serve::PATH, body.into()).await {
        Ok(bytes) => bytes,
        Err(TransportError::Refused { code, message, .. }) => {
            return Err(AskError::Refused { code: code.to_string(), message });
        }
        Err(error) => return Err(AskError::lost(error.code(), &error)),
    };
    match Response::decode(&bytes) {
        Ok(Response::Refused { code, message, .. }) => Err(AskError::Refused { code, message }),
        Ok(response) => Ok(Answer { upstream, response }),
        Err(error) => Err(AskError::lost("answer-damaged", &error)),
    }
}
