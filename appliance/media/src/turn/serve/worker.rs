//! The loop of the thread that drives a server.

use std::net::SocketAddr;
use std::os::fd::AsRawFd;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::clock::Clock;
use super::datagrams::{BATCH, Datagrams};
use super::handover::{Handover, Packet};
use super::poll::{Ready, Source, Woken};
use super::shell::Shell;
use super::status::Status;
use crate::turn::{FiveTuple, HEADROOM, Now, Output, Reply, TAILROOM, Transport};

/// How long the thread sleeps if nothing happens.
const SLEEP: Duration = Duration::from_millis(250);
/// How often streams are looked through, lent sockets topped up and the status told.
const CHORES_MS: u64 = 1000;
/// Batches that one source is read for at one wake.
const ROUNDS: usize = 8;
/// Datagrams of one lent socket that are read at once.
const RELAY_AT_ONCE: usize = 8;
/// A server with its sockets, in its thread.
pub(super) struct Worker {
    shell: Shell,
    clock: Clock,
    datagrams: Datagrams,
    untaken: u64,
    unread: u64,
    chores_ms: u64,
    /// Whether the system had no more sockets when they were last asked for.
    is_short: bool,
}

impl Worker {
    pub(super) fn new(shell: Shell) -> Self {
        Self {
            shell,
            clock: Clock::new(),
            datagrams: Datagrams::new(),
            untaken: 0,
            unread: 0,
            chores_ms: 0,
            is_short: false,
        }
    }

    pub(super) fn run(mut self) {
        let mut woken = Woken::new();
        while !self.shell.inside.is_stopped.load(Ordering::Acquire) {
            let count = match self.shell.poll.wait(&mut woken, SLEEP) {
                Ok(count) => count,
                Err(error) => {
                    tracing::error!(error.code = "turn-poll", %error, "the relay stops: it can no longer wait for its sockets");
                    break;
                }
            };
            let now = self.clock.now();
            for n in 0..count {
                if let Some(ready) = woken.ready(n) {
                    self.serve(now, ready);
                }
            }
            self.flush(now);
            self.do_chores(now);
        }
        self.tell();
    }

    fn serve(&mut self, now: Now, ready: Ready) {
        match ready.source {
            Source::Datagrams => self.serve_datagrams(now),
            Source::Relay(place) => self.serve_relay(now, place),
            Source::Handover => self.serve_handover(now),
            Source::Tcp => {
                if let Some(listener) = &self.shell.tcp {
                    self.shell.streams.accept(
                        listener,
                        None,
                        now.ms,
                        &mut self.shell.server,
                        &self.shell.poll,
                    );
                }
            }
            Source::Tls => {
                if let Some((listener, config)) = &self.shell.tls {
                    self.shell.streams.accept(
                        listener,
                        Some(config),
                        now.ms,
                        &mut self.shell.server,
                        &self.shell.poll,
                    );
                }
            }
            Source::Orders => self.take_orders(),
            Source::Stream(place) => {
                if ready.is_writable {
                    self.shell.streams.has_room_to_write(place);
                }
                if ready.is_readable {
                    self.serve_stream(now, place);
                }
            }
        }
    }

    /// Clients' datagrams.
    fn serve_datagrams(&mut self, now: Now) {
        for _ in 0..ROUNDS {
            self.flush_datagrams();
            let Some((socket, address)) = &self.shell.udp else { return };
            let (socket, address) = (socket.as_raw_fd(), *address);
            let received = self.datagrams.receive(socket, address.is_ipv4(), BATCH);
            let is_all = received.len() < BATCH;
            for at in received {
                self.serve_datagram(now, address, at);
            }
            if is_all {
                return;
            }
        }
    }

    fn serve_datagram(&mut self, now: Now, address: SocketAddr, at: usize) {
        let received = self.datagrams.received(at);
        if received.is_cut {
            return;
        }
        let client = FiveTuple::new(Transport::Udp, address, received.from);
        let (bytes, reply) = self.datagrams.parts(at);
        match self.shell.server.handle(now, client, bytes, reply) {
            Output::Nothing => {}
            Output::Reply(bytes) => {
                let length = bytes.len();
                self.datagrams.queue_reply(at, length, received.from);
                self.close_released();
            }
            Output::ToPeer { relayed, peer, bytes } => self.shell.relays.send(relayed, peer, bytes),
            Output::ToSfu { relayed, peer, bytes } => {
                self.untaken += hand_over(self.shell.handover.as_ref(), relayed, peer, bytes);
            }
        }
    }

