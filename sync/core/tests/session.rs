//! The session machine where the simulation found it wanting.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says aloud what it skipped"
)]

use holdfast_core::id::{ActorId, Lane, Scope};
use holdfast_core::message::{Page, Position, Request, Response, Visit};
use holdfast_core::session::{Input, Output, Phase, Ready, Session, SessionConfig};

const UPSTREAM: ActorId = ActorId([7; 16]);
const ACTOR: ActorId = ActorId([1; 16]);

fn machine() -> Session {
    Session::new(SessionConfig {
        endpoints: 1,
        page_bytes: 1,
        largest_page_bytes: 1,
        idle_wait_ms: 1000,
        answer_within_ms: 1000,
        seed: 1,
    })
}

fn start(session: &mut Session) {
    let hello =
        Request::Hello { protocol: 1, schema: 1, actors: vec![(ACTOR, [0; 32])], opening: (1, [0; 16]) };
    session.handle_input(0, Input::Start { hello, actor: ACTOR });
}

/// Lets the machine connect and be greeted; the holds that it sends, with their numbers.
fn go_live(session: &mut Session, now_ms: u64) -> Vec<(u64, Vec<Scope>)> {
    session.handle_input(now_ms, Input::Tick);
    let mut holds = Vec::new();
    while let Some(output) = session.poll_output() {
        match output {
            Output::Connect { .. } => session.handle_input(now_ms, Input::Connected),
            Output::Send { id, request: Request::Hello { .. } } => {
                let response =
                    Response::Welcome { protocol: 1, upstream: UPSTREAM, known: vec![], waiting: 0 };
                session.handle_input(now_ms, Input::Reply { id, response });
            }
            Output::Compare { .. } => session.handle_input(now_ms, Input::Compared { rehold: vec![] }),
            Output::Send { id, request: Request::Hold { scopes, .. } } => {
                holds.push((id, scopes.into_iter().map(|p| p.scope).collect()));
            }
            _ => {}
        }
    }
    holds
}

fn lose_connection(session: &mut Session) {
    session.handle_input(0, Input::Disconnected { code: "cut".into(), message: "cut".into() });
}

/// The longest that the machine waits between any two of so many attempts that end in `input`.
fn longest_wait_ms(input: impl Fn() -> Input) -> u64 {
    let mut session = machine();
    start(&mut session);
    let (mut now_ms, mut longest) = (0, 0);
    for _ in 0..200 {
        session.handle_input(now_ms, Input::Tick);
        session.handle_input(now_ms, input());
        let wake = session.wake_at_ms().unwrap();
        longest = longest.max(wake - now_ms);
        now_ms = wake;
    }
    longest
}

#[test]
fn upstream_that_is_not_reached_is_tried_again_within_seconds_however_long_it_is_gone() {
    let unreached = || Input::Unreached { code: "connect-failed".into(), message: "refused".into() };
    let longest = longest_wait_ms(unreached);
    assert!((2_000..=4_001).contains(&longest), "{longest}");
}

#[test]
fn upstream_that_breaks_off_is_given_more_and_more_time() {
    let broken = || Input::Disconnected { code: "connection-closed".into(), message: "broke".into() };
    let longest = longest_wait_ms(broken);
    assert!((30_000..=60_001).contains(&longest), "{longest}");
}

fn refuse(session: &mut Session, id: u64, code: &str) {
    let response = Response::Refused { code: code.into(), message: "no".into(), retryable: false };
    session.handle_input(0, Input::Reply { id, response });
}

fn patients() -> Vec<Scope> {
    ["a", "b"].map(Scope::patient).to_vec()
}

#[test]
fn wish_that_was_lost_with_its_connection_is_asked_again() {
    let mut session = machine();
    session.handle_input(0, Input::Want(patients()));
    start(&mut session);
    let first = go_live(&mut session, 0);
    assert_eq!(first[0].1, patients());
    lose_connection(&mut session);
    assert_eq!(go_live(&mut session, 100_000)[0].1, patients());
}

#[test]
fn wish_that_was_granted_is_not_asked_again() {
    let mut session = machine();
    session.handle_input(0, Input::Want(patients()));
    start(&mut session);
    let (id, _) = go_live(&mut session, 0).remove(0);
    session.handle_input(0, Input::Reply { id, response: Response::Done { count: 2 } });
    lose_connection(&mut session);
    assert_eq!(go_live(&mut session, 100_000), vec![]);
}

