use serde_json::json;

use super::*;
use crate::scheduling::find::{Kind, Need, Wish};

fn nurse(free: &[(i64, i64)]) -> (Resource, Free) {
    let key = "Practitioner/n".to_owned();
    let resource =
        Resource { key, kind: Kind::Practitioner, roles: vec![], skills: vec![], languages: vec![] };
    let times: Spans = free.iter().map(|(from, to)| Span::new(*from, *to)).collect();
    (resource, Free::new(times.clone(), Spans::default(), &times))
}

fn ask(duration_min: i64) -> Ask {
    Ask {
        duration_min,
        before_min: 0,
        after_min: 0,
        step_min: 10,
        needs: vec![Need::any(Kind::Practitioner)],
        window: Span::new(0, 1),
        patient_busy: Spans::default(),
        wish: Wish::default(),
        per_start: 1,
        page: 1,
    }
}

fn waiter(id: &str, priority: Option<u8>, since: i64) -> Waiter {
    Waiter {
        id: id.into(),
        kind: None,
        priority,
        since,
        wanted: Spans::new([Span::new(0, 10_000)]),
        cannot: Cannot::default(),
        offered: vec![],
    }
}

fn made(waiters: &[Waiter], now: i64) -> Vec<(String, i64, i64)> {
    let (resource, free) = nurse(&[(1_000, 1_060)]);
    let line = Line { waiters, resources: &[(&resource, &free)], zone: &Zone::utc(), now };
    let minutes = |waiter: &Waiter| Some(ask(if waiter.kind.as_deref() == Some("long") { 60 } else { 30 }));
    let made = offers(line, Span::new(1_000, 1_060), minutes).unwrap();
    made.into_iter().map(|offer| (offer.waiter, offer.span.from, offer.until)).collect()
}

#[test]
fn priority_then_time_of_waiting_decides() {
    let all = [
        waiter("late", None, 20),
        waiter("early", None, 10),
        waiter("urgent", Some(1), 30),
        waiter("less", Some(5), 5),
    ];
    assert_eq!(
        in_order(&all).iter().map(|one| one.id.as_str()).collect::<Vec<_>>(),
        ["urgent", "less", "early", "late"]
    );
    // Half an hour each: two fit into what became free.
    assert_eq!(made(&all, 0), [("urgent".into(), 1_000, 120), ("less".into(), 1_030, 120)]);
}

#[test]
fn who_does_not_fit_is_passed_over_and_keeps_their_place() {
    let mut all = [waiter("a", Some(1), 0), waiter("b", None, 0)];
    all[0].wanted = Spans::new([Span::new(5_000, 6_000)]);
    assert_eq!(made(&all, 0), [("b".into(), 1_000, 120)]);
    all[0].wanted = Spans::new([Span::new(1_020, 6_000)]);
    assert_eq!(made(&all, 0), [("a".into(), 1_020, 120)], "what is left is too short");
    all[1].kind = Some("long".into());
    all[0].priority = None;
    assert_eq!(made(&all, 0), [("a".into(), 1_020, 120)]);
}

/// An offer without buffers.
fn under(span: Span, until: i64) -> Offered {
    Offered { span, taken: span, until }
}

