//! What is told of rights: records that are written once and never change.

use serde::{Deserialize, Serialize};

use super::rows;
use super::span::{Span, Spans};
use crate::id::ActorId;

/// The type of the records, Holdfast's own: lane 0, scope of the clinic.
pub const KIND: &str = "HoldfastRight";

/// The longest stretch that one record or one booking names, minutes. What overlaps a minute is looked for among the days before it, so
/// there has to be a bound; a month is longer than any stay that is booked.
pub const MAX_SPAN_MIN: i64 = 31 * 24 * 60;

/// Index rows of one record at most: one for each resource, span and day. Fifty practitioners for three months with a span a day.
pub const MAX_ROWS: usize = 5_000;

/// The longest name of a resource, bytes: `Practitioner/` and FHIR's 64 characters, with room for a pool's mark.
const MAX_RESOURCE_BYTES: usize = 128;

/// Hubs of one clinic at most: each is asked before a node that is gone has a successor.
const MAX_HUBS: usize = 16;

/// Time of one resource.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Piece {
    /// Whose: `Practitioner/7`, or a pool ([`super::counted`]).
    pub resource: String,
    /// Which, minutes of UTC.
    #[serde(with = "pairs")]
    pub spans: Vec<Span>,
}

impl Piece {
    /// The spans as a set.
    pub fn set(&self) -> Spans {
        Spans::new(self.spans.iter().copied())
    }
}

/// What a record does.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Act {
    /// A clinic's calendar begins.
    Calendar {
        /// Who holds it.
        #[serde(with = "hex")]
        holder: ActorId,
        /// To whom it may grant, and who all must have fenced the holder before it has a successor.
        #[serde(with = "hexes")]
        hubs: Vec<ActorId>,
    },
    /// Somebody says that a holder is gone for good, and who is to follow it.
    Ask {
        /// Who is gone.
        #[serde(with = "hex")]
        of: ActorId,
        /// Who asks, and follows.
        #[serde(with = "hex")]
        by: ActorId,
    },
    /// Whoever writes it takes nothing of a database any more that it has not taken by now.
    Gone {
        /// Who is gone.
        #[serde(with = "hex")]
        of: ActorId,
        /// Who says so. A hub that was restored says it of its own former self.
        #[serde(with = "hex")]
        by: ActorId,
        /// Who follows.
        #[serde(with = "hex")]
        successor: ActorId,
    },
    /// Time is another's from here on.
    Grant {
        /// Whose it was.
        #[serde(with = "hex")]
        giver: ActorId,
        /// Whose it is.
        #[serde(with = "hex")]
        taker: ActorId,
        /// Exactly one more than that of the last record about each minute of it.
        epoch: u64,
        /// The taker sells it until here, Unix milliseconds.
        sell_until_ms: u64,
        /// The taker sells it once it has this much of the giver's log of operations: what was cancelled or moved away to make the time
        /// free comes in another lane than this record, and may be lost with the giver while this is not.
        after: u64,
        /// Which time.
        pieces: Vec<Piece>,
    },
    /// Time that a taker has not sold is the calendar's again.
    Return {
        /// The taker.
        #[serde(with = "hex")]
        by: ActorId,
        /// As of a grant.
        epoch: u64,
        /// Which time.
        pieces: Vec<Piece>,
    },
    /// Time of a taker that said nothing is the calendar's again.
    TakeBack {
        /// The calendar's holder.
        #[serde(with = "hex")]
        by: ActorId,
        /// The taker.
        #[serde(with = "hex")]
        of: ActorId,
        /// As of a grant.
        epoch: u64,
        /// Which time.
        pieces: Vec<Piece>,
    },
}

impl Act {
    /// The time it names.
    pub fn pieces(&self) -> &[Piece] {
        match self {
            Self::Grant { pieces, .. } | Self::Return { pieces, .. } | Self::TakeBack { pieces, .. } => {
                pieces
            }
            Self::Calendar { .. } | Self::Ask { .. } | Self::Gone { .. } => &[],
        }
    }

    /// Whose record it is: only that database may write it.
    pub fn writer(&self) -> ActorId {
        match self {
            Self::Calendar { holder: by, .. }
            | Self::Ask { by, .. }
            | Self::Gone { by, .. }
            | Self::Grant { giver: by, .. }
            | Self::Return { by, .. }
            | Self::TakeBack { by, .. } => *by,
        }
    }
}

/// One record.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Record {
    /// Its id, random.
    pub id: String,
    /// Whose calendar it is about.
    pub clinic: String,
    /// What it does.
    #[serde(flatten)]
    pub act: Act,
}

