//! Frames that come from outside.

use super::{FromPage, Hello};
use crate::ids::CommandId;
use crate::limits::{CAPTION_CHARS, CHAT_CHARS, FRAME_BYTES, NAME_CHARS, SLOTS, SUMMARY_CHARS};
use crate::token::TOKEN_MAX;
use serde::Deserialize;

/// A frame that can be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// The command's, if it is one.
    pub id: Option<CommandId>,
    /// What it says.
    pub message: FromPage,
}

/// Why a message is not taken, as `problem` has it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, Deserialize, thiserror::Error,
)]
#[serde(rename_all = "kebab-case")]
pub enum Problem {
    /// It cannot be read.
    #[error("this message cannot be read")]
    BadMessage,
    /// It, or a text in it, is too long.
    #[error("this message or a text in it is too long")]
    TooLarge,
    /// Too many in too short a time.
    #[error("too many messages in too short a time")]
    TooFast,
    /// Not for this role, or not for oneself.
    #[error("this is not for you to do")]
    NotAllowed,
    /// For those who are in.
    #[error("only who was let in can do this")]
    NotAdmitted,
    /// Nobody of that name, or not where this can be done.
    #[error("nobody of that name is there")]
    NoSuchMember,
    /// No clinician of that name.
    #[error("no clinician of that name is there")]
    NoSuchClinician,
    /// Six are in.
    #[error("the visit has as many people as it can have")]
    VisitFull,
    /// The relay does not answer.
    #[error("the relay does not answer")]
    RelayAway,
    /// The relay takes nobody new.
    #[error("the relay takes nobody new")]
    RelayFull,
    /// The relay does not take this SDP.
    #[error("the relay does not take this SDP")]
    BadSdp,
    /// A restart of what the relay has not.
    #[error("the relay has no media to restart")]
    MediaUnknown,
    /// There is no phone bridge.
    #[error("there is no phone bridge")]
    BridgeOff,
    /// The phone bridge could not do it.
    #[error("the phone bridge could not do it")]
    BridgeFailed,
    /// The visit is ended.
    #[error("the visit is ended")]
    Ended,
}

impl Problem {
    /// Stable, as messages.ts has it.
    pub fn code(self) -> &'static str {
        match self {
            Self::BadMessage => "bad-message",
            Self::TooLarge => "too-large",
            Self::TooFast => "too-fast",
            Self::NotAllowed => "not-allowed",
            Self::NotAdmitted => "not-admitted",
            Self::NoSuchMember => "no-such-member",
            Self::NoSuchClinician => "no-such-clinician",
            Self::VisitFull => "visit-full",
            Self::RelayAway => "relay-away",
            Self::RelayFull => "relay-full",
            Self::BadSdp => "bad-sdp",
            Self::MediaUnknown => "media-unknown",
            Self::BridgeOff => "bridge-off",
            Self::BridgeFailed => "bridge-failed",
            Self::Ended => "ended",
        }
    }

    /// Whether the same message may be taken later.
    pub fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::TooFast | Self::RelayAway | Self::RelayFull | Self::VisitFull | Self::BridgeFailed
        )
    }

    /// Each of them.
    pub const ALL: [Self; 15] = [
        Self::BadMessage,
        Self::TooLarge,
        Self::TooFast,
        Self::NotAllowed,
        Self::NotAdmitted,
        Self::NoSuchMember,
        Self::NoSuchClinician,
        Self::VisitFull,
        Self::RelayAway,
        Self::RelayFull,
        Self::BadSdp,
        Self::MediaUnknown,
        Self::BridgeOff,
        Self::BridgeFailed,
        Self::Ended,
    ];
}

/// So that even what cannot be read is answered to its command.
#[derive(Deserialize)]
struct Named {
    id: Option<CommandId>,
}

/// Reads a frame; for the fuzzer too. Linear in its length, which is bounded.
///
/// # Errors
/// [`Problem::BadMessage`] or [`Problem::TooLarge`], with the command's id if that can be read.
pub fn read_frame(frame: &[u8]) -> Result<Frame, (Option<CommandId>, Problem)> {
    if frame.len() > FRAME_BYTES {
        return Err((None, Problem::TooLarge));
    }
    let id = serde_json::from_slice::<Named>(frame).ok().and_then(|named| named.id);
    match serde_json::from_slice::<FromPage>(frame) {
        Ok(message) if is_short(&message) => Ok(Frame { id, message }),
        Ok(_) => Err((id, Problem::TooLarge)),
        Err(_) => Err((id, Problem::BadMessage)),
    }
}

