//! Starting and stopping a relay.

use crate::control::key::{KeyError, RelayKey};
use crate::control::{State, router};
use crate::room::admission::Size;
use crate::sfu::{Event, Load, Shard, ShardConfig, ShardStartError, make_certificate};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;

/// Events that a listener may be behind before it misses some: a minute of a relay that is full.
const EVENTS: usize = 4_096;

/// How a relay is started.
#[derive(Debug, Clone)]
pub struct RelayConfig {
    /// The control port: loopback, or the pod's network.
    pub control: SocketAddr,
    /// The file of the key that the clinic role has too.
    pub key: PathBuf,
    /// Where media is taken in: one address, or `0.0.0.0` or `::` for all.
    pub listen: IpAddr,
    /// The first shard's port, the next ones follow; 0 picks them.
    pub port: u16,
    /// How many shards.
    pub shards: usize,
    /// The machine's addresses that pages may send to; none: the one that is listened on, or else the one that leads out.
    pub addresses: Vec<IpAddr>,
    /// Addresses that a router forwards to the first of these, port for port.
    pub public: Vec<IpAddr>,
    /// What it is sized for.
    pub size: Size,
}

/// A relay could not be started.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// Its key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A shard.
    #[error(transparent)]
    Shard(#[from] ShardStartError),
    /// The control port.
    #[error(
        "cannot open the relay's control port {address}; see which program has it (ss -ltnp), or set another in relay.control"
    )]
    Control {
        /// Which.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// No certificate for DTLS could be made.
    #[error("cannot make the certificate of the media connections: the system gave no randomness")]
    Certificate,
    /// No shard was asked for.
    #[error("cannot start a relay without a shard; set relay.shards to 1 or more")]
    NoShard,
}

impl RelayError {
    /// Stable name, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Key(_) => "relay-key",
            Self::Shard(_) => "relay-port",
            Self::Control { .. } => "relay-control",
            Self::Certificate => "relay-certificate",
            Self::NoShard => "relay-shards",
        }
    }
}

/// A relay that runs.
pub struct Relay {
    control: SocketAddr,
    media: Vec<SocketAddr>,
    key: RelayKey,
    load: Arc<Load>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
    state: Arc<State>,
}

impl Relay {
    /// Starts it.
    ///
    /// # Errors
    /// [`RelayError`]: a port is taken, the key cannot be used, or the system is out of something.
    pub async fn start(config: RelayConfig) -> Result<Self, RelayError> {
        if config.shards == 0 {
            return Err(RelayError::NoShard);
        }
        let key = RelayKey::read_or_make(&config.key)?;
        let failed = |source| RelayError::Control { address: config.control, source };
        let listener = TcpListener::bind(config.control).await.map_err(failed)?;
        let control = listener.local_addr().map_err(failed)?;
        let certificate = make_certificate().ok_or(RelayError::Certificate)?;
        let (events, _) = broadcast::channel::<Event>(EVENTS);
        let load = Arc::new(Load::of(config.shards));
        let hosts = hosts(&config);
        let mut shards = Vec::new();
        for index in 0..config.shards {
            let port = if config.port == 0 { 0 } else { config.port + index as u16 };
            shards.push(Shard::start(ShardConfig {
                index,
                address: SocketAddr::new(config.listen, port),
                hosts: hosts.clone(),
                public: config.public.clone(),
                size: config.size,
                certificate: certificate.clone(),
                events: events.clone(),
                load: Arc::clone(&load),
            })?);
        }
        let media = shards.iter().map(|shard| shard.address()).collect();
        let (stop, stopping) = watch::channel(false);
        let state = State {
            shards,
            load: Arc::clone(&load),
            events,
            size: config.size,
            key: key.clone(),
            stop: stopping.clone(),
        };
        let state = Arc::new(state);
        let serving = tokio::spawn(serve(listener, Arc::clone(&state), stopping));
        Ok(Self { control, media, key, load, stop, serving, state })
    }

    /// The control port.
    pub fn control(&self) -> SocketAddr {
        self.control
    }

    /// The shards' ports.
    pub fn media(&self) -> &[SocketAddr] {
        &self.media
    }

    /// The key.
    pub fn key(&self) -> &RelayKey {
        &self.key
    }

    /// What it counts.
    pub fn load(&self) -> &Load {
        &self.load
    }

    /// Stops it: the control port first, then the shards, which tell every page goodbye.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.serving.await;
        for shard in &self.state.shards {
            shard.tell(crate::sfu::Command::Stop);
        }
        // Joins threads that have just been told to end.
        let state = self.state;
        let _ = tokio::task::spawn_blocking(move || drop(state)).await;
    }
}

async fn serve(listener: TcpListener, state: Arc<State>, mut stop: watch::Receiver<bool>) {
    let stopped = async move {
        let _ = stop.wait_for(|stop| *stop).await;
    };
    if let Err(error) = axum::serve(listener, router(state)).with_graceful_shutdown(stopped).await {
        tracing::error!(error.kind = ?error.kind(), "the relay's control port has ended");
    }
}

/// The addresses that pages are told.
fn hosts(config: &RelayConfig) -> Vec<IpAddr> {
    if !config.addresses.is_empty() {
        return config.addresses.clone();
    }
    if !config.listen.is_unspecified() {
        return vec![config.listen];
    }
    // Which address leads out: asked of the kernel, with nothing sent.
    let any = SocketAddr::new(config.listen, 0);
    let out = if config.listen.is_ipv4() { "192.0.2.1:9" } else { "[2001:db8::1]:9" };
    let asked =
        UdpSocket::bind(any).and_then(|socket| socket.connect(out).and_then(|()| socket.local_addr()));
    vec![asked.map_or(IpAddr::from([127, 0, 0, 1]), |address| address.ip())]
}
