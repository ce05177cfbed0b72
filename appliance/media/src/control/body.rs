//! The bodies of the control port.

use crate::room::{Sends, SlotsOf, Want};
use serde::{Deserialize, Serialize};

/// Longest body, in bytes: an offer of the longest, with every character escaped.
pub const BODY_MAX: usize = 320 * 1024;

/// Most slots that one change names: a page has five.
pub const WANTS_MAX: usize = 16;

/// `PUT /rooms/{visit}/members/{member}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// The page's offer (RFC 8866).
    pub sdp: String,
    /// What they are in the visit; the relay treats all alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Whether they may be heard.
    #[serde(default = "yes")]
    pub audio: bool,
    /// Whether they may be seen.
    #[serde(default = "yes")]
    pub video: bool,
    /// Whether they share a screen.
    #[serde(default)]
    pub screen: bool,
    /// An ICE restart of the connection that there is (RFC 8445 §9), instead of a new one.
    #[serde(default)]
    pub restart: bool,
}

impl Offer {
    /// What they send.
    pub fn sends(&self) -> Sends {
        Sends { audio: self.audio, video: self.video, screen: self.screen }
    }
}

fn yes() -> bool {
    true
}

/// What `PUT` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The answer to the offer.
    pub sdp: String,
    /// What is in the slots.
    pub slots: SlotsOf,
}

/// `PATCH /rooms/{visit}/members/{member}`: what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patch {
    /// Whether they may be heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio: Option<bool>,
    /// Whether they may be seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video: Option<bool>,
    /// Whether they share a screen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screen: Option<bool>,
    /// How their page shows its video slots.
    #[serde(default)]
    pub wants: Vec<Want>,
}

/// `GET /status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Names this run of the relay: another one has nobody.
    pub run: String,
    /// Where clients find TURN, as URIs (RFC 7065).
    pub turn: Vec<String>,
    /// Visits that it carries.
    pub visits: usize,
    /// Visits that it is sized for.
    pub visits_max: usize,
    /// Members that it carries.
    pub members: usize,
    /// Members that it is sized for.
    pub members_max: usize,
    /// How busy each shard was in the last two seconds, in hundredths.
    pub busy_pct: Vec<usize>,
    /// Whether a new visit would be let in by what is counted here.
    pub takes_visits: bool,
    /// Datagrams since its start: taken in.
    pub received: u64,
    /// Sent.
    pub sent: u64,
    /// Media packets forwarded, one for each receiver.
    pub forwarded: u64,
    /// Datagrams that were nobody's, or nothing.
    pub stray: u64,
    /// Datagrams that the kernel did not take.
    pub unsent: u64,
    /// Offers refused because it was full.
    pub refused: u64,
}

/// Reads an offer, as `PUT` does; for the fuzzer too.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read_offer(body: &[u8]) -> Result<Offer, String> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

/// Reads a change, as `PATCH` does.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read_patch(body: &[u8]) -> Result<Patch, String> {
    let patch: Patch = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    if patch.wants.len() > WANTS_MAX {
        return Err(format!("wants names more than {WANTS_MAX} slots"));
    }
    Ok(patch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absent_is_as_decided() {
        let offer = read_offer(br#"{"sdp":"v=0"}"#).expect("an offer");
        assert_eq!(offer.sends(), Sends { audio: true, video: true, screen: false });
        assert!(!offer.restart);
        assert_eq!(read_patch(b"{}"), Ok(Patch::default()));
    }

    #[test]
    fn what_is_unknown_is_refused_by_name() {
        assert!(read_offer(br#"{"sdp":"v=0","vido":true}"#).is_err_and(|text| text.contains("vido")));
        assert!(read_patch(br#"{"wants":[{"slot":1}]}"#).is_err_and(|text| text.contains("max_height")));
        let many = format!(r#"{{"wants":[{}]}}"#, vec![r#"{"slot":1,"max_height":2}"#; 17].join(","));
        assert!(read_patch(many.as_bytes()).is_err());
    }
}
