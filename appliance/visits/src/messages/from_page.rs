//! From the page.

use super::{Level, LevelWhy, Stats, TroubleKind, messages};
use crate::ids::{CommandId, DeviceId, MemberId};
use serde::{Deserialize, Serialize};
use serde_json::Number;

messages! {
    /// Everything a page can say.
    FromPage {
        /// The first message of every socket.
        "hello" => Hello(Hello),
        /// Keeps the socket alive.
        "ping" => Ping(Ping),
        /// Asks to be let in.
        "knock" => Knock(Knock),
        /// Clinician: what those who wait are told.
        "status" => Status(Status),
        /// Clinician: lets in.
        "admit" => Admit(Admit),
        /// Clinician: sends away.
        "decline" => Decline(Decline),
        /// Clinician: puts out.
        "remove" => Remove(Remove),
        /// The page's SDP.
        "offer" => Offer(Offer),
        /// Device check.
        "check" => Check(Check),
        /// What the page sends.
        "media" => Media(Media),
        /// How large pictures are wanted.
        "want" => Want(Want),
        /// Fresh TURN credentials.
        "ask-ice" => AskIce(AskIce),
        /// A line of chat.
        "chat" => Chat(SayChat),
        /// A typed caption.
        "caption" => Caption(Caption),
        /// "I cannot hear", …
        "trouble" => Trouble(RaiseTrouble),
        /// Another clinician leads from now on.
        "hand-over" => HandOver(HandOver),
        /// The phone bridge.
        "bridge" => Bridge(Bridge),
        /// Goes.
        "leave" => Leave(Leave),
        /// Clinician: ends it for all.
        "end" => End(End),
        /// Figures.
        "stats" => Stats(SayStats),
    }
    /// A type of a newer page.
    #[serde(other)]
    Unknown,
}

/// Which part of a member a socket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// With media.
    Room,
    /// The same member beside it, without media.
    Control,
}

/// What a browser can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Can {
    /// `RTCPeerConnection`.
    pub webrtc: bool,
    /// Encoded transforms.
    pub sealed: bool,
}

/// The first message of every socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hello {
    /// The version that the page speaks.
    pub v: u32,
    /// The link.
    pub token: String,
    /// The tab.
    pub device: DeviceId,
    /// Which part.
    pub part: Part,
    /// Ends the other device's part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take_over: Option<bool>,
    /// BCP 47.
    pub language: String,
    /// What the browser can.
    pub can: Can,
    /// A check value of the secret (decision 39).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
}

/// Keeps the socket alive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ping {
    /// Comes back as it is.
    pub t: Number,
}

/// What somebody can send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Devices {
    /// A picture.
    pub camera: bool,
    /// Sound.
    pub microphone: bool,
}

/// Asks to be let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Knock {
    /// Of the command.
    pub id: CommandId,
    /// What the person calls themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What they can send.
    pub devices: Devices,
}

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

/// The page's SDP (RFC 8866).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Of the command.
    pub id: CommandId,
    /// The offer.
    pub sdp: String,
    /// An ICE restart of what the relay has (RFC 8445 §9).
    pub restart: bool,
}

/// Device check: an offer of one data channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Of the command.
    pub id: CommandId,
    /// The offer.
    pub sdp: String,
}

/// What the page sends. State, not a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Media {
    /// Of the command.
    pub id: CommandId,
    /// Sound.
    pub audio: bool,
    /// A picture.
    pub camera: bool,
    /// The screen.
    pub screen: bool,
    /// How much of it.
    pub level: Level,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level_why: Option<LevelWhy>,
}

/// How large a picture is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WantOne {
    /// In which video slot.
    pub slot: u8,
    /// In pixels; 0 stops it.
    pub max_height: u16,
}

/// How large pictures are wanted, by slot. State.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Want {
    /// By slot; one that is not named stays.
    pub wants: Vec<WantOne>,
}

/// Fresh TURN credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskIce {}

/// A line of chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SayChat {
    /// Of the command.
    pub id: CommandId,
    /// What is said.
    pub text: String,
}

/// A typed caption; kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caption {
    /// What is said.
    pub text: String,
}

/// "I cannot hear", …
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RaiseTrouble {
    /// Of the command.
    pub id: CommandId,
    /// What.
    pub kind: TroubleKind,
    /// In their words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
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

/// Goes; may come back by the same link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leave {
    /// Of the command.
    pub id: CommandId,
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

/// Every ten seconds in the visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SayStats {
    /// The figures.
    pub stats: Stats,
}
