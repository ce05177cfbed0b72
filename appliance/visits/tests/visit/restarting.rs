//! A process that ends, and the one that goes on.

use crate::world::{START_MS, TestIce, World, page};
use holdfast_visits::messages::{Heard, Problem};
use holdfast_visits::session::{BadSnapshot, Input, Output, RelayEvent, SlotsOf, Snapshot, Visit};
use serde_json::json;

#[test]
fn a_node_that_is_restarted_takes_everybody_back() {
    let (mut world, _, pat) = World::running();
    world.connect(pat, "pat");
    let slots = SlotsOf { audio: vec![Some(Heard { member: crate::world::member("doc") })], video: vec![] };
    world.relay(RelayEvent::Slots { member: crate::world::member("pat"), slots });
    let rev = world.told(pat, "slots").pop().expect("slots")["rev"].as_u64();
    world.say(pat, json!({"type": "chat", "id": "before", "text": "hello"}));
    let mut world = world.restart(20_000);
    let pat = world.enter(&page("pat", "patient"));
    let welcome = world.told(pat, "welcome").pop().expect("a welcome");
    assert_eq!((&welcome["you"]["state"], &welcome["media"]), (&json!("in"), &json!(true)));
    assert_eq!(welcome["chat"][0]["text"], "hello");
    assert_eq!(welcome["slots"]["audio"][0], json!({"member": "doc"}), "media went on, and is shown");
    assert!(welcome["slots"]["rev"].as_u64() > rev);
    world.say(pat, json!({"type": "chat", "id": "before", "text": "hello"}));
    assert_eq!(world.heard(pat), ["done"], "and no answer is given twice");
    let doc = world.enter(&page("doc", "clinician"));
    let welcome = world.told(doc, "welcome").pop().expect("a welcome");
    assert_eq!(welcome["you"]["state"], "in");
    assert!(welcome["people"].as_array().expect("people").iter().any(|one| one["leads"] == true));
}

#[test]
fn who_does_not_come_back_is_away_a_minute_after_the_restart() {
    let (world, ..) = World::running();
    let mut world = world.restart(3_600_000);
    assert_eq!(world.state("pat"), "in", "the node was away, not they");
    world.wait(61_000);
    assert_eq!((world.state("pat"), world.state("doc")), ("away".into(), "away".into()));
}

#[test]
fn a_call_that_was_not_answered_has_failed() {
    let (mut world, doc, _) = World::running();
    let call = json!({"type": "bridge", "id": "call", "do": "call", "phone": "1", "name": "N"});
    world.say(doc, call.clone());
    let mut world = world.restart(1_000);
    let doc = world.enter(&page("doc", "clinician"));
    world.say(doc, call);
    assert_eq!(world.problem(doc), Problem::BridgeFailed.code());
}

#[test]
fn what_was_ended_stays_ended_and_the_relay_is_asked_until_it_has() {
    let (mut world, doc, _) = World::running();
    world.relay(RelayEvent::Away);
    world.say(doc, json!({"type": "end", "summary": "Rest."}));
    let mut world = world.restart(1_000);
    world.relay(RelayEvent::Away);
    world.relay(RelayEvent::Back { is_new: false });
    assert!(world.asks.iter().any(|(_, request)| *request == holdfast_visits::session::Request::End));
    let pat = world.enter(&page("pat", "patient"));
    assert_eq!(world.told(pat, "refused")[0]["summary"]["text"], "Rest.");
}

#[test]
fn a_snapshot_of_a_newer_version_is_not_guessed_at() {
    let (world, ..) = World::running();
    let mut value = serde_json::to_value(world.visit.snapshot()).expect("JSON");
    value["v"] = 9.into();
    let snapshot: Snapshot = serde_json::from_value(value).expect("a snapshot");
    assert_eq!(Visit::restore(snapshot, Box::new(TestIce), START_MS).err(), Some(BadSnapshot(9)));
}

#[test]
fn a_clock_that_goes_back_stands_still() {
    let (mut world, _, pat) = World::running();
    let now_ms = world.now_ms;
    let ping = json!({"type": "ping", "t": 1}).to_string().into_bytes();
    let outputs = world.visit.handle(now_ms - 3_600_000, Input::Frame { socket: pat, frame: ping });
    assert!(!outputs.iter().any(|output| matches!(output, Output::Close { .. })));
    assert_eq!(world.state("pat"), "in");
}
