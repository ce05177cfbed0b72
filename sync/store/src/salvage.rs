//! What still reads of a database whose very pages are damaged, in a new database.
//!
//! Each table is copied row by row around what SQLite cannot read. The copy is marked as one (see [`crate::identity`]):
//! opened, it takes a new actor, says again what no upstream has acknowledged, and holds every scope again from its
//! beginning, so that what is missing comes back from the upstream.

use std::path::{Path, PathBuf};

use crate::backup::{DATABASE_FILE, remove_database};
use crate::error::{Result, StoreError};
use crate::identity;
use crate::records::Records;
use crate::schema;
use crate::scrub::is_sound;
use crate::sql::{Database, Row, Sql, Table, Type, Value};
use crate::sqlite::{Sqlite, SqliteOptions};

/// Rows copied in one transaction.
const STEP: usize = 2000;
/// Steps without a row that reads, after which a table is taken to be at its end.
const BARREN_STEPS: u32 = 5;
/// Counters, and the column that each has numbered: a counter that is lost goes on behind what there is.
const COUNTED: [(&str, &str, &str); 7] = [
    ("actor", "actor", "no"),
    ("resource", "resource", "no"),
    ("scope", "scope", "no"),
    ("replica", "replica", "no"),
    ("quarantine", "quarantine", "no"),
    ("notice", "notice", "no"),
    ("arrival", "feed", "arrival"),
];

/// What was saved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Salvaged {
    /// Rows copied.
    pub rows: u64,
    /// Places that could not be read; each may have held several rows.
    pub skipped: u64,
    /// Where the damaged database is now.
    pub kept: PathBuf,
}

/// Puts a new database in the place of the damaged one in `folder`, which no process may have open. The damaged one
/// is kept beside it. Nothing is replaced if it fails.
///
/// # Errors
/// [`StoreError::Corrupt`] if nothing can be read, [`StoreError::File`] or [`StoreError::DiskFull`] if the new one
/// cannot be written.
pub fn salvage(folder: &Path, options: &SqliteOptions, tell: &mut dyn FnMut(&str)) -> Result<Salvaged> {
    let (path, partial) = (folder.join(DATABASE_FILE), folder.join("salvage.partial"));
    remove_database(&partial)?;
    let mut salvaged = Salvaged { rows: 0, skipped: 0, kept: free_name(&path) };
    let from = Sqlite::open_damaged(&path, options.clone())?;
    let to = Sqlite::open(&partial, options.clone())?;
    for table in schema::TABLES {
        tell(&format!("copying {}", table.name));
        copy(&from, &to, table, &mut salvaged)?;
    }
    if salvaged.rows == 0 {
        drop(to);
        remove_database(&partial)?;
        return Err(StoreError::Corrupt("nothing in it can be read".into()));
    }
    to.write(&mut |sql| {
        COUNTED.iter().try_for_each(|counter| recount(sql, counter))?;
        sql.execute("UPDATE held SET pos = 0", &[])?;
        identity::set_meta(sql, "salvaged", Some(&[1]))?;
        identity::set_meta(sql, "copy", Some(&[1]))
    })?;
    to.checkpoint()?;
    drop((from, to));
    replace(&path, &partial, &salvaged.kept)?;
    Ok(salvaged)
}

impl Records {
    /// Makes again what a salvaged database lacks and can derive: marks on damaged rows are gone with them, feeds name
    /// every resource again, the search index and the counters fit the rows. Does nothing to another database.
    ///
    /// # Errors
    /// The database.
    pub fn complete_after_salvage(&self) -> Result<()> {
        if !self.read(|view| Ok(identity::meta(view.sql, "salvaged")?.is_some()))? {
            return Ok(());
        }
        crate::scrub::rebuild_index(self)?;
        self.write(|tx| {
            let text = "SELECT kind, id FROM resource r WHERE NOT EXISTS (SELECT 1 FROM feed f WHERE f.resource_no = r.no)";
            for row in tx.sql.query(text, &[])? {
                tx.offer_again(&holdfast_core::id::Entity::new(row.text(0)?, row.text(1)?))?;
            }
            tx.notice("database-rebuilt", "what still read of a damaged database was copied")?;
            identity::set_meta(tx.sql, "salvaged", None)
        })
    }
}

fn recount(sql: &mut dyn Sql, (name, table, column): &(&str, &str, &str)) -> Result<()> {
    let rows = sql.query(&format!("SELECT COALESCE(MAX({column}), 0) + 1 FROM {table}"), &[])?;
    let next = rows.first().map_or(Ok(1), |row| row.int(0))?;
    let text = "INSERT INTO counter (name, next) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET next = \
                CASE WHEN next < $2 THEN $2 ELSE next END";
    sql.execute(text, &[(*name).into(), next.into()]).map(|_| ())
}

/// A name beside a damaged database that nothing has yet.
pub(crate) fn free_name(database: &Path) -> PathBuf {
    let name = |n: u32| PathBuf::from(format!("{}.damaged-{n}", database.display()));
    (1..).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(0))
}

fn replace(path: &Path, partial: &Path, kept: &Path) -> Result<()> {
    set_aside(path, kept)?;
    rename(partial, path)
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    std::fs::rename(from, to)
        .map_err(|error| StoreError::File { path: to.display().to_string(), reason: error.to_string() })
}

/// Gives a database, with what SQLite keeps beside it, another name.
///
/// # Errors
/// [`StoreError::File`].
pub(crate) fn set_aside(path: &Path, kept: &Path) -> Result<()> {
    for suffix in ["-wal", "-shm", ""] {
        let from = PathBuf::from(format!("{}{suffix}", path.display()));
        if from.exists() {
            rename(&from, &PathBuf::from(format!("{}{suffix}", kept.display())))?;
        }
    }
    Ok(())
}

