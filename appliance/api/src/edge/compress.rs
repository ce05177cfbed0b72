//! Compression of answers, by what the client accepts (RFC 9110 §12.5.3).

use tower_http::CompressionLevel;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::compression::{CompressionLayer, DefaultPredicate};

/// Below this a body goes out as it is: it fits into a few packets, and packing it would cost a read more than it saves the
/// link. Most single resources are smaller, pages of a search are larger.
const WORTH_BYTES: u16 = 4 * 1024;

/// gzip, brotli or zstd for large answers; streams of events stay as they are, so that none waits for the next.
pub(crate) fn compress() -> CompressionLayer<impl Predicate> {
    let predicate = DefaultPredicate::new()
        .and(SizeAbove::new(WORTH_BYTES))
        .and(NotForContentType::const_new("text/event-stream"));
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(predicate)
}
