//! From a rule to wall-clock times.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Weekday};

use super::rule::{ByDay, Frequency, Rule};

/// The most days, weeks, months or years that are looked through: a rule that matches nothing must come to an end.
const MAX_PERIODS: i64 = 5_000;

impl Rule {
    /// The wall-clock times at which it recurs from `start` on, in order, whatever [`Rule::end`] says; bounded by some 5,000 days,
    /// weeks, months or years.
    ///
    /// `start` itself is among them only if it fits the rule.
    pub(super) fn times(&self, start: DateTime) -> impl Iterator<Item = DateTime> + '_ {
        let periods = (0..MAX_PERIODS).map_while(move |n| self.period(start.date(), n));
        let dates = periods.flat_map(move |dates| self.chosen(dates));
        dates.filter(move |date| *date >= start.date()).map(move |date| date.to_datetime(start.time()))
    }

    /// The dates of the `n`th day, week, month or year, in order; `None` past the calendar's end.
    fn period(&self, start: Date, n: i64) -> Option<Vec<Date>> {
        let step = n.checked_mul(i64::from(self.interval))?;
        match self.frequency {
            Frequency::Daily => {
                let date = start.checked_add(days(step)?).ok()?;
                let fits = self.days.is_empty() || self.days.iter().any(|by| by.day == date.weekday());
                Some(if fits { vec![date] } else { vec![] })
            }
            Frequency::Weekly => {
                let into = i64::from(start.weekday().since(self.week_start));
                let first = start.checked_sub(days(into)?).ok()?;
                let first = first.checked_add(days(step.checked_mul(7)?)?).ok()?;
                Some(self.of_week(first, start.weekday()))
            }
            Frequency::Monthly => {
                let month =
                    start.first_of_month().checked_add(jiff::Span::new().try_months(step).ok()?).ok()?;
                Some(self.of_month(month, start.day()))
            }
            Frequency::Yearly => {
                let year = i16::try_from(i64::from(start.year()).checked_add(step)?).ok()?;
                let own = [start.month()];
                let months: &[i8] = if self.months.is_empty() { &own } else { &self.months };
                let firsts = months.iter().map(|month| Date::new(year, *month, 1));
                let firsts: Vec<Date> = firsts.collect::<Result<_, _>>().ok()?;
                Some(tidy(firsts.into_iter().flat_map(|first| self.of_month(first, start.day())).collect()))
            }
        }
    }

    fn of_week(&self, first: Date, own: Weekday) -> Vec<Date> {
        let fits = |date: &Date| {
            let day = date.weekday();
            if self.days.is_empty() { day == own } else { self.days.iter().any(|by| by.day == day) }
        };
        first.series(1.day()).take(7).filter(fits).collect()
    }

    fn of_month(&self, first: Date, own: i8) -> Vec<Date> {
        let length = first.days_in_month();
        let all = || (1..=length).filter_map(|day| Date::new(first.year(), first.month(), day).ok());
        let on_day = |date: &Date| {
            let listed =
                |day: &i8| if *day > 0 { date.day() == *day } else { date.day() == length + 1 + *day };
            self.month_days.iter().any(listed)
        };
        match (self.month_days.is_empty(), self.days.is_empty()) {
            (true, true) => all().filter(|date| date.day() == own).collect(),
            (false, true) => all().filter(on_day).collect(),
            (true, false) => all().filter(|date| self.days.iter().any(|by| by.is(*date, length))).collect(),
            (false, false) => {
                all().filter(on_day).filter(|date| self.days.iter().any(|by| by.is(*date, length))).collect()
            }
        }
    }

    /// Those at the rule's positions.
    fn chosen(&self, dates: Vec<Date>) -> Vec<Date> {
        if self.positions.is_empty() {
            return dates;
        }
        let at = |position: &i16| {
            let place = usize::from(position.unsigned_abs()).checked_sub(1)?;
            if *position > 0 { dates.get(place) } else { dates.iter().rev().nth(place) }.copied()
        };
        tidy(self.positions.iter().filter_map(at).collect())
    }
}

impl ByDay {
    /// Whether the date, in a month of so many days, is such a day.
    fn is(self, date: Date, length: i8) -> bool {
        let from_start = (date.day() - 1) / 7 + 1;
        let from_end = (length - date.day()) / 7 + 1;
        date.weekday() == self.day
            && self.nth.is_none_or(|nth| if nth > 0 { nth == from_start } else { -nth == from_end })
    }
}

fn days(count: i64) -> Option<jiff::Span> {
    jiff::Span::new().try_days(count).ok()
}