fn copy(from: &Sqlite, to: &Sqlite, table: &'static Table, salvaged: &mut Salvaged) -> Result<()> {
    // Derived again from the resources.
    if table.name == schema::SEARCH.name {
        return Ok(());
    }
    let mut rows = Vec::new();
    let read = from.read(&mut |sql| {
        rows.clear();
        rows = if table.name == schema::FEED.name {
            feed(sql, salvaged)
        } else {
            readable(sql, table, salvaged)
        };
        Ok(())
    });
    match read {
        // After damage has been met even the end of the reading transaction says so.
        Ok(()) | Err(StoreError::Corrupt(_)) => {}
        Err(error) => return Err(error),
    }
    for part in rows.chunks(STEP) {
        let part: Vec<Vec<Value>> = part.iter().map(|row| row.0.clone()).collect();
        salvaged.rows += part.len() as u64;
        to.write(&mut |sql| sql.insert_new(table, part.clone()).map(|_| ()))?;
    }
    Ok(())
}

/// Every row of a table that reads and, of resources, is sound.
fn readable(sql: &mut dyn Sql, table: &Table, salvaged: &mut Salvaged) -> Vec<Row> {
    let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    let select = format!("SELECT {} FROM {}", names.join(", "), table.name);
    let mut rows = match sql.query(&select, &[]) {
        Ok(rows) => rows,
        // These are stored in the order of a number; the others in the order of their keys.
        Err(_) if table.name == schema::SEGMENT.name => by_number(sql, table, "rowid", salvaged),
        Err(_) if table.key == 1 && table.columns[0].1 == Type::Int => {
            by_number(sql, table, table.columns[0].0, salvaged)
        }
        Err(_) => from_both_ends(sql, table, &select, salvaged),
    };
    if table.name == schema::RESOURCE.name {
        let before = rows.len();
        rows.retain(is_sound);
        salvaged.skipped += (before - rows.len()) as u64;
    }
    rows
}

/// A table stored in the order of `key`: around every number that does not read.
fn by_number(sql: &mut dyn Sql, table: &Table, key: &str, salvaged: &mut Salvaged) -> Vec<Row> {
    let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    let select = format!("SELECT {key}, {} FROM {}", names.join(", "), table.name);
    let step = format!("{select} WHERE {key} >= $1 ORDER BY {key} LIMIT {STEP}");
    let one = format!("{select} WHERE {key} = $1");
    let (mut out, mut at, mut barren) = (Vec::new(), 0_i64, 0);
    while barren < BARREN_STEPS {
        match sql.query(&step, &[at.into()]) {
            Ok(rows) if rows.is_empty() => break,
            Ok(rows) => {
                at = rows.last().and_then(|row| row.int(0).ok()).map_or(i64::MAX, |no| no.saturating_add(1));
                out.extend(rows);
            }
            // Somewhere in this step: each number on its own.
            Err(_) => {
                let before = out.len();
                for no in at..at + STEP as i64 {
                    match sql.query(&one, &[no.into()]) {
                        Ok(rows) => out.extend(rows),
                        Err(_) => salvaged.skipped += 1,
                    }
                }
                at += STEP as i64;
                barren = if out.len() > before { 0 } else { barren + 1 };
            }
        }
    }
    out.into_iter().map(|mut row| Row(row.0.split_off(1))).collect()
}

/// A table stored in the order of its key: as far as it reads from its beginning and from its end.
fn from_both_ends(sql: &mut dyn Sql, table: &Table, select: &str, salvaged: &mut Salvaged) -> Vec<Row> {
    salvaged.skipped += 1;
    let keys: Vec<&str> = table.key_columns().collect();
    let ordered = |direction: &str| {
        let order: Vec<String> = keys.iter().map(|key| format!("{key} {direction}")).collect();
        format!("{select} ORDER BY {}", order.join(", "))
    };
    let mut out = longest(sql, &ordered("ASC"));
    out.extend(longest(sql, &ordered("DESC")));
    out
}

/// The longest beginning of an answer that reads: tried by doubling, then by halving.
fn longest(sql: &mut dyn Sql, select: &str) -> Vec<Row> {
    let (mut good, mut reads, mut fails) = (Vec::new(), 0_u64, None);
    loop {
        let next = match fails {
            None => (reads * 2).max(1),
            Some(fails) if fails - reads <= 1 => return good,
            Some(fails) => reads + (fails - reads) / 2,
        };
        match sql.query(&format!("{select} LIMIT {next}"), &[]) {
            Ok(rows) if (rows.len() as u64) < next => return rows,
            Ok(rows) => (good, reads) = (rows, next),
            Err(_) => fails = Some(next),
        }
    }
}

/// Feeds: scope by scope, so that a damaged page costs the scopes in it alone.
fn feed(sql: &mut dyn Sql, salvaged: &mut Salvaged) -> Vec<Row> {
    let names: Vec<&str> = schema::FEED.columns.iter().map(|(name, _)| *name).collect();
    let select = format!("SELECT {} FROM feed", names.join(", "));
    if let Ok(rows) = sql.query(&select, &[]) {
        return rows;
    }
    let scopes = readable(sql, &schema::SCOPE, salvaged);
    let mut out = Vec::new();
    for scope in scopes.iter().filter_map(|row| row.int(0).ok()) {
        match sql.query(&format!("{select} WHERE scope_no = $1 ORDER BY pos"), &[scope.into()]) {
            Ok(rows) => out.extend(rows),
            Err(_) => salvaged.skipped += 1,
        }
    }
    out
}
