//! What a member sends and receives: sources, layers, slots.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How many are in a visit at most (decision 36): clinician, patient, interpreter, family.
pub const MEMBERS_MAX: usize = 6;

/// How many audio slots, and how many video slots, a page has to receive by: one for each other member.
pub const SLOTS: usize = MEMBERS_MAX - 1;

/// A point in time: how long after the relay's start. The core is told the time and never asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct At(pub Duration);

impl At {
    /// So many milliseconds after the start.
    pub const fn from_ms(ms: u64) -> Self {
        Self(Duration::from_millis(ms))
    }

    /// How long after `earlier` this is; zero if it is not.
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// So much later.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span))
    }
}

/// Where in its room a member sits, from 0 to [`MEMBERS_MAX`] − 1; stays the same while the member is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ix(pub(crate) u8);

impl Ix {
    /// The first place.
    pub const FIRST: Self = Self(0);

    /// As an index of the room's table.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// Every place of a room.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..MEMBERS_MAX as u8).map(Self)
    }
}

/// What a member can send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The microphone.
    Audio,
    /// The camera.
    Camera,
    /// A shared screen.
    Screen,
}

impl Source {
    /// All of them, as their m-lines come in an offer.
    pub const ALL: [Self; 3] = [Self::Audio, Self::Camera, Self::Screen];

    /// As an index of a table.
    pub fn index(self) -> usize {
        self as usize
    }

    /// Whether it is sound.
    pub fn is_audio(self) -> bool {
        self == Self::Audio
    }

    /// Ticks of its RTP clock in a second (RFC 7587 §4.1, RFC 7741 §4.1).
    pub fn clock_rate(self) -> u32 {
        if self.is_audio() { 48_000 } else { 90_000 }
    }
}

/// One of the encodings of a picture that a browser sends at once (RFC 8853). What is sent in one encoding only is `Full`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// The small picture; its RID is `q`.
    Low,
    /// The whole picture; its RID is `f`, or it has none.
    Full,
}

impl Layer {
    /// Both, the small one first.
    pub const ALL: [Self; 2] = [Self::Low, Self::Full];

    /// As an index of a table.
    pub fn index(self) -> usize {
        self as usize
    }

    /// The layer of this RID; `None` for one that was not agreed on.
    pub fn of_rid(rid: Option<&str>) -> Option<Self> {
        match rid {
            None | Some("f") => Some(Self::Full),
            Some("q") => Some(Self::Low),
            Some(_) => None,
        }
    }
}

/// One of the fixed places that a page receives by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// An audio slot, from 0.
    Audio(u8),
    /// A video slot, from 0.
    Video(u8),
}

/// What somebody sends, as the clinic role says; what it says no to is not forwarded, whatever arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sends {
    /// The microphone.
    pub audio: bool,
    /// The camera.
    pub video: bool,
    /// A screen.
    #[serde(default)]
    pub screen: bool,
}

impl Sends {
    /// Whether this source is sent.
    pub fn has(self, source: Source) -> bool {
        match source {
            Source::Audio => self.audio,
            Source::Camera => self.video,
            Source::Screen => self.screen,
        }
    }
}

/// What a packet's payload is coded in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// Opus (RFC 7587).
    Opus,
    /// Opus with earlier frames repeated (RFC 2198).
    OpusRed,
    /// VP8 (RFC 7741).
    Vp8,
    /// H.264, constrained baseline, packetization mode 1 (RFC 6184).
    H264,
}