/// Whether every text of it is as short as it has to be.
fn is_short(message: &FromPage) -> bool {
    // Bytes first: most texts are short enough whatever they are made of.
    let within = |text: &str, chars: usize| text.len() <= chars || text.chars().count() <= chars;
    let may = |text: &Option<String>, chars| text.as_deref().is_none_or(|text| within(text, chars));
    match message {
        FromPage::Hello(Hello { token, language, seal, .. }) => {
            token.len() <= TOKEN_MAX && within(language, NAME_CHARS) && may(seal, NAME_CHARS)
        }
        FromPage::Knock(knock) => may(&knock.name, NAME_CHARS),
        FromPage::Decline(decline) => may(&decline.reason, CAPTION_CHARS),
        FromPage::Want(want) => want.wants.len() <= SLOTS,
        FromPage::Chat(chat) => within(&chat.text, CHAT_CHARS),
        FromPage::Caption(caption) => within(&caption.text, CAPTION_CHARS),
        FromPage::Trouble(trouble) => may(&trouble.text, CHAT_CHARS),
        FromPage::HandOver(over) => within(&over.to, CAPTION_CHARS),
        FromPage::Bridge(bridge) => may(&bridge.phone, NAME_CHARS) && may(&bridge.name, NAME_CHARS),
        FromPage::End(end) => may(&end.summary, SUMMARY_CHARS) && may(&end.next, SUMMARY_CHARS),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<FromPage, &'static str> {
        read_frame(text.as_bytes()).map(|frame| frame.message).map_err(|(_, problem)| problem.code())
    }

    #[test]
    fn what_is_not_known_is_passed_over() {
        assert_eq!(read(r#"{"type":"dance","id":"1","steps":[1]}"#), Ok(FromPage::Unknown));
        let leave = read(r#"{"type":"leave","id":"1","why":"tired"}"#);
        assert!(matches!(leave, Ok(FromPage::Leave(_))));
    }

    #[test]
    fn what_cannot_be_read_is_answered_to_its_command() {
        let broken = read_frame(br#"{"type":"admit","id":"c-7"}"#);
        let id = CommandId::new("c-7").expect("a name");
        assert_eq!(broken, Err((Some(id), Problem::BadMessage)));
        for broken in [
            "",
            "null",
            "[]",
            "{}",
            "{\"type\":1}",
            "{\"type\":\"leave\"}",
            "{\"type\":\"leave\",\"id\":\"\"}",
        ] {
            assert_eq!(read(broken), Err("bad-message"), "{broken}");
        }
        assert_eq!(read(r#"{"type":"leave","id":"1"} {}"#), Err("bad-message"));
        assert_eq!(read(&"[".repeat(60_000)), Err("bad-message"));
    }

    #[test]
    fn texts_are_bounded_by_characters_and_frames_by_bytes() {
        let chat = |count| read(&format!(r#"{{"type":"chat","id":"1","text":"{}"}}"#, "é".repeat(count)));
        assert!(chat(2_000).is_ok());
        assert_eq!(chat(2_001), Err("too-large"));
        let knock = |count| {
            let name = "x".repeat(count);
            read(&format!(
                r#"{{"type":"knock","id":"1","name":"{name}","devices":{{"camera":true,"microphone":true}}}}"#
            ))
        };
        assert!(knock(80).is_ok());
        assert_eq!(knock(81), Err("too-large"));
        assert_eq!(read(&format!(r#"{{"type":"leave","id":"{}"}}"#, "x".repeat(65))), Err("bad-message"));
        let offer = |count| {
            read(&format!(r#"{{"type":"offer","id":"1","restart":false,"sdp":"{}"}}"#, "x".repeat(count)))
        };
        assert!(offer(60_000).is_ok());
        assert_eq!(offer(FRAME_BYTES), Err("too-large"));
    }

    #[test]
    fn codes_are_what_is_written_of_them() {
        for problem in Problem::ALL {
            assert_eq!(serde_json::to_value(problem).expect("JSON"), problem.code());
        }
    }

    proptest! {
        #[test]
        fn no_frame_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read_frame(&bytes);
        }

        #[test]
        fn no_frame_like_a_message_makes_it_panic(
            kind in proptest::sample::select(FromPage::TYPES), rest in "[\"a-z0-9:,{}\\[\\]]{0,60}"
        ) {
            let _ = read_frame(format!(r#"{{"type":"{kind}","id":"1",{rest}}}"#).as_bytes());
        }
    }
}
