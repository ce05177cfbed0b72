use super::*;
use crate::scheduling::testing::wound_care;
use crate::scheduling::zone::minute_of_instant;

fn zone() -> Zone {
    Zone::named("Europe/Berlin").unwrap()
}

fn at(text: &str) -> Minute {
    minute_of_instant(text).unwrap()
}

fn booking<'a>(kind: &'a AppointmentType, resources: &'a [String]) -> Booking<'a> {
    Booking {
        id: "a1",
        kind,
        way: Way::Booked,
        patient: Some("Patient/p"),
        resources,
        span: Span::of(at("2026-06-01T07:00:00Z"), 30),
        now: at("2026-05-20T07:00:00Z"),
        is_overbooked: false,
        session: None,
        series: None,
        description: None,
    }
}

fn keys(all: &[&str]) -> Vec<String> {
    all.iter().map(|key| (*key).to_owned()).collect()
}

fn with(record: &Value, elements: Map<String, Value>) -> Value {
    let mut record = record.clone();
    record.as_object_mut().unwrap().extend(elements);
    record
}

fn assert_lawful(record: &Value) {
    let issues = crate::validate::validate(&record.to_string());
    assert_eq!(crate::validate::first_error(issues), None, "{record}");
}

#[test]
fn bookings_of_every_way_are_lawful_and_come_back() {
    let (kind, resources) = (wound_care(), keys(&["Practitioner/7", "Location/r2"]));
    for (way, status, takes) in
        [(Way::Booked, "booked", true), (Way::Requested, "proposed", false), (Way::WalkIn, "arrived", true)]
    {
        let booking = Booking {
            way,
            is_overbooked: true,
            series: Some(("s", 3)),
            description: Some("Dressing"),
            ..booking(&kind, &resources)
        };
        let record = booking.resource(&zone());
        assert_lawful(&record);
        assert_eq!(record["start"], "2026-06-01T09:00:00+02:00");
        let read = Booked::read(&record).unwrap().unwrap();
        assert_eq!((read.status.as_str(), read.takes_time()), (status, takes));
        assert_eq!(read.taken, booking.span.widened(5, 10));
        assert_eq!((read.patient.as_deref(), &read.resources), (Some("Patient/p"), &resources));
        assert_eq!(
            (read.kind.as_deref(), read.is_overbooked, read.series),
            (Some("wound"), true, Some(("s".into(), 3)))
        );
    }
    let waiting = Booking { way: Way::Waiting, ..booking(&kind, &resources) }.resource(&zone());
    assert_lawful(&waiting);
    assert_eq!(Booked::read(&waiting), Ok(None));
    assert_eq!(waiting["minutesDuration"], 30);
}

#[test]
fn a_move_says_what_is_given_back_and_what_is_taken() {
    let (kind, resources) = (wound_care(), keys(&["Practitioner/7", "Location/r2"]));
    let record = booking(&kind, &resources).resource(&zone());
    let later = Placement {
        span: Span::of(at("2026-06-01T07:15:00Z"), 30),
        resources: keys(&["Practitioner/8", "Location/r2"]),
    };
    let change = moved(&record, &later, &zone()).unwrap();
    let start = at("2026-06-01T07:00:00Z");
    let old = Span::new(start - 5, start + 40);
    assert_eq!(
        change.released,
        [("Practitioner/7".into(), old), ("Location/r2".into(), Span::new(start - 5, start + 10))]
    );
    let new = Span::new(start + 10, start + 55);
    assert_eq!(change.taken, [("Practitioner/8".into(), new), ("Location/r2".into(), new)]);
    let record = with(&record, change.elements);
    assert_lawful(&record);
    let read = Booked::read(&record).unwrap().unwrap();
    assert_eq!((read.span, read.taken, read.sequence), (later.span, new, 1));
    assert_eq!(
        (read.patient.as_deref(), read.resources),
        (Some("Patient/p"), keys(&["Location/r2", "Practitioner/8"]))
    );
}