fn tidy(mut dates: Vec<Date>) -> Vec<Date> {
    dates.sort_unstable();
    dates.dedup();
    dates
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn first(rule: &str, start: &str, count: usize) -> String {
        let rule = Rule::parse(rule).unwrap();
        let start: DateTime = start.parse().unwrap();
        let dates: Vec<String> =
            rule.times(start).take(count).map(|at| at.strftime("%m-%d").to_string()).collect();
        dates.join(" ")
    }

    #[test]
    fn rules_yield_their_days() {
        for (rule, start, expected) in [
            ("FREQ=DAILY;INTERVAL=10", "2026-01-25T09:00", "01-25 02-04 02-14 02-24"),
            ("FREQ=DAILY;BYDAY=MO,FR", "2026-01-01T09:00", "01-02 01-05 01-09 01-12"),
            ("FREQ=WEEKLY", "2026-02-25T09:00", "02-25 03-04 03-11 03-18"),
            // RFC 5545, section 3.8.5.3: the start of the week changes what every second week is.
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO", "1997-08-05T09:00", "08-05 08-10 08-19 08-24"),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU", "1997-08-05T09:00", "08-05 08-17 08-19 08-31"),
            ("FREQ=MONTHLY", "2026-01-31T09:00", "01-31 03-31 05-31 07-31"),
            ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-15T09:00", "01-31 02-28 03-31 04-30"),
            ("FREQ=MONTHLY;BYDAY=2TU", "2026-01-01T09:00", "01-13 02-10 03-10 04-14"),
            ("FREQ=MONTHLY;BYDAY=-1FR", "2026-01-01T09:00", "01-30 02-27 03-27 04-24"),
            ("FREQ=MONTHLY;BYDAY=5MO", "2026-01-01T09:00", "03-30 06-29 08-31 11-30"),
            ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-01-01T09:00", "01-30 02-27 03-31 04-30"),
            ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "2026-01-01T09:00", "02-13 03-13 11-13 08-13"),
            ("FREQ=YEARLY", "2024-02-29T09:00", "02-29 02-29 02-29 02-29"),
            ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "2026-01-01T09:00", "11-26 11-25 11-23 11-22"),
        ] {
            assert_eq!(first(rule, start, 4), expected, "{rule}");
        }
        assert_eq!(
            first("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", "2026-01-01T09:00", 4),
            "",
            "it comes to an end"
        );
        assert!(
            first("FREQ=YEARLY;INTERVAL=400", "2026-01-01T09:00", 100).len() > 10,
            "up to the calendar's end"
        );
    }

    fn any_rule() -> impl Strategy<Value = String> {
        let days = || proptest::sample::subsequence(vec!["MO", "TU", "WE", "TH", "FR", "SA", "SU"], 1..5);
        let numbered = prop::collection::vec(
            (
                prop::sample::select(vec!["1", "2", "4", "-1", "-2"]),
                prop::sample::select(vec!["MO", "WE", "SU"]),
            ),
            1..3,
        );
        let month_days = prop::collection::btree_set(prop_oneof![1_i8..=31, -31_i8..=-1], 1..4);
        let body = prop_oneof![
            Just("FREQ=DAILY".to_owned()),
            days().prop_map(|days| format!("FREQ=DAILY;BYDAY={}", days.join(","))),
            (days(), prop::sample::select(vec!["MO", "SU", "SA"]))
                .prop_map(|(days, start)| format!("FREQ=WEEKLY;BYDAY={};WKST={start}", days.join(","))),
            Just("FREQ=MONTHLY".to_owned()),
            Just("FREQ=YEARLY".to_owned()),
            days().prop_map(|days| format!("FREQ=MONTHLY;BYDAY={}", days.join(","))),
            (days(), prop::sample::select(vec!["1", "2", "-1", "-3"]))
                .prop_map(|(days, at)| format!("FREQ=MONTHLY;BYDAY={};BYSETPOS={at}", days.join(","))),
            numbered.prop_map(|all| format!(
                "FREQ=MONTHLY;BYDAY={}",
                all.iter().map(|(n, d)| format!("{n}{d}")).collect::<Vec<_>>().join(",")
            )),
            month_days.prop_map(|all| format!(
                "FREQ=MONTHLY;BYMONTHDAY={}",
                all.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
            )),
        ];
        (body, 1_u16..5).prop_map(|(body, interval)| format!("{body};INTERVAL={interval}"))
    }

    proptest! {
        /// The crate `rrule` reads RFC 5545 with other code and agrees.
        #[test]
        fn rules_yield_what_another_reader_of_the_rfc_has(rule in any_rule(), day in 0_i32..3_000) {
            let start: DateTime = "2024-01-01T09:30".parse().unwrap();
            let start = start.checked_add(day.days()).unwrap();
            let text = format!("DTSTART:{}Z\nRRULE:{rule};COUNT=12", start.strftime("%Y%m%dT%H%M%S"));
            let peer: rrule::RRuleSet = text.parse().unwrap();
            let peer: Vec<String> = peer.all(12).dates.iter().map(|at| at.format("%Y-%m-%dT%H:%M:%S").to_string()).collect();
            let ours: Vec<String> = Rule::parse(&rule).unwrap().times(start).take(12).map(|at| at.to_string()).collect();
            prop_assert_eq!(&ours[..peer.len().min(ours.len())], &peer[..]);
        }
    }
}
