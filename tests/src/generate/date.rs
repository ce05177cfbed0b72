//! Dates by arithmetic alone: no clock, no time zone table.

/// The first day of generated clinical time, 2024-01-01, in days since 1970.
pub(super) const CLINIC_OPENS_DAY: i64 = 19_723;

/// `YYYY-MM-DD` of a day counted from 1970-01-01 (Hinnant's civil-from-days).
pub(crate) fn day(days: i64) -> String {
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `YYYY-MM-DDThh:mm:ss+00:00` of a moment counted in seconds from 1970.
pub(super) fn instant(seconds: i64) -> String {
    format!("{}+00:00", local(seconds))
}

/// As [`instant`], with milliseconds.
pub(super) fn instant_ms(seconds: i64, ms: i64) -> String {
    format!("{}.{:03}+00:00", local(seconds), ms.rem_euclid(1000))
}

fn local(seconds: i64) -> String {
    let of_day = seconds.rem_euclid(86_400);
    let (hours, minutes, seconds_left) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{}T{hours:02}:{minutes:02}:{seconds_left:02}", day(seconds.div_euclid(86_400)))
}

/// The day that `YYYY-MM-DD` names, counted from 1970-01-01 (Hinnant's days-from-civil); whether the month has it is not looked at.
pub(crate) fn parse_day(text: &str) -> Option<i64> {
    let mut parts = text.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days() {
        for (days, text) in
            [(0, "1970-01-01"), (-1, "1969-12-31"), (CLINIC_OPENS_DAY, "2024-01-01"), (19_782, "2024-02-29")]
        {
            assert_eq!(day(days), text);
            assert_eq!(parse_day(text), Some(days));
        }
        assert_eq!(instant_ms(86_399, 7), "1970-01-01T23:59:59.007+00:00");
    }
}
