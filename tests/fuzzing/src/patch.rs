//! JSON Patches: one operation after the other does what another implementation (`json-patch`) does, all at once the same
//! as one by one; numbers keep their digits, and what no operation touches keeps its bytes.

use std::collections::BTreeSet;

use holdfast_clinical::patch::{MAX_OPERATIONS, Patch, PatchError};
use holdfast_clinical::tree::{Node, TreeError};
use holdfast_core::json;
use json_patch::PatchOperation;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::source::Source;

const RESOURCES: [&str; 6] = [
    r#"{"resourceType":"Patient","id":"p","active":true,"name":[{"family":"Made","given":["Up","Two"]}],"birthDate":"1970-01-01"}"#,
    r#"{ "resourceType" : "Observation","status":"final","valueQuantity":{"value":70.50,"unit":"kg"},"component":[{"valueInteger":1e2},{"valueInteger":-0}] }"#,
    r#"{"a":{"b":{"c":[1,2.0,[3,{"d":"\u00e9\/"}]]}},"":{"":null},"m~n":8,"a/b":[]}"#,
    r#"[[],{},"x",0.10]"#,
    r#""text""#,
    r#"{"0":"zero","-":"end","list":[0,1,2,3,4,5,6,7,8,9,10,11]}"#,
];
/// Operations that are done one by one.
const STEPS: usize = 64;
/// A document that has grown beyond this is not compared further: a copy may double it.
const COMPARED_BYTES: usize = 16 << 10;

pub(crate) fn run(data: &[u8]) {
    let mut source = Source::new(data);
    let own = source.below(RESOURCES.len() + 1);
    let resource = RESOURCES.get(own).copied().or_else(|| std::str::from_utf8(source.chunk()).ok());
    let (Some(resource), Ok(text)) = (resource, std::str::from_utf8(source.rest())) else { return };
    let patch = match Patch::parse(text) {
        Ok(patch) => patch,
        Err(error) => return refused(&error, text),
    };
    let outcome = patch.apply(resource);
    assert_eq!(patch.apply(resource), outcome, "a patch does not do the same twice");
    let Ok(operations) = serde_json::from_str::<Vec<&RawValue>>(text) else { panic!("a patch is JSON") };
    assert!(operations.len() <= MAX_OPERATIONS);
    if let Ok(patched) = &outcome {
        faithful(resource, patched, &operations);
    }
    one_by_one(resource, &operations, &outcome);
}

/// What is refused as no patch is none for the other implementation.
fn refused(error: &PatchError, text: &str) {
    assert!(error.http_status() == 400 || matches!(error, PatchError::TooMany { .. }), "{error}");
    let theirs: Result<json_patch::Patch, _> = serde_json::from_str(text);
    match error {
        // Depth, the number of members and repeated names are bounds of our own.
        PatchError::Unreadable(TreeError::Syntax { .. }) | PatchError::NotAPatch { .. } => {
            assert!(theirs.is_err(), "a patch was refused: {error}");
        }
        PatchError::BadOperation { op, .. } => {
            let items: Vec<&RawValue> = serde_json::from_str(text).expect("it was read up to its operations");
            // Serde takes `["remove","/a"]` for an operation; the RFC does not.
            if items[*op].get().starts_with('{') {
                assert!(theirs.is_err(), "operation {op} was refused: {error}");
            }
        }
        _ => {}
    }
}

/// Each operation on what the ones before it made, here and there.
fn one_by_one(resource: &str, operations: &[&RawValue], whole: &Result<String, PatchError>) {
    let mut ours = match Node::parse(resource) {
        Ok(_) => resource.to_owned(),
        Err(error) => return assert_eq!(whole, &Err(PatchError::Unreadable(error))),
    };
    // Numbers beyond an f64 are none to serde_json.
    let mut theirs: Option<Value> = serde_json::from_str(resource).ok();
    for (at, operation) in operations.iter().enumerate().take(STEPS) {
        if ours.len() > COMPARED_BYTES {
            return;
        }
        let text = format!("[{}]", operation.get());
        let step = Patch::parse(&text).expect("an operation of a patch is one").apply(&ours);
        theirs = theirs.and_then(|document| compare(document, operation.get(), &step));
        match step {
            Ok(next) => ours = next,
            Err(error) => return same_refusal(whole, &error, at),
        }
    }
    if operations.len() <= STEPS {
        // Without an operation the text stays, with one it becomes compact.
        let alone = if operations.is_empty() { compact(&ours) } else { ours };
        assert_eq!(whole.as_deref(), Ok(&*alone), "all at once is not one by one");
    }
}

