//! R4's search parameters, as published, and the slots of the search index that answer them.
//!
//! A **slot** is a set of paths whose values are indexed together under one number; a parameter is answered from one slot
//! or several: `combo-code` from those of `code` and `component-code`, `patient` from that of `subject`. So nothing is
//! indexed twice. A number is `1000 × place of the type in RESOURCE_TYPES + n`; numbers stand in every store's index and
//! travel in searches between replicas: they are never changed and never used again for something else. The parameters of
//! every type (`_tag` …) have type 0.
//!
//! Source: the R4 search-parameter definitions (<https://hl7.org/fhir/R4/searchparameter-registry.html>), turned into
//! `definitions/search.tsv` by the script beside it. Not offered: composite parameters, `near`, and what needs more than
//! the record itself (`_list`, `_filter`, `_query`, `_content`).

use std::sync::LazyLock;

use super::path::Path;

/// The pseudo-type whose parameters every type has.
const COMMON: &str = "Resource";

/// Parameters by which a resource is found from the moment it is saved.
pub const PROMPT: [&str; 3] = ["identifier", "name", "patient"];
/// The same of one type alone: who may do what is asked at every search for a free time.
const PROMPT_OF: [(&str, &str); 1] = [("PractitionerRole", "practitioner")];

/// How a parameter's values are indexed and matched.
///
/// Source: <https://hl7.org/fhir/R4/search.html#ptypes>.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A code with its system: exact, case-sensitive.
    Token,
    /// Text: case, accents and punctuation ignored, matched from the start.
    String,
    /// A point or stretch of time.
    Date,
    /// A literal reference.
    Reference,
    /// A number with a unit.
    Quantity,
    /// A number.
    Number,
    /// A URI: exact.
    Uri,
}

impl Kind {
    fn read(name: &str) -> Self {
        match name {
            "token" => Self::Token,
            "string" => Self::String,
            "date" => Self::Date,
            "reference" => Self::Reference,
            "quantity" => Self::Quantity,
            "number" => Self::Number,
            "uri" => Self::Uri,
            other => panic!("search.tsv names the kind {other}"),
        }
    }

    /// Its name in R4 (`token`, `string` …).
    pub fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::String => "string",
            Self::Date => "date",
            Self::Reference => "reference",
            Self::Quantity => "quantity",
            Self::Number => "number",
            Self::Uri => "uri",
        }
    }
}

/// Paths whose values are indexed together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slot {
    /// Stable number; see the module's text.
    pub number: u32,
    /// How the values are indexed.
    pub kind: Kind,
    /// Where they stand.
    pub paths: Box<[Path]>,
    /// Whether a [`PROMPT`] parameter is answered from it.
    pub is_prompt: bool,
}

/// One search parameter of one resource type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parameter {
    /// Its name in a query.
    pub name: &'static str,
    /// How values are matched.
    pub kind: Kind,
    /// The slots that answer it.
    pub slots: Box<[SlotUse]>,
    /// The types that a reference may lead to; empty for any.
    pub targets: Box<[&'static str]>,
}

/// A slot as one parameter uses it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SlotUse {
    /// Number of the slot.
    pub number: u32,
    /// Only references to this type count.
    pub target: Option<&'static str>,
}

/// What is known of one resource type.
#[derive(Debug)]
struct TypeTable {
    name: &'static str,
    slots: Vec<Slot>,
    parameters: Vec<Parameter>,
}

static TABLE: LazyLock<Vec<TypeTable>> = LazyLock::new(|| read(TEXT));

const TEXT: &str = include_str!("../../definitions/search.tsv");

/// A number that the table's text has for its own (FNV-1a). Every search asks for it, so it is worked out once.
pub(super) fn text_sum() -> u64 {
    static SUM: LazyLock<u64> = LazyLock::new(|| {
        TEXT.bytes()
            .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    });
    *SUM
}

/// The parameters of one resource type, by name, without those that every type has; empty for an unknown type. O(log n).
pub fn parameters(resource: &str) -> &'static [Parameter] {
    of(resource).map_or(&[], |table| &table.parameters)
}

/// The parameters that every type has.
pub fn common() -> &'static [Parameter] {
    parameters(COMMON)
}

/// The parameter of this name that a search on the type may use.
pub fn find(resource: &str, name: &str) -> Option<&'static Parameter> {
    let of = |list: &'static [Parameter]| {
        list.binary_search_by(|parameter| parameter.name.cmp(name)).ok().map(|at| &list[at])
    };
    of(parameters(resource)).or_else(|| of(common()))
}

