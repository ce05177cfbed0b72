//! Strangers in masses: datagrams, half-open streams, and a client that does not read. Memory stays flat.

use std::io::Write;
use std::net::{IpAddr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use holdfast_media::stun::stream;
use holdfast_media::turn::client::{Answer, Client};
use holdfast_media::turn::credentials::Credentials;

use super::dice::Dice;
use super::ground::{Ground, LAWFUL};
use crate::ours::{Ours, credentials, loopback};

/// Sockets that datagrams come from.
const SOURCES: usize = 400;
/// Requests before memory is first looked at.
const WARM_UP: u64 = 20_000;
/// Half-open streams that are tried.
const STREAMS: usize = 500;
/// Packets of 1 kB for a client that does not read: more than all buffers on the way hold.
const UNREAD: u64 = 8000;
/// How long strangers' streams live here, in milliseconds.
pub(crate) const STRANGER_MS: u64 = 3000;
/// A lawful channel.
const CHANNEL: u16 = 0x4000;

/// What memory did.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Grown {
    /// Requests or streams that were tried.
    pub(crate) tried: u64,
    /// KiB more than before.
    pub(crate) kib: u64,
}

/// Requests of strangers, signed and unsigned, bindings and garbage, from many addresses.
pub(crate) fn datagrams(ours: &Ours, count: u64, dice: &mut Dice) -> Result<Grown> {
    let sources: Vec<UdpSocket> =
        (0..SOURCES).map(|_| UdpSocket::bind((dice.loopback(), 0))).collect::<Result<_, _>>()?;
    let mut client =
        Client::new(Credentials { username: "9:v:m".into(), password: "x".into() }, dice.number());
    let mut messages = vec![client.allocate(), client.request(holdfast_media::stun::Method::BINDING, |_| {})];
    (client.realm, client.nonce) = (b"drill.example".to_vec(), vec![b'n'; 40]);
    messages.push(client.allocate());
    messages.extend((0..20).map(|_| (0..dice.below(300)).map(|_| dice.number() as u8).collect::<Vec<u8>>()));
    send(ours, &sources, &messages, WARM_UP, dice);
    std::thread::sleep(Duration::from_millis(300));
    let before = ours.process.rss_kib()?;
    send(ours, &sources, &messages, count, dice);
    std::thread::sleep(Duration::from_millis(300));
    Ok(Grown { tried: count, kib: ours.process.rss_kib()?.saturating_sub(before) })
}

fn send(ours: &Ours, sources: &[UdpSocket], messages: &[Vec<u8>], count: u64, dice: &mut Dice) {
    for n in 0..count {
        let source = &sources[n as usize % sources.len()];
        // Requests mostly: a third of everything is unsigned, signed with nonsense, or a binding.
        let at = if dice.below(4) > 0 { dice.below(3) } else { dice.below(messages.len()) };
        let mut message = messages[at].clone();
        if at < 3 {
            message[8..16].copy_from_slice(&dice.number().to_be_bytes());
        }
        let _ = source.send_to(&message, ours.udp);
    }
}

/// Streams on which nobody signs in: silent ones, ones that stop half-way through a handshake or a message, and garbage. A lawful client
/// has to get in beside them, and they have to be gone after a while.
pub(crate) fn streams(ours: &mut Ours, ground: &Ground, dice: &mut Dice) -> Result<Grown> {
    let before = ours.process.rss_kib()?;
    let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    let request = Client::new(credentials("visit-4", "member-4")?, 1).allocate();
    let mut open = Vec::new();
    for n in 0..STREAMS {
        let to = if n % 2 == 0 { ours.tcp } else { ours.tls };
        let Ok(mut stream) = connect(dice.loopback(), to) else { continue };
        let _ = match n % 5 {
            0 => Ok(()),
            1 => stream.write_all(hello),
            2 => stream.write_all(&request[..request.len() / 2]),
            3 => stream.write_all(&[0x16; 900]),
            _ => stream.write_all(&[&[0x40, 0, 0xFF, 0xFF][..], &[7; 500]].concat()),
        };
        open.push(stream);
    }
    let mut lawful = Lawful::connect(ours.tcp)?;
    lawful.sign_in(ground.peer)?;
    ensure!(lawful.echoes()?, "a lawful client does not get in beside strangers' streams");
    let kib = ours.process.rss_kib()?.saturating_sub(before);
    std::thread::sleep(Duration::from_millis(STRANGER_MS + 1500));
    let left = ours.status()?.get("streams").copied().unwrap_or(0);
    ensure!(left == 1, "{left} streams are left, and one client has signed in");
    ensure!(lawful.echoes()?, "a lawful client's stream was closed with the others");
    Ok(Grown { tried: open.len() as u64, kib })
}