#[test]
fn wish_stands_when_the_upstream_does_not_know_the_asker_yet() {
    let mut session = machine();
    session.handle_input(0, Input::Want(patients()));
    start(&mut session);
    let (id, _) = go_live(&mut session, 0).remove(0);
    refuse(&mut session, id, "actor-unknown");
    assert_eq!(go_live(&mut session, 1_000_000)[0].1, patients());
}

#[test]
fn scope_that_may_not_be_held_stops_neither_the_others_nor_the_session() {
    let mut session = machine();
    session.handle_input(0, Input::Want(patients()));
    start(&mut session);
    let (id, _) = go_live(&mut session, 0).remove(0);
    refuse(&mut session, id, "scope-denied");
    let alone = holds(&mut session);
    assert_eq!(alone.len(), 1, "one after the other");
    assert_eq!(alone[0].1, [Scope::patient("a")]);
    refuse(&mut session, alone[0].0, "scope-denied");
    assert_eq!(session.last_error().map(|(code, _)| code.as_str()), Some("scope-denied"));
    assert_eq!(holds(&mut session)[0].1, [Scope::patient("b")]);
}

/// The holds that the machine sends, of a session that goes on.
fn holds(session: &mut Session) -> Vec<(u64, Vec<Scope>)> {
    let mut holds = Vec::new();
    while let Some(output) = session.poll_output() {
        match output {
            Output::Send { id, request: Request::Hold { scopes, .. } } => {
                holds.push((id, scopes.into_iter().map(|p| p.scope).collect()));
            }
            Output::Close => panic!("the session goes on"),
            _ => {}
        }
    }
    holds
}

#[test]
fn one_scope_in_thousands_that_may_not_be_held_costs_few_requests_one_at_a_time() {
    let all: Vec<Scope> = (0..25_000).map(|i| Scope::patient(&i.to_string())).collect();
    let denied = Scope::patient("7777");
    let mut session = machine();
    session.handle_input(0, Input::Want(all.clone()));
    start(&mut session);
    let mut asked = go_live(&mut session, 0);
    let (mut requests, mut held) = (0, Vec::new());
    while let Some((id, scopes)) = asked.pop() {
        assert!(asked.is_empty(), "one at a time");
        assert!(scopes.len() <= 10_000 && !session.is_settled());
        requests += 1;
        if scopes.contains(&denied) {
            refuse(&mut session, id, "scope-denied");
        } else {
            let response = Response::Done { count: scopes.len() as u64 };
            session.handle_input(0, Input::Reply { id, response });
            held.extend(scopes);
        }
        asked = holds(&mut session);
    }
    assert!(requests < 40, "{requests}");
    held.sort();
    let mut expected: Vec<Scope> = all.into_iter().filter(|scope| *scope != denied).collect();
    expected.sort();
    assert_eq!(held, expected);
}

#[test]
fn what_is_being_stored_still_waits_and_waits_again_when_the_connection_is_lost() {
    let mut session = machine();
    start(&mut session);
    session.handle_input(0, Input::Tick);
    let mut pull = None;
    while let Some(output) = session.poll_output() {
        match output {
            Output::Connect { .. } => session.handle_input(0, Input::Connected),
            Output::Send { id, request: Request::Hello { .. } } => {
                let response =
                    Response::Welcome { protocol: 1, upstream: UPSTREAM, known: vec![], waiting: 2 };
                session.handle_input(0, Input::Reply { id, response });
            }
            Output::Compare { .. } => session.handle_input(0, Input::Compared { rehold: vec![] }),
            Output::Send { id, request: Request::Pull { .. } } => pull = Some(id),
            _ => {}
        }
    }
    assert_eq!(session.waiting(), 2);
    let visits: Vec<Visit> =
        patients().into_iter().map(|scope| Visit { scope, from: 1, to: 2, more: false }).collect();
    let page = Page { visits, ops: vec![], states: vec![], waiting: 0 };
    session.handle_input(0, Input::Reply { id: pull.unwrap(), response: Response::Page(page) });
    assert_eq!(session.waiting(), 2, "the page has come and is not durable");
    lose_connection(&mut session);
    assert_eq!(session.waiting(), 2, "it is lost with the connection");
}

