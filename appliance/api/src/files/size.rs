//! Sizes for people.

/// A size in the largest unit of which there is one, with one decimal at the most: `1 MiB`, `300.5 MiB`.
pub(super) fn words(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let unit = UNITS.iter().find(|(_, unit)| bytes >= *unit);
    let Some((name, unit)) = unit else { return format!("{bytes} bytes") };
    // Upwards, so that what is past a limit does not read as the limit.
    let tenths = (u128::from(bytes) * 10).div_ceil(u128::from(*unit));
    match tenths % 10 {
        0 => format!("{} {name}", tenths / 10),
        rest => format!("{}.{rest} {name}", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_said_in_one_unit() {
        for (bytes, expected) in [
            (0, "0 bytes"),
            (1023, "1023 bytes"),
            (1024, "1 KiB"),
            (100 << 20, "100 MiB"),
            ((100 << 20) + 1, "100.1 MiB"),
            (300 << 20, "300 MiB"),
            (3 << 29, "1.5 GiB"),
            (u64::MAX, "17179869184 GiB"),
        ] {
            assert_eq!(words(bytes), expected);
        }
    }
}
