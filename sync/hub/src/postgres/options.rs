//! How to use a PostgreSQL database.

use std::time::Duration;

use super::tls::TlsMode;

/// Limits of the pool and of what one statement may take. The defaults suit a hub.
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    /// Connections open at once; a call beyond them waits for `busy_timeout`. At least 1.
    pub max_connections: usize,
    /// How long a call waits for a free connection.
    pub busy_timeout: Duration,
    /// How long one attempt to connect may take.
    pub connect_timeout: Duration,
    /// A server's host that does not answer packets for this long counts as gone.
    pub connection_timeout: Duration,
    /// The server ends a statement after this.
    pub statement_timeout: Duration,
    /// The server ends a wait for the turn to write after this.
    pub lock_timeout: Duration,
    /// The server ends a transaction that says nothing for this long, so that a hung hub holds the others up no
    /// longer. A merge says something every second or so.
    pub idle_in_transaction_timeout: Duration,
    /// How the connection is secured.
    pub tls: TlsMode,
    /// The CA of the server's certificate, in PEM.
    pub ca_pem: Option<String>,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            max_connections: 16,
            busy_timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            connection_timeout: Duration::from_secs(30),
            statement_timeout: Duration::from_secs(60),
            lock_timeout: Duration::from_secs(10),
            idle_in_transaction_timeout: Duration::from_secs(15),
            tls: TlsMode::Unset,
            ca_pem: None,
        }
    }
}