/// A client over TCP that signs in and then reads nothing, while its peer sends and sends.
pub(crate) fn slow_reader(ours: &mut Ours, ground: &Ground) -> Result<Grown> {
    let mut slow = Lawful { socket: connect(loopback(true), ours.tcp)?, ..Lawful::connect(ours.tcp)? };
    slow.socket.set_read_timeout(Some(Duration::from_secs(5)))?;
    slow.sign_in(ground.peer)?;
    ensure!(slow.echoes()?, "a lawful client over TCP is relayed");
    let before = ours.process.rss_kib()?;
    let payload = [LAWFUL, &[7; 1000]].concat();
    for _ in 0..UNREAD {
        // The echo sends each back, and nobody reads it.
        slow.socket.write_all(&holdfast_media::turn::client::channel_data(CHANNEL, &payload))?;
        slow.socket.write_all(&[0; 2])?;
    }
    let kib = ours.process.rss_kib()?.saturating_sub(before);
    let unread = ours.status()?.get("unread").copied().unwrap_or(0);
    ensure!(unread > 0, "no packet was dropped for a client that reads nothing: it was no slow reader");
    Ok(Grown { tried: UNREAD, kib })
}

fn connect(from: IpAddr, to: SocketAddr) -> Result<TcpStream> {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None)?;
    // Small, so that what is not read is soon felt.
    socket.set_recv_buffer_size(16 * 1024)?;
    socket.bind(&SocketAddr::new(from, 0).into())?;
    socket.connect_timeout(&to.into(), Duration::from_secs(5))?;
    Ok(socket.into())
}

/// A lawful client over TCP.
struct Lawful {
    socket: TcpStream,
    client: Client,
    held: Vec<u8>,
}

impl Lawful {
    fn connect(server: SocketAddr) -> Result<Self> {
        let socket = TcpStream::connect(server)?;
        socket.set_read_timeout(Some(Duration::from_secs(5)))?;
        Ok(Self { socket, client: Client::new(credentials("visit-5", "member-5")?, 5), held: Vec::new() })
    }

    fn sign_in(&mut self, peer: SocketAddr) -> Result<()> {
        for _ in 0..2 {
            let request = self.client.allocate();
            self.ask(&request)?;
        }
        let request = self.client.channel_bind(CHANNEL, peer);
        let answer = self.ask(&request)?;
        ensure!(matches!(answer, Answer::Done { .. }), "a lawful client over TCP was answered {answer:?}");
        Ok(())
    }

    fn ask(&mut self, request: &[u8]) -> Result<Answer> {
        self.socket.write_all(request)?;
        let frame = self.next()?;
        Ok(self.client.hear(&frame))
    }

    fn echoes(&mut self) -> Result<bool> {
        let sent = holdfast_media::turn::client::channel_data(CHANNEL, &[LAWFUL, b"xx"].concat());
        self.socket.write_all(&sent)?;
        Ok(self.next()? == sent)
    }

    fn next(&mut self) -> Result<Vec<u8>> {
        let started = Instant::now();
        loop {
            if let stream::Next::Whole { length, padded } = stream::next(&self.held, 4096) {
                let frame = self.held[..length].to_vec();
                self.held.drain(..padded);
                return Ok(frame);
            }
            let mut buffer = [0; 4096];
            let count = std::io::Read::read(&mut self.socket, &mut buffer).context("no answer over TCP")?;
            ensure!(
                count > 0 && started.elapsed() < Duration::from_secs(10),
                "the server has closed a lawful stream"
            );
            self.held.extend_from_slice(&buffer[..count]);
        }
    }
}
