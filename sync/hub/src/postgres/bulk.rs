//! The text of statements that take many rows at once, as one array a column.

use holdfast_store::sql::{Table, Type};

/// What becomes of a row whose key is there already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum OnConflict {
    Replace,
    Keep,
}

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

/// Inserts rows of all columns.
pub(super) fn insert(table: &Table, on_conflict: OnConflict) -> String {
    let columns: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    let action = match on_conflict {
        OnConflict::Keep => "DO NOTHING".to_owned(),
        OnConflict::Replace => replace(table, &columns),
    };
    // UNNEST in the list of columns streams; in FROM it would be copied to a work file first.
    let cells: Vec<String> = table
        .columns
        .iter()
        .zip(1..)
        .map(|((_, ty), at)| format!("UNNEST(${at}::{})", array_of(*ty)))
        .collect();
    format!(
        "INSERT INTO {} ({}) SELECT {} ON CONFLICT {action}",
        table.name,
        columns.join(", "),
        cells.join(", "),
    )
}

fn replace(table: &Table, columns: &[&str]) -> String {
    let keys = columns[..table.key].join(", ");
    let updates: Vec<String> =
        columns[table.key..].iter().map(|name| format!("{name} = excluded.{name}")).collect();
    if updates.is_empty() {
        return format!("({keys}) DO NOTHING");
    }
    format!("({keys}) DO UPDATE SET {}", updates.join(", "))
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

/// Finds rows by unique columns: the place of the key (from 1), then `columns`. Keys without a row are left out.
pub(super) fn lookup(table: &Table, by: &[&str], columns: &[&str]) -> String {
    let wanted: Vec<String> = columns.iter().map(|name| format!(", t.{name}")).collect();
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
    let aliased: Vec<String> = columns.iter().map(|name| format!(", t.{name}")).collect();
    format!(
        "SELECT k.place{} FROM UNNEST($1::BIGINT[], $2::BIGINT[]) WITH ORDINALITY AS k(k1, k2, place) \
         CROSS JOIN LATERAL (SELECT {names} FROM {} WHERE {group} = k.k1 AND {position} > k.k2 \
         ORDER BY {position} LIMIT $3) t LIMIT $3",
        aliased.concat(),
        table.name,
    )
}
