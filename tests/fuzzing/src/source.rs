//! Reads decisions off fuzzed bytes; past their end every decision is 0.

pub(crate) struct Source<'a> {
    rest: &'a [u8],
}

impl<'a> Source<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn take(&mut self, n: usize) -> &'a [u8] {
        let (head, rest) = self.rest.split_at(n.min(self.rest.len()));
        self.rest = rest;
        head
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or(0)
    }

    /// A number below `n`, which is at most 256.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::from(self.byte()) % n
    }

    pub(crate) fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        let taken = self.take(N);
        out[..taken.len()].copy_from_slice(taken);
        out
    }

    /// Small numbers mostly, now and then any, or one near the end of the range.
    pub(crate) fn number(&mut self) -> u64 {
        match self.byte() {
            0xff => u64::from_le_bytes(self.array()),
            0xfe => u64::MAX - u64::from(self.byte()),
            0xfd => u64::MAX / 2 - 3 + u64::from(self.byte() % 8),
            small => u64::from(small),
        }
    }

    /// A number of either sign, near 0 or at the ends of the range mostly.
    pub(crate) fn far(&mut self) -> i64 {
        let near = i64::from(self.byte()) - 128;
        match self.byte() % 4 {
            0 => near,
            1 => i64::MAX - near.abs(),
            2 => i64::MIN + near.abs(),
            _ => i64::from_le_bytes(self.array()),
        }
    }

    /// A stretch of the bytes, its length before it.
    pub(crate) fn chunk(&mut self) -> &'a [u8] {
        let n = usize::from(u16::from_le_bytes(self.array()));
        self.take(n)
    }

    pub(crate) fn text(&mut self) -> String {
        let n = self.below(24);
        String::from_utf8_lossy(self.take(n)).into_owned()
    }
}
