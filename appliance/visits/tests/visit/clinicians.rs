//! Who leads, hand-over, and the end.

use crate::world::{World, member, page};
use holdfast_visits::session::{LeftWhy, Order, What};
use serde_json::{Value, json};

fn leaders(people: &Value) -> Vec<&str> {
    let people = people["people"].as_array().expect("people").iter();
    people.filter(|one| one["leads"] == true).map(|one| one["member"].as_str().expect("a name")).collect()
}

#[test]
fn the_first_clinician_leads_and_hands_over_to_one_who_is_not_here_yet() {
    let (mut world, doc, _) = World::running();
    world.clinicians();
    world.say(doc, json!({"type": "hand-over", "id": "h", "to": "Practitioner/two"}));
    let said = world.said[&doc].clone();
    assert_eq!(said[0], json!({"type": "done", "id": "h"}));
    assert_eq!(said[1], json!({"type": "handed-over", "from": "doc", "to": "two"}));
    assert_eq!(world.facts(), [What::HandedOver { from: member("doc"), to: member("two") }]);
    world.live(120_000, &[doc]);
    assert_eq!(world.visit.snapshot().leader(), Some(&member("two")), "who was handed it is waited for");
    let people = world.told(doc, "people").pop().expect("people");
    assert_eq!(leaders(&people), ["two"]);
    let two = world.enter(&page("two", "clinician"));
    world.knock(two);
    assert_eq!(world.visit.snapshot().leader(), Some(&member("two")));
}

#[test]
fn only_who_leads_hands_over_and_only_to_a_clinician() {
    let (mut world, doc, _) = World::running();
    let two = world.enter(&page("two", "clinician"));
    world.say(two, json!({"type": "hand-over", "to": "two"}));
    assert_eq!(world.problem(two), "not-allowed");
    for nobody in ["pat", "Practitioner/none", "none", ""] {
        world.say(doc, json!({"type": "hand-over", "to": nobody}));
        assert_eq!(world.problem(doc), "no-such-clinician", "{nobody}");
    }
    world.say(doc, json!({"type": "hand-over", "to": "two"}));
    assert_eq!(world.told(two, "handed-over").len(), 1);
}

#[test]
fn when_who_leads_goes_another_clinician_who_is_in_leads() {
    let (mut world, doc, _) = World::running();
    let two = world.enter(&page("two", "clinician"));
    world.knock(two);
    world.say(doc, json!({"type": "leave"}));
    assert_eq!(world.visit.snapshot().leader(), Some(&member("two")));
    assert_eq!(world.told(two, "handed-over").len(), 1);
    let doc = world.enter(&page("doc", "clinician"));
    world.knock(doc);
    assert_eq!(world.visit.snapshot().leader(), Some(&member("two")), "and goes on to");
}

#[test]
fn with_nobody_to_lead_who_led_still_does() {
    let (mut world, doc, _) = World::running();
    world.say(doc, json!({"type": "leave"}));
    assert_eq!(world.visit.snapshot().leader(), Some(&member("doc")));
}

#[test]
fn the_end_is_told_to_all_and_is_for_good() {
    let (mut world, doc, pat) = World::running();
    let fam = world.enter(&page("fam", "family"));
    world.knock(fam);
    world.connect(pat, "pat");
    world.forget();
    world.say(doc, json!({"type": "end", "summary": "Rest.", "next": "In two weeks."}));
    assert_eq!(world.heard(doc), ["done", "ended"]);
    for socket in [pat, fam] {
        let ended = world.told(socket, "ended").pop().expect("told");
        assert_eq!(
            (&ended["why"], &ended["summary"]["text"], &ended["summary"]["next"]),
            (&json!("ended"), &json!("Rest."), &json!("In two weeks."))
        );
        assert_eq!(world.closed[&socket], 4000);
    }
    assert!(world.asks.iter().any(|(_, request)| *request == holdfast_visits::session::Request::End));
    let facts = world.facts();
    let left = |name: &str| What::Left { member: member(name), why: LeftWhy::Ended };
    assert!(facts.contains(&left("doc")) && facts.contains(&left("pat")) && !facts.contains(&left("fam")));
    assert!(facts.contains(&What::Ended { by: Some(member("doc")) }));
    for hello in [page("pat", "patient"), page("doc", "clinician")] {
        let socket = world.enter(&hello);
        let refused = world.told(socket, "refused").pop().expect("refused");
        assert_eq!((&refused["code"], &refused["summary"]["text"]), (&json!("ended"), &json!("Rest.")));
    }
    assert_eq!(world.timer, None, "there is nothing to wait for");
}

#[test]
fn a_summary_can_be_added_later_and_is_not_replaced() {
    let (mut world, doc, _) = World::running();
    world.say(doc, json!({"type": "end"}));
    let end = |summary: &str| Order::End { summary: Some(summary.into()), next: None };
    world.order(end("Rest."));
    world.order(end("Something else."));
    let finished = world.visit.snapshot().finished().cloned().expect("ended");
    assert_eq!(finished.summary.map(|summary| summary.text).as_deref(), Some("Rest."));
    assert_eq!(world.facts().iter().filter(|fact| matches!(fact, What::Summarised(_))).count(), 1);
    assert_eq!(world.facts().iter().filter(|fact| matches!(fact, What::Ended { .. })).count(), 1);
}

#[test]
fn it_begins_when_two_are_in() {
    let mut world = World::new();
    let doc = world.enter(&page("doc", "clinician"));
    world.knock(doc);
    assert_eq!(world.visit.snapshot().started_ms(), None);
    let pat = world.enter(&page("pat", "patient"));
    world.wait(5_000);
    world.knock(pat);
    world.say(doc, json!({"type": "admit", "member": "pat"}));
    assert_eq!(world.visit.snapshot().started_ms(), Some(world.now_ms));
    let facts = world.facts();
    let tail = [
        What::Admitted { member: member("pat"), by: member("doc") },
        What::Joined { member: member("pat"), role: holdfast_visits::token::Role::Patient },
        What::Started,
    ];
    assert!(facts.ends_with(&tail), "{facts:?}");
}
