//! The loop of a shard: wait, take what came, send what follows.

use super::super::demux::Kind;
use super::super::guard::guarded;
use super::super::peers::Key;
use super::super::socket::{Datagram, Inbox};
use super::{Command, Load, Shard};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::sync::atomic::Ordering;
use std::sync::mpsc::TryRecvError;
use std::time::{Duration, Instant};
use str0m::Input;
use str0m::net::{Protocol, Receive};

/// How often rooms are told that time has passed.
const TICK: Duration = Duration::from_millis(100);

/// How many times in a row the socket is asked before commands and time-outs have their turn.
const ROUNDS: usize = 8;

/// Over how long it is measured how busy a shard is.
const BUSY_WINDOW: Duration = Duration::from_secs(2);

impl Shard {
    pub(super) fn run(mut self) {
        let mut window = (Instant::now(), Duration::ZERO);
        loop {
            let waited = Instant::now();
            self.wait(waited);
            let now = Instant::now();
            window.1 += now - waited;
            if now - window.0 >= BUSY_WINDOW {
                let idle = window.1.as_micros() * 100 / (now - window.0).as_micros().max(1);
                let busy = 100usize.saturating_sub(idle as usize);
                self.config.load.busy_pct[self.config.index].store(busy, Ordering::Relaxed);
                window = (now, Duration::ZERO);
            }
            if !self.commands(now) {
                self.close_all();
                return;
            }
            self.take_in();
            self.on_time(Instant::now());
        }
    }

    /// Until something comes, or the first time-out.
    fn wait(&mut self, now: Instant) {
        let tick = (self.ticked + TICK).saturating_duration_since(now);
        let first = self.peers.iter_mut().map(|(_, peer)| peer.timeout.saturating_duration_since(now)).min();
        let span = first.map_or(tick, |first| first.min(tick));
        let Ok(span) = Timespec::try_from(span) else { return };
        let mut descriptors =
            [PollFd::new(&self.socket, PollFlags::IN), PollFd::new(&*self.wake, PollFlags::IN)];
        // An interrupted or failed wait is an early one.
        if poll(&mut descriptors, Some(&span)).is_ok() && !descriptors[1].revents().is_empty() {
            let _ = rustix::io::read(&*self.wake, &mut [0u8; 8]);
        }
    }

    fn commands(&mut self, now: Instant) -> bool {
        loop {
            match self.commands.try_recv() {
                Ok(Command::Stop) | Err(TryRecvError::Disconnected) => return false,
                Ok(command) => {
                    self.obey(now, command);
                    self.flush(now);
                }
                Err(TryRecvError::Empty) => return true,
            }
        }
    }

    /// Takes what the socket has, and sends what that leads to.
    fn take_in(&mut self) {
        for _ in 0..ROUNDS {
            let count = match self.socket.receive(&mut self.inbox) {
                Ok(0) => return,
                Ok(count) => count,
                Err(error) => {
                    tracing::warn!(error.kind = ?error.kind(), "the media port could not be read");
                    return;
                }
            };
            let now = Instant::now();
            let inbox = std::mem::replace(&mut self.inbox, Inbox::empty());
            let mut received = 0;
            for datagram in inbox.datagrams(count) {
                received += 1;
                self.datagram(now, &datagram);
            }
            self.inbox = inbox;
            Load::add(&self.config.load.received, received);
            self.flush(now);
        }
    }

    fn datagram(&mut self, now: Instant, datagram: &Datagram<'_>) {
        let kind = Kind::of(datagram.bytes);
        let Some((key, is_new)) = self.peers.find(datagram.from, kind).filter(|_| is_ours(kind)) else {
            Load::add(&self.config.load.stray, 1);
            return;
        };
        let to = datagram.to.map_or(self.own, |ip| std::net::SocketAddr::new(ip, self.own.port()));
        let Ok(receive) = Receive::new(Protocol::Udp, datagram.from, to, datagram.bytes) else {
            Load::add(&self.config.load.stray, 1);
            return;
        };
        let learning = is_new.then_some(datagram.from);
        self.feed(now, key, Input::Receive(now, receive), learning);
    }

    /// Feeds one thing to one connection and drains it. `learning` is the address that it came from, if that is not known
    /// to be this member's: it becomes so if it is answered, which `str0m` does only to who knows the session's password.
    pub(super) fn feed(
        &mut self,
        now: Instant,
        key: Key,
        input: Input<'_>,
        learning: Option<std::net::SocketAddr>,
    ) {
        let Some(peer) = self.peers.get_mut(key) else { return };
        if matches!(input, Input::Receive(..)) && learning.is_none() {
            peer.heard = now;
        }
        match guarded(|| peer.rtc.handle_input(input)) {
            Some(Ok(())) => self.drain(now, key, learning),
            Some(Err(error)) => self.broke(now, key, Some(&error)),
            None => self.broke(now, key, None),
        }
    }

    /// Marks a connection that has something to send.
    pub(super) fn soil(&mut self, key: Key) {
        if let Some(peer) = self.peers.get_mut(key).filter(|peer| !peer.dirty) {
            peer.dirty = true;
            self.dirty.push(key);
        }
    }

    /// Drains every connection that has something to send.
    pub(super) fn flush(&mut self, now: Instant) {
        while let Some(key) = self.dirty.pop() {
            if let Some(peer) = self.peers.get_mut(key) {
                peer.dirty = false;
                self.feed(now, key, Input::Timeout(now), None);
            }
        }
    }

    fn on_time(&mut self, now: Instant) {
        let due = self.peers.iter_mut().filter(|(_, peer)| peer.timeout <= now && !peer.dirty);
        for (key, peer) in due {
            peer.dirty = true;
            self.dirty.push(key);
        }
        self.flush(now);
        if now.duration_since(self.ticked) >= TICK {
            self.ticked = now;
            self.tick(now);
            self.flush(now);
        }
    }
}

fn is_ours(kind: Kind<'_>) -> bool {
    matches!(kind, Kind::Stun { .. } | Kind::Dtls | Kind::Media)
}
