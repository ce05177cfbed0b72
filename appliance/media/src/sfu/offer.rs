//! The check of an offer (RFC 8866, RFC 8829) before `str0m` sees it: is it of the one shape that a page offers (decision
//! 36), and of a size that a page could make?
//!
//! Shape: audio up, video up, a second video up, then as many audio as video lines down (1 to 5 each), then at most one
//! data channel.

use crate::room::SLOTS;

/// Longest offer, in bytes. A Chromium offers 13 lines in about 40,000.
pub const OFFER_MAX: usize = 128 * 1024;

/// Most lines of one, and how long one may be, in bytes.
const LINES_MAX: usize = 4_000;
const LINE_MAX: usize = 4_096;

/// Most candidates: each is an address that nothing of ours sends to first (ICE-lite), but each is kept.
const CANDIDATES_MAX: usize = 64;

/// Longest media identification tag, in bytes (RFC 8843 §7.1 has no bound; `str0m` keeps 16).
const MID_MAX: usize = 16;

/// What is in an offer: the media identification tags (RFC 8843) of its lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shape {
    /// Audio, camera and screen up.
    pub up: [String; 3],
    /// Audio down, by slot.
    pub audio: Vec<String>,
    /// Video down, by slot.
    pub video: Vec<String>,
}

/// What is wrong with an offer. The words go back to who made it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadOffer {
    /// Longer than [`OFFER_MAX`], or a line or the number of lines is out of bounds.
    #[error("cannot take this offer: it is larger than any page makes")]
    TooLarge,
    /// Not what its first line says.
    #[error("cannot take this offer: it does not begin as an SDP session does (v=0)")]
    NotSdp,
    /// A line that is not as the shape says.
    #[error("cannot take this offer: line {line} has to be {expected}")]
    Shape {
        /// Which m-line, from 0.
        line: usize,
        /// What it should be.
        expected: &'static str,
    },
    /// A line without a tag, or with one that another has.
    #[error(
        "cannot take this offer: line {line} needs a=mid with a tag of its own, of at most {MID_MAX} letters or digits"
    )]
    Mid {
        /// Which m-line, from 0.
        line: usize,
    },
    /// What `str0m` says of it.
    #[error("cannot take this offer: {0}")]
    Refused(String),
}

struct Line {
    kind: &'static str,
    mid: Option<String>,
    direction: Direction,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Both,
    Send,
    Receive,
    None,
}

/// Reads the shape of an offer.
///
/// # Errors
/// [`BadOffer`] says what it is not.
pub fn read(sdp: &str) -> Result<Shape, BadOffer> {
    let lines = lines(sdp)?;
    let mut shape = Shape::default();
    for (at, expected) in [(0, "audio, sent"), (1, "video, sent"), (2, "video, sent (a screen)")] {
        let kind = if at == 0 { "audio" } else { "video" };
        let sends = |line: &&Line| line.kind == kind && line.direction != Direction::Receive;
        let line = lines.get(at).filter(sends).ok_or(BadOffer::Shape { line: at, expected })?;
        shape.up[at] = tag(line, at)?;
    }
    let mut data = 0;
    for (at, line) in lines.iter().enumerate().skip(3) {
        let (expected, into) = match line.kind {
            "audio" if shape.video.is_empty() => ("audio, received, one of five", &mut shape.audio),
            "video" => ("video, received, one of five", &mut shape.video),
            "application" if data == 0 => {
                data += 1;
                tag(line, at)?;
                continue;
            }
            _ => {
                return Err(BadOffer::Shape {
                    line: at,
                    expected: "audio down before video down, then one data channel",
                });
            }
        };
        if line.direction != Direction::Receive || into.len() == SLOTS || data > 0 {
            return Err(BadOffer::Shape { line: at, expected });
        }
        into.push(tag(line, at)?);
    }
    if shape.audio.is_empty() || shape.audio.len() != shape.video.len() {
        return Err(BadOffer::Shape {
            line: lines.len(),
            expected: "as many video lines down as audio lines down, at least one",
        });
    }
    let mut tags: Vec<_> = shape.up.iter().chain(&shape.audio).chain(&shape.video).collect();
    let all = tags.len();
    tags.sort_unstable();
    tags.dedup();
    if tags.len() < all {
        return Err(BadOffer::Mid { line: 0 });
    }
    Ok(shape)
}

/// Reads the offer of a device check: one data channel, and nothing else.
///
/// # Errors
/// [`BadOffer`] says what it is not.
pub fn read_check(sdp: &str) -> Result<(), BadOffer> {
    match lines(sdp)?.as_slice() {
        [line] if line.kind == "application" => tag(line, 0).map(drop),
        _ => Err(BadOffer::Shape {
            line: 0,
            expected: "one data channel, and nothing else, for a device check",
        }),
    }
}

