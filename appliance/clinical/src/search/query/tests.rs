use holdfast_core::search::{Clause, Match, SortBy};

use super::*;
use crate::search::table;

/// A clause in a short form: numbers of slots by the parameter they stand for, `^` between the parts of a row.
fn short(clause: &Clause) -> String {
    let all = |clauses: &[Clause], between: &str| clauses.iter().map(short).collect::<Vec<_>>().join(between);
    match clause {
        Clause::Param { param, any } => {
            let any: Vec<String> = any.iter().map(row).collect();
            format!("{}{}", slot_name(*param), any.join(" or ")).replace('\u{1f}', "^")
        }
        Clause::Any(any) => format!("({})", all(any, " or ")),
        Clause::Not(inner) => format!("not {}", short(inner)),
        Clause::Id(ids) => format!("id={}", ids.join(",")),
        Clause::Updated(from, below) => {
            let end = if *below == u64::MAX { String::new() } else { below.to_string() };
            format!("updated {from}..{end}")
        }
        Clause::Conflicted => "conflicted".to_owned(),
        Clause::Check { param, text } => format!("check {} {text}", slot_name(*param)),
        Clause::Refers { param, kind, to } => format!("{}->{kind}[{}]", slot_name(*param), all(to, " and ")),
        Clause::ReferredBy { kind, param, by } => {
            format!("{kind}.{}->[{}]", slot_name(*param), all(by, " and "))
        }
    }
}

fn slot_name(number: u32) -> String {
    let base = number / 1000 * 1000 + number % 100;
    let paths = table::slot(base).map(|slot| format!("{:?}", slot.paths.len()));
    match number - base {
        _ if paths.is_none() => number.to_string(),
        0 => "slot".to_owned(),
        beside => format!("slot+{beside}"),
    }
}

fn row(one: &Match) -> String {
    match one {
        Match::Exact(value) => format!("={value}"),
        Match::Prefix(value) => format!("={value}*"),
        Match::Suffix(value) => format!("=*{value}"),
        Match::Contains(value) => format!("=*{value}*"),
        Match::Range(_) => "~".to_owned(),
    }
}

fn shorts(kind: &str, pairs: &[(&str, &str)]) -> Result<String, SearchError> {
    let query = parse_query_of(kind, pairs, Asker { now_ms: 0, base: Some("http://here/fhir") })?;
    Ok(query.clauses.iter().map(short).collect::<Vec<_>>().join(" and "))
}

