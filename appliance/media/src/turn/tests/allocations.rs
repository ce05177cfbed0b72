use super::*;
use crate::stun::attribute::{
    ADDITIONAL_ADDRESS_FAMILY, ADDRESS_ERROR_CODE, DONT_FRAGMENT, EVEN_PORT, LIFETIME,
    REQUESTED_ADDRESS_FAMILY, REQUESTED_TRANSPORT, RESERVATION_TOKEN, UNKNOWN_ATTRIBUTES, XOR_MAPPED_ADDRESS,
};
use crate::stun::{Class, Message, TransactionId};
use crate::turn::client::ask_for_udp;

#[test]
fn answer_says_address_lifetime_and_where_the_client_is_seen() {
    let mut world = World::new();
    world.challenge();
    let request = world.client.allocate();
    let Done::Reply(bytes) = world.give(&request) else { panic!() };
    let message = Message::parse(&bytes).unwrap();
    assert_eq!(message.xored_address(XOR_MAPPED_ADDRESS), Some(world.from.client));
    let Answer::Done { relayed: Some(relayed), lifetime_s: Some(600) } = world.client.hear(&bytes) else {
        panic!()
    };
    assert!((49152..=65535).contains(&relayed.port()));
}

#[test]
fn an_answer_that_was_lost_is_given_again_and_another_request_is_a_mismatch() {
    let (mut world, relayed) = World::allocated();
    let again = world.client.again(Method::ALLOCATE, ask_for_udp);
    assert_eq!(world.ask(&again), Answer::Done { relayed: Some(relayed), lifetime_s: Some(600) });
    let other = world.client.allocate();
    assert_eq!(world.ask(&other), Answer::Refused(437));
    assert_eq!(world.server.allocations(), 1);
}

