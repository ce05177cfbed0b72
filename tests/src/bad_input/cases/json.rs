//! Bodies that are no JSON, or JSON and no resource.

use super::super::case::Case;

/// Each is refused as a body; the reason names where.
const MALFORMED: &[&str] = &[
    "",
    " ",
    "{",
    "}",
    "[",
    "{]",
    "nul",
    "tru",
    "\"",
    "'a'",
    "<Patient xmlns=\"http://hl7.org/fhir\"/>",
    "resourceType=Patient",
    "{\"resourceType\":\"Patient\"",
    "{\"resourceType\":\"Patient\",}",
    "{\"resourceType\":\"Patient\"}}",
    "{\"resourceType\":\"Patient\"}{\"resourceType\":\"Patient\"}",
    "{\"resourceType\":\"Patient\"} trailing",
    "{resourceType:\"Patient\"}",
    "{'resourceType':'Patient'}",
    "{\"resourceType\":\"Patient\",\"active\":truee}",
    "{\"resourceType\":\"Patient\",\"active\":True}",
    "{\"resourceType\":\"Patient\" \"active\":true}",
    "{\"resourceType\":\"Patient\",\"active\" true}",
    "{\"resourceType\":\"Patient\",\"id\":\"a}",
    "{\"resourceType\":\"Patient\",\"id\":\"\\x\"}",
    "{\"resourceType\":\"Patient\",\"id\":\"\\u12\"}",
    "{\"resourceType\":\"Patient\",\"language\":\"\\ud800\"}",
    "{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"a\nb\"}]}",
    "{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"a\u{0}b\"}]}",
    "{\"resourceType\":\"Patient\",\"multipleBirthInteger\":01}",
    "{\"resourceType\":\"Patient\",\"multipleBirthInteger\":+1}",
    "{\"resourceType\":\"Patient\",\"multipleBirthInteger\":1.}",
    "{\"resourceType\":\"Patient\",\"multipleBirthInteger\":0x1}",
    "{\"resourceType\":\"Patient\",\"multipleBirthInteger\":NaN}",
    "{\"resourceType\":\"Patient\",\"multipleBirthInteger\":-}",
    "{\"resourceType\":\"Patient\",\"multipleBirthInteger\":Infinity}",
    "{\"resourceType\":\"Patient\",/* comment */\"active\":true}",
    "// comment\n{\"resourceType\":\"Patient\"}",
    "\u{feff}{\"resourceType\":\"Patient\"}",
];

const NO_RESOURCE: &[&str] = &[
    "null",
    "true",
    "0",
    "-1.5e3",
    "\"Patient\"",
    "[]",
    "[{\"resourceType\":\"Patient\"}]",
    "{}",
    "{\"active\":true}",
    "{\"resourcetype\":\"Patient\"}",
    "{\"ResourceType\":\"Patient\"}",
    "{\"resourceType\":null}",
    "{\"resourceType\":1}",
    "{\"resourceType\":[\"Patient\"]}",
    "{\"resourceType\":{}}",
    "{\"openapi\":\"3.1.0\"}",
    "{\"swagger\":true,\"id\":\"a\"}",
];

/// Type names that R4 does not have, some of R5, some abstract, some hostile.
const UNKNOWN_TYPES: &[&str] = &[
    "Pateint",
    "patient",
    "PATIENT",
    "Patient ",
    " Patient",
    "",
    "Resource",
    "DomainResource",
    "BodySite",
    "Transport",
    "HumanName",
    "Element",
    "xhtml",
    "Patient\\u0000",
    "../Patient",
    "HoldfastRight",
    "__proto__",
    "Пациент",
];

