//! What the relay tells, in the clinic role's words.

use holdfast_media::room::{Because, Level as RelayLevel, SlotsOf as RelaySlots, Source};
use holdfast_media::sfu::Event;
use holdfast_visits::ids::{MemberId, VisitId};
use holdfast_visits::messages::{Heard, Level, LevelWhy, PictureKind, Seen};
use holdfast_visits::session::{RelayEvent, SlotsOf};

/// What a line tells of which visit; nothing if it is of none, or for figures alone.
pub(super) fn read(event: Event) -> Option<(VisitId, RelayEvent)> {
    let name = |visit: holdfast_media::room::VisitId| VisitId::new(visit.as_str()).ok();
    let who = |member: holdfast_media::room::MemberId| MemberId::new(member.as_str()).ok();
    Some(match event {
        Event::Connected { visit, member, .. } | Event::Heard { visit, member } => {
            (name(visit)?, RelayEvent::Heard { member: who(member)? })
        }
        Event::Quiet { visit, member } => (name(visit)?, RelayEvent::Quiet { member: who(member)? }),
        Event::Gone { visit, member, .. } => (name(visit)?, RelayEvent::Gone { member: who(member)? }),
        Event::Slots { visit, member, slots: of } => {
            (name(visit)?, RelayEvent::Slots { member: who(member)?, slots: slots(of) })
        }
        Event::Degrade { visit, member, level, because } => (
            name(visit)?,
            RelayEvent::Degrade { member: who(member)?, level: of_level(level), why: why(because) },
        ),
        Event::Quality { .. } | Event::Emptied { .. } | Event::Missed { .. } => return None,
    })
}

/// What is in a page's slots.
pub(super) fn slots(of: RelaySlots) -> SlotsOf {
    let audio = of.audio.into_iter().map(|one| {
        let member = MemberId::new(one?.member.as_str()).ok()?;
        Some(Heard { member })
    });
    let video = of.video.into_iter().map(|one| {
        let one = one?;
        let kind = if one.source == Source::Screen { PictureKind::Screen } else { PictureKind::Camera };
        Some(Seen { member: MemberId::new(one.member.as_str()).ok()?, kind })
    });
    SlotsOf { audio: audio.collect(), video: video.collect() }
}

fn of_level(level: RelayLevel) -> Level {
    let steps = match level {
        RelayLevel::Full => 0,
        RelayLevel::LessVideo => 1,
        RelayLevel::AudioOnly => 2,
        RelayLevel::Bridge => 3,
    };
    Level::try_from(steps).unwrap_or(Level::ALL)
}

fn why(because: Because) -> LevelWhy {
    match because {
        Because::Loss => LevelWhy::Loss,
        Because::Delay => LevelWhy::RoundTrip,
        Because::Bandwidth => LevelWhy::Bandwidth,
        Because::Recovered => LevelWhy::Relay,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> Option<(VisitId, RelayEvent)> {
        read(serde_json::from_str(line).unwrap())
    }

    #[test]
    fn lines_are_told_in_the_clinic_roles_words() {
        let m = MemberId::new("m").unwrap();
        let heard = told(r#"{"event":"connected","visit":"v","member":"m","after_ms":9}"#).unwrap();
        assert_eq!(heard, (VisitId::new("v").unwrap(), RelayEvent::Heard { member: m.clone() }));
        let (_, degrade) =
            told(r#"{"event":"degrade","visit":"v","member":"m","level":"audio-only","because":"delay"}"#)
                .unwrap();
        let level = Level::try_from(2).unwrap();
        assert_eq!(degrade, RelayEvent::Degrade { member: m.clone(), level, why: LevelWhy::RoundTrip });
        let line = r#"{"event":"slots","visit":"v","member":"m","slots":
            {"audio":[null,{"member":"n","source":"mic"}],"video":[{"member":"n","source":"screen"}]}}"#;
        let Some((_, RelayEvent::Slots { slots, .. })) = told(&line.replace("mic", SOUND)) else {
            panic!("slots")
        };
        let n = MemberId::new("n").unwrap();
        assert_eq!(slots.audio, [None, Some(Heard { member: n.clone() })]);
        assert_eq!(slots.video, [Some(Seen { member: n, kind: PictureKind::Screen })]);
        assert_eq!(told(r#"{"event":"missed","count":3}"#), None);
    }

    /// The relay's word for a microphone.
    const SOUND: &str = "audio";
}
