//! Canonical lower-case UUIDs inside text.

use std::collections::HashMap;

use super::UUID_HERE;

/// Every distinct UUID of a batch, in the order first met, and the column of references to them.
#[derive(Default)]
pub(super) struct UuidTable {
    pub(super) list: Vec<[u8; 16]>,
    numbers: HashMap<[u8; 16], u64>,
    /// 0: the next new one; n: the n-th last met (1 = the newest).
    pub(super) column: Vec<u64>,
}

impl UuidTable {
    /// Notes one use.
    pub(super) fn refer(&mut self, uuid: [u8; 16]) {
        match self.numbers.get(&uuid) {
            Some(number) => self.column.push(self.list.len() as u64 - number),
            None => {
                self.numbers.insert(uuid, self.list.len() as u64);
                self.list.push(uuid);
                self.column.push(0);
            }
        }
    }

    /// Appends `text` with each UUID replaced by a mark.
    pub(super) fn strip(&mut self, text: &str, out: &mut Vec<u8>) {
        let bytes = text.as_bytes();
        let (mut from, mut at) = (0, 8);
        while at + 28 <= bytes.len() {
            if bytes[at] != b'-' {
                at += 1;
                continue;
            }
            match parse(&bytes[at - 8..at + 28]) {
                Some(uuid) if at - 8 >= from => {
                    out.extend_from_slice(&bytes[from..at - 8]);
                    out.push(UUID_HERE);
                    self.refer(uuid);
                    from = at + 28;
                    at = from + 8;
                }
                _ => at += 1,
            }
        }
        out.extend_from_slice(&bytes[from..]);
    }
}

/// 36 bytes of canonical lower-case text to 16 bytes.
pub(super) fn parse(text: &[u8]) -> Option<[u8; 16]> {
    if text.len() != 36 || [8, 13, 18, 23].iter().any(|at| text[*at] != b'-') {
        return None;
    }
    let mut out = [0; 16];
    let mut at = 0;
    for slot in &mut out {
        if text[at] == b'-' {
            at += 1;
        }
        *slot = hex(text[at])? << 4 | hex(text[at + 1])?;
        at += 2;
    }
    Some(out)
}

fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

/// 16 bytes to 36 bytes of text.
pub(super) fn format(uuid: &[u8; 16], out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (at, byte) in uuid.iter().enumerate() {
        if [4, 6, 8, 10].contains(&at) {
            out.push('-');
        }
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}
