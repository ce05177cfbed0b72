//! Hub processes that share a database share a data folder, or the later one does not start.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use holdfast_core::id::ActorId;
use holdfast_hub::postgres::{Postgres, PostgresOptions, Presence};
use holdfast_store::identity::Identity;
use holdfast_store::sidecar::FileSidecar;
use holdfast_store::{Place, Records, StoreError, Surroundings};
use holdfast_tests::postgres::Cluster;

use crate::rules::SmallRules;

/// Starts as a hub process does from this folder; others are given hardly any time to go.
fn start(url: &str, folder: &Path) -> Result<(Records, Presence), StoreError> {
    let db = Arc::new(Postgres::open(url, PostgresOptions::default()).unwrap());
    let open = |is_alone: bool| {
        let identity = Identity::beside(Arc::new(FileSidecar::open(folder).unwrap()));
        let identity = if is_alone { identity } else { identity.beside_others() };
        let place = Place { clinic: String::new(), schema: 1 };
        Records::open(db.clone(), Arc::new(SmallRules), identity, place, Surroundings::default())
    };
    Presence::begin_within(url, &PostgresOptions::default(), Duration::from_millis(50), open)
}

fn end_sessions(cluster: &Cluster) {
    let end = "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'holdfast-hub'";
    cluster.psql("postgres", end).unwrap();
}

#[test]
fn another_folder_is_refused_while_anybody_serves_and_the_same_is_not() {
    let cluster = Cluster::start().unwrap();
    let url = cluster.create_database("shared").unwrap();
    let (ours, others) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (first, mut presence) = start(&url, ours.path()).unwrap();
    let (second, beside) = start(&url, ours.path()).unwrap();
    assert_eq!(first.actor(), second.actor());

    let refused = start(&url, others.path()).unwrap_err();
    let text = refused.to_string();
    assert_eq!((refused.code(), refused.is_retryable()), ("other-data-folder", false));
    assert!(text.contains("another process") && text.contains("same data folder"), "{text}");

    // The server was restarted: whoever served before is seen again, and neither takes nor loses anything.
    end_sessions(&cluster);
    presence.is_kept(first.actor()).unwrap();
    drop((second, beside));
    assert_eq!(start(&url, others.path()).unwrap_err().code(), "other-data-folder");
    assert_eq!(cluster.psql("shared", "select count(*) from actor").unwrap(), "1");

    // Nobody is seen for a moment, and another takes the database over.
    end_sessions(&cluster);
    let (later, _presence) = start(&url, others.path()).unwrap();
    assert_ne!(later.actor(), first.actor());
    assert_eq!(presence.is_kept(first.actor()).unwrap_err().code(), "other-data-folder");
}

#[test]
fn one_that_was_alone_and_has_gone_leaves_the_database_to_another_folder() {
    let cluster = Cluster::start().unwrap();
    let url = cluster.create_database("moved").unwrap();
    let (ours, others) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (first, presence) = start(&url, ours.path()).unwrap();
    let actor: ActorId = first.actor();
    drop((first, presence));
    assert_ne!(start(&url, others.path()).unwrap().0.actor(), actor);
}
