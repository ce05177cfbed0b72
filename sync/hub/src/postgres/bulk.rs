//! The text of statements that take many rows at once, as one array a column.

use holdfast_store::sql::{Table, Type};

fn array_of(ty: Type) -> &'static str {
    match ty {
        Type::Int => "BIGINT[]",
        Type::Text => "TEXT[]",
        Type::Blob => "BYTEA[]",
    }
}

/// `$1::BIGINT[], $2::TEXT[]` …
fn arrays(types: impl Iterator<Item = Type>) -> String {
    types.zip(1..).map(|(ty, at)| format!("${at}::{}", array_of(ty))).collect::<Vec<_>>().join(", ")
}

/// `k1, k2` …
fn names(prefix: &str, n: usize) -> String {
    (1..=n).map(|at| format!("{prefix}{at}")).collect::<Vec<_>>().join(", ")
}

fn equal_keys(by: &[&str]) -> String {
    by.iter().zip(1..).map(|(name, at)| format!("t.{name} = k.k{at}")).collect::<Vec<_>>().join(" AND ")
}

/// The rows sent, as a table `e`. UNNEST in the list of columns streams; in FROM it would be copied first.
fn sent(table: &Table) -> String {
    let column =
        |((name, ty), at): (&(&str, Type), usize)| format!("UNNEST(${at}::{}) AS {name}", array_of(*ty));
    format!("(SELECT {}) e", table.columns.iter().zip(1..).map(column).collect::<Vec<_>>().join(", "))
}

fn same_key(table: &Table) -> String {
    table.key_columns().map(|name| format!("t.{name} = e.{name}")).collect::<Vec<_>>().join(" AND ")
}

/// Inserts rows of all columns, replacing those with the same key. In its turn a writer needs no
/// `ON CONFLICT`, which locks, marks and confirms each row on its own; `MERGE` takes a sixth less of the server.
pub(super) fn upsert(table: &Table) -> String {
    let (names, cells) = names_and_cells(table);
    let updates: Vec<String> =
        table.columns[table.key..].iter().map(|(name, _)| format!("{name} = e.{name}")).collect();
    let matched =
        if updates.is_empty() { "DO NOTHING".into() } else { format!("UPDATE SET {}", updates.join(", ")) };
    format!(
        "MERGE INTO {} t USING {} ON {} WHEN MATCHED THEN {matched} WHEN NOT MATCHED THEN INSERT ({names}) VALUES ({cells})",
        table.name,
        sent(table),
        same_key(table),
    )
}

/// Inserts rows of all columns that are known to be new.
pub(super) fn insert(table: &Table) -> String {
    let (names, cells) = names_and_cells(table);
    format!("INSERT INTO {} ({names}) SELECT {cells} FROM {}", table.name, sent(table))
}

/// Inserts those rows of all columns whose key is not there. Keys must be distinct.
pub(super) fn insert_new(table: &Table) -> String {
    let (all, table, same) = (insert(table), table.name, same_key(table));
    format!("{all} WHERE NOT EXISTS (SELECT 1 FROM {table} t WHERE {same})")
}

fn names_and_cells(table: &Table) -> (String, String) {
    let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    let cells: Vec<String> = names.iter().map(|name| format!("e.{name}")).collect();
    (names.join(", "), cells.join(", "))
}

/// Deletes by whole keys.
pub(super) fn delete(table: &Table) -> String {
    let by: Vec<&str> = table.key_columns().collect();
    let types = by.iter().map(|name| table.type_of(name));
    format!(
        "DELETE FROM {} t USING UNNEST({}) AS k({}) WHERE {}",
        table.name,
        arrays(types),
        names("k", by.len()),
        equal_keys(&by),
    )
}

/// Finds rows by columns that are unique, or of which any row does: the place of the key (from 1), then `columns`. Keys without a row are left out.
pub(super) fn lookup(table: &Table, by: &[&str], columns: &[&str]) -> String {
    let wanted: Vec<String> = columns.iter().map(|name| format!(", {name}")).collect();
    format!(
        "SELECT k.place{} FROM UNNEST({}) WITH ORDINALITY AS k({}, place) JOIN {} t ON {}",
        wanted.concat(),
        arrays(by.iter().map(|name| table.type_of(name))),
        names("k", by.len()),
        table.name,
        equal_keys(by),
    )
}

/// The first `$3` rows past each `(group, position)` of `$1`, `$2`: the place of the group (from 1), then `columns`.
///
/// A lateral subquery with a limit of its own can only be run as a loop over the groups as they come, so the rows
/// come in the order wanted, and the outer limit ends the work early; the caller checks that they do.
pub(super) fn scan_after(table: &Table, columns: &[&str]) -> String {
    let (group, position) = (table.columns[0].0, table.columns[1].0);
    let names = columns.join(", ");
    format!(
        "SELECT k.place, t.* FROM UNNEST($1::BIGINT[], $2::BIGINT[]) WITH ORDINALITY AS k(k1, k2, place) \
         CROSS JOIN LATERAL (SELECT {names} FROM {} WHERE {group} = k.k1 AND {position} > k.k2 \
         ORDER BY {position} LIMIT $3) t LIMIT $3",
        table.name,
    )
}