#[test]
fn what_is_asked_for_decides_the_refusal() {
    let tcp = |writer: &mut Writer<'_>| {
        writer.attribute(REQUESTED_TRANSPORT, &[6, 0, 0, 0]);
    };
    let short = |writer: &mut Writer<'_>| {
        writer.attribute(REQUESTED_TRANSPORT, &[17]);
    };
    fn with(number: u16, value: &'static [u8]) -> impl Fn(&mut Writer<'_>) {
        move |writer| {
            ask_for_udp(writer);
            writer.attribute(number, value);
        }
    }
    let two_families = |writer: &mut Writer<'_>| {
        ask_for_udp(writer);
        writer
            .attribute(REQUESTED_ADDRESS_FAMILY, &[1, 0, 0, 0])
            .attribute(ADDITIONAL_ADDRESS_FAMILY, &[2, 0, 0, 0]);
    };
    let token_and_even = |writer: &mut Writer<'_>| {
        ask_for_udp(writer);
        writer.attribute(RESERVATION_TOKEN, &[0; 8]).attribute(EVEN_PORT, &[0]);
    };
    type Fill<'a> = &'a dyn Fn(&mut Writer<'_>);
    let cases: [(&str, Fill<'_>, u16); 14] = [
        ("no transport", &|_| {}, 400),
        ("a short transport", &short, 400),
        ("TCP", &tcp, 442),
        ("IPv6", &with(REQUESTED_ADDRESS_FAMILY, &[2, 0, 0, 0]), 440),
        ("a family of its own", &with(REQUESTED_ADDRESS_FAMILY, &[9, 0, 0, 0]), 440),
        ("a short family", &with(REQUESTED_ADDRESS_FAMILY, &[1]), 400),
        ("IPv4 as the second family", &with(ADDITIONAL_ADDRESS_FAMILY, &[1, 0, 0, 0]), 400),
        ("two families", &two_families, 400),
        ("not to be fragmented", &with(DONT_FRAGMENT, &[]), 420),
        ("a port and the next", &with(EVEN_PORT, &[0x80]), 508),
        ("a long even port", &with(EVEN_PORT, &[0, 0]), 400),
        ("a reservation", &with(RESERVATION_TOKEN, &[0; 8]), 508),
        ("a reservation and an even port", &token_and_even, 400),
        ("a short lifetime", &with(LIFETIME, &[0]), 400),
    ];
    let mut world = World::new();
    world.challenge();
    for (what, fill, code) in cases {
        assert_eq!(world.allocate_with(fill), Answer::Refused(code), "{what}");
    }
    assert_eq!(world.server.allocations(), 0);
}

#[test]
fn refusal_names_what_is_not_understood() {
    let mut world = World::new();
    world.challenge();
    let request = world.client.request(Method::ALLOCATE, |writer| {
        ask_for_udp(writer);
        writer.attribute(DONT_FRAGMENT, &[]).attribute(0x7abc, b"x").attribute(0x9abc, b"optional");
    });
    let Done::Reply(bytes) = world.give(&request) else { panic!() };
    let message = Message::parse(&bytes).unwrap();
    assert_eq!(message.value(UNKNOWN_ATTRIBUTES), Some(&[0x00, 0x1A, 0x7A, 0xBC][..]));
    assert!(message.is_made_with(&world.client.key()));
}

#[test]
fn even_port_is_given_if_asked_for() {
    for seed in 0..20 {
        let mut world = World::with(config());
        world.server = Server::new(config(), &[seed; 32]).unwrap();
        world.challenge();
        let answer = world.allocate_with(|writer| {
            ask_for_udp(writer);
            writer.attribute(EVEN_PORT, &[0]);
        });
        let Answer::Done { relayed: Some(relayed), .. } = answer else { panic!("{answer:?}") };
        assert_eq!(relayed.port() % 2, 0);
    }
}

#[test]
fn second_family_is_told_not_to_be_there() {
    let mut world = World::new();
    world.challenge();
    let request = world.client.request(Method::ALLOCATE, |writer| {
        ask_for_udp(writer);
        writer.attribute(ADDITIONAL_ADDRESS_FAMILY, &[2, 0, 0, 0]);
    });
    let Done::Reply(bytes) = world.give(&request) else { panic!() };
    let message = Message::parse(&bytes).unwrap();
    assert_eq!(message.class(), Class::Success);
    assert_eq!(message.value(ADDRESS_ERROR_CODE).unwrap()[..4], [2, 0, 4, 40]);
}

#[test]
fn allocation_ends_when_it_is_not_refreshed_and_its_address_is_free() {
    let (mut world, relayed) = World::allocated();
    world.later(599_999);
    assert!(world.server.has_allocation(&world.from));
    world.later(1);
    let request = world.client.refresh(600);
    assert_eq!(world.ask(&request), Answer::Refused(401), "nobody holds it, and the credentials are over");
    assert_eq!(world.server.released(), Some((world.from, relayed)));
    assert_eq!((world.server.allocations(), world.server.counters().ended), (0, 1));
}

#[test]
fn refresh_prolongs_up_to_an_hour_and_zero_ends() {
    let (mut world, relayed) = World::allocated();
    for (asked, granted) in [(1, 600), (1200, 1200), (u32::MAX, 3600), (0, 0)] {
        let request = world.client.refresh(asked);
        assert_eq!(world.ask(&request), Answer::Done { relayed: None, lifetime_s: Some(granted) });
    }
    assert_eq!(world.server.released(), Some((world.from, relayed)));
    let request = world.client.refresh(0);
    assert_eq!(world.ask(&request), Answer::Refused(437));
}

#[test]
fn refresh_of_another_family_is_a_mismatch() {
    let (mut world, _) = World::allocated();
    for (value, expected) in [(&[2u8, 0, 0, 0][..], Answer::Refused(443)), (&[1], Answer::Refused(400))] {
        let request = world.client.request(Method::REFRESH, |writer| {
            writer.attribute(REQUESTED_ADDRESS_FAMILY, value);
        });
        assert_eq!(world.ask(&request), expected);
    }
}

#[test]
fn a_visit_that_ends_takes_its_allocations_along() {
    let (mut world, _) = World::allocated();
    let (first, mut clients) = (world.from, Vec::new());
    for (n, visit) in ["v1", "v2"].into_iter().enumerate() {
        world.from.client.set_port(100 + n as u16);
        world.client = person(visit, "m9");
        world.must_allocate();
        clients.push(world.from);
    }
    world.server.end_visit("v1");
    let left = [first, clients[0], clients[1]].map(|client| world.server.has_allocation(&client));
    assert_eq!(left, [false, false, true]);
}

#[test]
fn stream_that_ends_takes_its_allocation_along() {
    let mut world = World::new();
    world.from.transport = Transport::Tls;
    world.must_allocate();
    world.server.closed(&world.from);
    assert_eq!(world.server.allocations(), 0);
}

#[test]
fn binding_is_answered_to_anybody_and_with_a_fingerprint_if_it_had_one() {
    let mut world = World::new();
    let mut out = [0; 64];
    for has_fingerprint in [false, true] {
        let mut writer = Writer::new(&mut out, Class::Request, Method::BINDING, TransactionId([5; 12]));
        if has_fingerprint {
            writer.fingerprint();
        }
        let length = writer.finish().unwrap();
        let request = out[..length].to_vec();
        assert!(Server::is_meant(&request));
        let Done::Reply(bytes) = world.give(&request) else { panic!() };
        let message = Message::parse(&bytes).unwrap();
        assert_eq!(message.xored_address(XOR_MAPPED_ADDRESS), Some(world.from.client));
        assert_eq!(message.has_fingerprint(), has_fingerprint);
    }
}

#[test]
fn what_is_meant_for_others_on_the_same_port_is_told_apart() {
    let mut out = [0; 64];
    let mut check = Writer::new(&mut out, Class::Request, Method::BINDING, TransactionId([5; 12]));
    let length = check.attribute(crate::stun::attribute::USERNAME, b"a:b").finish().unwrap();
    let cases: [(&[u8], bool); 6] = [
        (&out[..length], false),
        (&[0x40, 0, 0, 0], true),
        (&[0x16, 0xfe, 0xfd], false),
        (&[0x80, 0x60], false),
        (&[], false),
        (&[0; 20], false),
    ];
    for (bytes, expected) in cases {
        assert_eq!(Server::is_meant(bytes), expected, "{bytes:?}");
    }
    assert!(Server::is_meant(&person("v", "m").allocate()));
}
