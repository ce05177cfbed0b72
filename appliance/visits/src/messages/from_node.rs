//! From the node.

use super::{
    CallFacts, ChatLine, ClinicStatus, IceServers, Level, LevelWhy, MemberState, Person, RelayState, Role,
    Slots, Summary, TroubleKind, WelcomeClinic, WelcomeVisit, WelcomeYou, messages,
};
use crate::ids::{CommandId, MemberId};
use serde::{Deserialize, Serialize};
use serde_json::Number;

messages! {
    /// Everything a node can say.
    FromNode {
        /// All that the page has to know.
        "welcome" => Welcome(Box<Welcome>),
        /// The socket is closed after it.
        "refused" => Refused(Box<Refused>),
        /// Answer to `ping`.
        "pong" => Pong(Pong),
        /// Answer to a command.
        "done" => Done(Done),
        /// A command was refused, or something went wrong.
        "problem" => Problem(ProblemMessage),
        /// The relay's SDP.
        "answer" => Answer(Answer),
        /// The page's own place changed.
        "you" => You(You),
        /// Everybody.
        "people" => People(People),
        /// Who is heard and seen where.
        "slots" => Slots(Slots),
        /// The clinic's side.
        "status" => Status(ClinicStatus),
        /// How the relay is.
        "relay" => Relay(RelayState),
        /// TURN credentials.
        "ice" => Ice(IceServers),
        /// To clinicians: somebody knocks.
        "asked" => Asked(Asked),
        /// A line of chat.
        "chat" => Chat(ChatLine),
        /// A typed caption.
        "caption" => Caption(CaptionMessage),
        /// To clinicians: somebody has trouble.
        "trouble" => Trouble(TroubleMessage),
        /// The relay measured that less is better.
        "degrade" => Degrade(Degrade),
        /// To clinicians: another one leads.
        "handed-over" => HandedOver(HandedOver),
        /// It is over for this page.
        "ended" => Ended(Ended),
    }
}

/// All that the page has to know, each time that a socket is opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Welcome {
    /// The version that the node speaks.
    pub v: u32,
    /// The node's clock.
    pub now_ms: u64,
    /// Which visit.
    pub visit: WelcomeVisit,
    /// Whose.
    pub clinic: WelcomeClinic,
    /// The page's own place.
    pub you: WelcomeYou,
    /// Whether the relay has this page's media.
    pub media: bool,
    /// The clinic's side.
    pub status: ClinicStatus,
    /// How the relay is.
    pub relay: RelayState,
    /// TURN credentials.
    pub ice: IceServers,
    /// Everybody whom this page may see.
    pub people: Vec<Person>,
    /// Who is heard and seen where.
    pub slots: Slots,
    /// What was said.
    pub chat: Vec<ChatLine>,
    /// No node of this version records.
    pub recording: bool,
}

/// The socket is closed after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
pub struct Refused {
    /// Why.
    pub code: String,
    /// `link-early`: when it begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_ms: Option<u64>,
    /// The page may come back by itself after so long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// `ended`: what the patient takes home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    /// Whom to call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clinic: Option<CallFacts>,
}

/// Answer to `ping`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pong {
    /// As it came.
    pub t: Number,
}

/// Answer to a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// Which.
    pub id: CommandId,
}

/// With an `id`: that command was refused. Without: something that concerns this page went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProblemMessage {
    /// Which command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<CommandId>,
    /// What, stable.
    pub code: String,
    /// English, for logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// It may go well after so long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

/// The relay's SDP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// To which command.
    pub id: CommandId,
    /// The answer.
    pub sdp: String,
}

/// Why the page's own place changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum YouWhy {
    /// Let in.
    Admitted,
    /// Sent away.
    Declined,
    /// Put out.
    Removed,
    /// Put back into the waiting room.
    Back,
}

/// The page's own place changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct You {
    /// To what.
    pub state: MemberState,
    /// When.
    pub since_ms: u64,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<YouWhy>,
    /// The clinician's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Everybody whom this page may see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct People {
    /// In the order of their names in the visit.
    pub people: Vec<Person>,
}

/// Somebody knocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    /// Who.
    pub member: MemberId,
    /// How they are called.
    pub name: String,
    /// What they are in it.
    pub role: Role,
    /// BCP 47.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// When.
    pub since_ms: u64,
}

/// A typed caption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaptionMessage {
    /// What is said.
    pub text: String,
    /// By whom.
    pub member: MemberId,
    /// How they are called.
    pub name: String,
}

/// Somebody has trouble.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TroubleMessage {
    /// Who.
    pub member: MemberId,
    /// How they are called.
    pub name: String,
    /// What.
    pub kind: TroubleKind,
    /// In their words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// When.
    pub at_ms: u64,
}

/// The page goes no higher than this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Degrade {
    /// How much.
    pub level: Level,
    /// Why.
    pub why: LevelWhy,
}

/// Another clinician leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedOver {
    /// Who led.
    pub from: MemberId,
    /// Who leads.
    pub to: MemberId,
}

/// Why it is over for a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndedWhy {
    /// The clinician ended it.
    Ended,
    /// They went.
    Left,
    /// They were put out.
    Removed,
    /// Another device took over.
    Moved,
    /// The link was taken back.
    Revoked,
    /// The link's time is over.
    Expired,
}

/// It is over for this page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ended {
    /// Why.
    pub why: EndedWhy,
    /// When.
    pub at_ms: u64,
    /// What the patient takes home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
}
