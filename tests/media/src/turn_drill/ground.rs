//! Where packets may arrive, and where they must not.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Result;

use super::wire::receive;

/// How a lawful payload begins; all else is hostile.
pub(crate) const LAWFUL: &[u8] = b"lawful";
/// How long the last packets may take to arrive.
const LAST: Duration = Duration::from_millis(400);

/// The lawful peer, which sends back what is lawful; and sockets beside it that nobody may reach.
#[derive(Debug)]
pub(crate) struct Ground {
    pub(crate) peer: SocketAddr,
    canaries: Vec<UdpSocket>,
    hostile_at_peer: Arc<AtomicU64>,
    is_over: Arc<AtomicBool>,
    echo: Option<JoinHandle<()>>,
}

impl Ground {
    /// Opens all of them on the loopback addresses of this machine.
    pub(crate) fn open(ip: IpAddr) -> Result<Self> {
        let socket = UdpSocket::bind((ip, 0))?;
        let peer = socket.local_addr()?;
        let mut canaries = vec![UdpSocket::bind((ip, 0))?];
        // The peer's port on the machine's other addresses.
        let others: [IpAddr; 4] = [
            Ipv4Addr::LOCALHOST.into(),
            Ipv4Addr::new(127, 0, 0, 2).into(),
            Ipv4Addr::new(127, 127, 127, 127).into(),
            std::net::Ipv6Addr::LOCALHOST.into(),
        ];
        for other in others.into_iter().filter(|other| *other != ip) {
            canaries.push(UdpSocket::bind((other, peer.port())).or_else(|_| UdpSocket::bind((other, 0)))?);
        }
        for canary in &canaries {
            canary.set_nonblocking(true)?;
        }
        let (hostile_at_peer, is_over) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (hostile, over) = (hostile_at_peer.clone(), is_over.clone());
        socket.set_read_timeout(Some(Duration::from_millis(100)))?;
        let echo = std::thread::spawn(move || echo(&socket, &hostile, &over));
        Ok(Self { peer, canaries, hostile_at_peer, is_over, echo: Some(echo) })
    }

    /// Addresses that nobody may reach, and that would notice.
    pub(crate) fn forbidden(&self) -> Vec<SocketAddr> {
        self.canaries.iter().filter_map(|canary| canary.local_addr().ok()).collect()
    }

    /// Packets that have arrived where none may, or at the peer without being lawful. Each is told once.
    pub(crate) fn arrived(&self) -> Result<u64> {
        std::thread::sleep(LAST);
        let mut count = self.hostile_at_peer.swap(0, Ordering::Relaxed);
        let mut buffer = [0; 2048];
        for canary in &self.canaries {
            while receive(canary, &mut buffer)?.is_some() {
                count += 1;
            }
        }
        Ok(count)
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(echo) = self.echo.take() {
            let _ = echo.join();
        }
    }
}

fn echo(socket: &UdpSocket, hostile: &AtomicU64, is_over: &AtomicBool) {
    let mut buffer = [0; 2048];
    while !is_over.load(Ordering::Relaxed) {
        match socket.recv_from(&mut buffer) {
            Ok((length, from)) if buffer[..length].starts_with(LAWFUL) => {
                let _ = socket.send_to(&buffer[..length], from);
            }
            Ok(_) => _ = hostile.fetch_add(1, Ordering::Relaxed),
            Err(_) => {}
        }
    }
}
