//! Searches that cannot be meant, and those that would cost too much.

use super::super::case::{Case, Expect};
use super::encoded;

/// Type, name, value, what the refusal names.
type Row = (&'static str, &'static str, &'static str, &'static str);

const NAMES: &[Row] = &[
    ("Patient", "colour", "red", "colour"),
    ("Patient", "Name", "x", "Name"),
    ("Patient", "name ", "x", "name "),
    ("Patient", "_nothing", "x", "_nothing"),
    ("Patient", "", "x", "\"\""),
    ("Patient", "name;DROP TABLE resource", "x", "DROP"),
    ("Patient", "' OR 1=1 --", "x", "OR 1=1"),
    ("Patient", "name\u{0}", "x", "name"),
    ("Patient", "__proto__", "x", "__proto__"),
    ("Patient", "имя", "x", "имя"),
    ("Patient", "code", "x", "code"),
    ("Observation", "birthdate", "2020", "birthdate"),
    ("AllergyIntolerance", "subject", "Patient/seed", "subject"),
    ("Patient", "_filter", "name eq x", "_filter"),
    ("Patient", "_query", "x", "_query"),
    ("Patient", "_content", "x", "_content"),
    ("Patient", "_list", "x", "_list"),
    ("Patient", "_contained", "both", "_contained"),
];

const VALUES: &[Row] = &[
    ("Patient", "name", "", "name"),
    ("Patient", "name", ",", "name"),
    ("Patient", "name", "a,", "name"),
    ("Patient", "name", "--", "name"),
    ("Patient", "name", "\u{0}", "name"),
    ("Patient", "name", "\u{202e}", "name"),
    ("Patient", "identifier", "|", "identifier"),
    ("Patient", "identifier", "a|b|c", "identifier"),
    ("Patient", "birthdate", "1970-13", "birthdate"),
    ("Patient", "birthdate", "1970-02-30", "birthdate"),
    ("Patient", "birthdate", "yesterday", "birthdate"),
    ("Patient", "birthdate", "eq", "birthdate"),
    ("Patient", "birthdate", "1970-01-01T10", "birthdate"),
    ("Patient", "_lastUpdated", "today", "_lastUpdated"),
    ("Patient", "_lastUpdated", "gt", "_lastUpdated"),
    ("Patient", "_tag", "a|b|c", "_tag"),
    ("Patient", "organization", "Group/1", "organization"),
    ("Patient", "organization", "a b", "organization"),
    ("Patient", "organization", "Organization/a/b", "organization"),
    ("Observation", "patient", "Group/1", "patient"),
    ("Observation", "subject", "Pateint/1", "subject"),
    ("Observation", "value-quantity", "x", "value-quantity"),
    ("Observation", "value-quantity", "5|a", "value-quantity"),
    ("Observation", "value-quantity", "NaN", "value-quantity"),
    ("Observation", "value-quantity", "1e999999999", "value-quantity"),
    ("Observation", "value-quantity", "5|a|b|c", "value-quantity"),
    ("Observation", "date", "2020-01-01/2020-02-01", "date"),
    ("Observation", "date", "ge", "date"),
];

const PREFIXES: &[Row] = &[
    ("Patient", "birthdate", "xx1970", "birthdate"),
    ("Patient", "birthdate", "GT1970", "birthdate"),
    ("Patient", "birthdate", ">1970", "birthdate"),
    ("Patient", "birthdate", "gtge1970", "birthdate"),
    ("Patient", "birthdate", "gt 1970", "birthdate"),
    ("Patient", "_lastUpdated", "in2020", "_lastUpdated"),
    ("Observation", "value-quantity", "=5", "value-quantity"),
    ("Observation", "value-quantity", "gt", "value-quantity"),
    ("Observation", "value-quantity", "xx5", "value-quantity"),
    ("Observation", "value-quantity", "ltgt5", "value-quantity"),
];

