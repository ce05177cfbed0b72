//! Our server, started as a process.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::process::{ChildStdin, ChildStdout};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use holdfast_media::turn::credentials::{Credentials, SharedKey};

use crate::process::{self, Process};
use crate::turn_server::KEY;

/// The server tells its status to itself once a second.
const STATUS_AGE: Duration = Duration::from_millis(1300);

/// Our server.
#[derive(Debug)]
pub struct Ours {
    /// Its process.
    pub process: Process,
    /// Its port for UDP.
    pub udp: SocketAddr,
    /// Its port for TCP.
    pub tcp: SocketAddr,
    /// Its port for TLS.
    pub tls: SocketAddr,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// Where the binary is: beside the one that runs, or where a test was told.
fn binary() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("HOLDFAST_TURN_SERVER") {
        return Ok(path.into());
    }
    let me = std::env::current_exe()?;
    let beside = me.with_file_name("turn-server");
    let above = me.parent().and_then(|folder| folder.parent()).map(|folder| folder.join("turn-server"));
    let found = [Some(beside), above].into_iter().flatten().find(|path| path.exists());
    found.context("turn-server has not been built; run `cargo build -p holdfast-media-tests --bins`")
}

impl Ours {
    /// Starts it on `ip`.
    ///
    /// # Errors
    /// It has not been built, or did not start.
    pub fn start(ip: IpAddr, args: &[String]) -> Result<Self> {
        let args = [&["--ip".to_owned(), ip.to_string()][..], args].concat();
        let (process, input, mut output) = Process::piped(&binary()?, &args)?;
        let line = process::next_line(&mut output)?;
        let ports: Vec<u16> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        let &[udp, tcp, tls] = &ports[..] else { anyhow::bail!("turn-server said {line:?}") };
        let [udp, tcp, tls] = [udp, tcp, tls].map(|port| SocketAddr::new(ip, port));
        Ok(Self { process, udp, tcp, tls, input, output })
    }

    /// What it says of itself, as it is now. Cost: a second.
    ///
    /// # Errors
    /// It has ended.
    pub fn status(&mut self) -> Result<BTreeMap<String, u64>> {
        std::thread::sleep(STATUS_AGE);
        self.process.must_run()?;
        let line = process::ask(&mut self.input, &mut self.output)?;
        let pair = |word: &str| {
            let (name, value) = word.split_once('=')?;
            Some((name.to_owned(), value.parse().ok()?))
        };
        Ok(line.split_whitespace().filter_map(pair).collect())
    }
}

/// Seconds since 1970.
#[must_use]
pub fn unix_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Credentials that are in force for as long as any are.
///
/// # Errors
/// The ids are none.
pub fn credentials(visit: &str, member: &str) -> Result<Credentials> {
    SharedKey::new(KEY).credentials(unix_s(), 295, visit, member).context("a lawful visit and member")
}

/// Loopback of IPv4 or IPv6.
#[must_use]
pub fn loopback(is_v4: bool) -> IpAddr {
    if is_v4 { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() }
}

/// A port that is free, as is the next one: coturn's client also asks for a channel to the port behind its peer's.
///
/// # Errors
/// None is.
pub fn two_free_ports(ip: IpAddr) -> Result<u16> {
    for _ in 0..100 {
        let first = UdpSocket::bind((ip, 0))?;
        let port = first.local_addr()?.port();
        if port < u16::MAX && UdpSocket::bind((ip, port + 1)).is_ok() {
            return Ok(port);
        }
    }
    anyhow::bail!("no two ports in a row are free on {ip}")
}
