//! From a clinician's page.

use crate::ids::{CommandId, MemberId};
use serde::{Deserialize, Serialize};

/// What a clinician can say of themself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SaidStatus {
    /// With somebody else.
    Busy,
    /// In about so many minutes.
    Soon,
    /// In the room.
    Ready,
}

/// What those who wait are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Of the command.
    pub id: CommandId,
    /// What.
    pub state: SaidStatus,
    /// In how many minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
}

/// Lets in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admit {
    /// Of the command.
    pub id: CommandId,
    /// Whom.
    pub member: MemberId,
}

/// Sends away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decline {
    /// Of the command.
    pub id: CommandId,
    /// Whom.
    pub member: MemberId,
    /// Shown to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Puts out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remove {
    /// Of the command.
    pub id: CommandId,
    /// Whom.
    pub member: MemberId,
    /// Back to the waiting room.
    pub back: bool,
}

/// Another clinician leads from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    /// Of the command.
    pub id: CommandId,
    /// Who: `ref` of `GET /api/visits/{id}/clinicians`, or a member.
    pub to: String,
}

/// What the phone bridge is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BridgeDo {
    /// Call.
    Call,
    /// Hang up.
    HangUp,
}

/// The phone bridge calls somebody, as a member or as somebody new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bridge {
    /// Of the command.
    pub id: CommandId,
    /// What.
    #[serde(rename = "do")]
    pub what: BridgeDo,
    /// Whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// The number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// How they are called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Ends it for all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Of the command.
    pub id: CommandId,
    /// What the patient takes home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// What comes next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
