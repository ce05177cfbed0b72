//! A server's sockets, and the handle of the thread that drives it.

use std::net::{IpAddr, SocketAddr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rustls::ServerConfig;

use super::error::ServeError;
use super::handover::Handover;
use super::poll::{Poll, Source, Waker};
use super::relays::Relays;
use super::status::Status;
use super::streams::{StreamLimits, Streams};
use super::worker::Worker;
use crate::turn::Server;

/// Bytes that the UDP port holds of what has arrived, and of what is to be sent: a quarter of a second of fifty visits.
const BUFFER_BYTES: usize = 4 * 1024 * 1024;

/// What a server listens on. Each address has to be a single one, not 0.0.0.0: answers come from where they were asked.
#[derive(Clone, Debug, Default)]
pub struct Listen {
    /// The port for UDP.
    pub udp: Option<SocketAddr>,
    /// The port for TCP.
    pub tcp: Option<SocketAddr>,
    /// The port for TLS.
    pub tls: Option<(SocketAddr, Arc<ServerConfig>)>,
    /// How many streams.
    pub streams: StreamLimits,
    /// Addresses on which sockets are lent for peers outside of this process.
    pub lend_on: Vec<IpAddr>,
    /// The way to the SFU.
    pub handover: Option<Handover>,
}

/// A server with its sockets, before it runs.
pub struct Shell {
    pub(super) server: Server,
    pub(super) poll: Poll,
    pub(super) udp: Option<(UdpSocket, SocketAddr)>,
    pub(super) tcp: Option<TcpListener>,
    pub(super) tls: Option<(TcpListener, Arc<ServerConfig>)>,
    pub(super) relays: Relays,
    pub(super) streams: Streams,
    pub(super) lend_on: Vec<IpAddr>,
    pub(super) handover: Option<Handover>,
    pub(super) inside: Arc<Inside>,
}

/// What the thread shares with its handle.
pub(super) struct Inside {
    pub(super) waker: Waker,
    pub(super) is_stopped: AtomicBool,
    pub(super) ended_visits: Mutex<Vec<String>>,
    pub(super) status: Mutex<Status>,
}

/// A server that runs. It stops when this is dropped.
pub struct Handle {
    inside: Arc<Inside>,
    thread: Option<JoinHandle<()>>,
    udp: Option<SocketAddr>,
    tcp: Option<SocketAddr>,
    tls: Option<SocketAddr>,
}

impl std::fmt::Debug for Shell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shell").field("server", &self.server).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handle").field("udp", &self.udp).finish_non_exhaustive()
    }
}

impl Shell {
    /// Opens the sockets.
    ///
    /// # Errors
    /// [`ServeError`], by what cannot be opened.
    pub fn bind(server: Server, listen: Listen) -> Result<Self, ServeError> {
        if listen.udp.is_none() && listen.tcp.is_none() && listen.tls.is_none() {
            return Err(ServeError::Nothing);
        }
        let poll = Poll::new().map_err(ServeError::system("poll"))?;
        let waker = Waker::new().map_err(ServeError::system("waker"))?;
        poll.add(&waker, Source::Orders).map_err(ServeError::system("waker"))?;
        if let Some(handover) = &listen.handover {
            poll.add(handover, Source::Handover).map_err(ServeError::system("way to the SFU"))?;
        }
        let tls = match listen.tls {
            Some((address, config)) => Some((listen_on(address, Source::Tls, &poll)?, config)),
            None => None,
        };
        let inside = Inside {
            waker,
            is_stopped: AtomicBool::new(false),
            ended_visits: Mutex::default(),
            status: Mutex::default(),
        };
        let mut shell = Self {
            udp: listen.udp.map(|address| datagrams_on(address, &poll)).transpose()?,
            tcp: listen.tcp.map(|address| listen_on(address, Source::Tcp, &poll)).transpose()?,
            tls,
            server,
            relays: Relays::default(),
            streams: Streams::new(listen.streams),
            lend_on: listen.lend_on,
            handover: listen.handover,
            inside: Arc::new(inside),
            poll,
        };
        shell
            .relays
            .top_up(&mut shell.server, &shell.lend_on, &shell.poll)
            .map_err(ServeError::system("sockets for peers"))?;
        Ok(shell)
    }

    /// Runs it in a thread of its own.
    ///
    /// # Errors
    /// [`ServeError::System`] if there is no thread to be had.
    pub fn spawn(self) -> Result<Handle, ServeError> {
        let local = |listener: &TcpListener| listener.local_addr().ok();
        let mut handle = Handle {
            inside: self.inside.clone(),
            thread: None,
            udp: self.udp.as_ref().map(|(_, address)| *address),
            tcp: self.tcp.as_ref().and_then(local),
            tls: self.tls.as_ref().and_then(|(listener, _)| local(listener)),
        };
        let thread = std::thread::Builder::new().name("turn".into()).spawn(|| Worker::new(self).run());
        handle.thread = Some(thread.map_err(ServeError::system("thread"))?);
        Ok(handle)
    }
}

fn datagrams_on(address: SocketAddr, poll: &Poll) -> Result<(UdpSocket, SocketAddr), ServeError> {
    let failed = |source| ServeError::Bind { address, source };
    let socket = UdpSocket::bind(address).map_err(failed)?;
    socket.set_nonblocking(true).map_err(failed)?;
    // As much of it as the system allows.
    let options = socket2::SockRef::from(&socket);
    let _ = options.set_recv_buffer_size(BUFFER_BYTES);
    let _ = options.set_send_buffer_size(BUFFER_BYTES);
    poll.add(&socket, Source::Datagrams).map_err(failed)?;
    let local = socket.local_addr().map_err(failed)?;
    Ok((socket, local))
}

fn listen_on(address: SocketAddr, source: Source, poll: &Poll) -> Result<TcpListener, ServeError> {
    let failed = |source| ServeError::Bind { address, source };
    let listener = TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    poll.add(&listener, source).map_err(failed)?;
    Ok(listener)
}

impl Handle {
    /// The port for UDP, as it is.
    #[must_use]
    pub fn udp(&self) -> Option<SocketAddr> {
        self.udp
    }

    /// The port for TCP, as it is.
    #[must_use]
    pub fn tcp(&self) -> Option<SocketAddr> {
        self.tcp
    }

    /// The port for TLS, as it is.
    #[must_use]
    pub fn tls(&self) -> Option<SocketAddr> {
        self.tls
    }

    /// Whether its thread still runs: it ends by itself only when the system does not let it wait any more.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    /// How it stands: at most a second old.
    #[must_use]
    pub fn status(&self) -> Status {
        self.inside.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends the allocations of a visit.
    pub fn end_visit(&self, visit: &str) {
        self.inside.ended_visits.lock().unwrap_or_else(PoisonError::into_inner).push(visit.to_owned());
        self.inside.waker.wake();
    }

    /// Stops it, and says how it stood.
    pub fn stop(mut self) -> Status {
        self.join();
        self.status()
    }

    fn join(&mut self) {
        self.inside.is_stopped.store(true, Ordering::Release);
        self.inside.waker.wake();
        if let Some(thread) = self.thread.take() {
            // A thread that has panicked has said so.
            let _ = thread.join();
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.join();
    }
}
