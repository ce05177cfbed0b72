//! Datagrams, many to a system call: recvmmsg(2) and sendmmsg(2), in memory that is there from the beginning.

use std::io::{IoSlice, IoSliceMut};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::ops::Range;
use std::os::fd::{AsRawFd, RawFd};

use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrLike, SockaddrStorage, recvmmsg, sendmmsg};

use super::MAX_PAYLOAD_BYTES;
use crate::turn::{HEADROOM, Reply, TAILROOM};

/// Datagrams that share a system call. At 10,000 packets a second some ten arrive within a millisecond.
pub(crate) const BATCH: usize = 32;
/// A payload, and what is written around it. A STUN message that carries a payload needs some more.
const SLOT_BYTES: usize = HEADROOM + MAX_PAYLOAD_BYTES + 128 + TAILROOM;

/// A datagram that was received: `slot(n)[HEADROOM..HEADROOM + length]`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Received {
    pub(crate) from: SocketAddr,
    pub(crate) length: usize,
    /// It was longer than a slot, and is not whole.
    pub(crate) is_cut: bool,
}

/// Where the bytes are that are to be sent.
#[derive(Clone, Debug)]
enum Place {
    /// In the slot that was received into.
    Slot(Range<usize>),
    /// In the answer that belongs to the slot.
    Reply(usize),
}

/// Slots for datagrams, and an answer for each.
pub(crate) struct Datagrams {
    slots: Box<[[u8; SLOT_BYTES]]>,
    replies: Box<[Reply]>,
    /// Headers to receive with, by family: the system writes into them how long an address was, and takes no longer one later.
    receiving: [MultiHeaders<SockaddrStorage>; 2],
    /// Headers to send with: they are left pointing to what was sent.
    sending: MultiHeaders<SockaddrStorage>,
    received: [Received; BATCH],
    filled: usize,
    to_send: Vec<(usize, Place, SocketAddr)>,
}

impl Datagrams {
    pub(crate) fn new() -> Self {
        let nobody =
            Received { from: SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 0), length: 0, is_cut: false };
        Self {
            slots: vec![[0; SLOT_BYTES]; BATCH].into_boxed_slice(),
            replies: (0..BATCH).map(|_| Reply::new()).collect(),
            receiving: [(); 2].map(|()| MultiHeaders::preallocate(BATCH, None)),
            sending: MultiHeaders::preallocate(BATCH, None),
            received: [nobody; BATCH],
            filled: 0,
            to_send: Vec::with_capacity(BATCH),
        }
    }

    /// Slots that are free.
    pub(crate) fn room(&self) -> usize {
        BATCH - self.filled
    }

    /// Receives what has come, `at_most` so many, into free slots, and says into which. `is_v4` says of which family the socket is.
    pub(crate) fn receive(&mut self, socket: RawFd, is_v4: bool, at_most: usize) -> Range<usize> {
        let first = self.filled;
        let headers = &mut self.receiving[usize::from(is_v4)];
        let count = receive(socket, headers, &mut self.slots[first..], &mut self.received[first..], at_most);
        self.filled = first + count;
        first..self.filled
    }

    /// Takes a free slot for a payload that comes from within.
    pub(crate) fn take_slot(&mut self) -> Option<usize> {
        let at = self.filled;
        (at < BATCH).then(|| {
            self.filled += 1;
            at
        })
    }

    pub(crate) fn received(&self, at: usize) -> Received {
        self.received[at]
    }

    /// A received datagram's bytes, and the memory for its answer.
    pub(crate) fn parts(&mut self, at: usize) -> (&[u8], &mut Reply) {
        let length = self.received[at].length;
        (&self.slots[at][HEADROOM..HEADROOM + length], &mut self.replies[at])
    }

    /// All of a slot.
    pub(crate) fn slot(&mut self, at: usize) -> &mut [u8] {
        &mut self.slots[at]
    }

    /// Sends the answer of a slot with the next [`flush`](Self::flush).
    pub(crate) fn queue_reply(&mut self, at: usize, length: usize, to: SocketAddr) {
        self.to_send.push((at, Place::Reply(length), to));
    }

    /// Sends a part of a slot with the next [`flush`](Self::flush).
    pub(crate) fn queue_slot(&mut self, at: usize, part: Range<usize>, to: SocketAddr) {
        self.to_send.push((at, Place::Slot(part), to));
    }

    /// Sends what is queued and frees all slots. What the system does not take is lost, as datagrams are.
    pub(crate) fn flush(&mut self, socket: Option<&UdpSocket>) {
        if let (Some(socket), false) = (socket, self.to_send.is_empty()) {
            self.send(socket.as_raw_fd());
        }
        self.to_send.clear();
        self.filled = 0;
    }

    fn send(&mut self, socket: RawFd) {
        let count = self.to_send.len().min(BATCH);
        let bytes_of = |(at, place, _): &(usize, Place, SocketAddr)| match place {
            Place::Slot(part) => self.slots[*at].get(part.clone()).unwrap_or_default(),
            Place::Reply(length) => self.replies[*at].bytes.get(..*length).unwrap_or_default(),
        };
        let slices: [[IoSlice<'_>; 1]; BATCH] =
            std::array::from_fn(|n| [IoSlice::new(self.to_send.get(n).map_or(&[][..], bytes_of))]);
        let addresses: [Option<SockaddrStorage>; BATCH] =
            std::array::from_fn(|n| self.to_send.get(n).map(|(_, _, to)| SockaddrStorage::from(*to)));
        let mut sent = 0;
        while sent < count {
            let rest = (&slices[sent..count], &addresses[sent..count]);
            match sendmmsg(socket, &mut self.sending, rest.0, rest.1, [], MsgFlags::MSG_DONTWAIT) {
                Ok(results) => sent += results.count().max(1),
                Err(nix::errno::Errno::EINTR) => {}
                Err(nix::errno::Errno::EAGAIN) => return,
                // One that cannot be sent, to a network that is away for one: the others can.
                Err(_) => sent += 1,
            }
        }
    }
}

fn receive(
    socket: RawFd,
    headers: &mut MultiHeaders<SockaddrStorage>,
    slots: &mut [[u8; SLOT_BYTES]],
    received: &mut [Received],
    at_most: usize,
) -> usize {
    let mut slots = slots.iter_mut();
    let mut slices: [[IoSliceMut<'_>; 1]; BATCH] = std::array::from_fn(|_| {
        [IoSliceMut::new(slots.next().map_or(&mut [][..], |slot| &mut slot[HEADROOM..SLOT_BYTES - TAILROOM]))]
    });
    let wanted = at_most.min(received.len());
    let Ok(results) = recvmmsg(socket, headers, slices[..wanted].iter_mut(), MsgFlags::MSG_DONTWAIT, None)
    else {
        return 0;
    };
    let mut count = 0;
    for (place, result) in received.iter_mut().zip(results) {
        let from = result.address.and_then(address_of);
        let nobody = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 0);
        let is_cut = result.flags.contains(MsgFlags::MSG_TRUNC) || from.is_none();
        *place = Received { from: from.unwrap_or(nobody), length: result.bytes, is_cut };
        count += 1;
    }
    count
}

