use super::*;
use crate::stun::attribute::{DATA, DONT_FRAGMENT, XOR_PEER_ADDRESS};
use crate::stun::stream::{Next, next};
use crate::stun::{Class, Message, TransactionId};
use crate::turn::client::{channel_data, send_indication};

/// One with a channel to the SFU.
fn bound() -> (World, SocketAddr) {
    let (mut world, relayed) = World::allocated();
    let request = world.client.channel_bind(0x4001, at(SFU));
    assert_eq!(world.ask(&request), done());
    (world, relayed)
}

/// What the client gets of a payload that `peer` sent.
fn from_peer(world: &mut World, relayed: SocketAddr, peer: &str, payload: &[u8]) -> Option<Vec<u8>> {
    let mut buffer = [&[0xAA; HEADROOM][..], payload, &[0xAA; TAILROOM]].concat();
    let sent = world.server.from_peer(world.now, relayed, at(peer), &mut buffer, payload.len())?;
    assert_eq!(sent.client, world.from);
    Some(buffer[sent.part].to_vec())
}

#[test]
fn channel_data_goes_both_ways() {
    let (mut world, relayed) = bound();
    let mut sent = channel_data(0x4001, b"hello");
    assert_eq!(world.give(&sent), Done::ToSfu(relayed, at(SFU), b"hello".to_vec()));
    sent.extend([0; 3]);
    assert_eq!(world.give(&sent), Done::ToSfu(relayed, at(SFU), b"hello".to_vec()), "padding is left off");
    assert_eq!(from_peer(&mut world, relayed, SFU, b"hello"), Some(channel_data(0x4001, b"hello")));
    let counters = world.server.counters();
    assert_eq!(
        (counters.packets_up, counters.bytes_up, counters.packets_down, counters.bytes_down),
        (2, 10, 1, 5)
    );
}

#[test]
fn channel_data_in_a_stream_is_padded() {
    let mut world = World::new();
    world.from.transport = Transport::Tcp;
    let relayed = world.must_allocate();
    let request = world.client.channel_bind(0x4001, at(SFU));
    world.ask(&request);
    for length in 0..9 {
        let payload = vec![7; length];
        let bytes = from_peer(&mut world, relayed, SFU, &payload).unwrap();
        assert_eq!(next(&bytes, 100), Next::Whole { length: 4 + length, padded: bytes.len() });
        assert_eq!(bytes[..4 + length], channel_data(0x4001, &payload));
    }
}

#[test]
fn without_a_channel_data_indications_go_both_ways() {
    let (mut world, relayed) = World::allocated();
    let request = world.client.create_permission(&[at(SFU)]);
    world.ask(&request);
    for length in 0..9 {
        let payload = vec![7; length];
        assert_eq!(
            world.give(&send_indication(at(SFU), &payload)),
            Done::ToSfu(relayed, at(SFU), payload.clone())
        );
        let bytes = from_peer(&mut world, relayed, SFU, &payload).unwrap();
        let message = Message::parse(&bytes).unwrap();
        assert_eq!((message.class(), message.method()), (Class::Indication, Method::DATA));
        assert_eq!(message.xored_address(XOR_PEER_ADDRESS), Some(at(SFU)));
        assert_eq!(message.value(DATA), Some(&payload[..]));
    }
}

#[test]
fn data_of_an_ipv6_peer_fits_before_its_payload() {
    let mut config = config();
    config.addresses = vec![at("[2001:db8::1]:1").ip()];
    let mut world = World::with(config);
    world.challenge();
    let answer = world.allocate_with(|writer| {
        crate::turn::client::ask_for_udp(writer);
        writer.attribute(crate::stun::attribute::REQUESTED_ADDRESS_FAMILY, &[2, 0, 0, 0]);
    });
    let Answer::Done { relayed: Some(relayed), .. } = answer else { panic!("{answer:?}") };
    let sfu = "[2001:db8::1]:5000";
    let request = world.client.create_permission(&[at(sfu)]);
    assert_eq!(world.ask(&request), done());
    let bytes = from_peer(&mut world, relayed, sfu, b"payload").unwrap();
    let message = Message::parse(&bytes).unwrap();
    assert_eq!(
        (message.xored_address(XOR_PEER_ADDRESS), message.value(DATA)),
        (Some(at(sfu)), Some(&b"payload"[..]))
    );
}