fn same_refusal(whole: &Result<String, PatchError>, alone: &PatchError, at: usize) {
    let error = whole.as_ref().expect_err("an operation that fails alone fails the patch");
    assert_eq!((error.code(), error.path()), (alone.code(), alone.path()), "refused for another reason");
    assert!(error.to_string().contains(&format!("operation {at} ")), "{error} is not about operation {at}");
}

/// The document as the other implementation makes it; `None` if it cannot be compared further.
fn compare(mut document: Value, operation: &str, ours: &Result<String, PatchError>) -> Option<Value> {
    let operation: PatchOperation = match serde_json::from_str(operation) {
        Ok(operation) => operation,
        Err(error) => {
            assert!(
                error.to_string().contains("out of range"),
                "an operation for one is none for the other: {error}"
            );
            return None;
        }
    };
    let theirs = json_patch::patch_unsafe(&mut document, std::slice::from_ref(&operation));
    let is_excused = match &operation {
        // They compare numbers as f64 and by their kind: 1 is not 1.0, and 0.1 is all that is near to it.
        PatchOperation::Test(test) => has_number(&test.value),
        // To move the whole onto itself changes nothing; they refuse it.
        PatchOperation::Move(one) => one.from.is_root() && one.path.is_root(),
        _ => false,
    };
    match (ours, theirs) {
        (Ok(text), Ok(())) => {
            let ours: Value = serde_json::from_str(text).expect("what was patched is JSON");
            assert_eq!(ours, document, "{operation} makes something else");
        }
        (Err(PatchError::TooDeep { .. } | PatchError::TooLarge { .. }), _) | (Err(_), Err(_)) => {}
        (ours, theirs) => assert!(is_excused, "{operation}: {ours:?}, but {theirs:?}"),
    }
    Some(document)
}

fn has_number(value: &Value) -> bool {
    match value {
        Value::Number(_) => true,
        Value::Array(items) => items.iter().any(has_number),
        Value::Object(members) => members.values().any(has_number),
        _ => false,
    }
}

fn compact(text: &str) -> String {
    Patch::parse("[]").and_then(|none| none.apply(text)).expect("what was read is written")
}

/// Every number is one that was there or in the patch, digit for digit; members that no operation names are as they were.
fn faithful(resource: &str, patched: &str, operations: &[&RawValue]) {
    let mut known = BTreeSet::new();
    let read = |text| Node::parse(text).expect("a patched resource was read");
    numbers(&read(resource), &mut known);
    operations.iter().for_each(|operation| numbers(&read(operation.get()), &mut known));
    let mut now = BTreeSet::new();
    numbers(&read(patched), &mut now);
    assert!(now.is_subset(&known), "{now:?} are not all of {known:?}");
    let touched: Vec<String> = operations.iter().flat_map(|operation| touched(operation.get())).collect();
    let (Ok(before), Ok(after)) = (json::members(resource), json::members(patched)) else { return };
    if touched.iter().any(String::is_empty) {
        return;
    }
    for (name, value) in before.iter().filter(|(name, _)| !touched.contains(&format!("/{name}"))) {
        let found = after.iter().find(|(other, _)| other == name);
        assert_eq!(found.map(|(_, value)| value), Some(value), "{name} was not to be touched");
    }
}

fn numbers<'a>(node: &Node<'a>, out: &mut BTreeSet<&'a str>) {
    match node {
        Node::Number(text) => drop(out.insert(text)),
        Node::Array(items) => items.iter().for_each(|item| numbers(item, out)),
        Node::Object(members) => members.iter().for_each(|(_, value)| numbers(value, out)),
        _ => {}
    }
}

/// `/` and the member below which an operation works; empty: on the whole.
fn touched(operation: &str) -> Vec<String> {
    let operation = Node::parse(operation).expect("a patch was read");
    let text = |name: &str| operation.member(name).and_then(Node::as_text);
    let first = |pointer: &str| match pointer.split('/').nth(1) {
        None => String::new(),
        Some(name) => format!("/{}", name.replace("~1", "/").replace("~0", "~")),
    };
    let is_only_read = text("op") == Some("test");
    let of = ["path", "from"].into_iter().filter(|_| !is_only_read);
    of.filter_map(text).map(first).collect()
}
