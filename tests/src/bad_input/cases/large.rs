//! Bodies of hundreds of megabytes: announced, in chunks without a length, packed to next to nothing.

use super::super::case::{Case, Expect};
use super::super::wire::Step;
use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::time::Duration;

const KIND: &str = "huge body";
const MIB: u64 = 1 << 20;
/// What the refusal of too large a body says.
const LIMIT: Duration = Duration::from_secs(90);
/// Addresses that take a body, and its type.
const TARGETS: &[(&str, &str, &str)] = &[
    ("POST", "/fhir/Patient", "application/fhir+json"),
    ("PUT", "/fhir/Patient/seed", "application/fhir+json"),
    ("POST", "/fhir", "application/fhir+json"),
    ("POST", "/fhir/Patient/$validate", "application/fhir+json"),
    ("PATCH", "/fhir/Patient/seed", "application/json-patch+json"),
    ("POST", "/fhir/Patient/_search", "application/x-www-form-urlencoded"),
];
const OPENING: &[u8] = b"{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"";

pub(super) fn cases() -> Vec<Case> {
    let bomb = packed(200).unwrap_or_default();
    let twice = packed_bytes(&bomb).unwrap_or_default();
    let mut all = Vec::new();
    for (method, target, media) in TARGETS {
        let head = |more: &str| {
            format!("{method} {target} HTTP/1.1\r\nhost: {{host}}\r\nauthorization: Bearer {{token}}\r\nconnection: close\r\ncontent-type: {media}\r\n{more}\r\n").into_bytes()
        };
        let refused = |name: &str, steps| {
            Case::raw(KIND, &format!("{method} {target} {name}"), steps)
                .within(LIMIT)
                .refused_with(&[413], &["body"])
        };
        let piece = vec![b'a'; 1 << 20];
        let length = OPENING.len() as u64 + 200 * MIB;
        all.push(refused(
            "200 MiB",
            vec![
                Step::Send(head(&format!("content-length: {length}\r\n"))),
                Step::Send(OPENING.to_vec()),
                Step::Repeat(piece.clone(), 200),
            ],
        ));
        let chunk = [format!("{:x}\r\n", piece.len()).into_bytes(), piece, b"\r\n".to_vec()].concat();
        all.push(refused(
            "200 MiB in chunks",
            vec![Step::Send(head("transfer-encoding: chunked\r\n")), Step::Repeat(chunk, 200)],
        ));
        // Short ones: a chunk has a head, an allocation and a wake-up of its own.
        let small = b"1\r\na\r\n".repeat(10_000);
        all.push(refused(
            "40 MiB in chunks of one byte",
            vec![Step::Send(head("transfer-encoding: chunked\r\n")), Step::Repeat(small, 4_200)],
        ));
        let gzip = |body: &[u8]| {
            let head = head(&format!("content-encoding: gzip\r\ncontent-length: {}\r\n", body.len()));
            vec![Step::Send(head), Step::Send(body.to_vec())]
        };
        all.push(refused("200 MiB packed to 200 KiB", gzip(&bomb)));
        let members = bomb.repeat(3);
        all.push(refused("three such, one behind the other", gzip(&members)));
        // Packed twice, it is no JSON when unpacked once.
        let name = format!("{method} {target} packed twice");
        all.push(Case::raw(KIND, &name, gzip(&twice)).within(LIMIT).refused_with(&[400, 413], &[]));
        let announced = vec![Step::Send(head("content-length: 99999999999999\r\n")), Step::EndOfSending];
        all.push(refused("95 TiB announced", announced));
        let beyond =
            vec![Step::Send(head("content-length: 99999999999999999999999999\r\n")), Step::EndOfSending];
        let name = format!("{method} {target} a length beyond all numbers");
        all.push(Case::raw(KIND, &name, beyond).expect(Expect::CutOff));
    }
    all
}

/// As many mebibytes of one letter, by gzip.
fn packed(mebibytes: u64) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let piece = vec![b'a'; 1 << 20];
    encoder.write_all(OPENING)?;
    for _ in 0..mebibytes {
        encoder.write_all(&piece)?;
    }
    Ok(encoder.finish()?)
}

fn packed_bytes(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}
