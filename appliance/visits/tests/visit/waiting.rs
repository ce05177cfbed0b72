//! The waiting room: knock, admit, decline, remove, status, and who sees whom.

use crate::world::{World, page};
use holdfast_visits::ids::SocketId;
use holdfast_visits::session::{LeftWhy, What};
use serde_json::{Value, json};

fn with_waiting() -> (World, SocketId, SocketId, SocketId) {
    let (mut world, doc, pat) = World::running();
    let fam = world.enter(&page("fam", "family"));
    world.knock(fam);
    world.forget();
    (world, doc, pat, fam)
}

fn names(people: &Value) -> Vec<&str> {
    people["people"]
        .as_array()
        .expect("people")
        .iter()
        .map(|one| one["member"].as_str().expect("a name"))
        .collect()
}

#[test]
fn who_knocks_waits_and_the_clinician_is_rung() {
    let mut world = World::new();
    let doc = world.enter(&page("doc", "clinician"));
    let pat = world.enter(&page("pat", "patient"));
    world.forget();
    world.say(
        pat,
        json!({"type": "knock", "name": " Zoë\u{202e} ", "devices": {"camera": true, "microphone": true}}),
    );
    assert_eq!(world.heard(pat)[..2], ["done", "you"]);
    let asked = world.told(doc, "asked");
    assert_eq!(
        (&asked[0]["member"], &asked[0]["name"], &asked[0]["language"]),
        (&json!("pat"), &json!("Zoë"), &json!("en"))
    );
    world.knock(pat);
    assert!(world.told(doc, "asked").is_empty(), "a second knock does not ring again");
    assert_eq!(world.state("pat"), "waiting");
}

#[test]
fn a_clinician_who_knocks_is_in_at_once_and_ready() {
    let mut world = World::new();
    let pat = world.enter(&page("pat", "patient"));
    let doc = world.enter(&page("doc", "clinician"));
    world.forget();
    world.knock(doc);
    let said = world.said[&doc].clone();
    assert_eq!((&said[0]["type"], &said[1]["type"]), (&json!("done"), &json!("you")));
    assert_eq!((&said[1]["state"], &said[1]["why"]), (&json!("in"), &json!("admitted")));
    let status = world.told(pat, "status");
    assert_eq!((&status[0]["state"], &status[0]["name"]), (&json!("ready"), &json!("Name of doc")));
}

#[test]
fn who_waits_sees_nobody_else_until_they_are_let_in() {
    let (mut world, doc, _, fam) = with_waiting();
    world.say(doc, json!({"type": "chat", "text": "a secret"}));
    world.say(doc, json!({"type": "caption", "text": "a secret"}));
    world.say(doc, json!({"type": "media", "audio": true, "camera": true, "screen": false, "level": 0}));
    world.wait(1_000);
    let said = serde_json::to_string(&world.said.get(&fam)).expect("JSON");
    assert!(!said.contains("secret") && !said.contains("pat") && !said.contains("\"doc\""), "{said}");
    world.forget();
    world.say(doc, json!({"type": "admit", "member": "fam"}));
    assert_eq!(world.heard(doc)[0], "done");
    world.wait(1_000);
    let said = world.said[&fam].clone();
    assert_eq!((&said[0]["state"], &said[0]["why"]), (&json!("in"), &json!("admitted")));
    assert!(said.iter().any(|one| one["type"] == "people" && names(one) == ["doc", "fam", "pat"]));
    assert!(said.iter().any(|one| one["type"] == "slots"));
}

#[test]
fn only_who_knocked_can_be_let_in() {
    let (mut world, doc, _) = World::running();
    world.enter(&page("fam", "family"));
    for name in ["fam", "nobody"] {
        world.say(doc, json!({"type": "admit", "member": name}));
        assert_eq!(world.problem(doc), "no-such-member", "{name}");
    }
    world.say(doc, json!({"type": "admit", "member": "pat"}));
    assert_eq!(world.heard(doc)[..1], ["done"], "who is in, is in");
}

#[test]
fn who_is_declined_is_told_why_and_has_to_be_let_in_anew() {
    let (mut world, doc, _, fam) = with_waiting();
    world.say(doc, json!({"type": "decline", "member": "fam", "reason": "Later, please."}));
    let you = world.told(fam, "you");
    assert_eq!(
        (&you[0]["state"], &you[0]["why"], &you[0]["reason"]),
        (&json!("left"), &json!("declined"), &json!("Later, please."))
    );
    world.knock(fam);
    assert_eq!(world.state("fam"), "waiting");
}

