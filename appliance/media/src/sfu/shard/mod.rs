//! A shard: one thread, one UDP port, the visits that are pinned to it, and nothing shared but counters.

mod check;
mod command;
mod forwarding;
mod keeping;
mod running;

pub use command::{Command, Put, PutAnswer, Refused};

use super::event::Event;
use super::peers::{Key, Peers};
use super::socket::{Inbox, Socket, SocketError};
use crate::room::admission::Size;
use crate::room::{At, Ix, MEMBERS_MAX, Room, VisitId};
use rustix::event::{EventfdFlags, eventfd};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Instant;
use str0m::Candidate;
use str0m::config::DtlsCert;
use tokio::sync::broadcast;

/// Counters of the whole relay, which every shard adds to.
#[derive(Debug, Default)]
pub struct Load {
    /// Visits.
    pub visits: AtomicUsize,
    /// Members.
    pub members: AtomicUsize,
    /// Datagrams that came in.
    pub received: AtomicU64,
    /// Datagrams that went out.
    pub sent: AtomicU64,
    /// Media packets that were forwarded, one for each receiver.
    pub forwarded: AtomicU64,
    /// Datagrams that were nobody's, or nothing.
    pub stray: AtomicU64,
    /// Datagrams that the kernel did not take.
    pub unsent: AtomicU64,
    /// Offers that were refused because the relay was full.
    pub refused: AtomicU64,
    /// How busy the shards are, in hundredths.
    pub busy_pct: Vec<AtomicUsize>,
}

impl Load {
    /// For so many shards.
    pub fn of(shards: usize) -> Self {
        Self { busy_pct: (0..shards).map(|_| AtomicUsize::new(0)).collect(), ..Self::default() }
    }

    fn add(counter: &AtomicU64, count: u64) {
        counter.fetch_add(count, Ordering::Relaxed);
    }
}

/// What a shard is started with.
pub struct ShardConfig {
    /// Which it is, from 0.
    pub index: usize,
    /// Its port.
    pub address: SocketAddr,
    /// The machine's own addresses that a page may send to.
    pub hosts: Vec<IpAddr>,
    /// Addresses that a router forwards to the first of them.
    pub public: Vec<IpAddr>,
    /// What the relay is sized for.
    pub size: Size,
    /// The certificate of every DTLS session of this run.
    pub certificate: DtlsCert,
    /// Where its events go.
    pub events: broadcast::Sender<Event>,
    /// What it counts.
    pub load: Arc<Load>,
}

/// A shard that runs; stopped by [`Command::Stop`].
pub struct ShardHandle {
    commands: mpsc::Sender<Command>,
    wake: Arc<OwnedFd>,
    address: SocketAddr,
    thread: Option<JoinHandle<()>>,
}

impl ShardHandle {
    /// Gives it something to do. False if it has ended.
    pub fn tell(&self, command: Command) -> bool {
        let told = self.commands.send(command).is_ok();
        let _ = rustix::io::write(&*self.wake, &1u64.to_ne_bytes());
        told
    }

    /// Its port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops it and waits for it.
    pub fn stop(&mut self) {
        self.tell(Command::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for ShardHandle {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A visit on this shard.
struct Visit {
    id: VisitId,
    room: Room,
    peers: [Option<Key>; MEMBERS_MAX],
}

/// The state of a shard; owned by its thread.
pub struct Shard {
    config: ShardConfig,
    socket: Socket,
    inbox: Inbox,
    commands: mpsc::Receiver<Command>,
    wake: Arc<OwnedFd>,
    started: Instant,
    candidates: Vec<Candidate>,
    own: SocketAddr,
    peers: Peers,
    visits: Vec<Option<Visit>>,
    free: Vec<usize>,
    by_id: HashMap<VisitId, usize>,
    dirty: Vec<Key>,
    ticked: Instant,
}

/// A shard could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its port could not be opened.
    #[error(transparent)]
    Socket(#[from] SocketError),
    /// The kernel gave no event descriptor or thread.
    #[error("cannot start a media shard: the system gave no thread or descriptor for it")]
    System(#[source] std::io::Error),
    /// An address that no candidate can be made of.
    #[error("cannot offer the address {0} to browsers; name one of this machine in relay.addresses")]
    Address(IpAddr),
}

impl Shard {
    /// Starts one.
    ///
    /// # Errors
    /// [`StartError`]: the port is taken, or the system is out of something.
    pub fn start(config: ShardConfig) -> Result<ShardHandle, StartError> {
        let socket = Socket::open(config.address)?;
        let port = socket.local().port();
        let wake = eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC);
        let wake = Arc::new(wake.map_err(|error| StartError::System(error.into()))?);
        let candidates = candidates(&config, port)?;
        let own = SocketAddr::new(config.hosts.first().copied().unwrap_or(socket.local().ip()), port);
        let (sender, commands) = mpsc::channel();
        let address = socket.local();
        let name = format!("media-{}", config.index);
        let now = Instant::now();
        let shard = Self {
            config,
            socket,
            inbox: Inbox::new(),
            commands,
            wake: Arc::clone(&wake),
            started: now,
            candidates,
            own,
            peers: Peers::default(),
            visits: Vec::new(),
            free: Vec::new(),
            by_id: HashMap::new(),
            dirty: Vec::new(),
            ticked: now,
        };
        let thread =
            std::thread::Builder::new().name(name).spawn(move || shard.run()).map_err(StartError::System)?;
        Ok(ShardHandle { commands: sender, wake, address, thread: Some(thread) })
    }

    fn at(&self, now: Instant) -> At {
        At(now.saturating_duration_since(self.started))
    }

    fn visit_mut(&mut self, room: usize) -> Option<&mut Visit> {
        self.visits.get_mut(room).and_then(Option::as_mut)
    }

    fn emit(&self, event: Event) {
        // Nobody listening is no failure: the clinic role asks again when it comes back.
        let _ = self.config.events.send(event);
    }

    /// The names that an event of this member carries.
    fn names(&self, room: usize, ix: Ix) -> Option<(VisitId, crate::room::MemberId)> {
        let visit = self.visits.get(room)?.as_ref()?;
        Some((visit.id.clone(), visit.room.id(ix)?.clone()))
    }
}

fn candidates(config: &ShardConfig, port: u16) -> Result<Vec<Candidate>, StartError> {
    let first = config.hosts.first().copied();
    let mut candidates = Vec::new();
    for &host in &config.hosts {
        let candidate =
            Candidate::host(SocketAddr::new(host, port), "udp").map_err(|_| StartError::Address(host))?;
        candidates.push(candidate);
    }
    for (&public, base) in config.public.iter().zip(std::iter::repeat(first)) {
        let base = SocketAddr::new(base.unwrap_or(config.address.ip()), port);
        let candidate = Candidate::server_reflexive(SocketAddr::new(public, port), base, "udp");
        candidates.push(candidate.map_err(|_| StartError::Address(public))?);
    }
    Ok(candidates)
}
