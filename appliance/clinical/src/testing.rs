//! States made by hand, for unit tests.

use holdfast_core::hlc::Hlc;
use holdfast_core::id::{ActorId, Dot, Entity};
use holdfast_core::op::{Change, Op};
use holdfast_core::rules::Rules;
use holdfast_core::state::EntityState;

use crate::FhirRules;

/// The state of a resource that was saved once.
pub(crate) fn state(json: &str) -> EntityState {
    let head = crate::resource::Head::read(json).expect("the test's resource has a head");
    let registers = FhirRules.split(&head.kind, json).expect("the test's resource splits");
    let changes = registers.into_iter().map(|(key, value)| Change { key, pred: vec![], value: Some(value) });
    let mut state =
        EntityState::new(Entity::new(&head.kind, head.id.unwrap_or_default()), FhirRules.lane(&head.kind));
    state.apply(&op(&state, 1, changes.collect()));
    state
}

/// A resource with concurrent values of one element.
pub(crate) fn state_with_siblings(kind: &str, element: &str, values: &[&str]) -> EntityState {
    let mut state = EntityState::new(Entity::new(kind, "x"), FhirRules.lane(kind));
    for (actor, value) in (1..).zip(values) {
        let change = Change { key: element.to_owned(), pred: vec![], value: Some((*value).to_owned()) };
        state.apply(&op(&state, actor, vec![change]));
    }
    state
}

fn op(state: &EntityState, actor: u8, changes: Vec<Change>) -> Op {
    Op {
        dot: Dot { actor: ActorId([actor; 16]), lane: state.lane, seq: 1 },
        hlc: Hlc::default(),
        entity: state.entity.clone(),
        author: "test".to_owned(),
        changes,
    }
}
