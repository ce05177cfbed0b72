//! Sealed segments: whatever comes is read as exactly what it says or refused, also behind a good signature.

use holdfast_core::codec::{decode_ops, encode_ops};
use holdfast_core::id::Dot;
use holdfast_core::op::Op;
use holdfast_core::segment::{MAX_SEGMENT_OPS, Segment, open, peek, read, seal};

use crate::ops;
use crate::parts::{Leaf, Parts, inner_hash, key};
use crate::source::Source;

pub(crate) fn run(data: &[u8]) {
    let mut source = Source::new(data);
    match source.byte() % 4 {
        0 => raw(source.rest()),
        1 => batch(source.rest()),
        2 => batch(&ops::block(&mut source)),
        _ => sealed(&mut source),
    }
}

fn raw(bytes: &[u8]) {
    let head = peek(bytes);
    let opened = open(bytes, &key().verifying_key());
    let Ok(segment) = read(bytes) else {
        assert!(opened.is_err(), "what cannot be read was opened");
        return;
    };
    assert_eq!(head.as_ref(), Ok(&segment.head), "the head says another thing than the segment");
    let again = segment.encode().expect("what was read can be written");
    assert_eq!(read(&again).as_ref(), Ok(&segment), "what was written reads as another");
    erasable(&segment);
}

/// Any op can be erased, and the rest stays what it was: the first, one in the middle, the last.
fn erasable(segment: &Segment) {
    let n = segment.ops.len();
    for op in [0, n / 2, n - 1].map(|at| &segment.ops[at]) {
        let erased = segment.clone().erase(op.dot.seq);
        assert_eq!(erased.head, segment.head, "an erasure changed the head");
        let bytes = erased.encode().expect("an erased segment can be written");
        let back = read(&bytes).expect("an erased segment verifies");
        for (kept, old) in back.ops.iter().zip(&segment.ops) {
            let gone = kept.dot == op.dot;
            assert!(
                if gone { kept.changes.is_empty() } else { kept == old },
                "an erasure reached another op"
            );
        }
    }
    assert_eq!(&segment.clone().erase(0), segment);
    assert_eq!(&segment.clone().erase(u64::MAX), segment);
}

/// A batch of ops: stable, and, put in sequence, sealed behind a good signature.
fn batch(block: &[u8]) {
    let Ok(mut ops) = decode_ops(block) else { return };
    let again = encode_ops(&ops).expect("what was read can be written");
    assert_eq!(decode_ops(&again).as_ref(), Ok(&ops), "what was written reads as another");
    ops.truncate(16);
    let Some(first) = ops.first().map(|op| Dot { seq: 1 + op.dot.seq % 1000, ..op.dot }) else { return };
    ops.iter_mut().zip(first.seq..).for_each(|(op, seq)| op.dot = Dot { seq, ..first });
    reseal(&ops, [3; 16]);
}

fn sealed(source: &mut Source<'_>) {
    let seed = source.array();
    let ops = ops::run(source);
    if source.byte().is_multiple_of(2) {
        return reseal(&ops, seed);
    }
    let leaves: Vec<Leaf> = ops
        .iter()
        .map(|op| match source.below(4) {
            0 => Leaf::Erased(inner_hash(&source.array(), op)),
            _ => Leaf::Salt(source.array()),
        })
        .collect();
    signed(&ops, &leaves);
}

fn reseal(ops: &[Op], seed: [u8; 16]) {
    let legal = ops.len() <= MAX_SEGMENT_OPS
        && ops.last().is_some_and(|op| op.dot.seq <= u64::MAX / 2)
        && ops.first().is_some_and(|op| op.dot.lane.0 < 4);
    let Ok(segment) = seal(ops.to_vec(), 1, [0; 32], seed, key()) else {
        assert!(!legal, "legal ops were not sealed");
        return;
    };
    let bytes = segment.encode().expect("a sealed segment can be written");
    match open(&bytes, &key().verifying_key()) {
        Ok(opened) => {
            assert_eq!(opened, segment);
            erasable(&opened);
        }
        Err(error) => assert!(!legal, "a sealed segment does not open: {error}"),
    }
}

/// Signed by the written format: opens to exactly what may be claimed of it.
fn signed(ops: &[Op], leaves: &[Leaf]) {
    let Some(first) = ops.first().map(|op| op.dot) else { return };
    let Ok(block) = encode_ops(ops) else { return };
    let bytes = Parts::signed(first, ops, leaves, block).join();
    // A payload beside a hash that says it was erased is a payload that nothing vouches for.
    let smuggled =
        ops.iter().zip(leaves).any(|(op, leaf)| matches!(leaf, Leaf::Erased(_)) && !op.changes.is_empty());
    match open(&bytes, &key().verifying_key()) {
        Ok(opened) => {
            assert!(!smuggled, "an erased op came with a payload");
            assert_eq!(opened.ops, ops);
            assert_eq!(opened.encode().as_ref(), Ok(&bytes));
            erasable(&opened);
        }
        Err(error) => assert!(smuggled || ops[ops.len() - 1].dot.seq > u64::MAX / 2, "{error}"),
    }
}