#[test]
fn nothing_waits_once_the_last_page_is_durable() {
    let mut session = machine();
    start(&mut session);
    go_live(&mut session, 0);
    let visit = Visit { scope: Scope::patient("a"), from: 1, to: 2, more: false };
    let page = Page { visits: vec![visit], ops: vec![], states: vec![], waiting: 0 };
    // The hello was request 1, the pull is request 2.
    session.handle_input(0, Input::Reply { id: 2, response: Response::Page(page) });
    assert_eq!(session.waiting(), 1);
    let position = Position { scope: Scope::patient("a"), at: 2 };
    session.handle_input(0, Input::PageDurable { upstream: UPSTREAM, positions: vec![position] });
    assert_eq!(session.waiting(), 0);
}

/// Sends one segment of the chart, 1 to 3, and gives this answer to it; what is believed acknowledged.
fn acknowledged(answer: Response) -> Vec<u64> {
    let mut session = machine();
    start(&mut session);
    go_live(&mut session, 0);
    session.handle_input(0, Input::Segments { lane: Lane::SAFETY, ready: vec![] });
    let ready = vec![Ready { first: 1, last: 3, bytes: vec![7] }];
    session.handle_input(0, Input::Segments { lane: Lane::CHART, ready });
    let sent = std::iter::from_fn(|| session.poll_output()).find_map(|output| match output {
        Output::Send { id, request: Request::Push { .. } } => Some(id),
        _ => None,
    });
    session.handle_input(0, Input::Reply { id: sent.unwrap(), response: answer });
    std::iter::from_fn(|| session.poll_output())
        .filter_map(|output| if let Output::Acked { through, .. } = output { Some(through) } else { None })
        .collect()
}

#[test]
fn acknowledgement_of_what_was_not_sent_is_not_believed() {
    let ack = |actor, lane, through| acknowledged(Response::Ack { actor, lane, through });
    assert_eq!(ack(ACTOR, Lane::CHART, 3), [3]);
    assert_eq!(ack(ACTOR, Lane::CHART, 4), [0; 0]);
    assert_eq!(ack(ACTOR, Lane::CHART, u64::MAX), [0; 0]);
    assert_eq!(ack(ACTOR, Lane::SAFETY, 3), [0; 0]);
    assert_eq!(ack(UPSTREAM, Lane::CHART, 3), [0; 0]);
}

/// Pages stored for the connection before may be durable only when the next one is up, to an upstream that was restored.
#[test]
fn positions_of_another_upstream_or_another_page_are_not_confirmed() {
    let mut session = machine();
    start(&mut session);
    go_live(&mut session, 0);
    let visit = Visit { scope: Scope::patient("a"), from: 1, to: 2, more: false };
    let page = Page { visits: vec![visit], ops: vec![], states: vec![], waiting: 0 };
    session.handle_input(0, Input::Reply { id: 2, response: Response::Page(page) });
    let at = |at| vec![Position { scope: Scope::patient("a"), at }];
    session.handle_input(0, Input::PageDurable { upstream: ACTOR, positions: at(2) });
    session.handle_input(0, Input::PageDurable { upstream: UPSTREAM, positions: at(9) });
    session.handle_input(0, Input::PageRefused { upstream: ACTOR, positions: at(9) });
    assert_eq!(session.waiting(), 1, "the page at hand is not durable yet");
    session.handle_input(0, Input::PageDurable { upstream: UPSTREAM, positions: at(2) });
    assert_eq!(session.waiting(), 0);
}

/// Lets a connection come about whose greeting is refused as that of a copy; whether a new actor is asked for.
fn is_refused_as_copy(session: &mut Session, now_ms: u64) -> bool {
    session.handle_input(now_ms, Input::Tick);
    let mut asked = false;
    while let Some(output) = session.poll_output() {
        match output {
            Output::Connect { .. } => session.handle_input(now_ms, Input::Connected),
            Output::Send { id, request: Request::Hello { .. } } => refuse(session, id, "replica-copied"),
            Output::TakeNewActor => asked = true,
            _ => {}
        }
    }
    asked
}