#[test]
fn who_is_put_out_does_not_come_back_unasked() {
    for (back, state, why) in [(true, "waiting", "back"), (false, "left", "removed")] {
        let (mut world, doc, pat) = World::running();
        world.say(doc, json!({"type": "remove", "member": "pat", "back": back}));
        let you = world.told(pat, "you");
        assert_eq!((&you[0]["state"], &you[0]["why"]), (&json!(state), &json!(why)));
        assert!(
            world
                .facts()
                .contains(&What::Left { member: crate::world::member("pat"), why: LeftWhy::Removed })
        );
        world.knock(pat);
        assert_eq!(world.state("pat"), "waiting");
        world.say(doc, json!({"type": "chat", "text": "without them"}));
        assert!(world.told(pat, "chat").is_empty());
    }
}

#[test]
fn who_went_comes_back_without_being_asked_again() {
    let (mut world, _, pat) = World::running();
    world.say(pat, json!({"type": "leave"}));
    let said = world.said[&pat].clone();
    assert_eq!(
        (&said[0]["type"], &said[1]["type"], &said[1]["why"]),
        (&json!("done"), &json!("ended"), &json!("left"))
    );
    assert_eq!(world.state("pat"), "left");
    let again = world.enter(&page("pat", "patient"));
    assert_eq!(world.told(again, "welcome")[0]["you"]["state"], "here");
    world.knock(again);
    assert_eq!(world.state("pat"), "in");
}

#[test]
fn the_seventh_has_to_wait_until_somebody_goes() {
    let (mut world, doc, pat) = World::running();
    for n in 0..5 {
        let socket = world.enter(&page(&format!("fam{n}"), "family"));
        world.knock(socket);
        world.say(doc, json!({"type": "admit", "id": format!("a{n}"), "member": format!("fam{n}")}));
    }
    assert_eq!(world.problem(doc), "visit-full");
    assert_eq!(world.state("fam4"), "waiting");
    world.say(pat, json!({"type": "leave"}));
    world.say(doc, json!({"type": "admit", "id": "a4", "member": "fam4"}));
    assert_eq!(world.state("fam4"), "in", "the same command may go well now");
}

#[test]
fn the_status_is_told_to_all_who_are_not_in() {
    let (mut world, doc, pat, fam) = with_waiting();
    world.say(doc, json!({"type": "status", "state": "soon", "minutes": 5}));
    let status = world.told(fam, "status");
    assert_eq!((&status[0]["state"], &status[0]["minutes"]), (&json!("soon"), &json!(5)));
    assert!(world.told(pat, "status").is_empty());
    world.say(doc, json!({"type": "leave"}));
    assert_eq!(world.told(fam, "status")[0]["state"], "away", "with no clinician there, nobody is ready");
}

#[test]
fn what_clinicians_do_is_for_clinicians() {
    let (mut world, _, pat) = World::running();
    for command in [
        json!({"type": "status", "state": "ready"}),
        json!({"type": "admit", "member": "pat"}),
        json!({"type": "decline", "member": "pat"}),
        json!({"type": "remove", "member": "doc", "back": false}),
        json!({"type": "hand-over", "to": "pat"}),
        json!({"type": "bridge", "do": "call", "phone": "1", "name": "N"}),
        json!({"type": "end"}),
    ] {
        world.say(pat, command.clone());
        assert_eq!(world.problem(pat), "not-allowed", "{command}");
    }
    assert_eq!(world.state("doc"), "in");
}

#[test]
fn people_are_told_at_most_four_times_a_second() {
    let (mut world, doc, pat) = World::running();
    let since = world.now_ms;
    for n in 0..100u64 {
        world.wait(20);
        let level = n % 4;
        world.say(
            pat,
            json!({"type": "media", "audio": true, "camera": n % 2 == 0, "screen": false, "level": level}),
        );
        world.wait(20);
    }
    let told = world.told(doc, "people");
    let span_s = (world.now_ms - since).div_ceil(1_000) as usize;
    assert!(told.len() <= 4 * span_s + 1, "{} in {span_s} s", told.len());
    assert!(told.len() >= 3 * (span_s - 1), "{} in {span_s} s", told.len());
    world.wait(1_000);
    let last = told.into_iter().chain(world.told(doc, "people")).next_back().expect("people");
    assert_eq!(last["people"][1]["camera"], false, "the last one is what is so");
}
