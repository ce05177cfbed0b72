//! Every way in which a request is refused or fails, and how the client is told.

mod facts;
mod problem;
mod request;

pub(crate) use facts::Facts;
pub(crate) use problem::{CODE_SYSTEM, Problem};
pub use request::RequestError;

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use holdfast_clinical::bundle::BundleError;
use holdfast_clinical::patch::PatchError;
use holdfast_clinical::search::query::SearchError;
use holdfast_store::StoreError;

use crate::book::BookError;
use crate::files::FileError;
use crate::schedule::ScheduleError;
use crate::visits::VisitError;

/// Why a request was refused or failed. The text has three parts: what failed, why, what to do.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The request itself cannot be served.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The bundle cannot be carried out.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The search cannot be answered.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// A file cannot be taken or given.
    #[error(transparent)]
    File(#[from] FileError),
    /// Something of the schedule is refused.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// A patient cannot book.
    #[error(transparent)]
    Book(#[from] BookError),
    /// Something of a visit is refused.
    #[error(transparent)]
    Visit(#[from] VisitError),
    /// The resource breaks FHIR's rules.
    #[error("{text}")]
    Invalid {
        /// Stable code.
        code: &'static str,
        /// FHIR IssueType.
        issue: &'static str,
        /// Where, as a FHIRPath.
        expression: Option<String>,
        /// What, why, what to do.
        text: String,
    },
    /// The patch cannot be carried out.
    #[error("{source}")]
    Patch {
        /// The resource's type.
        kind: String,
        /// Why.
        source: PatchError,
    },
    /// One entry of a transaction, which fails as a whole.
    #[error("Bundle.entry[{entry}]: {source}; nothing of the transaction was stored")]
    Entry {
        /// The entry, from 0.
        entry: usize,
        /// What went wrong with it.
        source: Box<ApiError>,
    },
}

impl ApiError {
    /// Stable name of the error, for answers, logs and metrics.
    pub fn code(&self) -> &'static str {
        self.facts().code
    }

    /// Whether the same request may succeed later without anybody changing it.
    pub fn is_retryable(&self) -> bool {
        self.facts().retry_after_s.is_some()
    }

    /// The same error, said of one entry of a transaction.
    ///
    /// Trouble of the store itself is not an entry's: it stays as it is, so that the writer sees it.
    pub(crate) fn at_entry(self, entry: usize) -> Self {
        if self.is_trouble() { self } else { Self::Entry { entry, source: Box::new(self) } }
    }

    /// Whether it is trouble of the store itself, which whatever else is asked for would meet too.
    pub(crate) fn is_trouble(&self) -> bool {
        matches!(
            self,
            Self::Store(
                StoreError::DiskFull
                    | StoreError::Retry
                    | StoreError::Corrupt(_)
                    | StoreError::Database(_)
                    | StoreError::Closed
            )
        )
    }

    pub(crate) fn problem(&self) -> Problem {
        let facts = self.facts();
        let tries_left = match self {
            Self::Request(RequestError::SignInWrong { tries_left }) => Some(*tries_left),
            _ => None,
        };
        let more = match self {
            Self::Schedule(error) => error.more(),
            Self::Book(error) => error.more(),
            _ => serde_json::Map::new(),
        };
        Problem { facts, text: self.public_text(), expression: self.expression(), tries_left, more }
    }

    /// Where in the request, as a FHIRPath.
    fn expression(&self) -> Option<String> {
        match self {
            Self::Bundle(error) => error.entry().map(|entry| format!("Bundle.entry[{entry}]")),
            Self::Store(StoreError::Split(error)) => Some(error.element.clone()),
            Self::Store(
                StoreError::Immutable { entity, element }
                | StoreError::Sealed { entity, element: Some(element) },
            ) => entity.split('/').next().map(|kind| format!("{kind}.{element}")),
            Self::Invalid { expression, .. } => expression.clone(),
            Self::Patch { kind, source } => source.path().map(|path| at_pointer(kind, path)),
            Self::Entry { entry, source } => Some(match source.expression() {
                Some(inner) if inner.starts_with("Bundle.") => inner,
                Some(inner) => format!("Bundle.entry[{entry}].resource.{}", below_type(&inner)),
                None => format!("Bundle.entry[{entry}]"),
            }),
            _ => None,
        }
    }

    /// The text for the client: the cause included, inner workings left out.
    fn public_text(&self) -> String {
        match self {
            Self::Store(StoreError::Database(_) | StoreError::Wire(_) | StoreError::File { .. }) => {
                "the store could not carry this out because of a fault of this server; try again, and tell the \
                 administrator if it goes on (the reason is in the server's log)"
                    .to_owned()
            }
            Self::Store(StoreError::Gone(entity)) => {
                format!("{entity} was deleted; what it said is in its _history, and a PUT brings it back")
            }
            Self::Bundle(error @ BundleError::BadCondition { source, .. }) => format!("{error} ({source})"),
            other => other.to_string(),
        }
    }
}

/// `Patient.name[0].family` for `/name/0/family`.
fn at_pointer(kind: &str, pointer: &str) -> String {
    let step = |token: &str| match token.bytes().all(|b| b.is_ascii_digit()) {
        true => format!("[{token}]"),
        false => format!(".{token}"),
    };
    let steps = pointer.split('/').skip(1).filter(|token| !token.is_empty() && *token != "-").map(step);
    steps.fold(kind.to_owned(), |path, step| path + &step)
}

/// `name.family` of `Patient.name.family`.
fn below_type(expression: &str) -> &str {
    expression.split_once('.').map_or(expression, |(_, rest)| rest)
}

impl IntoResponse for ApiError {
    /// A status and the problem beside it; [`crate::edge`] writes the body that suits the route.
    fn into_response(self) -> Response {
        let problem = self.problem();
        if problem.facts.status.is_server_error() {
            tracing::error!(error.code = problem.facts.code, error.detail = %self, "request failed");
        }
        let mut response = problem.facts.status.into_response();
        response.extensions_mut().insert(Arc::new(problem));
        response
    }
}
