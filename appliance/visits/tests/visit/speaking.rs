//! Commands and their ids, chat, captions, trouble, figures, and how much may be said.

use crate::world::{World, page};
use holdfast_visits::ids::SocketId;
use holdfast_visits::session::{Input, Output, What};
use serde_json::json;

fn raw(world: &mut World, socket: SocketId, text: &str) {
    world.input(Input::Frame { socket, frame: text.as_bytes().to_vec() });
}

#[test]
fn the_same_command_again_gives_the_same_answer_and_changes_nothing() {
    let (mut world, doc, pat) = World::running();
    let line = json!({"type": "chat", "id": "once", "text": "hello"});
    world.say(pat, line.clone());
    world.close(pat);
    let again = world.enter(&page("pat", "patient"));
    world.forget();
    let before = world.visit.snapshot().clone();
    world.say(again, line);
    assert_eq!(world.heard(again), ["done"]);
    assert!(world.told(doc, "chat").is_empty() && world.facts.is_empty());
    assert_eq!(*world.visit.snapshot(), before);
    world.say(pat, json!({"type": "admit", "id": "no", "member": "x"}));
    for _ in 0..2 {
        world.say(again, json!({"type": "admit", "id": "no", "member": "x"}));
        assert_eq!(world.problem(again), "not-allowed");
    }
}

#[test]
fn an_id_is_one_members_and_the_last_256_are_known() {
    let (mut world, doc, pat) = World::running();
    for socket in [doc, pat] {
        world.say(socket, json!({"type": "chat", "id": "same", "text": "hello"}));
    }
    let lines = |world: &World| world.facts().iter().filter(|fact| matches!(fact, What::Chat(_))).count();
    assert_eq!(lines(&world), 2);
    for n in 0..255 {
        world.wait(60);
        world.say(pat, json!({"type": "trouble", "id": format!("t{n}"), "kind": "help"}));
    }
    world.say(pat, json!({"type": "chat", "id": "same", "text": "hello"}));
    assert_eq!(lines(&world), 2, "the 256th is known");
    world.wait(60);
    world.say(pat, json!({"type": "trouble", "id": "one-more", "kind": "help"}));
    world.say(pat, json!({"type": "chat", "id": "same", "text": "hello"}));
    assert_eq!(lines(&world), 3, "and no more than that is kept");
}

#[test]
fn chat_goes_to_all_who_are_in_and_a_welcome_repeats_it() {
    let (mut world, doc, pat) = World::running();
    world.say(pat, json!({"type": "chat", "text": "my secret"}));
    assert_eq!(world.heard(pat), ["done", "chat"]);
    let line = world.told(doc, "chat").pop().expect("a line");
    assert_eq!(
        (&line["seq"], &line["name"], &line["text"]),
        (&json!(1), &json!("Name of pat"), &json!("my secret"))
    );
    let back = world.enter(&page("pat", "patient"));
    assert_eq!(world.told(back, "welcome")[0]["chat"][0]["text"], "my secret");
}

#[test]
fn what_was_said_before_somebody_was_let_in_is_not_theirs() {
    let (mut world, doc, pat) = World::running();
    world.say(pat, json!({"type": "chat", "text": "before"}));
    let fam = world.enter(&page("fam", "family"));
    assert_eq!(world.told(fam, "welcome")[0]["chat"], json!([]));
    world.knock(fam);
    world.wait(1_000);
    world.say(doc, json!({"type": "admit", "member": "fam"}));
    world.say(pat, json!({"type": "chat", "text": "after"}));
    let back = world.enter(&page("fam", "family"));
    let chat = world.told(back, "welcome")[0]["chat"].clone();
    assert_eq!((chat.as_array().map(Vec::len), &chat[0]["text"]), (Some(1), &json!("after")));
}

#[test]
fn the_last_two_hundred_lines_are_kept() {
    let (mut world, _, pat) = World::running();
    for n in 0..210 {
        world.wait(60);
        world.say(pat, json!({"type": "chat", "text": format!("line {n}")}));
    }
    let back = world.enter(&page("pat", "patient"));
    let chat = world.told(back, "welcome")[0]["chat"].clone();
    assert_eq!((chat.as_array().map(Vec::len), &chat[0]["seq"]), (Some(200), &json!(11)));
}

#[test]
fn only_who_is_in_can_speak() {
    let (mut world, _, _) = World::running();
    let fam = world.enter(&page("fam", "family"));
    let media = json!({"type": "media", "audio": true, "camera": true, "screen": true, "level": 0});
    for said in [
        json!({"type": "chat", "text": "x"}),
        media,
        json!({"type": "offer", "sdp": "v=0", "restart": false}),
    ] {
        world.say(fam, said.clone());
        assert_eq!(world.problem(fam), "not-admitted", "{said}");
    }
    world.say(fam, json!({"type": "want", "wants": []}));
    assert_eq!(world.problem(fam), "not-admitted");
}

