//! What R4 says of each element: whether it must be there, whether summaries have it, and its types.

use std::collections::HashMap;
use std::sync::LazyLock;

const DEFINITIONS: &str = include_str!("../../definitions/elements.tsv");

/// One element of a type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Element {
    /// `name`, or `value[x]`.
    name: &'static str,
    /// Whether it must be there.
    pub(super) is_mandatory: bool,
    /// Whether it is part of the summary.
    pub(super) is_summary: bool,
    types: &'static str,
}

struct Type {
    base: &'static str,
    elements: Vec<Element>,
}

static TYPES: LazyLock<HashMap<&'static str, Type>> = LazyLock::new(|| {
    let mut types: HashMap<&'static str, Type> = HashMap::new();
    let mut current = "";
    for line in DEFINITIONS.lines() {
        match line.strip_prefix('\t') {
            None => {
                let (name, base) = line.split_once('\t').unwrap_or((line, ""));
                current = name;
                types.insert(name, Type { base, elements: Vec::new() });
            }
            Some(element) => {
                let mut cells = element.split('\t');
                let mut cell = || cells.next().unwrap_or_default();
                let (name, occurs, kinds, summary) = (cell(), cell(), cell(), cell());
                let element = Element {
                    name,
                    is_mandatory: !occurs.starts_with('0'),
                    is_summary: summary == "s",
                    types: kinds,
                };
                types.entry(current).and_modify(|kind| kind.elements.push(element));
            }
        }
    }
    types
});

/// The element that a member of an object of this type is, by the member's name (`valueString` is `value[x]`). `None` if
/// R4 knows no such type or element.
pub(super) fn element(kind: &str, member: &str) -> Option<Element> {
    let mut kind = TYPES.get(kind)?;
    loop {
        if let Some(found) = kind.elements.iter().find(|element| element.is_named(member)) {
            return Some(*found);
        }
        kind = TYPES.get(kind.base)?;
    }
}

/// Whether R4 says of which elements an object of this type is made.
pub(super) fn is_known(kind: &str) -> bool {
    TYPES.get(kind).is_some_and(|kind| !kind.elements.is_empty())
}

impl Element {
    /// Whether a request means this element: `value` is `value[x]`, whatever its type.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.name.strip_suffix("[x]").unwrap_or(self.name) == name
    }

    fn is_named(&self, member: &str) -> bool {
        match self.name.strip_suffix("[x]") {
            None => self.name == member,
            Some(stem) => member
                .strip_prefix(stem)
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase())),
        }
    }

    /// The type of a member of this name.
    pub(super) fn type_of(&self, member: &str) -> &'static str {
        let mut names = self.types.split(' ').map(|kind| kind.split('(').next().unwrap_or(kind));
        let Some(stem) = self.name.strip_suffix("[x]") else { return names.next().unwrap_or_default() };
        let wanted = member.strip_prefix(stem).unwrap_or_default();
        let fits = |kind: &&str| kind.len() == wanted.len() && kind.get(1..) == wanted.get(1..);
        names.find(fits).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_those_of_the_definitions() {
        let of =
            |kind, member| element(kind, member).map(|e| (e.is_mandatory, e.is_summary, e.type_of(member)));
        assert_eq!(of("Observation", "status"), Some((true, true, "code")));
        assert_eq!(of("Observation", "valueQuantity"), Some((false, true, "Quantity")));
        assert_eq!(of("Observation", "note"), Some((false, false, "Annotation")));
        assert_eq!(of("Patient", "contact"), Some((false, false, "Patient.contact")));
        assert_eq!(of("Patient", "text"), Some((false, false, "Narrative")));
        assert_eq!(of("Patient", "meta"), Some((false, true, "Meta")));
        assert_eq!((of("Patient", "valueless"), of("Odd", "id")), (None, None));
    }
}
