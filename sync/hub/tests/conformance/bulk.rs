//! The primitives that take many rows at once.

use holdfast_store::error::Result;
use holdfast_store::schema::{ACTOR, FEED, META, RESOURCE, SEARCH};
use holdfast_store::sql::{Sql, Value};

use crate::backend::{Backend, behaviours, read, write};

behaviours![
    nothing_asked_is_nothing_done,
    upsert_inserts_and_replaces,
    insert_new_keeps_what_is_there_and_counts_the_rest,
    delete_counts_what_went,
    lookup_answers_each_key_in_its_place,
    more_rows_than_one_statement_takes,
];

fn meta(name: &str, value: &[u8]) -> Vec<Value> {
    vec![name.into(), value.into()]
}

fn values_of(sql: &mut dyn Sql, names: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
    let keys: Vec<Vec<Value>> = names.iter().map(|name| vec![(*name).into()]).collect();
    let found = sql.lookup(&META, &["name"], &["value"], &keys)?;
    found.into_iter().map(|row| row.map(|row| row.blob(0).map(<[u8]>::to_vec)).transpose()).collect()
}

fn nothing_asked_is_nothing_done(backend: &Backend) {
    let db = backend.open();
    write(&*db, |sql| {
        sql.upsert(&META, vec![])?;
        assert_eq!(sql.insert_new(&META, vec![])?, 0);
        assert_eq!(sql.delete(&META, vec![])?, 0);
        assert!(sql.lookup(&META, &["name"], &["value"], &[])?.is_empty());
        assert!(sql.scan_after(&FEED, &["pos"], &[], 10)?.is_empty());
        Ok(())
    })
    .unwrap();
}

fn upsert_inserts_and_replaces(backend: &Backend) {
    let db = backend.open();
    write(&*db, |sql| sql.upsert(&META, vec![meta("b", b"1"), meta("a", b"2")])).unwrap();
    write(&*db, |sql| sql.upsert(&META, vec![meta("c", b"3"), meta("a", b"4")])).unwrap();
    let found = read(&*db, |sql| values_of(sql, &["a", "b", "c"])).unwrap();
    assert_eq!(found, [Some(b"4".to_vec()), Some(b"1".to_vec()), Some(b"3".to_vec())]);
    // Of two rows with one key the last counts.
    write(&*db, |sql| sql.upsert(&META, vec![meta("d", b"5"), meta("a", b"6"), meta("d", b"7")])).unwrap();
    let found = read(&*db, |sql| values_of(sql, &["a", "d"])).unwrap();
    assert_eq!(found, [Some(b"6".to_vec()), Some(b"7".to_vec())]);
    // A table that is all key has nothing to replace.
    let row = || vec![vec![1i64.into(), "x".into(), 1i64.into()]];
    write(&*db, |sql| sql.upsert(&SEARCH, row())).unwrap();
    write(&*db, |sql| sql.upsert(&SEARCH, row())).unwrap();
}

fn insert_new_keeps_what_is_there_and_counts_the_rest(backend: &Backend) {
    let db = backend.open();
    write(&*db, |sql| {
        assert_eq!(sql.insert_new(&META, vec![meta("a", b"1")])?, 1);
        assert_eq!(sql.insert_new(&META, vec![meta("a", b"2"), meta("b", b"2"), meta("c", b"2")])?, 2);
        assert_eq!(
            sql.insert_new(&META, vec![meta("d", b"3"), meta("d", b"3")])?,
            1,
            "twice in one call is once"
        );
        assert_eq!(sql.insert_new(&META, vec![meta("a", b"4")])?, 0);
        assert_eq!(values_of(sql, &["a", "b"])?, [Some(b"1".to_vec()), Some(b"2".to_vec())]);
        Ok(())
    })
    .unwrap();
}

fn delete_counts_what_went(backend: &Backend) {
    let db = backend.open();
    write(&*db, |sql| {
        let rows = (0..10i64).map(|n| vec![n.into(), format!("v{n}").into(), (n * 2).into()]).collect();
        sql.insert_new(&SEARCH, rows)?;
        let key = |n: i64, value: &str| vec![n.into(), value.into(), (n * 2).into()];
        assert_eq!(
            sql.delete(&SEARCH, vec![key(3, "v3"), key(4, "other"), key(11, "v11"), key(3, "v3")])?,
            1
        );
        assert_eq!(sql.query("SELECT COUNT(*) FROM search", &[])?[0].int(0)?, 9);
        Ok(())
    })
    .unwrap();
}

fn lookup_answers_each_key_in_its_place(backend: &Backend) {
    let db = backend.open();
    let actor = |no: i64| {
        vec![no.into(), vec![no as u8; 16].into(), format!("r{no}").into(), Value::Null, 0i64.into()]
    };
    write(&*db, |sql| sql.upsert(&ACTOR, (1..=5).map(actor).collect())).unwrap();
    let keys: Vec<Vec<Value>> = [4u8, 9, 1, 4].iter().map(|n| vec![vec![*n; 16].into()]).collect();
    let found = read(&*db, |sql| sql.lookup(&ACTOR, &["actor"], &["replica", "no"], &keys)).unwrap();
    let numbers: Vec<Option<i64>> =
        found.iter().map(|row| row.as_ref().map(|row| row.int(1).unwrap())).collect();
    assert_eq!(numbers, [Some(4), None, Some(1), Some(4)]);
    assert_eq!(found[2].as_ref().unwrap().text(0).unwrap(), "r1");
}

const MANY: i64 = 20_000;

fn resource(no: i64, version: &str) -> Vec<Value> {
    let json = format!("{{\"no\":{no},\"text\":\"{}\"}}", "x".repeat(no as usize % 100));
    let mut row: Vec<Value> = vec![no.into(), "Patient".into(), format!("p{no}").into(), json.into()];
    row.extend([vec![no as u8; 20].into(), version.into(), no.into(), 0i64.into(), 0i64.into(), no.into()]);
    row
}

fn more_rows_than_one_statement_takes(backend: &Backend) {
    let db = backend.open();
    // Not in order, so that answers in key order would be noticed.
    let shuffled = || (0..MANY).map(|n| n * 7919 % MANY);
    write(&*db, |sql| sql.upsert(&RESOURCE, shuffled().map(|no| resource(no, "1")).collect())).unwrap();
    write(&*db, |sql| sql.upsert(&RESOURCE, shuffled().step_by(2).map(|no| resource(no, "2")).collect()))
        .unwrap();
    let half = shuffled().step_by(2).collect::<Vec<_>>();
    let new = (0..MANY + 10).map(|no| resource(no, "3")).collect::<Vec<_>>();
    assert_eq!(write(&*db, |sql| sql.insert_new(&RESOURCE, new.clone())).unwrap(), 10);
    let keys: Vec<Vec<Value>> =
        shuffled().map(|no| vec!["Patient".into(), format!("p{no}").into()]).collect();
    let found = read(&*db, |sql| sql.lookup(&RESOURCE, &["kind", "id"], &["no", "version"], &keys)).unwrap();
    for (at, (no, row)) in shuffled().zip(&found).enumerate() {
        let row = row.as_ref().unwrap();
        assert_eq!((row.int(0).unwrap(), row.text(1).unwrap()), (no, if at % 2 == 0 { "2" } else { "1" }));
    }
    let keys: Vec<Vec<Value>> = half.iter().map(|no| vec![(*no).into()]).collect();
    assert_eq!(write(&*db, |sql| sql.delete(&RESOURCE, keys.clone())).unwrap(), half.len() as u64);
}
