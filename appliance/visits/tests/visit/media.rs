//! Offers, the relay's events, and a relay that is away, full, or started anew.

use crate::world::{World, member, page};
use holdfast_visits::messages::{Heard, Level, LevelWhy, PictureKind, Seen, WantOne};
use holdfast_visits::session::{LeftWhy, RelayAnswer, RelayEvent, Request, SlotsOf, What};
use serde_json::json;

fn sdp() -> RelayAnswer {
    RelayAnswer::Sdp { sdp: "v=0 answer".into(), slots: SlotsOf::default() }
}

fn refusal(code: &str) -> RelayAnswer {
    RelayAnswer::Refused { code: code.into(), retry_after_ms: None }
}

/// Somebody, as a clinician's page sees them that comes in now.
fn person(world: &mut World, name: &str) -> serde_json::Value {
    let window = world.enter(&page("doc", "clinician").on("window").part("control"));
    let welcome = world.told(window, "welcome").pop().expect("a welcome");
    welcome["people"]
        .as_array()
        .expect("people")
        .iter()
        .find(|one| one["member"] == name)
        .expect("there")
        .clone()
}

#[test]
fn an_offer_goes_to_the_relay_and_its_answer_to_the_page() {
    let (mut world, _, pat) = World::running();
    world.say(pat, json!({"type": "media", "audio": true, "camera": false, "screen": false, "level": 2, "levelWhy": "asked"}));
    world.forget();
    let id = world.offer(pat, false);
    let request = world.answer(sdp());
    let Request::Put { member: who, audio, camera, restart, .. } = request else { panic!("a put") };
    assert_eq!((who.as_str(), audio, camera, restart), ("pat", true, false, false));
    let said = world.said[&pat].clone();
    assert_eq!(said[0], json!({"type": "answer", "id": id, "sdp": "v=0 answer"}));
    assert_eq!(said[1]["type"], "slots");
    assert_eq!(person(&mut world, "pat")["connected"], false, "until the relay hears them");
    world.relay(RelayEvent::Heard { member: member("pat") });
    assert_eq!(person(&mut world, "pat")["connected"], true);
    let back = world.enter(&page("pat", "patient"));
    assert_eq!(world.told(back, "welcome")[0]["media"], true);
    let mut other = page("pat", "patient").on("phone");
    other.take_over = true;
    let other = world.enter(&other);
    assert_eq!(world.told(other, "welcome")[0]["media"], false, "another tab has no connection");
}

#[test]
fn refusals_of_the_relay_are_told_in_the_pages_words() {
    let (mut world, _, pat) = World::running();
    for (answer, code) in [
        (refusal("relay-full"), "relay-full"),
        (refusal("room-full"), "visit-full"),
        (refusal("bad-sdp"), "bad-sdp"),
        (refusal("nothing-to-restart"), "media-unknown"),
        (refusal("stopping"), "relay-away"),
        (RelayAnswer::Lost, "relay-away"),
    ] {
        world.offer(pat, false);
        world.answer(answer);
        assert_eq!(world.problem(pat), code);
    }
    world.say(pat, json!({"type": "offer", "sdp": "nothing", "restart": false}));
    assert_eq!(world.problem(pat), "bad-sdp");
    assert!(world.asks.is_empty(), "what is no SDP is not given on");
}

#[test]
fn a_relay_that_was_killed_is_told_of_and_takes_everybody_back() {
    let (mut world, _, pat) = World::running();
    world.connect(pat, "pat");
    world.forget();
    world.relay(RelayEvent::Away);
    assert_eq!(world.told(pat, "relay")[0]["state"], "away");
    world.offer(pat, true);
    let problem = world.told(pat, "problem").pop().expect("a problem");
    assert_eq!((&problem["code"], &problem["retryAfterMs"]), (&json!("relay-away"), &json!(1_000)));
    world.relay(RelayEvent::Back { is_new: true });
    assert_eq!(world.told(pat, "relay")[0]["state"], "ok");
    assert_eq!(person(&mut world, "pat")["connected"], false);
    world.offer(pat, true);
    world.answer(refusal("nothing-to-restart"));
    assert_eq!(world.problem(pat), "media-unknown");
    world.connect(pat, "pat");
    assert_eq!(person(&mut world, "pat")["connected"], true);
    assert_eq!(world.state("pat"), "in");
}

