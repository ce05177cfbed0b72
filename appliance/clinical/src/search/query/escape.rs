//! Separators and the backslashes before them.

/// The pieces between separators that no backslash precedes; still escaped.
pub(super) fn split(text: &str, separator: char) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, c) in text.char_indices() {
        if !escaped && c == separator {
            pieces.push(&text[start..at]);
            start = at + c.len_utf8();
        }
        escaped = !escaped && c == '\\';
    }
    pieces.push(&text[start..]);
    pieces
}

/// Takes the backslash off `\,`, `\|`, `\$` and `\\`; any other backslash stays.
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        match next.filter(|next| c == '\\' && matches!(next, ',' | '|' | '$' | '\\')) {
            Some(escaped) => {
                out.push(escaped);
                rest.next();
            }
            None => out.push(c),
        }
    }
    out
}
