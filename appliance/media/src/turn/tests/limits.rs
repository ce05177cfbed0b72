use super::*;
use crate::turn::client::channel_data;

fn with_limits(change: impl FnOnce(&mut Limits)) -> World {
    let mut config = config();
    change(&mut config.limits);
    World::with(config)
}

fn allocate_as(world: &mut World, port: u16, visit: &str, member: &str) -> Answer {
    world.from.client.set_port(port);
    world.client = person(visit, member);
    world.allocate()
}

#[test]
fn quotas_are_answered_486_and_a_full_relay_508() {
    let mut world = with_limits(|limits| {
        *limits = Limits { allocations: 4, per_visit: 2, per_member: 1, ..Limits::default() };
    });
    let tries = [("v1", "a"), ("v1", "a"), ("v1", "b"), ("v1", "c"), ("v2", "a"), ("v3", "a"), ("v4", "a")];
    let answers: Vec<_> = (1..)
        .zip(tries)
        .map(|(port, (visit, member))| allocate_as(&mut world, port, visit, member))
        .collect();
    let codes: Vec<_> =
        answers.iter().map(|one| if let Answer::Refused(code) = one { *code } else { 0 }).collect();
    assert_eq!(codes, [0, 486, 0, 486, 0, 0, 508]);
    assert_eq!(world.server.counters().refused(Refusal::QuotaReached), 2);
    world.server.end_visit("v1");
    assert!(matches!(allocate_as(&mut world, 99, "v1", "a"), Answer::Done { .. }), "room again");
}

#[test]
fn an_allocation_has_so_many_bytes_a_second_each_way() {
    let mut world = with_limits(|limits| limits.bytes = Rate { per_second: 1000, burst: 2000 });
    let relayed = world.must_allocate();
    let request = world.client.channel_bind(0x4000, at(SFU));
    world.ask(&request);
    let up = channel_data(0x4000, &[1; 500]);
    let pass_up = |world: &mut World| (0..10).filter(|_| world.give(&up) != Done::Nothing).count();
    assert_eq!(pass_up(&mut world), 4);
    let mut buffer = [0; HEADROOM + 500 + TAILROOM];
    let now = world.now;
    let down =
        (0..10).filter(|_| world.server.from_peer(now, relayed, at(SFU), &mut buffer, 500).is_some()).count();
    assert_eq!(down, 4, "a budget of its own");
    world.later(1000);
    assert_eq!(pass_up(&mut world), 2);
    assert_eq!(world.server.counters().over_rate, 6 + 6 + 8);
}

#[test]
fn an_allocation_goes_on_no_longer_than_the_longest_visit() {
    let mut world = with_limits(|limits| limits.longest_ms = 1_500_000);
    world.must_allocate();
    let mut granted = Vec::new();
    for _ in 0..4 {
        world.later(500_000);
        let mut request = world.client.refresh(600);
        let mut answer = world.ask(&request);
        if answer == Answer::Refused(438) {
            request = world.client.refresh(600);
            answer = world.ask(&request);
        }
        granted.push(answer);
    }
    let lifetime = |lifetime| Answer::Done { relayed: None, lifetime_s: Some(lifetime) };
    assert_eq!(granted[..2], [lifetime(600), lifetime(500)]);
    assert!(granted[2..].iter().all(|one| matches!(one, Answer::Refused(_))), "{granted:?}");
}

#[test]
fn memory_of_ended_allocations_is_used_again() {
    let mut world = World::new();
    for round in 0..2000u16 {
        let answer = allocate_as(&mut world, round + 1, "v1", "m1");
        assert!(matches!(answer, Answer::Done { .. }), "{round}: {answer:?}");
        let request = world.client.refresh(0);
        world.ask(&request);
        while world.server.released().is_some() {}
        world.later(10);
    }
    assert_eq!(world.server.allocations(), 0);
}
