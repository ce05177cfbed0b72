//! Why a patient cannot book. The codes are stable: the page has its own words for each, in the patient's language.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::shown::SlotShown;
use crate::error::Facts;

/// Why a patient cannot book. The text has three parts: what failed, why, what to do.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum BookError {
    /// Nothing is set up.
    #[error("cannot book here: patients cannot book at this server; call the clinic")]
    Off,
    /// No such clinic, or one at which patients do not book.
    #[error("cannot book: patients do not book at this clinic here; call the clinic")]
    NoSuchClinic,
    /// No such type, or not for patients.
    #[error("cannot book: patients do not book appointments of this type; choose another")]
    NoSuchType,
    /// Something that was sent cannot be used.
    #[error("cannot book: {what} is not {expected}; correct it")]
    Bad {
        /// What of it.
        what: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A slot that was never offered here.
    #[error("cannot book: this time was not offered here; choose one of those that are")]
    BadSlot,
    /// Not the code.
    #[error("cannot book: the code is wrong; look at the message again")]
    CodeWrong {
        /// Before a new one is needed.
        tries_left: u32,
    },
    /// No code is in force.
    #[error(
        "cannot book: there is no code in force, for it is too old or was wrong too often; ask for a new one"
    )]
    CodeOver,
    /// Somebody has it, or nobody works then any more.
    #[error("cannot book: the time is not free any more; choose another")]
    SlotTaken {
        /// What is free near that time.
        instead: Vec<SlotShown>,
    },
    /// Too often.
    #[error("cannot do this yet: it was asked for too often; wait {after_s} s, then try again")]
    TooMany {
        /// Seconds until it can be asked for again.
        after_s: u32,
    },
    /// One contact has booked as much as it may.
    #[error(
        "cannot book: several appointments of this telephone or address are still to come; call the clinic"
    )]
    Enough,
    /// It begins soon, has begun, or is over.
    #[error("cannot change the appointment here: it is too late; call the clinic")]
    TooLate,
    /// The clinic called it off while it was moved here, and has to choose.
    #[error(
        "cannot change the appointment here: the clinic has still to say whether it takes place; look again later, or call the clinic"
    )]
    Unsettled,
    /// A link to nothing. No more is said.
    #[error("cannot find an appointment at this address; look at the link again")]
    NotFound,
}

impl BookError {
    pub(crate) fn facts(&self) -> Facts {
        use StatusCode as S;
        match self {
            Self::Off => Facts::new(S::NOT_FOUND, "booking-off", "not-supported"),
            Self::NoSuchClinic => Facts::new(S::NOT_FOUND, "clinic-unknown", "not-found"),
            Self::NoSuchType => Facts::new(S::UNPROCESSABLE_ENTITY, "appointment-type-unknown", "value"),
            Self::Bad { .. } => Facts::new(S::UNPROCESSABLE_ENTITY, "booking-refused", "value"),
            Self::BadSlot => Facts::new(S::UNPROCESSABLE_ENTITY, "slot-unknown", "value"),
            Self::CodeWrong { .. } => Facts::new(S::FORBIDDEN, "code-wrong", "login"),
            Self::CodeOver => Facts::new(S::FORBIDDEN, "code-over", "expired"),
            Self::SlotTaken { .. } => Facts::new(S::CONFLICT, "slot-taken", "conflict"),
            Self::TooMany { after_s } => {
                Facts::new(S::TOO_MANY_REQUESTS, "too-many", "throttled").retry(*after_s)
            }
            Self::Enough => Facts::new(S::CONFLICT, "enough-booked", "business-rule"),
            Self::TooLate => Facts::new(S::CONFLICT, "too-late", "business-rule"),
            Self::Unsettled => Facts::new(S::CONFLICT, "appointment-unsettled", "conflict"),
            Self::NotFound => Facts::new(S::NOT_FOUND, "not-found", "not-found"),
        }
    }

    /// What else the page goes by.
    pub(crate) fn more(&self) -> Map<String, Value> {
        let mut out = Map::new();
        match self {
            Self::CodeWrong { tries_left } => {
                out.insert("triesLeft".to_owned(), (*tries_left).into());
            }
            Self::SlotTaken { instead } => {
                out.insert("instead".to_owned(), json!(instead));
            }
            _ => {}
        }
        out
    }
}
