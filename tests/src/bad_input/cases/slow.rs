//! Clients that send a byte now and then, stop in the middle, or never read.

use super::super::case::Case;
use super::super::wire::Step;
use std::time::Duration;

/// A node should give a slow client's place to others within this.
const LIMIT: Duration = Duration::from_secs(75);
/// A body that never stops coming may take as long as one request may.
const LONG_LIMIT: Duration = Duration::from_secs(135);

const HEAD: &str = "host: {host}\r\nauthorization: Bearer {token}\r\ncontent-type: application/fhir+json\r\n";
const BODY: &str = "{\"resourceType\":\"Patient\",\"active\":true}";

/// No request, or half of one; then the client stops sending, or leaves.
const HALVES: &[(&str, &str)] = &[
    ("nothing", ""),
    ("a method", "POS"),
    ("a request line", "POST /fhir/Patient HTTP/1.1\r\n"),
    ("half a head", "POST /fhir/Patient HTTP/1.1\r\nhost: {host}\r\nautho"),
    ("no request", "hello\r\n\r\n"),
    ("another version", "POST /fhir/Patient HTTP/9.9\r\nhost: {host}\r\n\r\n"),
    ("a TLS hello", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\r\n\r\n"),
    ("a space before the colon", "POST /fhir/Patient HTTP/1.1\r\nhost : {host}\r\n\r\n"),
    (
        "two lengths",
        "POST /fhir/Patient HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\ncontent-type: application/fhir+json\r\ncontent-length: 40\r\ncontent-length: 41\r\n\r\n{\"resourceType\":\"Patient\",\"active\":true}",
    ),
    (
        "a negative length",
        "POST /fhir/Patient HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\ncontent-type: application/fhir+json\r\ncontent-length: -1\r\n\r\n",
    ),
    (
        "a bad chunk",
        "POST /fhir/Patient HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\ncontent-type: application/fhir+json\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
    ),
    (
        "a chunk without an end",
        "POST /fhir/Patient HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\ncontent-type: application/fhir+json\r\ntransfer-encoding: chunked\r\n\r\n28\r\n{\"resourceType\":\"Patient\",\"active\":true}\r\n",
    ),
    (
        "half a body",
        "POST /fhir/Patient HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\ncontent-type: application/fhir+json\r\ncontent-length: 1000\r\n\r\n{\"resourceType\":\"Patient\",\"active\":true}",
    ),
    (
        "half a transaction",
        "POST /fhir HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\ncontent-type: application/fhir+json\r\ncontent-length: 1000\r\n\r\n{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[",
    ),
];

pub(super) fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    for (name, text) in HALVES {
        let sent = || Step::Send(text.as_bytes().to_vec());
        all.push(Case::raw(
            "half a request",
            &format!("{name}, then no more"),
            vec![sent(), Step::EndOfSending],
        ));
        all.push(Case::raw("half a request", &format!("{name}, then gone"), vec![sent(), Step::Leave]));
    }
    let drip = |bytes: &str| {
        let each =
            bytes.bytes().flat_map(|byte| [Step::Send(vec![byte]), Step::Pause(Duration::from_secs(1))]);
        each.collect::<Vec<Step>>()
    };
    let start = |more: &str| Step::Send(format!("POST /fhir/Patient HTTP/1.1\r\n{HEAD}{more}").into_bytes());
    let slow =
        |name: &str, steps: Vec<Step>, limit: Duration| Case::raw("slow client", name, steps).within(limit);
    let endless = "x-a: b\r\n".repeat(100);
    all.push(slow("a head, a byte a second", [vec![start("")], drip(&endless)].concat(), LIMIT));
    all.push(slow("a head that stops", vec![start("x-a: "), Step::Pause(LIMIT)], LIMIT));
    all.push(slow("a connection that says nothing", vec![Step::Pause(LIMIT)], LIMIT));
    let announced = |length: usize| start(&format!("content-length: {length}\r\n\r\n"));
    let stopped = slow(
        "a body that stops",
        vec![announced(1000), Step::Send(BODY.as_bytes().to_vec()), Step::Pause(LIMIT)],
        LIMIT,
    );
    all.push(stopped.refused_with(&[408], &["body"]));
    let none = slow("a body that never begins", vec![announced(1000), Step::Pause(LIMIT)], LIMIT);
    all.push(none.refused_with(&[408], &["body"]));
    let chunked = start("transfer-encoding: chunked\r\n\r\n");
    let none = slow(
        "chunks that stop",
        vec![chunked.clone(), Step::Send(b"1\r\n{\r\n".to_vec()), Step::Pause(LIMIT)],
        LIMIT,
    );
    all.push(none.refused_with(&[408], &["body"]));
    let dripped = slow(
        "a body, a byte a second, without end",
        [vec![announced(1000)], drip(&" ".repeat(140))].concat(),
        LONG_LIMIT,
    );
    all.push(dripped.refused_with(&[408], &[]));
    let dripped = slow(
        "chunks, a byte a second, without end",
        [vec![chunked], drip(&"1\r\n \r\n".repeat(30))].concat(),
        LONG_LIMIT,
    );
    all.push(dripped.refused_with(&[408], &[]));
    let patient = slow(
        "a slow, whole request",
        [vec![announced(BODY.len())], drip(&BODY[..10]), vec![Step::Send(BODY.as_bytes()[10..].to_vec())]]
            .concat(),
        LIMIT,
    );
    all.push(patient.stored());
    all
}
