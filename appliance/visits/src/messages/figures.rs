//! How somebody's connection is.

use serde::{Deserialize, Serialize};
use serde_json::Number;

/// The connection in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quality {
    /// Nothing is amiss.
    Good,
    /// Short gaps.
    Fair,
    /// Hard to follow.
    Poor,
    /// Nothing comes at the moment.
    Lost,
}

/// How much of itself a page sends and takes: 0 all, 1 less video, 2 sound alone, 3 the telephone would be better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Level(u8);

impl Level {
    /// Everything.
    pub const ALL: Self = Self(0);
}

impl TryFrom<u8> for Level {
    type Error = &'static str;
    fn try_from(level: u8) -> Result<Self, Self::Error> {
        if level > 3 { Err("a level is 0 to 3") } else { Ok(Self(level)) }
    }
}

impl From<Level> for u8 {
    fn from(level: Level) -> Self {
        level.0
    }
}

/// Why it is less than all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LevelWhy {
    /// Packets are lost.
    Loss,
    /// There and back takes too long.
    RoundTrip,
    /// The link carries too little.
    Bandwidth,
    /// The person asked.
    Asked,
    /// The relay says so.
    Relay,
}

/// What somebody has trouble with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TroubleKind {
    /// Hears nobody.
    NoSound,
    /// Sees nobody.
    NoPicture,
    /// Is not heard.
    NotHeard,
    /// Is not seen.
    NotSeen,
    /// It breaks up.
    BreaksUp,
    /// Needs somebody.
    Help,
}

/// The path in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MediaPath {
    /// Direct.
    Udp,
    /// ICE-TCP (RFC 6544).
    Tcp,
    /// TURN over UDP.
    TurnUdp,
    /// TURN over TCP.
    TurnTcp,
    /// TURN over TLS.
    TurnTls,
}

/// How long joining took, from the click on, in milliseconds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Joined {
    /// To the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_ms: Option<Number>,
    /// To the connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connected_ms: Option<Number>,
    /// To the first picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_frame_ms: Option<Number>,
}

/// Figures of the last ten seconds and of the whole. No address, no name, no device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "a figure and its unit are its name")]
pub struct Stats {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<Number>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_up_pct: Option<Number>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_down_pct: Option<Number>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jitter_ms: Option<Number>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kbit_up: Option<Number>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kbit_down: Option<Number>,
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "framesPerS")]
    pub frames_per_s: Option<Number>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height_px: Option<Number>,
    pub freezes: Number,
    pub freeze_ms: Number,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concealed_pct: Option<Number>,
    pub quality: Quality,
    pub level: Level,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<MediaPath>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<Joined>,
    pub restarts: Number,
    pub rejoins: Number,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal_failed: Option<Number>,
}
