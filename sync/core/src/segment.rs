//! Sealed stretches of one actor's log in one lane: a Merkle root over the ops, chained to the segment before,
//! signed by the actor.
//!
//! The Merkle tree is RFC 6962's (leaf prefix 0, node prefix 1) with BLAKE3. A leaf is
//! `H(0 ‖ header ‖ H(salt ‖ payload))`: a payload can be erased, its inner hash kept, and the segment still verifies.
//! Salts come from one seed a segment; erasing a payload replaces the seed by the salts of the others
//! (see `docs/decisions/`), so that what was erased cannot be guessed.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use crate::codec::{decode_ops, encode_ops};
use crate::id::{ActorId, Dot, Lane};
use crate::op::Op;
use crate::wire::{Reader, WireError, put_bytes, put_varint};

/// BLAKE3, 32 bytes.
pub type Hash = [u8; 32];

/// The format this build writes. It reads this and nothing older; a newer one is refused by number.
pub const FORMAT: u8 = 1;
/// Ops in one segment: more gains little in bytes, and a cut link repeats at most this many.
pub const MAX_SEGMENT_OPS: usize = 1024;
/// JSON bytes after which a segment is closed, so that one segment never fills a thin link for long.
pub const SEGMENT_TARGET_BYTES: usize = 512 << 10;

/// What identifies a segment and binds it to its place in the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SegmentHead {
    /// Wire format.
    pub format: u8,
    /// Version of element names and dictionaries the author knew; never a reason to refuse.
    pub schema: u16,
    /// The author's incarnation.
    pub actor: ActorId,
    /// The lane.
    pub lane: Lane,
    /// Seq of the first op.
    pub first: u64,
    /// Number of ops, at least 1.
    pub count: u32,
    /// Hash of the segment before in this lane; zeros for the first.
    pub prev: Hash,
    /// Merkle root over the ops.
    pub root: Hash,
}

impl SegmentHead {
    /// Seq of the last op.
    pub fn last(&self) -> u64 {
        self.first + u64::from(self.count) - 1
    }

    fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(112);
        out.push(self.format);
        out.extend_from_slice(&self.schema.to_le_bytes());
        out.extend_from_slice(&self.actor.0);
        out.push(self.lane.0);
        out.extend_from_slice(&self.first.to_le_bytes());
        out.extend_from_slice(&self.count.to_le_bytes());
        out.extend_from_slice(&self.prev);
        out.extend_from_slice(&self.root);
        out
    }

    /// The segment's hash: BLAKE3 of the head.
    pub fn hash(&self) -> Hash {
        *blake3::hash(&self.bytes()).as_bytes()
    }
}

/// A segment taken apart and verified.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segment {
    /// Its place in the log.
    pub head: SegmentHead,
    /// Its ops in seq order. An erased op has no changes.
    pub ops: Vec<Op>,
    salts: Salts,
    signature: [u8; 64],
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Salts {
    Seed([u8; 16]),
    /// After an erasure: the salt of every op that remains, or the inner hash of one that was erased.
    Each(Vec<Leaf>),
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Leaf {
    Salt([u8; 16]),
    Erased(Hash),
}

/// Why a segment is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SegmentError {
    /// Written by a newer version.
    #[error("segment format {0} is newer than this build reads ({FORMAT}); upgrade this side")]
    Format(u8),
    /// Damaged in storage or on the way.
    #[error("the segment is damaged: {0}; fetch it again")]
    Damaged(#[from] WireError),
    /// The ops are not the ones the root speaks of.
    #[error("the segment's ops do not match its Merkle root; fetch it again")]
    Root,
    /// Not signed by the actor's key.
    #[error("the segment's signature is not by its actor's key")]
    Signature,
    /// Nothing to seal, or too much.
    #[error("a segment holds 1 to {MAX_SEGMENT_OPS} ops of one actor and lane, in sequence")]
    Shape,
}

impl SegmentError {
    /// Stable code for answers, logs and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Format(_) => "segment-format",
            Self::Damaged(_) => "segment-damaged",
            Self::Root => "segment-root",
            Self::Signature => "segment-signature",
            Self::Shape => "segment-shape",
        }
    }
}

