//! `hello`: welcome, refusals, two sockets of one member.

use crate::world::{START_MS, World, member, page, parsed};
use holdfast_visits::messages::FromNode;
use holdfast_visits::session::{Input, Order};
use serde_json::json;

fn refused(world: &mut World, hello: &crate::world::Hello) -> String {
    let socket = world.enter(hello);
    let said = world.told(socket, "refused");
    assert_eq!(world.closed.get(&socket), Some(&4000), "a refusal is final");
    said[0]["code"].as_str().expect("a code").to_owned()
}

#[test]
fn a_page_that_comes_in_is_told_everything() {
    let mut world = World::new();
    let pat = world.enter(&page("pat", "patient"));
    let said = world.said[&pat].clone();
    let FromNode::Welcome(welcome) = parsed(&said[0]) else { panic!("a welcome first") };
    assert_eq!(said.len(), 1, "and nothing beside it");
    assert_eq!(welcome.now_ms, START_MS);
    assert_eq!((welcome.visit.id.as_str(), welcome.visit.scheduled_ms), ("v1", Some(START_MS)));
    assert_eq!(welcome.clinic.call.phone.as_deref(), Some("+33 1"));
    assert_eq!(welcome.clinic.time_zone.as_deref(), Some("Europe/Paris"));
    assert_eq!(welcome.people.len(), 1);
    assert_eq!((welcome.slots.audio.len(), welcome.slots.video.len()), (5, 5));
    assert_eq!(welcome.ice.until_ms, START_MS + 300_000);
    assert!(!welcome.media && !welcome.recording && welcome.chat.is_empty());
    assert_eq!(
        said[0]["you"],
        json!({"member": "pat", "role": "patient", "name": "Name of pat", "state": "here", "sinceMs": START_MS})
    );
    assert_eq!(said[0]["status"], json!({"state": "away", "sinceMs": START_MS}));
}

#[test]
fn a_link_of_another_visit_or_for_another_role_is_bad() {
    let mut world = World::new();
    let mut other = page("pat", "patient");
    other.visit = "v2";
    assert_eq!(refused(&mut world, &other), "link-bad");
    world.enter(&page("pat", "patient"));
    assert_eq!(refused(&mut world, &page("pat", "clinician")), "link-bad");
}

#[test]
fn a_link_that_was_taken_back_opens_nothing_and_ends_who_came_by_it() {
    let (mut world, doc, pat) = World::running();
    world.order(Order::Revoke { member: member("pat") });
    assert_eq!(world.told(pat, "ended")[0]["why"], "revoked");
    assert_eq!(world.closed[&pat], 4000);
    assert_eq!(refused(&mut world, &page("pat", "patient")), "link-revoked");
    world.wait(1_000);
    let people = world.told(doc, "people").pop().expect("people");
    assert_eq!(people["people"].as_array().map(Vec::len), Some(1), "nobody sees them any more");
}

#[test]
fn a_link_whose_time_is_over_brings_back_only_who_is_in() {
    let (mut world, doc, pat) = World::running();
    let mut fam = page("fam", "family");
    fam.exp_ms = START_MS + 600_000;
    let waits = world.enter(&fam);
    world.live(800_000, &[doc, pat, waits]);
    assert_eq!(world.told(waits, "ended")[0]["why"], "expired");
    assert_eq!(refused(&mut world, &fam), "link-expired");
    let mut old = page("pat", "patient");
    old.exp_ms = START_MS + 600_000;
    world.close(pat);
    let back = world.enter(&old);
    assert_eq!(world.told(back, "welcome")[0]["you"]["state"], "in");
    world.live(10_000, &[back]);
    assert!(!world.closed.contains_key(&back), "and does not end it");
}

#[test]
fn the_newer_of_two_sockets_of_one_tab_has_it() {
    let (mut world, _, pat) = World::running();
    let newer = world.enter(&page("pat", "patient"));
    assert_eq!(world.told(pat, "ended")[0]["why"], "moved");
    assert_eq!(world.closed[&pat], 4000);
    assert_eq!(world.told(newer, "welcome")[0]["you"]["state"], "in");
}

