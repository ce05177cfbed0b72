use std::collections::BTreeSet;

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::scheduling::booking::Booked;
use crate::scheduling::recur::Rule;
use crate::scheduling::span::Span;
use crate::scheduling::zone::{Zone, minute_of_instant};

fn berlin() -> Zone {
    Zone::named("Europe/Berlin").unwrap()
}

fn at(text: &str) -> i64 {
    minute_of_instant(text).unwrap()
}

fn event(uid: &str, when: When) -> Event {
    Event {
        uid: uid.into(),
        sequence: 0,
        is_free: false,
        status: Status::Confirmed,
        stamp: at("2026-01-01T00:00:00Z"),
        when,
        summary: "Appointment".into(),
        description: None,
        location: None,
        rule: None,
        except: BTreeSet::new(),
        instead_of: None,
    }
}

fn timed(zone: &Zone, start: &str, minutes: i64) -> When {
    When::Timed { span: Span::of(at(start), minutes), zone: zone.clone() }
}

fn calendar(events: Vec<Event>) -> Calendar {
    let organizer = Organizer { name: "North clinic".into(), uri: "mailto:desk@example.org".into() };
    Calendar { method: Some(Method::Publish), organizer: Some(organizer), events }
}

/// A calendar with one event, whose lines these are.
fn file(lines: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

fn read_one(lines: &str) -> Result<Event, IcalError> {
    Ok(read(file(lines).as_bytes(), &berlin())?.events.remove(0))
}

fn code(text: &str) -> &'static str {
    read(text.as_bytes(), &berlin()).unwrap_err().code()
}

#[test]
fn what_is_written_is_read_back() {
    let mut series = event("series@north", timed(&berlin(), "2026-03-22T08:00:00Z", 45));
    series.rule = Some(Rule::parse("FREQ=WEEKLY;COUNT=10").unwrap());
    series.except.insert("2026-03-29T09:00".parse().unwrap());
    let mut moved = event("series@north", timed(&berlin(), "2026-04-05T10:00:00Z", 45));
    moved.instead_of = Some("2026-04-05T09:00".parse().unwrap());
    let mut told = event("told@north", timed(&Zone::utc(), "2026-07-01T08:00:00Z", 30));
    told.summary = "Verband; links, \\ rechts\nمرحبا 🩺".repeat(5);
    told.description = Some("a\r\nb".into());
    (told.location, told.sequence, told.status) = (Some("Room 2, first floor".into()), 3, Status::Tentative);
    let days = event("days@north", When::Days { first: date(2026, 12, 24), end: date(2026, 12, 27) });
    let mut all = calendar(vec![series, moved, told, days]);
    let text = write(&all);
    assert!(text.split("\r\n").all(|line| line.len() <= 75) && text.ends_with("END:VCALENDAR\r\n"));
    all.events[2].description = Some("a\nb".into());
    assert_eq!(read(text.as_bytes(), &Zone::utc()), Ok(all));
}

#[test]
fn another_reader_reads_what_is_written() {
    let mut one = event("one@north", timed(&berlin(), "2026-03-28T08:00:00Z", 45));
    one.summary = "Dressing, left; \"long\" ".repeat(20);
    let text = write(&calendar(vec![one.clone()]));
    let unfolded = icalendar::parser::unfold(&text);
    let read = icalendar::parser::read_calendar(&unfolded).unwrap();
    let names: Vec<&str> = read.components.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["VTIMEZONE", "VEVENT"]);
    let found = read.components[1].find_prop("SUMMARY").unwrap().val.clone().unescape_text();
    assert_eq!(found.as_str(), one.summary);
    assert_eq!(read.components[1].find_prop("DTSTART").unwrap().val.as_str(), "20260328T090000");
}