#[test]
fn new_actor_that_a_full_disk_did_not_give_is_asked_for_again() {
    let mut session = machine();
    start(&mut session);
    assert!(is_refused_as_copy(&mut session, 0));
    assert_eq!(session.wake_at_ms(), None);
    session.handle_input(0, Input::Disconnected { code: "disk-full".into(), message: "full".into() });
    assert_eq!(session.last_error().map(|(code, _)| code.as_str()), Some("disk-full"));
    let wake = session.wake_at_ms().unwrap();
    assert!(is_refused_as_copy(&mut session, wake));
}

/// What a revoked replica does on one connection, of whose log two saves are acknowledged and `last` are written: the
/// segments that it pushes, each answered with `answer`.
fn parts(session: &mut Session, now_ms: u64, last: u64, answer: &str) -> Vec<u64> {
    session.handle_input(now_ms, Input::Tick);
    let mut pushed: Vec<u64> = Vec::new();
    while let Some(output) = session.poll_output() {
        match output {
            Output::Connect { .. } => session.handle_input(now_ms, Input::Connected),
            Output::Send { id, request: Request::Hello { .. } } => refuse(session, id, "replica-revoked"),
            Output::Part => session.handle_input(now_ms, Input::Parting { acknowledged: [0, 2, 0, 0] }),
            Output::ReadSegments { lane, after, .. } => {
                let to = if lane == Lane::CHART { last } else { 0 };
                let ready = (after + 1..=to)
                    .map(|seq| Ready { first: seq, last: seq, bytes: vec![seq as u8] })
                    .collect();
                session.handle_input(now_ms, Input::Segments { lane, ready });
            }
            Output::Send { id, request: Request::Push { segment } } => {
                pushed.push(u64::from(segment[0]));
                refuse(session, id, answer);
            }
            Output::Send { request, .. } => panic!("a revoked replica only pushes: {request:?}"),
            _ => {}
        }
    }
    pushed
}

fn error(session: &Session) -> Option<&str> {
    session.last_error().map(|(code, _)| code.as_str())
}

#[test]
fn revoked_replica_hands_over_what_was_never_acknowledged_once_and_then_asks_rarely() {
    let mut session = machine();
    session.handle_input(0, Input::Want(patients()));
    start(&mut session);
    assert_eq!(parts(&mut session, 0, 5, "replica-revoked"), [3, 4, 5]);
    assert_eq!((session.phase(), error(&session)), (&Phase::Waiting, Some("replica-revoked")));
    let wake = session.wake_at_ms().unwrap();
    assert!((30_000..=90_000).contains(&wake), "{wake}");
    assert_eq!(parts(&mut session, wake, 5, "replica-revoked"), [0; 0], "once is enough");
    let wake = session.wake_at_ms().unwrap();
    assert_eq!(parts(&mut session, wake, 6, "quarantine-dropped"), [6], "what was written since");
    assert_eq!((session.is_settled(), error(&session)), (false, Some("replica-revoked")));
}

#[test]
fn revoked_replica_of_which_no_more_is_kept_says_so_and_offers_it_again_later() {
    let mut session = machine();
    start(&mut session);
    assert_eq!(parts(&mut session, 0, 5, "quarantine-full"), [3]);
    assert_eq!(error(&session), Some("quarantine-full"));
    let wake = session.wake_at_ms().unwrap();
    assert!(wake >= 30_000, "{wake}");
    assert_eq!(parts(&mut session, wake, 5, "replica-revoked"), [3, 4, 5]);
}

#[test]
fn replica_revoked_in_mid_session_hands_over_on_its_next_connection() {
    let mut session = machine();
    start(&mut session);
    go_live(&mut session, 0);
    // The hello was request 1, the pull is request 2.
    refuse(&mut session, 2, "replica-revoked");
    assert_eq!(error(&session), Some("replica-revoked"));
    let wake = session.wake_at_ms().unwrap();
    assert!(wake <= 1_000, "soon: {wake}");
    assert_eq!(parts(&mut session, wake, 3, "replica-revoked"), [3]);
}

