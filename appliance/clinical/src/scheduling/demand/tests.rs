use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};

use super::*;
use crate::scheduling::zone::Zone;

const MONDAY: Date = Date::constant(2026, 3, 2);

fn visit(kind: &str, day: Date, hour: i8, outcome: Outcome, length_min: Option<i64>) -> Visit {
    let start = Zone::utc().at(day.at(hour, 0, 0, 0)).0;
    Visit { kind: kind.into(), start, outcome, length_min }
}

/// So many visits a day from Monday to Sunday, at nine o'clock, in each of the weeks.
fn weeks(count: usize, shape: [usize; 7]) -> Vec<Visit> {
    let days = MONDAY.series(1.day()).take(7 * count).enumerate();
    days.flat_map(|(at, day)| std::iter::repeat_n(visit("x", day, 9, Outcome::Came, Some(30)), shape[at % 7]))
        .collect()
}

fn history(visits: &[Visit], days: i64, closed: &[Date]) -> History {
    History::gather(
        visits,
        &Zone::utc(),
        MONDAY,
        MONDAY.saturating_add(days.days()),
        &closed.iter().copied().collect(),
    )
}

fn expected(history: &History, closed: &[Date]) -> Vec<f64> {
    let told = forecast(history, 7, &closed.iter().copied().collect());
    told.kinds["x"].iter().map(|day| (day.came * 10.0).round() / 10.0).collect()
}

#[test]
fn a_steady_week_is_foretold_as_it_is() {
    let visits = weeks(4, [20, 16, 12, 10, 8, 2, 0]);
    let history = history(&visits, 28, &[]);
    assert_eq!(expected(&history, &[]), [20.0, 16.0, 12.0, 10.0, 8.0, 2.0, 0.0]);
    let holiday = date(2026, 3, 31);
    assert_eq!(expected(&history, &[holiday])[..3], [20.0, 0.0, 12.0]);
}

#[test]
fn holidays_and_weeks_without_notes_say_nothing_of_others() {
    let all = weeks(4, [20, 20, 20, 20, 20, 0, 0]);
    let noted: Vec<Visit> = all
        .into_iter()
        .filter(|one| {
            let week = (one.start / 1_440 - Zone::utc().day(MONDAY).from / 1_440) / 7;
            week != 2
        })
        .collect();
    let history = history(&noted, 28, &[date(2026, 3, 23)]);
    assert_eq!(history.counts("x", date(2026, 3, 17)), None, "nobody noted anything in that week");
    assert_eq!(history.counts("x", date(2026, 3, 23)), None, "it was closed");
    assert_eq!(
        history.counts("x", date(2026, 3, 7)),
        Some(Counts::default()),
        "a Saturday is empty in truth"
    );
    assert_eq!(expected(&history, &[]), [20.0, 20.0, 20.0, 20.0, 20.0, 0.0, 0.0]);
}

#[test]
fn a_new_level_is_followed_within_weeks() {
    let mut visits = weeks(6, [10; 7]);
    let more =
        weeks(6, [10; 7]).into_iter().filter(|one| one.start >= Zone::utc().day(date(2026, 3, 30)).from);
    visits.extend(more);
    let told = expected(&history(&visits, 42, &[]), &[]);
    assert!(told.iter().all(|one| (17.0..20.0).contains(one)), "{told:?}");
}

#[test]
fn little_or_nothing_is_foretold_of_little_or_nothing() {
    let none = history(&[], 0, &[]);
    assert_eq!(
        (forecast(&none, 7, &BTreeSet::new()), judge(&none, Measure::Booked)),
        (Forecast::default(), Judged::default())
    );
    let backwards =
        History::gather(&[], &Zone::utc(), MONDAY, MONDAY.saturating_sub(9.days()), &BTreeSet::new());
    assert_eq!(forecast(&backwards, 7, &BTreeSet::new()).telling_days, 0);
    let day = history(&weeks(1, [12, 0, 0, 0, 0, 0, 0])[..12], 1, &[]);
    let told = forecast(&day, 400, &BTreeSet::new());
    assert_eq!((told.telling_days, told.kinds["x"].len()), (1, 60));
    assert!(
        told.kinds["x"].iter().all(|one| (one.came - 12.0).abs() < 0.01),
        "every day as the only one there was"
    );
    assert_eq!(judge(&day, Measure::Booked).ratio(), None);
}