#[test]
fn nobody_is_offered_a_weekday_or_half_of_the_day_on_which_they_cannot_come() {
    // 1970-01-01 was a Thursday; minute 1,000 of it is in the afternoon.
    let cannot = |weekdays: &[i8], only| Cannot { weekdays: weekdays.iter().copied().collect(), only };
    for (cannot, is_offered) in [
        (cannot(&[4], None), false),
        (cannot(&[1, 2, 3, 5, 6, 7], None), true),
        (cannot(&[], Some(Half::Morning)), false),
        (cannot(&[], Some(Half::Afternoon)), true),
        (cannot(&[4], Some(Half::Afternoon)), false),
    ] {
        let mut all = [waiter("a", None, 0)];
        all[0].cannot = cannot.clone();
        assert_eq!(!made(&all, 0).is_empty(), is_offered, "{cannot:?}");
        let mut record = json!({ "resourceType": "Appointment", "id": "w", "status": "waitlist" });
        record["extension"] = json!(Vec::from_iter(cannot.extension()));
        assert_eq!(Cannot::read(&record), cannot);
    }
    // By the clinic's clock: at one in the afternoon in Berlin it is noon in UTC.
    let berlin = Zone::named("Europe/Berlin").unwrap();
    let noon = 11 * 60;
    let mornings = cannot(&[], Some(Half::Morning)).leaves(&berlin, Span::new(noon - 30, noon + 30));
    assert_eq!(mornings, Spans::new([Span::new(noon - 30, noon)]));
    // An appointment lies wholly where they can come.
    let over_noon = cannot(&[5], None).leaves(&Zone::utc(), Span::new(1_400, 1_500));
    assert_eq!(over_noon, Spans::new([Span::new(1_400, 1_440)]));
}

#[test]
fn time_that_an_offer_needs_before_and_after_it_is_not_offered_to_another() {
    let mut all = [waiter("a", Some(1), 0), waiter("b", None, 0)];
    all[0].offered.push(under(Span::new(1_000, 1_030), 120));
    assert_eq!(made(&all, 0), [("b".into(), 1_030, 120)]);
    all[0].offered[0].taken = Span::new(1_000, 1_040);
    assert_eq!(made(&all, 0), [], "what is left of the hour is too short");
}

#[test]
fn an_offer_expires_and_goes_to_the_next() {
    let mut all = [waiter("a", Some(1), 0), waiter("b", None, 0)];
    all.iter_mut().for_each(|one| one.kind = Some("long".into()));
    assert_eq!(made(&all, 0), [("a".into(), 1_000, 120)]);
    all[0].offered.push(under(Span::new(1_000, 1_060), 120));
    assert_eq!(made(&all, 119), [], "it is under offer");
    assert_eq!(standing(&all, 119).count(), 1);
    assert_eq!(made(&all, 120), [("b".into(), 1_000, 240)]);
}

#[test]
fn nothing_is_offered_that_nobody_could_come_to() {
    let all = [waiter("a", None, 0)];
    assert_eq!(made(&all, 900), [("a".into(), 1_000, 940)], "the offer ends an hour before");
    assert_eq!(made(&all, 935), [("a".into(), 1_000, 940)]);
    assert_eq!(made(&all, 950), [("a".into(), 1_020, 960)]);
    assert_eq!(made(&all, 1_000), []);
}

#[test]
fn who_waits_comes_back_from_a_lawful_record() {
    let zone = Zone::named("Europe/Berlin").unwrap();
    let mut record = json!({ "resourceType": "Appointment", "id": "w", "status": "waitlist", "priority": 2, "created": zone.instant(100),
        "requestedPeriod": [{ "start": zone.instant(200), "end": zone.instant(300) }],
        "participant": [{ "actor": { "reference": "Patient/p" }, "status": "needs-action" }] });
    let offer = Offered { span: Span::new(220, 250), taken: Span::new(215, 260), until: 210 };
    record["extension"] = Waiter::with_offer(&record, offer, &zone).into();
    assert_eq!(crate::validate::first_error(crate::validate::validate(&record.to_string())), None);
    let read = Waiter::read(&record).unwrap().unwrap();
    assert_eq!((read.priority, read.since, read.offered), (Some(2), 100, vec![offer]));
    assert_eq!(read.wanted, Spans::new([Span::new(200, 300)]));
    record["status"] = "booked".into();
    assert_eq!(Waiter::read(&record), Ok(None));
    let bare = Waiter::read(&json!({ "id": "w", "status": "waitlist", "priority": 0 })).unwrap().unwrap();
    assert_eq!((bare.priority, bare.since), (None, i64::MAX));
    assert!(
        Waiter::read(&json!({ "id": "w", "status": "waitlist", "requestedPeriod": [{ "start": "x" }] }))
            .is_err()
    );
}
