//! On which day something may be done: nothing is booked on a day that is over, and nobody checked in on another day than they are expected.
//!
//! Of today all of it may be booked, also what is over by now: a desk enters a walk-in once the rush is over, and a call after it was made.

use holdfast_clinical::scheduling::span::{Minute, Span};
use holdfast_clinical::scheduling::zone::Zone;

use super::ScheduleError;

/// Whoever is expected soon after midnight may be here before it.
const EARLY_MIN: i64 = 120;
/// A session that runs on past midnight is still that day's.
const LATE_MIN: i64 = 360;

/// Refuses a time of a day that is over.
pub(super) fn must_be_to_come(zone: &Zone, now: Minute, span: Span) -> Result<(), ScheduleError> {
    let today = today(zone, now);
    if span.from >= today.from || span.to > now {
        return Ok(());
    }
    Err(ScheduleError::DayOver { date: date(zone, span.from), today: date(zone, now) })
}

/// Refuses to check somebody in on another day than they are expected on.
pub(super) fn must_be_today(zone: &Zone, now: Minute, span: Span) -> Result<(), ScheduleError> {
    let around = Span::new(now - LATE_MIN, now + EARLY_MIN);
    if span.overlaps(today(zone, now)) || span.overlaps(around) {
        return Ok(());
    }
    Err(ScheduleError::NotToday { date: date(zone, span.from), today: date(zone, now) })
}

fn today(zone: &Zone, now: Minute) -> Span {
    zone.day(zone.local(now).date())
}

fn date(zone: &Zone, minute: Minute) -> String {
    zone.local(minute).date().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 1_440;
    /// Three in the afternoon of the tenth day.
    const NOW: i64 = 10 * DAY + 15 * 60;

    #[test]
    fn today_is_booked_to_its_beginning_and_no_day_before_it() {
        let zone = Zone::utc();
        let at = |from: i64| must_be_to_come(&zone, NOW, Span::of(from, 30));
        assert_eq!(at(10 * DAY), Ok(()), "what is over of today may be entered");
        assert_eq!(at(11 * DAY), Ok(()));
        assert!(matches!(at(9 * DAY + 600), Err(ScheduleError::DayOver { date, today })
            if date == "1970-01-10" && today == "1970-01-11"));
        let after_midnight = must_be_to_come(&zone, 10 * DAY, Span::of(10 * DAY - 10, 30));
        assert_eq!(after_midnight, Ok(()), "asked for before midnight, answered after it");
    }

    #[test]
    fn who_is_expected_today_or_about_now_is_checked_in() {
        let zone = Zone::utc();
        let at = |now: i64, from: i64| must_be_today(&zone, now, Span::of(from, 30)).is_ok();
        assert!(at(NOW, 10 * DAY + 480) && at(NOW, 10 * DAY + 1_400));
        assert!(!at(NOW, 11 * DAY + 480) && !at(NOW, 9 * DAY + 480));
        // Around midnight the next day's first and the last day's last are there.
        assert!(at(11 * DAY - 30, 11 * DAY + 15) && !at(11 * DAY - 30, 11 * DAY + 480));
        assert!(at(11 * DAY + 60, 11 * DAY - 60) && !at(11 * DAY + 480, 11 * DAY - 60));
    }
}
