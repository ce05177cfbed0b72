//! Why something of a visit is refused.

use holdfast_visits::token::BadClaims;
use http::StatusCode;

use crate::error::Facts;

/// Why something of a visit is refused. The text has three parts: what failed, why, what to do.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum VisitError {
    /// Nothing is set up.
    #[error("cannot do this here: visits are held at the clinic's node; open the app there")]
    Off,
    /// No such visit, or one whose patient the caller may not see.
    #[error(
        "cannot find this visit: there is none of this id that you may see; look at the appointment again"
    )]
    Unknown,
    /// It is over.
    #[error("cannot do this: the visit is over; begin another one")]
    Ended,
    /// No more links.
    #[error("cannot make another link: the visit has as many as it takes; take back those that nobody needs")]
    Full,
    /// Something that was sent cannot be used.
    #[error("cannot do this: {what} is not {expected}; correct it")]
    Bad {
        /// What of it.
        what: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// The id is another visit's, or another link's.
    #[error("cannot take this: the id was used for something else before; send it with another id")]
    IdTaken,
    /// A link that cannot be signed.
    #[error(transparent)]
    Claims(#[from] BadClaims),
    /// The visit's own process does not answer.
    #[error("cannot reach the visit just now: its records cannot be written; try again in a moment")]
    Busy,
    /// A newer version has it.
    #[error("cannot go on with this visit: a newer version of this program has saved it; update this node")]
    Newer,
}

impl VisitError {
    pub(crate) fn facts(&self) -> Facts {
        let value = |code| Facts::new(StatusCode::UNPROCESSABLE_ENTITY, code, "value");
        let rule = |code| Facts::new(StatusCode::CONFLICT, code, "business-rule");
        match self {
            Self::Off => Facts::new(StatusCode::SERVICE_UNAVAILABLE, "visits-off", "not-supported"),
            Self::Unknown => Facts::new(StatusCode::NOT_FOUND, "visit-unknown", "not-found"),
            Self::Ended => rule("ended"),
            Self::Full => rule("visit-full"),
            Self::Bad { .. } => value("visit-refused"),
            Self::IdTaken => Facts::new(StatusCode::CONFLICT, "id-taken", "duplicate"),
            Self::Claims(_) => value("link-refused"),
            Self::Busy => Facts::new(StatusCode::SERVICE_UNAVAILABLE, "visit-busy", "transient").retry(1),
            Self::Newer => Facts::new(StatusCode::CONFLICT, "visit-newer", "business-rule"),
        }
    }
}
