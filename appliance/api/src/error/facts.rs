//! Status, code and issue type of every error, in one place.

use holdfast_store::StoreError;
use http::StatusCode;

use super::{ApiError, RequestError};

/// Seconds after which a retryable request is worth repeating: a few group commits.
const RETRY_SOON_S: u32 = 1;
/// The same when a person must first free some space.
const RETRY_DISK_S: u32 = 30;

/// What a client's program goes by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Facts {
    pub(crate) status: StatusCode,
    /// Stable.
    pub(crate) code: &'static str,
    /// FHIR IssueType (<https://hl7.org/fhir/R4/valueset-issue-type.html>).
    pub(crate) issue: &'static str,
    pub(crate) retry_after_s: Option<u32>,
}

impl Facts {
    pub(crate) const fn new(status: StatusCode, code: &'static str, issue: &'static str) -> Self {
        Self { status, code, issue, retry_after_s: None }
    }

    pub(crate) const fn retry(mut self, after_s: u32) -> Self {
        self.retry_after_s = Some(after_s);
        self
    }
}

impl ApiError {
    pub(crate) fn facts(&self) -> Facts {
        match self {
            Self::Request(error) => of_request(error),
            Self::Store(error) => of_store(error),
            Self::Bundle(error) => {
                let status = StatusCode::from_u16(error.http_status()).unwrap_or(StatusCode::BAD_REQUEST);
                Facts::new(status, error.code(), error.issue_type().as_str())
            }
            Self::File(error) => error.facts(),
            Self::Schedule(error) => error.facts(),
            Self::Book(error) => error.facts(),
            Self::Visit(error) => error.facts(),
            Self::Search(error) => Facts::new(StatusCode::BAD_REQUEST, error.code(), "value"),
            Self::Invalid { code, issue, .. } => Facts::new(StatusCode::UNPROCESSABLE_ENTITY, code, issue),
            Self::Patch { source, .. } => {
                let status = StatusCode::from_u16(source.http_status()).unwrap_or(StatusCode::BAD_REQUEST);
                Facts::new(status, source.code(), source.issue_type().as_str())
            }
            Self::Entry { source, .. } => source.facts(),
        }
    }
}

fn of_store(error: &StoreError) -> Facts {
    use StatusCode as S;
    let code = error.code();
    match error {
        StoreError::NotFound(_) => Facts::new(S::NOT_FOUND, code, "not-found"),
        StoreError::Gone(_) => Facts::new(S::GONE, code, "deleted"),
        StoreError::Stale { .. } => Facts::new(S::PRECONDITION_FAILED, code, "conflict"),
        StoreError::Exists(_) => Facts::new(S::CONFLICT, code, "duplicate"),
        StoreError::Immutable { .. } | StoreError::Final(_) | StoreError::Sealed { .. } => {
            Facts::new(S::CONFLICT, code, "business-rule")
        }
        StoreError::Step(_) => Facts::new(S::UNPROCESSABLE_ENTITY, code, "business-rule"),
        StoreError::TooLarge { .. } | StoreError::SaveTooLarge { .. } | StoreError::Overgrown { .. } => {
            Facts::new(S::PAYLOAD_TOO_LARGE, code, "too-long")
        }
        StoreError::NoConflict { .. } => Facts::new(S::CONFLICT, code, "conflict"),
        StoreError::Split(_) | StoreError::Malformed(_) => Facts::new(S::BAD_REQUEST, code, "structure"),
        StoreError::Denied { .. } | StoreError::OutOfSight(_) => Facts::new(S::FORBIDDEN, code, "forbidden"),
        StoreError::Booking(_) => Facts::new(S::CONFLICT, code, "conflict"),
        StoreError::Refused { .. } => Facts::new(S::CONFLICT, code, "processing"),
        StoreError::DiskFull => Facts::new(S::INSUFFICIENT_STORAGE, code, "no-store").retry(RETRY_DISK_S),
        StoreError::Database(_) | StoreError::Retry | StoreError::Closed | StoreError::IndexBehind => {
            Facts::new(S::SERVICE_UNAVAILABLE, code, "transient").retry(RETRY_SOON_S)
        }
        StoreError::Wire(_)
        | StoreError::Segment(_)
        | StoreError::Log(_)
        | StoreError::Corrupt(_)
        | StoreError::OtherFolder(_)
        | StoreError::File { .. } => Facts::new(S::INTERNAL_SERVER_ERROR, code, "exception"),
    }
}

