//! All streams: who is let in, and who has to go.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::net::{IpAddr, Ipv6Addr, TcpListener, TcpStream};
use std::sync::Arc;

use rustls::{ServerConfig, ServerConnection};

use super::poll::{Poll, Source};
use super::stream::{Outgoing, Progress, Stream};
use crate::turn::sieve::Sieve;
use crate::turn::{FiveTuple, Rate, Server, Transport};

/// Streams that are accepted at one wake.
const ACCEPTS: usize = 64;

/// Bytes that the system holds of what is on its way to a client (it makes twice as much of it). Left alone it would hold megabytes for
/// one that does not read, and media would arrive late.
const SYSTEM_BYTES: usize = 64 * 1024;

/// How many streams there may be, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamLimits {
    /// Streams in all.
    pub streams: usize,
    /// Streams on which nobody has an allocation. One more closes the one that has been so for longest.
    pub strangers: usize,
    /// Such streams from one address (of IPv6, one /64); one more is refused.
    pub strangers_each: usize,
    /// How long a stream may be without an allocation, in milliseconds; the handshake of TLS is within it.
    pub stranger_ms: u64,
    /// How long a client may read nothing although there is something, in milliseconds.
    pub unread_ms: u64,
    /// New streams a second from one address (of IPv6, one /64): a handshake of TLS is the dearest that a stranger can ask for.
    pub accepts: Rate,
}

impl Default for StreamLimits {
    fn default() -> Self {
        Self {
            streams: 1024,
            strangers: 256,
            strangers_each: 64,
            stranger_ms: 15_000,
            unread_ms: 20_000,
            accepts: Rate { per_second: 50, burst: 200 },
        }
    }
}

/// What became of streams that were not wanted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Unwanted {
    pub(crate) refused: u64,
    pub(crate) idle: u64,
}

pub(crate) struct Streams {
    limits: StreamLimits,
    streams: Vec<Option<Stream>>,
    free: Vec<u32>,
    places: HashMap<FiveTuple, u32>,
    dirty: Vec<u32>,
    sieve: Sieve,
    pub(crate) unwanted: Unwanted,
}

