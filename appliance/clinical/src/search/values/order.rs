//! Numbers as texts whose order is that of the numbers.

/// Sixty-four characters in the order of their bytes.
const DIGITS: &[u8; 64] = b"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

/// Characters of a time.
pub(crate) const TIME_CHARS: u32 = 9;
/// Characters of a number.
pub(crate) const NUMBER_CHARS: u32 = 11;

/// Milliseconds from the beginning of the year 1; the order of the texts is that of the times.
pub(crate) fn time(ms: u64) -> String {
    digits(ms, TIME_CHARS)
}

/// The milliseconds that [`time`] wrote; `None` if it did not write that.
pub(crate) fn read_time(text: &str) -> Option<u64> {
    if text.len() != TIME_CHARS as usize {
        return None;
    }
    text.bytes().try_fold(0, |ms, byte| {
        let digit = DIGITS.iter().position(|digit| *digit == byte)?;
        Some(ms * 64 + digit as u64)
    })
}

/// A number. Two decimals that differ by less than an `f64` can tell are equal here.
pub(crate) fn number(value: f64) -> String {
    // -0 is 0. The bits of positive numbers are in order; those of negative ones in the reverse.
    let bits = (value + 0.0).to_bits();
    let ordered = if bits >> 63 == 0 { bits | 1 << 63 } else { !bits };
    digits(ordered, NUMBER_CHARS)
}

fn digits(mut value: u64, count: u32) -> String {
    let mut out = vec![0; count as usize];
    for place in out.iter_mut().rev() {
        *place = DIGITS[(value % 64) as usize];
        value /= 64;
    }
    out.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_in_the_order_of_the_numbers() {
        let numbers = [f64::MIN, -1e9, -2.5, -1.0, -1e-9, 0.0, 1e-9, 0.5, 1.0, 99.9, 100.0, 1e300];
        assert!(numbers.map(number).is_sorted_by(|a, b| a < b));
        assert_eq!(number(-0.0), number(0.0));
        let times = [0, 1, 63, 64, 4095, 4096, 63_900_000_000_000, 315_537_897_600_000];
        assert!(times.map(time).is_sorted_by(|a, b| a < b));
        assert_eq!(times.map(|ms| read_time(&time(ms))), times.map(Some));
        assert_eq!((read_time(""), read_time("é------")), (None, None));
    }
}
