//! Media types of files: which are let in as what they say, and which a browser may show.

/// The most characters of a media type.
const MAX_MEDIA_TYPE: usize = 100;
/// What browsers show without running anything of it. Not among them: pages and drawings, which may hold programs.
const SHOWN: [&str; 6] =
    ["application/pdf", "image/gif", "image/jpeg", "image/png", "image/webp", "text/plain"];

/// Whether the text is a media type, without parameters: `type/subtype` (RFC 6838 §4.2).
pub fn is_media_type(text: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    text.len() <= MAX_MEDIA_TYPE
        && text.split_once('/').is_some_and(|(kind, subtype)| is_part(kind) && is_part(subtype))
}

/// Whether a browser may show it in place.
pub fn is_shown(media_type: &str) -> bool {
    SHOWN.iter().any(|shown| media_type.eq_ignore_ascii_case(shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_are_told_from_other_texts() {
        for text in ["application/pdf", "image/svg+xml", "application/vnd.ms-excel", "x/y"] {
            assert!(is_media_type(text), "{text}");
        }
        for text in ["", "pdf", "/", "a/", "text/plain; charset=utf-8", "text/pl ain", "a/b/c", "text/\r\nx"]
        {
            assert!(!is_media_type(text), "{text}");
        }
        assert!(is_shown("Image/PNG") && !is_shown("text/html") && !is_shown("image/svg+xml"));
    }
}
