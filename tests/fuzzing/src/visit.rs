//! What a visit is told by anybody with a link: frames, links, and scripts of frames, relay and time at one visit.

use std::sync::OnceLock;

use ed25519_dalek::SigningKey;
use holdfast_visits::door;
use holdfast_visits::ids::{AskId, ClinicId, MemberId, SocketId, VisitId};
use holdfast_visits::messages::{CallFacts, IceServers, MemberState, Role, read_frame};
use holdfast_visits::session::{
    Facts, Ice, Input, Order, Output, RelayAnswer, RelayEvent, SlotsOf, Snapshot, Visit,
};
use holdfast_visits::token::{self, Claims, Keys, authentic, read_token};

use crate::source::Source;

const NOW_MS: u64 = 1_800_000_000_000;
/// Steps of one script.
const STEPS: usize = 200;

/// A frame, a link, or a script.
pub(crate) fn run(data: &[u8]) {
    let mut source = Source::new(data);
    match source.byte() % 4 {
        0 => frame(source.rest()),
        1 => link(source.rest()),
        2 => changed(&mut source),
        _ => script(&mut source),
    }
}

fn frame(bytes: &[u8]) {
    let Ok(read) = read_frame(bytes) else { return };
    let written = serde_json::to_vec(&read.message).expect("what was read can be written");
    let again = read_frame(&written).expect("what is written is read");
    assert_eq!(again.message, read.message);
}

fn link(bytes: &[u8]) {
    if let Ok(token) = read_token(bytes) {
        assert!(!token.payload.is_empty() && bytes.len() > token.payload.len());
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        assert!(authentic(keys(), text).is_err(), "nobody but the clinic makes a link");
    }
}

/// A link of which one character is another.
fn changed(source: &mut Source<'_>) {
    let token = entry_token("m1", Role::Patient);
    let mut bytes = token.clone().into_bytes();
    let at = usize::from(u16::from_le_bytes(source.array())) % bytes.len();
    bytes[at] = source.byte();
    let Ok(text) = String::from_utf8(bytes) else { return };
    assert!(text == token || authentic(keys(), &text).is_err(), "a changed link is taken: {text}");
}

struct NoIce;

impl Ice for NoIce {
    fn servers(&self, _: &VisitId, _: &MemberId, now_ms: u64) -> IceServers {
        IceServers { servers: Vec::new(), until_ms: now_ms }
    }
}

fn script(source: &mut Source<'_>) {
    let facts = Facts {
        visit: name("v"),
        clinic: clinic(),
        time_zone: None,
        call: CallFacts::default(),
        sealed: false,
        scheduled_ms: None,
    };
    let mut visit = Visit::new(facts, Box::new(NoIce), NOW_MS);
    let (mut now_ms, mut asked) = (NOW_MS, Vec::new());
    for (socket, member, role) in [(0, "doc", Role::Clinician), (1, "m1", Role::Patient)] {
        let entry = Box::new(enter(member, role));
        check(&visit.handle(now_ms, Input::Entered { socket: SocketId(socket), entry }), &mut asked);
    }
    for _ in 0..STEPS {
        if source.is_empty() {
            break;
        }
        let input = match source.byte() % 8 {
            0..=2 => Input::Frame { socket: SocketId(u64::from(source.byte() % 2)), frame: said(source) },
            3 => {
                now_ms += u64::from(u16::from_le_bytes(source.array()));
                Input::Timer
            }
            4 => Input::Relay(told(source)),
            5 => match asked.pop() {
                Some(ask) => Input::Answered { ask, answer: answered(source) },
                None => Input::Timer,
            },
            6 => Input::Entered {
                socket: SocketId(u64::from(source.byte() % 2)),
                entry: Box::new(if source.byte().is_multiple_of(2) {
                    enter("doc", Role::Clinician)
                } else {
                    enter("m1", Role::Patient)
                }),
            },
            _ => Input::Order(match source.byte() % 3 {
                0 => Order::Revoke { member: member("m1") },
                1 => Order::Link { member: member("m2"), name: "Two".into(), role: Role::Family },
                _ => Order::End { summary: None, next: None },
            }),
        };
        let was_over = visit.snapshot().finished().is_some();
        check(&visit.handle(now_ms, input), &mut asked);
        assert!(!was_over || visit.snapshot().finished().is_some(), "what is over stays so");
    }
    let kept = serde_json::to_vec(visit.snapshot()).expect("a snapshot can be written");
    let read: Snapshot = serde_json::from_slice(&kept).expect("what is written is read");
    assert_eq!(&read, visit.snapshot());
    Visit::restore(read, Box::new(NoIce), now_ms).expect("its own snapshot");
}

