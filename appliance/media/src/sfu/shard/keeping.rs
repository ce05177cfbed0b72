//! What has to be done from time to time: rooms are told that time has passed, who is silent is noticed, and in the end
//! everybody is told goodbye.

use super::super::event::{Event, Gone};
use super::super::guard::guarded;
use super::super::peers::Key;
use super::Shard;
use std::time::{Duration, Instant};

/// Nothing heard for so long is told: a browser sends something at least every 2.5 s (RFC 7675 §5.1), and several a second
/// while it has a microphone.
const QUIET_AFTER: Duration = Duration::from_secs(4);

/// Nothing heard for so long, and the place is free. A page that is alive has offered anew long before (decision 36).
const SILENT_AFTER: Duration = Duration::from_secs(45);

/// A device check takes ten seconds.
const CHECK_LASTS: Duration = Duration::from_secs(20);

impl Shard {
    pub(super) fn tick(&mut self, now: Instant) {
        let at = self.at(now);
        for room in 0..self.visits.len() {
            if let Some(visit) = self.visit_mut(room) {
                visit.room.tick(at);
                self.settle(now, room);
            }
        }
        self.listen(now);
    }

    fn listen(&mut self, now: Instant) {
        let mut changed: Vec<(Key, bool, usize, crate::room::Ix)> = Vec::new();
        let mut gone = Vec::new();
        for (key, peer) in self.peers.iter_mut() {
            let silence = now.saturating_duration_since(peer.heard);
            if peer.is_check {
                if now.saturating_duration_since(peer.created) >= CHECK_LASTS {
                    gone.push(key);
                }
                continue;
            }
            let quiet = silence >= QUIET_AFTER;
            if silence >= SILENT_AFTER {
                gone.push(key);
            } else if peer.connected && quiet != peer.quiet {
                peer.quiet = quiet;
                changed.push((key, quiet, peer.room, peer.ix));
            }
        }
        for (_, quiet, room, ix) in changed {
            if let Some((visit, member)) = self.names(room, ix) {
                self.emit(if quiet {
                    Event::Quiet { visit, member }
                } else {
                    Event::Heard { visit, member }
                });
            }
        }
        for key in gone {
            self.part(now, key, Gone::Silent);
        }
    }

    /// Says goodbye to a connection (DTLS close_notify, RFC 8446 §6.1), and forgets it.
    pub(super) fn close(&mut self, key: Key) {
        let Some(mut peer) = self.peers.remove(key) else { return };
        let socket = &self.socket;
        let goodbye = || {
            if peer.rtc.close().is_err() {
                return;
            }
            // Bounded: what is left to say is a goodbye or two.
            for _ in 0..32 {
                match peer.rtc.poll_output() {
                    Ok(str0m::Output::Transmit(transmit)) => {
                        socket.send(Some(transmit.source.ip()), transmit.destination, &transmit.contents);
                    }
                    Ok(str0m::Output::Event(_)) => {}
                    Ok(str0m::Output::Timeout(_)) | Err(_) => return,
                }
            }
        };
        // A connection that is closed because it panicked may do so again.
        let _ = guarded(goodbye);
    }

    pub(super) fn close_all(&mut self) {
        let keys: Vec<Key> = self.peers.iter_mut().map(|(key, _)| key).collect();
        for key in keys {
            self.close(key);
        }
    }
}