#[test]
fn queries_become_clauses() {
    for (kind, pairs, expected) in [
        ("Patient", &[][..], ""),
        ("Patient", &[("_id", "a,b")], "id=a,b"),
        ("Patient", &[("identifier", "12")], "slot=12^*"),
        ("Patient", &[("identifier", "http://s|12,|x,http://s|")], "slot=12^http://s or =x^ or =*^http://s"),
        ("Patient", &[("identifier", r"a\|b\,c\\\$\d")], r"slot=a|b,c\$\d^*"),
        ("Patient", &[("name", "José  O'Hara"), ("name", "dr")], "slot=jose ohara* and slot=dr*"),
        (
            "Patient",
            &[("family:exact", "O'Hara"), ("given:contains", "sé")],
            "slot=ohara^O'Hara and slot=*se*",
        ),
        ("Patient", &[("gender:not", "male")], "not slot=male^"),
        ("Patient", &[("active", "true"), ("deceased", "true")], "slot=true^ and slot=true^"),
        ("Observation", &[("status", "final,final,amended")], "slot=final^ or =amended^"),
        (
            "Patient",
            &[("gender", "http://hl7.org/fhir/administrative-gender|male,|male")],
            "slot=male^ or =male^",
        ),
        ("Patient", &[("gender", "http://other|male")], "slot=male^http://other"),
        (
            "Patient",
            &[("gender", "http://hl7.org/fhir/administrative-gender|,http://other|")],
            "slot=female^ or =male^ or =other^ or =unknown^ or =*^http://other",
        ),
        ("DocumentReference", &[("contenttype", "urn:ietf:bcp:13|")], "slot~"),
        ("Patient", &[("gender:missing", "true")], "not (slot~ or slot+600~)"),
        ("Patient", &[("gender:missing", "false")], "(slot~ or slot+600~)"),
        (
            "Condition",
            &[("patient:missing", "false")],
            "(slot=Patient/* or =*/Patient/* or slot+600=Patient)",
        ),
        ("Patient", &[("identifier:of-type", "http://t|MR|12")], "slot+400=12^MR^http://t"),
        ("Patient", &[("_tag", "http://t|x"), ("_profile", "http://p")], "slot=x^http://t and slot=http://p"),
        ("Patient", &[("_tag", "urn:holdfast:tag|conflict")], "conflicted"),
        ("Patient", &[("_tag:not", "urn:holdfast:tag|conflict")], "not conflicted"),
        ("Patient", &[("_tag", "a|b,urn:holdfast:tag|conflict")], "(conflicted or slot=b^a)"),
        (
            "Patient",
            &[("_tag", "urn:holdfast:tag|,conflict")],
            "(conflicted or slot=*^urn:holdfast:tag or =conflict^*)",
        ),
        ("Patient", &[("_tag:missing", "true")], "not (slot~ or slot+600~ or conflicted)"),
        ("Observation", &[("patient._tag", "urn:holdfast:tag|conflict")], "slot->Patient[conflicted]"),
        ("Patient", &[("_security", "urn:holdfast:tag|conflict")], "slot=conflict^urn:holdfast:tag"),
        ("Patient", &[("birthdate", "1970")], "slot~"),
        ("Patient", &[("birthdate", "gt1970")], "(slot~ or ~ or slot+500~)"),
        ("Observation", &[("patient", "p"), ("_count", "20")], "slot=Patient/p"),
        (
            "Observation",
            &[("subject", "http://x/fhir/Patient/p/_history/2")],
            "slot=http://x/fhir/Patient/p^",
        ),
        ("Observation", &[("patient", "http://x/fhir/Patient/p")], "slot=http://x/fhir/Patient/p^"),
        (
            "Observation",
            &[("patient", "http://here/fhir/Patient/p")],
            "slot=Patient/p or =http://here/fhir/Patient/p^",
        ),
        (
            "CarePlan",
            &[("instantiates-canonical", "http://x/PlanDefinition/1,http://x/PlanDefinition/1|2")],
            "slot=http://x/PlanDefinition/1^ or =http://x/PlanDefinition/1|2^",
        ),
        ("Observation", &[("subject:Group", "g")], "slot=Group/g"),
        ("Observation", &[("patient", "Patient/p,q")], "slot=Patient/p or =Patient/q"),
        ("Observation", &[("focus", "f")], "slot=*/f"),
        ("Observation", &[("subject:identifier", "s|1")], "slot+300=1^s"),
        ("Observation", &[("combo-code", "c")], "(slot=c^* or slot=c^*)"),
        ("Observation", &[("code:text", "heart rate")], "check slot heart rate"),
        (
            "Observation",
            &[("combo-code:text", "a,b")],
            "(check slot a or check slot b or check slot a or check slot b)",
        ),
        ("Observation", &[("patient.name", "ann")], "slot->Patient[slot=ann*]"),
        ("Observation", &[("subject:Patient.birthdate", "1970")], "slot->Patient[slot~]"),
        (
            "Observation",
            &[("performer.identifier", "7")],
            "(slot->Practitioner[slot=7^*] or slot->Organization[slot=7^*] or slot->CareTeam[slot=7^*] or slot->Patient[slot=7^*] or slot->PractitionerRole[slot=7^*] or slot->RelatedPerson[slot=7^*])",
        ),
        ("Patient", &[("_has:Observation:patient:code", "c")], "Observation.slot->[slot=c^*]"),
        ("Patient", &[("_text", "asthma")], "check 900 asthma"),
        ("Patient", &[("_lastUpdated", "ge1970-01-02")], "updated 86400000.."),
        ("Patient", &[("_lastUpdated", "1970-01-02")], "updated 86400000..172800000"),
        ("ValueSet", &[("url:below", "http://x/"), ("url", "http://x")], "slot=http://x/* and slot=http://x"),
        ("Coverage", &[("patient", "Patient/p"), ("_elements", "id"), ("_format", "json")], "slot=Patient/p"),
    ] {
        assert_eq!(shorts(kind, pairs).unwrap(), expected, "{kind} {pairs:?}");
    }
}

#[test]
fn results_are_asked_for() {
    let query = parse_query(
        "Observation",
        &[
            ("_sort", "-date,_id"),
            ("_count", "7"),
            ("_total", "accurate"),
            ("_include", "Observation:subject:Patient"),
            ("_revinclude:iterate", "Provenance:target"),
        ],
    )
    .unwrap();
    assert_eq!((query.count, query.wants_total), (Some(7), true));
    assert!(matches!(&query.sort[0].by, SortBy::Rows { params, holding: None } if params.len() == 1));
    assert_eq!((query.sort[0].descending, &query.sort[1].by), (true, &SortBy::Id));
    let of = |at: usize| {
        let one = &query.includes[at];
        (one.source.as_str(), one.parameter.name, one.target.as_deref(), one.is_reverse, one.iterates)
    };
    assert_eq!(of(0), ("Observation", "subject", Some("Patient"), false, false));
    assert_eq!(of(1), ("Provenance", "target", None, true, true));
    assert!(query.clauses.is_empty());
}

