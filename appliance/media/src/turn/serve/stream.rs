//! One stream of a client: its bytes in frames, plain or within TLS, and what waits to be read by it.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::ops::Range;

use rustls::ServerConnection;

use super::MAX_PAYLOAD_BYTES;
use crate::stun::stream::{Next, next};
use crate::turn::FiveTuple;

/// The longest frame that is taken: a Send indication with a payload of the longest kind.
const MAX_FRAME_BYTES: usize = MAX_PAYLOAD_BYTES + 128;
/// Bytes of frames that are held at once.
const INCOMING_BYTES: usize = 2 * MAX_FRAME_BYTES;
/// Bytes that may wait to be read by the client: half a second of one video at 1 Mbit/s. Older media serves nobody.
const OUTGOING_BYTES: usize = 64 * 1024;
/// Reads at one wake, so that one stream does not keep the others waiting.
const READS: usize = 8;

/// What has become of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// There may be more.
    Open,
    /// It has ended, or broken, or sent what no client sends.
    Ended,
}

pub(crate) struct Stream {
    pub(crate) socket: TcpStream,
    pub(crate) client: FiveTuple,
    tls: Option<Box<ServerConnection>>,
    incoming: Box<[u8; INCOMING_BYTES]>,
    /// The part of `incoming` that is not taken yet.
    held: Range<usize>,
    outgoing: Vec<u8>,
    written: usize,
    /// Since when it has had no allocation.
    pub(crate) stranger_since_ms: Option<u64>,
    /// Since when the client has read nothing although there was something.
    pub(crate) unread_since_ms: Option<u64>,
    /// Whether the poll tells of room to write.
    pub(crate) is_room_watched: bool,
    /// Whether it waits to be flushed at the end of this wake.
    pub(crate) is_dirty: bool,
}

impl Stream {
    pub(crate) fn new(
        socket: TcpStream,
        client: FiveTuple,
        tls: Option<Box<ServerConnection>>,
        now_ms: u64,
    ) -> Self {
        Self {
            socket,
            client,
            tls,
            incoming: Box::new([0; INCOMING_BYTES]),
            held: 0..0,
            outgoing: Vec::new(),
            written: 0,
            stranger_since_ms: Some(now_ms),
            unread_since_ms: None,
            is_room_watched: false,
            is_dirty: false,
        }
    }

    /// Reads what has come, and gives each frame to `take`, with this stream to answer on.
    pub(crate) fn read(&mut self, mut take: impl FnMut(&mut Outgoing<'_>, &[u8])) -> Progress {
        let mut reads = READS;
        loop {
            let count = match self.read_some(&mut reads) {
                Ok(0) => return Progress::Ended,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Progress::Open,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return Progress::Ended,
            };
            self.held.end += count;
            if self.take_frames(&mut take) == Progress::Ended {
                return Progress::Ended;
            }
        }
    }

    /// Reads plain bytes behind those that are held. 0 is the end. What TLS holds is read to its end whatever the budget of reads: the poll
    /// does not tell of it.
    fn read_some(&mut self, reads: &mut usize) -> io::Result<usize> {
        let room = &mut self.incoming[self.held.end..];
        loop {
            if let Some(tls) = &mut self.tls {
                match tls.reader().read(room) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    done => return done,
                }
            }
            *reads = reads.checked_sub(1).ok_or(io::ErrorKind::WouldBlock)?;
            let Some(tls) = &mut self.tls else { return self.socket.read(room) };
            if tls.read_tls(&mut self.socket)? == 0 {
                return Ok(0);
            }
            let state = tls.process_new_packets();
            // The handshake's answers, an alert among them.
            while tls.wants_write() && self.outgoing.len() < OUTGOING_BYTES {
                tls.write_tls(&mut self.outgoing)?;
            }
            self.is_dirty |= !self.outgoing.is_empty();
            state.map_err(io::Error::other)?;
        }
    }

    fn take_frames(&mut self, take: &mut impl FnMut(&mut Outgoing<'_>, &[u8])) -> Progress {
        loop {
            let bytes = &self.incoming[self.held.clone()];
            match next(bytes, MAX_FRAME_BYTES) {
                Next::Whole { length, padded } => {
                    let mut outgoing = Outgoing {
                        tls: &mut self.tls,
                        bytes: &mut self.outgoing,
                        is_dirty: &mut self.is_dirty,
                    };
                    take(&mut outgoing, &bytes[..length]);
                    self.held.start += padded;
                }
                Next::Partial => break,
                Next::Broken => return Progress::Ended,
            }
        }
        // What is held is less than a frame, so that behind it there is room for one.
        self.incoming.copy_within(self.held.clone(), 0);
        self.held = 0..self.held.len();
        Progress::Open
    }

    /// Where what is to be sent is put.
    pub(crate) fn outgoing(&mut self) -> Outgoing<'_> {
        Outgoing { tls: &mut self.tls, bytes: &mut self.outgoing, is_dirty: &mut self.is_dirty }
    }

    /// Writes as much of what waits as the client takes.
    pub(crate) fn flush(&mut self, now_ms: u64) -> Progress {
        self.is_dirty = false;
        while self.written < self.outgoing.len() {
            match self.socket.write(&self.outgoing[self.written..]) {
                Ok(0) => return Progress::Ended,
                Ok(count) => {
                    self.written += count;
                    self.unread_since_ms = None;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.unread_since_ms.get_or_insert(now_ms);
                    // Moved to the front when half is gone, so that it stays within twice its bound.
                    if self.written > OUTGOING_BYTES / 2 {
                        self.outgoing.drain(..self.written);
                        self.written = 0;
                    }
                    return Progress::Open;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Progress::Ended,
            }
        }
        self.unread_since_ms = None;
        self.outgoing.clear();
        self.written = 0;
        Progress::Open
    }

    /// Whether there is something that the client has not taken.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.outgoing.is_empty()
    }
}

/// The end of a stream that is written to.
pub(crate) struct Outgoing<'a> {
    tls: &'a mut Option<Box<ServerConnection>>,
    bytes: &'a mut Vec<u8>,
    is_dirty: &'a mut bool,
}

impl Outgoing<'_> {
    /// Puts a whole frame behind what waits. Says whether there was room: if not, all of it is left off, so that frames stay whole.
    pub(crate) fn put(&mut self, frame: &[u8]) -> bool {
        if self.bytes.len() + frame.len() > OUTGOING_BYTES {
            return false;
        }
        match self.tls {
            None => self.bytes.extend_from_slice(frame),
            Some(tls) => {
                // Into memory: neither fails, and what is put is encrypted at once.
                let _ = tls.writer().write_all(frame);
                while tls.wants_write() && matches!(tls.write_tls(self.bytes), Ok(1..)) {}
            }
        }
        *self.is_dirty = true;
        true
    }
}
