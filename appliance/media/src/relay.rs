//! Starting and stopping a relay.

use crate::control::key::{KeyError, RelayKey};
use crate::control::{State, router};
use crate::room::admission::Size;
use crate::sfu::{Event, Load, Shard, ShardConfig, ShardStartError, make_certificate};
use crate::turn::credentials::SharedKey;
use crate::turn::{PeerKind, Peers};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;

/// Of the TURN server, what starting it takes.
mod turn {
    pub(super) use crate::turn::serve::{Handle, Listen, Shell};
    pub(super) use crate::turn::{Config, Limits, Relay as Way, Server};
}

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
    /// TURN beside it; none: whoever cannot reach the shards' ports cannot join.
    pub turn: Option<TurnConfig>,
}

/// How TURN is served: for those whose networks let nothing else through.
#[derive(Clone, Debug)]
pub struct TurnConfig {
    /// The port for UDP and TCP; 0 picks one of each.
    pub port: u16,
    /// The port for TLS, and its certificate.
    pub tls: Option<(u16, Arc<rustls::ServerConfig>)>,
    /// By what name or address clients reach it; none: the relay's first address, or the first that a router forwards.
    pub name: Option<String>,
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
    /// TURN.
    #[error("cannot start TURN: {0}")]
    Turn(String),
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
            Self::Turn(_) => "relay-turn",
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
    /// Stops with it.
    turn: Option<turn::Handle>,
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
        let media: Vec<SocketAddr> = shards.iter().map(|shard| shard.address()).collect();
        let turn =
            config.turn.as_ref().map(|turn| start_turn(turn, &config, &key, &hosts, &media)).transpose()?;
        let turn = turn.map_or((None, Vec::new()), |(handle, urls)| (Some(handle), urls));
        let (stop, stopping) = watch::channel(false);
        let state = State {
            shards,
            load: Arc::clone(&load),
            events,
            size: config.size,
            run: run_name(),
            turn: turn.1,
            key: key.clone(),
            stop: stopping.clone(),
        };
        let state = Arc::new(state);
        let serving = tokio::spawn(serve(listener, Arc::clone(&state), stopping));
        Ok(Self { control, media, key, load, stop, serving, state, turn: turn.0 })
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

    /// TURN, if it is served.
    pub fn turn(&self) -> Option<&turn::Handle> {
        self.turn.as_ref()
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

/// Tells one run of the relay from the next, which has nobody.
fn run_name() -> String {
    let mut bytes = [0; 8];
    // Without randomness no certificate was made, and nobody is here.
    let _ = getrandom::fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// TURN on the relay's first address, which leads to its shards and nowhere else; where clients find it.
fn start_turn(
    turn: &TurnConfig,
    config: &RelayConfig,
    key: &RelayKey,
    hosts: &[IpAddr],
    media: &[SocketAddr],
) -> Result<(turn::Handle, Vec<String>), RelayError> {
    let failed = |error: &dyn std::fmt::Display| RelayError::Turn(error.to_string());
    let ip = hosts.first().copied().unwrap_or(IpAddr::from([127, 0, 0, 1]));
    // The addresses that the shards say they have: a client asks for one of those.
    let told = hosts.iter().chain(&config.public);
    let peers =
        told.flat_map(|ip| media.iter().map(|shard| (SocketAddr::new(*ip, shard.port()), PeerKind::Outside)));
    let peers = Peers::new(peers.filter(|(peer, _)| peer.is_ipv4() == ip.is_ipv4()))
        .map_err(|error| failed(&error))?;
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|error| failed(&error))?;
    let server = turn::Config {
        realm: "holdfast".to_owned(),
        key: SharedKey::new(key.token().as_bytes()),
        addresses: vec![ip],
        relay: turn::Way::Lent,
        peers,
        limits: turn::Limits::default(),
    };
    let server = turn::Server::new(server, &secret).map_err(|error| failed(&error))?;
    let at = |port| SocketAddr::new(ip, port);
    let listen = turn::Listen {
        udp: Some(at(turn.port)),
        tcp: Some(at(turn.port)),
        tls: turn.tls.as_ref().map(|(port, tls)| (at(*port), Arc::clone(tls))),
        lend_on: vec![ip],
        ..turn::Listen::default()
    };
    let handle =
        turn::Shell::bind(server, listen).and_then(turn::Shell::spawn).map_err(|error| failed(&error))?;
    let shown = turn.name.clone().unwrap_or_else(|| {
        let ip = config.public.first().copied().unwrap_or(ip);
        if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() }
    });
    let url = |scheme: &str, address: Option<SocketAddr>, transport: &str| {
        address.map(|address| format!("{scheme}:{shown}:{}?transport={transport}", address.port()))
    };
    let urls = [
        url("turn", handle.udp(), "udp"),
        url("turn", handle.tcp(), "tcp"),
        url("turns", handle.tls(), "tcp"),
    ];
    Ok((handle, urls.into_iter().flatten().collect()))
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
