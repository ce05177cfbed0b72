//! `turn-server`: our server as a process of its own, for drills and benchmarks to start, measure and kill.
//!
//! ```text
//! turn-server --ip IP [--peer ADDR]… [--sfu ADDR]… [--rate BYTES] [--strangers N] [--stranger-ms MS] [--broken HOW]
//! ```
//!
//! It prints `ready UDP TCP TLS` with its ports, then answers each line of its input with `status NAME=VALUE…`, and ends with its input.
//! `--peer` is a peer outside of it, `--sfu` one that is handed packets in the process and sends each back.

use std::io::{BufRead, Write};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use holdfast_media::turn::credentials::SharedKey;
use holdfast_media::turn::serve::handover::Packet;
use holdfast_media::turn::serve::{Handle, Handover, Listen, MAX_PAYLOAD_BYTES, Shell, StreamLimits};
use holdfast_media::turn::{Config, Limits, PeerKind, Peers, Rate, Refusal, Relay, Server};

use crate::heap;

/// The key that drills sign in with.
pub const KEY: &[u8] = b"drill-key-of-no-secrecy-whatever";
/// The realm.
pub const REALM: &str = "drill.example";
/// Packets that the way to the SFU holds.
const HANDOVER: usize = 512;

/// What the server is told.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it listens and relays.
    pub ip: IpAddr,
    /// Peers outside of it.
    pub peers: Vec<SocketAddr>,
    /// Peers within it.
    pub sfu: Vec<SocketAddr>,
    /// Bytes a second of one allocation.
    pub rate: u32,
    /// Answers a second to one address of strangers.
    pub strangers: u32,
    /// How long a stream may be without an allocation.
    pub stranger_ms: u64,
    /// How it is broken, which a drill has to notice.
    pub broken: Option<String>,
}

impl Options {
    /// Reads a command line.
    ///
    /// # Errors
    /// What is not understood.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Self {
            ip: [127, 0, 0, 1].into(),
            peers: Vec::new(),
            sfu: Vec::new(),
            rate: Limits::default().bytes.per_second,
            strangers: Limits::default().strangers.burst,
            stranger_ms: StreamLimits::default().stranger_ms,
            broken: None,
        };
        while let Some(word) = words.next() {
            let value = words.next().with_context(|| format!("{word} needs a value"))?;
            match word.as_str() {
                "--ip" => options.ip = value.parse()?,
                "--peer" => options.peers.push(value.parse()?),
                "--sfu" => options.sfu.push(value.parse()?),
                "--strangers" => options.strangers = value.parse()?,
                "--stranger-ms" => options.stranger_ms = value.parse()?,
                "--broken" => options.broken = Some(value),
                "--rate" => options.rate = value.parse()?,
                other => bail!(
                    "no such argument: {other}; use --ip, --peer, --sfu, --rate, --strangers, --stranger-ms or --broken"
                ),
            }
        }
        Ok(options)
    }

    fn peers(&self) -> Result<Peers> {
        let outside = self.peers.iter().map(|peer| (*peer, PeerKind::Outside));
        let inside = self.sfu.iter().map(|sfu| (*sfu, PeerKind::Sfu));
        Ok(Peers::new(outside.chain(inside))?)
    }
}

#[cfg(feature = "sabotage")]
fn sabotage(server: &mut Server, how: &str) -> Result<()> {
    use holdfast_media::turn::Sabotage;
    server.sabotage(match how {
        "anybody" => Sabotage::RelaysToAnybody,
        "any-password" => Sabotage::TakesAnyPassword,
        "remembers" => Sabotage::RemembersStrangers,
        other => bail!("no such way to be broken: {other}; use anybody, any-password or remembers"),
    });
    Ok(())
}

#[cfg(not(feature = "sabotage"))]
fn sabotage(_: &mut Server, how: &str) -> Result<()> {
    bail!("to be broken by {how:?} it has to be built with the feature `sabotage`")
}

