//! Headers of requests for files: a part that is given lies within the file, and a digest is the body's or none.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use holdfast_api::RequestError;
use holdfast_api::files::digest::{Asked, asked};
use holdfast_api::files::range::{Part, part};
use http::{HeaderName, HeaderValue};
use sha2::{Digest, Sha256};

use crate::source::Source;

pub(crate) fn run(data: &[u8]) {
    let mut source = Source::new(data);
    match source.byte() % 3 {
        0 => range(&mut source),
        1 => written_range(&mut source),
        _ => digest(&mut source),
    }
}

/// Any text, for a file of any size.
fn range(source: &mut Source<'_>) {
    let size = source.number().max(1);
    let text = String::from_utf8_lossy(source.rest());
    match part(Some(&text), size) {
        Part::Whole => {}
        Part::Some(bytes) => {
            assert!(bytes.start < bytes.end && bytes.end <= size, "{text}: {bytes:?} of {size}");
            let again = format!("bytes={}-{}", bytes.start, bytes.end - 1);
            assert_eq!(part(Some(&again), size), Part::Some(bytes), "{text} is not {again}");
        }
        Part::PastTheEnd => assert!(text.trim().starts_with("bytes="), "{text}"),
    }
}

/// A range as clients write it is given as far as the file goes.
fn written_range(source: &mut Source<'_>) {
    let size = source.number().max(1);
    let (first, length) = (source.number(), source.number());
    let last = first.saturating_add(length);
    let expected = |from: u64, to: u64| if from < to { Part::Some(from..to) } else { Part::PastTheEnd };
    let written = format!("bytes={first}-{last}");
    assert_eq!(part(Some(&written), size), expected(first, last.saturating_add(1).min(size)), "{written}");
    assert_eq!(part(Some(&format!("bytes={first}-")), size), expected(first, size));
    let from = if length == 0 { size } else { size.saturating_sub(length) };
    assert_eq!(part(Some(&format!("bytes=-{length}")), size), expected(from, size));
}

/// Any header beside any body, and the one that belongs to it.
fn digest(source: &mut Source<'_>) {
    let (text, body) = (source.chunk(), source.rest());
    let line = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(body)));
    let own = read(line.as_bytes()).ok().flatten();
    assert!(own.is_some_and(|own| own.fits(body) && !own.fits(&[body, b"x"].concat())), "{line}");
    match read(text) {
        Ok(Some(one)) if one.fits(body) => assert_eq!(Some(one), own),
        Ok(_) => {}
        Err(error) => assert!(matches!(error, RequestError::BadHeader { .. }), "{error}"),
    }
}

fn read(text: &[u8]) -> Result<Option<Asked>, RequestError> {
    let value = HeaderValue::from_bytes(text).ok();
    asked(&value.into_iter().map(|value| (HeaderName::from_static("content-digest"), value)).collect())
}