/// Seals ops into a signed segment. `seed` is 16 random bytes, fresh for every segment.
///
/// # Errors
/// [`SegmentError::Shape`] unless the ops are 1 to [`MAX_SEGMENT_OPS`] of one actor and lane in sequence.
pub fn seal(
    ops: Vec<Op>,
    schema: u16,
    prev: Hash,
    seed: [u8; 16],
    key: &SigningKey,
) -> Result<Segment, SegmentError> {
    let first = ops.first().ok_or(SegmentError::Shape)?.dot;
    check_shape(&ops, first)?;
    let salts = Salts::Seed(seed);
    let head = SegmentHead {
        format: FORMAT,
        schema,
        actor: first.actor,
        lane: first.lane,
        first: first.seq,
        count: u32::try_from(ops.len()).map_err(|_| SegmentError::Shape)?,
        prev,
        root: root(&leaves(&ops, &salts)),
    };
    let signature = key.sign(&head.hash()).to_bytes();
    Ok(Segment { head, ops, salts, signature })
}

fn check_shape(ops: &[Op], first: Dot) -> Result<(), SegmentError> {
    if ops.len() > MAX_SEGMENT_OPS || first.seq == 0 || first.seq > u64::MAX / 2 {
        return Err(SegmentError::Shape);
    }
    let in_sequence = ops.iter().zip(first.seq..).all(|(op, seq)| op.dot == Dot { seq, ..first });
    if in_sequence { Ok(()) } else { Err(SegmentError::Shape) }
}

impl Segment {
    /// The bytes to store and to send.
    ///
    /// # Errors
    /// [`SegmentError::Damaged`] if the ops are larger than a reader takes.
    pub fn encode(&self) -> Result<Vec<u8>, SegmentError> {
        let mut out = self.head.bytes();
        out.extend_from_slice(&self.signature);
        match &self.salts {
            Salts::Seed(seed) => {
                out.push(0);
                out.extend_from_slice(seed);
            }
            Salts::Each(list) => {
                out.push(1);
                for leaf in list {
                    match leaf {
                        Leaf::Salt(salt) => {
                            out.push(0);
                            out.extend_from_slice(salt);
                        }
                        Leaf::Erased(hash) => {
                            out.push(1);
                            out.extend_from_slice(hash);
                        }
                    }
                }
            }
        }
        put_bytes(&mut out, &encode_ops(&self.ops)?);
        Ok(out)
    }

    /// The same segment with the payload of `seq` erased; root, hash and signature stay valid.
    pub fn erase(mut self, seq: u64) -> Self {
        let Some(at) = seq.checked_sub(self.head.first).and_then(|at| usize::try_from(at).ok()) else {
            return self;
        };
        if at >= self.ops.len() {
            return self;
        }
        let mut list = match self.salts {
            Salts::Seed(seed) => (0..self.ops.len()).map(|i| Leaf::Salt(salt(&seed, i))).collect(),
            Salts::Each(list) => list,
        };
        if let Leaf::Salt(salt) = &list[at] {
            list[at] = Leaf::Erased(inner(salt, &self.ops[at]));
            self.ops[at].changes.clear();
        }
        self.salts = Salts::Each(list);
        self
    }
}

/// Reads the head alone; nothing is verified.
///
/// # Errors
/// [`SegmentError::Format`] for a newer format, [`SegmentError::Damaged`] if too short.
pub fn peek(bytes: &[u8]) -> Result<SegmentHead, SegmentError> {
    read_head(&mut Reader::new(bytes))
}

fn read_head(reader: &mut Reader<'_>) -> Result<SegmentHead, SegmentError> {
    let format = reader.byte("a segment's format")?;
    if format != FORMAT {
        return Err(SegmentError::Format(format));
    }
    let head = SegmentHead {
        format,
        schema: u16::from_le_bytes(reader.array("a schema number")?),
        actor: ActorId(reader.array("an actor")?),
        lane: Lane(reader.byte("a lane")?),
        first: u64::from_le_bytes(reader.array("a sequence number")?),
        count: u32::from_le_bytes(reader.array("a count")?),
        prev: reader.array("a hash")?,
        root: reader.array("a hash")?,
    };
    let count_ok = head.count >= 1 && head.count as usize <= MAX_SEGMENT_OPS;
    if !count_ok || head.first == 0 || head.first > u64::MAX / 2 || head.lane > Lane::AUDIT {
        return Err(SegmentError::Shape);
    }
    Ok(head)
}

