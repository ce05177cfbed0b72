//! Opening a PostgreSQL database: by many at once, by an older build, under settings that weaken it.

use holdfast_hub::postgres::{Postgres, PostgresOptions};
use holdfast_tests::postgres::Cluster;

use crate::backend::{read, write};

fn open(url: &str) -> Result<Postgres, String> {
    Postgres::open(url, PostgresOptions::default()).map_err(|error| error.to_string())
}

#[test]
fn opening_makes_the_schema_once_and_refuses_a_newer_one() {
    let cluster = Cluster::start().unwrap();
    let url = cluster.create_database("many").unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| write(&open(&url).unwrap(), |sql| sql.allocate("apples", 1)).unwrap());
        }
    });
    assert_eq!(
        cluster.psql("many", "select count(*), max(version) from schema_version").unwrap(),
        format!("1|{}", holdfast_store::schema::VERSION)
    );
    cluster.psql("many", "update schema_version set version = 99").unwrap();
    let refused = open(&url).unwrap_err();
    assert!(
        refused.contains("newer version (schema 99") && refused.contains("upgrade this build"),
        "{refused}"
    );

    let latin = "create database latin encoding 'LATIN1' locale 'C' template template0";
    cluster.psql("postgres", latin).unwrap();
    let refused = open(&cluster.url_of("latin")).unwrap_err();
    assert!(refused.contains("LATIN1") && refused.contains("UTF8"), "{refused}");
}

#[test]
fn addresses_that_lead_nowhere_are_told_apart() {
    let refused = open("postgresql://holdfast@127.0.0.1:1/none").unwrap_err();
    assert!(refused.contains("cannot be reached"), "{refused}");
    let refused = open("postgresql://holdfast@127.0.0.1:port/none").unwrap_err();
    assert!(refused.contains("cannot be understood"), "{refused}");
}

#[test]
fn weak_durability_is_overruled_or_told() {
    let cluster = Cluster::start().unwrap();
    let url = cluster.create_database("weak").unwrap();
    cluster.psql("weak", "alter database weak set synchronous_commit = off").unwrap();
    let db = open(&url).unwrap();
    let rows = read(&db, |sql| sql.query("SELECT current_setting('synchronous_commit')", &[])).unwrap();
    assert_eq!(rows[0].text(0).unwrap(), "on");
    assert!(db.durability_warnings().is_empty());
    cluster.psql("weak", "alter database weak set synchronous_commit = remote_apply").unwrap();
    let rows =
        read(&open(&url).unwrap(), |sql| sql.query("SELECT current_setting('synchronous_commit')", &[]));
    assert_eq!(rows.unwrap()[0].text(0).unwrap(), "remote_apply", "stronger than asked for may stay");
}
