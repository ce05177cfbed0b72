//! What is written comes back as it was, and compares and orders alike.

use holdfast_store::schema::{ACTOR, META, SEARCH};
use holdfast_store::sql::Value;

use crate::backend::{Backend, behaviours, read, write};

behaviours![
    nulls_come_back_as_nulls,
    integers_keep_64_bits,
    unicode_comes_back_as_written,
    text_orders_by_its_bytes,
    five_megabytes_come_back_as_they_were,
    parameters_may_stand_anywhere,
    sums_and_counts_are_integers,
];

fn nulls_come_back_as_nulls(backend: &Backend) {
    let db = backend.open();
    let row = vec![1i64.into(), vec![7u8; 16].into(), Value::Null, Value::Null, 0i64.into()];
    write(&*db, |sql| sql.upsert(&ACTOR, vec![row.clone()])).unwrap();
    read(&*db, |sql| {
        let found = sql.lookup(&ACTOR, &["no"], &["replica", "public_key", "state"], &[vec![1i64.into()]])?;
        let found = found[0].as_ref().unwrap();
        assert!(found.is_null(0) && found.is_null(1) && !found.is_null(2));
        let by_query =
            sql.query("SELECT no FROM actor WHERE replica IS NULL AND state = $1", &[0i64.into()])?;
        assert_eq!(by_query[0].int(0)?, 1);
        let by_null = sql.query("SELECT no FROM actor WHERE replica = $1", &[Value::Null])?;
        assert!(by_null.is_empty(), "nothing equals NULL");
        Ok(())
    })
    .unwrap();
    write(&*db, |sql| sql.execute("UPDATE actor SET state = 1, replica = $1 WHERE no = 1", &[Value::Null]))
        .unwrap();
}

fn integers_keep_64_bits(backend: &Backend) {
    let db = backend.open();
    for value in [i64::MIN, -1, 0, 1, i64::MAX] {
        let row = vec![value.into(), "n".into(), value.into()];
        assert_eq!(write(&*db, |sql| sql.insert_new(&SEARCH, vec![row.clone()])).unwrap(), 1);
        let text = "SELECT resource_no FROM search WHERE param = $1 AND resource_no = $1";
        let rows = read(&*db, |sql| sql.query(text, &[value.into()])).unwrap();
        assert_eq!(rows[0].int(0).unwrap(), value);
    }
    let all = read(&*db, |sql| sql.query("SELECT param FROM search ORDER BY param", &[])).unwrap();
    let all: Vec<i64> = all.iter().map(|row| row.int(0).unwrap()).collect();
    assert_eq!(all, [i64::MIN, -1, 0, 1, i64::MAX]);
}

const TEXTS: [&str; 9] = [
    "",
    "plain",
    "O'Hara \\ \"x\"",
    "José",
    "Jose\u{301}",
    "مريم",
    "名前",
    "tag\u{1f}{\"a\":1}",
    "😀\u{10ffff}",
];

fn unicode_comes_back_as_written(backend: &Backend) {
    let db = backend.open();
    for (at, text) in TEXTS.iter().enumerate() {
        let row = vec![1i64.into(), (*text).into(), (at as i64).into()];
        write(&*db, |sql| sql.insert_new(&SEARCH, vec![row.clone()])).unwrap();
    }
    for (at, text) in TEXTS.iter().enumerate() {
        let sql_text = "SELECT resource_no, value FROM search WHERE param = 1 AND value = $1";
        let rows = read(&*db, |sql| sql.query(sql_text, &[(*text).into()])).unwrap();
        assert_eq!(rows.len(), 1, "{text:?} equals only itself");
        assert_eq!((rows[0].int(0).unwrap(), rows[0].text(1).unwrap()), (at as i64, *text));
    }
}

