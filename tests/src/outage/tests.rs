//! The plan is what it says, and each check finds what it is for: must-fail controls, without processes.

use super::check::{decided, differing, hidden, lost};
use super::picture::{Picture, Seen};
use super::plan::{Act, Plan, Rivals, SHARED, Side};
use super::{Options, Report};
use crate::checker::Acked;
use std::collections::{BTreeMap, BTreeSet};

const SMALL: Options = Options { edits: 500, concurrent: 30, patients: 40, clients: 1, rounds: 1, seed: 3 };

#[test]
fn each_side_takes_so_many_steps_and_no_two_write_the_same() {
    let plan = Plan::new(&SMALL).unwrap();
    assert_eq!(Side::BOTH.map(|side| plan.count(side)), [500, 500]);
    let steps: Vec<_> = plan.steps.values().flatten().flatten().collect();
    let markers: BTreeSet<_> =
        steps.iter().filter(|step| step.act != Act::Delete).map(|step| &step.marker).collect();
    let deletions = steps.iter().filter(|step| step.act == Act::Delete).count();
    assert_eq!(markers.len() + deletions, 1000);
    assert!(deletions > 5 && steps.iter().any(|step| matches!(step.act, Act::Create(_))));
    assert_eq!(plan.outcome().deleted.len(), deletions);
}

#[test]
fn the_sides_meet_in_the_rivals_and_nowhere_else() {
    let plan = Plan::new(&SMALL).unwrap();
    let written = |side| -> BTreeSet<(String, &str)> {
        plan.steps[&side].iter().flatten().map(|step| (step.entity.clone(), step.element)).collect()
    };
    let both: BTreeSet<_> = written(Side::North).intersection(&written(Side::South)).cloned().collect();
    let rivals: BTreeSet<_> = plan.rivals.iter().map(|one| (one.entity.clone(), one.element)).collect();
    assert_eq!(both, rivals);
    assert_eq!(rivals.len(), 30);
    for side in Side::BOTH {
        for (entity, element) in &rivals {
            let steps = plan.steps[&side].iter().flatten();
            let own = steps.filter(|step| step.entity == *entity && step.element == *element);
            assert_eq!(own.count(), 1, "a rival value is written once, so that none is replaced");
        }
    }
}

#[test]
fn a_plan_that_cannot_be_kept_is_refused() {
    assert!(Plan::new(&Options { concurrent: 41, ..SMALL }).is_err());
    assert!(Plan::new(&Options { patients: 0, concurrent: 0, ..SMALL }).is_err());
}

/// One conflict between the sides, and one plain value.
fn rivals() -> Vec<Rivals> {
    let markers = Side::BOTH.iter().map(|side| (*side, format!("rival-{}", side.name()))).collect();
    vec![Rivals { entity: "Patient/1".into(), element: SHARED, markers }]
}

fn acked() -> Vec<Acked> {
    let one = |element: &str, marker: &str| Acked {
        entity: "Patient/1".into(),
        element: element.into(),
        marker: marker.into(),
        etag: String::new(),
    };
    vec![
        one("telecom", "rival-north"),
        one("telecom", "rival-south"),
        one("address", "a-1"),
        one("address", "a-2"),
    ]
}

