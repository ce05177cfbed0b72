//! The form in which displays and what people type are compared.

use crate::search::text::normalise;

/// Lower case without accents; whatever is no letter or digit is one space. Unlike [`normalise`], which this is for any
/// other script, ASCII is not cut: names of tests are long.
pub(super) fn fold(text: &str) -> String {
    if !text.is_ascii() {
        return normalise(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'A'..='Z' | 'a'..='z' | '0'..='9' => out.push(c.to_ascii_lowercase()),
            '\'' => {}
            _ if out.is_empty() || out.ends_with(' ') => {}
            _ => out.push(' '),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Letters and digits alone, in lower case: `E11.9`, `e119` and `E11-9` are one.
pub(super) fn squeeze(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_punctuation_do_not_count() {
        for (text, expected) in [
            ("Essential (primary) hypertension", "essential primary hypertension"),
            ("Crohn's disease", "crohns disease"),
            ("Ménière", "meniere"),
            ("", ""),
            (" [#/volume]", "volume"),
        ] {
            assert_eq!(fold(text), expected);
        }
        assert_eq!(squeeze("E11.9"), squeeze(" e11-9"));
    }
}