#[test]
fn refusals_name_the_parameter() {
    let many = "a,".repeat(600) + "a";
    for (kind, name, value, code, says) in [
        ("Pat", "_id", "1", "search-unknown-type", "\"Pat\""),
        ("Patient", "colour", "1", "search-unknown-parameter", "birthdate"),
        ("AllergyIntolerance", "subject", "p", "search-unknown-parameter", "\"subject\""),
        ("Patient", "name:not", "1", "search-unsupported-modifier", "\"name:not\""),
        ("Patient", "gender:in", "http://v", "search-unsupported-modifier", "\"gender:in\""),
        ("Patient", "_id:not", "1", "search-unsupported-modifier", "\"_id:not\""),
        ("Patient", "colour:exact", "1", "search-unknown-parameter", "\"colour\""),
        ("Patient", "name", "", "search-empty-value", "\"name\""),
        ("Patient", "name", "a,", "search-empty-value", "\"name\""),
        ("Patient", "name", "--", "search-bad-value", "\"--\""),
        ("Patient", "identifier", "|", "search-empty-value", "\"identifier\""),
        ("Patient", "identifier", "a|b|c", "search-bad-value", "\"a|b|c\""),
        ("Patient", "birthdate", "1970-13", "search-bad-value", "YYYY"),
        ("Patient", "birthdate", "xx1970", "search-bad-value", "\"xx1970\""),
        ("Patient", "gender:missing", "maybe", "search-bad-value", "true or false"),
        ("Patient", "_count", "-1", "search-bad-value", "\"-1\""),
        ("Patient", "_count", "", "search-bad-value", "\"_count\""),
        ("Patient", "_total", "some", "search-bad-value", "accurate"),
        ("Patient", "_sort", "colour", "search-unknown-parameter", "\"colour\""),
        ("Patient", "_sort", "-name; DROP TABLE search", "search-unknown-parameter", "DROP"),
        ("Patient", "_sort", "name,,", "search-empty-value", "\"_sort\""),
        ("Patient", "_sort", "name,name,name,name,name,name", "search-too-much", "5"),
        ("Patient", "_include", "Patient", "search-bad-value", "Type:parameter"),
        ("Patient", "_include", "Odd:x", "search-unknown-type", "\"Odd\""),
        ("Patient", "_include", "Patient:name", "search-bad-value", "reference"),
        ("Patient", "_include:all", "Patient:organization", "search-unsupported-modifier", "_include:all"),
        ("Observation", "patient", "Group/1", "search-bad-value", "\"Group/1\""),
        ("Observation", "patient", "a b", "search-bad-value", "\"a b\""),
        ("Observation", "encounter.name", "x", "search-unknown-parameter", "name"),
        ("Observation", "code.name", "x", "search-bad-value", "reference"),
        ("Observation", "patient.colour", "x", "search-unknown-parameter", "colour"),
        ("Observation", "patient.name.x", "x", "search-unknown-parameter", "name.x"),
        ("Observation", "patient:Group.name", "x", "search-bad-value", "Group"),
        ("Observation", "value-quantity", "x", "search-bad-value", "a number"),
        ("Observation", "value-quantity", "5|a", "search-bad-value", "number"),
        ("Observation", "value-quantity", "NaN", "search-bad-value", "NaN"),
        ("Patient", "_has:Observation:patient", "x", "search-bad-value", "_has"),
        ("Patient", "_has:Observation:code:code", "x", "search-bad-value", "reference"),
        ("Patient", "_has:Odd:patient:code", "x", "search-unknown-type", "Odd"),
        ("Patient", "_has:Observation:patient:code:text", "x", "search-unsupported-modifier", "code:text"),
        ("Patient", "_id", &many, "search-too-much", "500"),
    ] {
        let error = parse_query(kind, &[(name, value)]).expect_err(name);
        assert_eq!(error.code(), code, "{kind}?{name}={value:.20}: {error}");
        assert!(error.to_string().contains(says), "{error}");
    }
    let pairs = vec![("_id", "a"); MAX_CLAUSES + 1];
    assert_eq!(parse_query("Patient", &pairs).unwrap_err().code(), "search-too-much");
    let wide = "a,".repeat(499) + "a";
    let pairs = vec![("_id", wide.as_str()); 5];
    assert_eq!(parse_query("Patient", &pairs).unwrap_err().code(), "search-too-much");
    let pairs = vec![("_include", "Patient:organization"); MAX_INCLUDES + 1];
    assert_eq!(parse_query("Patient", &pairs).unwrap_err().code(), "search-too-much");
}

