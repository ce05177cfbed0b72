//! The serving end of the sync port, for hub and node alike.
//!
//! One port serves `/enrol`, to a client without a certificate, and everything else, to a client with one: each route
//! carries its [`SyncPolicy`], which is enforced before its handler runs. What a handler learns of its peer are the
//! extensions [`PeerIdentity`] and [`PeerCertificate`], put there from the
//! verified certificate; take them by the extractor [`Peer`], which refuses a request without one.
//!
//! Nothing here waits for ever: the handshake, the first request, a body's next bytes and an unanswered PING each
//! have a limit in [`Limits`], so that a frozen peer gives its slot back.

mod admission;
mod body;
mod connection;
mod gate;
mod limits;
mod peer;
mod problem;
mod routes;

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rustls::ServerConfig;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;

use self::admission::Admission;
use crate::identity::{CertificateSerial, PeerIdentity};

pub use limits::Limits;
pub use peer::Peer;
pub use problem::Problem;
pub use routes::{SyncPolicy, SyncRoutes};

/// The code by which a replica learns that its certificate is good for nothing but its own renewal.
pub const CERTIFICATE_EXPIRED: &str = "peer-certificate-expired";

/// Pause after a failed `accept`, which is a lack of file descriptors as a rule.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Whether a peer or its certificate has been revoked. Asked on every connection and request: it must answer from
/// memory.
pub type RevocationCheck = Arc<dyn Fn(&PeerIdentity, &CertificateSerial) -> bool + Send + Sync>;

/// The time in Unix milliseconds, by which certificates expire in mid-connection.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// What a server is given besides its routes.
#[derive(Clone)]
pub struct ServeOptions {
    /// Who is revoked.
    pub revoked: RevocationCheck,
    /// Bounds in count and time.
    pub limits: Limits,
    /// The clock.
    pub clock: Clock,
}

impl Default for ServeOptions {
    /// Nobody revoked, default limits, the system's clock.
    fn default() -> Self {
        let system = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_millis() as u64);
        Self { revoked: Arc::new(|_, _| false), limits: Limits::default(), clock: Arc::new(system) }
    }
}

impl std::fmt::Debug for ServeOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServeOptions").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// Serves `routes` until `shutdown` resolves; then takes no new connections, lets the requests in progress finish
/// within [`Limits::drain`], and returns.
pub async fn serve(
    listener: TcpListener,
    tls: Arc<ServerConfig>,
    routes: SyncRoutes,
    options: ServeOptions,
    shutdown: impl Future<Output = ()>,
) {
    let drain_limit = options.limits.drain;
    let server = Arc::new(Server::new(tls, routes, options));
    let (drain, draining) = watch::channel(false);
    let mut tasks = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(ended) = tasks.join_next() => log_panic(ended),
            (tcp, permits) = server.accept(&listener) => {
                tasks.spawn(connection::run(server.clone(), tcp, permits, draining.clone()));
            }
        }
    }
    drop(listener);
    drain.send_replace(true);
    let finished = async { while tasks.join_next().await.is_some() {} };
    if timeout(drain_limit, finished).await.is_err() {
        tracing::warn!(connections = tasks.len(), "connections cut off at shutdown");
    }
    tasks.shutdown().await;
}

/// Counts what is refused, by its stable code.
pub(crate) fn count_refusal(code: &'static str) {
    metrics::counter!("sync_refused_total", "code" => code).increment(1);
}

fn log_panic(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, error.code = "connection-task-failed", "a connection's task failed");
    }
}

/// What all connections share.
struct Server {
    acceptor: TlsAcceptor,
    routes: SyncRoutes,
    options: ServeOptions,
    admission: Arc<Admission>,
    handshakes: Arc<Semaphore>,
    connections: Arc<Semaphore>,
}

/// The right to exist of one connection, and the right to its handshake.
struct Permits {
    connection: OwnedSemaphorePermit,
    handshake: OwnedSemaphorePermit,
}

impl Server {
    fn new(tls: Arc<ServerConfig>, routes: SyncRoutes, options: ServeOptions) -> Self {
        let limits = &options.limits;
        Self {
            acceptor: TlsAcceptor::from(tls),
            routes,
            admission: Admission::new(limits),
            handshakes: Arc::new(Semaphore::new(limits.handshakes)),
            connections: Arc::new(Semaphore::new(limits.connections)),
            options,
        }
    }

    /// The next connection, once there is room for it. Those beyond wait in the kernel's queue.
    async fn accept(&self, listener: &TcpListener) -> (TcpStream, Permits) {
        let connection = acquire(&self.connections).await;
        let handshake = acquire(&self.handshakes).await;
        loop {
            match listener.accept().await {
                Ok((tcp, _)) => return (tcp, Permits { connection, handshake }),
                Err(error) => {
                    tracing::warn!(%error, error.code = "accept-failed", "cannot accept a connection");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

async fn acquire(semaphore: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    semaphore.clone().acquire_owned().await.expect("the server's semaphores are never closed")
}
