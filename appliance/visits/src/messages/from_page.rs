//! From the page.

use super::{
    Admit, Bridge, Decline, End, HandOver, Level, LevelWhy, Remove, Stats, Status, TroubleKind, messages,
};
use crate::ids::{CommandId, DeviceId};
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
        "stats" => Stats(Box<SayStats>),
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

/// Goes; may come back by the same link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leave {
    /// Of the command.
    pub id: CommandId,
}

/// Every ten seconds in the visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SayStats {
    /// The figures.
    pub stats: Stats,
}
