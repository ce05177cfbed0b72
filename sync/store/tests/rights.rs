//! Who may sell which time, on real stores: booking, granting, coming back.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::booking::{DAY, Desk, HOUR_MS, desk, told};
use holdfast_core::id::Entity;
use holdfast_core::rights::span::{Span, Spans};
use holdfast_core::rights::{Owner, Piece, counted};
use holdfast_store::StoreError;
use holdfast_store::author::Base;

const ANA: &str = "Practitioner/ana";
const ROOM: &str = "Location/2";
const IN_A_WEEK: i64 = 7 * 1_440 + 600;

/// A node that holds its calendar, and a hub that knows it.
fn clinic() -> (Desk, Desk) {
    let (node, hub) = (desk("north"), desk(""));
    node.sync(&hub);
    node.begin(&[&hub]);
    node.sync(&hub);
    (node, hub)
}

#[test]
fn whoever_comes_second_is_told_who_has_it() {
    let (node, _) = clinic();
    assert_eq!(node.book("a", &[ANA, ROOM], 600), "yes");
    assert_eq!(node.book("a", &[ANA, ROOM], 600), "yes", "a double click changes nothing");
    let error = node.book_with("b", &["Practitioner/bo", ROOM], 615, r#","status":"booked""#).unwrap_err();
    assert_eq!((error.code(), error.to_string().contains("Appointment/a")), ("time-taken", true), "{error}");
    assert!(node.records.read(|view| view.get(&Entity::new("Appointment", "b"))).unwrap().is_none());
    assert_eq!(node.book("b", &["Practitioner/bo", ROOM], 630), "yes");
}

#[test]
fn what_is_cancelled_or_moved_is_free_again() {
    let (node, _) = clinic();
    assert_eq!(node.book("a", &[ANA], 600), "yes");
    assert_eq!(node.change("a", &[ANA], 600, "cancelled"), "no");
    assert_eq!(node.book("b", &[ANA], 615), "yes");
    assert_eq!(node.change("b", &[ANA], 630, "booked"), "yes", "it may keep a part of its time");
    assert_eq!(node.book("c", &[ANA], 600), "yes");
    assert_eq!(node.change("c", &[ANA], 640, "booked"), "time-taken");
    let delete =
        || node.records.write(|tx| tx.delete(&Entity::new("Appointment", "b"), &Base::Blind, "desk"));
    assert_eq!(delete().unwrap_err().code(), "appointment-takes-time");
    assert_eq!(node.change("b", &[ANA], 630, "cancelled"), "no");
    assert!(delete().is_ok());
    assert_eq!(node.change("c", &[ANA], 640, "arrived"), "yes");
}

#[test]
fn overbooking_needs_no_right_and_keeps_nobody_out() {
    let (node, hub) = clinic();
    assert_eq!(node.book("a", &[ANA], 600), "yes");
    let force = r#","status":"booked","overbook":true"#;
    assert_eq!(told(node.book_with("walk-in", &[ANA], 600, force)), "over");
    assert_eq!(told(hub.book_with("elsewhere", &[ANA], 700, force)), "over");
    assert_eq!(node.book("b", &[ANA], 630), "yes");
    let calm = r#","status":"booked""#;
    assert_eq!(
        told(node.book_with("walk-in", &[ANA], 600, calm)),
        "appointment-overbook-fixed",
        "it is not made one of the others"
    );
}

#[test]
fn a_hub_confirms_what_it_was_granted_and_nothing_else() {
    let (node, hub) = clinic();
    assert_eq!(hub.book("r", &[ANA], 600), "time-not-ours");
    assert_eq!(hub.change("r", &[ANA], 600, "proposed"), "no", "so it files a request");
    assert_eq!(node.grant(&hub, ANA, 600, 120, 9), "yes");
    assert_eq!(node.book("a", &[ANA], 600), "time-not-ours", "from its commit on the giver does not sell");
    assert_eq!(hub.book("b", &[ANA], 600), "time-not-ours", "the hub has not heard of it");
    node.sync(&hub);
    assert_eq!(hub.book("b", &[ANA], 600), "yes");
    assert_eq!(hub.book("c", &[ANA, ROOM], 660), "time-not-ours", "all of a bundle is one owner's");
    node.sync(&hub);
    assert_eq!(node.change("r", &[ANA], 600, "booked"), "time-not-ours");
    assert_eq!(node.change("r", &[ANA], 630, "booked"), "appointment-time-fixed");
    let owners = node.records.owners("north", ANA, Span::of(DAY + 570, 60)).unwrap();
    assert_eq!(owners[0], (Span::of(DAY + 570, 30), Owner::Holder(node.actor())));
    assert!(matches!(owners[1].1, Owner::Taker { taker, .. } if taker == hub.actor()));
    let free = hub.records.sellable("north", ANA, Span::of(DAY, 1_440)).unwrap();
    assert_eq!(free, Spans::new([Span::of(DAY + 630, 90)]));
}

#[test]
fn what_a_hub_offers_is_what_it_would_confirm() {
    let (node, hub) = clinic();
    let day = Span::of(DAY, 1_440);
    let offered = |window: Span| hub.records.offered("north", window).unwrap();
    assert_eq!(node.grant(&hub, ANA, 600, 120, 9), "yes");
    assert!(offered(day).is_empty(), "the hub has not heard of it");
    node.sync(&hub);
    let spans = |window: Span| offered(window).remove(ANA).unwrap_or_default();
    assert_eq!(spans(day), Spans::new([Span::of(DAY + 600, 120)]));
    assert_eq!(spans(Span::of(DAY + 660, 1_440)), Spans::new([Span::of(DAY + 660, 60)]));
    assert_eq!(hub.book("b", &[ANA], 630), "yes");
    assert_eq!(spans(day), Spans::new([Span::of(DAY + 600, 30), Span::of(DAY + 660, 60)]));
    assert!(hub.records.offered("south", day).unwrap().is_empty(), "nothing of another clinic's");
    hub.pass_hours(9);
    assert!(offered(day).is_empty(), "what may not be sold any more is not offered");
    assert_eq!(hub.book("c", &[ANA], 600), "right-expired");
}

#[test]
fn what_a_clinic_made_is_found_as_its_own_at_a_hub_of_several() {
    let (north, hub) = clinic();
    let south = desk("south");
    assert_eq!(north.book("a", &[ANA], 600), "yes");
    assert!(south.save("b", r#""status":"proposed""#).is_ok());
    north.sync(&hub);
    south.sync(&hub);
    let of = |clinic: &str| {
        let found = hub.records.read(|view| view.of_clinic("Appointment", clinic, 10)).unwrap();
        found.into_iter().map(|one| one.entity.id).collect::<Vec<_>>()
    };
    assert_eq!(of("north"), ["a"]);
    assert!(of("nowhere").is_empty());
}

#[test]
fn a_request_is_confirmed_at_its_own_time_by_whoever_owns_it() {
    let (node, hub) = clinic();
    assert_eq!(hub.change("r", &[ANA], 600, "proposed"), "no");
    node.sync(&hub);
    assert_eq!(node.change("r", &[ANA], 600, "booked"), "yes");
    assert_eq!(hub.change("r", &[ANA], 660, "proposed"), "appointment-time-fixed");
    node.sync(&hub);
    assert_eq!(hub.change("r", &[ANA], 600, "cancelled"), "no", "whoever may save it may cancel it");
    node.sync(&hub);
    assert_eq!(node.book("a", &[ANA], 600), "yes");
}

#[test]
fn what_another_confirmed_is_cancelled_here_and_not_moved() {
    let (node, hub) = clinic();
    node.grant(&hub, ANA, 600, 60, 9);
    node.sync(&hub);
    assert_eq!(hub.book("web", &[ANA], 600), "yes");
    node.sync(&hub);
    assert_eq!(node.change("web", &[ANA], 800, "booked"), "appointment-not-ours");
    assert_eq!(node.change("web", &[ANA], 600, "arrived"), "yes", "its status is anybody's");
    assert_eq!(hub.change("web", &[ANA], 630, "booked"), "yes");
}

#[test]
fn unsold_time_comes_back_when_it_is_over() {
    let (node, hub) = clinic();
    node.grant(&hub, ANA, 600, 120, 9);
    node.sync(&hub);
    assert_eq!(hub.book("web", &[ANA], 630), "yes");
    assert_eq!(hub.return_unsold(), 0);
    hub.pass_hours(9);
    assert_eq!(hub.book("late", &[ANA], 660), "right-expired");
    assert_eq!((hub.return_unsold(), hub.return_unsold()), (1, 0));
    assert_eq!(node.book("a", &[ANA], 660), "time-not-ours");
    node.sync(&hub);
    assert_eq!((node.book("a", &[ANA], 660), node.book("b", &[ANA], 600)), ("yes", "yes"));
    assert_eq!(node.book("c", &[ANA], 630), "time-not-ours", "what is sold stays the seller's");
    assert_eq!(hub.change("web", &[ANA], 630, "cancelled"), "no");
    assert_eq!(hub.return_unsold(), 1, "until it is not sold any more");
    node.sync(&hub);
    assert_eq!(node.book("c", &[ANA], 630), "yes");
}

#[test]
fn a_silent_hub_loses_what_it_cannot_have_sold() {
    let (node, hub) = clinic();
    node.grant(&hub, ANA, IN_A_WEEK, 60, 9);
    node.sync(&hub);
    assert_eq!(hub.book("web", &[ANA], IN_A_WEEK), "yes");
    node.pass_hours(9 + 27);
    node.sync(&hub);
    assert_eq!(node.take_back(), 0, "a clock that is behind may still sell");
    node.pass_hours(2);
    assert_eq!(node.take_back(), 0, "the last pull began too early");
    node.sync(&hub);
    assert_eq!((node.take_back(), node.take_back()), (1, 0));
    assert_eq!(node.book("b", &[ANA], IN_A_WEEK), "time-not-ours");
    assert_eq!(node.book("c", &[ANA], IN_A_WEEK + 30), "yes");
}

#[test]
fn a_late_return_does_not_undo_a_later_grant() {
    let (node, hub) = clinic();
    node.grant(&hub, ANA, 600, 60, 9);
    node.sync(&hub);
    let early = |all| hub.records.write(|tx| tx.return_unsold("north", all, "hub")).unwrap().len();
    assert_eq!((early(false), early(true)), (0, 1));
    node.sync(&hub);
    assert_eq!(node.grant(&hub, ANA, 600, 30, 10), "yes");
    assert_eq!(node.grant(&hub, ANA, 600, 60, 10), "time-not-ours");
    assert_eq!(node.grant(&hub, ANA, 630, 60, 10), "yes", "parts with a past and parts without");
    node.sync(&hub);
    for (at, expected) in [(600, "yes"), (630, "yes"), (660, "yes"), (690, "time-not-ours")] {
        assert_eq!(hub.book(&format!("w{at}"), &[ANA], at), expected, "{at}");
    }
}

#[test]
fn only_what_is_held_and_unsold_is_granted_to_a_hub_of_the_calendar() {
    let (node, hub) = clinic();
    assert_eq!(node.book("a", &[ANA], 600), "yes");
    assert_eq!(node.grant(&hub, ANA, 620, 60, 9), "time-taken");
    assert_eq!(node.grant(&desk(""), ANA, 700, 60, 9), "taker-unknown");
    assert_eq!(hub.grant(&hub, ANA, 700, 60, 9), "time-not-ours");
    assert_eq!(node.grant(&hub, ANA, 700, 0, 9), "right-span");
    assert_eq!(node.grant(&hub, "Appointment/none#place", 0, 5, 9), "place-unknown");
    assert_eq!(node.grant(&hub, ANA, 700, 90 * 1_440, 9), "right-span");
}

#[test]
fn without_a_calendar_nothing_is_confirmed_and_saves_go_on_as_before() {
    let (node, hub) = (desk("north"), desk(""));
    assert_eq!(node.book("a", &[ANA], 600), "calendar-not-begun");
    let begin =
        || node.records.write(|tx| tx.begin_calendar("north", &[hub.actor()], "desk")).map_err(|e| e.code());
    assert_eq!(begin(), Err("hub-not-heard"));
    let put = |id: &str| {
        let json = format!(
            r#"{{"resourceType":"Appointment","id":"{id}","status":"booked","from":{0},"to":{1},"who":["{ANA}"]}}"#,
            DAY + 600,
            DAY + 630
        );
        node.records
            .write(|tx| tx.put(&Entity::new("Appointment", id), &json, &Base::Blind, "fhir"))
            .map_err(|e| e.code())
    };
    assert!(put("imported").is_ok() && put("again").is_ok());
    node.sync(&hub);
    assert_eq!((begin(), begin()), (Ok(()), Ok(())));
    assert_eq!(put("x"), Err("time-taken"), "every save is looked at from here on");
}

#[test]
fn a_save_for_no_clinic_takes_nobodys_time() {
    let (_, hub) = clinic();
    let entity = Entity::new("Appointment", "x");
    let json = format!(
        r#"{{"resourceType":"Appointment","id":"x","status":"booked","from":{0},"to":{1},"who":["{ANA}"]}}"#,
        DAY + 600,
        DAY + 630
    );
    let saved = hub.records.write(|tx| tx.put(&entity, &json, &Base::Blind, "fhir"));
    assert_eq!(saved.unwrap_err().code(), "booking-without-clinic");
}

#[test]
fn a_span_without_end_is_refused_before_anything_is_looked_up_by_it() {
    let (node, _) = clinic();
    for (from, to) in [(DAY, DAY + 40_000_000), (-50_000_000_000, DAY + 90), (DAY + 90, DAY + 60)] {
        let saved = node.save("x", &format!(r#""from":{from},"to":{to},"who":["{ANA}"],"status":"booked""#));
        assert_eq!(told(saved), "appointment-span", "{from} {to}");
    }
}

#[test]
fn what_is_entered_afterwards_is_no_booking() {
    let (node, hub) = clinic();
    node.grant(&hub, ANA, 600, 60, 9);
    node.pass_hours(10 + 14);
    assert_eq!(
        (node.book("a", &[ANA], 600), node.book("b", &[ANA], 600)),
        ("time-not-ours", "time-not-ours")
    );
    node.pass_hours(1);
    assert_eq!((node.book("a", &[ANA], 600), node.book("b", &[ANA], 600)), ("yes", "yes"));
}

#[test]
fn bookings_of_one_transaction_see_each_other() {
    let (node, _) = clinic();
    let json = |id: &str, at: i64| {
        format!(
            r#"{{"resourceType":"Appointment","id":"{id}","status":"booked","from":{},"to":{},"who":["{ANA}"]}}"#,
            DAY + at,
            DAY + at + 30
        )
    };
    let both = |second: i64| {
        node.records.write(|tx| {
            tx.book(&Entity::new("Appointment", "a"), &json("a", 600), &Base::Blind, "desk")?;
            tx.book(&Entity::new("Appointment", "b"), &json("b", second), &Base::Blind, "desk")
        })
    };
    assert_eq!(told(both(620)), "time-taken");
    assert_eq!(told(both(630)), "yes");
}

#[test]
fn places_of_a_session_are_given_once_each_on_both_sides() {
    let (node, hub) = clinic();
    let (from, to) = (DAY + 600, DAY + 660);
    let session = format!(r#""from":{from},"to":{to},"who":["{ANA}"],"places":3,"status":"booked""#);
    assert_eq!(told(node.save("s", &session)), "yes");
    let pool = counted::pool("Appointment/s", "place");
    let pieces = [Piece { resource: pool.clone(), spans: vec![Span::new(2, 3)] }];
    let until = node.now_ms() + 9 * HOUR_MS;
    node.records.write(|tx| tx.grant("north", hub.actor(), &pieces, until, "desk")).unwrap();
    node.sync(&hub);
    let place = |desk: &Desk, id: &str| -> Result<u32, &'static str> {
        let entity = Entity::new("Appointment", id);
        let booked = desk.records.write(|tx| {
            tx.at_clinic("north");
            let number = tx.next_place("north", &pool)?;
            let json = format!(
                r#"{{"resourceType":"Appointment","id":"{id}","status":"booked","session":"Appointment/s","place":{number}}}"#
            );
            tx.book(&entity, &json, &Base::Blind, "desk").map(|_| number)
        });
        booked.map_err(|error: StoreError| error.code())
    };
    assert_eq!((place(&node, "p0"), place(&node, "p1")), (Ok(0), Ok(1)));
    assert_eq!(place(&node, "p2"), Err("places-taken"));
    assert_eq!((place(&hub, "w2"), place(&hub, "w3")), (Ok(2), Err("places-taken")));
    for (number, expected) in [("7", "place-unknown"), ("0", "time-taken"), ("2", "time-not-ours")] {
        let bypass = format!(r#""status":"booked","session":"Appointment/s","place":{number}"#);
        assert_eq!(told(node.save("bypass", &bypass)), expected);
    }
    assert_eq!(told(node.save("bypass", r#""status":"booked","session":"Appointment/s""#)), "place-unknown");
    assert_eq!(told(node.save("p0", r#""status":"cancelled","session":"Appointment/s","place":0"#)), "no");
    assert_eq!(place(&node, "p4"), Ok(0));
}

/// The hub moves an appointment of its own while the node, which has not heard of it, cancels it; then they meet.
fn moved_and_cancelled() -> (Desk, Desk) {
    let (node, hub) = clinic();
    node.grant(&hub, ANA, 600, 120, 9);
    node.sync(&hub);
    assert_eq!(hub.book("web", &[ANA], 600), "yes");
    node.sync(&hub);
    assert_eq!(hub.change("web", &[ANA], 660, "booked"), "yes");
    assert_eq!(node.change("web", &[ANA], 600, "cancelled"), "no");
    node.sync(&hub);
    (node, hub)
}

fn settle(desk: &Desk, status: &str) -> &'static str {
    let entity = Entity::new("Appointment", "web");
    let value = Some(format!("\"{status}\""));
    let settled = desk.records.write(|tx| tx.resolve(&entity, "status", value.clone(), "desk"));
    settled.map_or_else(|error| error.code(), |_| "yes")
}

#[test]
fn a_cancellation_of_the_old_time_is_a_conflict_with_the_move_and_the_new_time_is_kept() {
    let (node, hub) = moved_and_cancelled();
    for desk in [&node, &hub] {
        let open = desk.records.read(|view| view.conflicts_of(&Entity::new("Appointment", "web"))).unwrap();
        let keys: Vec<&str> = open.iter().map(|one| one.key.as_str()).collect();
        assert_eq!((keys, open[0].values.len()), (vec!["status"], 2));
    }
    assert_eq!(hub.book("b", &[ANA], 660), "time-taken");
    assert_eq!(hub.book("c", &[ANA], 600), "yes", "the time that it left is free");
    hub.pass_hours(9);
    node.pass_hours(20);
    hub.return_unsold();
    node.sync(&hub);
    node.take_back();
    assert_ne!(node.book("d", &[ANA], 660), "yes");
}

#[test]
fn whoever_settles_keeps_the_time_that_another_gave_unless_somebody_has_it_by_now() {
    let (node, hub) = moved_and_cancelled();
    assert_eq!(settle(&node, "booked"), "yes", "it was given by the hub, and kept since");
    node.sync(&hub);
    assert_eq!(hub.book("b", &[ANA], 660), "time-taken");
    assert_eq!(
        node.change("web", &[ANA], 690, "booked"),
        "appointment-not-ours",
        "it is the hub's all the same"
    );

    let (node, hub) = moved_and_cancelled();
    assert_eq!(settle(&node, "cancelled"), "yes");
    node.sync(&hub);
    assert_eq!(hub.book("b", &[ANA], 660), "yes");

    let (node, hub) = moved_and_cancelled();
    assert_eq!(settle(&hub, "cancelled"), "yes");
    assert_eq!(hub.book("b", &[ANA], 660), "yes");
    hub.records.read(|view| view.get(&Entity::new("Appointment", "b"))).unwrap();
    assert_eq!(settle(&node, "booked"), "yes", "it has not heard");
    node.sync(&hub);
    assert_eq!(settle(&node, "booked"), "time-taken");
    assert_eq!(settle(&node, "cancelled"), "yes");
}

#[test]
fn whoever_grants_a_request_may_add_what_it_did_not_name_but_not_leave_its_time() {
    let (node, hub) = clinic();
    assert_eq!(hub.change("r", &[ANA], 600, "proposed"), "no");
    node.sync(&hub);
    assert_eq!(node.change("r", &[ROOM], 600, "booked"), "appointment-time-fixed");
    node.grant(&hub, ROOM, 600, 30, 9);
    assert_eq!(node.change("r", &[ANA, ROOM], 600, "booked"), "time-not-ours", "all of it has to be theirs");
    assert_eq!(node.change("r", &[ANA, "Location/3"], 600, "booked"), "yes");
}
