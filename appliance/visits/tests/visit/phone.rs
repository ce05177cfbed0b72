//! People by telephone.

use crate::world::{World, member};
use holdfast_visits::messages::{Phone, Problem};
use holdfast_visits::session::{Input, Request};
use serde_json::json;

fn call(world: &mut World, doc: holdfast_visits::ids::SocketId, answer: Result<(), Problem>) {
    world
        .say(doc, json!({"type": "bridge", "id": "call", "do": "call", "phone": "+33 2", "name": "Her son"}));
    assert!(world.told(doc, "done").is_empty(), "not before the bridge has taken it");
    let (ask, request) = world.asks.pop().expect("asked");
    assert_eq!(request, Request::Call { member: member("telephone.1"), phone: Some("+33 2".into()) });
    world.input(Input::Bridged { ask, answer });
}

#[test]
fn somebody_new_is_called_and_is_in_when_they_answer() {
    let (mut world, doc, _) = World::running();
    call(&mut world, doc, Ok(()));
    assert_eq!(world.told(doc, "done").len(), 1);
    assert_eq!(world.state("telephone.1"), "away");
    world.input(Input::Phone { member: member("telephone.1"), phone: Some(Phone::Connected) });
    assert_eq!(world.state("telephone.1"), "in");
    world.live(120_000, &[doc]);
    assert_eq!(world.state("telephone.1"), "in", "a telephone needs no page");
    let people = world.told(doc, "people").pop().expect("people");
    assert_eq!(
        (&people["people"][2]["phone"], &people["people"][2]["connected"]),
        (&json!("connected"), &json!(true))
    );
    world.input(Input::Phone { member: member("telephone.1"), phone: None });
    assert_eq!(world.state("telephone.1"), "left");
}

#[test]
fn without_a_bridge_the_clinician_is_told_so_each_time() {
    let (mut world, doc, _) = World::running();
    call(&mut world, doc, Err(Problem::BridgeOff));
    assert_eq!(world.problem(doc), "bridge-off");
    world
        .say(doc, json!({"type": "bridge", "id": "call", "do": "call", "phone": "+33 2", "name": "Her son"}));
    assert_eq!(world.problem(doc), "bridge-off");
    assert!(world.asks.is_empty(), "the same command is not done again");
}

#[test]
fn a_call_that_was_hung_up_or_never_ordered_lets_nobody_in() {
    let (mut world, doc, _) = World::running();
    call(&mut world, doc, Ok(()));
    world.say(doc, json!({"type": "bridge", "do": "hang-up", "member": "telephone.1"}));
    assert_eq!(
        world.asks.pop().map(|(_, request)| request),
        Some(Request::HangUp { member: member("telephone.1") })
    );
    for name in ["telephone.1", "fam", "pat"] {
        world.input(Input::Phone { member: member(name), phone: Some(Phone::Connected) });
        assert_ne!(world.state("telephone.1"), "in");
    }
}

#[test]
fn who_is_put_out_by_telephone_is_hung_up_on() {
    let (mut world, doc, _) = World::running();
    call(&mut world, doc, Ok(()));
    world.input(Input::Phone { member: member("telephone.1"), phone: Some(Phone::Connected) });
    world.forget();
    world.say(doc, json!({"type": "remove", "member": "telephone.1", "back": true}));
    assert!(world.asks.iter().any(|(_, request)| matches!(request, Request::HangUp { .. })));
    assert_eq!(world.state("telephone.1"), "left", "nobody waits at a telephone");
}
