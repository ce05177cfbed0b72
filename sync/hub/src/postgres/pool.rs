//! A bounded pool of connections. A connection goes back only when its transaction ended cleanly; any other is
//! dropped, which makes the server roll back.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use holdfast_store::error::{Result, StoreError};
use postgres::Config;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::connection::Connection;
use super::options::PostgresOptions;

#[derive(Default)]
struct Places {
    idle: Vec<Connection>,
    /// Connections lent out.
    lent: usize,
}

pub(super) struct Pool {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    options: PostgresOptions,
    places: Mutex<Places>,
    freed: Condvar,
}

/// A connection on loan.
pub(super) struct Lease<'a> {
    pool: &'a Pool,
    connection: Option<Connection>,
    /// Whether it waited in the pool, so that the server may have gone since.
    waited: bool,
}

impl Pool {
    pub(super) fn new(config: Config, tls: Option<MakeRustlsConnect>, options: PostgresOptions) -> Self {
        Self { config, tls, options, places: Mutex::default(), freed: Condvar::new() }
    }

    /// Connections open at once.
    pub(super) fn max_connections(&self) -> usize {
        self.options.max_connections.max(1)
    }

    /// A connection with `begin` already run on it. Idle connections that died while they waited are replaced.
    pub(super) fn begin(&self, begin: &str) -> Result<Lease<'_>> {
        loop {
            let mut lease = self.connect()?;
            match lease.connection().run(begin) {
                Ok(()) => return Ok(lease),
                Err(_) if lease.waited && lease.connection().is_lost() => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// A connection with no transaction open.
    pub(super) fn connect(&self) -> Result<Lease<'_>> {
        let idle = self.wait_for_place()?;
        let mut lease = Lease { pool: self, waited: idle.is_some(), connection: idle };
        if lease.connection.is_none() {
            lease.connection = Some(Connection::open(&self.config, self.tls.as_ref(), &self.options)?);
        }
        Ok(lease)
    }

    fn wait_for_place(&self) -> Result<Option<Connection>> {
        let until = Instant::now() + self.options.busy_timeout;
        let mut places = self.lock();
        while places.lent >= self.options.max_connections.max(1) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(StoreError::Database(format!(
                    "all {} connections to PostgreSQL are busy; try again, or allow more",
                    self.options.max_connections
                )));
            }
            places = self.freed.wait_timeout(places, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        places.lent += 1;
        Ok(places.idle.pop())
    }

    fn lock(&self) -> MutexGuard<'_, Places> {
        // Nothing panics while it is held: the counts are right even then.
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease<'_> {
    pub(super) fn connection(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("a lease has its connection until it ends")
    }

    /// Ends the loan of a connection that has no transaction open.
    pub(super) fn give_back(mut self) {
        if let Some(connection) = self.connection.take().filter(|connection| !connection.is_lost()) {
            self.pool.lock().idle.push(connection);
        }
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        self.pool.lock().lent -= 1;
        self.pool.freed.notify_one();
        // Closing takes a round trip; it happens after the place is free.
        drop(self.connection.take());
    }
}