/// The store may refuse a page after its connection has gone; where that page left off is nothing to the upstream that
/// was restored meanwhile.
#[test]
fn position_of_a_page_refused_late_is_not_held_at_another_upstream() {
    let mut session = machine();
    start(&mut session);
    go_live(&mut session, 0);
    lose_connection(&mut session);
    let positions = vec![Position { scope: Scope::patient("a"), at: 2 }];
    session.handle_input(0, Input::PageRefused { upstream: UPSTREAM, positions });
    assert_eq!(go_live(&mut session, 100_000), []);
}

/// A machine that is live at an upstream which has no news for it.
fn idle() -> Session {
    let mut session = Session::new(SessionConfig {
        endpoints: 1,
        page_bytes: 1,
        largest_page_bytes: 1,
        idle_wait_ms: 1000,
        answer_within_ms: 1 << 40,
        seed: 1,
    });
    start(&mut session);
    go_live(&mut session, 0);
    session
}

/// When the machine asks to give back again, as time goes on to `until_ms` by what it says itself.
fn gives_back(session: &mut Session, until_ms: u64) -> Vec<u64> {
    let mut asked = Vec::new();
    while let Some(now_ms) = session.wake_at_ms().filter(|at| *at < until_ms) {
        session.handle_input(now_ms, Input::Tick);
        let outputs = std::iter::from_fn(|| session.poll_output());
        asked.extend(outputs.filter(|output| *output == Output::GiveBackAgain).map(|_| now_ms));
    }
    asked
}

#[test]
fn what_waits_to_be_given_back_is_offered_again_about_every_minute_until_nothing_waits() {
    let mut session = idle();
    assert!(gives_back(&mut session, 600_000).is_empty(), "nothing waits");
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..20 {
        session.handle_input(600_000, Input::GiveBackWaits);
        let asked = gives_back(&mut session, 6_000_000);
        assert_eq!(asked.len(), 1, "once for each time that something waits: {asked:?}");
        assert!((640_000..680_000).contains(&asked[0]), "{asked:?}");
        seen.insert(asked[0]);
    }
    assert!(seen.len() > 10, "a fleet does not come in one wave: {seen:?}");
}

#[test]
fn what_waits_to_be_given_back_is_left_to_the_next_greeting_once_its_connection_is_lost() {
    let mut session = idle();
    session.handle_input(0, Input::GiveBackWaits);
    lose_connection(&mut session);
    session.handle_input(0, Input::GiveBackWaits);
    assert!(session.wake_at_ms().unwrap() < 40_000, "the next attempt is what it waits for");
    go_live(&mut session, 1_000);
    assert!(gives_back(&mut session, 6_000_000).is_empty());
}

/// The pull that the machine sends now, with the size that it asks for.
fn pull(session: &mut Session) -> Option<(u64, u32)> {
    std::iter::from_fn(|| session.poll_output()).find_map(|output| match output {
        Output::Send { id, request: Request::Pull { max_bytes, .. } } => Some((id, max_bytes)),
        _ => None,
    })
}

#[test]
fn pages_grow_while_they_come_quickly_and_shrink_on_a_thin_link() {
    let config = SessionConfig {
        endpoints: 1,
        page_bytes: 1_000,
        largest_page_bytes: 5_000,
        idle_wait_ms: 1000,
        answer_within_ms: 1 << 40,
        seed: 1,
    };
    let mut session = Session::new(config);
    start(&mut session);
    session.handle_input(0, Input::Tick);
    session.poll_output();
    session.handle_input(0, Input::Connected);
    session.poll_output();
    let welcome = Response::Welcome { protocol: 1, upstream: UPSTREAM, known: vec![], waiting: 9 };
    session.handle_input(0, Input::Reply { id: 1, response: welcome });
    session.handle_input(0, Input::Compared { rehold: vec![] });
    let (mut now_ms, mut sent) = (0, pull(&mut session).unwrap());
    let mut sizes = vec![sent.1];
    // Half a second is quick, and two are slow; what comes in between says nothing.
    for took_ms in [100, 100, 100, 100, 1_000, 3_000, 3_000, 3_000, 3_000, 3_000, 3_000, 3_000, 100] {
        now_ms += took_ms;
        let visit = Visit { scope: Scope::patient("a"), from: now_ms - took_ms, to: now_ms, more: true };
        let position = Position { scope: visit.scope.clone(), at: visit.to };
        let page = Page { visits: vec![visit], ops: vec![], states: vec![], waiting: 9 };
        session.handle_input(now_ms, Input::Reply { id: sent.0, response: Response::Page(page) });
        sent = pull(&mut session).expect("the next one is asked for while this one is stored");
        sizes.push(sent.1);
        session.handle_input(now_ms, Input::PageDurable { upstream: UPSTREAM, positions: vec![position] });
    }
    assert_eq!(sizes, [1_000, 2_000, 4_000, 5_000, 5_000, 5_000, 2_500, 1_250, 625, 312, 156, 125, 125, 250]);
}