/// A replica that shows everything as it should be.
fn good() -> Picture {
    let body = r#"{"resourceType":"Patient","id":"1","meta":{"tag":[{"system":"urn:holdfast:tag","code":"conflict"}]},"telecom":[{"id":"rival-north"}],"address":[{"id":"a-2"}]}"#;
    let conflicts = r#"{"type":"Patient","id":"1","version":"v","conflicts":[{"element":"telecom","values":[{"value":[{"id":"rival-north"}],"removed":false,"author":"nurse-north","actor":"00","atMs":5},{"value":[{"id":"rival-south"}],"removed":false,"author":"nurse-south","actor":"01","atMs":6}]}]}"#;
    let history = vec![r#"{"resourceType":"Patient","address":[{"id":"a-1"}]}"#.to_owned()];
    let seen = Seen { status: 200, body: body.into(), conflicts: conflicts.into(), history };
    let listed = BTreeSet::from([("Patient/1".to_owned(), SHARED.to_owned(), 2)]);
    Picture { name: "hub".into(), seen: BTreeMap::from([("Patient/1".to_owned(), seen)]), listed }
}

fn with(change: impl FnOnce(&mut Seen)) -> Picture {
    let mut picture = good();
    change(picture.seen.get_mut("Patient/1").unwrap());
    picture
}

#[test]
fn a_good_replica_passes_every_check() {
    assert!(lost(&acked(), &good()).unwrap().lost.is_empty());
    assert!(differing(&[good(), good(), good()]).is_empty());
    assert!(hidden(&rivals(), &good()).is_empty());
    assert!(Report::default().is_good());
}

#[test]
fn must_fail_control_a_dropped_write_is_lost() {
    let dropped = with(|seen| seen.history.clear());
    assert_eq!(lost(&acked(), &dropped).unwrap().lost, [acked()[2].clone()]);
    let no_sibling = with(|seen| seen.conflicts = seen.conflicts.replace("rival-south", "x"));
    assert_eq!(lost(&acked(), &no_sibling).unwrap().lost, [acked()[1].clone()]);
    let none = Picture::default();
    assert_eq!(lost(&acked(), &none).unwrap().lost.len(), 4);
}

#[test]
fn must_fail_control_one_other_byte_is_a_difference() {
    let changes: [fn(&mut Seen); 4] = [
        |seen| seen.body.push(' '),
        |seen| seen.conflicts = seen.conflicts.replace(":6}", ":7}"),
        |seen| seen.status = 410,
        |seen| seen.body = seen.body.replace("a-2", "a-1"),
    ];
    for (at, change) in changes.into_iter().enumerate() {
        assert_eq!(differing(&[good(), good(), with(change)]).len(), 1, "change {at}");
    }
    let unlisted = Picture { listed: BTreeSet::new(), ..good() };
    assert_eq!(differing(&[good(), unlisted, good()]).len(), 1);
    let missing = Picture { seen: BTreeMap::new(), ..good() };
    assert_eq!(differing(&[missing, good(), good()]).len(), 1);
    let gone = || with(|seen| *seen = Seen { status: 404, ..Seen::default() });
    assert_eq!(differing(&[gone(), gone(), gone()]).len(), 1, "equal, and nowhere");
}

#[test]
fn must_fail_control_a_hidden_sibling_is_counted() {
    let changes: [fn(&mut Seen); 5] = [
        |seen| seen.conflicts = seen.conflicts.replace("\"rival-south\"", "\"rival\""),
        |seen| seen.conflicts = seen.conflicts.replace("nurse-south", "nurse-north"),
        |seen| seen.conflicts = seen.conflicts.replace("\"atMs\":6", "\"atMs\":0"),
        |seen| seen.conflicts.clear(),
        |seen| seen.body = seen.body.replace("urn:holdfast:tag", "urn:other"),
    ];
    for (at, change) in changes.into_iter().enumerate() {
        assert_eq!(hidden(&rivals(), &with(change)).len(), 1, "change {at}");
    }
    let mut three = good();
    three.listed = BTreeSet::from([("Patient/1".to_owned(), SHARED.to_owned(), 3)]);
    assert_eq!(hidden(&rivals(), &three).len(), 1, "three values are listed for two");
    let mut more = good();
    more.listed.insert(("Patient/1".to_owned(), "name".to_owned(), 2));
    assert_eq!(hidden(&rivals(), &more).len(), 1, "a conflict that nobody made");
}

#[test]
fn must_fail_control_a_silent_decision_is_counted() {
    let mut outcome = super::plan::Outcome::default();
    outcome.values.insert(("Patient/1".to_owned(), "address".to_owned()), "a-2".to_owned());
    outcome.deleted.insert("Observation/9".to_owned());
    let mut right = good();
    right.seen.insert("Observation/9".to_owned(), Seen { status: 410, ..Seen::default() });
    assert!(decided(&outcome, &right).is_empty());
    let mut older = right.clone();
    older.seen.get_mut("Patient/1").unwrap().body = good().seen["Patient/1"].body.replace("a-2", "a-1");
    assert_eq!(decided(&outcome, &older).len(), 1);
    let mut back = right.clone();
    back.seen.get_mut("Observation/9").unwrap().status = 200;
    assert_eq!(decided(&outcome, &back).len(), 1);
    assert_eq!(decided(&outcome, &Picture::default()).len(), 2);
}

#[test]
fn one_finding_of_any_kind_fails_the_drill() {
    let found = || vec!["x".to_owned()];
    for report in [
        Report { lost: found(), ..Report::default() },
        Report { differing: found(), ..Report::default() },
        Report { hidden: found(), ..Report::default() },
        Report { decided: found(), ..Report::default() },
    ] {
        assert!(!report.is_good(), "{report:?}");
    }
}