/// Reads and verifies a segment: signature, root, sequence.
///
/// # Errors
/// [`SegmentError`], which says which of them failed.
pub fn open(bytes: &[u8], key: &VerifyingKey) -> Result<Segment, SegmentError> {
    let segment = read(bytes)?;
    let signature = Signature::from_bytes(&segment.signature);
    key.verify_strict(&segment.head.hash(), &signature).map_err(|_| SegmentError::Signature)?;
    Ok(segment)
}

/// Reads a segment and verifies its root against its ops, but not the signature: for a store that reads
/// back what it verified on arrival.
///
/// # Errors
/// [`SegmentError`], which says what failed.
pub fn read(bytes: &[u8]) -> Result<Segment, SegmentError> {
    let mut reader = Reader::new(bytes);
    let head = read_head(&mut reader)?;
    let signature: [u8; 64] = reader.array("a signature")?;
    let salts = read_salts(&mut reader, head.count as usize)?;
    let ops = decode_ops(reader.bytes(usize::MAX, "the ops of a segment")?)?;
    reader.end()?;
    check_shape(&ops, Dot { actor: head.actor, lane: head.lane, seq: head.first })?;
    if ops.len() != head.count as usize {
        return Err(SegmentError::Shape);
    }
    if has_unvouched(&ops, &salts) || root(&leaves(&ops, &salts)) != head.root {
        return Err(SegmentError::Root);
    }
    Ok(Segment { head, ops, salts, signature })
}

/// Whether an op that is said to be erased has a payload: the hash that stands for it does not speak of that one.
fn has_unvouched(ops: &[Op], salts: &Salts) -> bool {
    let Salts::Each(list) = salts else { return false };
    ops.iter().zip(list).any(|(op, leaf)| matches!(leaf, Leaf::Erased(_)) && !op.changes.is_empty())
}

fn read_salts(reader: &mut Reader<'_>, count: usize) -> Result<Salts, SegmentError> {
    match reader.byte("salts")? {
        0 => Ok(Salts::Seed(reader.array("a seed")?)),
        1 => {
            let mut list = Vec::with_capacity(count);
            for _ in 0..count {
                list.push(match reader.byte("a salt")? {
                    0 => Leaf::Salt(reader.array("a salt")?),
                    1 => Leaf::Erased(reader.array("an erased payload's hash")?),
                    _ => return Err(WireError::Invalid("a salt").into()),
                });
            }
            Ok(Salts::Each(list))
        }
        _ => Err(WireError::Invalid("salts").into()),
    }
}

fn salt(seed: &[u8; 16], at: usize) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(seed).update(&(at as u64).to_le_bytes());
    let mut out = [0; 16];
    out.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    out
}

/// `H(salt ‖ payload)`.
fn inner(salt: &[u8; 16], op: &Op) -> Hash {
    let mut payload = salt.to_vec();
    for change in &op.changes {
        put_bytes(&mut payload, change.key.as_bytes());
        put_varint(&mut payload, change.pred.len() as u64);
        for pred in &change.pred {
            payload.extend_from_slice(&pred.actor.0);
            put_varint(&mut payload, pred.seq);
        }
        match &change.value {
            None => payload.push(0),
            Some(value) => {
                payload.push(1);
                put_bytes(&mut payload, value.as_bytes());
            }
        }
    }
    *blake3::hash(&payload).as_bytes()
}

