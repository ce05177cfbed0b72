//! `scan_after`: what lies past a position in each of many groups.

use holdfast_store::schema::FEED;
use holdfast_store::sql::{Database, Row, Value};

use crate::backend::{Backend, behaviours, read, write};

behaviours![
    groups_come_in_the_order_asked_and_rows_by_position,
    limit_counts_over_all_groups,
    thousands_of_groups_in_one_scan,
];

fn row(scope: i64, pos: i64) -> Vec<Value> {
    let mut row: Vec<Value> =
        vec![scope.into(), pos.into(), (scope * 1000 + pos).into(), (scope * 1000 + pos).into()];
    row.extend([Value::Null, Value::Null, Value::Null, Value::Null]);
    row
}

/// Groups 1 to `groups`, group n with positions 1 to n, written in reverse.
fn fill(db: &dyn Database, groups: i64) {
    let rows = || (1..=groups).rev().flat_map(|g| (1..=g).rev().map(move |pos| row(g, pos))).collect();
    write(db, |sql| sql.insert_new(&FEED, rows())).unwrap();
}

fn scan(db: &dyn Database, ranges: &[(i64, i64)], limit: u32) -> Vec<(i64, i64)> {
    let rows = read(db, |sql| sql.scan_after(&FEED, &["scope_no", "op", "pos"], ranges, limit)).unwrap();
    let pair = |row: &Row| {
        assert!(row.is_null(1) && row.0.len() == 3, "the columns asked for, in their order");
        (row.int(0).unwrap(), row.int(2).unwrap())
    };
    rows.iter().map(pair).collect()
}

fn groups_come_in_the_order_asked_and_rows_by_position(backend: &Backend) {
    let db = backend.open();
    fill(&*db, 5);
    assert_eq!(
        scan(&*db, &[(4, 2), (1, 0), (9, 0), (5, 5), (3, -1)], 100),
        [(4, 3), (4, 4), (1, 1), (3, 1), (3, 2), (3, 3)]
    );
    assert_eq!(scan(&*db, &[(2, i64::MAX), (2, i64::MIN)], 100), [(2, 1), (2, 2)]);
}

fn limit_counts_over_all_groups(backend: &Backend) {
    let db = backend.open();
    fill(&*db, 5);
    assert_eq!(scan(&*db, &[(3, 1), (2, 0), (5, 0)], 3), [(3, 2), (3, 3), (2, 1)]);
    assert_eq!(scan(&*db, &[(5, 0), (4, 0)], 5), [(5, 1), (5, 2), (5, 3), (5, 4), (5, 5)]);
    assert_eq!(scan(&*db, &[(5, 0)], 0), []);
}

fn thousands_of_groups_in_one_scan(backend: &Backend) {
    let db = backend.open();
    let rows = || (1..=5_000).flat_map(|g| [row(g, 1), row(g, 2)]).collect();
    write(&*db, |sql| sql.insert_new(&FEED, rows())).unwrap();
    let ranges: Vec<(i64, i64)> = (1..=5_000).rev().map(|g| (g, 1)).collect();
    let found = scan(&*db, &ranges, 1_000_000);
    assert_eq!(found, (1..=5_000).rev().map(|g| (g, 2)).collect::<Vec<_>>());
}
