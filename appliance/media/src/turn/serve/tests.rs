//! The shell, on real sockets of loopback.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::handover::Packet;
use super::*;
use crate::turn::client::{Answer, Client, channel_data};
use crate::turn::credentials::SharedKey;
use crate::turn::{Config, Limits, PeerKind, Peers, Rate, Relay, Server};

const KEY: &[u8] = b"key";
const SFU: &str = "127.0.0.1:5000";
const PATIENCE: Duration = Duration::from_secs(10);

fn start(streams: StreamLimits, handover: Option<Handover>) -> Handle {
    let config = Config {
        realm: "r".into(),
        key: SharedKey::new(KEY),
        addresses: vec![[127, 0, 0, 1].into()],
        relay: Relay::InProcess { ports: 49152..=65535 },
        peers: Peers::new([(SFU.parse().unwrap(), PeerKind::Sfu)]).unwrap(),
        limits: Limits::default(),
    };
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    let listen = Listen { udp: Some(any), tcp: Some(any), streams, handover, ..Listen::default() };
    Shell::bind(Server::new(config, &[1; 32]).unwrap(), listen).unwrap().spawn().unwrap()
}

fn client() -> Client {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    Client::new(SharedKey::new(KEY).credentials(now, 300, "v", "m").unwrap(), 1)
}

/// Signs in over UDP and binds a channel to the SFU.
fn signed_in(server: SocketAddr) -> (UdpSocket, Client, SocketAddr) {
    let (socket, mut client) = (UdpSocket::bind("127.0.0.1:0").unwrap(), client());
    socket.connect(server).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let ask = |request: Vec<u8>, client: &mut Client| {
        let mut buffer = [0; 600];
        socket.send(&request).unwrap();
        let length = socket.recv(&mut buffer).unwrap();
        client.hear(&buffer[..length])
    };
    let request = client.allocate();
    assert_eq!(ask(request, &mut client), Answer::Refused(401));
    let request = client.allocate();
    let Answer::Done { relayed: Some(relayed), .. } = ask(request, &mut client) else { panic!() };
    let request = client.channel_bind(0x4000, SFU.parse().unwrap());
    assert!(matches!(ask(request, &mut client), Answer::Done { .. }));
    (socket, client, relayed)
}

/// Whether a stream has ended, or ends soon.
fn has_ended(stream: &mut TcpStream) -> bool {
    stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    match stream.read(&mut [0; 9]) {
        Ok(0) => true,
        Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        Ok(_) => panic!("nobody asked for anything"),
    }
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn packets_reach_the_sfu_and_come_back_without_a_socket() {
    let (turn, sfu) = Handover::pair(16).unwrap();
    let handle = start(StreamLimits::default(), Some(turn));
    let (socket, _, relayed) = signed_in(handle.udp().unwrap());
    let mut buffer = [0; MAX_PAYLOAD_BYTES];
    for n in 0..100u8 {
        socket.send(&channel_data(0x4000, &[n; 50])).unwrap();
        wait_until("the SFU gets a packet", || {
            sfu.take(&mut buffer) == Some((relayed, SFU.parse().unwrap(), 50))
        });
        assert!(sfu.give(Packet { relayed, sfu: SFU.parse().unwrap(), bytes: &buffer[..50] }));
        let length = socket.recv(&mut buffer).unwrap();
        assert_eq!(buffer[..length], channel_data(0x4000, &[n; 50]));
    }
    let status = handle.stop();
    assert_eq!((status.counters.packets_up, status.counters.packets_down, status.untaken), (100, 100, 0));
}

#[test]
fn an_ended_visit_ends_its_allocations_in_the_running_server() {
    let handle = start(StreamLimits::default(), None);
    let _signed_in = signed_in(handle.udp().unwrap());
    wait_until("the allocation is told", || handle.status().allocations == 1);
    handle.end_visit("another");
    handle.end_visit("v");
    wait_until("the allocation ends", || handle.status().allocations == 0);
    assert!(handle.is_running());
}

#[test]
fn the_oldest_stranger_makes_room_for_a_new_stream() {
    let handle = start(StreamLimits { strangers: 3, ..StreamLimits::default() }, None);
    let mut streams = Vec::new();
    for _ in 0..4 {
        streams.push(TcpStream::connect(handle.tcp().unwrap()).unwrap());
        std::thread::sleep(Duration::from_millis(5));
    }
    let ended: Vec<bool> = streams.iter_mut().map(has_ended).collect();
    assert_eq!(ended, [true, false, false, false]);
}

#[test]
fn streams_from_one_address_are_so_many_and_come_only_so_fast() {
    for limits in [
        StreamLimits { strangers_each: 2, ..StreamLimits::default() },
        StreamLimits { accepts: Rate { per_second: 1, burst: 2 }, ..StreamLimits::default() },
    ] {
        let handle = start(limits, None);
        let mut streams: Vec<_> =
            (0..4).map(|_| TcpStream::connect(handle.tcp().unwrap()).unwrap()).collect();
        let ended: Vec<bool> = streams.iter_mut().map(has_ended).collect();
        assert_eq!(ended, [false, false, true, true]);
    }
}

#[test]
fn a_stream_on_which_nobody_signs_in_is_closed_and_garbage_ends_one_at_once() {
    let handle = start(StreamLimits { stranger_ms: 500, ..StreamLimits::default() }, None);
    let connect = || TcpStream::connect(handle.tcp().unwrap()).unwrap();
    let (mut silent, mut garbage) = (connect(), connect());
    garbage.write_all(&[0xFF; 9]).unwrap();
    assert!(has_ended(&mut garbage));
    assert!(!has_ended(&mut silent));
    wait_until("the silent one is closed", || has_ended(&mut silent));
    assert_eq!(handle.stop().streams_idle, 1);
}

#[test]
fn nothing_to_listen_on_and_a_port_that_is_taken_are_said() {
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let server = || {
        let config = Config {
            realm: "r".into(),
            key: SharedKey::new(KEY),
            addresses: vec![address.ip()],
            relay: Relay::InProcess { ports: 49152..=65535 },
            peers: Peers::default(),
            limits: Limits::default(),
        };
        Server::new(config, &[1; 32]).unwrap()
    };
    let refused = |listen| Shell::bind(server(), listen).map(|_| ()).unwrap_err();
    assert_eq!(refused(Listen::default()).code(), "turn-nothing-to-listen-on");
    let error = refused(Listen { udp: Some(address), ..Listen::default() });
    assert!(
        error.code() == "turn-bind"
            && error.is_retryable()
            && error.to_string().contains(&address.to_string())
    );
}
