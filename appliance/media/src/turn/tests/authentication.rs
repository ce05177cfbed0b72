use super::*;
use crate::stun::attribute::{NONCE, PASSWORD_ALGORITHMS, REALM};
use crate::stun::{Class, Integrity, Message};

#[test]
fn a_stranger_is_challenged_and_then_let_in() {
    let mut world = World::new();
    let request = world.client.allocate();
    let Done::Reply(bytes) = world.give(&request) else { panic!() };
    let message = Message::parse(&bytes).unwrap();
    assert_eq!((message.class(), message.value(REALM)), (Class::Error, Some(&b"clinic.example"[..])));
    assert!(message.value(NONCE).unwrap().starts_with(b"obMatJos2gAAA"));
    assert!(message.value(PASSWORD_ALGORITHMS).is_some() && message.integrity().is_none());
    assert_eq!(world.client.hear(&bytes), Answer::Refused(401));
    let relayed = world.must_allocate();
    assert_eq!(relayed.ip(), at(SERVER).ip());
    assert_eq!(world.server.allocations(), 1);
}

#[test]
fn stronger_integrity_and_password_algorithm_are_taken_and_answered_alike() {
    let mut world = World::new();
    world.client.integrity = Integrity::Sha256;
    world.must_allocate();
    let request = world.client.refresh(600);
    let Done::Reply(bytes) = world.give(&request) else { panic!() };
    assert_eq!(Message::parse(&bytes).unwrap().integrity(), Some(Integrity::Sha256));
}

#[test]
fn a_changed_list_of_password_algorithms_is_refused() {
    let mut world = World::new();
    world.challenge();
    world.client.integrity = Integrity::Sha256;
    world.client.algorithms = vec![0, 1, 0, 0];
    let request = world.client.allocate();
    assert_eq!(world.ask(&request), Answer::Refused(400));
}

#[test]
fn wrong_password_is_refused_and_so_is_a_password_of_another_key() {
    let mut world = World::new();
    let lawful = world.client.credentials.clone();
    world.client.credentials.password.replace_range(..1, "!");
    assert_eq!(world.allocate(), Answer::Refused(401));
    world.client.credentials = SharedKey::new(b"another").credentials(UNIX_S, 300, "v1", "m1").unwrap();
    assert_eq!(world.allocate(), Answer::Refused(401));
    world.client.credentials = lawful;
    world.must_allocate();
}

#[test]
fn credentials_serve_from_five_minutes_before_their_end_and_not_after() {
    for (ahead, is_good) in
        [(-1i64, false), (0, false), (1, true), (300, true), (301, false), (86_400, false)]
    {
        let mut world = World::new();
        world.client = person("v1", "m1");
        // The key makes what it is told to; the server looks at the time.
        let made_at = UNIX_S.saturating_add_signed(ahead - 300);
        world.client.credentials = SharedKey::new(KEY).credentials(made_at, 300, "v1", "m1").unwrap();
        let answer = world.allocate();
        assert_eq!(matches!(answer, Answer::Done { .. }), is_good, "{ahead}: {answer:?}");
    }
}

#[test]
fn an_allocation_goes_on_with_credentials_that_are_over() {
    let (mut world, _) = World::allocated();
    for _ in 0..3 {
        world.later(550_000);
        let mut request = world.client.refresh(600);
        if world.ask(&request) == Answer::Refused(438) {
            request = world.client.refresh(600);
            assert_eq!(world.ask(&request), Answer::Done { relayed: None, lifetime_s: Some(600) });
        }
    }
    let request = world.client.refresh(0);
    assert_eq!(world.ask(&request), Answer::Done { relayed: None, lifetime_s: Some(0) });
    assert_eq!(world.allocate(), Answer::Refused(401), "they make no new one");
}

#[test]
fn a_nonce_of_another_client_is_stale() {
    let mut world = World::new();
    world.challenge();
    world.from.client.set_port(40_001);
    let request = world.client.allocate();
    assert_eq!(world.ask(&request), Answer::Refused(438));
    world.must_allocate();
}

#[test]
fn signed_request_without_name_realm_or_nonce_is_bad() {
    let mut world = World::new();
    world.challenge();
    let mut out = [0; 200];
    for leave_out in 0..3 {
        let client = &world.client;
        let mut writer = Writer::new(&mut out, Class::Request, Method::ALLOCATE, client.transaction);
        let values = [client.credentials.username.as_bytes(), &client.realm, &client.nonce];
        for (n, number) in [crate::stun::attribute::USERNAME, REALM, NONCE].into_iter().enumerate() {
            if n != leave_out {
                writer.attribute(number, values[n]);
            }
        }
        let length = writer.integrity(Integrity::Sha1, &client.key()).finish().unwrap();
        let request = out[..length].to_vec();
        assert_eq!(world.ask(&request), Answer::Refused(400), "{leave_out}");
    }
}

#[test]
fn somebody_else_cannot_touch_an_allocation() {
    let (mut world, _) = World::allocated();
    let (realm, nonce) = (world.client.realm.clone(), world.client.nonce.clone());
    world.client = Client { realm, nonce, ..person("v1", "m2") };
    let requests = [
        world.client.refresh(0),
        world.client.create_permission(&[at(SFU)]),
        world.client.channel_bind(0x4000, at(SFU)),
        world.client.allocate(),
    ];
    let codes: Vec<_> = requests
        .iter()
        .map(|request| match world.give(request) {
            Done::Reply(bytes) => {
                world.client.transaction = Message::parse(&bytes).unwrap().transaction();
                world.client.hear(&bytes)
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(codes, [441, 441, 441, 437].map(Answer::Refused));
    assert_eq!(world.server.allocations(), 1);
}

#[test]
fn nothing_is_kept_of_strangers_and_only_so_many_are_answered() {
    let mut world = World::new();
    let mut answered = 0;
    for n in 0..100_000u32 {
        world.from.client = SocketAddr::from(([198, 51, 100, 7], n as u16));
        let request = world.client.allocate();
        answered += u32::from(matches!(world.give(&request), Done::Reply(_)));
    }
    assert_eq!(answered, config().limits.strangers.burst);
    assert_eq!(world.server.allocations(), 0);
    assert_eq!(world.server.counters().sifted, u64::from(100_000 - answered));
    world.later(1000);
    world.must_allocate();
}

#[test]
fn no_changed_byte_of_a_signed_request_is_let_through() {
    let mut world = World::new();
    world.challenge();
    let good = world.client.allocate();
    for at in 0..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        world.later(10);
        world.give(&bytes);
        assert_eq!(world.server.allocations(), 0, "byte {at}");
    }
    let answer = world.ask(&good);
    assert!(matches!(answer, Answer::Done { .. }), "{answer:?}");
}