/// The slots of one resource type and those that every type has.
pub fn slots(resource: &str) -> impl Iterator<Item = &'static Slot> {
    let own = of(resource).map_or(&[][..], |table| &table.slots);
    let common = if own.is_empty() { &[][..] } else { of(COMMON).map_or(&[][..], |table| &table.slots) };
    own.iter().chain(common)
}

/// The slot of this number.
pub fn slot(number: u32) -> Option<&'static Slot> {
    of(resource_of(number)?)?.slots.iter().find(|slot| slot.number == number)
}

/// The resource type whose slots are numbered so.
pub(super) fn resource_of(number: u32) -> Option<&'static str> {
    match (number / 1000) as usize {
        0 => Some(COMMON),
        at => crate::types::RESOURCE_TYPES.get(at - 1).copied(),
    }
}

fn of(resource: &str) -> Option<&'static TypeTable> {
    TABLE.binary_search_by(|table| table.name.cmp(resource)).ok().map(|at| &TABLE[at])
}

fn read(text: &'static str) -> Vec<TypeTable> {
    let mut out: Vec<TypeTable> = Vec::new();
    for line in text.lines() {
        let mut cells = line.split('\t');
        match (cells.next(), cells.next()) {
            (Some(""), Some(first)) => {
                let table = out.last_mut().expect("search.tsv begins with a type");
                let mut cell = || cells.next().unwrap_or_default();
                let (kind, list, targets) = (Kind::read(cell()), cell(), cell());
                match first.strip_prefix('=') {
                    Some(number) => table.slots.push(Slot {
                        number: number.parse().expect("search.tsv numbers its slots"),
                        kind,
                        paths: list.split(',').map(Path::read).collect(),
                        is_prompt: false,
                    }),
                    None => table.parameters.push(Parameter {
                        name: first,
                        kind,
                        slots: list.split(' ').map(slot_use).collect(),
                        targets: targets.split('|').filter(|target| !target.is_empty()).collect(),
                    }),
                }
            }
            (Some(name), None) => out.push(TypeTable { name, slots: Vec::new(), parameters: Vec::new() }),
            _ => panic!("search.tsv has the line {line:?}"),
        }
    }
    for table in &mut out {
        let is_prompt = |name| PROMPT.contains(&name) || PROMPT_OF.contains(&(table.name, name));
        let prompt = table.parameters.iter().filter(|parameter| is_prompt(parameter.name));
        let numbers: Vec<u32> = prompt.flat_map(|one| one.slots.iter().map(|slot| slot.number)).collect();
        table.slots.iter_mut().for_each(|slot| slot.is_prompt = numbers.contains(&slot.number));
    }
    out.sort_by_key(|table| table.name);
    out
}

fn slot_use(text: &'static str) -> SlotUse {
    let (number, target) =
        text.split_once(':').map_or((text, None), |(number, target)| (number, Some(target)));
    SlotUse { number: number.parse().expect("search.tsv refers to slots by number"), target }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::types::RESOURCE_TYPES;

    #[test]
    fn every_type_is_there_and_numbers_are_its_own() {
        let mut seen = BTreeSet::new();
        for (at, kind) in std::iter::once(&COMMON).chain(&RESOURCE_TYPES).enumerate() {
            let table = of(kind).unwrap_or_else(|| panic!("{kind} is missing"));
            assert!(table.parameters.is_sorted_by(|a, b| a.name < b.name), "{kind}");
            for one in &table.slots {
                assert_eq!(one.number as usize / 1000, at, "{kind} {}", one.number);
                assert!(seen.insert(one.number), "{} is there twice", one.number);
                assert_eq!(slot(one.number), Some(one));
            }
            for parameter in &table.parameters {
                assert!(!parameter.slots.is_empty(), "{kind} {}", parameter.name);
                for used in &parameter.slots {
                    assert_eq!(slot(used.number).map(|slot| slot.kind), Some(parameter.kind));
                }
            }
        }
    }

    #[test]
    fn parameters_share_slots() {
        let numbers = |kind, name| {
            find(kind, name).unwrap().slots.iter().map(|slot| (slot.number, slot.target)).collect::<Vec<_>>()
        };
        let [(subject, None)] = numbers("Observation", "subject")[..] else { panic!() };
        assert_eq!(numbers("Observation", "patient"), [(subject, Some("Patient"))]);
        let combo: BTreeSet<_> = numbers("Observation", "combo-code").into_iter().collect();
        let parts = ["code", "component-code"].iter().flat_map(|name| numbers("Observation", name)).collect();
        assert_eq!(combo, parts);
        assert_eq!(find("Observation", "_tag"), find("Patient", "_tag"));
        assert_eq!((find("Observation", "name"), find("Odd", "identifier")), (None, None));
    }
}
