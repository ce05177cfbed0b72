//! That a hub process serves from this database: seen by every other, and gone with the process.
//!
//! Any number of processes may serve from one database, if they share one data folder, for that is where their common
//! identity is. One with another folder would take the database for a restored copy and give it a new actor, from under
//! the others. So whoever would do that must be alone. Two advisory locks say who is there, on a connection of their own:
//!
//! | Lock | Held | By |
//! |---|---|---|
//! | arrival | alone | a process that starts, until it knows under which actor it writes |
//! | presence | shared | every process that serves; alone by one that starts and met nobody |
//!
//! Locks of a session need one: a proxy between hub and server must not share connections by transaction.

use std::time::Duration;

use holdfast_core::id::ActorId;
use holdfast_store::error::{Result, StoreError};
use postgres::Config;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::connection::Connection;
use super::options::PostgresOptions;

/// "HFarrive".
const ARRIVAL: i64 = 0x4846_6172_7269_7665;
/// "HFserves".
const PRESENCE: i64 = 0x4846_7365_7276_6573;
/// How long a process that was killed just now may take to be gone for the server.
const GOING: Duration = Duration::from_secs(10);
/// The server takes a process whose machine has gone for gone after half a minute.
const SETTINGS: &str = "SET statement_timeout = '2min'; SET lock_timeout = '1min'; SET tcp_keepalives_idle = 10; \
                        SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3; SET idle_session_timeout = 0";

/// What it takes to be seen; dropped, the process is gone.
pub struct Presence {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    options: PostgresOptions,
    connection: Connection,
}

impl std::fmt::Debug for Presence {
    // The address may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Presence").finish_non_exhaustive()
    }
}

impl Presence {
    /// Takes up an identity by `open`, which is told whether nobody else serves from this database, and is seen from
    /// then on. If others serve and it finds itself in another folder ([`StoreError::OtherFolder`]), it is run once more
    /// if they are gone within ten seconds: one that was killed just now is.
    ///
    /// # Errors
    /// What `open` fails with, or [`StoreError::Database`].
    pub fn begin<T>(
        url: &str,
        options: &PostgresOptions,
        open: impl Fn(bool) -> Result<T>,
    ) -> Result<(T, Self)> {
        Self::begin_within(url, options, GOING, open)
    }

    /// As [`Presence::begin`]; others are given so long to go.
    ///
    /// # Errors
    /// As [`Presence::begin`].
    pub fn begin_within<T>(
        url: &str,
        options: &PostgresOptions,
        going: Duration,
        open: impl Fn(bool) -> Result<T>,
    ) -> Result<(T, Self)> {
        let (config, tls) = super::address(url, options)?;
        let connection = connect(&config, tls.as_ref(), options)?;
        let mut presence = Self { config, tls, options: options.clone(), connection };
        presence.connection.run(&format!("SELECT pg_advisory_lock({ARRIVAL})"))?;
        let mut is_alone = presence.holds(&format!("SELECT pg_try_advisory_lock({PRESENCE})"))?;
        let opened = match open(is_alone) {
            Err(refused @ StoreError::OtherFolder(_)) => {
                let limit_ms = going.as_millis().max(1);
                let wait = format!("SET lock_timeout = {limit_ms}; SELECT pg_advisory_lock({PRESENCE})");
                presence.connection.run(&wait).map_err(|_| refused)?;
                is_alone = true;
                open(is_alone)?
            }
            opened => opened?,
        };
        presence.connection.run(&format!("SELECT pg_advisory_lock_shared({PRESENCE})"))?;
        if is_alone {
            presence.connection.run(&format!("SELECT pg_advisory_unlock({PRESENCE})"))?;
        }
        presence.connection.run(&format!("SELECT pg_advisory_unlock({ARRIVAL})"))?;
        Ok((opened, presence))
    }

    /// Whether this process is still seen. After the server was restarted it shows itself again, unless another process has
    /// given the database another actor than `actor` meanwhile.
    ///
    /// # Errors
    /// [`StoreError::OtherFolder`] then: this process must write no more. Any other: not now; ask again.
    pub fn is_kept(&mut self, actor: ActorId) -> Result<()> {
        if self.connection.run("SELECT 1").is_ok() {
            return Ok(());
        }
        let mut connection = connect(&self.config, self.tls.as_ref(), &self.options)?;
        connection.run(&format!("SELECT pg_advisory_lock_shared({PRESENCE})"))?;
        let rows = connection.query("SELECT value FROM meta WHERE name = 'actor'", &[])?;
        let writes: Option<Vec<u8>> = rows.first().map(|row| row.get(0));
        if writes.is_some_and(|writes| writes != actor.0) {
            return Err(StoreError::OtherFolder("the database has another actor by now"));
        }
        self.connection = connection;
        Ok(())
    }

    fn holds(&mut self, sql: &str) -> Result<bool> {
        Ok(self.connection.query(sql, &[])?.first().is_some_and(|row| row.get(0)))
    }
}

fn connect(
    config: &Config,
    tls: Option<&MakeRustlsConnect>,
    options: &PostgresOptions,
) -> Result<Connection> {
    let mut connection = Connection::open(config, tls, options)?;
    connection.run(SETTINGS)?;
    Ok(connection)
}