fn text_orders_by_its_bytes(backend: &Backend) {
    let db = backend.open();
    let rows: Vec<Vec<Value>> = TEXTS.iter().map(|t| vec![1i64.into(), (*t).into(), 1i64.into()]).collect();
    write(&*db, |sql| sql.insert_new(&SEARCH, rows.clone())).unwrap();
    let found = read(&*db, |sql| sql.query("SELECT value FROM search ORDER BY value", &[])).unwrap();
    let found: Vec<&str> = found.iter().map(|row| row.text(0).unwrap()).collect();
    let mut expected = TEXTS;
    expected.sort_unstable();
    assert_eq!(found, expected);
    let text = "SELECT value FROM search WHERE value >= $1 AND value < $2 ORDER BY value";
    let range =
        read(&*db, |sql| sql.query(text, &["Jose".into(), format!("Jose{}", char::MAX).into()])).unwrap();
    assert_eq!(range.len(), 1, "a prefix finds the one that begins with it");
}

fn five_megabytes_come_back_as_they_were(backend: &Backend) {
    let db = backend.open();
    let blob =
        |seed: u8| (0..5_000_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8 ^ seed).collect();
    let blobs: Vec<Vec<u8>> = (0..4).map(blob).collect();
    let names = ["a", "b", "c", "d"];
    let rows = || names.iter().zip(&blobs).map(|(n, b)| vec![(*n).into(), b.clone().into()]).collect();
    write(&*db, |sql| sql.upsert(&META, rows())).unwrap();
    let keys: Vec<Vec<Value>> = names.iter().map(|n| vec![(*n).into()]).collect();
    let found = read(&*db, |sql| sql.lookup(&META, &["name"], &["value"], &keys)).unwrap();
    for (row, blob) in found.iter().zip(&blobs) {
        assert!(row.as_ref().unwrap().blob(0).unwrap() == blob, "five megabytes differ");
    }
    write(&*db, |sql| sql.upsert(&META, vec![vec!["a".into(), Vec::new().into()]])).unwrap();
    let rows = read(&*db, |sql| sql.query("SELECT value FROM meta WHERE name = 'a'", &[])).unwrap();
    assert_eq!(rows[0].blob(0).unwrap(), b"", "no bytes are not NULL");
}

fn parameters_may_stand_anywhere(backend: &Backend) {
    let db = backend.open();
    write(&*db, |sql| {
        sql.insert_new(&SEARCH, (0..10i64).map(|n| vec![1i64.into(), "x".into(), n.into()]).collect())
    })
    .unwrap();
    let text = "SELECT resource_no FROM search WHERE param = $2 AND resource_no > $1 AND resource_no < $1 + $3 \
                AND value IN ($4, $5) ORDER BY resource_no LIMIT 3";
    let params: [Value; 5] = [4i64.into(), 1i64.into(), 100i64.into(), "x".into(), "y".into()];
    let rows = read(&*db, |sql| sql.query(text, &params)).unwrap();
    assert_eq!(rows.iter().map(|row| row.int(0).unwrap()).collect::<Vec<_>>(), [5, 6, 7]);
}

fn sums_and_counts_are_integers(backend: &Backend) {
    let db = backend.open();
    let text = "SELECT COUNT(*), MAX(resource_no), SUM(resource_no), 1 FROM search";
    let none = read(&*db, |sql| sql.query(text, &[])).unwrap();
    assert_eq!((none[0].int(0).unwrap(), none[0].is_null(1), none[0].is_null(2)), (0, true, true));
    for n in [123_456_789_012i64, -5, 40_000] {
        write(&*db, |sql| sql.insert_new(&SEARCH, vec![vec![1i64.into(), "x".into(), n.into()]])).unwrap();
    }
    let some = read(&*db, |sql| sql.query(text, &[])).unwrap();
    let row = &some[0];
    assert_eq!((row.int(0).unwrap(), row.int(1).unwrap()), (3, 123_456_789_012));
    assert_eq!((row.int(2).unwrap(), row.int(3).unwrap()), (123_456_829_007, 1));
}