#[test]
fn the_zone_stands_in_the_file() {
    let text = write(&calendar(vec![
        event("a", timed(&berlin(), "2026-03-28T08:00:00Z", 45)),
        event("b", timed(&berlin(), "2026-04-01T08:00:00Z", 45)),
    ]));
    let zone = text.split("BEGIN:VTIMEZONE\r\n").nth(1).unwrap().split("END:VTIMEZONE").next().unwrap();
    assert_eq!(
        zone.replace("\r\n", " "),
        "TZID:Europe/Berlin BEGIN:STANDARD DTSTART:20260327T090000 TZOFFSETFROM:+0100 TZOFFSETTO:+0100 TZNAME:CET END:STANDARD \
         BEGIN:DAYLIGHT DTSTART:20260329T020000 TZOFFSETFROM:+0100 TZOFFSETTO:+0200 TZNAME:CEST END:DAYLIGHT "
    );
    let lord_howe = write(&calendar(vec![event(
        "a",
        timed(&Zone::named("Australia/Lord_Howe").unwrap(), "2026-10-03T15:00:00Z", 600),
    )]));
    assert!(lord_howe.contains("TZOFFSETFROM:+1030\r\nTZOFFSETTO:+1100"), "{lord_howe}");
}

#[test]
fn the_second_of_two_equal_hours_stays_the_second() {
    for start in ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"] {
        let text = write(&calendar(vec![event("a", timed(&berlin(), start, 15))]));
        let read = read(text.as_bytes(), &berlin()).unwrap();
        assert!(matches!(&read.events[0].when, When::Timed { span, .. } if span.from == at(start)), "{text}");
    }
}

#[test]
fn times_are_read_by_their_zone() {
    for (line, start) in [
        ("DTSTART:20260701T090000Z", "2026-07-01T09:00:00Z"),
        ("DTSTART:20260701T090000", "2026-07-01T07:00:00Z"),
        ("DTSTART;TZID=America/New_York:20260701T090000", "2026-07-01T13:00:00Z"),
        ("DTSTART;TZID=\"W. Europe Standard Time\":20260701T090059", "2026-07-01T07:00:00Z"),
        ("DTSTART;TZID=Europe/Berlin:20260329T023000", "2026-03-29T01:30:00Z"),
    ] {
        let event = read_one(line).unwrap();
        assert!(
            matches!(&event.when, When::Timed { span, .. } if span.from == at(start) && span.is_empty()),
            "{line}"
        );
    }
    let own =
        "BEGIN:VTIMEZONE\r\nTZID:My zone\r\nX-LIC-LOCATION:Asia/Kathmandu\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT";
    let text = file("DTSTART;TZID=My zone:20260701T090000").replacen("BEGIN:VEVENT", own, 1);
    let events = read(text.as_bytes(), &berlin()).unwrap().events;
    assert!(matches!(&events[0].when, When::Timed { zone, .. } if zone.name() == "Asia/Kathmandu"));
}

#[test]
fn lengths_are_read() {
    for (lines, minutes) in [
        ("DTSTART:20260328T090000\r\nDURATION:P1D", 23 * 60),
        ("DTSTART:20260328T090000\r\nDURATION:PT24H", 24 * 60),
        ("DTSTART:20260328T090000\r\nDTEND:20260328T093001", 31),
    ] {
        let event = read_one(lines).unwrap();
        assert!(
            matches!(&event.when, When::Timed { span, .. } if span.length_min() == minutes),
            "{lines} {event:?}"
        );
    }
    for (lines, end) in [
        ("DTSTART;VALUE=DATE:20260328", 29),
        ("DTSTART:20260328\r\nDTEND:20260328", 29),
        ("DTSTART:20260328\r\nDURATION:P2D", 30),
    ] {
        assert_eq!(
            read_one(lines).unwrap().when,
            When::Days { first: date(2026, 3, 28), end: date(2026, 3, end) }
        );
    }
}

