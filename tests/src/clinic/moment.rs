//! Days and minutes at the clinic, by arithmetic alone.

use crate::generate::date;

/// Minutes of a day.
const DAY_MINUTES: i64 = 1440;

/// When the clinic is looked at, and how far its clocks are from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Days since 1970-01-01, by the clinic's calendar.
    pub day: i64,
    /// Minutes since the clinic's midnight.
    pub minute: i64,
    /// Minutes that the clinic's clocks are ahead of UTC.
    pub offset_minutes: i64,
}

impl Now {
    /// Reads `2026-11-27 10:40 +0100`, which `date '+%F %H:%M %z'` prints.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.split_whitespace();
        let day = date::parse_day(parts.next()?)?;
        let (hour, minute) = parts.next()?.split_once(':')?;
        let zone = parts.next().unwrap_or("+0000");
        let (sign, digits) = zone.split_at_checked(1)?;
        let (hours, minutes) = digits.split_at_checked(2)?;
        let number = |text: &str| text.parse::<i64>().ok();
        let offset = number(hours)? * 60 + number(minutes)?;
        Some(Self {
            day,
            minute: number(hour)? * 60 + number(minute)?,
            offset_minutes: if sign == "-" { -offset } else { offset },
        })
    }

    /// The same day in the middle of the morning, if the clinic is closed at this hour: a day sheet is there to be seen.
    #[must_use]
    pub fn in_opening_hours(self) -> Self {
        let minute =
            if (OPENS + 60..CLOSES - 60).contains(&self.minute) { self.minute } else { 10 * 60 + 40 };
        Self { minute, ..self }
    }
}

/// The clinic sees its first patient, in minutes since midnight.
pub(super) const OPENS: i64 = 8 * 60;
/// The last appointment has ended.
pub(super) const CLOSES: i64 = 17 * 60;

/// A minute at the clinic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment {
    pub(super) day: i64,
    pub(super) minute: i64,
    pub(super) offset: i64,
}

impl Moment {
    pub(super) fn plus(self, minutes: i64) -> Self {
        let all = self.day * DAY_MINUTES + self.minute + minutes;
        Self { day: all.div_euclid(DAY_MINUTES), minute: all.rem_euclid(DAY_MINUTES), ..self }
    }

    /// A FHIR `dateTime` or `instant`.
    pub(super) fn text(self) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let offset = self.offset.abs();
        format!(
            "{}T{:02}:{:02}:00{sign}{:02}:{:02}",
            date::day(self.day),
            self.minute / 60,
            self.minute % 60,
            offset / 60,
            offset % 60
        )
    }
}

/// `YYYY-MM-DD`.
pub(super) fn day_text(day: i64) -> String {
    date::day(day)
}

/// Monday to Friday.
pub(super) fn is_workday(day: i64) -> bool {
    // 1970-01-01 was a Thursday.
    (day + 3).rem_euclid(7) < 5
}

/// The next day on which the clinic is open, this one included.
pub(super) fn workday_from(day: i64) -> i64 {
    (day..day + 3).find(|day| is_workday(*day)).unwrap_or(day)
}

/// The last day on which the clinic was open, this one included.
pub(super) fn workday_to(day: i64) -> i64 {
    (day - 2..=day).rev().find(|day| is_workday(*day)).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_carry_over_midnight_and_name_their_zone() {
        let now = Now::read("2026-11-27 23:50 -0530").unwrap();
        let moment = Moment { day: now.day, minute: now.minute, offset: now.offset_minutes };
        assert_eq!(moment.text(), "2026-11-27T23:50:00-05:30");
        assert_eq!(moment.plus(15).text(), "2026-11-28T00:05:00-05:30");
        assert_eq!(now.in_opening_hours().minute, 640);
        assert!(is_workday(now.day) && !is_workday(now.day + 1));
        assert_eq!(workday_from(now.day + 1), now.day + 3);
        assert_eq!(workday_to(now.day + 2), now.day);
        assert_eq!(Now::read("27.11.2026"), None);
    }
}