    /// Datagrams of a peer outside of this process.
    fn serve_relay(&mut self, now: Now, place: u32) {
        let Some((socket, relayed)) = self.shell.relays.socket(place) else { return };
        if self.datagrams.room() < RELAY_AT_ONCE {
            self.flush_datagrams();
        }
        for at in self.datagrams.receive(socket, relayed.is_ipv4(), RELAY_AT_ONCE) {
            let received = self.datagrams.received(at);
            if !received.is_cut {
                self.pass_down(now, relayed, received.from, at, received.length);
            }
        }
    }

    /// Packets of our own SFU.
    fn serve_handover(&mut self, now: Now) {
        let Some(handover) = self.shell.handover.clone() else { return };
        handover.clear();
        for _ in 0..ROUNDS * BATCH {
            let Some(at) = self.datagrams.take_slot() else {
                self.flush_datagrams();
                continue;
            };
            let slot = self.datagrams.slot(at);
            let end = slot.len() - TAILROOM;
            let Some((relayed, sfu, length)) = handover.take(&mut slot[HEADROOM..end]) else { return };
            self.pass_down(now, relayed, sfu, at, length);
        }
        // There may be more, and the descriptor is quiet.
        handover.remind();
    }

    fn pass_down(&mut self, now: Now, relayed: SocketAddr, peer: SocketAddr, at: usize, length: usize) {
        let slot = self.datagrams.slot(at);
        let Some(sent) = self.shell.server.from_peer(now, relayed, peer, slot, length) else { return };
        if sent.client.transport.is_stream() {
            let is_put = self.shell.streams.put(&sent.client, &slot[sent.part]);
            self.unread += u64::from(!is_put);
        } else {
            self.datagrams.queue_slot(at, sent.part, sent.client.client);
        }
    }

    fn serve_stream(&mut self, now: Now, place: u32) {
        let mut reply = Reply::new();
        let (relays, handover, untaken) =
            (&self.shell.relays, self.shell.handover.as_ref(), &mut self.untaken);
        self.shell.streams.read(place, &mut self.shell.server, |server, client, outgoing, frame| {
            match server.handle(now, client, frame, &mut reply) {
                Output::Nothing => {}
                // A client that asks and does not read gets no answers either.
                Output::Reply(bytes) => _ = outgoing.put(bytes),
                Output::ToPeer { relayed, peer, bytes } => relays.send(relayed, peer, bytes),
                Output::ToSfu { relayed, peer, bytes } => {
                    *untaken += hand_over(handover, relayed, peer, bytes)
                }
            }
        });
        self.close_released();
    }

    fn flush_datagrams(&mut self) {
        self.datagrams.flush(self.shell.udp.as_ref().map(|(socket, _)| socket));
    }

    fn flush(&mut self, now: Now) {
        self.flush_datagrams();
        self.shell.streams.flush(now.ms, &mut self.shell.server, &self.shell.poll);
    }

    /// Closes the sockets of allocations that have ended, and opens others if some were taken.
    fn close_released(&mut self) {
        while let Some((_, relayed)) = self.shell.server.released() {
            self.shell.relays.close(relayed);
        }
        if self.shell.lend_on.is_empty() {
            return;
        }
        let topped = self.shell.relays.top_up(&mut self.shell.server, &self.shell.lend_on, &self.shell.poll);
        let was_short = std::mem::replace(&mut self.is_short, topped.is_err());
        if let (false, Err(error)) = (was_short, topped) {
            tracing::warn!(error.code = "turn-sockets", %error, "no more sockets for peers; allocations are refused until there are");
        }
    }

    fn take_orders(&mut self) {
        self.shell.inside.waker.clear();
        let ended = std::mem::take(
            &mut *self.shell.inside.ended_visits.lock().unwrap_or_else(PoisonError::into_inner),
        );
        ended.iter().for_each(|visit| self.shell.server.end_visit(visit));
        self.close_released();
    }

    fn do_chores(&mut self, now: Now) {
        if now.ms < self.chores_ms {
            return;
        }
        self.chores_ms = now.ms + CHORES_MS;
        self.shell.server.sweep(now);
        self.shell.streams.sweep(now.ms, &mut self.shell.server);
        self.close_released();
        self.tell();
    }

    fn tell(&self) {
        *self.shell.inside.status.lock().unwrap_or_else(PoisonError::into_inner) = Status {
            allocations: self.shell.server.allocations(),
            streams: self.shell.streams.len(),
            streams_refused: self.shell.streams.unwanted.refused,
            streams_idle: self.shell.streams.unwanted.idle,
            unread: self.unread,
            untaken: self.untaken,
            counters: self.shell.server.counters().clone(),
        };
    }
}

/// Gives the SFU a packet; says how many were lost by it.
fn hand_over(handover: Option<&Handover>, relayed: SocketAddr, sfu: SocketAddr, bytes: &[u8]) -> u64 {
    let is_taken = handover.is_some_and(|handover| handover.give(Packet { relayed, sfu, bytes }));
    u64::from(!is_taken)
}
