//! The normal form of searched text: case, accents and punctuation do not count.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The longest normal form indexed, in characters. Longer texts are found by their beginning, and a longer query
/// is cut alike.
pub const MAX_CHARS: usize = 120;

/// The most words of one text that are indexed one by one.
pub const MAX_WORDS: usize = 16;

/// Lower case, compatibility-decomposed, without accents and optional vowel points; apostrophes vanish, any other
/// punctuation and white space becomes one space. Marks that tell letters apart (Devanagari vowels, Japanese
/// voicing, Thai vowels) stay.
///
/// Source: <https://hl7.org/fhir/R4/search.html#string>.
pub fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut pending_space = false;
    let kept = text.nfkd().filter(|c| !is_accent(*c) && !is_apostrophe(*c)).flat_map(char::to_lowercase);
    // Decomposed again: marks that an apostrophe kept apart now follow each other, and have an order of their own.
    for c in kept.nfkd().filter(|c| !is_accent(*c)) {
        if c.is_alphanumeric() || is_combining_mark(c) {
            if pending_space && !out.is_empty() {
                out.push(' ');
            }
            pending_space = false;
            push_folded(&mut out, c);
        } else {
            pending_space = true;
        }
    }
    truncate(&mut out);
    out
}

/// The words of a normal form, at most [`MAX_WORDS`].
pub fn words(normal: &str) -> impl Iterator<Item = &str> {
    normal.split(' ').take(MAX_WORDS)
}

/// What a narrative says, without its tags.
pub(crate) fn narrative_text(div: &str) -> String {
    let mut parts = div.split('<');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push(' ');
        out.push_str(part.split_once('>').map_or("", |(_, text)| text));
    }
    out
}

/// Letters that Unicode does not decompose, but people type without.
fn push_folded(out: &mut String, c: char) {
    match c {
        'ß' => out.push_str("ss"),
        'æ' => out.push_str("ae"),
        'œ' => out.push_str("oe"),
        'þ' => out.push_str("th"),
        'ø' => out.push('o'),
        'đ' | 'ð' => out.push('d'),
        'ł' => out.push('l'),
        'ħ' => out.push('h'),
        'ı' => out.push('i'),
        'ς' => out.push('σ'),
        other => out.push(other),
    }
}

/// Combining accents of Latin, Greek and Cyrillic, Hebrew points, Arabic vowel marks.
fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe20}'..='\u{fe2f}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}'
        | '\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}')
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '`' | '\u{2b9}' | '\u{2bb}' | '\u{2bc}' | '\u{2018}' | '\u{2019}' | '\u{2032}')
}

fn truncate(out: &mut String) {
    if let Some((at, _)) = out.char_indices().nth(MAX_CHARS) {
        out.truncate(at);
        out.truncate(out.trim_end().len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_script_has_a_normal_form() {
        for (text, expected) in [
            ("José", "jose"),
            ("JOSE\u{301}", "jose"),
            ("Søren  Ågård", "soren agard"),
            ("O'Hara", "ohara"),
            ("O’Hara-Smith, Jr.", "ohara smith jr"),
            ("Straße", "strasse"),
            ("STRASSE", "strasse"),
            ("İstanbul Işık", "istanbul isik"),
            ("Đặng Thị Nguyễn", "dang thi nguyen"),
            ("ΟΔΥΣΣΕΥΣ", "οδυσσευσ"),
            ("Οδυσσεύς", "οδυσσευσ"),
            ("Ёлкин", "елкин"),
            ("שָׁלוֹם", "שלום"),
            ("مُحَمَّد", "محمد"),
            ("हिन्दी", "हिन्दी"),
            ("田中 がく", "田中 か\u{3099}く"),
            ("ﬁne", "fine"),
            ("  ", ""),
            ("...", ""),
        ] {
            assert_eq!(normalise(text), expected, "{text}");
        }
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(normalise(&"é".repeat(500)).chars().count(), MAX_CHARS);
    }

    #[test]
    fn marks_that_an_apostrophe_kept_apart_are_ordered() {
        let text = normalise("\u{e48}'\u{a4d}");
        assert_eq!(text, normalise("\u{e48}\u{a4d}"));
        assert_eq!(normalise(&text), text);
    }

    proptest::proptest! {
        #[test]
        fn normal_form_is_stable(text in "\\PC{0,40}") {
            let once = normalise(&text);
            proptest::prop_assert_eq!(normalise(&once), once);
        }
    }
}
