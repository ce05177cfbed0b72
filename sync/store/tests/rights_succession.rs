//! Restored, cloned and replaced databases: what they own, and who follows.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::Arc;

use common::booking::{Desk, desk, open_desk};

const ANA: &str = "Practitioner/ana";

fn clinic() -> (Desk, Desk) {
    let (node, hub) = (desk("north"), desk(""));
    node.sync(&hub);
    node.begin(&[&hub]);
    node.sync(&hub);
    (node, hub)
}

/// A copy of the database, as a backup holds it, opened elsewhere.
fn copy_of(desk: &Desk) -> Desk {
    open_desk("north", Arc::new(desk.db.duplicate_in_memory().unwrap()), Arc::default())
}

#[test]
fn a_restored_node_sells_nothing_until_its_hub_has_answered() {
    let (node, hub) = clinic();
    assert_eq!(node.book("before", &[ANA], 600), "yes");
    let restored = copy_of(&node);
    assert_eq!(node.book("after", &[ANA], 630), "yes");
    node.sync(&hub);
    assert_ne!(restored.actor(), node.actor());
    assert_eq!(restored.book("x", &[ANA], 630), "time-not-ours");
    assert_eq!(restored.change("x", &[ANA], 630, "proposed"), "no");
    assert_eq!(restored.follow(restored.actor()), "replica-at-work");
    assert_eq!(restored.follow(node.actor()), "yes");
    restored.sync(&hub);
    assert_eq!((hub.answer(), hub.answer()), (1, 0));
    assert_eq!(restored.book("y", &[ANA], 700), "time-not-ours", "the answer has not come");
    restored.sync(&hub);
    assert_eq!(restored.book("y", &[ANA], 700), "yes");
    assert_eq!(
        restored.book("z", &[ANA], 630),
        "time-taken",
        "what was confirmed after the backup came with it"
    );
}

#[test]
fn what_the_one_before_sends_after_the_answer_is_put_aside() {
    let (node, hub) = clinic();
    let twin = copy_of(&node);
    twin.follow(node.actor());
    twin.sync(&hub);
    hub.answer();
    // A person was wrong: it is still at work.
    assert_eq!(node.book("late", &[ANA], 600), "yes");
    assert_eq!(node.grant(&hub, ANA, 660, 60, 9), "yes");
    node.sync(&hub);
    assert_eq!(hub.book("web", &[ANA], 660), "time-not-ours");
    twin.sync(&hub);
    assert_eq!(twin.book("mine", &[ANA], 600), "yes");
    let held = hub.records.read(|view| view.counts()).unwrap();
    assert_eq!(held.1, 0, "nothing stands in conflict");
    node.sync(&hub);
    assert_eq!(node.book("later", &[ANA], 720), "time-not-ours", "and it hears that another follows");
}

#[test]
fn every_hub_has_to_answer() {
    let (node, hub, other) = (desk("north"), desk(""), desk(""));
    node.sync(&hub);
    node.sync(&other);
    node.begin(&[&hub, &other]);
    node.sync(&hub);
    node.sync(&other);
    let restored = copy_of(&node);
    // A grant that one hub alone has heard of.
    assert_eq!(node.grant(&other, ANA, 600, 60, 9), "yes");
    node.sync(&other);
    restored.follow(node.actor());
    restored.sync(&hub);
    hub.answer();
    restored.sync(&hub);
    assert_eq!(restored.book("x", &[ANA], 600), "time-not-ours");
    restored.sync(&other);
    assert_eq!(other.answer(), 1);
    assert_eq!(other.book("web", &[ANA], 600), "yes");
    restored.sync(&other);
    assert_eq!(restored.book("x", &[ANA], 600), "time-not-ours");
    assert_eq!(restored.book("x", &[ANA], 660), "yes");
}

#[test]
fn a_restored_hub_gives_what_it_was_granted_back_when_a_person_says_so() {
    let (node, hub) = clinic();
    node.grant(&hub, ANA, 600, 120, 900);
    node.sync(&hub);
    assert_eq!(hub.book("web", &[ANA], 600), "yes");
    node.sync(&hub);
    let former = hub.actor();
    let restored = open_desk("", Arc::new(hub.db.duplicate_in_memory().unwrap()), Arc::default());
    drop(hub);
    assert_eq!(restored.book("x", &[ANA], 630), "time-not-ours");
    node.sync(&restored);
    assert_eq!(node.take_back(), 0);
    restored.records.write(|tx| tx.replace_self("north", former, "admin")).unwrap();
    node.sync(&restored);
    assert_eq!(node.take_back(), 1);
    assert_eq!((node.book("a", &[ANA], 630), node.book("b", &[ANA], 600)), ("yes", "time-not-ours"));
    assert_eq!(node.grant(&restored, ANA, 660, 30, 900), "yes");
}

#[test]
fn a_node_without_a_hub_follows_itself() {
    let node = desk("north");
    node.begin(&[]);
    let restored = copy_of(&node);
    assert_eq!(restored.book("x", &[ANA], 600), "time-not-ours");
    assert_eq!(restored.follow(node.actor()), "yes");
    assert_eq!(restored.book("x", &[ANA], 600), "yes");
}

#[test]
fn a_new_node_does_not_begin_a_calendar_that_its_hub_knows() {
    let (node, hub) = clinic();
    let fresh = desk("north");
    fresh.sync(&hub);
    let begun = fresh.records.write(|tx| tx.begin_calendar("north", &[hub.actor()], "desk"));
    assert_eq!(begun.unwrap_err().code(), "calendar-begun");
    fresh.follow(node.actor());
    fresh.sync(&hub);
    hub.answer();
    fresh.sync(&hub);
    assert_eq!(fresh.book("x", &[ANA], 600), "yes");
}

#[test]
fn a_copy_of_all_disks_sells_nothing_on_another_machine() {
    use common::booking::open_on;
    let node = open_on(
        "north",
        Arc::new(holdfast_store::sqlite::Sqlite::in_memory().unwrap()),
        Arc::default(),
        [1; 32],
    );
    node.begin(&[]);
    let disks =
        |desk: &Desk| (Arc::new(desk.db.duplicate_in_memory().unwrap()), Arc::new(desk.sidecar.duplicate()));
    let (db, sidecar) = disks(&node);
    let (same, beside) = disks(&node);
    let twin = open_on("north", db, sidecar, [2; 32]);
    assert_ne!(twin.actor(), node.actor());
    assert_eq!(twin.book("x", &[ANA], 600), "time-not-ours");
    let again = open_on("north", same, beside, [1; 32]);
    assert_eq!((again.actor(), again.book("x", &[ANA], 600)), (node.actor(), "yes"));
}