#[test]
fn peers_without_a_permission_reach_nobody() {
    let (mut world, relayed) = World::allocated();
    assert_eq!(from_peer(&mut world, relayed, SFU, b"x"), None);
    let request = world.client.create_permission(&[at(SFU)]);
    world.ask(&request);
    assert_eq!(from_peer(&mut world, relayed, "192.0.2.2:5000", b"x"), None);
    assert_eq!(from_peer(&mut world, at("192.0.2.1:1"), SFU, b"x"), None);
    assert!(from_peer(&mut world, relayed, SFU, b"x").is_some());
    world.later(300_000);
    assert_eq!(from_peer(&mut world, relayed, SFU, b"x"), None, "it is over");
}

#[test]
fn clients_reach_nobody_without_a_channel_or_a_permission() {
    let (mut world, _) = bound();
    let strange = [
        channel_data(0x4002, b"x"),
        vec![0x40, 1, 0, 9, 1],
        vec![0x40],
        send_indication(at("192.0.2.1:5001"), b"x"),
    ];
    for bytes in strange {
        assert_eq!(world.give(&bytes), Done::Nothing, "{bytes:?}");
    }
    world.from.client.set_port(1);
    assert_eq!(world.give(&channel_data(0x4001, b"x")), Done::Nothing, "another client");
    world.from.client.set_port(40_000);
    world.later(599_999);
    assert_ne!(world.give(&channel_data(0x4001, b"x")), Done::Nothing);
    world.later(1);
    assert_eq!(world.give(&channel_data(0x4001, b"x")), Done::Nothing, "the allocation is over");
}

#[test]
fn send_indication_that_asks_for_what_is_not_there_is_dropped() {
    let (mut world, _) = bound();
    let mut out = [0; 128];
    let mut writer = Writer::new(&mut out, Class::Indication, Method::SEND, TransactionId([1; 12]));
    writer.xored_address(XOR_PEER_ADDRESS, at(SFU)).attribute(DONT_FRAGMENT, &[]).attribute(DATA, b"x");
    let length = writer.finish().unwrap();
    let bytes = out[..length].to_vec();
    assert_eq!(world.give(&bytes), Done::Nothing);
}

#[test]
fn buffer_that_is_too_short_is_left_alone() {
    let (mut world, relayed) = bound();
    let now = world.now;
    for size in [0, HEADROOM, HEADROOM + 5, HEADROOM + 5 + TAILROOM - 1] {
        assert!(world.server.from_peer(now, relayed, at(SFU), &mut vec![0; size], 5).is_none());
    }
}

#[test]
fn other_peers_are_reached_through_lent_sockets() {
    let mut config = config();
    config.relay = Relay::Lent;
    config.peers = Peers::new([(at(SFU), PeerKind::Sfu), (at("192.0.2.1:6000"), PeerKind::Outside)]).unwrap();
    let mut world = World::with(config);
    assert_eq!(world.allocate(), Answer::Refused(508), "nothing was lent");
    let lent = at("192.0.2.1:50123");
    world.server.lend(lent);
    assert_eq!(world.must_allocate(), lent);
    for (number, peer) in [(0x4000, SFU), (0x4001, "192.0.2.1:6000")] {
        let request = world.client.channel_bind(number, at(peer));
        assert_eq!(world.ask(&request), done());
    }
    assert_eq!(world.give(&channel_data(0x4000, b"x")), Done::ToSfu(lent, at(SFU), b"x".to_vec()));
    assert_eq!(
        world.give(&channel_data(0x4001, b"x")),
        Done::ToPeer(lent, at("192.0.2.1:6000"), b"x".to_vec())
    );
}
