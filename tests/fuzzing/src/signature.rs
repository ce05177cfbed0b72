//! Signatures: a signed segment that was changed anywhere is refused, or says exactly what was signed (less what was
//! erased); another key never verifies; odd keys and signatures are refused without a panic.

use ed25519_dalek::{SigningKey, VerifyingKey};
use holdfast_core::codec::encode_ops;
use holdfast_core::op::Op;
use holdfast_core::segment::{Segment, open, seal};

use crate::ops;
use crate::parts::{Parts, key};
use crate::source::Source;

pub(crate) fn run(data: &[u8]) {
    let mut source = Source::new(data);
    let Some(original) = original(&mut source) else { return };
    let mut kept = original.clone();
    for _ in 0..source.below(3) {
        kept = kept.erase(original.head.first.saturating_add(source.byte().into()) % (u64::MAX / 2));
    }
    let Ok(bytes) = kept.encode() else { return };
    odd_keys(&mut source, &bytes);
    let mutated = match source.byte() % 3 {
        0 => flipped(&mut source, bytes),
        1 => parts_changed(&mut source, &kept, &bytes).join(),
        _ => source.rest().to_vec(),
    };
    if let Ok(opened) = open(&mutated, &key().verifying_key()) {
        says_what_was_signed(&original, &opened);
    }
}

fn original(source: &mut Source<'_>) -> Option<Segment> {
    let seed = source.array();
    let ops = ops::run(source);
    seal(ops, 1, source.array(), seed, key()).ok()
}

/// An erasure needs nobody's leave; nothing else may differ.
fn says_what_was_signed(original: &Segment, opened: &Segment) {
    assert_eq!(opened.head, original.head, "a changed head verifies");
    assert_eq!(opened.ops.len(), original.ops.len());
    for (op, signed) in opened.ops.iter().zip(&original.ops) {
        let erased = Op { changes: Vec::new(), ..signed.clone() };
        assert!(op == signed || *op == erased, "a changed op verifies: {op:?} was {signed:?}");
    }
}

fn odd_keys(source: &mut Source<'_>, bytes: &[u8]) {
    let other = SigningKey::from_bytes(&source.array());
    if other != *key() {
        assert!(open(bytes, &other.verifying_key()).is_err(), "another key verifies");
    }
    if let Ok(odd) = VerifyingKey::from_bytes(&source.array())
        && odd != key().verifying_key()
    {
        assert!(open(bytes, &odd).is_err(), "an odd key verifies");
    }
}

fn flipped(source: &mut Source<'_>, mut bytes: Vec<u8>) -> Vec<u8> {
    for _ in 0..=source.below(4) {
        let at = usize::from(u16::from_le_bytes(source.array())) % bytes.len();
        bytes[at] ^= 1 << source.below(8);
    }
    if source.byte() > 200 {
        bytes.truncate(usize::from(u16::from_le_bytes(source.array())) % (bytes.len() + 1));
    }
    bytes
}

/// Changes that leave every length and every compressed block in order.
fn parts_changed(source: &mut Source<'_>, kept: &Segment, bytes: &[u8]) -> Parts {
    let mut edited = kept.ops.clone();
    for _ in 0..source.below(3) {
        let at = source.below(edited.len().min(256));
        edit(source, &mut edited[at]);
    }
    let block = encode_ops(&kept.ops).unwrap_or_default();
    let tail = block.len() + varint_bytes(block.len());
    let salts = bytes.len() - 160 - tail;
    let mut parts = Parts::of(bytes, salts, encode_ops(&edited).unwrap_or_default());
    let (part, mask) = (source.byte() % 8, source.byte());
    let field = match part {
        0 => &mut parts.head,
        1 => &mut parts.signature,
        2 => &mut parts.salts,
        _ => return parts,
    };
    let at = usize::from(source.byte()) % field.len();
    field[at] ^= mask;
    parts
}

fn edit(source: &mut Source<'_>, op: &mut Op) {
    match source.byte() % 8 {
        0 => op.author = source.text(),
        1 => op.hlc.0 ^= source.number(),
        2 => op.entity.id = source.text(),
        3 => op.dot.seq = source.number(),
        4 => drop(op.changes.pop()),
        5 => op.changes.push(ops::change(source)),
        6 => {
            if let Some(change) = op.changes.first_mut() {
                *change = ops::change(source);
            }
        }
        _ => op.dot.lane.0 ^= 1,
    }
}

fn varint_bytes(mut n: usize) -> usize {
    let mut bytes = 1;
    while n >= 0x80 {
        n >>= 7;
        bytes += 1;
    }
    bytes
}
