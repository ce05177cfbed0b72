//! Which sockets have something to read, or room to write.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::event::{EventfdFlags, Timespec, eventfd};

/// Events that one wake looks at; what is left is told at the next.
const EVENTS: usize = 128;

/// What woke the thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The UDP port.
    Datagrams,
    /// The port for TCP.
    Tcp,
    /// The port for TLS.
    Tls,
    /// Somebody in this process who has an order.
    Orders,
    /// The SFU.
    Handover,
    /// A lent socket, by its place.
    Relay(u32),
    /// A stream, by its place.
    Stream(u32),
}

impl Source {
    fn token(self) -> u64 {
        let (kind, place) = match self {
            Self::Datagrams => (0, 0),
            Self::Tcp => (1, 0),
            Self::Tls => (2, 0),
            Self::Orders => (3, 0),
            Self::Handover => (4, 0),
            Self::Relay(place) => (5, place),
            Self::Stream(place) => (6, place),
        };
        kind << 32 | u64::from(place)
    }

    fn of(token: u64) -> Self {
        match token >> 32 {
            0 => Self::Datagrams,
            1 => Self::Tcp,
            2 => Self::Tls,
            3 => Self::Orders,
            4 => Self::Handover,
            5 => Self::Relay(token as u32),
            _ => Self::Stream(token as u32),
        }
    }
}

/// What is there to do at a source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ready {
    pub(crate) source: Source,
    /// There are bytes, an end or an error to be read.
    pub(crate) is_readable: bool,
    /// What did not fit can go on.
    pub(crate) is_writable: bool,
}

pub(crate) struct Poll {
    epoll: OwnedFd,
}

/// What a wait has found. It stays in the thread that waits.
pub(crate) struct Woken(Vec<Event>);

impl Poll {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { epoll: epoll::create(CreateFlags::CLOEXEC)? })
    }

    pub(crate) fn add(&self, socket: impl AsFd, source: Source) -> io::Result<()> {
        Ok(epoll::add(&self.epoll, socket, EventData::new_u64(source.token()), EventFlags::IN)?)
    }

    /// Also tells, or no longer, when there is room to write.
    pub(crate) fn watch_room(&self, socket: impl AsFd, source: Source, is_watched: bool) -> io::Result<()> {
        let flags = if is_watched { EventFlags::IN | EventFlags::OUT } else { EventFlags::IN };
        Ok(epoll::modify(&self.epoll, socket, EventData::new_u64(source.token()), flags)?)
    }

    /// Waits until there is something to do, or `at_most` has passed; says how much.
    pub(crate) fn wait(&self, woken: &mut Woken, at_most: Duration) -> io::Result<usize> {
        let timeout =
            Timespec { tv_sec: at_most.as_secs() as i64, tv_nsec: i64::from(at_most.subsec_nanos()) };
        woken.0.clear();
        match epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut woken.0), Some(&timeout)) {
            Ok(count) => Ok(count),
            Err(rustix::io::Errno::INTR) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }
}

impl Woken {
    pub(crate) fn new() -> Self {
        Self(Vec::with_capacity(EVENTS))
    }

    /// The `n`th thing to do since the last wait.
    pub(crate) fn ready(&self, n: usize) -> Option<Ready> {
        let event = self.0.get(n)?;
        let flags = event.flags;
        Some(Ready {
            source: Source::of(event.data.u64()),
            is_readable: flags
                .intersects(EventFlags::IN | EventFlags::HUP | EventFlags::ERR | EventFlags::RDHUP),
            is_writable: flags.contains(EventFlags::OUT),
        })
    }
}

/// Wakes a thread that waits in [`Poll`].
#[derive(Debug)]
pub(crate) struct Waker(OwnedFd);

impl Waker {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self(eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?))
    }

    pub(crate) fn wake(&self) {
        // It fails only when it has been called 2^64 times unheard.
        let _ = rustix::io::write(&self.0, &1u64.to_ne_bytes());
    }

    pub(crate) fn clear(&self) {
        let _ = rustix::io::read(&self.0, &mut [0u8; 8]);
    }
}

impl AsFd for Waker {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_told_apart() {
        let sources = [
            Source::Datagrams,
            Source::Tcp,
            Source::Tls,
            Source::Orders,
            Source::Handover,
            Source::Relay(0),
            Source::Relay(u32::MAX),
            Source::Stream(7),
        ];
        assert!(sources.iter().all(|source| Source::of(source.token()) == *source));
    }

    #[test]
    fn a_waker_wakes_once() {
        let (poll, mut woken) = (Poll::new().unwrap(), Woken::new());
        let waker = Waker::new().unwrap();
        poll.add(&waker, Source::Orders).unwrap();
        assert_eq!(poll.wait(&mut woken, Duration::ZERO).unwrap(), 0);
        waker.wake();
        waker.wake();
        assert_eq!(poll.wait(&mut woken, Duration::from_secs(5)).unwrap(), 1);
        assert!(woken.ready(0).is_some_and(|one| one.source == Source::Orders && one.is_readable));
        waker.clear();
        assert_eq!(poll.wait(&mut woken, Duration::ZERO).unwrap(), 0);
    }
}