fn lines(sdp: &str) -> Result<Vec<Line>, BadOffer> {
    if sdp.len() > OFFER_MAX {
        return Err(BadOffer::TooLarge);
    }
    if !sdp.starts_with("v=0") {
        return Err(BadOffer::NotSdp);
    }
    let mut lines: Vec<Line> = Vec::new();
    let mut candidates = 0;
    for (count, text) in sdp.lines().enumerate() {
        if count >= LINES_MAX || text.len() > LINE_MAX {
            return Err(BadOffer::TooLarge);
        }
        if let Some(rest) = text.strip_prefix("m=") {
            let kind = match rest.split(' ').next() {
                Some("audio") => "audio",
                Some("video") => "video",
                Some("application") => "application",
                _ => "other",
            };
            if lines.len() > 3 + 2 * SLOTS {
                return Err(BadOffer::Shape { line: lines.len(), expected: "absent: no page has so many" });
            }
            lines.push(Line { kind, mid: None, direction: Direction::Both });
        } else if text.starts_with("a=candidate:") {
            candidates += 1;
            if candidates > CANDIDATES_MAX {
                return Err(BadOffer::TooLarge);
            }
        } else if let Some(line) = lines.last_mut() {
            match text {
                "a=sendrecv" => line.direction = Direction::Both,
                "a=sendonly" => line.direction = Direction::Send,
                "a=recvonly" => line.direction = Direction::Receive,
                "a=inactive" => line.direction = Direction::None,
                _ => {
                    if let Some(mid) = text.strip_prefix("a=mid:") {
                        line.mid = Some(mid.to_owned());
                    }
                }
            }
        }
    }
    Ok(lines)
}

fn tag(line: &Line, at: usize) -> Result<String, BadOffer> {
    let lawful = |mid: &&String| {
        !mid.is_empty()
            && mid.len() <= MID_MAX
            && mid.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    line.mid.as_ref().filter(lawful).cloned().ok_or(BadOffer::Mid { line: at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn offer(lines: &[(&str, &str)]) -> String {
        let mut sdp = String::from("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n");
        for (at, (kind, direction)) in lines.iter().enumerate() {
            sdp += &format!("m={kind} 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:{at}\r\na={direction}\r\n");
        }
        sdp
    }

    const UP: [(&str, &str); 3] = [("audio", "sendonly"), ("video", "sendrecv"), ("video", "inactive")];
    const DOWN: [(&str, &str); 2] = [("audio", "recvonly"), ("video", "recvonly")];

    #[test]
    fn shape_of_a_page_is_read() {
        let mut lines = UP.to_vec();
        lines.extend([DOWN[0]; 5]);
        lines.extend([DOWN[1]; 5]);
        lines.push(("application", "sendrecv"));
        let shape = read(&offer(&lines)).expect("the shape of a page");
        assert_eq!(shape.up, ["0", "1", "2"]);
        assert_eq!(shape.audio, ["3", "4", "5", "6", "7"]);
        assert_eq!(shape.video, ["8", "9", "10", "11", "12"]);
    }

    #[test]
    fn a_device_check_offers_one_data_channel_alone() {
        assert_eq!(read_check(&offer(&[("application", "sendrecv")])), Ok(()));
        for lines in [&UP[..1], &[], &[("application", "sendrecv"); 2]] {
            assert!(matches!(read_check(&offer(lines)), Err(BadOffer::Shape { line: 0, .. })), "{lines:?}");
        }
    }

    #[test]
    fn other_shapes_are_refused_with_the_line() {
        let refused = |lines: &[(&str, &str)]| match read(&offer(lines)) {
            Err(BadOffer::Shape { line, .. }) => line,
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(&[]), 0);
        assert_eq!(refused(&[UP[0], UP[1]]), 2);
        assert_eq!(refused(&[DOWN[0], UP[1], UP[2]]), 0);
        assert_eq!(refused(&UP), 3, "nothing to receive by");
        let and = |more: &[(&'static str, &'static str)]| [&UP[..], more].concat();
        assert_eq!(refused(&and(&[DOWN[0], DOWN[0], DOWN[1]])), 6, "uneven");
        assert_eq!(refused(&and(&[DOWN[1], DOWN[0]])), 4, "video before audio");
        assert_eq!(refused(&and(&[DOWN[0]; 6])), 8, "six of them");
        assert_eq!(refused(&and(&[("audio", "sendrecv"), DOWN[1]])), 3);
        assert_eq!(refused(&and(&[DOWN[0], DOWN[1], ("message", "sendrecv")])), 5);
    }

    #[test]
    fn tags_are_there_short_and_apart() {
        let good = offer(&[UP[0], UP[1], UP[2], DOWN[0], DOWN[1]]);
        assert!(read(&good).is_ok());
        for (from, to) in [
            ("a=mid:3\r\n", ""),
            ("a=mid:3", "a=mid:12345678901234567"),
            ("a=mid:3", "a=mid:4"),
            ("a=mid:3", "a=mid:ä"),
        ] {
            assert!(matches!(read(&good.replace(from, to)), Err(BadOffer::Mid { .. })), "{to}");
        }
    }

    #[test]
    fn what_no_page_makes_is_not_read_to_the_end() {
        assert_eq!(read("hello"), Err(BadOffer::NotSdp));
        assert_eq!(read(&format!("v=0{}", " ".repeat(OFFER_MAX))), Err(BadOffer::TooLarge));
        assert_eq!(read(&format!("v=0\r\n{}", "a=x\r\n".repeat(5_000))), Err(BadOffer::TooLarge));
        assert_eq!(read(&format!("v=0\r\n{}", "a=candidate:1\r\n".repeat(65))), Err(BadOffer::TooLarge));
        assert_eq!(read(&format!("v=0\r\na={}\r\n", "x".repeat(5_000))), Err(BadOffer::TooLarge));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(v=0\r\n)?((m=(audio|video|application|x) 9\r\n|a=mid:[0-9a-z]{0,3}\r\n|a=recvonly\r\n|.{0,9}\r\n)){0,60}") {
            if let Ok(shape) = read(&text) {
                prop_assert!((1..=SLOTS).contains(&shape.audio.len()));
                prop_assert_eq!(shape.audio.len(), shape.video.len());
            }
        }
    }
}
