//! A shard's UDP port: many datagrams a call in (`recvmmsg`, GRO), each with the address that it was sent to, so that an
//! answer leaves from there even on a machine with several (RFC 8445 §7.3.1.2 wants it so).

use quinn_udp::{BATCH_SIZE, RecvMeta, Transmit, UdpSockRef, UdpSocketState};
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::os::fd::{AsFd, BorrowedFd};

/// Room in one buffer: as many datagrams as the kernel joins into one (64), of 1,500 bytes.
const BUFFER: usize = 64 * 1_500;

/// Asked of the kernel for both directions, in bytes: 100 ms of 50 visits of 2 Mbit/s.
const KERNEL_BUFFER: usize = 4 << 20;

/// The port could not be had.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot open the media port {address}; see which program has it (ss -lunp), or set another in relay.ports"
)]
pub struct SocketError {
    /// Which.
    pub address: SocketAddr,
    /// What the kernel said.
    #[source]
    pub source: io::Error,
}

/// The port.
pub(super) struct Socket {
    socket: UdpSocket,
    state: UdpSocketState,
    local: SocketAddr,
}

/// What was received, and where it lies; kept between calls.
pub(super) struct Inbox {
    buffers: Vec<Box<[u8]>>,
    metas: [RecvMeta; BATCH_SIZE],
}

/// One datagram.
pub(super) struct Datagram<'a> {
    pub(super) from: SocketAddr,
    pub(super) to: Option<IpAddr>,
    pub(super) bytes: &'a [u8],
}

impl Inbox {
    pub(super) fn new() -> Self {
        let buffers = (0..BATCH_SIZE).map(|_| vec![0; BUFFER].into_boxed_slice()).collect();
        Self { buffers, metas: [RecvMeta::default(); BATCH_SIZE] }
    }

    /// Without room for anything: what stands in its place while its datagrams are looked at.
    pub(super) fn empty() -> Self {
        Self { buffers: Vec::new(), metas: [RecvMeta::default(); BATCH_SIZE] }
    }

    /// The datagrams of the last [`Socket::receive`], of which it said how many buffers there were.
    pub(super) fn datagrams(&self, count: usize) -> impl Iterator<Item = Datagram<'_>> {
        self.metas[..count].iter().zip(&self.buffers).flat_map(|(meta, buffer)| {
            let stride = meta.stride.max(1);
            let from = SocketAddr::new(meta.addr.ip().to_canonical(), meta.addr.port());
            let to = meta.dst_ip.map(|ip| ip.to_canonical());
            buffer[..meta.len].chunks(stride).map(move |bytes| Datagram { from, to, bytes })
        })
    }
}

impl Socket {
    /// Opens it; port 0 picks one.
    pub(super) fn open(address: SocketAddr) -> Result<Self, SocketError> {
        let failed = |source| SocketError { address, source };
        let socket = UdpSocket::bind(address).map_err(failed)?;
        socket.set_nonblocking(true).map_err(failed)?;
        let state = UdpSocketState::new(UdpSockRef::from(&socket)).map_err(failed)?;
        // Less than asked for is no failure: the kernel's bound is the administrator's.
        let _ = state.set_recv_buffer_size(UdpSockRef::from(&socket), KERNEL_BUFFER);
        let _ = state.set_send_buffer_size(UdpSockRef::from(&socket), KERNEL_BUFFER);
        let local = socket.local_addr().map_err(failed)?;
        Ok(Self { socket, state, local })
    }

    pub(super) fn local(&self) -> SocketAddr {
        self.local
    }

    /// Takes what is there; how many buffers of the inbox it filled, 0 if nothing was there.
    pub(super) fn receive(&self, inbox: &mut Inbox) -> io::Result<usize> {
        let mut buffers = inbox.buffers.iter_mut().map(|buffer| IoSliceMut::new(buffer));
        let mut slices: [IoSliceMut<'_>; BATCH_SIZE] =
            std::array::from_fn(|_| buffers.next().unwrap_or_else(|| IoSliceMut::new(&mut [])));
        match self.state.recv(UdpSockRef::from(&self.socket), &mut slices, &mut inbox.metas) {
            Ok(count) => Ok(count),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {
                Ok(0)
            }
            // What came back of a datagram to a port that is closed (ICMP) says nothing of this one.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// Sends one. False if the kernel did not take it: then it is lost, as on any network.
    pub(super) fn send(&self, from: Option<IpAddr>, to: SocketAddr, bytes: &[u8]) -> bool {
        let to = SocketAddr::new(self.as_bound(to.ip()), to.port());
        let from = from.map(|ip| self.as_bound(ip));
        let transmit =
            Transmit { destination: to, ecn: None, contents: bytes, segment_size: None, src_ip: from };
        self.state.try_send(UdpSockRef::from(&self.socket), &transmit).is_ok()
    }
}

impl Socket {
    /// A port bound to an IPv6 address speaks of IPv4 ones as mapped ones (RFC 4291 §2.5.5.2).
    fn as_bound(&self, ip: IpAddr) -> IpAddr {
        match ip {
            IpAddr::V4(v4) if self.local.is_ipv6() => v4.to_ipv6_mapped().into(),
            other => other,
        }
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
