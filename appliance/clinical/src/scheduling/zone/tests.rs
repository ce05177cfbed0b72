use super::*;
use jiff::civil::date;
use proptest::prelude::*;

fn zone(name: &str) -> Zone {
    Zone::named(name).unwrap()
}

fn utc(text: &str) -> Minute {
    minute_of_instant(text).unwrap()
}

/// Zone, day, time, when it opens, when an appointment is, how the time lies.
#[test]
fn hours_that_a_clock_change_leaves_out_or_repeats() {
    for (name, day, hour, minute, opens, at, wall) in [
        ("Europe/Berlin", date(2026, 3, 29), 2, 30, "2026-03-29T01:00Z", "2026-03-29T01:30Z", Wall::Skipped),
        ("Europe/Berlin", date(2026, 3, 29), 3, 0, "2026-03-29T01:00Z", "2026-03-29T01:00Z", Wall::Once),
        ("Europe/Berlin", date(2026, 10, 25), 2, 30, "2026-10-25T00:30Z", "2026-10-25T00:30Z", Wall::Twice),
        (
            "America/New_York",
            date(2026, 3, 8),
            2,
            15,
            "2026-03-08T07:00Z",
            "2026-03-08T07:15Z",
            Wall::Skipped,
        ),
        ("America/New_York", date(2026, 11, 1), 1, 15, "2026-11-01T05:15Z", "2026-11-01T05:15Z", Wall::Twice),
        // Half an hour: 02:00 becomes 02:30.
        (
            "Australia/Lord_Howe",
            date(2026, 10, 4),
            2,
            15,
            "2026-10-03T15:30Z",
            "2026-10-03T15:45Z",
            Wall::Skipped,
        ),
        (
            "Australia/Lord_Howe",
            date(2026, 4, 5),
            1,
            45,
            "2026-04-04T14:45Z",
            "2026-04-04T14:45Z",
            Wall::Twice,
        ),
        // Ramadan 2026: the clock goes back on 15 February, and ahead on 22 March.
        (
            "Africa/Casablanca",
            date(2026, 2, 15),
            2,
            30,
            "2026-02-15T01:30Z",
            "2026-02-15T01:30Z",
            Wall::Twice,
        ),
        (
            "Africa/Casablanca",
            date(2026, 3, 22),
            2,
            30,
            "2026-03-22T02:00Z",
            "2026-03-22T02:30Z",
            Wall::Skipped,
        ),
        // A day without midnight.
        ("Africa/Cairo", date(2026, 4, 24), 0, 0, "2026-04-23T22:00Z", "2026-04-23T22:00Z", Wall::Skipped),
        ("Asia/Kathmandu", date(2026, 1, 1), 9, 0, "2026-01-01T03:15Z", "2026-01-01T03:15Z", Wall::Once),
    ] {
        let (zone, time) = (zone(name), jiff::civil::time(hour, minute, 0, 0));
        let label = format!("{name} {day} {time}");
        assert_eq!(zone.opens(day, time), utc(opens), "{label} opens");
        assert_eq!(zone.at(day.to_datetime(time)), (utc(at), wall), "{label} at");
    }
}

#[test]
fn days_are_as_long_as_they_are() {
    for (name, day, hours) in [
        ("Europe/Berlin", date(2026, 3, 29), 23.0),
        ("Europe/Berlin", date(2026, 10, 25), 25.0),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Africa/Cairo", date(2026, 4, 24), 23.0),
        ("Pacific/Apia", date(2011, 12, 30), 0.0),
        ("Asia/Kolkata", date(2026, 6, 1), 24.0),
    ] {
        assert_eq!(zone(name).day(day).length_min() as f64 / 60.0, hours, "{name} {day}");
    }
}

#[test]
fn instants_bear_their_offset() {
    assert_eq!(zone("Europe/Berlin").instant(utc("2026-03-29T01:00Z")), "2026-03-29T03:00:00+02:00");
    assert_eq!(zone("America/St_Johns").instant(utc("2026-01-01T00:00Z")), "2025-12-31T20:30:00-03:30");
    assert_eq!(Zone::utc().instant(0), "1970-01-01T00:00:00+00:00");
    assert_eq!(minute_of_instant("2026-03-29"), None);
    assert_eq!(minute_of_ms(119_999), 1);
    assert_eq!(zone("europe/berlin").name(), "Europe/Berlin");
}

#[test]
fn an_unknown_zone_is_told_shortened() {
    let error = Zone::named(&"x".repeat(5_000)).unwrap_err();
    assert_eq!((error.code(), error.name.len()), ("zone-unknown", MAX_NAME));
    assert!(Zone::named("Mars/Olympus").unwrap_err().to_string().contains("Europe/Berlin"));
    for name in ["", "../etc/passwd", "Europe/Berlin\0"] {
        assert!(Zone::named(name).is_err(), "{name:?}");
    }
}

proptest! {
    #[test]
    fn a_minute_comes_back_from_its_wall_clock(
        name in prop::sample::select(vec!["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Tehran", "UTC"]),
        minute in 25_000_000_i64..40_000_000,
    ) {
        let zone = zone(name);
        let local = zone.local(minute);
        let (back, wall) = zone.at(local);
        prop_assert_ne!(wall, Wall::Skipped);
        prop_assert!(back == minute || wall == Wall::Twice && back < minute);
        prop_assert_eq!(minute_of_instant(&zone.instant(minute)), Some(minute));
        let day = zone.day(local.date());
        prop_assert!(day.from <= minute && minute < day.to);
        prop_assert_eq!(zone.opens(local.date(), local.time()), back);
    }
}

#[test]
fn the_ends_of_time_do_not_panic() {
    for name in ["Europe/Berlin", "Pacific/Kiritimati"] {
        let zone = zone(name);
        for minute in [i64::MIN, i64::MAX, -377_705_116 * 60, 0] {
            assert!(zone.instant(minute).len() > 10);
        }
        assert!(zone.day(Date::MAX).from > zone.day(Date::MIN).from);
    }
}