const MODIFIERS: &[Row] = &[
    ("Patient", "name:not", "x", "name:not"),
    ("Patient", "name:", "x", "name:"),
    ("Patient", "name:Exact", "x", "name:Exact"),
    ("Patient", "name:exact:contains", "x", "name:exact:contains"),
    ("Patient", "gender:in", "http://v", "gender:in"),
    ("Patient", "gender:above", "x", "gender:above"),
    ("Patient", "gender:contains", "x", "gender:contains"),
    ("Patient", "birthdate:exact", "1970", "birthdate:exact"),
    ("Patient", "birthdate:missing", "maybe", "birthdate"),
    ("Patient", "gender:missing", "", "gender"),
    ("Patient", "_id:not", "x", "_id:not"),
    ("Patient", "_lastUpdated:missing", "true", "_lastUpdated:missing"),
    ("Patient", "organization:Patient", "x", "organization"),
    ("Patient", "organization:exact", "x", "organization:exact"),
    ("Patient", "identifier:of-type", "x", "identifier"),
    ("Observation", "subject:Pateint", "x", "subject:Pateint"),
    ("Observation", "value-quantity:exact", "5", "value-quantity:exact"),
    ("Patient", "colour:exact", "x", "colour"),
    ("Patient", "_count:exact", "1", "_count"),
    ("Patient", "_sort:desc", "name", "_sort"),
];

const SORTS: &[Row] = &[
    ("Patient", "_sort", "colour", "colour"),
    ("Patient", "_sort", "", "_sort"),
    ("Patient", "_sort", "name,,birthdate", "_sort"),
    ("Patient", "_sort", "-", "_sort"),
    ("Patient", "_sort", "--name", "-name"),
    ("Patient", "_sort", "name;DROP TABLE resource", "DROP"),
    ("Patient", "_sort", "(SELECT 1)", "SELECT"),
    ("Patient", "_sort", "name' OR '1'='1", "OR"),
    ("Patient", "_sort", "name desc", "name desc"),
    ("Patient", "_sort", "name.family", "name.family"),
    ("Patient", "_sort", "1", "\"1\""),
    ("Patient", "_sort", "json", "json"),
    ("Patient", "_sort", "name,name,name,name,name,name", "_sort"),
    ("Patient", "_sort", "_text", "_text"),
    ("Patient", "_sort", "organization.name", "organization.name"),
];

const INCLUDES: &[Row] = &[
    ("Patient", "_include", "", "_include"),
    ("Patient", "_include", "*", "_include"),
    ("Patient", "_include", "Patient", "_include"),
    ("Patient", "_include", "Patient:", "Patient"),
    ("Patient", "_include", "Patient:colour", "colour"),
    ("Patient", "_include", "Patient:name", "_include"),
    ("Patient", "_include", "Pateint:organization", "Pateint"),
    ("Patient", "_include", "Patient:organization:Odd", "Odd"),
    ("Patient", "_include", "Patient:organization:Organization:x", "_include"),
    ("Patient", "_include:all", "Patient:organization", "_include:all"),
    ("Patient", "_revinclude", "Observation", "_revinclude"),
    ("Patient", "_revinclude", "Observation:code", "_revinclude"),
    ("Patient", "_revinclude", "Odd:subject", "Odd"),
    ("Patient", "_revinclude:iterate:iterate", "Observation:subject", "_revinclude"),
];

const CHAINS: &[Row] = &[
    ("Observation", "patient.colour", "x", "colour"),
    ("Observation", "patient.name.x", "x", "name.x"),
    ("Observation", "code.name", "x", "code"),
    ("Observation", "patient:Group.name", "x", "patient"),
    ("Observation", "patient:Odd.name", "x", "Odd"),
    ("Observation", "patient.", "x", "\"\""),
    ("Observation", ".name", "x", "\"\""),
    ("Observation", "subject.organization.partof.name", "x", "organization"),
    ("Patient", "_has:Observation", "x", "_has"),
    ("Patient", "_has:Observation:patient", "x", "_has"),
    ("Patient", "_has:Observation:code:code", "x", "reference"),
    ("Patient", "_has:Odd:patient:code", "x", "Odd"),
    ("Patient", "_has:Observation:colour:code", "x", "colour"),
    ("Patient", "_has:Observation:patient:colour", "x", "colour"),
    ("Patient", "_has:Observation:patient:_has:Provenance:target:agent", "x", "_has"),
];

const RESULTS: &[Row] = &[
    ("Patient", "_count", "-1", "_count"),
    ("Patient", "_count", "", "_count"),
    ("Patient", "_count", "ten", "_count"),
    ("Patient", "_count", "1.5", "_count"),
    ("Patient", "_count", "99999999999999999999", "_count"),
    ("Patient", "_count", "0x10", "_count"),
    ("Patient", "_total", "some", "_total"),
    ("Patient", "_summary", "all", "_summary"),
    ("Patient", "_summary", "", "_summary"),
    ("Patient", "_elements", "", "_elements"),
    ("Patient", "_elements", "na me", "_elements"),
];