#[test]
fn a_relay_that_was_only_out_of_reach_still_has_everybody() {
    let (mut world, _, pat) = World::running();
    world.connect(pat, "pat");
    world.relay(RelayEvent::Away);
    assert_eq!(person(&mut world, "pat")["connected"], false);
    world.relay(RelayEvent::Back { is_new: false });
    assert_eq!(person(&mut world, "pat")["connected"], true);
}

#[test]
fn who_was_put_out_while_the_relay_was_away_is_put_out_there_when_it_is_back() {
    let (mut world, doc, pat) = World::running();
    world.connect(pat, "pat");
    world.relay(RelayEvent::Away);
    world.say(doc, json!({"type": "remove", "member": "pat", "back": false}));
    world.answer(RelayAnswer::Lost);
    world.asks.clear();
    world.relay(RelayEvent::Back { is_new: false });
    assert_eq!(world.answer(RelayAnswer::Done), Request::Delete { member: member("pat") });
    world.relay(RelayEvent::Away);
    world.relay(RelayEvent::Back { is_new: false });
    assert!(world.asks.is_empty(), "once is enough");
}

#[test]
fn who_was_put_out_while_the_relay_thought_about_their_offer_is_taken_out_again() {
    let (mut world, doc, pat) = World::running();
    world.offer(pat, false);
    let (ask, _) = world.asks.pop().expect("asked");
    world.say(doc, json!({"type": "remove", "member": "pat", "back": true}));
    world.asks.clear();
    world.input(holdfast_visits::session::Input::Answered { ask, answer: sdp() });
    assert_eq!(world.asks.pop().map(|(_, request)| request), Some(Request::Delete { member: member("pat") }));
    assert_eq!(world.problem(pat), "not-admitted");
}

#[test]
fn slots_are_told_with_a_number_that_grows() {
    let (mut world, doc, pat) = World::running();
    world.connect(pat, "pat");
    world.forget();
    let slots = SlotsOf {
        audio: vec![None, Some(Heard { member: member("doc") })],
        video: vec![Some(Seen { member: member("doc"), kind: PictureKind::Screen })],
    };
    world.relay(RelayEvent::Slots { member: member("pat"), slots: slots.clone() });
    world.relay(RelayEvent::Slots { member: member("pat"), slots });
    let told = world.told(pat, "slots");
    assert_eq!(told[0]["audio"], json!([null, {"member": "doc"}, null, null, null]));
    assert_eq!(told[0]["video"][0], json!({"member": "doc", "kind": "screen"}));
    assert!(told[1]["rev"].as_u64() > told[0]["rev"].as_u64());
    assert!(world.told(doc, "slots").is_empty());
    let back = world.enter(&page("pat", "patient"));
    let welcome = world.told(back, "welcome").pop().expect("a welcome");
    assert_eq!(welcome["slots"]["audio"][1], json!({"member": "doc"}));
    assert!(welcome["slots"]["rev"].as_u64() > told[1]["rev"].as_u64());
}

