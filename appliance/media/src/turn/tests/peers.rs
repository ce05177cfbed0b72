use std::net::Ipv4Addr;

use super::*;
use crate::stun::attribute::{CHANNEL_NUMBER, XOR_PEER_ADDRESS};
use crate::turn::client::send_indication;
use crate::turn::disguise::disguises_of;

#[test]
fn our_own_sfu_is_permitted_and_nobody_else() {
    let (mut world, _) = World::allocated();
    let cases = [
        ("192.0.2.1:5000", done()),
        ("192.0.2.1:1", done()),
        ("192.0.2.2:5000", Answer::Refused(403)),
        ("127.0.0.1:5000", Answer::Refused(403)),
        ("0.0.0.0:5000", Answer::Refused(403)),
        ("[::]:5000", Answer::Refused(403)),
        ("[::1]:5000", Answer::Refused(403)),
        ("[2001:db8::1]:5000", Answer::Refused(443)),
    ];
    for (peer, expected) in cases {
        let request = world.client.create_permission(&[at(peer)]);
        assert_eq!(world.ask(&request), expected, "{peer}");
    }
}

#[test]
fn a_channel_is_bound_to_an_exact_address_of_ours_only() {
    let (mut world, _) = World::allocated();
    for (number, peer, expected) in [
        (0x4000, "192.0.2.1:5000", done()),
        (0x4000, "192.0.2.1:5000", done()),
        (0x4001, "192.0.2.1:5000", Answer::Refused(400)),
        (0x4002, "192.0.2.1:5001", Answer::Refused(403)),
        (0x4002, "127.0.0.1:5000", Answer::Refused(403)),
        (0x4002, "[2001:db8::1]:5000", Answer::Refused(443)),
        (0x3FFF, "192.0.2.1:5000", Answer::Refused(400)),
        (0x8000, "192.0.2.1:5000", Answer::Refused(400)),
    ] {
        let request = world.client.channel_bind(number, at(peer));
        assert_eq!(world.ask(&request), expected, "{number:x} {peer}");
    }
}

#[test]
fn every_disguise_is_refused_whatever_it_hides_and_counted() {
    let (mut world, _) = World::allocated();
    let mut tried = 0;
    for hidden in [[192, 0, 2, 1], [127, 0, 0, 1], [10, 0, 0, 1]].map(Ipv4Addr::from) {
        for masked in disguises_of(hidden) {
            let peer = SocketAddr::new(masked.into(), 5000);
            for request in [world.client.create_permission(&[peer]), world.client.channel_bind(0x4000, peer)]
            {
                world.client.transaction = crate::stun::Message::parse(&request).unwrap().transaction();
                assert_eq!(world.ask(&request), Answer::Refused(403), "{peer}");
            }
            assert_eq!(world.give(&send_indication(peer, b"x")), Done::Nothing);
            tried += 3;
        }
    }
    assert_eq!(world.server.counters().disguised, tried);
}

#[test]
fn of_several_peers_all_are_permitted_or_none() {
    let (mut world, relayed) = World::allocated();
    let request = world.client.create_permission(&[at(SFU), at("192.0.2.9:1")]);
    assert_eq!(world.ask(&request), Answer::Refused(403));
    assert_eq!(world.give(&send_indication(at(SFU), b"x")), Done::Nothing);
    let request = world.client.create_permission(&[at(SFU), at(SFU)]);
    assert_eq!(world.ask(&request), done());
    assert_eq!(world.give(&send_indication(at(SFU), b"x")), Done::ToSfu(relayed, at(SFU), b"x".to_vec()));
}

#[test]
fn requests_without_a_peer_or_a_number_are_bad() {
    let (mut world, _) = World::allocated();
    let cases = [
        world.client.create_permission(&[]),
        world.client.request(Method::CREATE_PERMISSION, |writer| {
            writer.attribute(XOR_PEER_ADDRESS, &[0; 7]);
        }),
        world.client.request(Method::CHANNEL_BIND, |writer| {
            writer.attribute(CHANNEL_NUMBER, &[0x40, 0, 0, 0]);
        }),
        world.client.request(Method::CHANNEL_BIND, |writer| {
            writer.xored_address(XOR_PEER_ADDRESS, at(SFU));
        }),
    ];
    for request in cases {
        world.client.transaction = crate::stun::Message::parse(&request).unwrap().transaction();
        assert_eq!(world.ask(&request), Answer::Refused(400));
    }
}

#[test]
fn more_peers_than_fit_are_refused() {
    let (mut world, _) = World::allocated();
    let request = world.client.create_permission(&[at(SFU); 17]);
    assert_eq!(world.ask(&request), Answer::Refused(508));
}

#[test]
fn nobody_permits_or_binds_without_an_allocation() {
    let mut world = World::new();
    world.challenge();
    for request in [
        world.client.create_permission(&[at(SFU)]),
        world.client.channel_bind(0x4000, at(SFU)),
        world.client.refresh(600),
    ] {
        world.client.transaction = crate::stun::Message::parse(&request).unwrap().transaction();
        assert_eq!(world.ask(&request), Answer::Refused(437));
    }
}