#[test]
fn events_recur_by_the_wall_clock() {
    let event = read_one("DTSTART;TZID=Europe/Berlin:20260322T090000\r\nDURATION:PT30M\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\nEXDATE;TZID=Europe/Berlin:20260329T090000").unwrap();
    let spans = event.spans(&Zone::utc(), Span::new(0, i64::MAX)).unwrap();
    assert_eq!(spans, [Span::of(at("2026-03-22T08:00:00Z"), 30), Span::of(at("2026-04-05T07:00:00Z"), 30)]);
    let days = read_one("DTSTART:20260328\r\nRRULE:FREQ=DAILY;COUNT=2").unwrap();
    let lengths: Vec<i64> = days
        .spans(&berlin(), Span::new(0, i64::MAX))
        .unwrap()
        .iter()
        .map(|one| one.length_min() / 60)
        .collect();
    assert_eq!(lengths, [24, 23]);
    let once = read_one("DTSTART:20260328").unwrap();
    assert!(once.spans(&berlin(), Span::new(0, 1)).is_err());
    assert_eq!(once.spans(&berlin(), Span::new(0, i64::MAX)).unwrap().len(), 1);
}

#[test]
fn hostile_calendars_are_refused_whole() {
    let start = "DTSTART:20260701T090000";
    for (lines, expected) in [
        ("SUMMARY:x", "calendar-missing"),
        ("DTSTART:20260701T090000\r\nDTSTART:20260701T090000", "calendar-twice"),
        ("DTSTART:20260732", "calendar-value"),
        ("DTSTART:99990101T000000Z", "calendar-value"),
        ("DTSTART;TZID=Mars/Olympus:20260701T090000", "calendar-zone-unknown"),
        ("DTSTART:20260701T090000\r\nDTEND:20260701T080000", "calendar-value"),
        ("DTSTART:20260701T090000\r\nDTEND:20260702", "calendar-value"),
        ("DTSTART:20260701T090000\r\nDURATION:-PT5M", "calendar-value"),
        ("DTSTART:20260701T090000\r\nDURATION:PT5M\r\nDTEND:20260701T100000", "calendar-value"),
        ("DTSTART:20260701T090000\r\nRRULE:FREQ=SECONDLY", "recurrence-unsupported"),
        ("DTSTART:20260701T090000\r\nRDATE:20260702T090000", "calendar-unsupported"),
        (
            "DTSTART:20260701T090000\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260702T090000",
            "calendar-unsupported",
        ),
        ("DTSTART:20260701T090000\r\nSTATUS:MAYBE", "calendar-value"),
        ("DTSTART:20260701T090000\r\nSEQUENCE:-1", "calendar-value"),
        ("DTSTART:20260701T090000\r\nEND:VALARM", "calendar-unbalanced"),
        ("DTSTART:20260701T090000\r\nBEGIN:A\r\nBEGIN:B\r\nBEGIN:C", "calendar-too-deep"),
        ("DTSTART:20260701T090000\r\nodd", "calendar-malformed"),
    ] {
        assert_eq!(code(&file(lines)), expected, "{lines}");
    }
    assert_eq!(code(""), "calendar-malformed");
    assert_eq!(code("<html>"), "calendar-malformed");
    assert_eq!(code("BEGIN:VCARD\nEND:VCARD"), "calendar-malformed");
    assert_eq!(code(&file(start).repeat(2)), "calendar-malformed");
    assert_eq!(code(&file(start).replace("END:VCALENDAR", "X:y")), "calendar-unbalanced");
    assert_eq!(code(&file(start).replace("UID:1", "UID: ")), "calendar-value");
    assert_eq!(code(&file(start).replace("PRODID:x", "METHOD:REPLY")), "calendar-unsupported");
    let many = file(start).replace("END:VCALENDAR", &"BEGIN:VEVENT\nEND:VEVENT\n".repeat(MAX_EVENTS));
    assert_eq!(code(&many), "calendar-too-many-events");
    let dates = (0..=MAX_EXCEPTIONS)
        .map(|n| format!("EXDATE:{}0101T090000", 1900 + n / 4))
        .collect::<Vec<_>>()
        .join("\r\n");
    assert_eq!(
        read_one(&format!("{start}\r\n{dates}")).map(|one| one.except.len()),
        Ok(251),
        "equal dates are one"
    );
    assert_eq!(read(&[b'x'; MAX_BYTES + 1], &berlin()).unwrap_err().code(), "calendar-too-large");
    let latin = read(b"BEGIN:VCALENDAR\r\nX:\xe4", &berlin()).unwrap_err();
    assert_eq!((latin.code(), latin.line), ("calendar-not-text", 2));
    let told = read(file("DTSTART;TZID=Mars\u{202e}:20260701T090000").as_bytes(), &berlin())
        .unwrap_err()
        .to_string();
    assert!(told.starts_with("cannot read the calendar: line 7: the time zone \"Mars"), "{told}");
}