#[test]
fn what_a_page_sends_and_wants_is_told_to_the_relay_again_after_a_new_offer() {
    let (mut world, _, pat) = World::running();
    world.connect(pat, "pat");
    world.forget();
    world.say(pat, json!({"type": "media", "audio": false, "camera": true, "screen": true, "level": 0}));
    let sends = Some([false, true, true]);
    assert_eq!(
        world.answer(RelayAnswer::Done),
        Request::Patch { member: member("pat"), sends, wants: vec![] }
    );
    world.say(
        pat,
        json!({"type": "want", "wants": [{"slot": 1, "maxHeight": 360}, {"slot": 2, "maxHeight": 0}]}),
    );
    let wants = vec![WantOne { slot: 1, max_height: 360 }, WantOne { slot: 2, max_height: 0 }];
    let patch = Request::Patch { member: member("pat"), sends: None, wants };
    assert_eq!(world.answer(RelayAnswer::Done), patch);
    world.say(pat, json!({"type": "want", "wants": [{"slot": 1, "maxHeight": 360}]}));
    assert!(world.asks.is_empty(), "what is so already is not asked");
    world.offer(pat, false);
    world.answer(sdp());
    assert_eq!(world.answer(RelayAnswer::Done), patch);
    world.say(pat, json!({"type": "want", "wants": [{"slot": 5, "maxHeight": 1}]}));
    assert_eq!(world.problem(pat), "bad-message");
}

#[test]
fn the_relays_measure_is_told_and_told_again_to_a_new_page() {
    let (mut world, _, pat) = World::running();
    world.connect(pat, "pat");
    let level = Level::try_from(2).expect("a level");
    world.relay(RelayEvent::Degrade { member: member("pat"), level, why: LevelWhy::Loss });
    assert_eq!(world.told(pat, "degrade")[0], json!({"type": "degrade", "level": 2, "why": "loss"}));
    let back = world.enter(&page("pat", "patient"));
    assert_eq!(world.heard(back), ["welcome", "degrade"]);
    world.relay(RelayEvent::Degrade { member: member("pat"), level: Level::ALL, why: LevelWhy::Relay });
    let back = world.enter(&page("pat", "patient"));
    assert_eq!(world.heard(back), ["welcome"]);
}

#[test]
fn a_device_check_is_answered_in_any_state_and_not_too_often() {
    let mut world = World::new();
    let pat = world.enter(&page("pat", "patient"));
    for _ in 0..6 {
        world.say(pat, json!({"type": "check", "sdp": "v=0"}));
        assert!(matches!(world.answer(sdp()), Request::Check { .. }));
    }
    assert_eq!(world.told(pat, "answer").len(), 6);
    world.say(pat, json!({"type": "check", "sdp": "v=0"}));
    assert_eq!(world.problem(pat), "too-fast");
    world.wait(10_000);
    world.say(pat, json!({"type": "check", "sdp": "v=0"}));
    assert_eq!(world.asks.len(), 1);
}

#[test]
fn who_has_neither_socket_nor_media_for_a_minute_is_away_and_comes_back_unasked() {
    let (mut world, doc, pat) = World::running();
    world.connect(pat, "pat");
    world.close(pat);
    world.live(120_000, &[doc]);
    assert_eq!(world.state("pat"), "in", "the media is there");
    let gone_ms = world.now_ms;
    world.relay(RelayEvent::Gone { member: member("pat") });
    world.forget();
    world.live(56_000, &[doc]);
    assert_eq!(world.state("pat"), "in");
    world.live(8_000, &[doc]);
    assert_eq!(world.state("pat"), "away");
    let left = world
        .facts
        .iter()
        .find(|fact| matches!(fact.what, What::Left { why: LeftWhy::Away, .. }))
        .expect("told");
    assert_eq!(left.at_ms, gone_ms, "their time ended when they went, not when it was noticed");
    let back = world.enter(&page("pat", "patient"));
    assert_eq!(world.told(back, "welcome")[0]["you"]["state"], "here");
    world.knock(back);
    assert_eq!(world.state("pat"), "in");
}

#[test]
fn a_page_that_is_back_within_a_minute_is_where_it_was() {
    let (mut world, doc, pat) = World::running();
    world.close(pat);
    world.live(40_000, &[doc]);
    let back = world.enter(&page("pat", "patient"));
    assert_eq!(world.told(back, "welcome")[0]["you"]["state"], "in");
    world.live(80_000, &[doc, back]);
    assert_eq!(world.state("pat"), "in");
}