/// Why a record is none.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadRecord {
    /// It does not read.
    #[error("the record of a right does not read: {0}")]
    Unreadable(String),
    /// It names more than one record may.
    #[error("a record of rights may have {MAX_ROWS} days of resources, and this has {rows}; write several")]
    TooMany {
        /// How many.
        rows: usize,
    },
    /// A span is empty, before 1970, or too long.
    #[error("minutes {} to {} are no time that can be owned: empty, before 1970, or longer than {MAX_SPAN_MIN} minutes", span.from, span.to)]
    Span {
        /// Which.
        span: Span,
    },
    /// A name that no resource has.
    #[error("a resource or clinic is named by 1 to {MAX_RESOURCE_BYTES} bytes without control characters")]
    Name,
    /// Too many hubs.
    #[error("a calendar has {MAX_HUBS} hubs at most")]
    TooManyHubs,
}

impl BadRecord {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "right-unreadable",
            Self::TooMany { .. } => "right-too-large",
            Self::Span { .. } => "right-span",
            Self::Name => "right-name",
            Self::TooManyHubs => "right-hubs",
        }
    }
}

impl Record {
    /// Refuses what could not be found again: more than an index holds, spans without end, odd names.
    ///
    /// # Errors
    /// [`BadRecord`].
    pub fn check(&self) -> Result<(), BadRecord> {
        check_name(&self.clinic)?;
        if let Act::Calendar { hubs, .. } = &self.act
            && hubs.len() > MAX_HUBS
        {
            return Err(BadRecord::TooManyHubs);
        }
        let mut rows = 0;
        for piece in self.act.pieces() {
            check_name(&piece.resource)?;
            for span in &piece.spans {
                check_span(*span)?;
                rows += rows::days(*span).count();
            }
        }
        if rows > MAX_ROWS { Err(BadRecord::TooMany { rows }) } else { Ok(()) }
    }

    /// As it is stored: FHIR-like JSON.
    pub fn json(&self) -> String {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        if let Some(members) = value.as_object_mut() {
            members.insert("resourceType".into(), KIND.into());
        }
        value.to_string()
    }

    /// From what [`Record::json`] wrote.
    ///
    /// # Errors
    /// [`BadRecord`] if it is none or not lawful.
    pub fn read(json: &str) -> Result<Self, BadRecord> {
        let record: Self =
            serde_json::from_str(json).map_err(|error| BadRecord::Unreadable(error.to_string()))?;
        record.check()?;
        Ok(record)
    }
}

/// Refuses a span that cannot be owned or booked: empty, before 1970, or longer than [`MAX_SPAN_MIN`].
///
/// # Errors
/// [`BadRecord::Span`].
pub fn check_span(span: Span) -> Result<(), BadRecord> {
    if span.is_empty() || span.from < 0 || span.length_min() > MAX_SPAN_MIN {
        return Err(BadRecord::Span { span });
    }
    Ok(())
}

/// Refuses a name that would not fit an index row, or would be mistaken for several.
pub(super) fn check_name(name: &str) -> Result<(), BadRecord> {
    let is_fine = !name.is_empty() && name.len() <= MAX_RESOURCE_BYTES && !name.contains(char::is_control);
    if is_fine { Ok(()) } else { Err(BadRecord::Name) }
}

/// Actors as hex text.
mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::id::ActorId;

    pub(super) fn serialize<S: Serializer>(actor: &ActorId, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&actor.to_hex())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<ActorId, D::Error> {
        let text = String::deserialize(from)?;
        ActorId::from_hex(&text).ok_or_else(|| D::Error::custom("an actor is 32 hex digits"))
    }
}

/// Lists of actors as hex texts.
mod hexes {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use crate::id::ActorId;

    pub(super) fn serialize<S: Serializer>(actors: &[ActorId], out: S) -> Result<S::Ok, S::Error> {
        actors.iter().map(ActorId::to_hex).collect::<Vec<_>>().serialize(out)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<ActorId>, D::Error> {
        let texts = Vec::<String>::deserialize(from)?;
        let read = texts.iter().map(|text| ActorId::from_hex(text)).collect::<Option<Vec<_>>>();
        read.ok_or_else(|| D::Error::custom("an actor is 32 hex digits"))
    }
}

/// Spans as pairs of numbers.
mod pairs {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::rights::span::Span;

    pub(super) fn serialize<S: Serializer>(spans: &[Span], out: S) -> Result<S::Ok, S::Error> {
        spans.iter().map(|span| (span.from, span.to)).collect::<Vec<_>>().serialize(out)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Span>, D::Error> {
        let pairs = Vec::<(i64, i64)>::deserialize(from)?;
        Ok(pairs.into_iter().map(|(from, to)| Span::new(from, to)).collect())
    }
}