impl Streams {
    pub(crate) fn new(limits: StreamLimits) -> Self {
        // A hasher's seed is the one random number that there is without a descriptor.
        let seed = RandomState::new().build_hasher().finish();
        Self {
            sieve: Sieve::new(limits.accepts, seed),
            limits,
            streams: Vec::new(),
            free: Vec::new(),
            places: HashMap::new(),
            dirty: Vec::new(),
            unwanted: Unwanted::default(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// Accepts who waits at a listener.
    pub(crate) fn accept(
        &mut self,
        listener: &TcpListener,
        tls: Option<&Arc<ServerConfig>>,
        now_ms: u64,
        server: &mut Server,
        poll: &Poll,
    ) {
        for _ in 0..ACCEPTS {
            let Ok((socket, _)) = listener.accept() else { return };
            // A client that is gone already, or a system without descriptors: the next one may do.
            let _ = self.let_in(socket, tls, now_ms, server, poll);
        }
    }

    fn let_in(
        &mut self,
        socket: TcpStream,
        tls: Option<&Arc<ServerConfig>>,
        now_ms: u64,
        server: &mut Server,
        poll: &Poll,
    ) -> io::Result<()> {
        let transport = if tls.is_some() { Transport::Tls } else { Transport::Tcp };
        let client = FiveTuple::new(transport, socket.local_addr()?, socket.peer_addr()?);
        let ip = client.client.ip();
        if !self.sieve.passes(now_ms, ip) || !self.has_room(ip, server) {
            self.unwanted.refused += 1;
            return Ok(());
        }
        socket.set_nonblocking(true)?;
        socket.set_nodelay(true)?;
        socket2::SockRef::from(&socket).set_send_buffer_size(SYSTEM_BYTES)?;
        let tls = match tls {
            None => None,
            Some(config) => Some(Box::new(ServerConnection::new(config.clone()).map_err(io::Error::other)?)),
        };
        let place = self.free.pop().unwrap_or(self.streams.len() as u32);
        if place as usize == self.streams.len() {
            self.streams.push(None);
        }
        if let Err(error) = poll.add(&socket, Source::Stream(place)) {
            self.free.push(place);
            return Err(error);
        }
        self.streams[place as usize] = Some(Stream::new(socket, client, tls, now_ms));
        self.places.insert(client, place);
        Ok(())
    }

    /// Whether one more may come from this address; makes room among strangers. Cost: all streams.
    fn has_room(&mut self, ip: IpAddr, server: &mut Server) -> bool {
        let mut oldest = None;
        let (mut strangers, mut same) = (0, 0);
        for (place, stream) in self.streams.iter().enumerate() {
            let Some(stream) = stream else { continue };
            let Some(since) = stream.stranger_since_ms else { continue };
            strangers += 1;
            same += usize::from(network(stream.client.client.ip()) == network(ip));
            if oldest.is_none_or(|(first, _)| since < first) {
                oldest = Some((since, place as u32));
            }
        }
        if same >= self.limits.strangers_each || (self.len() >= self.limits.streams && oldest.is_none()) {
            return false;
        }
        if strangers >= self.limits.strangers || self.len() >= self.limits.streams {
            self.unwanted.refused += 1;
            oldest.into_iter().for_each(|(_, place)| self.close(place, server));
        }
        true
    }

    /// Reads what has come on a stream, and gives each frame to `take`.
    pub(crate) fn read(
        &mut self,
        place: u32,
        server: &mut Server,
        mut take: impl FnMut(&mut Server, FiveTuple, &mut Outgoing<'_>, &[u8]),
    ) {
        let Some(Some(stream)) = self.streams.get_mut(place as usize) else { return };
        let (client, was_dirty) = (stream.client, stream.is_dirty);
        let progress = stream.read(|outgoing, frame| take(server, client, outgoing, frame));
        if stream.is_dirty && !was_dirty {
            self.dirty.push(place);
        }
        if stream.stranger_since_ms.is_some() && server.has_allocation(&client) {
            stream.stranger_since_ms = None;
        }
        if progress == Progress::Ended {
            // The alert that says why TLS failed is worth a try.
            let _ = stream.flush(0);
            self.close(place, server);
        }
    }

    /// Puts a frame behind what waits for a client. Says whether there was room, and such a client.
    pub(crate) fn put(&mut self, client: &FiveTuple, frame: &[u8]) -> bool {
        let Some(place) = self.places.get(client).copied() else { return false };
        let Some(Some(stream)) = self.streams.get_mut(place as usize) else { return false };
        let was_dirty = stream.is_dirty;
        let is_put = stream.outgoing().put(frame);
        if stream.is_dirty && !was_dirty {
            self.dirty.push(place);
        }
        is_put
    }

    /// There is room again.
    pub(crate) fn has_room_to_write(&mut self, place: u32) {
        if let Some(Some(stream)) = self.streams.get_mut(place as usize)
            && !stream.is_dirty
        {
            stream.is_dirty = true;
            self.dirty.push(place);
        }
    }

    /// Writes to all streams that something was put behind.
    pub(crate) fn flush(&mut self, now_ms: u64, server: &mut Server, poll: &Poll) {
        while let Some(place) = self.dirty.pop() {
            let Some(Some(stream)) = self.streams.get_mut(place as usize) else { continue };
            let mut progress = stream.flush(now_ms);
            let is_waiting = stream.is_waiting();
            if is_waiting != stream.is_room_watched {
                stream.is_room_watched = is_waiting;
                if poll.watch_room(&stream.socket, Source::Stream(place), is_waiting).is_err() {
                    progress = Progress::Ended;
                }
            }
            if progress == Progress::Ended {
                self.close(place, server);
            }
        }
    }

    /// Closes streams on which nobody signs in, or reads. Cost: all streams.
    pub(crate) fn sweep(&mut self, now_ms: u64, server: &mut Server) {
        for place in 0..self.streams.len() as u32 {
            let Some(Some(stream)) = self.streams.get_mut(place as usize) else { continue };
            if server.has_allocation(&stream.client) {
                stream.stranger_since_ms = None;
            } else {
                stream.stranger_since_ms.get_or_insert(now_ms);
            }
            let is_over =
                |since: Option<u64>, ms: u64| since.is_some_and(|since| now_ms.saturating_sub(since) >= ms);
            let is_idle = is_over(stream.stranger_since_ms, self.limits.stranger_ms);
            if is_idle || is_over(stream.unread_since_ms, self.limits.unread_ms) {
                self.unwanted.idle += 1;
                self.close(place, server);
            }
        }
    }

    fn close(&mut self, place: u32, server: &mut Server) {
        let stream = self.streams.get_mut(place as usize).and_then(Option::take);
        if let Some(stream) = stream {
            server.closed(&stream.client);
            self.places.remove(&stream.client);
            self.free.push(place);
        }
    }
}

fn network(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64).into(),
    }
}
