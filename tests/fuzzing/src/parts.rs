//! A segment's bytes taken apart and put together by the written format, not by the code that is fuzzed: head, signature,
//! salts, ops; and the Merkle root on its own.

use std::sync::OnceLock;

use ed25519_dalek::{Signer, SigningKey};
use holdfast_core::id::Dot;
use holdfast_core::op::Op;
use holdfast_core::segment::Hash;
use holdfast_core::wire::{put_bytes, put_varint};

const HEAD_BYTES: usize = 96;
const SIGNATURE_BYTES: usize = 64;

/// The key that every segment of the fuzzer is signed with; made once, since that is slow under a sanitizer.
pub(crate) fn key() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    KEY.get_or_init(|| SigningKey::from_bytes(&[7; 32]))
}

/// What stands for one op's payload.
#[derive(Clone, Copy)]
pub(crate) enum Leaf {
    Salt([u8; 16]),
    Erased(Hash),
}

#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) head: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    pub(crate) salts: Vec<u8>,
    pub(crate) ops: Vec<u8>,
}

impl Parts {
    /// Takes apart what `Segment::encode` wrote; `salts` is how many bytes they take.
    pub(crate) fn of(bytes: &[u8], salts: usize, ops: Vec<u8>) -> Self {
        let (head, rest) = bytes.split_at(HEAD_BYTES);
        let (signature, rest) = rest.split_at(SIGNATURE_BYTES);
        Self { head: head.to_vec(), signature: signature.to_vec(), salts: rest[..salts].to_vec(), ops }
    }

    /// A signed segment around a batch of ops and its leaves.
    pub(crate) fn signed(first: Dot, ops: &[Op], leaves: &[Leaf], block: Vec<u8>) -> Self {
        let mut head = vec![1, 1, 0];
        head.extend_from_slice(&first.actor.0);
        head.push(first.lane.0);
        head.extend_from_slice(&first.seq.to_le_bytes());
        head.extend_from_slice(&(ops.len() as u32).to_le_bytes());
        head.extend_from_slice(&[0; 32]);
        let hashes: Vec<Hash> = ops.iter().zip(leaves).map(|(op, leaf)| leaf_hash(op, leaf)).collect();
        head.extend_from_slice(&root(&hashes));
        let signature = key().sign(blake3::hash(&head).as_bytes()).to_bytes().to_vec();
        let mut salts = vec![1];
        for leaf in leaves {
            match leaf {
                Leaf::Salt(salt) => {
                    salts.push(0);
                    salts.extend_from_slice(salt);
                }
                Leaf::Erased(hash) => {
                    salts.push(1);
                    salts.extend_from_slice(hash);
                }
            }
        }
        Self { head, signature, salts, ops: block }
    }

    pub(crate) fn join(&self) -> Vec<u8> {
        let mut out = [self.head.as_slice(), &self.signature, &self.salts].concat();
        put_bytes(&mut out, &self.ops);
        out
    }
}

fn leaf_hash(op: &Op, leaf: &Leaf) -> Hash {
    let inner = match leaf {
        Leaf::Salt(salt) => inner_hash(salt, op),
        Leaf::Erased(hash) => *hash,
    };
    let mut out = vec![0];
    out.extend_from_slice(&op.dot.actor.0);
    out.push(op.dot.lane.0);
    put_varint(&mut out, op.dot.seq);
    put_varint(&mut out, op.hlc.0);
    put_bytes(&mut out, op.entity.kind.as_bytes());
    put_bytes(&mut out, op.entity.id.as_bytes());
    put_bytes(&mut out, op.author.as_bytes());
    out.extend_from_slice(&inner);
    *blake3::hash(&out).as_bytes()
}

pub(crate) fn inner_hash(salt: &[u8; 16], op: &Op) -> Hash {
    let mut out = salt.to_vec();
    for change in &op.changes {
        put_bytes(&mut out, change.key.as_bytes());
        put_varint(&mut out, change.pred.len() as u64);
        for pred in &change.pred {
            out.extend_from_slice(&pred.actor.0);
            put_varint(&mut out, pred.seq);
        }
        out.push(u8::from(change.value.is_some()));
        if let Some(value) = &change.value {
            put_bytes(&mut out, value.as_bytes());
        }
    }
    *blake3::hash(&out).as_bytes()
}

/// RFC 6962 §2.1, level by level: an odd one at the end goes up as it is.
fn root(leaves: &[Hash]) -> Hash {
    let mut level = leaves.to_vec();
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => *blake3::hash(&[&[1][..], left, right].concat()).as_bytes(),
                _ => pair[0],
            })
            .collect();
    }
    level.first().copied().unwrap_or_default()
}
