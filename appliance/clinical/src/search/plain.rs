//! Token slots of plain values: `code`, `boolean`, `id`, `string`. Their rows have no system, since none stands in the
//! element; R4 gives a `code` the systems of the value set that it is bound to.
//!
//! Source: <https://hl7.org/fhir/R4/search.html#token>, the table of what a token is compared with.

use super::path::Path;
use super::table::{self, Slot};
use crate::structure::{Found, Kind, Primitive, element};

/// What R4 calls the system of `true` and `false`.
const TRUTH: &str = "http://hl7.org/fhir/special-values";
/// Systems of codes that no list holds, by the value set.
const UNLISTED: [(&str, &str); 2] =
    [("currencies", "urn:iso:std:iso:4217"), ("mimetypes", "urn:ietf:bcp:13")];

/// A system that the values of a slot are in without saying so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Implied {
    system: &'static str,
    /// Those of its codes that may stand here; `None`: any.
    codes: Option<&'static [&'static str]>,
}

/// The systems of a slot all of whose values are plain; `None` if a value may have a system of its own.
pub(super) fn implied(number: u32) -> Option<Vec<Implied>> {
    let slot = table::slot(number)?;
    let kind = table::resource_of(number)?;
    let mut all: Vec<Implied> = Vec::new();
    for path in &slot.paths {
        for one in of_path(kind, slot, path)? {
            if !all.contains(&one) {
                all.push(one);
            }
        }
    }
    Some(all)
}

impl Implied {
    /// Whether a code of this system may stand here.
    pub(super) fn has(&self, system: &str, code: &str) -> bool {
        self.system == system && self.codes.is_none_or(|codes| codes.contains(&code))
    }

    /// Its codes, if it is this system.
    pub(super) fn codes_of(&self, system: &str) -> Option<Option<&'static [&'static str]>> {
        (self.system == system).then_some(self.codes)
    }
}

fn of_path(kind: &str, slot: &Slot, path: &Path) -> Option<Vec<Implied>> {
    debug_assert_eq!(slot.kind, table::Kind::Token, "only tokens have systems");
    if path.exists {
        return Some(vec![Implied { system: TRUTH, codes: None }]);
    }
    let found = leaf(kind, path)?;
    match found.ty.kind {
        Kind::Primitive(Primitive::Boolean) => Some(vec![Implied { system: TRUTH, codes: None }]),
        Kind::Primitive(Primitive::Code) => Some(of_code(&found)),
        Kind::Primitive(_) => Some(Vec::new()),
        _ => None,
    }
}

fn of_code(found: &Found) -> Vec<Implied> {
    if let Some(set) = found.element.codes {
        let one = |(system, codes)| Implied { system, codes: Some(codes) };
        return set.by_system().map(one).collect();
    }
    let unlisted = UNLISTED.iter().filter(|(set, _)| *set == found.element.value_set);
    unlisted.map(|(_, system)| Implied { system, codes: None }).collect()
}

/// The element at the end of a path.
fn leaf(kind: &str, path: &Path) -> Option<Found> {
    let mut names = path.names();
    let mut found = element(kind, names.next()?)?;
    for name in names {
        let Kind::Complex(ty) = found.ty.kind else { return None };
        found = ty.get().find(name)?;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The systems of a parameter's only slot.
    fn systems(kind: &str, parameter: &str) -> Option<Vec<&'static str>> {
        let found = table::find(kind, parameter).unwrap();
        implied(found.slots[0].number).map(|all| all.iter().map(|one| one.system).collect())
    }

    #[test]
    fn plain_values_have_the_systems_that_r4_binds() {
        for (kind, parameter, expected) in [
            ("Patient", "gender", Some(&["http://hl7.org/fhir/administrative-gender"][..])),
            ("Observation", "status", Some(&["http://hl7.org/fhir/observation-status"])),
            ("Patient", "active", Some(&[TRUTH])),
            ("Patient", "deceased", Some(&[TRUTH])),
            ("DocumentReference", "contenttype", Some(&["urn:ietf:bcp:13"])),
            ("Questionnaire", "version", Some(&[])),
            ("Patient", "identifier", None),
            ("Patient", "phone", None),
            ("Condition", "code", None),
            ("Encounter", "class", None),
            ("Patient", "_tag", None),
        ] {
            assert_eq!(systems(kind, parameter).as_deref(), expected, "{kind}.{parameter}");
        }
    }

    #[test]
    fn every_path_of_every_token_leads_somewhere() {
        for kind in crate::types::RESOURCE_TYPES {
            let tokens = table::slots(kind).filter(|slot| slot.kind == table::Kind::Token);
            for slot in tokens.filter(|slot| table::resource_of(slot.number) == Some(kind)) {
                for path in slot.paths.iter().filter(|path| !path.exists) {
                    assert!(leaf(kind, path).is_some(), "{kind} {path:?}");
                }
            }
        }
    }
}