fn leaves(ops: &[Op], salts: &Salts) -> Vec<Hash> {
    let mut buffer = Vec::with_capacity(160);
    ops.iter()
        .enumerate()
        .map(|(at, op)| {
            let inner = match salts {
                Salts::Seed(seed) => inner(&salt(seed, at), op),
                Salts::Each(list) => match &list[at] {
                    Leaf::Salt(salt) => inner(salt, op),
                    Leaf::Erased(hash) => *hash,
                },
            };
            buffer.clear();
            buffer.push(0);
            buffer.extend_from_slice(&op.dot.actor.0);
            buffer.push(op.dot.lane.0);
            put_varint(&mut buffer, op.dot.seq);
            put_varint(&mut buffer, op.hlc.0);
            put_bytes(&mut buffer, op.entity.kind.as_bytes());
            put_bytes(&mut buffer, op.entity.id.as_bytes());
            put_bytes(&mut buffer, op.author.as_bytes());
            buffer.extend_from_slice(&inner);
            *blake3::hash(&buffer).as_bytes()
        })
        .collect()
}

/// RFC 6962 §2.1, with BLAKE3.
fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::default(),
        [one] => *one,
        many => {
            let split = many.len().next_power_of_two() / 2;
            let mut node = vec![1];
            node.extend_from_slice(&root(&many[..split]));
            node.extend_from_slice(&root(&many[split..]));
            *blake3::hash(&node).as_bytes()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hlc::Hlc;
    use crate::id::Entity;
    use crate::op::{Change, EntityDot};

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn ops(n: u64) -> Vec<Op> {
        let actor = ActorId([3; 16]);
        (1..=n)
            .map(|seq| Op {
                dot: Dot { actor, lane: Lane::CHART, seq },
                hlc: Hlc::new(1_700_000_000_000 + seq * 31, 0),
                entity: Entity::new("Observation", format!("0000000{}-0000-4000-8000-00000000000a", seq % 4)),
                author: "Practitioner/1".into(),
                changes: vec![
                    Change { key: "status".into(), pred: vec![], value: Some("\"final\"".into()) },
                    Change {
                        key: "subject".into(),
                        pred: vec![EntityDot { actor: ActorId([9; 16]), seq }],
                        value: Some(r#"{"reference":"Patient/0b2b2b2b-1111-4222-8333-444455556666"}"#.into()),
                    },
                    Change { key: "note".into(), pred: vec![], value: None },
                ],
            })
            .collect()
    }

    #[test]
    fn sealed_segment_opens_to_the_same_ops() {
        let sealed = seal(ops(100), 1, [0; 32], [5; 16], &key()).unwrap();
        let bytes = sealed.encode().unwrap();
        assert_eq!(open(&bytes, &key().verifying_key()).unwrap(), sealed);
        assert!(bytes.len() < 1600, "{} bytes", bytes.len());
    }

    #[test]
    fn no_flipped_bit_changes_what_is_read() {
        let sealed = seal(ops(20), 1, [0; 32], [5; 16], &key()).unwrap();
        let bytes = sealed.encode().unwrap();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << (at % 8);
            // A bit that zstd does not use may flip and the content still be exactly what was signed.
            if let Ok(opened) = open(&damaged, &key().verifying_key()) {
                assert_eq!(opened, sealed, "byte {at}");
            }
        }
    }

    #[test]
    fn other_key_is_refused() {
        let bytes = seal(ops(3), 1, [0; 32], [5; 16], &key()).unwrap().encode().unwrap();
        let other = SigningKey::from_bytes(&[8; 32]).verifying_key();
        assert_eq!(open(&bytes, &other), Err(SegmentError::Signature));
    }

    #[test]
    fn erased_payload_leaves_a_segment_that_verifies() {
        let segment = seal(ops(10), 1, [0; 32], [5; 16], &key()).unwrap().erase(4).erase(7);
        let bytes = segment.encode().unwrap();
        let opened = open(&bytes, &key().verifying_key()).unwrap();
        assert!(opened.ops[3].changes.is_empty() && opened.ops[6].changes.is_empty());
        assert_eq!(opened.ops[4].changes.len(), 3);
    }

    #[test]
    fn payload_in_the_place_of_an_erased_one_is_refused() {
        let mut forged = seal(ops(3), 1, [0; 32], [5; 16], &key()).unwrap().erase(2);
        forged.ops[1].changes =
            vec![Change { key: "status".into(), pred: vec![], value: Some("\"forged\"".into()) }];
        let bytes = forged.encode().unwrap();
        assert_eq!(open(&bytes, &key().verifying_key()), Err(SegmentError::Root));
    }
}
