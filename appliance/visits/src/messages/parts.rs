//! What messages are made of.

use super::{Level, LevelWhy, Quality};
use crate::ids::{ClinicId, MemberId, VisitId};
pub use crate::token::{Bridge as PhoneBridge, CallFacts, Role};
use serde::{Deserialize, Serialize};

/// Where somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MemberState {
    /// Has a link and no page open.
    Away,
    /// Has the page open and has not knocked.
    Here,
    /// Has knocked.
    Waiting,
    /// Is admitted.
    In,
    /// Went, was declined or was put out; may knock again.
    Left,
}

/// How somebody is in by telephone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phone {
    /// Is being called.
    Ringing,
    /// Is in.
    Connected,
    /// Did not answer, or could not be called.
    Failed,
}

/// Somebody in a visit, as the others see them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// Who.
    pub member: MemberId,
    /// How they are called.
    pub name: String,
    /// What they are in it.
    pub role: Role,
    /// Where they are.
    pub state: MemberState,
    /// Since when.
    pub since_ms: u64,
    /// Whether they are to be heard.
    pub audio: bool,
    /// Whether they are to be seen.
    pub camera: bool,
    /// Whether they share a screen.
    pub screen: bool,
    /// Whether media of theirs reaches the relay; false while they reconnect.
    pub connected: bool,
    /// Their connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<Quality>,
    /// How much they send.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level_why: Option<LevelWhy>,
    /// If they are in by telephone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// BCP 47, as their page is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The clinician who leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leads: Option<bool>,
    /// A check value of their secret (decision 39).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
}

/// The clinic's side, for those who wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClinicianIs {
    /// Nobody has opened the visit.
    Away,
    /// With somebody else.
    Busy,
    /// In about so many minutes.
    Soon,
    /// In the room.
    Ready,
}

/// What somebody who waits is told of the clinic's side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClinicStatus {
    /// Where the clinician is.
    pub state: ClinicianIs,
    /// Since when.
    pub since_ms: u64,
    /// In how many minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// The clinician's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// How the media relay is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RelayIs {
    /// There.
    Ok,
    /// Not there.
    Away,
    /// Takes nobody new.
    Full,
}

/// The media relay, as the node sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RelayState {
    /// How it is.
    pub state: RelayIs,
    /// Since when.
    pub since_ms: u64,
}

/// One entry of `RTCConfiguration.iceServers`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IceServer {
    /// `turn:` over UDP and TCP, and `turns:`.
    pub urls: Vec<String>,
    /// RFC 8656 §9.2.
    pub username: String,
    /// Its password.
    pub credential: String,
}

/// Credentials for the relay, for five minutes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IceServers {
    /// Where.
    pub servers: Vec<IceServer>,
    /// Until when.
    pub until_ms: u64,
}

/// Who is heard in a slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// Who.
    pub member: MemberId,
}

/// What of somebody is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PictureKind {
    /// Themself.
    Camera,
    /// Their screen.
    Screen,
}

/// What is seen in a slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Whose.
    pub member: MemberId,
    /// What.
    pub kind: PictureKind,
}

/// Who is heard and seen where: by slot, null where nobody is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Slots {
    /// Grows with each change; an older one that comes later is passed over.
    pub rev: u64,
    /// By audio slot.
    pub audio: Vec<Option<Heard>>,
    /// By video slot.
    pub video: Vec<Option<Seen>>,
}

/// A line of chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatLine {
    /// Its place, from 1.
    pub seq: u64,
    /// Whose.
    pub member: MemberId,
    /// How they were called.
    pub name: String,
    /// When.
    pub at_ms: u64,
    /// What was said.
    pub text: String,
}

/// What the patient takes home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// In the clinician's words; may be empty.
    pub text: String,
    /// When it was written.
    pub at_ms: u64,
    /// What comes next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Which visit, in a welcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WelcomeVisit {
    /// Which.
    pub id: VisitId,
    /// Encrypted end to end.
    pub sealed: bool,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_ms: Option<u64>,
    /// When it was to begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_ms: Option<u64>,
}

/// Whose visit, in a welcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WelcomeClinic {
    /// Which.
    pub id: ClinicId,
    /// Its time zone (IANA).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Whom to call.
    #[serde(flatten)]
    pub call: CallFacts,
}

/// The page's own place, in a welcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WelcomeYou {
    /// Who.
    pub member: MemberId,
    /// What they are in it.
    pub role: Role,
    /// How they are called.
    pub name: String,
    /// Where they are.
    pub state: MemberState,
    /// Since when.
    pub since_ms: u64,
}