#[test]
fn another_device_is_asked_to_take_over_and_the_first_is_told() {
    let (mut world, _, pat) = World::running();
    let mut other = page("pat", "patient").on("phone");
    assert_eq!(refused(&mut world, &other), "elsewhere");
    assert!(!world.closed.contains_key(&pat));
    other.take_over = true;
    let newer = world.enter(&other);
    assert_eq!(world.told(pat, "ended")[0]["why"], "moved");
    assert_eq!(world.told(newer, "welcome")[0]["you"]["state"], "in");
}

#[test]
fn a_link_for_many_devices_moves_without_a_question() {
    let (mut world, _, pat) = World::running();
    let mut other = page("pat", "patient").on("phone");
    other.one = false;
    let newer = world.enter(&other);
    assert_eq!(world.told(pat, "ended")[0]["why"], "moved");
    assert_eq!(world.heard(newer), ["welcome"]);
}

#[test]
fn the_staff_window_stands_beside_the_room() {
    let (mut world, doc, _) = World::running();
    let window = world.enter(&page("doc", "clinician").on("window").part("control"));
    assert!(!world.closed.contains_key(&doc));
    assert_eq!(world.told(window, "welcome")[0]["media"], false);
    world.say(window, json!({"type": "chat", "text": "both are told"}));
    assert_eq!(world.told(doc, "chat").len(), 1);
    assert_eq!(world.told(window, "chat").len(), 1);
    world.offer(window, false);
    assert_eq!(world.problem(window), "not-allowed");
}

#[test]
fn a_second_device_cannot_listen_beside_the_first_one() {
    let (mut world, ..) = World::running();
    assert_eq!(refused(&mut world, &page("pat", "patient").on("phone").part("control")), "elsewhere");
}

#[test]
fn pages_that_come_too_often_are_told_to_wait() {
    let mut world = World::new();
    for _ in 0..10 {
        world.enter(&page("pat", "patient"));
    }
    let socket = world.enter(&page("pat", "patient"));
    let said = world.told(socket, "refused");
    assert_eq!((&said[0]["code"], &said[0]["retryAfterMs"]), (&json!("too-fast"), &json!(1_000)));
    world.wait(1_000);
    let socket = world.enter(&page("pat", "patient"));
    assert_eq!(world.heard(socket), ["welcome"]);
}

#[test]
fn more_members_than_a_visit_can_know_are_refused() {
    let mut world = World::new();
    for n in 0..24 {
        world.order(Order::Link {
            member: member(&format!("m{n}")),
            name: "N".into(),
            role: holdfast_visits::token::Role::Family,
        });
    }
    assert!(!world.visit.takes_links());
    assert_eq!(refused(&mut world, &page("pat", "patient")), "visit-full");
    let known = world.enter(&page("m3", "family"));
    assert_eq!(world.heard(known), ["welcome"]);
}

#[test]
fn a_socket_that_says_nothing_for_thirty_seconds_is_closed_and_may_come_back() {
    let (mut world, doc, pat) = World::running();
    let since = world.now_ms;
    world.live(28_000, &[doc]);
    assert!(!world.closed.contains_key(&pat));
    world.live(8_000, &[doc]);
    assert_eq!(world.closed[&pat], 4001);
    assert!(world.told(pat, "ended").is_empty());
    assert!(world.now_ms - since >= 30_000);
    assert_eq!(world.state("pat"), "in");
}

#[test]
fn what_comes_from_a_socket_that_is_closed_or_was_never_let_in_is_nothing() {
    let (mut world, doc, pat) = World::running();
    world.order(Order::Revoke { member: member("pat") });
    world.forget();
    world.say(pat, json!({"type": "chat", "text": "still here"}));
    world.say(holdfast_visits::ids::SocketId(99), json!({"type": "end"}));
    assert!(world.told(doc, "chat").is_empty());
    world.input(Input::Closed { socket: pat });
    assert_eq!(world.state("doc"), "in");
}
