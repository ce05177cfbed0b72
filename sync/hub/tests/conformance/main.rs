//! One list of behaviours, held by every database that a replica can live in: SQLite in a file, SQLite in memory,
//! PostgreSQL. What only one of them can get wrong is in the files named after it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod backend;
mod bulk;
mod clinics;
mod counters;
mod feeds;
mod fleet;
mod grants;
mod hostile;
mod large;
mod postgres_crash;
mod postgres_open;
mod postgres_presence;
mod postgres_restored;
mod postgres_session;
mod postgres_tls;
mod quarantine;
mod records;
mod restored;
mod rivals;
#[path = "../../../store/tests/common/rules.rs"]
mod rules;
mod search;
mod transactions;
mod values;

use backend::{Backend, Behaviour};

fn every_behaviour() -> Vec<Behaviour> {
    let lists = [
        values::behaviours(),
        bulk::behaviours(),
        feeds::behaviours(),
        counters::behaviours(),
        transactions::behaviours(),
        records::behaviours(),
        rivals::behaviours(),
        clinics::behaviours(),
        grants::behaviours(),
        quarantine::behaviours(),
        restored::behaviours(),
        hostile::behaviours(),
        large::behaviours(),
        search::behaviours(),
    ];
    lists.concat()
}

#[test]
fn sqlite_in_a_file_keeps_every_behaviour() {
    let folder = tempfile::tempdir().unwrap();
    backend::check(&every_behaviour(), |name| {
        Backend::sqlite_file(&folder.path().join(format!("{name}.db")))
    });
}

#[test]
fn sqlite_in_memory_keeps_every_behaviour() {
    backend::check(&every_behaviour(), |_| Backend::sqlite_memory());
}

#[test]
fn postgresql_keeps_every_behaviour() {
    let cluster = holdfast_tests::postgres::Cluster::start().unwrap();
    backend::check(&every_behaviour(), |name| Backend::postgres(&cluster.create_database(name).unwrap()));
}
