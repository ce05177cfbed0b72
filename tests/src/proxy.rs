//! The WAN link of a drill: a TCP forwarder on loopback that can be thin, slow, cut and unreliable.
//!
//! Its buffers are small (see [`Settings::is_thin`]) once a rate is set, so that it acts like a thin line and not like a
//! large queue: what a sender has written, the other end is about to get. Bytes are the payload of TCP, without
//! its own headers. *Up* is from the side that connects (a node) to the target (the hub); *down* is back.
//!
//! ```no_run
//! # async fn drill(hub: std::net::SocketAddr) -> anyhow::Result<()> {
//! use holdfast_tests::proxy::{Cut, Proxy, Settings};
//! let link = Proxy::start(hub, Settings::thin(256_000, 20)).await?;
//! println!("connect the node to {}", link.address());
//! link.cut(Cut::Refuse).await?;
//! link.heal().await?;
//! println!("{} bytes up", link.bytes().up);
//! # Ok(()) }
//! ```

mod connection;
mod door;
mod lane;
mod settings;

pub use settings::{Cut, Settings};

use anyhow::{Context, Result};
use door::Door;
use lane::Lane;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// Payload bytes carried since the start or the last [`Proxy::take_bytes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bytes {
    /// From the connecting side to the target.
    pub up: u64,
    /// From the target back.
    pub down: u64,
}

/// A running link. Dropping it resets every connection and closes the port.
#[derive(Debug)]
pub struct Proxy {
    link: Arc<Link>,
    door: Door,
}

/// What every connection of one link shares.
#[derive(Debug)]
struct Link {
    target: Mutex<SocketAddr>,
    settings: Mutex<Settings>,
    state: watch::Sender<State>,
    up: Lane,
    down: Lane,
    open: AtomicU64,
    accepted: AtomicU64,
    dice: Mutex<crate::generate::Dice>,
}

/// What the line does now; `resets` grows by one whenever every connection so far has to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct State {
    cut: Option<Cut>,
    resets: u64,
}

impl Proxy {
    /// Opens a link on a free loopback port towards `target`.
    ///
    /// # Errors
    /// No port can be opened.
    pub async fn start(target: SocketAddr, settings: Settings) -> Result<Self> {
        Self::start_on(SocketAddr::from(([127, 0, 0, 1], 0)), target, settings).await
    }

    /// As [`Proxy::start`], on a port of the caller's choice.
    ///
    /// # Errors
    /// The port cannot be opened.
    pub async fn start_on(listen: SocketAddr, target: SocketAddr, settings: Settings) -> Result<Self> {
        let link = Arc::new(Link {
            target: Mutex::new(target),
            settings: Mutex::new(settings),
            state: watch::Sender::new(State { cut: None, resets: 0 }),
            up: Lane::default(),
            down: Lane::default(),
            open: AtomicU64::new(0),
            accepted: AtomicU64::new(0),
            dice: Mutex::new(crate::generate::Dice::new(settings.seed, "proxy", 0)),
        });
        let door = Door::open(listen, &link).with_context(|| format!("cannot open the link on {listen}"))?;
        Ok(Self { link, door })
    }

    /// Where to connect to reach the target through this link; it stays the same through cuts.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.door.address()
    }

    /// Points new connections at another target, for a server that came back on another port.
    pub fn set_target(&self, target: SocketAddr) {
        *lock(&self.link.target) = target;
    }

    /// Changes rate, delay and resets. Open connections follow, but for their socket buffers, which are chosen when
    /// a connection opens.
    pub fn set(&self, settings: Settings) {
        *lock(&self.link.dice) = crate::generate::Dice::new(settings.seed, "proxy", 0);
        *lock(&self.link.settings) = settings;
    }

    /// Cuts the link; see [`Cut`] for what connections see. Returns when it is cut.
    ///
    /// # Errors
    /// The port cannot be kept.
    pub async fn cut(&self, cut: Cut) -> Result<()> {
        self.link.state.send_modify(|state| {
            state.cut = Some(cut);
            state.resets += u64::from(cut != Cut::Freeze);
        });
        if cut == Cut::Refuse { self.door.close().await } else { self.door.reopen(&self.link).await }
    }

    /// Restores the link. Returns when it accepts connections.
    ///
    /// # Errors
    /// The port cannot be opened again.
    pub async fn heal(&self) -> Result<()> {
        self.link.state.send_modify(|state| state.cut = None);
        self.door.reopen(&self.link).await
    }

    /// Resets every open connection once; new ones are welcome.
    pub fn reset_all(&self) {
        self.link.state.send_modify(|state| state.resets += 1);
    }

    /// What was delivered each way since the start or the last [`Proxy::take_bytes`].
    #[must_use]
    pub fn bytes(&self) -> Bytes {
        Bytes { up: self.link.up.carried(), down: self.link.down.carried() }
    }

    /// As [`Proxy::bytes`], and starts again from zero.
    #[must_use]
    pub fn take_bytes(&self) -> Bytes {
        Bytes { up: self.link.up.take(), down: self.link.down.take() }
    }

    /// Connections open now.
    #[must_use]
    pub fn open_connections(&self) -> u64 {
        self.link.open.load(Ordering::Relaxed)
    }

    /// Connections accepted since the start.
    #[must_use]
    pub fn accepted_connections(&self) -> u64 {
        self.link.accepted.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.reset_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