fn of_request(error: &RequestError) -> Facts {
    use RequestError as E;
    use StatusCode as S;
    match error {
        E::NoToken => Facts::new(S::UNAUTHORIZED, "no-token", "login"),
        E::UnknownToken => Facts::new(S::UNAUTHORIZED, "unknown-token", "login"),
        E::SignInWrong { .. } => Facts::new(S::UNAUTHORIZED, "sign-in-wrong", "login"),
        E::SignInSlowed { retry_after_s } => {
            Facts::new(S::TOO_MANY_REQUESTS, "sign-in-slowed", "throttled").retry(*retry_after_s)
        }
        E::SignInDeactivated => Facts::new(S::FORBIDDEN, "sign-in-deactivated", "login"),
        E::PasskeysNeedHttps => Facts::new(S::CONFLICT, "passkeys-need-https", "not-supported"),
        E::PasskeyRefused => Facts::new(S::UNAUTHORIZED, "passkey-refused", "login"),
        E::ReadOnly => Facts::new(S::FORBIDDEN, "read-only", "expired"),
        E::NoAppHeader => Facts::new(S::FORBIDDEN, "app-header-missing", "security"),
        E::NotAPerson => Facts::new(S::FORBIDDEN, "not-a-person", "login"),
        E::NeedsNode => Facts::new(S::SERVICE_UNAVAILABLE, "needs-node", "transient").retry(RETRY_DISK_S),
        E::SetupCodeWrong => Facts::new(S::FORBIDDEN, "setup-code-wrong", "login"),
        E::SetupDone => Facts::new(S::CONFLICT, "setup-done", "business-rule"),
        E::BadPin(_) => Facts::new(S::UNPROCESSABLE_ENTITY, "pin-refused", "value"),
        E::BadPerson { .. } => Facts::new(S::UNPROCESSABLE_ENTITY, "person-refused", "value"),
        E::LoginTaken { .. } => Facts::new(S::CONFLICT, "login-taken", "duplicate"),
        E::OnlyAdmin => Facts::new(S::FORBIDDEN, "only-admin", "forbidden"),
        E::LastAdmin => Facts::new(S::CONFLICT, "last-admin", "business-rule"),
        E::BadDraft { .. } => Facts::new(S::UNPROCESSABLE_ENTITY, "draft-refused", "value"),
        E::OwnGlass => Facts::new(S::FORBIDDEN, "own-break-glass", "business-rule"),
        E::NoReason { .. } => Facts::new(S::UNPROCESSABLE_ENTITY, "reason-missing", "required"),
        E::Forbidden { .. } => Facts::new(S::FORBIDDEN, "forbidden", "forbidden"),
        E::NoSuchRoute => Facts::new(S::NOT_FOUND, "no-such-address", "not-found"),
        E::MethodNotAllowed => Facts::new(S::METHOD_NOT_ALLOWED, "method-not-allowed", "not-supported"),
        E::BadPath => Facts::new(S::BAD_REQUEST, "bad-path", "value"),
        E::BadQuery { .. } => Facts::new(S::BAD_REQUEST, "bad-query", "value"),
        E::UnknownType { .. } => Facts::new(S::NOT_FOUND, "unknown-type", "not-supported"),
        E::BadId => Facts::new(S::BAD_REQUEST, "bad-id", "value"),
        E::NotAcceptable => Facts::new(S::NOT_ACCEPTABLE, "not-acceptable", "not-supported"),
        E::UnsupportedMedia { .. } => {
            Facts::new(S::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "not-supported")
        }
        E::UnsupportedPatch { .. } => {
            Facts::new(S::UNSUPPORTED_MEDIA_TYPE, "unsupported-patch", "not-supported")
        }
        E::UnsupportedEncoding => {
            Facts::new(S::UNSUPPORTED_MEDIA_TYPE, "unsupported-encoding", "not-supported")
        }
        E::TooLarge { .. } => Facts::new(S::PAYLOAD_TOO_LARGE, "body-too-large", "too-long"),
        E::SlowBody { .. } | E::DrippedBody { .. } => {
            Facts::new(S::REQUEST_TIMEOUT, "body-too-slow", "timeout")
        }
        E::BrokenBody => Facts::new(S::BAD_REQUEST, "body-broken", "incomplete"),
        E::BadBody { .. } => Facts::new(S::BAD_REQUEST, "bad-body", "structure"),
        E::BadHeader { .. } => Facts::new(S::BAD_REQUEST, "bad-header", "value"),
        E::TypeMismatch { .. } => Facts::new(S::BAD_REQUEST, "type-mismatch", "invalid"),
        E::IdMismatch { .. } => Facts::new(S::BAD_REQUEST, "id-mismatch", "invalid"),
        E::VersionRequired => Facts::new(S::PRECONDITION_REQUIRED, "version-required", "required"),
        E::UnknownVersion { .. } => Facts::new(S::NOT_FOUND, "unknown-version", "not-found"),
        E::BadCursor => Facts::new(S::BAD_REQUEST, "bad-cursor", "value"),
        E::NotHeld { .. } => Facts::new(S::NOT_FOUND, "not-held", "not-found"),
        E::Coming { .. } => Facts::new(S::SERVICE_UNAVAILABLE, "coming", "transient").retry(RETRY_SOON_S),
        E::NotFound { .. } | E::NowhereFound { .. } => Facts::new(S::NOT_FOUND, "not-found", "not-found"),
        E::Overtaken => Facts::new(S::SERVICE_UNAVAILABLE, "overtaken", "transient").retry(RETRY_SOON_S),
        E::AnswerFull { .. } => Facts::new(S::UNPROCESSABLE_ENTITY, "answer-too-large", "too-costly"),
        E::NoMatch { .. } => Facts::new(S::PRECONDITION_FAILED, "no-match", "not-found"),
        E::NothingToPatch => Facts::new(S::NOT_FOUND, "not-found", "not-found"),
        E::NoCondition { .. } => Facts::new(S::BAD_REQUEST, "no-condition", "required"),
        E::AlreadyThere { .. } => Facts::new(S::PRECONDITION_FAILED, "already-there", "duplicate"),
        E::IdTaken { .. } => Facts::new(S::CONFLICT, "id-taken", "duplicate"),
        E::Part => Facts::new(S::UNPROCESSABLE_ENTITY, "part-of-a-resource", "incomplete"),
        E::UnknownParameter { .. } => Facts::new(S::BAD_REQUEST, "unknown-parameter", "not-supported"),
        E::BadParameter { .. } => Facts::new(S::BAD_REQUEST, "bad-parameter", "value"),
        E::ManyMatches { .. } => Facts::new(S::PRECONDITION_FAILED, "many-matches", "multiple-matches"),
        E::NoSuchChoice { .. } => Facts::new(S::CONFLICT, "no-such-choice", "value"),
        E::ChangedMeanwhile { .. } => Facts::new(S::CONFLICT, "changed-meanwhile", "conflict"),
        E::LinkedElsewhere { .. } => Facts::new(S::CONFLICT, "linked-elsewhere", "conflict"),
        E::TooManyStreams { .. } => {
            Facts::new(S::SERVICE_UNAVAILABLE, "too-many-streams", "throttled").retry(RETRY_DISK_S)
        }
        E::TooMany { after_s } => {
            Facts::new(S::TOO_MANY_REQUESTS, "too-many-requests", "throttled").retry(*after_s)
        }
        E::Closing => Facts::new(S::SERVICE_UNAVAILABLE, "closing", "transient").retry(RETRY_SOON_S),
        E::TimedOut { .. } => Facts::new(S::GATEWAY_TIMEOUT, "timed-out", "timeout"),
        E::Defect => Facts::new(S::INTERNAL_SERVER_ERROR, "defect", "exception"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_of_the_store_says_whether_to_try_again() {
        for (error, status, code, retry_after_s) in [
            (StoreError::DiskFull, 507, "disk-full", Some(RETRY_DISK_S)),
            (StoreError::Retry, 503, "retry", Some(RETRY_SOON_S)),
            (StoreError::IndexBehind, 503, "index-behind", Some(RETRY_SOON_S)),
            (StoreError::Closed, 503, "closed", Some(RETRY_SOON_S)),
            (StoreError::Database("x".into()), 503, "database", Some(RETRY_SOON_S)),
            (StoreError::Corrupt("page 7".into()), 500, "database-damaged", None),
            (StoreError::Step("x".into()), 422, "illegal-step", None),
            (StoreError::Denied { code: "fenced", message: "x".into() }, 403, "fenced", None),
        ] {
            let error = ApiError::from(error);
            let facts = error.facts();
            assert_eq!(
                (facts.status.as_u16(), facts.code, facts.retry_after_s),
                (status, code, retry_after_s)
            );
            assert_eq!(error.is_retryable(), retry_after_s.is_some());
        }
    }

    #[test]
    fn an_entry_keeps_the_facts_of_its_error_and_hides_no_trouble_of_the_store() {
        let stale = ApiError::from(RequestError::BadId).at_entry(3);
        assert_eq!(
            (stale.facts().code, stale.problem().expression.as_deref()),
            ("bad-id", Some("Bundle.entry[3]"))
        );
        assert!(stale.to_string().ends_with("nothing of the transaction was stored"));
        assert!(matches!(
            ApiError::from(StoreError::DiskFull).at_entry(3),
            ApiError::Store(StoreError::DiskFull)
        ));
    }
}