/// Dates and numbers against rows as the index has them: what FHIR says of each prefix.
#[test]
fn prefixes_compare_as_fhir_says() {
    let observation = |effective: &str, value: &str| {
        crate::testing::state(&format!(
            r#"{{"resourceType":"Observation","id":"o",{effective},"valueQuantity":{{"value":{value},"system":"http://u","code":"mg","unit":"milligram"}}}}"#
        ))
    };
    let is_found = |state: &holdfast_core::state::EntityState, name: &str, value: &str| {
        let rows = crate::search::index(state);
        let query = parse_query_at("Observation", &[(name, value)], 1_600_000_000_000).unwrap();
        query.clauses.iter().all(|clause| meets(&rows, clause))
    };
    let day = observation(r#""effectiveDateTime":"2020-03-10""#, "5.40");
    let instant = observation(r#""effectiveDateTime":"2020-03-10T12:00:00Z""#, "5.40");
    let period = observation(r#""effectivePeriod":{"start":"2020-03-01","end":"2020-04-30"}"#, "5.40");
    let open = observation(r#""effectivePeriod":{"start":"2020-03-01"}"#, "-2");
    for (value, expected) in [
        ("2020-03-10", [true, true, false, false]),
        ("2020", [true, true, true, false]),
        ("2020-03-10T12:00", [false, true, false, false]),
        ("ne2020-03-10", [false, false, true, true]),
        ("ne2020", [false, false, false, true]),
        ("gt2020-03-09", [true, true, true, true]),
        ("gt2020-03-10", [false, false, true, true]),
        ("gt2020-03-10T11:59", [true, true, true, true]),
        ("gt2020-04-30", [false, false, false, true]),
        ("ge2020-03-10", [true, true, true, true]),
        ("ge2020-05", [false, false, false, true]),
        ("lt2020-03-10", [false, false, true, true]),
        ("lt2020-03", [false, false, false, false]),
        ("le2020-03-10", [true, true, true, true]),
        ("sa2020-02", [true, true, true, true]),
        ("sa2020-03-01", [true, true, false, false]),
        ("eb2020-03-11", [true, true, false, false]),
        ("eb2020-05", [true, true, true, false]),
        ("ap2020-03-11", [true, true, true, true]),
        ("ap2015", [false, false, false, false]),
    ] {
        let found = [&day, &instant, &period, &open].map(|state| is_found(state, "date", value));
        assert_eq!(found, expected, "{value}");
    }
    for (value, expected) in [
        ("5.4", [true, false]),
        ("5.40", [true, false]),
        ("5", [true, false]),
        ("5.44", [false, false]),
        ("6", [false, false]),
        ("-2|http://u|mg", [false, true]),
        ("5.4|http://u|mg", [true, false]),
        ("5.4||mg", [true, false]),
        ("5.4||milligram", [true, false]),
        ("5.4|http://v|mg", [false, false]),
        ("ne5.4", [false, true]),
        ("gt5.4", [false, false]),
        ("gt5.3", [true, false]),
        ("ge5.4", [true, false]),
        ("lt5.4", [false, true]),
        ("le5.4", [true, true]),
        ("le-2||mg", [false, true]),
        ("ap5", [true, false]),
        ("5.4e0", [true, false]),
    ] {
        let found = [&day, &open].map(|state| is_found(state, "value-quantity", value));
        assert_eq!(found, expected, "{value}");
    }
}

/// What a store does with clauses of rows alone.
fn meets(rows: &[holdfast_core::rules::IndexRow], clause: &Clause) -> bool {
    let within = |text: &str, from: &Option<String>, below: &Option<String>| {
        from.as_ref().is_none_or(|from| text >= from.as_str())
            && below.as_ref().is_none_or(|below| text < below.as_str())
    };
    let is_like = |value: &str, one: &Match| match one {
        Match::Exact(text) => value == text,
        Match::Prefix(text) => value.starts_with(text.as_str()),
        Match::Suffix(text) => value.ends_with(text.as_str()),
        Match::Contains(text) => value.contains(text.as_str()),
        Match::Range(range) => {
            within(value, &range.from, &range.below)
                && range
                    .tail
                    .as_ref()
                    .is_none_or(|tail| within(&value[tail.skip as usize..], &tail.from, &tail.below))
        }
    };
    match clause {
        Clause::Param { param, any } => {
            rows.iter().any(|row| row.param == *param && any.iter().any(|one| is_like(&row.value, one)))
        }
        Clause::Any(any) => any.iter().any(|one| meets(rows, one)),
        Clause::Not(inner) => !meets(rows, inner),
        other => panic!("{other:?} is not about rows"),
    }
}

#[test]
fn a_refusal_quotes_the_beginning_of_a_long_value() {
    let error = parse_query("Patient", &[("birthdate", "1".repeat(100_000))]).expect_err("no date");
    assert!(error.to_string().len() < 400 && error.to_string().contains("111"), "{error}");
}
