//! The finishing of `str0m`'s answer: the voice and the camera of one seat belong together, so that a browser keeps them in
//! step (RFC 8830: one media stream, two tracks).

use super::offer::Shape;
use std::fmt::Write as _;

/// The ICE user name fragment of an answer: what the STUN requests for it begin with (RFC 8839 §5.4).
pub fn ufrag(answer: &str) -> Option<&str> {
    answer.lines().find_map(|line| line.strip_prefix("a=ice-ufrag:")).map(str::trim)
}

/// Names the media stream of each slot by its seat.
pub fn with_seats(answer: &str, shape: &Shape) -> String {
    let mut finished = String::with_capacity(answer.len() + 64);
    for section in sections(answer) {
        let mid = section.lines().find_map(|line| line.strip_prefix("a=mid:")).unwrap_or_default();
        let seat = seat(shape, mid);
        for line in section.lines() {
            match seat {
                Some((seat, kind)) if line.starts_with("a=msid:") => {
                    let _ = write!(finished, "a=msid:seat-{seat} {kind}-{seat}");
                }
                // RFC 8829 §5.2.1 tells by `a=msid`; the old form of RFC 5576's attributes would contradict it.
                Some(_) if is_msid_of_source(line) => continue,
                _ => finished.push_str(line),
            }
            finished.push_str("\r\n");
        }
    }
    finished
}

fn is_msid_of_source(line: &str) -> bool {
    line.strip_prefix("a=ssrc:")
        .and_then(|rest| rest.split_once(' '))
        .is_some_and(|(_, rest)| rest.starts_with("msid:"))
}

fn seat(shape: &Shape, mid: &str) -> Option<(usize, &'static str)> {
    let at = |mids: &[String]| mids.iter().position(|one| one == mid);
    at(&shape.audio).map(|seat| (seat, "audio")).or_else(|| at(&shape.video).map(|seat| (seat, "video")))
}

/// The session's lines, then those of each medium.
fn sections(sdp: &str) -> impl Iterator<Item = &str> {
    let mut rest = sdp;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.get(1..).and_then(|after| after.find("\nm=")).map_or(rest.len(), |at| at + 2);
        let (section, after) = rest.split_at(end);
        rest = after;
        Some(section)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voice_and_camera_of_a_seat_are_one_stream() {
        let shape = Shape { audio: vec!["3".into()], video: vec!["4".into()], ..Shape::default() };
        let answer = "v=0\r\na=ice-ufrag:abcd\r\nm=audio 9 x 1\r\na=mid:0\r\na=msid:a b\r\n\
            m=audio 9 x 1\r\na=mid:3\r\na=msid:xx yy\r\na=ssrc:1 cname:c\r\na=ssrc:1 msid:xx yy\r\n\
            m=video 9 x 1\r\na=mid:4\r\na=msid:zz ww\r\n";
        let finished = with_seats(answer, &shape);
        assert_eq!(
            finished,
            "v=0\r\na=ice-ufrag:abcd\r\nm=audio 9 x 1\r\na=mid:0\r\na=msid:a b\r\n\
            m=audio 9 x 1\r\na=mid:3\r\na=msid:seat-0 audio-0\r\na=ssrc:1 cname:c\r\n\
            m=video 9 x 1\r\na=mid:4\r\na=msid:seat-0 video-0\r\n"
        );
        assert_eq!(ufrag(&finished), Some("abcd"));
    }
}
