//! Requests and responses: what is read is written the same again, with the fuzzed bytes as they are or compressed.

use std::fmt::Debug;

use holdfast_core::codec::deflate;
use holdfast_core::message::{Request, Response};
use holdfast_core::wire::{WireError, put_bytes};

use crate::ops;
use crate::source::Source;

pub(crate) fn run(data: &[u8]) {
    let mut source = Source::new(data);
    match source.byte() % 4 {
        0 => stable(source.rest(), Request::decode, Request::encode),
        1 => stable(source.rest(), Response::decode, Response::encode),
        2 => stable(&request(&mut source), Request::decode, Request::encode),
        _ => stable(&response(&mut source), Response::decode, Response::encode),
    }
}

fn stable<T: PartialEq + Debug>(
    bytes: &[u8],
    decode: fn(&[u8]) -> Result<T, WireError>,
    encode: fn(&T) -> Result<Vec<u8>, WireError>,
) {
    let Ok(read) = decode(bytes) else { return };
    let again = encode(&read).expect("what was read can be written");
    assert_eq!(decode(&again).as_ref(), Ok(&read), "what was written reads as another");
}

/// A request whose body is fuzzed before it is compressed.
fn request(source: &mut Source<'_>) -> Vec<u8> {
    let mut out = source.chunk().to_vec();
    let _ = deflate(source.rest(), &mut out);
    out
}

/// A page, or states.
pub(crate) fn response(source: &mut Source<'_>) -> Vec<u8> {
    if source.byte().is_multiple_of(2) {
        let mut out = vec![6];
        let _ = deflate(source.rest(), &mut out);
        return out;
    }
    let mut out = vec![3, source.byte() & 0x7f];
    let _ = deflate(source.chunk(), &mut out);
    put_bytes(&mut out, &ops::block(source));
    let _ = deflate(source.rest(), &mut out);
    out
}
