//! Identifiers: who wrote (actor), on which urgency (lane), where in that actor's log (seq), about what (entity).

use std::fmt;

use serde::{Deserialize, Serialize};

/// One incarnation of one database: 16 random bytes, minted anew whenever a database is created,
/// restored or found to be a clone. Two databases never share one, so a dot is never used twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct ActorId(pub [u8; 16]);

impl ActorId {
    /// Lower-case hex, 32 characters.
    pub fn to_hex(&self) -> String {
        self.0.iter().map(|b| format!("{b:02x}")).collect()
    }

    /// Parses what [`ActorId::to_hex`] wrote; `None` for anything else.
    pub fn from_hex(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 32 {
            return None;
        }
        let mut out = [0; 16];
        for (slot, pair) in out.iter_mut().zip(bytes.chunks_exact(2)) {
            let high = (pair[0] as char).to_digit(16)?;
            let low = (pair[1] as char).to_digit(16)?;
            *slot = u8::try_from(high * 16 + low).ok()?;
        }
        Some(Self(out))
    }
}

impl fmt::Debug for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", &self.to_hex()[..8])
    }
}

impl fmt::Display for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

/// How urgent an op is on a thin link. Lower goes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Lane(pub u8);

impl Lane {
    /// Allergies, medicines, booking rights, revocations.
    pub const SAFETY: Self = Self(0);
    /// The rest of the chart.
    pub const CHART: Self = Self(1);
    /// Schedules, billing, directories.
    pub const OPERATIONS: Self = Self(2);
    /// Audit records.
    pub const AUDIT: Self = Self(3);
    /// Not a lane of ops: how many pages an upstream has heard this actor confirm. An actor that has taken
    /// fewer is a copy of an older self.
    pub const PAGES: Self = Self(255);
    /// Every lane, most urgent first.
    pub const ALL: [Self; 4] = [Self::SAFETY, Self::CHART, Self::OPERATIONS, Self::AUDIT];

    /// The lane's name in answers and metrics.
    pub fn name(self) -> &'static str {
        match self.0 {
            0 => "safety",
            1 => "chart",
            2 => "operations",
            3 => "audit",
            _ => "unknown",
        }
    }
}

/// One op's name: the `seq`-th op (from 1, without gaps) of `actor` in `lane`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Dot {
    /// The writing incarnation.
    pub actor: ActorId,
    /// The lane, which numbers its ops on its own.
    pub lane: Lane,
    /// 1, 2, 3 … without gaps.
    pub seq: u64,
}

/// A FHIR resource's name: `(resourceType, id)`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Entity {
    /// `resourceType`, for example `Patient`.
    pub kind: String,
    /// The resource's logical id.
    pub id: String,
}

impl Entity {
    /// Names a resource.
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self { kind: kind.into(), id: id.into() }
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.id)
    }
}

/// What a replica subscribes to: `patient/ID`, `clinic/NAME` or `directory`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Scope(pub String);

impl Scope {
    /// Everything in one patient's compartment.
    pub fn patient(id: &str) -> Self {
        Self(format!("patient/{id}"))
    }

    /// One clinic's operations.
    pub fn clinic(name: &str) -> Self {
        Self(format!("clinic/{name}"))
    }

    /// Practitioners, organisations, locations and other shared definitions: every replica holds them.
    pub fn directory() -> Self {
        Self("directory".to_owned())
    }

    /// The scope of the patient whom a `Patient` resource is; none for other types.
    pub fn of_patient(entity: &Entity) -> Option<Self> {
        (entity.kind == "Patient").then(|| Self::patient(&entity.id))
    }

    /// The patient's id if this is a patient scope.
    pub fn as_patient(&self) -> Option<&str> {
        self.0.strip_prefix("patient/")
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