#[test]
fn what_cannot_be_moved_says_why() {
    let (kind, resources) = (wound_care(), keys(&["Practitioner/7"]));
    let record = |way| Booking { way, ..booking(&kind, &resources) }.resource(&zone());
    let to = Placement { span: Span::of(0, 30), resources: resources.clone() };
    let code = |record: &Value, to: &Placement| moved(record, to, &zone()).unwrap_err().code();
    assert_eq!(code(&record(Way::WalkIn), &to), "appointment-not-movable");
    assert_eq!(code(&record(Way::Waiting), &to), "appointment-without-time");
    assert_eq!(
        code(&record(Way::Booked), &Placement { resources: vec![], ..to.clone() }),
        "appointment-empty"
    );
    assert_eq!(
        code(&record(Way::Booked), &Placement { span: Span::of(0, 0), ..to.clone() }),
        "appointment-empty"
    );
    let asked = moved(&record(Way::Requested), &to, &zone()).unwrap();
    assert_eq!((asked.released, asked.taken), (vec![], vec![]), "a request takes nothing");
}

#[test]
fn cancelling_gives_a_reason_of_the_value_set() {
    let (kind, resources) = (wound_care(), keys(&["Practitioner/7"]));
    let record = booking(&kind, &resources).resource(&zone());
    let record = with(&record, cancelled(&record, "pat-lt", Some("No bus")).unwrap());
    assert_lawful(&record);
    assert_eq!(record["cancelationReason"]["text"], "No bus");
    let read = Booked::read(&record).unwrap().unwrap();
    assert_eq!((read.sequence, read.takes_time()), (1, false));
    assert_eq!(cancelled(&record, "bored", None).unwrap_err().code(), "cancel-reason-unknown");
    let done = with(&record, Map::from_iter([("status".to_owned(), "fulfilled".into())]));
    assert_eq!(cancelled(&done, "pat", None).unwrap_err().code(), "status-step-forbidden");
    assert!(CANCEL_REASONS.iter().all(|reason| cancel_reason(reason.code) == Some(*reason)));
}

#[test]
fn nobody_fails_to_come_before_it_began() {
    let (kind, resources) = (wound_care(), keys(&["Practitioner/7"]));
    let record = booking(&kind, &resources).resource(&zone());
    let start = at("2026-06-01T07:00:00Z");
    assert_eq!(no_show(&record, start - 1).unwrap_err().code(), "appointment-not-begun");
    let record = with(&record, no_show(&record, start).unwrap());
    assert!(Booked::read(&record).unwrap().unwrap().takes_time(), "its time is gone");
}

#[test]
fn a_session_counts_its_places_and_names_no_patient() {
    let kind = AppointmentType { capacity: 2, ..wound_care() };
    let resources = keys(&["Practitioner/7", "Location/r2"]);
    let session = Booking { id: "s", patient: None, ..booking(&kind, &resources) }.resource(&zone());
    assert_lawful(&session);
    let session = Booked::read(&session).unwrap().unwrap();
    let place = |id, way| {
        let made = Booking { id, way, session: Some("Appointment/s"), ..booking(&kind, &resources) }
            .resource(&zone());
        assert_lawful(&made);
        Booked::read(&made).unwrap().unwrap()
    };
    let all = [place("a", Way::Booked), place("b", Way::Requested), place("c", Way::WalkIn)];
    assert!(all.iter().all(|one| !one.takes_time()), "the session takes the time");
    let count = places(&session, &all).unwrap();
    assert_eq!((count.taken, count.left()), (2, 0));
    assert_eq!(session_of(&all[0], [&session]).map(|one| one.id.as_str()), Some("s"));
    assert_eq!(places(&all[0], &all), None);
    let open = |window, all: &[Booked]| open_sessions([&session], all, "wound", window).len();
    let day = Span::of(session.span.from - 60, 120);
    assert_eq!((open(day, &all), open(day, &all[..2]), open(Span::of(0, 9), &all[..2])), (0, 1, 0));
    assert_eq!(Places { capacity: 1, taken: 3 }.left(), 0);
}

#[test]
fn odd_records_are_refused_in_words() {
    for (record, element) in [
        (json!({ "id": "x", "status": "booked", "start": "2026-01-01" }), "start"),
        (json!({ "id": "x", "status": "booked", "start": "2026-01-01T09:00:00Z" }), "end"),
        (json!({ "status": "booked", "start": "2026-01-01T09:00:00Z", "end": "2026-01-01T09:30:00Z" }), "id"),
    ] {
        assert_eq!(Booked::read(&record).unwrap_err().element, element);
    }
}
