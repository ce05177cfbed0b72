//! Sockets that are lent to the server for peers outside of this process.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::os::fd::{AsRawFd, RawFd};

use super::poll::{Poll, Source};
use crate::turn::Server;

/// Sockets with an even and with an odd port that are kept ready for each address.
const READY_EACH: usize = 4;
/// Sockets that are opened at once in search of both kinds; the system deals ports at random.
const TRIES: usize = 32;
/// Bytes that a socket holds of what has arrived: a tenth of a second of one allocation's share.
const BUFFER_BYTES: usize = 256 * 1024;

#[derive(Default)]
pub(crate) struct Relays {
    sockets: Vec<Option<(UdpSocket, SocketAddr)>>,
    free: Vec<u32>,
    places: HashMap<SocketAddr, u32>,
}

impl Relays {
    pub(crate) fn socket(&self, place: u32) -> Option<(RawFd, SocketAddr)> {
        let (socket, address) = self.sockets.get(place as usize)?.as_ref()?;
        Some((socket.as_raw_fd(), *address))
    }

    /// Sends a payload to a peer. What the system does not take is lost, as datagrams are.
    pub(crate) fn send(&self, relayed: SocketAddr, peer: SocketAddr, bytes: &[u8]) {
        let place = self.places.get(&relayed).and_then(|place| self.sockets.get(*place as usize));
        if let Some(Some((socket, _))) = place {
            let _ = socket.send_to(bytes, peer);
        }
    }

    pub(crate) fn close(&mut self, relayed: SocketAddr) {
        if let Some(place) = self.places.remove(&relayed) {
            self.sockets[place as usize] = None;
            self.free.push(place);
        }
    }

    /// Opens sockets until the server has enough of both kinds on each address.
    pub(crate) fn top_up(
        &mut self,
        server: &mut Server,
        addresses: &[IpAddr],
        poll: &Poll,
    ) -> io::Result<()> {
        for ip in addresses {
            let mut tries = 0;
            while tries < TRIES && lacks(server.lent(), *ip) {
                tries += 1;
                self.open(server, *ip, poll)?;
            }
        }
        Ok(())
    }

    fn open(&mut self, server: &mut Server, ip: IpAddr, poll: &Poll) -> io::Result<()> {
        let socket = UdpSocket::bind((ip, 0))?;
        let address = socket.local_addr()?;
        if count(server.lent(), ip, address.port() % 2) >= READY_EACH {
            return Ok(());
        }
        socket.set_nonblocking(true)?;
        let _ = socket2::SockRef::from(&socket).set_recv_buffer_size(BUFFER_BYTES);
        let place = self.free.pop().unwrap_or(self.sockets.len() as u32);
        poll.add(&socket, Source::Relay(place))?;
        if place as usize == self.sockets.len() {
            self.sockets.push(None);
        }
        self.sockets[place as usize] = Some((socket, address));
        self.places.insert(address, place);
        server.lend(address);
        Ok(())
    }
}

fn count(lent: &[SocketAddr], ip: IpAddr, parity: u16) -> usize {
    lent.iter().filter(|one| one.ip() == ip && one.port() % 2 == parity).count()
}

fn lacks(lent: &[SocketAddr], ip: IpAddr) -> bool {
    [0, 1].iter().any(|parity| count(lent, ip, *parity) < READY_EACH)
}
