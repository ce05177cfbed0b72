//! Who speaks with the server, and over what (RFC 8656 §2.2).

use std::net::SocketAddr;

/// How a client reaches the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transport {
    /// Datagrams.
    Udp,
    /// A stream.
    Tcp,
    /// A stream within TLS.
    Tls,
}

impl Transport {
    /// Whether ChannelData is padded on it (RFC 8656 §12.5).
    #[must_use]
    pub const fn is_stream(self) -> bool {
        matches!(self, Self::Tcp | Self::Tls)
    }
}

/// A client's address, the server's, and the transport between them: what an allocation belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FiveTuple {
    /// How.
    pub transport: Transport,
    /// The server's address.
    pub server: SocketAddr,
    /// The client's address, as the server sees it.
    pub client: SocketAddr,
}

impl FiveTuple {
    /// IPv4 addresses that a socket for both families shows as IPv6 are told as what they are.
    #[must_use]
    pub fn new(transport: Transport, server: SocketAddr, client: SocketAddr) -> Self {
        Self { transport, server: plain(server), client: plain(client) }
    }
}

fn plain(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_of_a_socket_for_both_families_is_the_same_client() {
        let server = "[::ffff:192.0.2.1]:3478".parse().unwrap();
        let one = FiveTuple::new(Transport::Udp, server, "[::ffff:192.0.2.9]:5".parse().unwrap());
        assert_eq!(one.client, "192.0.2.9:5".parse().unwrap());
        assert_eq!(one.server, "192.0.2.1:3478".parse().unwrap());
    }
}