/// A frame, of which the beginning may be one of a page's.
fn said(source: &mut Source<'_>) -> Vec<u8> {
    let id = source.byte();
    let texts = [
        format!(r#"{{"type":"knock","id":"k{id}","devices":{{"camera":true,"microphone":false}}}}"#),
        format!(r#"{{"type":"admit","id":"a{id}","member":"m1"}}"#),
        format!(r#"{{"type":"remove","id":"r{id}","member":"m1","back":true}}"#),
        format!(r#"{{"type":"chat","id":"c{id}","text":"hello"}}"#),
        format!(r#"{{"type":"offer","id":"o{id}","sdp":"v=0","restart":false}}"#),
        format!(r#"{{"type":"leave","id":"l{id}"}}"#),
        format!(r#"{{"type":"end","id":"e{id}"}}"#),
        r#"{"type":"want","wants":[{"slot":0,"maxHeight":180}]}"#.to_owned(),
    ];
    match texts.get(usize::from(source.byte() % 10)) {
        Some(text) => text.clone().into_bytes(),
        None => {
            let length = usize::from(source.byte());
            source.take(length).to_vec()
        }
    }
}

fn told(source: &mut Source<'_>) -> RelayEvent {
    let member = member(if source.byte().is_multiple_of(2) { "doc" } else { "m1" });
    match source.byte() % 6 {
        0 => RelayEvent::Heard { member },
        1 => RelayEvent::Quiet { member },
        2 => RelayEvent::Gone { member },
        3 => RelayEvent::Away,
        4 => RelayEvent::Back { is_new: source.byte().is_multiple_of(2) },
        _ => RelayEvent::Slots { member, slots: SlotsOf::default() },
    }
}

fn answered(source: &mut Source<'_>) -> RelayAnswer {
    match source.byte() % 4 {
        0 => RelayAnswer::Sdp { sdp: "v=0".into(), slots: SlotsOf::default() },
        1 => RelayAnswer::Done,
        2 => RelayAnswer::Refused { code: "relay-full".into(), retry_after_ms: None },
        _ => RelayAnswer::Lost,
    }
}

/// What is saved comes first, the timer last, and who was not let in is told of nobody.
fn check(outputs: &[Output], asked: &mut Vec<AskId>) {
    for (at, output) in outputs.iter().enumerate() {
        match output {
            Output::Save => assert_eq!(at, 0, "something is told before it is saved"),
            Output::Timer { .. } => assert_eq!(at + 1, outputs.len(), "the timer is not last"),
            Output::Ask { ask, .. } => asked.push(*ask),
            Output::Send { message: holdfast_visits::messages::FromNode::Welcome(welcome), .. } => {
                let is_out = welcome.you.role != Role::Clinician && welcome.you.state != MemberState::In;
                assert!(!is_out || welcome.people.len() <= 1, "who waits is told of others");
            }
            _ => {}
        }
    }
    assert!(matches!(outputs.last(), Some(Output::Timer { .. })));
    asked.truncate(300);
}

fn enter(of: &str, role: Role) -> door::Entry {
    let hello = serde_json::json!({ "type": "hello", "v": 1, "token": entry_token(of, role), "device": "d", "part": "room",
        "language": "en", "can": { "webrtc": true, "sealed": true } });
    door::open(hello.to_string().as_bytes(), keys(), &CallFacts::default(), NOW_MS, 0).expect("a good link")
}

fn entry_token(of: &str, role: Role) -> String {
    let claims = Claims {
        v: token::VERSION,
        visit: name("v"),
        clinic: clinic(),
        role,
        member: member(of),
        name: "Somebody".into(),
        nbf: 0,
        exp: u64::MAX / 2_000,
        one: false,
        at: Vec::new(),
        call: None,
        sealed: false,
    };
    token::sign(&SigningKey::from_bytes(&[9; 32]), &claims).expect("a link")
}

fn keys() -> &'static Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    KEYS.get_or_init(|| Keys::from([(clinic(), vec![SigningKey::from_bytes(&[9; 32]).verifying_key()])]))
}

fn name(text: &str) -> VisitId {
    VisitId::new(text).expect("a name")
}

fn member(text: &str) -> MemberId {
    MemberId::new(text).expect("a name")
}

fn clinic() -> ClinicId {
    ClinicId::new("north").expect("a name")
}
