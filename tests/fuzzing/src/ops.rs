//! Ops made from fuzzed decisions.

use holdfast_core::codec::deflate;
use holdfast_core::hlc::Hlc;
use holdfast_core::id::{ActorId, Dot, Entity, Lane};
use holdfast_core::op::{Change, DELETED, EntityDot, Op, member_key};

use crate::source::Source;

const KINDS: [&str; 5] = ["Patient", "Observation", "AllergyIntolerance", "Appointment", "X"];
const KEYS: [&str; 6] = ["name", "status", "meta", "subject", "valueQuantity", DELETED];
const UUIDS: [&str; 3] = [
    "0b2b2b2b-1111-4222-8333-444455556666",
    "00000000-0000-0000-0000-000000000000",
    "0B2B2B2B-1111-4222-8333-444455556666",
];
const VALUES: [&str; 8] = ["1.50", "\"final\"", "null", "{}", "[]", "1E+2", "{\"value\":6.30}", "true"];

fn id(source: &mut Source<'_>) -> String {
    match source.below(4) {
        0 => source.text(),
        n => UUIDS[n - 1].to_owned(),
    }
}

fn value(source: &mut Source<'_>) -> Option<String> {
    Some(match source.below(12) {
        0 => return None,
        1 => serde_json::to_string(&source.text()).unwrap_or_default(),
        2 => format!("{{\"reference\":\"Patient/{}\",\"x\":\"{}\"}}", id_text(source), id_text(source)),
        // One that repeats: what zstd makes smallest.
        3 => format!("\"{}\"", "a".repeat(source.below(256) * 16)),
        n => VALUES[n - 4].to_owned(),
    })
}

fn id_text(source: &mut Source<'_>) -> String {
    id(source).replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', "")
}

pub(crate) fn change(source: &mut Source<'_>) -> Change {
    let key = match source.below(8) {
        6 => source.text(),
        7 => member_key("tags", "{\"code\":\"a\"}"),
        n => KEYS[n].to_owned(),
    };
    let pred = (0..source.below(4))
        .map(|_| EntityDot { actor: ActorId([source.byte() % 3; 16]), seq: source.number() })
        .collect();
    Change { key, pred, value: value(source) }
}

pub(crate) fn op(source: &mut Source<'_>, dot: Dot) -> Op {
    let hlc = Hlc(source.number());
    let entity = Entity::new(KINDS[source.below(KINDS.len())], id(source));
    let author = source.text();
    Op { dot, hlc, entity, author, changes: (0..source.below(5)).map(|_| change(source)).collect() }
}

/// Ops in sequence, as a segment holds them.
pub(crate) fn run(source: &mut Source<'_>) -> Vec<Op> {
    let n = 1 + source.below(16) as u64;
    let first = 1 + source.number() % (u64::MAX / 2);
    let (actor, lane) = (ActorId([source.byte(); 16]), Lane(source.byte() % 4));
    let last = first.saturating_add(n - 1);
    (first..=last).map(|seq| op(source, Dot { actor, lane, seq })).collect()
}

/// A batch of ops as it stands in segments and pages, its compressed part made from fuzzed bytes, so that they
/// get past zstd.
pub(crate) fn block(source: &mut Source<'_>) -> Vec<u8> {
    let mut out = source.chunk().to_vec();
    // Longer than any decoder takes cannot be asked for with so few bytes.
    let _ = deflate(source.chunk(), &mut out);
    out
}
