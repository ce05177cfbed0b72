//! One connection: its session settings, its prepared statements, and whether it still lives.

use std::collections::HashMap;

use holdfast_store::error::{Result, StoreError};
use holdfast_store::sql::Rows;
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::ToSql;
use postgres::{Client, Config, NoTls, Row, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::{ends_connection, map_error};
use super::options::PostgresOptions;

/// Statements kept prepared. There are about a hundred distinct ones; searches make more, so the list is
/// emptied when it is full.
const PREPARED: usize = 512;

pub(super) struct Connection {
    client: Client,
    prepared: HashMap<String, Statement>,
    is_lost: bool,
}

impl Connection {
    pub(super) fn open(
        config: &Config,
        tls: Option<&MakeRustlsConnect>,
        options: &PostgresOptions,
    ) -> Result<Self> {
        let connected = match tls {
            Some(tls) => config.connect(tls.clone()),
            None => config.connect(NoTls),
        };
        let client = connected.map_err(|error| map_error(&error))?;
        let mut connection = Self { client, prepared: HashMap::new(), is_lost: false };
        connection.run(&session_settings(options))?;
        Ok(connection)
    }

    /// Whether the server has gone, or what is prepared here has become useless.
    pub(super) fn is_lost(&self) -> bool {
        self.is_lost || self.client.is_closed()
    }

    /// Runs statements that give nothing back.
    pub(super) fn run(&mut self, sql: &str) -> Result<()> {
        let done = self.client.batch_execute(sql);
        self.note(done)
    }

    /// Rows of a prepared statement.
    pub(super) fn query(&mut self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>> {
        let statement = self.prepare(sql)?;
        let done = self.client.query(&statement, params);
        self.note(done)
    }

    /// The first rows of a prepared statement, each read as it comes: see `Sql::query_within`.
    pub(super) fn query_within(
        &mut self,
        sql: &str,
        params: &[&(dyn ToSql + Sync)],
        read: impl Fn(&Row) -> Result<holdfast_store::sql::Row>,
        bytes: usize,
    ) -> Result<Rows> {
        let statement = self.prepare(sql)?;
        let (mut broken, mut out) = (None, Ok(Rows::default()));
        match self.client.query_raw(&statement, params.iter().copied()) {
            Err(error) => broken = Some(error),
            Ok(rows) => {
                let rows = rows.iterator().map_while(|row| row.map_err(|error| broken = Some(error)).ok());
                out = Rows::within(rows.map(|row| read(&row)), bytes);
            }
        }
        match broken {
            Some(error) => self.note(Err(error)),
            None => out,
        }
    }

    /// Rows changed by a prepared statement.
    pub(super) fn execute(&mut self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<u64> {
        let statement = self.prepare(sql)?;
        let done = self.client.execute(&statement, params);
        self.note(done)
    }

    fn prepare(&mut self, sql: &str) -> Result<Statement> {
        if let Some(statement) = self.prepared.get(sql) {
            return Ok(statement.clone());
        }
        if self.prepared.len() >= PREPARED {
            self.prepared.clear();
        }
        let made = self.client.prepare(sql);
        let statement = self.note(made)?;
        self.prepared.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    fn note<T>(&mut self, done: Result<T, postgres::Error>) -> Result<T, StoreError> {
        done.map_err(|error| {
            self.is_lost |= ends_connection(&error);
            map_error(&error)
        })
    }
}

/// Settings of every session.
///
/// * Durability: a database or role that says `synchronous_commit = off` is overruled; `remote_apply` stays.
/// * Plans: every statement finds its rows by an index and touches a number of rows proportional to its keys. A
///   plan that was made while a table was empty must not scan it when it is large; so sequential scans are
///   priced out, and with them the compiler (`jit`) that their price would call. Merge joins are not even
///   considered: to price one, the planner looks up the ends of both indexes, past all rows that were deleted there
///   since the last vacuum, which after a first send of 100,000 scopes took it 30 ms each time.
fn session_settings(options: &PostgresOptions) -> String {
    format!(
        "SET statement_timeout = {}; SET lock_timeout = {}; SET idle_in_transaction_session_timeout = {}; \
         SET enable_seqscan = off; SET enable_mergejoin = off; SET jit = off; SET random_page_cost = 1.1; SET work_mem = '32MB'; \
         SET client_min_messages = warning; \
         SELECT set_config('synchronous_commit', 'on', false) \
         WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')",
        options.statement_timeout.as_millis(),
        options.lock_timeout.as_millis(),
        options.idle_in_transaction_timeout.as_millis(),
    )
}
