//! Bytes in and out: LEB128 integers, length-prefixed strings, bounds checked everywhere.

/// Why bytes could not be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WireError {
    /// The bytes end too soon.
    #[error("the data ends in the middle of {0}")]
    Short(&'static str),
    /// A number, count or length is larger than the format allows.
    #[error("{0} is larger than the format allows")]
    TooLarge(&'static str),
    /// Something does not decode.
    #[error("{0} is not valid")]
    Invalid(&'static str),
    /// Bytes are left over.
    #[error("there is data after the end")]
    Trailing,
}

/// Appends an unsigned LEB128 integer.
pub fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a length and the bytes.
pub fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Maps a signed difference onto small unsigned numbers.
pub fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

/// Undoes [`zigzag`].
pub fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// Reads from a byte slice; every read is bounds checked.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads from the start of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The bytes not read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next `n` bytes.
    ///
    /// # Errors
    /// [`WireError::Short`] if there are fewer.
    pub fn take(&mut self, n: usize, what: &'static str) -> Result<&'a [u8], WireError> {
        if self.rest.len() < n {
            return Err(WireError::Short(what));
        }
        let (head, rest) = self.rest.split_at(n);
        self.rest = rest;
        Ok(head)
    }

    /// A fixed number of bytes.
    ///
    /// # Errors
    /// [`WireError::Short`] if there are fewer.
    pub fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], WireError> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N, what)?);
        Ok(out)
    }

    /// One byte.
    ///
    /// # Errors
    /// [`WireError::Short`] at the end.
    pub fn byte(&mut self, what: &'static str) -> Result<u8, WireError> {
        Ok(self.take(1, what)?[0])
    }

    /// An unsigned LEB128 integer.
    ///
    /// # Errors
    /// [`WireError::Short`] at the end, [`WireError::TooLarge`] past 64 bits.
    pub fn varint(&mut self, what: &'static str) -> Result<u64, WireError> {
        let mut value = 0u64;
        for shift in (0..70).step_by(7) {
            let byte = self.byte(what)?;
            if shift == 63 && byte > 1 {
                return Err(WireError::TooLarge(what));
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(WireError::TooLarge(what))
    }

    /// A count or length of at most `limit`.
    ///
    /// # Errors
    /// [`WireError::TooLarge`] above the limit.
    pub fn count(&mut self, limit: usize, what: &'static str) -> Result<usize, WireError> {
        let value = self.varint(what)?;
        usize::try_from(value).ok().filter(|n| *n <= limit).ok_or(WireError::TooLarge(what))
    }

    /// A length and that many bytes, at most `limit`.
    ///
    /// # Errors
    /// [`WireError::TooLarge`] above the limit, [`WireError::Short`] at the end.
    pub fn bytes(&mut self, limit: usize, what: &'static str) -> Result<&'a [u8], WireError> {
        let n = self.count(limit, what)?;
        self.take(n, what)
    }

    /// A length-prefixed UTF-8 string of at most `limit` bytes.
    ///
    /// # Errors
    /// As [`Reader::bytes`]; [`WireError::Invalid`] if not UTF-8.
    pub fn string(&mut self, limit: usize, what: &'static str) -> Result<String, WireError> {
        let bytes = self.bytes(limit, what)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| WireError::Invalid(what))
    }

    /// Succeeds only if everything was read.
    ///
    /// # Errors
    /// [`WireError::Trailing`] if bytes are left.
    pub fn end(&self) -> Result<(), WireError> {
        if self.rest.is_empty() { Ok(()) } else { Err(WireError::Trailing) }
    }
}
