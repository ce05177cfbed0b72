//! What a link says.

use crate::ids::{ClinicId, MemberId, VisitId};
use crate::limits::NAME_CHARS;
use serde::{Deserialize, Serialize};

/// What somebody is in a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Whom it is about.
    Patient,
    /// Who comes with them.
    Family,
    /// Who translates.
    Interpreter,
    /// Who leads it, or takes part by profession.
    Clinician,
}

/// The visit by telephone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Bridge {
    /// The number.
    pub phone: String,
    /// The digits that lead into this visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<String>,
}

/// Whom to call by telephone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CallFacts {
    /// The clinic's name in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clinic: Option<String>,
    /// Its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The visit by telephone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bridge: Option<Bridge>,
}

/// The payload of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// [`super::VERSION`].
    pub v: u64,
    /// Which visit.
    pub visit: VisitId,
    /// Whose.
    pub clinic: ClinicId,
    /// What they are in it.
    pub role: Role,
    /// Who they are in it.
    pub member: MemberId,
    /// How they are called, at most 80 characters.
    pub name: String,
    /// From when, in seconds since 1970.
    pub nbf: u64,
    /// Until when, in seconds since 1970; not in force at this second any more.
    pub exp: u64,
    /// For one device at a time.
    pub one: bool,
    /// Origins where the node, then regions, can be reached, in the order in which they are tried.
    pub at: Vec<String>,
    /// Whom to call when nothing answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallFacts>,
    /// Encrypted end to end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sealed: bool,
}

/// Claims that no link can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadClaims {
    /// Another version than this one.
    #[error("cannot sign this link: its version is not {}", super::VERSION)]
    Version,
    /// A name that is empty or too long.
    #[error("cannot sign this link: its name has to have 1 to {NAME_CHARS} characters")]
    Name,
    /// It ends before it begins.
    #[error("cannot sign this link: it ends before it begins")]
    Window,
    /// More than eight endpoints, or one that is no origin.
    #[error("cannot sign this link: it may name {ENDPOINTS} origins (https://name)")]
    Endpoints,
    /// Longer than a token may be.
    #[error("cannot sign this link: it would be longer than {} bytes; shorten its texts", super::TOKEN_MAX)]
    TooLong,
}

/// Most endpoints: the node by two names, and a few regions.
const ENDPOINTS: usize = 8;

impl Claims {
    /// Looks whether a link can carry them.
    ///
    /// # Errors
    /// [`BadClaims`], by what is wrong.
    pub fn check(&self) -> Result<(), BadClaims> {
        let is_origin = |at: &String| at.starts_with("https://") || at.starts_with("http://");
        if self.v != super::VERSION {
            return Err(BadClaims::Version);
        }
        if self.name.is_empty() || self.name.chars().count() > NAME_CHARS {
            return Err(BadClaims::Name);
        }
        if self.exp <= self.nbf {
            return Err(BadClaims::Window);
        }
        if self.at.len() > ENDPOINTS || !self.at.iter().all(is_origin) {
            return Err(BadClaims::Endpoints);
        }
        Ok(())
    }
}
