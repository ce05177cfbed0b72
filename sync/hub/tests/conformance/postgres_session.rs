//! What PostgreSQL alone does inside a session: errors that abort, text it cannot hold, connections that end.

use std::time::Duration;

use holdfast_hub::postgres::{Postgres, PostgresOptions};
use holdfast_store::error::StoreError;
use holdfast_store::schema::{META, SEARCH};
use holdfast_store::sql::Database;
use holdfast_tests::postgres::Cluster;

use crate::backend::{read, write};

fn start(options: PostgresOptions) -> (Cluster, Postgres) {
    let cluster = Cluster::start().unwrap();
    let db = Postgres::open(&cluster.url(), options).unwrap();
    (cluster, db)
}

fn count(db: &Postgres, table: &str) -> i64 {
    read(db, |sql| sql.query(&format!("SELECT COUNT(*) FROM {table}"), &[])).unwrap()[0].int(0).unwrap()
}

#[test]
fn session_errors_are_told_and_leave_nothing() {
    let (_cluster, db) = start(PostgresOptions::default());
    failure_that_the_work_passes_over_is_not_committed(&db);
    text_with_nul_is_refused_by_name(&db);
    value_too_long_for_an_index_is_refused_for_good(&db);
    row_values_never_show_in_an_error(&db);
    work_that_always_meets_a_duplicate_ends(&db);
}

fn failure_that_the_work_passes_over_is_not_committed(db: &Postgres) {
    let done = write(db, |sql| {
        sql.upsert(&META, vec![vec!["a".into(), Vec::new().into()]])?;
        let _passed_over = sql.query("SELECT nonsense FROM nowhere", &[]);
        Ok(())
    });
    assert!(done.is_err(), "PostgreSQL would have turned this commit into a rollback");
    assert_eq!(count(db, "meta"), 0);
}

fn text_with_nul_is_refused_by_name(db: &Postgres) {
    let row = || vec![vec![1i64.into(), "a\0b".into(), 1i64.into()]];
    for error in [
        write(db, |sql| sql.insert_new(&SEARCH, row())).unwrap_err(),
        read(db, |sql| sql.query("SELECT 1 FROM search WHERE value = $1", &["a\0b".into()])).unwrap_err(),
    ] {
        assert_eq!(error.code(), "text-nul");
        assert!(!error.is_retryable() && error.to_string().contains("U+0000"), "{error}");
    }
}

fn value_too_long_for_an_index_is_refused_for_good(db: &Postgres) {
    // Random letters, so that it does not compress below the limit.
    let long: String =
        (0..6000u64).map(|i| char::from(b'a' + ((i * i * 2_654_435_761) >> 13) as u8 % 26)).collect();
    let row = || vec![vec![1i64.into(), long.as_str().into(), 1i64.into()]];
    let error = write(db, |sql| sql.insert_new(&SEARCH, row())).unwrap_err();
    assert_eq!((error.code(), error.is_retryable()), ("value-too-long", false));
}

fn row_values_never_show_in_an_error(db: &Postgres) {
    let text = "INSERT INTO meta (name, value) VALUES ($1, NULL), ('x', 'y')::int";
    let error = write(db, |sql| sql.execute(text, &["secret".into()])).unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
    let text = "UPDATE meta SET name = NULL WHERE name = $1";
    write(db, |sql| sql.upsert(&META, vec![vec!["secret".into(), Vec::new().into()]])).unwrap();
    let error = write(db, |sql| sql.execute(text, &["secret".into()])).unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
}

fn work_that_always_meets_a_duplicate_ends(db: &Postgres) {
    let mut runs = 0;
    let done = db.write(&mut |sql| {
        runs += 1;
        sql.execute("INSERT INTO meta (name, value) VALUES ('secret', '')", &[]).map(|_| ())
    });
    assert!(matches!(done, Err(StoreError::Database(_))), "{done:?}");
    assert!((2..20).contains(&runs), "{runs} runs");
}

#[test]
fn busy_pool_answers_in_time_and_recovers() {
    let options =
        PostgresOptions { max_connections: 1, busy_timeout: Duration::from_millis(50), ..Default::default() };
    let (_cluster, db) = start(options);
    let inner = read(&db, |_| Ok(read(&db, |sql| sql.query("SELECT 1", &[])))).unwrap();
    assert!(inner.unwrap_err().to_string().contains("busy"));
    assert_eq!(count(&db, "meta"), 0);
}

#[test]
fn ended_sessions_are_replaced_unnoticed() {
    let (mut cluster, db) = start(PostgresOptions::default());
    write(&db, |sql| sql.upsert(&META, vec![vec!["a".into(), Vec::new().into()]])).unwrap();
    let end = "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'holdfast-hub'";
    assert_eq!(cluster.psql("postgres", end).unwrap(), "1");
    assert_eq!(count(&db, "meta"), 1, "an idle session that was ended is not an error");
    cluster.restart().unwrap();
    assert_eq!(count(&db, "meta"), 1, "nor is a restart between two calls");
    let error = read(&db, |sql| {
        cluster.psql("postgres", end).unwrap();
        sql.query("SELECT 1", &[])
    })
    .unwrap_err();
    assert!(error.is_retryable(), "{error}");
    assert_eq!(count(&db, "meta"), 1);
}

#[test]
fn statement_that_takes_too_long_is_ended() {
    let options = PostgresOptions { statement_timeout: Duration::from_millis(100), ..Default::default() };
    let (_cluster, db) = start(options);
    let error = read(&db, |sql| sql.query("SELECT 1 FROM pg_sleep(20)", &[])).unwrap_err();
    assert!(error.is_retryable() && error.to_string().contains("timeout"), "{error}");
    assert_eq!(count(&db, "meta"), 0);
}