#[test]
fn scope_that_several_want_at_once_is_asked_for_once() {
    let mut session = machine();
    for _ in 0..3 {
        session.handle_input(0, Input::Want(patients()));
    }
    start(&mut session);
    let asked = go_live(&mut session, 0);
    assert_eq!(asked.iter().map(|(_, scopes)| scopes.clone()).collect::<Vec<_>>(), [patients()]);
}

/// A machine that is being greeted and has these positions to hold again; what it sends first.
fn reholding(session: &mut Session, rehold: Vec<Position>) -> Vec<Output> {
    start(session);
    session.handle_input(0, Input::Tick);
    session.poll_output();
    session.handle_input(0, Input::Connected);
    session.poll_output();
    let welcome = Response::Welcome { protocol: 1, upstream: UPSTREAM, known: vec![], waiting: 0 };
    session.handle_input(0, Input::Reply { id: 1, response: welcome });
    session.poll_output();
    session.handle_input(0, Input::Compared { rehold });
    std::iter::from_fn(|| session.poll_output()).collect()
}

#[test]
fn all_is_held_again_only_once_every_part_was_answered() {
    let at = |name: &str, at| Position { scope: Scope::patient(name), at };
    let all = vec![at("a", 1), at("b", 2), at("c", 3)];
    let mut session = machine();
    let mut outputs = reholding(&mut session, all.clone());
    let mut held = Vec::new();
    // The upstream holds all but b.
    while let Some(output) = outputs.pop() {
        let Output::Send { id, request: Request::Hold { scopes, .. } } = output else { continue };
        assert!(!outputs.contains(&Output::Reheld), "not yet");
        if scopes.iter().any(|position| position.scope == Scope::patient("b")) {
            refuse(&mut session, id, "scope-denied");
        } else {
            session.handle_input(
                0,
                Input::Reply { id, response: Response::Done { count: scopes.len() as u64 } },
            );
            held.extend(scopes);
        }
        outputs = std::iter::from_fn(|| session.poll_output()).collect();
        if outputs.contains(&Output::Reheld) {
            break;
        }
    }
    held.sort_by(|x, y| x.scope.cmp(&y.scope));
    assert_eq!(held, [at("a", 1), at("c", 3)], "each from where it stood");
    assert_eq!(*session.phase(), Phase::Live);
    assert_eq!(session.last_error().map(|(code, _)| code.as_str()), Some("scope-denied"));
}

#[test]
fn large_messages_have_the_time_that_a_thin_link_takes() {
    let mut session = machine();
    start(&mut session);
    go_live(&mut session, 0);
    // Four documents of a megabyte each, side by side: at 32 kB a second they are all there after 128 s.
    let ready = (1..=4).map(|seq| Ready { first: seq, last: seq, bytes: vec![0; 1 << 20] }).collect();
    session.handle_input(0, Input::Segments { lane: Lane::SAFETY, ready });
    let sent: Vec<u64> = std::iter::from_fn(|| session.poll_output())
        .filter_map(|output| match output {
            Output::Send { id, request: Request::Push { .. } } => Some(id),
            _ => None,
        })
        .collect();
    assert_eq!(sent.len(), 4);
    session.handle_input(128_000, Input::Tick);
    assert_eq!(*session.phase(), Phase::Live, "nothing is given up");
    for (seq, id) in (1..).zip(sent) {
        let response = Response::Ack { actor: ACTOR, lane: Lane::SAFETY, through: seq };
        session.handle_input(129_000, Input::Reply { id, response });
    }
    assert_eq!(*session.phase(), Phase::Live);
}
