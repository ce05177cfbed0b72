//! coturn's programs: its peer, its clients, its server.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use holdfast_media::turn::credentials::Credentials;

use crate::ours::{loopback, two_free_ports};
use crate::process::{Process, run};

/// How long a lawful client may take: ten times what it takes.
pub const CLIENT: Duration = Duration::from_secs(90);
/// What its client says last if all went well.
const LOST_NONE: &str = "Total lost packets 0 (0.000000%)";

/// A peer that sends every packet back: `turnutils_peer`.
#[derive(Debug)]
pub struct Peer {
    /// Where it is.
    pub address: SocketAddr,
    _process: Process,
}

impl Peer {
    /// Starts it on loopback.
    ///
    /// # Errors
    /// coturn is not installed.
    pub fn start(is_v4: bool) -> Result<Self> {
        let ip = loopback(is_v4);
        let port = two_free_ports(ip)?;
        let process = Process::quiet("turnutils_peer", &["-L", &ip.to_string(), "-p", &port.to_string()])?;
        std::thread::sleep(Duration::from_millis(300));
        Ok(Self { address: SocketAddr::new(ip, port), _process: process })
    }

    /// It and the port behind it, as arguments of our server.
    #[must_use]
    pub fn args(&self, name: &str) -> Vec<String> {
        let next = SocketAddr::new(self.address.ip(), self.address.port() + 1);
        [self.address, next].iter().flat_map(|one| [name.to_owned(), one.to_string()]).collect()
    }
}

/// What `turnutils_uclient` is to do.
#[derive(Clone, Debug)]
pub struct Client<'a> {
    /// The server.
    pub server: SocketAddr,
    /// The peer.
    pub peer: SocketAddr,
    /// What it signs in with.
    pub credentials: &'a Credentials,
    /// Clients at once.
    pub clients: u32,
    /// Messages of each.
    pub messages: u32,
    /// Bytes of each.
    pub bytes: u32,
    /// Further arguments.
    pub args: &'a [&'a str],
    /// How long it may take.
    pub at_most: Duration,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Messages that came back.
    pub returned: u32,
    /// Whether all did, and it said that it lost none.
    pub is_whole: bool,
    /// What it said.
    pub text: String,
}

/// Runs `turnutils_uclient`.
///
/// # Errors
/// coturn is not installed, or it did not end.
pub fn uclient(client: &Client<'_>) -> Result<Outcome> {
    let Credentials { username, password } = client.credentials;
    let mut args = vec![
        "-p".to_owned(),
        client.server.port().to_string(),
        "-u".to_owned(),
        username.clone(),
        "-w".to_owned(),
        password.clone(),
        "-e".to_owned(),
        client.peer.ip().to_string(),
        "-r".to_owned(),
        client.peer.port().to_string(),
        "-m".to_owned(),
        client.clients.to_string(),
        "-n".to_owned(),
        client.messages.to_string(),
        "-l".to_owned(),
        client.bytes.to_string(),
        "-c".to_owned(),
    ];
    args.extend(client.args.iter().map(|&arg| arg.to_owned()));
    args.push(client.server.ip().to_string());
    let said = run("turnutils_uclient", &args, client.at_most)?;
    let returned = last_number(&said.text, "tot_recv_msgs=").unwrap_or(0);
    let is_whole = said.text.contains(LOST_NONE) && returned == client.clients * client.messages;
    Ok(Outcome { returned, is_whole, text: said.text })
}

/// The last number in a text that stands behind `name`.
fn last_number(text: &str, name: &str) -> Option<u32> {
    let rest = &text[text.rfind(name)? + name.len()..];
    let digits = rest.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(rest.len());
    rest[..digits].parse().ok()
}

/// Where `turnutils_stunclient` says that it is seen from.
///
/// # Errors
/// coturn is not installed, or it got no answer.
pub fn stunclient(server: SocketAddr) -> Result<IpAddr> {
    let args = ["-p".to_owned(), server.port().to_string(), server.ip().to_string()];
    let said = run("turnutils_stunclient", &args, CLIENT)?;
    let seen =
        said.text.split_once("UDP reflexive addr: ").with_context(|| format!("it said {:?}", said.text))?.1;
    // Of IPv6 it writes no brackets.
    let (ip, _) =
        seen.lines().next().and_then(|line| line.trim().rsplit_once(':')).context("it names no port")?;
    Ok(ip.parse()?)
}

/// coturn's server, as a peer to compare with.
#[derive(Debug)]
pub struct TurnServer {
    /// Its process.
    pub process: Process,
    /// Its port, for UDP and TCP.
    pub address: SocketAddr,
}

impl TurnServer {
    /// Starts it on loopback with the key of drills, without TLS.
    ///
    /// # Errors
    /// coturn is not installed, or did not start.
    pub fn start(folder: &std::path::Path) -> Result<Self> {
        let ip = loopback(true);
        let port = two_free_ports(ip)?.to_string();
        let secret = format!("--static-auth-secret={}", String::from_utf8_lossy(crate::turn_server::KEY));
        let pid = format!("--pidfile={}", folder.join("turnserver.pid").display());
        let log = format!("--log-file={}", folder.join("turnserver.log").display());
        let realm = format!("--realm={}", crate::turn_server::REALM);
        let args = [
            "-n",
            "-L",
            "127.0.0.1",
            "-E",
            "127.0.0.1",
            "-p",
            &port,
            "--no-tls",
            "--no-dtls",
            "--no-cli",
            "--simple-log",
            "--use-auth-secret",
            "--allow-loopback-peers",
            &secret,
            &pid,
            &log,
            &realm,
        ];
        let mut process = Process::quiet("turnserver", &args)?;
        std::thread::sleep(Duration::from_millis(800));
        process.must_run()?;
        let address = SocketAddr::new(ip, port.parse()?);
        ensure!(stunclient(address).is_ok(), "coturn's server does not answer");
        Ok(Self { process, address })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_count_is_taken() {
        let text = "a: tot_recv_msgs=5, tot\nb: tot_send_msgs=10, tot_recv_msgs=10";
        assert_eq!(last_number(text, "tot_recv_msgs="), Some(10));
        assert_eq!(last_number(text, "nothing="), None);
    }
}
