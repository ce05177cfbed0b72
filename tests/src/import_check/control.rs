//! The control: a comparison that finds nothing must be able to find something. Resources as they were read back are
//! damaged on purpose, each in one place, and every damage must be seen.

use super::compare::{Origin, difference};
use super::json::Json;

/// Every so many resources one is damaged.
const EVERY: usize = 50;
/// Kinds of damage, taken in turn.
const KINDS: usize = 4;

/// What the control came to.
#[derive(Debug, Default)]
pub(super) struct Control {
    seen: usize,
    /// Damages made.
    pub(super) made: u64,
    /// Damages that were not found.
    pub(super) missed: Vec<String>,
}

impl Control {
    /// Perhaps damages a resource that was read back whole, and compares it again.
    pub(super) fn try_on(&mut self, name: &str, expected: &Json<'_>, actual: &Json<'_>, origin: &Origin<'_>) {
        self.seen += 1;
        if !self.seen.is_multiple_of(EVERY) {
            return;
        }
        let mut damaged = actual.clone();
        let kind = self.seen / EVERY % KINDS;
        if !damage(&mut damaged, kind, 0) {
            return;
        }
        self.made += 1;
        if difference(expected, &damaged, origin).is_none() {
            self.missed.push(format!("{name}: damage of kind {kind} was not seen"));
        }
    }
}

/// Damages the first fitting place; whether there was one. What the server may change is left out.
fn damage(json: &mut Json<'_>, kind: usize, depth: usize) -> bool {
    match (json, kind) {
        (Json::Number(digits), 0) => {
            *digits = "123456.70";
            true
        }
        (Json::Array(items), 1) if items.len() > 1 && items[0] != items[1] => {
            items.swap(0, 1);
            true
        }
        (Json::String(text), 2) if depth > 1 => {
            text.to_mut().push('x');
            true
        }
        (Json::Object(members), 3) if depth > 0 && members.len() > 1 => {
            members.pop();
            true
        }
        (Json::Array(items), _) => items.iter_mut().any(|item| damage(item, kind, depth + 1)),
        (Json::Object(members), _) => members
            .iter_mut()
            .filter(|(key, _)| !matches!(key.as_ref(), "meta" | "id" | "resourceType"))
            .any(|(_, value)| damage(value, kind, depth + 1)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_damage_changes_something() {
        let text = r#"{"resourceType":"X","id":"1","a":[{"b":1.50,"c":"t"},{"b":2}]}"#;
        for kind in 0..KINDS {
            let mut json = Json::parse(text).unwrap();
            assert!(damage(&mut json, kind, 0), "{kind}");
            assert_ne!(json, Json::parse(text).unwrap(), "{kind}");
        }
    }
}