#[test]
fn what_an_event_does_not_need_is_passed_over() {
    let event = read_one("DTSTART:20260701T090000Z\r\nX-ODD;Y=\"a:b\":c\r\n\r\nBEGIN:VALARM\r\nSUMMARY:alarm\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nSUMMARY:own").unwrap();
    assert_eq!(event.summary, "own");
    let other = file("DTSTART:20260701T090000Z").replace("VEVENT", "VTODO");
    assert_eq!(read(other.as_bytes(), &berlin()).unwrap().events, []);
    let bom = format!("\u{feff}{}", file("DTSTART:20260701T090000Z").replace("\r\n", "\n"));
    assert_eq!(read(bom.as_bytes(), &berlin()).unwrap().events.len(), 1);
}

#[test]
fn an_appointment_that_is_cancelled_is_taken_out_of_calendars() {
    let record = serde_json::json!({ "id": "a1", "status": "cancelled", "start": "2026-06-01T09:00:00+02:00", "end": "2026-06-01T09:30:00+02:00",
        "extension": [{ "url": "urn:holdfast:schedule:sequence", "valueUnsignedInt": 4 }] });
    let booked = Booked::read(&record).unwrap().unwrap();
    let event = event_of(&booked, "north.example.org", "Appointment", 0, &berlin());
    assert_eq!(
        (event.uid.as_str(), event.sequence, event.status),
        ("a1@north.example.org", 4, Status::Cancelled)
    );
    let text = write(&Calendar { method: Some(Method::Cancel), ..calendar(vec![event]) });
    for line in [
        "METHOD:CANCEL",
        "STATUS:CANCELLED",
        "SEQUENCE:4",
        "DTSTART;TZID=Europe/Berlin:20260601T090000",
        "ORGANIZER;CN=\"North clinic\":mailto:desk@example.org",
    ] {
        assert!(text.contains(&format!("{line}\r\n")), "{line}: {text}");
    }
    assert_eq!(read(text.as_bytes(), &berlin()).unwrap().method, Some(Method::Cancel));
}

proptest! {
    /// Neither bytes nor lines of the right words make it panic.
    #[test]
    fn nothing_makes_the_reader_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        words in prop::collection::vec(prop::sample::select(vec!["BEGIN:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR", "DTSTART", ";TZID=Europe/Berlin", ";VALUE=DATE", ":", "20260329T023000", "00000101T000000", "20260329", "Z", "RRULE:FREQ=YEARLY", ";COUNT=5", "DURATION:P99999W", "EXDATE:", ",", "\r\n", "\n ", "UID:1"]), 0..60),
    ) {
        let _ = read(&bytes, &berlin());
        if let Ok(read) = read(words.concat().as_bytes(), &berlin()) {
            for event in &read.events {
                let _ = event.spans(&berlin(), Span::new(0, 100_000_000));
            }
            prop_assert_eq!(super::read(write(&read).as_bytes(), &berlin()).map(|again| again.events.len()), Ok(read.events.len()));
        }
    }
}

#[test]
fn what_is_shown_as_free_takes_no_time() {
    let start = "DTSTART:20260302T090000Z\r\nDTEND:20260302T100000Z";
    for (line, is_free) in [
        ("TRANSP:TRANSPARENT", true),
        ("TRANSP:transparent", true),
        ("TRANSP:OPAQUE", false),
        ("X-A:1", false),
    ] {
        let event = read_one(&format!("{start}\r\n{line}")).unwrap();
        assert_eq!(event.is_free, is_free, "{line}");
        let again = read(write(&calendar(vec![event.clone()])).as_bytes(), &berlin()).unwrap();
        assert_eq!(again.events[0].is_free, event.is_free);
    }
    assert_eq!(
        (domain_of("north").as_str(), domain_of("").as_str()),
        ("north.holdfast", "head-office.holdfast")
    );
}
