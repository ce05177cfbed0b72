//! Packets between the TURN server and the SFU of the same process, without a socket.
//!
//! Two queues of fixed size. Whoever puts something into one that was empty wakes the other side; who finds one full drops the packet, as
//! a socket would.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::MAX_PAYLOAD_BYTES;
use super::poll::Waker;

/// A packet between a relayed address and one of the SFU's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// The client's relayed address.
    pub relayed: SocketAddr,
    /// The SFU's address.
    pub sfu: SocketAddr,
    /// The payload.
    pub bytes: &'a [u8],
}

struct Parcel {
    relayed: SocketAddr,
    sfu: SocketAddr,
    length: usize,
    bytes: [u8; MAX_PAYLOAD_BYTES],
}

struct Ring {
    parcels: Box<[Parcel]>,
    first: usize,
    count: usize,
}

struct Queue {
    ring: Mutex<Ring>,
    waker: Arc<Waker>,
    dropped: AtomicU64,
}

/// One side of the hand-over.
#[derive(Clone)]
pub struct Handover {
    outgoing: Arc<Queue>,
    incoming: Arc<Queue>,
}

impl std::fmt::Debug for Handover {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Handover(…)")
    }
}

impl Handover {
    /// The TURN server's side and the SFU's. Each direction holds `capacity` packets, of some 2 KiB each.
    ///
    /// # Errors
    /// The system's, if it gives no event descriptors.
    pub fn pair(capacity: usize) -> io::Result<(Self, Self)> {
        let [up, down] = [Queue::new(capacity)?, Queue::new(capacity)?].map(Arc::new);
        let turn = Self { outgoing: up.clone(), incoming: down.clone() };
        Ok((turn, Self { outgoing: down, incoming: up }))
    }

    /// Gives a packet to the other side. Says whether there was room.
    pub fn give(&self, packet: Packet<'_>) -> bool {
        self.outgoing.put(packet)
    }

    /// Takes the next packet from the other side: its payload is copied to the beginning of `buffer`. [`None`] if there is none. One that
    /// is longer than `buffer` is dropped.
    pub fn take(&self, buffer: &mut [u8]) -> Option<(SocketAddr, SocketAddr, usize)> {
        self.incoming.get(buffer)
    }

    /// To be called when the descriptor woke, before packets are taken.
    pub fn clear(&self) {
        self.incoming.waker.clear();
    }

    /// Wakes this side itself: it has not taken everything.
    pub fn remind(&self) {
        self.incoming.waker.wake();
    }

    /// Packets given that found no room.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.outgoing.dropped.load(Ordering::Relaxed)
    }
}

/// The descriptor that becomes readable when there is something to take.
impl AsFd for Handover {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.incoming.waker.as_fd()
    }
}

impl Queue {
    fn new(capacity: usize) -> io::Result<Self> {
        let nobody = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 0);
        let empty = || Parcel { relayed: nobody, sfu: nobody, length: 0, bytes: [0; MAX_PAYLOAD_BYTES] };
        let parcels = (0..capacity.max(1)).map(|_| empty()).collect();
        let ring = Mutex::new(Ring { parcels, first: 0, count: 0 });
        Ok(Self { ring, waker: Arc::new(Waker::new()?), dropped: AtomicU64::new(0) })
    }

    fn put(&self, packet: Packet<'_>) -> bool {
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let capacity = ring.parcels.len();
        if ring.count == capacity || packet.bytes.len() > MAX_PAYLOAD_BYTES {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return false;
        }
        let at = (ring.first + ring.count) % capacity;
        let parcel = &mut ring.parcels[at];
        (parcel.relayed, parcel.sfu, parcel.length) = (packet.relayed, packet.sfu, packet.bytes.len());
        parcel.bytes[..packet.bytes.len()].copy_from_slice(packet.bytes);
        ring.count += 1;
        let was_empty = ring.count == 1;
        drop(ring);
        if was_empty {
            self.waker.wake();
        }
        true
    }

    fn get(&self, buffer: &mut [u8]) -> Option<(SocketAddr, SocketAddr, usize)> {
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        while ring.count > 0 {
            let at = ring.first;
            ring.first = (at + 1) % ring.parcels.len();
            ring.count -= 1;
            let parcel = &ring.parcels[at];
            if let Some(place) = buffer.get_mut(..parcel.length) {
                place.copy_from_slice(&parcel.bytes[..parcel.length]);
                return Some((parcel.relayed, parcel.sfu, parcel.length));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::turn::serve::poll::{Poll, Source, Woken};

    fn address(port: u16) -> SocketAddr {
        ([192, 0, 2, 1], port).into()
    }

    #[test]
    fn packets_arrive_in_order_and_what_finds_no_room_is_dropped() {
        let (turn, sfu) = Handover::pair(3).unwrap();
        for round in 0..4 {
            let given: Vec<_> = (0..5u8)
                .map(|n| turn.give(Packet { relayed: address(round), sfu: address(9), bytes: &[n; 3] }))
                .collect();
            assert_eq!(given, [true, true, true, false, false]);
            let mut buffer = [0; 10];
            for n in 0..3u8 {
                assert_eq!(sfu.take(&mut buffer), Some((address(round), address(9), 3)));
                assert_eq!(buffer[..3], [n; 3]);
            }
            assert_eq!(sfu.take(&mut buffer), None);
        }
        assert_eq!((turn.dropped(), sfu.dropped()), (8, 0));
    }

    #[test]
    fn the_other_side_is_woken() {
        let (turn, sfu) = Handover::pair(3).unwrap();
        let (poll, mut woken) = (Poll::new().unwrap(), Woken::new());
        poll.add(&turn, Source::Handover).unwrap();
        assert_eq!(poll.wait(&mut woken, Duration::ZERO).unwrap(), 0);
        sfu.give(Packet { relayed: address(1), sfu: address(2), bytes: b"x" });
        assert_eq!(poll.wait(&mut woken, Duration::from_secs(5)).unwrap(), 1);
        turn.clear();
        assert!(turn.take(&mut [0; 2]).is_some());
        assert_eq!(poll.wait(&mut woken, Duration::ZERO).unwrap(), 0);
    }

    #[test]
    fn packet_that_fits_nowhere_is_passed_over() {
        let (turn, sfu) = Handover::pair(3).unwrap();
        assert!(!turn.give(Packet {
            relayed: address(1),
            sfu: address(2),
            bytes: &[0; MAX_PAYLOAD_BYTES + 1]
        }));
        turn.give(Packet { relayed: address(1), sfu: address(2), bytes: &[0; 9] });
        turn.give(Packet { relayed: address(1), sfu: address(2), bytes: &[0; 2] });
        assert_eq!(sfu.take(&mut [0; 4]), Some((address(1), address(2), 2)));
    }
}
