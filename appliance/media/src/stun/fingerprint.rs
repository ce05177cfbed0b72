//! FINGERPRINT: the CRC-32 of a message, xored (RFC 8489 §14.7).

/// "STUN" in ASCII, which the sum is xored with.
const MASK: u32 = 0x5354_554e;
/// CRC-32 as in ITU V.42, least significant bit first.
const POLYNOMIAL: u32 = 0xEDB8_8320;

static TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut sum = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ POLYNOMIAL } else { sum >> 1 };
            bit += 1;
        }
        table[byte] = sum;
        byte += 1;
    }
    table
}

/// The value of FINGERPRINT over `parts`, which are everything before the attribute, its length already counted in the header.
pub(crate) fn of(parts: &[&[u8]]) -> u32 {
    let mut sum = u32::MAX;
    for byte in parts.iter().copied().flatten() {
        sum = sum >> 8 ^ TABLE[usize::from(sum as u8 ^ byte)];
    }
    !sum ^ MASK
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_sum_is_crc32s() {
        // The check value of CRC-32/ISO-HDLC.
        assert_eq!(super::of(&[b"1234", b"56789"]) ^ super::MASK, 0xCBF4_3926);
    }
}
