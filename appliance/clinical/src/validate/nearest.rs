//! The name that was probably meant.

/// Names with more slips than this between them mean something else; of short names, half their length.
const MAX_SLIPS: usize = 2;
/// Longer than any element's name in R4.
const MAX_NAME: usize = 48;

/// The name nearest to a wrong one, if one is near. At most 48 × 48 steps a name.
pub(super) fn nearest<'n>(wrong: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    if wrong.len() > MAX_NAME {
        return None;
    }
    let most = MAX_SLIPS.min(wrong.len() / 2);
    names
        .filter(|name| name.len().abs_diff(wrong.len()) <= most)
        .map(|name| (slips(wrong.as_bytes(), name.as_bytes()), name))
        .filter(|(slips, _)| *slips <= most)
        .min()
        .map(|(_, name)| name)
}

/// Letters to put in, take out or change (Levenshtein), a change of case for free.
fn slips(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut before = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let changed = before + usize::from(!x.eq_ignore_ascii_case(y));
            before = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(before + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found() {
        let names = ["birthDate", "name", "gender", "id"];
        for (wrong, expected) in [
            ("birthdate", Some("birthDate")),
            ("birtDate", Some("birthDate")),
            ("nmae", Some("name")),
            ("Gender", Some("gender")),
            ("sex", None),
            ("x", None),
            ("ü", None),
            (&"name".repeat(100), None),
        ] {
            assert_eq!(nearest(wrong, names.into_iter()), expected, "{wrong}");
        }
    }
}
