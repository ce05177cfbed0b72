//! HTTP load on loopback: so many connections, each with one request under way, and how long the answers took.
//!
//! The client must cost little, for it runs on the machine that it measures: one thread, requests rendered beforehand,
//! HTTP/1.1 by hand over kept connections.
//!
//! ```text
//! requests ─▶ connections (a task each, one thread) ─▶ server
//!                 └─▶ times ─▶ Measured { per second, p50, p99, failed }
//! ```

mod connection;
mod times;

pub use connection::{Answer, Connection};
pub use times::Times;

use anyhow::{Context, Result, ensure};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A server, and how to sign in there.
#[derive(Debug, Clone)]
pub struct Target {
    authority: String,
    /// Header lines, each with its end.
    headers: String,
}

impl Target {
    /// `url` is `http://host:port`; without a token nothing is said of who asks.
    ///
    /// # Errors
    /// The URL is not plain HTTP.
    pub fn new(url: &str, token: Option<&str>) -> Result<Self> {
        let authority = url.strip_prefix("http://").with_context(|| format!("{url} is not plain HTTP"))?;
        let authority = authority.trim_end_matches('/').to_owned();
        let headers = token.map(|token| format!("authorization: Bearer {}\r\n", token.trim()));
        Ok(Self { authority, headers: headers.unwrap_or_default() })
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.authority)
    }

    /// A read or a search, as its bytes.
    #[must_use]
    pub fn get(&self, path: &str) -> Vec<u8> {
        let (host, headers) = (&self.authority, &self.headers);
        format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n{headers}accept: application/fhir+json\r\n\r\n")
            .into()
    }

    /// A post of FHIR JSON, as its bytes.
    #[must_use]
    pub fn post(&self, path: &str, body: &str) -> Vec<u8> {
        let (host, headers, length) = (&self.authority, &self.headers, body.len());
        format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\n{headers}accept: application/fhir+json\r\n\
             content-type: application/fhir+json\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .into()
    }

    /// Opens a connection.
    ///
    /// # Errors
    /// Nobody listens there.
    pub async fn connect(&self) -> Result<Connection> {
        Connection::open(&self.authority).await
    }

    /// Asks once, on a connection of its own.
    ///
    /// # Errors
    /// No whole answer comes.
    pub fn ask(&self, request: &[u8]) -> Result<Answer> {
        alone(async { self.connect().await?.ask(request).await })
    }
}

/// Runs something on one thread, the caller's.
///
/// # Errors
/// What it fails with, or there is no runtime to be had.
pub fn alone<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// When the load ends.
#[derive(Debug, Clone)]
pub enum Until {
    /// After so long.
    Passed(Duration),
    /// Once this is set.
    Set(Arc<AtomicBool>),
}

/// What a load came to.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// Answers with status 200.
    pub answered: u64,
    /// Others.
    pub failed: u64,
    /// How long it ran, in seconds.
    pub seconds: f64,
    /// From a request's first byte until the last of its answer.
    pub times: Times,
    /// Bytes of the bodies.
    pub bytes: u64,
    /// CPU time of the server meanwhile, in microseconds for each answer; 0 if nobody looked.
    pub cpu_us: f64,
}

impl Measured {
    /// Answers a second.
    #[must_use]
    pub fn per_second(&self) -> f64 {
        self.answered as f64 / self.seconds
    }
}

/// Keeps `connections` busy with the requests, each connection from another place in the list, round and round.
///
/// # Errors
/// There are no requests, a connection breaks, or an answer is none.
pub fn run(
    target: &Target,
    requests: &Arc<Vec<Vec<u8>>>,
    connections: usize,
    until: &Until,
) -> Result<Measured> {
    ensure!(!requests.is_empty(), "there is nothing to ask");
    let (target, requests, until) = (target.clone(), requests.clone(), until.clone());
    let thread = std::thread::Builder::new().name("load".into());
    let running = thread.spawn(move || alone(drive(target, requests, connections, until)))?;
    running.join().map_err(|_| anyhow::anyhow!("the load stopped on a defect"))?
}

async fn drive(
    target: Target,
    requests: Arc<Vec<Vec<u8>>>,
    connections: usize,
    until: Until,
) -> Result<Measured> {
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        open.push(target.connect().await?);
    }
    let started = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for (at, connection) in open.into_iter().enumerate() {
        let from = at * requests.len() / connections;
        tasks.spawn(keep_busy(connection, requests.clone(), from, started, until.clone()));
    }
    let mut all = Measured::default();
    while let Some(one) = tasks.join_next().await {
        let one = one??;
        all.answered += one.answered;
        all.failed += one.failed;
        all.bytes += one.bytes;
        all.times.add(one.times);
    }
    all.seconds = started.elapsed().as_secs_f64();
    all.times.sort();
    Ok(all)
}

async fn keep_busy(
    mut connection: Connection,
    requests: Arc<Vec<Vec<u8>>>,
    from: usize,
    started: Instant,
    until: Until,
) -> Result<Measured> {
    let mut done = Measured::default();
    for request in requests.iter().cycle().skip(from) {
        let is_over = match &until {
            Until::Passed(limit) => started.elapsed() >= *limit,
            Until::Set(flag) => flag.load(Ordering::Relaxed),
        };
        if is_over {
            break;
        }
        let asked = Instant::now();
        let (status, body) = connection.exchange(request).await?;
        done.times.push(asked.elapsed());
        done.bytes += body.len() as u64;
        if status == 200 { done.answered += 1 } else { done.failed += 1 }
    }
    Ok(done)
}
