//! Compression of answers, by what the client accepts (RFC 9110 §12.5.3).

use http::header::ACCEPT_RANGES;
use http::{Extensions, HeaderMap, StatusCode, Version};
use tower_http::CompressionLevel;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::compression::{CompressionLayer, DefaultPredicate};

/// Below this a body goes out as it is: it fits into a few packets, and packing it would cost a read more than it saves the
/// link. Most single resources are smaller, pages of a search are larger.
const WORTH_BYTES: u16 = 4 * 1024;

/// gzip, brotli or zstd for large answers. Streams of events stay as they are, so that none waits for the next; and files, whose
/// length is told beforehand and of which parts are asked for.
pub(crate) fn compress() -> CompressionLayer<impl Predicate> {
    let is_whole =
        |_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions| !headers.contains_key(ACCEPT_RANGES);
    let predicate = DefaultPredicate::new()
        .and(SizeAbove::new(WORTH_BYTES))
        .and(NotForContentType::const_new("text/event-stream"))
        .and(is_whole);
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(predicate)
}