#[test]
fn captions_are_an_interpreters_or_a_clinicians_and_are_kept_nowhere() {
    let (mut world, doc, pat) = World::running();
    let before = world.visit.snapshot().clone();
    world.say(doc, json!({"type": "caption", "text": "in words"}));
    assert_eq!(
        world.told(pat, "caption")[0],
        json!({"type": "caption", "text": "in words", "member": "doc", "name": "Name of doc"})
    );
    assert!(*world.visit.snapshot() == before && world.facts.is_empty());
    world.say(pat, json!({"type": "caption", "text": "x"}));
    assert_eq!(world.problem(pat), "not-allowed");
}

#[test]
fn trouble_is_told_to_clinicians_from_anywhere() {
    let (mut world, doc, pat) = World::running();
    let fam = world.enter(&page("fam", "family"));
    world.say(fam, json!({"type": "trouble", "kind": "no-sound", "text": "nothing at all"}));
    assert_eq!(world.heard(fam)[1..], ["done"]);
    let trouble = world.told(doc, "trouble");
    assert_eq!((&trouble[0]["member"], &trouble[0]["kind"]), (&json!("fam"), &json!("no-sound")));
    assert!(world.told(pat, "trouble").is_empty());
}

#[test]
fn figures_are_given_on_and_the_quality_is_shown() {
    let (mut world, doc, pat) = World::running();
    world.connect(pat, "pat");
    let stats =
        json!({"freezes": 1, "freezeMs": 200, "quality": "fair", "level": 1, "restarts": 0, "rejoins": 0});
    world.say(pat, json!({"type": "stats", "stats": stats}));
    assert!(
        world
            .outputs
            .iter()
            .any(|output| matches!(output, Output::Figures { member, .. } if member.as_str() == "pat"))
    );
    world.wait(1_000);
    let people = world.told(doc, "people").pop().expect("people");
    assert_eq!((&people["people"][1]["quality"], &people["people"][1]["level"]), (&json!("fair"), &json!(1)));
}

#[test]
fn a_ping_is_answered_with_its_time_and_ice_with_new_credentials() {
    let (mut world, _, pat) = World::running();
    world.say(pat, json!({"type": "ping", "t": 17.25}));
    world.say(pat, json!({"type": "ask-ice"}));
    let said = world.said[&pat].clone();
    assert_eq!(said[0], json!({"type": "pong", "t": 17.25}));
    assert_eq!((&said[1]["type"], &said[1]["untilMs"]), (&json!("ice"), &json!(world.now_ms + 300_000)));
}

#[test]
fn what_cannot_be_read_is_a_problem_and_ends_nothing() {
    let (mut world, _, pat) = World::running();
    for (text, code) in [
        ("{", "bad-message"),
        (r#"{"type":"hello"}"#, "bad-message"),
        (r#"{"type":"chat","id":"b1","text":" "}"#, "bad-message"),
        (format!(r#"{{"type":"chat","id":"b2","text":"{}"}}"#, "x".repeat(2_001)).as_str(), "too-large"),
        ("x".repeat(70_000).as_str(), "too-large"),
    ] {
        raw(&mut world, pat, text);
        assert_eq!(world.problem(pat), code);
    }
    raw(&mut world, pat, r#"{"type":"dance","id":"b3"}"#);
    assert!(world.heard(pat).is_empty(), "a type of a newer page is passed over");
    assert_eq!(world.state("pat"), "in");
}

#[test]
fn who_says_too_much_is_told_so_and_who_floods_is_closed() {
    let (mut world, doc, pat) = World::running();
    for n in 0..60 {
        world.say(pat, json!({"type": "chat", "id": format!("f{n}"), "text": "x"}));
    }
    world.forget();
    world.say(pat, json!({"type": "chat", "id": "late", "text": "x"}));
    let problem = world.told(pat, "problem").pop().expect("a problem");
    assert_eq!(
        (&problem["id"], &problem["code"], &problem["retryAfterMs"]),
        (&json!("late"), &json!("too-fast"), &json!(50))
    );
    world.wait(50);
    world.say(pat, json!({"type": "chat", "id": "late", "text": "x"}));
    assert_eq!(world.told(doc, "chat").len(), 1, "the same command goes well later");
    for _ in 0..201 {
        raw(&mut world, pat, "garbage");
    }
    assert_eq!(world.closed[&pat], 1008);
    assert_eq!(world.state("pat"), "in", "and may come back");
}
