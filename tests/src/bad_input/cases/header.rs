//! Headers that say something else than the body is, or that nobody can follow.

use super::super::case::{Case, Expect, FHIR_JSON};
use super::{Place, resource};

const CONTENT_TYPES: &[&str] = &[
    "text/plain",
    "application/fhir+xml",
    "application/xml",
    "text/html",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json-patch+json",
    "application/octet-stream",
    "json",
    "application/fhir+turtle",
    "*/*",
    ";",
    "application/jsonx",
];
const ACCEPTS: &[&str] = &[
    "application/fhir+xml",
    "text/html",
    "application/fhir+turtle",
    "text/plain",
    "application/json;q=0",
    "image/*",
    "application/fhir+ndjson",
    "nothing",
];
const FORMATS: &[&str] = &["xml", "application/fhir%2Bxml", "ttl", "html", "text/plain", "JSON5", ""];
const ENCODINGS: &[&str] = &["br", "deflate", "compress", "gzip, gzip", "zstd", "rot13"];
const IF_MATCH: &[&str] = &["W/", "W/\"\"", "W/\"a\", W/\"b\"", "\"a b\"", "W/\"a\"b", "'1'", ","];

pub(super) fn cases(place: &Place) -> Vec<Case> {
    let patient = resource("Patient", "\"id\":\"seed\",\"active\":false");
    let put = |kind| Case::new(kind, "PUT", "/fhir/Patient/seed", Some(patient.as_bytes()));
    let created = resource("Patient", "");
    let post = |kind| Case::post(kind, "/fhir/Patient", &created);
    let mut all = Vec::new();
    for value in CONTENT_TYPES {
        all.push(
            put("wrong content type").header("content-type", value).refused_with(&[415], &["content type"]),
        );
        all.push(
            post("wrong content type").header("content-type", value).refused_with(&[415], &["content type"]),
        );
        all.push(
            Case::post("wrong content type", "/fhir", &created)
                .header("content-type", value)
                .refused_with(&[415], &["content type"]),
        );
    }
    all.push(
        post("wrong content type").without_header("content-type").refused_with(&[415], &["content type"]),
    );
    all.push(
        Case::post("wrong content type", "/fhir/Patient/_search", "name=x")
            .refused_with(&[415], &["content type"]),
    );
    for kind in [
        FHIR_JSON,
        "application/merge-patch+json",
        "application/fhir+xml",
        "application/xml-patch+xml",
        "text/plain",
    ] {
        let patch = Case::new("wrong content type", "PATCH", "/fhir/Patient/seed", Some(b"[]"));
        all.push(patch.header("content-type", kind).refused_with(&[415], &[]));
    }
    for value in ACCEPTS {
        all.push(
            Case::get("wrong Accept", "/fhir/Patient/seed")
                .header("accept", value)
                .refused_with(&[406], &["JSON"]),
        );
        all.push(put("wrong Accept").header("accept", value).refused_with(&[406], &["JSON"]));
        all.push(
            Case::get("wrong Accept", "/fhir/metadata")
                .header("accept", value)
                .refused_with(&[406], &["JSON"]),
        );
    }
    for value in FORMATS {
        all.push(
            Case::get("wrong Accept", &format!("/fhir/Patient/seed?_format={value}"))
                .refused_with(&[406], &["JSON"]),
        );
    }
    for value in ENCODINGS {
        all.push(
            post("wrong content encoding")
                .header("content-encoding", value)
                .refused_with(&[415], &["content encoding"]),
        );
    }
    all.push(post("wrong content encoding").header("content-encoding", "gzip").refused(&["gzip"]));
    for value in IF_MATCH {
        all.push(put("bad If-Match").header("if-match", value).refused(&["If-Match"]));
        all.push(
            Case::new("bad If-Match", "DELETE", "/fhir/Patient/seed", None)
                .header("if-match", value)
                .refused(&["If-Match"]),
        );
    }
    for value in ["W/\"nothing\"", "W/\"1\"", "\"0\""] {
        all.push(put("bad If-Match").header("if-match", value).refused_with(&[412], &["Patient/seed"]));
        all.push(
            Case::new("bad If-Match", "DELETE", "/fhir/Patient/seed", None)
                .header("if-match", value)
                .refused_with(&[412], &["Patient/seed"]),
        );
        let patch = Case::new(
            "bad If-Match",
            "PATCH",
            "/fhir/Patient/seed",
            Some(br#"[{"op":"add","path":"/active","value":false}]"#),
        );
        all.push(
            patch
                .header("content-type", "application/json-patch+json")
                .header("if-match", value)
                .refused_with(&[412], &["Patient/seed"]),
        );
    }
    let tag = format!("W/\"{}\"", place.version);
    let absent = Case::new(
        "bad If-Match",
        "PUT",
        "/fhir/Patient/no-one",
        Some(br#"{"resourceType":"Patient","id":"no-one"}"#),
    );
    all.push(absent.header("if-match", &tag).refused_with(&[404, 412], &["Patient/no-one"]));
    all.push(put("bad If-Match").header("if-none-match", "*").refused_with(&[412], &["Patient/seed"]));
    for (value, says) in [
        ("colour=red", "colour"),
        ("identifier=urn:x|twice", "more than one"),
        ("name=%FF", "query"),
        ("_count=-1", "_count"),
        ("?", ""),
        ("", "If-None-Exist"),
    ] {
        all.push(post("bad If-None-Exist").header("if-none-exist", value).refused(&[says]));
    }
    all.push(
        Case::get("lawful header", "/fhir/Patient/seed")
            .header("prefer", "return=everything, x; y=\"")
            .expect(Expect::Answered),
    );
    all.push(
        Case::get("lawful header", "/fhir/Patient/seed")
            .header("if-none-match", "nothing, W/")
            .expect(Expect::Answered),
    );
    all.push(
        Case::get("lawful header", "/fhir/Patient/seed")
            .header("if-modified-since", "yesterday")
            .expect(Expect::Answered),
    );
    all.push(
        Case::get("large head", "/fhir/Patient/seed")
            .header("x-long", &"a".repeat(1 << 20))
            .expect(Expect::CutOff),
    );
    all.push(
        Case::get("large head", &format!("/fhir/Patient?name={}", "a".repeat(1 << 20)))
            .expect(Expect::CutOff),
    );
    let mut many = Case::get("large head", "/fhir/Patient/seed");
    for at in 0..2_000 {
        many = many.header(&format!("x-{at}"), "a");
    }
    all.push(Case { name: "2000 headers".to_owned(), ..many.expect(Expect::CutOff) });
    all
}
