//! PostgreSQL under the store's [`Database`] trait: what a hub keeps its records in.
//!
//! * **Durable**: a commit is confirmed after the server's WAL is on disk; a session never weakens that.
//! * **One after the other**: any number of hub processes may write; each takes its turn ([`turn`]), so that
//!   the store's rules hold as on SQLite. Readers see one moment and wait for nobody.
//! * **Self-healing**: the server may be restarted at any time. Calls fail as retryable until it is back.
//! * **One identity**: processes that serve from one database share one data folder, for their identity is there; one
//!   with another folder is refused as it starts while any other serves ([`presence`]).
//! * **In bulk**: each primitive is one statement per 8,192 rows, its columns sent as typed arrays. Binary COPY, into
//!   a temporary table or after asking which rows are new, was measured and is not quicker at these sizes.
//!
//! Calls block; make them off the async threads.

mod bulk;
mod cell;
mod connection;
mod error;
mod migrate;
mod options;
mod pool;
mod presence;
mod statements;
mod tls;
mod turn;

use holdfast_store::error::{Result, StoreError};
use holdfast_store::sql::{Database, Sql};
pub use options::PostgresOptions;
use pool::{Lease, Pool};
pub use presence::Presence;
use statements::Statements;
pub use tls::TlsMode;
use tokio_postgres_rustls::MakeRustlsConnect;

/// Reads see one moment.
const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// A PostgreSQL database.
pub struct Postgres {
    pool: Pool,
    warnings: Vec<String>,
}

impl std::fmt::Debug for Postgres {
    // The address may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Postgres").field("warnings", &self.warnings).finish_non_exhaustive()
    }
}

impl Postgres {
    /// Opens a database by URL (`postgresql://user@host:port/name`) or key-value string, and creates or migrates
    /// its schema. Any number of processes may do so at once.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if it may not be connected to without TLS; [`StoreError::Database`] if the address cannot be understood, the server cannot be reached, is too old or
    /// does not store UTF-8, or the database was written by a newer build.
    pub fn open(url: &str, options: PostgresOptions) -> Result<Self> {
        let (config, tls) = address(url, &options)?;
        let pool = Pool::new(config, tls, options);
        let mut lease = pool.connect()?;
        migrate::migrate(lease.connection())?;
        let warnings = migrate::durability_warnings(lease.connection())?;
        lease.give_back();
        for warning in &warnings {
            tracing::error!(
                error.code = "durability",
                warning,
                "PostgreSQL is not set up to keep what it confirms"
            );
        }
        Ok(Self { pool, warnings })
    }

    /// What about the server weakens durability, one sentence each; empty if nothing.
    pub fn durability_warnings(&self) -> &[String] {
        &self.warnings
    }

    fn run(&self, begin: &str, work: &mut dyn FnMut(&mut dyn Sql) -> Result<()>) -> Result<()> {
        let mut lease = self.pool.begin(begin)?;
        let mut statements = Statements::new(lease.connection());
        let done = work(&mut statements).and_then(|()| statements.may_commit());
        end(lease, done)
    }
}

/// Where to connect, and how that is secured.
fn address(url: &str, options: &PostgresOptions) -> Result<(postgres::Config, Option<MakeRustlsConnect>)> {
    let mut config: postgres::Config = url
        .parse()
        .map_err(|error| StoreError::Database(format!("its address cannot be understood: {error}")))?;
    config
        .application_name("holdfast-hub")
        .connect_timeout(options.connect_timeout)
        .keepalives_idle(options.connection_timeout)
        .tcp_user_timeout(options.connection_timeout);
    let tls = tls::connector(&mut config, options.tls, options.ca_pem.as_deref())?;
    Ok((config, tls))
}

/// Commits or rolls back. A connection on which neither works is dropped, which rolls back.
fn end(mut lease: Lease<'_>, done: Result<()>) -> Result<()> {
    let ended = lease.connection().run(if done.is_ok() { "COMMIT" } else { "ROLLBACK" });
    match (&done, ended) {
        (Ok(()), Ok(())) | (Err(_), Ok(())) => lease.give_back(),
        // Refused at the commit; the server has rolled back.
        (Ok(()), Err(error)) => {
            lease.give_back();
            return Err(error);
        }
        (Err(_), Err(_)) => drop(lease),
    }
    done
}

impl Database for Postgres {
    fn read(&self, work: &mut dyn FnMut(&mut dyn Sql) -> Result<()>) -> Result<()> {
        self.run(BEGIN_READ, work)
    }

    fn write(&self, work: &mut dyn FnMut(&mut dyn Sql) -> Result<()>) -> Result<()> {
        for run in 0..turn::MAX_RUNS {
            if run > 0 {
                metrics::counter!("holdfast_postgres_repeated_transactions_total").increment(1);
                turn::pause_before(run);
            }
            match self.run(turn::BEGIN, work) {
                Err(StoreError::Retry) => {}
                done => return done,
            }
        }
        let text =
            format!("others kept changing the same records through {} tries; try again", turn::MAX_RUNS);
        Err(StoreError::Database(text))
    }

    /// Half of the connections: the others are for replicas, and for those who write.
    fn parallel_reads(&self) -> usize {
        self.pool.max_connections().div_ceil(2)
    }

    fn kind(&self) -> &'static str {
        "postgresql"
    }
}
