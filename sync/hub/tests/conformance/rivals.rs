//! Several hub processes over one database at once: nothing is lost, nothing is counted twice, feeds have no gaps.

use std::collections::BTreeSet;
use std::sync::Arc;

use holdfast_core::id::{Entity, Scope};
use holdfast_store::Records;
use holdfast_store::history::Wanted;
use holdfast_store::sidecar::MemorySidecar;
use holdfast_store::sql::Database;

use crate::backend::{Backend, behaviours, read};
use crate::fleet::{Node, json, put, records};

behaviours![eight_authors_in_two_processes_lose_nothing, nodes_that_push_at_once_lose_nothing,];

/// Two processes of one hub: the same database, the same identity.
fn two_processes(backend: &Backend) -> [Records; 2] {
    let sidecar = Arc::new(MemorySidecar::default());
    [0, 1].map(|_| records(backend.open(), "", sidecar.clone()))
}

/// Positions of every feed are 1, 2, 3 … up to its head; arrivals are distinct.
pub(crate) fn assert_feeds_have_no_gaps(db: &dyn Database) {
    let text = "SELECT sc.name, sc.head, COUNT(f.pos), MIN(f.pos), MAX(f.pos) FROM scope sc \
                LEFT JOIN feed f ON f.scope_no = sc.no GROUP BY sc.name, sc.head";
    for row in read(db, |sql| sql.query(text, &[])).unwrap() {
        let (name, head, count) = (row.text(0).unwrap(), row.int(1).unwrap(), row.int(2).unwrap());
        assert_eq!(head, count, "{name} has gaps");
        assert!(count == 0 || (row.int(3).unwrap(), row.int(4).unwrap()) == (1, head), "{name} is shifted");
    }
    let text = "SELECT COUNT(*), COUNT(DISTINCT arrival) FROM feed";
    let row = &read(db, |sql| sql.query(text, &[])).unwrap()[0];
    assert_eq!(row.int(0).unwrap(), row.int(1).unwrap(), "an arrival was given twice");
}

const AUTHORS: usize = 8;
const SAVES: usize = 12;

fn eight_authors_in_two_processes_lose_nothing(backend: &Backend) {
    let processes = two_processes(backend);
    std::thread::scope(|scope| {
        for author in 0..AUTHORS {
            let hub = &processes[author % 2];
            scope.spawn(move || {
                for save in 0..SAVES {
                    put(hub, "Patient", "shared", &format!("\"phone\":\"{author}-{save}\"")).unwrap();
                    put(hub, "Obs", &format!("o{author}-{save}"), r#""subject":"shared""#).unwrap();
                    put(hub, "Patient", &format!("own{author}"), &format!("\"phone\":\"{save}\"")).unwrap();
                }
            });
        }
    });
    let hub = &processes[0];
    let history = hub
        .read(|view| view.history(&Entity::new("Patient", "shared"), &Wanted::ALL).map(|all| all.versions))
        .unwrap();
    assert_eq!(history.len(), AUTHORS * SAVES, "a save of the shared patient is missing");
    let phones: BTreeSet<&str> = history.iter().map(|v| v.json.rsplit("phone").next().unwrap()).collect();
    assert_eq!(phones.len(), AUTHORS * SAVES);
    for author in 0..AUTHORS {
        let own = hub
            .read(|view| view.history(&Entity::new("Patient", format!("own{author}")), &Wanted::ALL))
            .unwrap();
        assert_eq!(own.versions.len(), SAVES);
    }
    assert_eq!(hub.read(|view| view.counts()).unwrap().0 as usize, 1 + AUTHORS + AUTHORS * SAVES);
    assert_feeds_have_no_gaps(&*backend.open());
}

const NODES: usize = 4;
const ROUNDS: usize = 6;

/// One round of a node's work: own patients, and one that all share.
fn work(node: &Node, at: usize, round: usize) {
    for n in 0..40 {
        put(&node.records, "Patient", &format!("n{at}-{round}-{n}"), r#""name":"Ann""#).unwrap();
    }
    put(&node.records, "Obs", &format!("o{at}-{round}"), r#""subject":"shared""#).unwrap();
    put(&node.records, "Patient", "shared", &format!("\"phone{at}\":\"{round}\"")).unwrap();
}

fn nodes_that_push_at_once_lose_nothing(backend: &Backend) {
    let processes = two_processes(backend);
    let nodes: Vec<Node> = (0..NODES).map(|n| Node::new(&format!("n{n}"))).collect();
    std::thread::scope(|scope| {
        for (at, node) in nodes.iter().enumerate() {
            let processes = &processes;
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    work(node, at, round);
                    node.push(&processes[(at + round) % 2]).unwrap();
                }
            });
        }
    });
    assert_feeds_have_no_gaps(&*backend.open());
    let hub = &processes[1];
    assert_eq!(hub.read(|view| view.counts()).unwrap().0 as usize, 1 + NODES * ROUNDS * 41);
    for node in &nodes {
        node.hold(hub, Scope::patient("shared"));
        node.sync(hub);
        assert_eq!(json(&node.records, "Patient", "shared"), json(hub, "Patient", "shared"));
        // Whoever said hello while another pushed was told of what that push brought.
        let (held, _) = node.records.read(|view| view.counts()).unwrap();
        assert_eq!(held as usize, 1 + NODES * ROUNDS * 41, "{} lacks some", node.peer.replica);
    }
}