/// Runs the server until its input ends.
///
/// # Errors
/// It cannot be started, or nobody reads its output.
pub fn run(options: &Options) -> Result<()> {
    heap::leave_out_this_thread();
    let has_sockets = !options.peers.is_empty();
    let rate = Rate { per_second: options.rate, burst: options.rate };
    let config = Config {
        realm: REALM.into(),
        key: SharedKey::new(KEY),
        addresses: vec![options.ip],
        relay: if has_sockets { Relay::Lent } else { Relay::InProcess { ports: 49152..=65535 } },
        peers: options.peers()?,
        limits: Limits {
            per_visit: 600,
            per_member: 600,
            per_source: 600,
            strangers: Rate { per_second: options.strangers, burst: options.strangers },
            bytes: rate,
            ..Limits::default()
        },
    };
    let mut server = Server::new(config, &rand()?)?;
    options.broken.as_deref().map_or(Ok(()), |how| sabotage(&mut server, how))?;
    let any_port = SocketAddr::new(options.ip, 0);
    let handover = (!options.sfu.is_empty()).then(|| Handover::pair(HANDOVER)).transpose()?;
    let listen = Listen {
        udp: Some(any_port),
        tcp: Some(any_port),
        tls: Some((any_port, tls_config(options.ip)?)),
        lend_on: if has_sockets { vec![options.ip] } else { Vec::new() },
        handover: handover.as_ref().map(|(turn, _)| turn.clone()),
        streams: StreamLimits { stranger_ms: options.stranger_ms, ..StreamLimits::default() },
    };
    let handle = Shell::bind(server, listen)?.spawn()?;
    if let Some((_, sfu)) = handover {
        std::thread::Builder::new().name("echo".into()).spawn(move || echo(&sfu))?;
    }
    answer(&handle)
}

fn answer(handle: &Handle) -> Result<()> {
    let ports =
        [handle.udp(), handle.tcp(), handle.tls()].map(|address| address.map_or(0, |address| address.port()));
    let mut out = std::io::stdout().lock();
    writeln!(out, "ready {} {} {}", ports[0], ports[1], ports[2])?;
    out.flush()?;
    for line in std::io::stdin().lock().lines() {
        line?;
        let status = handle.status();
        let counters = &status.counters;
        write!(out, "status heap={} allocations={}", heap::taken(), status.allocations)?;
        let told = [
            ("allocated", counters.allocated),
            ("ended", counters.ended),
            ("up", counters.packets_up),
            ("down", counters.packets_down),
            ("bindings", counters.bindings),
            ("malformed", counters.malformed),
            ("disguised", counters.disguised),
            ("sifted", counters.sifted),
            ("unpermitted", counters.unpermitted),
            ("over_rate", counters.over_rate),
            ("streams", status.streams as u64),
            ("streams_refused", status.streams_refused),
            ("streams_idle", status.streams_idle),
            ("unread", status.unread),
            ("untaken", status.untaken),
        ];
        told.iter().try_for_each(|(name, value)| write!(out, " {name}={value}"))?;
        let refused = Refusal::ALL
            .iter()
            .map(|one| (one.code(), counters.refused(*one)))
            .filter(|(_, count)| *count > 0);
        refused.into_iter().try_for_each(|(code, count)| write!(out, " {code}={count}"))?;
        writeln!(out)?;
        out.flush()?;
    }
    Ok(())
}

/// An SFU that sends every packet back.
fn echo(sfu: &Handover) {
    let mut buffer = [0; MAX_PAYLOAD_BYTES];
    loop {
        let mut fds = [rustix::event::PollFd::new(sfu, rustix::event::PollFlags::IN)];
        if rustix::event::poll(&mut fds, None).is_err() {
            continue;
        }
        sfu.clear();
        while let Some((relayed, address, length)) = sfu.take(&mut buffer) {
            sfu.give(Packet { relayed, sfu: address, bytes: &buffer[..length] });
        }
    }
}

fn rand() -> Result<[u8; 32]> {
    let mut seed = [0; 32];
    let random = std::fs::File::open("/dev/urandom").context("no random numbers")?;
    std::io::Read::read_exact(&mut &random, &mut seed)?;
    Ok(seed)
}

fn tls_config(ip: IpAddr) -> Result<Arc<rustls::ServerConfig>> {
    let made = rcgen::generate_simple_self_signed(vec![ip.to_string()])?;
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der())
        .map_err(anyhow::Error::msg)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)?;
    Ok(Arc::new(config))
}
