//! FHIR resources: one idea of what JSON is, and every byte of every element the same after it was taken apart,
//! merged, rendered and stored.

use holdfast_clinical::FhirRules;
use holdfast_clinical::tree::{Node, TreeError};
use holdfast_clinical::validate::{first_error, validate};
use holdfast_core::hlc::Hlc;
use holdfast_core::id::{ActorId, Dot, Entity, Lane};
use holdfast_core::json;
use holdfast_core::op::{Change, Op};
use holdfast_core::rules::{Policy, Rules};
use holdfast_core::state::EntityState;
use holdfast_core::view;

use crate::source::Source;

const KINDS: [&str; 8] = [
    "Patient",
    "Observation",
    "Group",
    "Appointment",
    "AuditEvent",
    "MedicationRequest",
    "HoldfastPreference",
    "SomethingNew",
];

pub(crate) fn run(data: &[u8]) {
    let mut source = Source::new(data);
    let kind = KINDS[source.below(KINDS.len())];
    let Ok(text) = std::str::from_utf8(source.rest()) else {
        let _ = view::decode(Entity::new(kind, "r"), "{}", source.rest());
        return;
    };
    one_json(text);
    let stored = source.chunk();
    if let Ok(rendered) = std::str::from_utf8(source.rest()) {
        stored_state(kind, rendered, stored);
    }
    let Ok(registers) = FhirRules.split(kind, text) else { return };
    let changes = registers.clone().into_iter();
    let changes = changes.map(|(key, value)| Change { key, pred: vec![], value: Some(value) }).collect();
    let entity = Entity::new(kind, "r");
    let dot = Dot { actor: ActorId([1; 16]), lane: Lane::CHART, seq: 1 };
    let op =
        Op { dot, hlc: Hlc::new(1_700_000_000_000, 0), entity: entity.clone(), author: "a".into(), changes };
    let mut state = EntityState::new(entity, Lane::CHART);
    state.apply(&op);
    // Ops come from other replicas too, whose checks may have been others: reading them must not panic.
    let _ = (FhirRules.index(&state), FhirRules.scopes(&state, "north"), state.conflicts(&FhirRules));
    let rendered = view::render(&state, &FhirRules);
    assert_eq!(view::decode(state.entity.clone(), &rendered, &view::encode(&state)).as_ref(), Ok(&state));
    faithful(kind, text, &rendered);
    if first_error(validate(text)).is_none() {
        assert_eq!(
            FhirRules.split(kind, &rendered).as_ref(),
            Ok(&registers),
            "what was rendered splits as another"
        );
    }
}

/// serde_json is the judge of what is JSON; depth and repeated names are refused on top.
fn one_json(text: &str) {
    let theirs = serde_json::from_str::<serde_json::Value>(text);
    match Node::parse(text) {
        Ok(_) => {
            let far = theirs.is_err_and(|error| !error.to_string().contains("out of range"));
            assert!(!far, "a text is JSON for one and not for the other");
        }
        Err(TreeError::Syntax { .. }) => assert!(theirs.is_err(), "JSON was refused"),
        Err(_) => {}
    }
}

/// Every element's text as it was sent, without white space between tokens. Sets come back in their order; an empty one
/// (which no valid resource has) is nothing, and neither is what Holdfast says itself in `meta`.
fn faithful(kind: &str, sent: &str, rendered: &str) {
    let sent = json::members(sent).expect("what was split has members");
    let back = json::members(rendered).expect("what was rendered is an object");
    let find = |name: &str| back.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    for (name, value) in &sent {
        if ["id", "resourceType", "meta"].contains(&name.as_str()) {
            continue;
        }
        if FhirRules.policy(kind, name) == Policy::Set {
            let members = json::elements(value).unwrap_or_default();
            assert_eq!(find(name).and_then(json::elements).unwrap_or_default(), members, "{name}");
        } else {
            assert_eq!(find(name), Some(value.as_str()), "{name}");
        }
    }
    assert!(back.iter().all(|(name, _)| {
        ["id", "resourceType", "meta"].contains(&name.as_str()) || sent.iter().any(|(key, _)| key == name)
    }));
}

/// A stored state from outside: read as what it says, or refused.
fn stored_state(kind: &str, rendered: &str, bytes: &[u8]) {
    let entity = Entity::new(kind, "r");
    let Ok(state) = view::decode(entity.clone(), rendered, bytes) else { return };
    let _ =
        (view::render(&state, &FhirRules), state.conflicts(&FhirRules), state.is_deleted(), state.version());
    let _ = (FhirRules.index(&state), FhirRules.scopes(&state, "north"));
    let _ = view::encode(&state.join(&state));
}