/// Broken percent-encoding and query strings, as sent.
const RAW: &[&str] = &["name=%", "name=%4", "name=%GG", "name=%FF", "name=%C3%28", "%FF=x", "name=%ED%A0%80"];

/// Lawful, though large numbers or odd letters are in it.
const LAWFUL: &[&str] = &[
    "_count=1000000000",
    "_count=4294967295",
    "_count=0",
    "_id=..%2F..%2Fetc%2Fpasswd",
    "name=%27%20OR%201%3D1%20--",
    "",
    "&&&",
    "_sort=-_lastUpdated,_id",
    "_include=Patient:organization&_revinclude=Observation:subject&_include:iterate=Patient:link",
];

pub(super) fn cases() -> Vec<Case> {
    let tables: [(&str, &[Row]); 8] = [
        ("bad search name", NAMES),
        ("bad search value", VALUES),
        ("bad search prefix", PREFIXES),
        ("bad search modifier", MODIFIERS),
        ("hostile _sort", SORTS),
        ("bad _include", INCLUDES),
        ("bad chain", CHAINS),
        ("bad _count and the like", RESULTS),
    ];
    let mut all = Vec::new();
    for (kind, rows) in tables {
        for (of, name, value, says) in rows {
            let pair = format!("{}={}", encoded(name), encoded(value));
            all.push(Case::get(kind, &format!("/fhir/{of}?{pair}")).refused_with(&[400, 404], &[says]));
            all.push(form(kind, of, &pair).refused_with(&[400, 404], &[says]));
        }
    }
    for query in RAW {
        all.push(Case::get("bad query string", &format!("/fhir/Patient?{query}")).refused(&["query"]));
        all.push(form("bad query string", "Patient", query).refused(&["query"]));
    }
    for query in LAWFUL {
        all.push(Case::get("lawful search", &format!("/fhir/Patient?{query}")).expect(Expect::Answered));
        all.push(form("lawful search", "Patient", query).expect(Expect::Answered));
    }
    all.extend(bombs());
    all
}

fn form(kind: &'static str, of: &str, body: &str) -> Case {
    Case::post(kind, &format!("/fhir/{of}/_search"), body)
        .header("content-type", "application/x-www-form-urlencoded")
}

/// Too much of something, by GET as far as an address goes, else by form.
fn bombs() -> Vec<Case> {
    let kind = "search bomb";
    let many = |piece: &str, times: usize| piece.repeat(times);
    let ids = format!("_id=a{}", many(",a", 100_000));
    vec![
        form(kind, "Patient", &many("_include=Patient:organization&", 1_000)).refused(&["_include"]),
        form(kind, "Patient", &many("_revinclude:iterate=Observation:subject&", 1_000))
            .refused(&["_revinclude"]),
        Case::get(kind, &format!("/fhir/Patient?{}", many("_include:iterate=Patient:link&", 100)))
            .refused(&["_include"]),
        form(kind, "Patient", &many("name=a&", 10_000)).refused(&["50"]),
        form(kind, "Patient", &many("_has:Observation:patient:code=a&", 1_000)).refused(&["50"]),
        form(kind, "Patient", &ids).refused(&["_id"]),
        form(kind, "Patient", &format!("name=a{}", many(",a", 600))).refused(&["name"]),
        form(kind, "Patient", &format!("_sort=name{}", many(",-name", 10_000))).refused(&["_sort"]),
        Case::get(kind, &format!("/fhir/Patient?_elements=name{}", many(",name", 2_000)))
            .expect(Expect::Answered),
        Case::get(kind, &format!("/fhir/Patient?name={}", many("a", 60_000))).expect(Expect::Answered),
        form(kind, "Patient", &format!("name={}", many("a", 2 << 20))).refused_with(&[413], &["body"]),
        form(kind, "Patient", &format!("name:contains={}", many("%25_", 10_000))).refused(&["name"]),
        form(kind, "Patient", &format!("identifier={}", many("a|", 10_000))).refused(&["identifier"]),
        form(kind, "Patient", &format!("name={}", many("\\", 100_001))).refused(&["name"]),
        form(kind, "Patient", &format!("birthdate={}", many("1", 100_000))).refused(&["birthdate"]),
        form(kind, "Observation", &format!("value-quantity={}", many("9", 100_000)))
            .refused(&["value-quantity"]),
        form(kind, "Observation", &format!("patient.{}=x", many("name.", 5_000))).refused(&["name"]),
    ]
}
