//! The schema: made and brought up to date under a lock, so that any number of hubs may start at once.

use holdfast_store::error::{Result, StoreError};
use holdfast_store::schema;

use super::connection::Connection;

/// Advisory lock of migrations ("HFmigrat").
const LOCK: i64 = 0x4846_6d69_6772_6174;
/// `MERGE` came with PostgreSQL 15.
const OLDEST_SERVER: i64 = 150_000;
/// How long to wait for another hub that migrates.
const WAIT: &str = "5min";

/// Storage that a table wants beyond its columns, and why.
const STORAGE: &[&str] = &[
    // Half of all writes replace a resource: room on the page lets the new row version stay there, and no index changes.
    "ALTER TABLE resource SET (fillfactor = 80)",
    // For the same reason: every change of a resource would be one of this index too. A search by time alone sorts here.
    "DROP INDEX IF EXISTS resource_updated",
    // Marks come and go by the hundred thousand, and every pull looks past those that are dead: vacuumed early, at once.
    "ALTER TABLE dirty SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, \
     autovacuum_vacuum_cost_delay = 0)",
    // Heads, cursors and counters are rewritten with every change; their rows are tiny.
    "ALTER TABLE counter SET (fillfactor = 10)",
    "ALTER TABLE scope SET (fillfactor = 50)",
    "ALTER TABLE subscription SET (fillfactor = 50)",
    "ALTER TABLE log_head SET (fillfactor = 50)",
    // Arrivals are numbered as they are appended: where in the table which are costs an insert next to nothing, while a
    // place in a sorted index is one more page to change for every row.
    "DROP INDEX IF EXISTS feed_arrival",
    "CREATE INDEX feed_arrival ON feed USING brin (arrival) WITH (pages_per_range = 16, autosummarize = on)",
    // Segments are compressed already.
    "ALTER TABLE segment ALTER COLUMN bytes SET STORAGE EXTERNAL",
    "ALTER TABLE quarantine ALTER COLUMN bytes SET STORAGE EXTERNAL",
];

/// What large resources are compressed with where the server has it: several times as fast as `pglz`.
const LZ4: &[&str] = &[
    "ALTER TABLE resource ALTER COLUMN json SET COMPRESSION lz4",
    "ALTER TABLE resource ALTER COLUMN state SET COMPRESSION lz4",
];

/// Makes or migrates the schema.
///
/// # Errors
/// [`StoreError::Database`] if the database was written by a newer build, or cannot be used.
pub(super) fn migrate(connection: &mut Connection) -> Result<()> {
    check_server(connection)?;
    connection.run("BEGIN")?;
    match create(connection) {
        Ok(()) => connection.run("COMMIT"),
        Err(error) => {
            connection.run("ROLLBACK")?;
            Err(error)
        }
    }
}

fn create(connection: &mut Connection) -> Result<()> {
    connection.run(&format!("SET LOCAL lock_timeout = '{WAIT}'; SET LOCAL statement_timeout = 0"))?;
    connection.run(&format!("SELECT pg_advisory_xact_lock({LOCK})"))?;
    connection.run("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)")?;
    let found = number(connection, "SELECT max(version) FROM schema_version")?;
    match found {
        Some(found) if found > schema::VERSION => Err(newer(found)),
        Some(found) if found == schema::VERSION => Ok(()),
        _ => {
            create_tables(connection)?;
            let version = schema::VERSION;
            connection
                .run(&format!("DELETE FROM schema_version; INSERT INTO schema_version VALUES ({version})"))
        }
    }
}

fn create_tables(connection: &mut Connection) -> Result<()> {
    for table in schema::TABLES {
        for statement in schema::postgres_ddl(table) {
            connection.run(&statement)?;
        }
    }
    for statement in STORAGE {
        connection.run(statement)?;
    }
    let has_lz4 = "SELECT count(*) FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)";
    if number(connection, has_lz4)? == Some(1) {
        for statement in LZ4 {
            connection.run(statement)?;
        }
    }
    Ok(())
}

fn newer(found: i64) -> StoreError {
    StoreError::Database(format!(
        "it was written by a newer version (schema {found}, this build knows {}); upgrade this build",
        schema::VERSION
    ))
}

fn check_server(connection: &mut Connection) -> Result<()> {
    let version = number(connection, "SELECT current_setting('server_version_num')::bigint")?.unwrap_or(0);
    if version < OLDEST_SERVER {
        let text = format!("PostgreSQL {} is too old; this build needs 15 or newer", version / 10_000);
        return Err(StoreError::Database(text));
    }
    let encoding = text(connection, "SELECT current_setting('server_encoding')")?;
    if encoding != "UTF8" {
        let text = format!("its encoding is {encoding}; create the database with ENCODING 'UTF8'");
        return Err(StoreError::Database(text));
    }
    Ok(())
}

/// What about the server weakens durability: a commit that it confirms might not survive a power cut.
pub(super) fn durability_warnings(connection: &mut Connection) -> Result<Vec<String>> {
    let mut out = Vec::new();
    for setting in ["fsync", "full_page_writes"] {
        if text(connection, &format!("SELECT current_setting('{setting}')"))? != "on" {
            out.push(format!(
                "{setting} is off at the server: a power cut may damage or lose records; set it to on"
            ));
        }
    }
    Ok(out)
}

fn number(connection: &mut Connection, sql: &str) -> Result<Option<i64>> {
    Ok(connection.query(sql, &[])?.first().and_then(|row| row.get(0)))
}

fn text(connection: &mut Connection, sql: &str) -> Result<String> {
    Ok(connection.query(sql, &[])?.first().map(|row| row.get(0)).unwrap_or_default())
}