/// Members twice in one object: which one counts is not said anywhere, so none does.
const REPEATED: &[(&str, &str)] = &[
    ("{\"resourceType\":\"Patient\",\"active\":true,\"active\":false}", "active"),
    ("{\"resourceType\":\"Patient\",\"active\":true,\"active\":true}", "active"),
    ("{\"resourceType\":\"Patient\",\"resourceType\":\"Patient\"}", "resourceType"),
    ("{\"resourceType\":\"Patient\",\"resourceType\":\"Observation\"}", "resourceType"),
    ("{\"resourceType\":\"Patient\",\"id\":\"a\",\"id\":\"b\"}", "id"),
    ("{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"a\",\"family\":\"b\"}]}", "family"),
    ("{\"resourceType\":\"Patient\",\"active\":true,\"\\u0061ctive\":false}", "active"),
    ("{\"resourceType\":\"Patient\",\"meta\":{\"tag\":[{\"code\":\"a\"}],\"tag\":[]}}", "tag"),
    (
        "{\"resourceType\":\"Patient\",\"maritalStatus\":{\"coding\":[{\"code\":\"M\",\"code\":\"S\"}]}}",
        "code",
    ),
];

/// Not UTF-8; the reason names the byte.
const BAD_BYTES: &[&[u8]] = &[
    b"\xff",
    b"\xc3\x28",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xe2\x82",
    b"\x80",
    b"\xf8\x88\x80\x80\x80",
];

pub(super) fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    for body in MALFORMED {
        all.push(
            Case::post("malformed JSON", "/fhir/Patient", body)
                .refused_with(&[400, 422], &["cannot read the "]),
        );
        all.push(Case::post("malformed JSON", "/fhir", body).refused_with(&[400, 422], &[]));
        all.push(
            Case::new("malformed JSON", "PUT", "/fhir/Patient/seed", Some(body.as_bytes()))
                .refused(&["cannot "]),
        );
    }
    for body in NO_RESOURCE {
        all.push(Case::post("no resource", "/fhir/Patient", body).refused(&["resourceType"]));
        all.push(
            Case::new("no resource", "PUT", "/fhir/Patient/seed", Some(body.as_bytes()))
                .refused(&["resourceType"]),
        );
    }
    for name in UNKNOWN_TYPES {
        let body = format!("{{\"resourceType\":\"{name}\"}}");
        all.push(Case::post("unknown resource type", "/fhir/Patient", &body).refused(&["Patient"]));
        let path = format!("/fhir/{}", super::encoded(&name.replace("\\u0000", "\0")));
        if !name.is_empty() {
            all.push(Case::post("unknown resource type", &path, &body).refused_with(&[404], &[]));
        }
        let inside = super::transaction(&[&super::good_entry(), &super::entry("Patient", &body)]);
        all.push(Case::post("unknown resource type", "/fhir", &inside).refused(&["entry[1]"]));
        let contained = format!(
            "{{\"resourceType\":\"Patient\",\"contained\":[{{\"resourceType\":\"{name}\",\"id\":\"a\"}}]}}"
        );
        all.push(
            Case::post("unknown resource type", "/fhir/Patient", &contained)
                .refused(&["Patient.contained[0].resourceType"]),
        );
    }
    for (body, says) in REPEATED {
        all.push(Case::post("repeated member", "/fhir/Patient", body).refused(&[says]));
        let inside = super::transaction(&[&super::good_entry(), &super::entry("Patient", body)]);
        all.push(Case::post("repeated member", "/fhir", &inside).refused(&[says]));
    }
    for bytes in BAD_BYTES {
        let name = [b"{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"", *bytes, b"\"}]}"].concat();
        all.push(Case::new("bad UTF-8", "POST", "/fhir/Patient", Some(&name)).refused(&["UTF-8 at byte"]));
        let member = [b"{\"resourceType\":\"Patient\",\"", *bytes, b"\":1}"].concat();
        all.push(Case::new("bad UTF-8", "POST", "/fhir", Some(&member)).refused(&["UTF-8 at byte"]));
        all.push(
            Case::new("bad UTF-8", "POST", "/fhir/Patient/_search", Some(bytes))
                .header("content-type", "application/x-www-form-urlencoded")
                .refused(&["UTF-8"]),
        );
    }
    all
}
