//! A whole hub on the database: saving, history, search, conflicts and sessions with nodes.

use holdfast_core::id::{Entity, Scope};
use holdfast_core::message::{Request, Response};
use holdfast_core::search::{Clause, Match};
use holdfast_store::Records;
use holdfast_store::author::Base;
use holdfast_store::downstream::Taken;
use holdfast_store::history::Wanted;

use crate::backend::{Backend, behaviours, read};
use crate::fleet::{Node, hub, json, put, put_over, records};
use crate::rules::NAME;

behaviours![
    saved_resource_has_its_history,
    search_narrows_and_pages,
    what_one_node_saves_the_other_reads,
    concurrent_edits_are_both_kept_and_settled_once,
    second_session_has_nothing_to_do,
    gap_fork_and_revocation_are_refused_by_name,
    hub_goes_on_after_reopening,
    pages_resume_where_they_were_confirmed,
    patient_of_many_pages_comes_whole_from_a_hub_that_restarts,
];

fn saved_resource_has_its_history(backend: &Backend) {
    let hub = hub(backend.open());
    let first = put(&hub, "Patient", "p1", r#""name":"Ann","dose":1.50"#).unwrap();
    let second = put(&hub, "Patient", "p1", r#""name":"Ann","dose":1.5"#).unwrap();
    assert!(first.created && !second.created && first.version != second.version);
    assert!(!put(&hub, "Patient", "p1", r#""name":"Ann","dose":1.5"#).unwrap().changed);
    let stale = put_over(&hub, "Patient", "p1", r#""name":"B""#, &Base::Exactly(first.version));
    assert_eq!(stale.unwrap_err().code(), "stale-version");
    let entity = Entity::new("Patient", "p1");
    hub.write(|tx| tx.delete(&entity, &Base::Blind, "nurse")).unwrap();
    assert_eq!(hub.read(|view| view.read(&entity)).unwrap_err().code(), "gone");
    let history = hub.read(|view| view.history(&entity, &Wanted::ALL).map(|all| all.versions)).unwrap();
    assert_eq!(history.len(), 3);
    assert!(history[0].deleted && history[2].json.contains("1.50"));
}

fn search_narrows_and_pages(backend: &Backend) {
    let hub = hub(backend.open());
    for n in 0..25 {
        let name = if n % 5 == 0 { "Zoë" } else { "Ann" };
        put(&hub, "Patient", &format!("p{n:02}"), &format!("\"name\":\"{name} {n}\"")).unwrap();
    }
    put(&hub, "Patient", "p00", r#""name":"Ann 0""#).unwrap();
    let by = |any: Vec<Match>| [Clause::Param { param: NAME, any }];
    let ids = |clauses: &[Clause], after, count| {
        let found = hub.read(|view| view.search("Patient", clauses, after, count)).unwrap();
        (found.resources.into_iter().map(|r| r.entity.id).collect::<Vec<_>>(), found.next)
    };
    assert_eq!(ids(&by(vec![Match::Prefix("Zoë".into())]), 0, 10).0, ["p05", "p10", "p15", "p20"]);
    let (page, next) = ids(&by(vec![Match::Prefix("Zoë".into()), Match::Exact("Ann 1".into())]), 0, 3);
    assert_eq!(page, ["p01", "p05", "p10"]);
    assert_eq!(
        ids(&by(vec![Match::Prefix("Zoë".into())]), next.unwrap(), 3),
        (vec!["p15".into(), "p20".into()], None)
    );
    let both =
        [Clause::Id(vec!["p05".into(), "p06".into()]), by(vec![Match::Prefix("Zoë".into())])[0].clone()];
    assert_eq!(ids(&both, 0, 10).0, ["p05"]);
}

fn what_one_node_saves_the_other_reads(backend: &Backend) {
    let (hub, a, b) = (hub(backend.open()), Node::new("a"), Node::new("b"));
    put(&a.records, "Patient", "p1", r#""name":"Ann","phone":"1""#).unwrap();
    put(&a.records, "Obs", "o1", r#""subject":"p1","value":1.50"#).unwrap();
    put(&a.records, "Allergy", "x1", r#""subject":"p1","code":"nuts""#).unwrap();
    a.sync(&hub);
    assert_eq!(json(&hub, "Patient", "p1"), json(&a.records, "Patient", "p1"));
    b.push(&hub).unwrap();
    assert_eq!(b.hold(&hub, Scope::patient("p1")), Response::Done { count: 1 });
    b.sync(&hub);
    for (kind, id) in [("Patient", "p1"), ("Obs", "o1"), ("Allergy", "x1")] {
        assert_eq!(json(&b.records, kind, id), json(&a.records, kind, id));
    }
    put(&b.records, "Obs", "o1", r#""subject":"p1","value":1.60"#).unwrap();
    b.sync(&hub);
    a.sync(&hub);
    assert!(json(&a.records, "Obs", "o1").contains("1.60"));
}

fn concurrent_edits_are_both_kept_and_settled_once(backend: &Backend) {
    let (hub, a) = (hub(backend.open()), Node::new("a"));
    put(&a.records, "Patient", "p1", r#""name":"Ann","phone":"1""#).unwrap();
    a.sync(&hub);
    put(&a.records, "Patient", "p1", r#""name":"Ann","phone":"2""#).unwrap();
    put(&hub, "Patient", "p1", r#""name":"Anna","phone":"3""#).unwrap();
    a.sync(&hub);
    assert_eq!(json(&a.records, "Patient", "p1"), json(&hub, "Patient", "p1"));
    let entity = Entity::new("Patient", "p1");
    assert_eq!(hub.read(|view| view.conflicted(0, 10)).unwrap().0, std::slice::from_ref(&entity));
    assert_eq!(hub.read(|view| view.conflicts_of(&entity)).unwrap()[0].values.len(), 2);
    hub.write(|tx| tx.resolve(&entity, "phone", Some("\"3\"".into()), "nurse")).unwrap();
    a.sync(&hub);
    assert!(!json(&a.records, "Patient", "p1").contains("\"conflict\""));
    assert_eq!(hub.read(|view| view.counts()).unwrap(), (1, 0));
}

fn second_session_has_nothing_to_do(backend: &Backend) {
    let (hub, a) = (hub(backend.open()), Node::new("a"));
    for n in 0..50 {
        put(&a.records, "Patient", &format!("p{n}"), r#""name":"Ann""#).unwrap();
    }
    a.sync(&hub);
    assert_eq!(a.sync(&hub), 0);
}

fn gap_fork_and_revocation_are_refused_by_name(backend: &Backend) {
    let (hub, a) = (hub(backend.open()), Node::new("a"));
    let mut segments = Vec::new();
    for n in 0..3 {
        put(&a.records, "Patient", "p1", &format!("\"phone\":\"{n}\"")).unwrap();
        segments = a.unsent(&hub);
    }
    let code = |bytes: &[u8]| match a.ask(&hub, &Request::Push { segment: bytes.to_vec() }) {
        Response::Ack { .. } => "taken".to_owned(),
        Response::Refused { code, .. } => code,
        other => panic!("{other:?}"),
    };
    assert_eq!(code(&segments[1].bytes), "log-gap");
    assert_eq!(code(&segments[0].bytes), "taken");
    assert_eq!(code(&segments[0].bytes), "taken", "a repeated push is fine");
    assert_eq!(code(&segments[1].bytes), "taken");
    hub.revoke_replica("north", "a").unwrap();
    assert_eq!(code(&segments[2].bytes), "replica-revoked");
    assert_eq!(code(&segments[2].bytes), "replica-revoked");
    let kept = hub
        .read(|view| view.history(&Entity::new("Patient", "p1"), &Wanted::ALL).map(|all| all.versions))
        .unwrap();
    assert_eq!(kept.len(), 2);
    let db = backend.open();
    let held = read(&*db, |sql| sql.query("SELECT COUNT(*) FROM quarantine", &[])).unwrap();
    assert_eq!(held[0].int(0).unwrap(), 1, "kept for review, once");
}

fn hub_goes_on_after_reopening(backend: &Backend) {
    let sidecar = std::sync::Arc::new(holdfast_store::sidecar::MemorySidecar::default());
    let first = records(backend.open(), "", sidecar.clone());
    put(&first, "Patient", "p1", r#""name":"Ann""#).unwrap();
    let actor = first.actor();
    drop(first);
    let again = records(backend.open(), "", sidecar);
    assert_eq!(again.actor(), actor, "the same incarnation");
    put(&again, "Patient", "p1", r#""name":"Anna""#).unwrap();
    assert_eq!(
        again
            .read(|view| view.history(&Entity::new("Patient", "p1"), &Wanted::ALL).map(|all| all.versions))
            .unwrap()
            .len(),
        2
    );
}

fn pages_resume_where_they_were_confirmed(backend: &Backend) {
    let (hub, a, b) = (hub(backend.open()), Node::new("a"), Node::new("b"));
    for n in 0..600 {
        put(&a.records, "Device", &format!("d{n}"), r#""name":"pump""#).unwrap();
    }
    a.sync(&hub);
    b.push(&hub).unwrap();
    let first = b.page(&hub, vec![]);
    assert_eq!(first, b.page(&hub, vec![]), "unconfirmed: the same again");
    b.pull(&hub);
    assert_eq!(b.records.read(|view| view.counts()).unwrap().0, 600);
    assert_eq!(b.pull(&hub), 0);
}

fn patient_of_many_pages_comes_whole_from_a_hub_that_restarts(backend: &Backend) {
    let sidecar = std::sync::Arc::new(holdfast_store::sidecar::MemorySidecar::default());
    let (mut hub, b) = (records(backend.open(), "", sidecar.clone()), Node::new("b"));
    let note = |hub: &Records, id: u32, mark: &str| {
        let text = "ü".repeat(200_000);
        put(hub, "Obs", &format!("o{id}"), &format!(r#""subject":"p1","mark":"{mark}","text":"{text}""#))
            .unwrap();
    };
    for mark in ["first", "again"] {
        (0..10).for_each(|id| note(&hub, id, mark));
    }
    hub.share(&Scope::patient("p1"), "north").unwrap();
    b.push(&hub).unwrap();
    let (mut acked, mut pages) = (vec![], 0);
    loop {
        let page = b.page(&hub, acked);
        if page.visits.is_empty() {
            break;
        }
        let bytes: usize = page.states.iter().map(|item| item.json.len() + item.state.len()).sum();
        assert!(bytes <= 1 << 20, "{bytes}");
        let Taken::Durable(positions) = b.records.take_page(hub.actor(), &page).unwrap() else {
            panic!("a gap")
        };
        (acked, pages) = (positions, pages + 1);
        if pages == 2 {
            note(&hub, 0, "news");
            drop(hub);
            hub = records(backend.open(), "", sidecar.clone());
        }
    }
    assert!(pages > 4, "{pages}");
    (0..10).for_each(|id| {
        assert_eq!(json(&b.records, "Obs", &format!("o{id}")), json(&hub, "Obs", &format!("o{id}")))
    });
}
