//! How alike two names sound on paper: Jaro–Winkler similarity, by characters of any script.
//!
//! Source: W. E. Winkler, "String Comparator Metrics and Enhanced Decision Rules in the Fellegi-Sunter Model of Record
//! Linkage" (1990).

/// From 0 (nothing alike) to 1 (the same). Both in their normal form.
pub(super) fn jaro_winkler(a: &str, b: &str) -> f64 {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let jaro = jaro(&a, &b);
    let common = a.iter().zip(&b).take(4).take_while(|(a, b)| a == b).count() as f64;
    jaro + common * 0.1 * (1.0 - jaro)
}

fn jaro(a: &[char], b: &[char]) -> f64 {
    if a.is_empty() || b.is_empty() {
        return if a.len() == b.len() { 1.0 } else { 0.0 };
    }
    let reach = (a.len().max(b.len()) / 2).saturating_sub(1);
    let mut taken = vec![false; b.len()];
    let mut of_a = Vec::new();
    for (at, c) in a.iter().enumerate() {
        let window = at.saturating_sub(reach)..b.len().min(at + reach + 1);
        let found = window.into_iter().find(|other| !taken[*other] && b[*other] == *c);
        if let Some(other) = found {
            taken[other] = true;
            of_a.push(*c);
        }
    }
    if of_a.is_empty() {
        return 0.0;
    }
    let of_b = b.iter().zip(&taken).filter(|(_, taken)| **taken).map(|(c, _)| c);
    let swapped = of_a.iter().zip(of_b).filter(|(a, b)| a != b).count() as f64 / 2.0;
    let matches = of_a.len() as f64;
    (matches / a.len() as f64 + matches / b.len() as f64 + (matches - swapped) / matches) / 3.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similarity_is_winklers() {
        // Pairs of Winkler's paper (table of string comparator values), to three digits.
        for (a, b, expected) in [
            ("martha", "marhta", 0.961),
            ("dwayne", "duane", 0.840),
            ("dixon", "dicksonx", 0.813),
            ("jones", "johnson", 0.832),
            ("abc", "abc", 1.0),
            ("abc", "xyz", 0.0),
            ("", "", 1.0),
            ("", "a", 0.0),
            ("владимир", "владимер", 0.950),
        ] {
            let found = jaro_winkler(a, b);
            assert!((found - expected).abs() < 0.001, "{a} {b}: {found}");
        }
    }

    proptest::proptest! {
        #[test]
        fn similarity_is_symmetric_and_bounded(a in "\\PC{0,12}", b in "\\PC{0,12}") {
            let (there, back) = (jaro_winkler(&a, &b), jaro_winkler(&b, &a));
            proptest::prop_assert!((there - back).abs() < 1e-9);
            proptest::prop_assert!((0.0..=1.0 + 1e-9).contains(&there));
            proptest::prop_assert!((jaro_winkler(&a, &a) - 1.0).abs() < 1e-9);
        }
    }
}