#[test]
fn a_new_type_leans_on_the_clinic() {
    let mut visits = weeks(4, [30, 10, 10, 10, 10, 0, 0]);
    visits.extend(std::iter::repeat_n(visit("new", date(2026, 3, 27), 10, Outcome::Missed, None), 5));
    let told = forecast(&history(&visits, 28, &[]), 7, &BTreeSet::new()).kinds;
    let new: Vec<f64> = told["new"].iter().map(|one| one.came + one.missed).collect();
    assert!(new[4] > new[0] / 3.0 && new[5] < new[4] / 4.0, "{new:?}");
    assert!(told["new"][4].missed > 0.15 * new[4] && told["x"][4].missed < 1.0);
}

#[test]
fn hours_add_up_and_bounds_hold_what_is_expected() {
    let mut visits = weeks(3, [8; 7]);
    visits.extend(weeks(3, [4; 7]).into_iter().map(|one| Visit { start: one.start + 300, ..one }));
    let told = forecast(&history(&visits, 21, &[]), 7, &BTreeSet::new());
    for day in &told.kinds["x"] {
        assert!((day.hours.iter().sum::<f64>() - day.came).abs() < 1e-9);
        assert!((day.hours[9] - 8.0).abs() < 0.01 && (day.hours[14] - 4.0).abs() < 0.01, "{:?}", day.hours);
        assert!(day.low < day.came && day.came < day.high && day.low >= 0.0);
    }
}

#[test]
fn who_is_there_at_once_is_arrivals_times_how_long_they_stay() {
    let history = history(&weeks(4, [12; 7]), 28, &[]);
    let told = forecast(&history, 1, &BTreeSet::new());
    let present = expected_present(&history, "x", &told.kinds["x"][0]);
    // One every five minutes from nine to ten, and each stays for thirty.
    let at = |hour: usize, minute: usize| (present[hour * 12 + minute / 5] * 100.0).round() / 100.0;
    assert_eq!(
        [at(8, 55), at(9, 0), at(9, 25), at(9, 55), at(10, 20), at(10, 25)],
        [0.0, 1.0, 6.0, 6.0, 1.0, 0.0]
    );
    assert!((present.iter().sum::<f64>() - 12.0 * 6.0).abs() < 0.1, "Little's law");
    assert_eq!((peak(&[present.clone(), present]) * 10.0).round() / 10.0, 12.0);
    assert_eq!(peak(&[]), 0.0);
}

#[test]
fn who_is_there_now_and_at_the_most_until_the_same_time_tomorrow() {
    // Twelve from nine to ten, thirty minutes each, on weekdays; twice as many on Tuesdays.
    let history = history(&weeks(4, [12, 24, 12, 12, 12, 0, 0]), 28, &[]);
    let told = forecast(&history, 7, &BTreeSet::new());
    let at = |day: i64, hour: i64, minute: i64| {
        let found = at_once(&history, &told, (day * 24 + hour) * 60 + minute, |kind| kind == "x");
        [found.now.round(), found.peak.round()]
    };
    assert_eq!(at(0, 9, 40), [6.0, 12.0], "on Monday, with Tuesday's peak ahead");
    assert_eq!(at(0, 8, 0), [0.0, 6.0], "Tuesday's is more than a day away");
    assert_eq!(at(1, 12, 0), [0.0, 6.0]);
    assert_eq!(at(4, 12, 0), [0.0, 0.0], "the weekend");
    assert_eq!(at(6, 12, 0), [0.0, 0.0], "past the end nothing is told");
    assert_eq!(at(400, 9, 30), [0.0, 0.0]);
    assert_eq!(at_once(&history, &told, 9 * 60, |_| false), AtOnce::default());
}

#[test]
fn the_judge_sees_only_what_was_known() {
    // A level that doubles every week: whoever looks ahead would be right.
    let visits: Vec<Visit> = (0..5_usize)
        .flat_map(|week| {
            let days = MONDAY.saturating_add(i64::try_from(week).unwrap().weeks()).series(1.day()).take(7);
            days.flat_map(move |day| std::iter::repeat_n(visit("x", day, 9, Outcome::Came, None), 1 << week))
        })
        .collect();
    let judged = judge(&history(&visits, 35, &[]), Measure::Came);
    assert_eq!(judged.compared, 28);
    assert_eq!(judged.last_week, (1.0 + 2.0 + 4.0 + 8.0) / 4.0);
    assert!(judged.ours >= judged.last_week);
    assert_eq!(MONDAY.weekday(), Weekday::Monday);
}
