//! A hub's database put back by PostgreSQL's own programs, which know nothing of hubs.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use holdfast_core::id::Scope;
use holdfast_hub::postgres::{Postgres, PostgresOptions};
use holdfast_store::Records;
use holdfast_store::sidecar::MemorySidecar;
use holdfast_store::sql::Database;
use holdfast_store::{give_back, notice};
use holdfast_tests::postgres::Cluster;

use crate::fleet::{Node, json, put, records};
use crate::restored::{gives_back, same};

fn open(url: &str, sidecar: &Arc<MemorySidecar>) -> (Arc<dyn Database>, Records) {
    let db: Arc<dyn Database> = Arc::new(Postgres::open(url, PostgresOptions::default()).unwrap());
    (db.clone(), records(db, "", sidecar.clone()))
}

fn run(cluster: &Cluster, program: &str, database: &str, file: &Path) {
    let mut command = Command::new(cluster.program(program));
    command.arg("--dbname").arg(cluster.url_of(database));
    match program {
        "pg_dump" => command.args(["--format=custom", "--file"]).arg(file),
        _ => command.arg(file),
    };
    let done = command.output().unwrap();
    assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
}

/// Whether the hub was restarted since the dump decides how it finds out, and nothing else.
#[test]
fn a_dump_that_was_put_back_is_given_back_what_the_hub_had_said_since() {
    let cluster = Cluster::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (restarts, told) in [(false, "replica-rolled-back"), (true, "replica-copied")] {
        let name = |of: &str| format!("{of}_{restarts}");
        let (sidecar, node) = (Arc::<MemorySidecar>::default(), Node::new("a"));
        let (db, mut hub) = open(&cluster.create_database(&name("hub")).unwrap(), &sidecar);
        put(&hub, "Patient", "p1", r#""name":"Ann""#).unwrap();
        hub.share(&Scope::patient("p1"), "north").unwrap();
        node.sync(&hub);
        node.hold(&hub, Scope::patient("p1"));
        node.sync(&hub);
        let dump = folder.path().join(name("dump"));
        run(&cluster, "pg_dump", &name("hub"), &dump);

        // The nonce before the last counts as well: the power may have gone between sidecar and database.
        for _ in 0..if restarts { 2 } else { 0 } {
            hub = records(db.clone(), "", sidecar.clone());
        }
        put(&hub, "Patient", "p1", r#""name":"Anna""#).unwrap();
        put(&hub, "Device", "d1", r#""name":"pump""#).unwrap();
        node.sync(&hub);
        let before = hub.actor();
        drop(hub);

        cluster.create_database(&name("put_back")).unwrap();
        run(&cluster, "pg_restore", &name("put_back"), &dump);
        let (db, hub) = open(&cluster.url_of(&name("put_back")), &sidecar);
        assert_ne!(hub.actor(), before, "it is another incarnation");
        assert_eq!(notice::counts(&*db).unwrap().get(told), Some(&1));
        assert!(give_back::is_open(&*db).unwrap());
        assert!(json(&hub, "Patient", "p1").contains(r#""name":"Ann""#));
        assert_eq!(gives_back(&node, &hub), 0);
        for (kind, id) in [("Patient", "p1"), ("Device", "d1")] {
            same(&hub, &node, kind, id);
        }
        assert_eq!(hub.read(|view| view.conflicted(0, 9)).unwrap().0, []);
    }
}
