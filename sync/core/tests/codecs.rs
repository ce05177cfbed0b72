//! What is written is read back the same, and bytes from outside are at worst refused.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says aloud what it skipped"
)]

mod common;

use ed25519_dalek::SigningKey;
use holdfast_core::codec::{decode_ops, encode_ops};
use holdfast_core::hlc::Hlc;
use holdfast_core::id::{ActorId, Dot, Entity, Lane, Scope};
use holdfast_core::message::{
    Below, Condition, Page, Position, Reach, Request, Response, Search, StateItem, Text, Visit,
};
use holdfast_core::op::{Change, EntityDot, Op, member_key};
use holdfast_core::segment::{open, peek, read, seal};
use proptest::collection::vec;
use proptest::prelude::*;

fn actor() -> impl Strategy<Value = ActorId> {
    prop_oneof![(0u8..3).prop_map(|n| ActorId([n; 16])), any::<[u8; 16]>().prop_map(ActorId)]
}

fn id() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<[u8; 16]>().prop_map(|b| {
            let hex: String = b.iter().map(|b| format!("{b:02x}")).collect();
            format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
        }),
        "[A-Za-z0-9.-]{1,64}",
        // Nearly a UUID, or one with something around it.
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-fA-Fx]{12,13}",
    ]
}

/// JSON without white space between tokens, as elements are kept.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        any::<String>().prop_map(|s| serde_json::to_string(&s).unwrap()),
        id().prop_map(|id| format!("\"Patient/{id}\"")),
        any::<i64>().prop_map(|n| n.to_string()),
        (any::<i32>(), 0u8..9).prop_map(|(n, zeros)| format!("{n}.5{}", "0".repeat(zeros.into()))),
        prop_oneof![Just("true"), Just("null"), Just("1E+2"), Just("\"\""), Just("[]"), Just("{}")]
            .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|list| format!("[{}]", list.join(","))),
            vec(("[a-zA-Z]{1,12}", inner), 0..4).prop_map(|members| {
                let members: Vec<String> =
                    members.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

fn change() -> impl Strategy<Value = Change> {
    let key = prop_oneof![
        Just("name".to_owned()),
        Just("@deleted".to_owned()),
        "[a-zA-Z_]{1,20}",
        value().prop_map(|member| member_key("tag", &member)),
    ];
    let pred = vec((actor(), any::<u64>()).prop_map(|(actor, seq)| EntityDot { actor, seq }), 0..4);
    (key, pred, prop::option::of(value())).prop_map(|(key, pred, value)| Change { key, pred, value })
}

fn op() -> impl Strategy<Value = Op> {
    let entity = (prop_oneof![Just("Patient".to_owned()), "[A-Z][a-z]{1,20}"], id())
        .prop_map(|(k, id)| Entity::new(k, id));
    (actor(), 0u8..4, any::<u64>(), any::<u64>(), entity, any::<String>(), vec(change(), 0..5)).prop_map(
        |(actor, lane, seq, hlc, entity, author, changes)| Op {
            dot: Dot { actor, lane: Lane(lane), seq },
            hlc: Hlc(hlc),
            entity,
            author,
            changes,
        },
    )
}

/// The ops of one segment: one actor and lane, in sequence.
fn run() -> impl Strategy<Value = Vec<Op>> {
    (vec(op(), 1..8), actor(), 0u8..4, 1u64..1 << 40).prop_map(|(mut ops, actor, lane, first)| {
        for (op, seq) in ops.iter_mut().zip(first..) {
            op.dot = Dot { actor, lane: Lane(lane), seq };
        }
        ops
    })
}

fn scope() -> impl Strategy<Value = Scope> {
    prop_oneof![
        id().prop_map(|id| Scope::patient(&id)),
        Just(Scope::directory()),
        "[a-z/]{0,30}".prop_map(Scope)
    ]
}

fn position() -> impl Strategy<Value = Position> {
    (scope(), any::<u64>()).prop_map(|(scope, at)| Position { scope, at })
}

fn state() -> impl Strategy<Value = StateItem> {
    (id(), any::<String>(), vec(any::<u8>(), 0..40)).prop_map(|(id, json, state)| StateItem {
        entity: Entity::new("Observation", id),
        json,
        state,
    })
}

fn request() -> impl Strategy<Value = Request> {
    let positions = || vec(position(), 0..5);
    prop_oneof![
        (any::<u8>(), any::<u16>(), vec((actor(), any::<[u8; 32]>()), 0..4), any::<(u64, [u8; 16])>())
            .prop_map(|(protocol, schema, actors, opening)| Request::Hello {
                protocol,
                schema,
                actors,
                opening
            }),
        vec(any::<u8>(), 0..200).prop_map(|segment| Request::Push { segment }),
        (actor(), positions(), positions(), any::<u32>(), any::<u32>()).prop_map(
            |(actor, acked, pending, max_bytes, wait_ms)| Request::Pull {
                actor,
                acked,
                pending,
                max_bytes,
                wait_ms
            }
        ),
        (actor(), positions(), any::<bool>()).prop_map(|(actor, scopes, urgent)| Request::Hold {
            actor,
            scopes,
            urgent
        }),
        (actor(), vec(scope(), 0..5)).prop_map(|(actor, scopes)| Request::Release { actor, scopes }),
        (actor(), any::<u8>(), any::<u64>()).prop_map(|(actor, lane, from)| Request::Log {
            actor,
            lane: Lane(lane),
            from
        }),
        vec(("[A-Z][a-z]{1,9}", id()).prop_map(|(kind, id)| Entity::new(kind, id)), 0..5)
            .prop_map(|entities| Request::Fetch { entities }),
        (actor(), vec(state(), 0..4)).prop_map(|(actor, states)| Request::GiveBack { actor, states }),
        ("[A-Z][a-z]{1,9}", vec(condition(), 0..4), any::<u32>())
            .prop_map(|(kind, all, limit)| Request::Search(Search { kind, all, limit })),
        (actor(), vec(below(), 0..4)).prop_map(|(actor, below)| Request::Introduce { actor, below }),
    ]
}

fn below() -> impl Strategy<Value = Below> {
    ("[a-z0-9-]{1,64}", actor(), any::<[u8; 32]>()).prop_map(|(replica, actor, key)| Below {
        replica,
        actor,
        key,
    })
}

fn condition() -> impl Strategy<Value = Condition> {
    let text = prop_oneof![any::<String>().prop_map(Text::Exact), any::<String>().prop_map(Text::Prefix)];
    (any::<u32>(), vec(text, 0..4)).prop_map(|(param, any)| Condition { param, any })
}

fn page() -> impl Strategy<Value = Page> {
    let visit = (scope(), any::<u64>(), any::<u64>(), any::<bool>())
        .prop_map(|(scope, from, to, more)| Visit { scope, from, to, more });
    (vec(visit, 0..4), vec(op(), 0..5), vec(state(), 0..3), any::<u64>())
        .prop_map(|(visits, ops, states, waiting)| Page { visits, ops, states, waiting })
}

fn reach() -> impl Strategy<Value = Reach> {
    (actor(), any::<u8>(), any::<u64>(), any::<[u8; 32]>()).prop_map(|(actor, lane, seq, hash)| Reach {
        actor,
        lane: Lane(lane),
        seq,
        hash,
    })
}

fn response() -> impl Strategy<Value = Response> {
    prop_oneof![
        (any::<u8>(), actor(), vec(reach(), 0..4), any::<u64>()).prop_map(
            |(protocol, upstream, known, waiting)| {
                Response::Welcome { protocol, upstream, known, waiting }
            }
        ),
        (actor(), any::<u8>(), any::<u64>()).prop_map(|(actor, lane, through)| Response::Ack {
            actor,
            lane: Lane(lane),
            through
        }),
        page().prop_map(Response::Page),
        any::<u64>().prop_map(|count| Response::Done { count }),
        vec(vec(any::<u8>(), 0..60), 0..4).prop_map(Response::Segments),
        vec(state(), 0..4).prop_map(Response::States),
        vec(state(), 0..4).prop_map(Response::Partly),
        (vec(reach(), 0..4), any::<u64>()).prop_map(|(former, later)| Response::Lacking { former, later }),
        ("[a-z-]{1,20}", any::<String>(), any::<bool>())
            .prop_map(|(code, message, retryable)| Response::Refused { code, message, retryable }),
    ]
}

/// Bytes with a few bits flipped, cut somewhere, or with something behind.
fn damaged(
    mut bytes: Vec<u8>,
    flips: &[(prop::sample::Index, u8)],
    cut: Option<prop::sample::Index>,
) -> Vec<u8> {
    if bytes.is_empty() {
        return bytes;
    }
    for (at, bit) in flips {
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << (bit % 8);
    }
    if let Some(cut) = cut {
        bytes.truncate(cut.index(bytes.len()));
    }
    bytes
}

fn damage() -> impl Strategy<Value = (Vec<(prop::sample::Index, u8)>, Option<prop::sample::Index>)> {
    (vec((any::<prop::sample::Index>(), any::<u8>()), 1..4), prop::option::of(any::<prop::sample::Index>()))
}

proptest! {
    #![proptest_config(common::cases(600))]

    #[test]
    fn ops_are_read_back_the_same(ops in vec(op(), 0..20)) {
        prop_assert_eq!(decode_ops(&encode_ops(&ops).unwrap()).unwrap(), ops);
    }

    #[test]
    fn segments_are_read_back_the_same(ops in run(), schema in any::<u16>(), prev in any::<[u8; 32]>(), seed in any::<[u8; 16]>()) {
        let key = SigningKey::from_bytes(&[7; 32]);
        let sealed = seal(ops, schema, prev, seed, &key).unwrap();
        let bytes = sealed.encode().unwrap();
        prop_assert_eq!(&peek(&bytes).unwrap(), &sealed.head);
        prop_assert_eq!(open(&bytes, &key.verifying_key()).unwrap(), sealed);
    }

    #[test]
    fn an_erased_op_leaves_the_others_verifiable(ops in run(), at in any::<prop::sample::Index>()) {
        let key = SigningKey::from_bytes(&[7; 32]);
        let seq = ops[at.index(ops.len())].dot.seq;
        let erased = seal(ops, 1, [0; 32], [3; 16], &key).unwrap().erase(seq);
        let opened = open(&erased.encode().unwrap(), &key.verifying_key()).unwrap();
        prop_assert!(opened.ops.iter().all(|op| op.dot.seq != seq || op.changes.is_empty()));
        prop_assert_eq!(opened, erased);
    }

    #[test]
    fn a_damaged_segment_never_reads_as_another(ops in run(), (flips, cut) in damage()) {
        let key = SigningKey::from_bytes(&[7; 32]);
        let sealed = seal(ops, 1, [0; 32], [3; 16], &key).unwrap();
        let bytes = damaged(sealed.encode().unwrap(), &flips, cut);
        let _ = read(&bytes);
        if let Ok(opened) = open(&bytes, &key.verifying_key()) {
            prop_assert_eq!(opened, sealed);
        }
    }

    #[test]
    fn requests_are_read_back_the_same(request in request()) {
        prop_assert_eq!(Request::decode(&request.encode().unwrap()).unwrap(), request);
    }

    #[test]
    fn responses_are_read_back_the_same(response in response()) {
        prop_assert_eq!(Response::decode(&response.encode().unwrap()).unwrap(), response);
    }

    #[test]
    fn damaged_messages_are_refused_without_a_panic(request in request(), response in response(), (flips, cut) in damage()) {
        let _ = Request::decode(&damaged(request.encode().unwrap(), &flips, cut));
        let _ = Response::decode(&damaged(response.encode().unwrap(), &flips, cut));
    }

    #[test]
    fn damaged_ops_are_refused_without_a_panic(ops in vec(op(), 1..8), (flips, cut) in damage()) {
        let _ = decode_ops(&damaged(encode_ops(&ops).unwrap(), &flips, cut));
    }

    #[test]
    fn arbitrary_bytes_are_refused_without_a_panic(bytes in vec(any::<u8>(), 0..400)) {
        let _ = Request::decode(&bytes);
        let _ = Response::decode(&bytes);
        let _ = decode_ops(&bytes);
        let _ = read(&bytes);
        let _ = peek(&bytes);
        let _ = holdfast_core::view::decode(common::entity(), "{}", &bytes);
    }
}

/// What shrinks to next to nothing is padded, so that a reader that bounds its memory takes it all the same.
#[test]
fn ops_that_shrink_beyond_measure_are_read_back_the_same() {
    let op = |seq: u64, value: String| Op {
        dot: Dot { actor: ActorId([1; 16]), lane: Lane::CHART, seq },
        hlc: Hlc(seq),
        entity: Entity::new("Binary", "b"),
        author: "a".into(),
        changes: vec![Change { key: "data".into(), pred: vec![], value: Some(value) }],
    };
    let scan = vec![op(1, format!("\"{}\"", "A".repeat(15 << 20)))];
    let bytes = encode_ops(&scan).unwrap();
    assert!(bytes.len() < 80 << 10, "{} bytes", bytes.len());
    assert_eq!(decode_ops(&bytes).unwrap(), scan);
    let alike: Vec<Op> = (1..=8192).map(|seq| op(seq, "true".into())).collect();
    assert_eq!(decode_ops(&encode_ops(&alike).unwrap()).unwrap(), alike);
}

#[test]
fn sequence_number_after_the_last_is_not_the_first() {
    let op = |seq: u64| Op {
        dot: Dot { actor: ActorId([1; 16]), lane: Lane::CHART, seq },
        hlc: Hlc(1),
        entity: Entity::new("Patient", "p"),
        author: "a".into(),
        changes: vec![],
    };
    let ops = vec![op(u64::MAX), op(0)];
    assert_eq!(decode_ops(&encode_ops(&ops).unwrap()).unwrap(), ops);
}
