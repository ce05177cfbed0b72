//! The little of a URL that the supervisor needs: scheme, host, port, path.

use anyhow::{Context, Result};
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, ToSocketAddrs};

/// `SCHEME://HOST:PORT/PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    scheme: String,
    authority: String,
    path: String,
}

impl Address {
    pub(super) fn parse(url: &str) -> Result<Self> {
        let (scheme, rest) = url.split_once("://").with_context(|| format!("\"{url}\" is no URL"))?;
        let end = rest.find('/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        Ok(Self { scheme: scheme.to_owned(), authority: authority.to_owned(), path: path.to_owned() })
    }

    /// Where to connect.
    pub(super) fn socket(&self) -> Result<SocketAddr> {
        let mut found =
            self.authority.to_socket_addrs().with_context(|| format!("{self} names no host and port"))?;
        found.next().with_context(|| format!("{self} has no address"))
    }

    /// The same URL at another socket.
    pub(super) fn with_socket(&self, socket: SocketAddr) -> Self {
        Self { authority: socket.to_string(), ..self.clone() }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}://{}{}", self.scheme, self.authority, self.path)
    }
}

/// This port on loopback when it is free, else port 0 (the server picks one).
pub(super) fn free_or_any(port: u16) -> SocketAddr {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
    SocketAddr::from((Ipv4Addr::LOCALHOST, if free { port } else { 0 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_is_swapped_and_all_else_stays() {
        let address = Address::parse("https://127.0.0.1:4443/sync").unwrap();
        assert_eq!(address.socket().unwrap().port(), 4443);
        let other = address.with_socket(SocketAddr::from(([127, 0, 0, 1], 9)));
        assert_eq!(other.to_string(), "https://127.0.0.1:9/sync");
        assert_eq!(Address::parse("http://127.0.0.1:1").unwrap().to_string(), "http://127.0.0.1:1");
        assert!(Address::parse("127.0.0.1:1").is_err());
    }

    #[test]
    fn a_taken_port_is_left_alone() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        assert_eq!(free_or_any(taken.local_addr().unwrap().port()).port(), 0);
    }
}