fn address_of(address: SockaddrStorage) -> Option<SocketAddr> {
    match address.family()? {
        nix::sys::socket::AddressFamily::Inet => {
            address.as_sockaddr_in().map(|one| SocketAddr::V4((*one).into()))
        }
        nix::sys::socket::AddressFamily::Inet6 => {
            address.as_sockaddr_in6().map(|one| SocketAddr::V6((*one).into()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn pair(host: &str) -> (UdpSocket, UdpSocket) {
        let [one, other] = [(); 2].map(|()| UdpSocket::bind((host, 0)).unwrap());
        other.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        (one, other)
    }

    #[test]
    fn datagrams_are_received_and_sent_back_with_their_headers() {
        let mut datagrams = Datagrams::new();
        for host in ["127.0.0.1", "::1"] {
            let (here, there) = pair(host);
            let receive = |datagrams: &mut Datagrams, at_most| {
                datagrams.receive(here.as_raw_fd(), host == "127.0.0.1", at_most)
            };
            let address = here.local_addr().unwrap();
            (0..40u8).for_each(|n| {
                assert_eq!(there.send_to(&vec![n; usize::from(n) + 1], address).unwrap(), usize::from(n) + 1)
            });
            assert_eq!(receive(&mut datagrams, 3), 0..3);
            assert_eq!(receive(&mut datagrams, BATCH), 3..BATCH);
            assert_eq!(datagrams.room(), 0);
            for at in 0..BATCH {
                let received = datagrams.received(at);
                assert_eq!(
                    (received.from, received.length, received.is_cut),
                    (there.local_addr().unwrap(), at + 1, false)
                );
                datagrams.slot(at)[HEADROOM - 1] = 0xEE;
                datagrams.queue_slot(at, HEADROOM - 1..HEADROOM + received.length, received.from);
            }
            datagrams.flush(Some(&here));
            assert_eq!(receive(&mut datagrams, BATCH).len(), 8);
            datagrams.flush(None);
            for n in 0..BATCH {
                let mut bytes = [0; 100];
                let length = there.recv(&mut bytes).unwrap();
                assert_eq!(bytes[..length], [&[0xEE][..], &vec![n as u8; n + 1]].concat());
            }
        }
    }

    #[test]
    fn what_is_longer_than_a_slot_is_told() {
        let (here, there) = pair("127.0.0.1");
        for length in [SLOT_BYTES - HEADROOM - TAILROOM, SLOT_BYTES - HEADROOM - TAILROOM + 1] {
            there.send_to(&vec![1; length], here.local_addr().unwrap()).unwrap();
        }
        let mut datagrams = Datagrams::new();
        let cut: Vec<_> = datagrams
            .receive(here.as_raw_fd(), true, BATCH)
            .map(|at| datagrams.received(at).is_cut)
            .collect();
        assert_eq!(cut, [false, true]);
    }

    #[test]
    fn one_that_cannot_be_sent_does_not_keep_the_others() {
        let (here, there) = pair("127.0.0.1");
        there.send_to(b"one", here.local_addr().unwrap()).unwrap();
        let mut datagrams = Datagrams::new();
        datagrams.receive(here.as_raw_fd(), true, 1);
        let to = there.local_addr().unwrap();
        datagrams.queue_slot(0, HEADROOM..HEADROOM + 3, "[2001:db8::1]:1".parse().unwrap());
        datagrams.queue_slot(0, HEADROOM..HEADROOM + 3, to);
        datagrams.flush(Some(&here));
        assert_eq!(there.recv(&mut [0; 9]).unwrap(), 3);
    }
}
