//! What R4's types are made of: elements, cardinalities, types, reference targets, required codes. Read once from
//! the tables of `definitions/`, which are compiled in.
//!
//! ```
//! use holdfast_clinical::structure::element;
//!
//! let found = element("Observation", "valueQuantity").expect("R4 has it");
//! assert_eq!((found.element.name, found.ty.code, found.element.in_summary), ("value", "Quantity", true));
//! ```
//!
//! Cost: the first use reads 230 KB of tables in 4 to 9 ms (2 busy cores) and keeps 1.7 MB (`cargo run --release --example structure_cost`
//! on two busy processors); names and codes are borrowed from the text. A look-up is a binary search among at most 54 names.
//!
//! Source: <https://hl7.org/fhir/R4/json.html>, <https://hl7.org/fhir/R4/elementdefinition.html>; the tables: see
//! `definitions/README.md`.

mod codes;
mod primitive;
mod read;

pub use codes::CodeSet;
pub use primitive::Primitive;

/// A type of R4, or a group of elements inside one (`Patient.contact`), with what it inherits.
#[derive(Debug)]
pub struct Type {
    /// `Patient`, `Quantity`, `Patient.contact`.
    pub name: &'static str,
    /// Sorted by name; at most 128.
    elements: Vec<Element>,
    /// A bit for each element that must be there.
    required: u128,
    /// A bit for each element that ends in `[x]`.
    choices: u128,
}

/// One element of a type.
#[derive(Clone, Copy, Debug)]
pub struct Element {
    /// Its name; of a choice without `[x]`.
    pub name: &'static str,
    /// Whether it ends in `[x]`: its name in JSON is this one and the type's.
    pub is_choice: bool,
    /// The fewest there may be.
    pub min: u16,
    /// The most there may be; `None`: any number.
    pub max: Option<u16>,
    /// Whether R4 puts it into summaries (`_summary=true`).
    pub in_summary: bool,
    /// The value set bound as required, by the end of its URL; empty if none is.
    pub value_set: &'static str,
    /// Its codes, where R4 lists them.
    pub codes: Option<&'static CodeSet>,
    /// The types it may have; one, unless it is a choice.
    pub types: &'static [ElementType],
}

impl Element {
    /// Whether it is an array in JSON.
    pub fn is_list(&self) -> bool {
        self.max != Some(1)
    }
}

/// One of the types an element may have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ElementType {
    /// `string`, `Quantity`, `Reference`, `Patient.contact`.
    pub code: &'static str,
    /// What it is.
    pub kind: Kind,
    /// What a Reference may point at, divided by `|`; empty: anything.
    targets: &'static str,
}

impl ElementType {
    /// Whether R4 lets this reference point at a resource of that type.
    pub fn allows_target(&self, kind: &str) -> bool {
        self.targets.is_empty() || self.targets.split('|').any(|target| target == kind)
    }

    /// The types a reference may point at; empty: any.
    pub fn targets(&self) -> impl Iterator<Item = &'static str> {
        self.targets.split('|').filter(|target| !target.is_empty())
    }
}

/// What a type is in JSON.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A string, a number or a boolean.
    Primitive(Primitive),
    /// An object with the elements of this type.
    Complex(TypeId),
    /// A whole resource, of any type.
    Resource,
}

/// The place of a [`Type`] in the tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TypeId(u16);

impl TypeId {
    /// The type.
    pub fn get(self) -> &'static Type {
        &read::TYPES[usize::from(self.0)]
    }
}

/// An element as a name in JSON stands for it.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// The element.
    pub element: &'static Element,
    /// Its type: of a choice, the one that the name says.
    pub ty: &'static ElementType,
    /// Whether the name is `_name`: id and extensions of a primitive.
    pub is_twin: bool,
    /// Its place among the type's elements: below 128.
    pub(crate) place: u32,
}

impl Type {
    /// The element that a name in JSON stands for. O(log n).
    pub fn find(&'static self, name: &str) -> Option<Found> {
        let plain = name.strip_prefix('_');
        let found = self.plain(plain.unwrap_or(name))?;
        let is_twin = plain.is_some();
        let may_be = !is_twin || matches!(found.ty.kind, Kind::Primitive(_));
        may_be.then_some(Found { is_twin, ..found })
    }

    fn plain(&'static self, name: &str) -> Option<Found> {
        if let Ok(place) = self.elements.binary_search_by(|element| element.name.cmp(name)) {
            let element = &self.elements[place];
            if !element.is_choice {
                let ty = element.types.first()?;
                return Some(Found { element, ty, is_twin: false, place: place as u32 });
            }
        }
        bits(self.choices).find_map(|place| {
            let element = &self.elements[place as usize];
            let end = name.strip_prefix(element.name)?;
            let ty = element.types.iter().find(|ty| is_capitalised(ty.code, end))?;
            Some(Found { element, ty, is_twin: false, place })
        })
    }

    /// Its elements, sorted by name.
    pub fn elements(&'static self) -> &'static [Element] {
        &self.elements
    }

    /// The elements that must be there and whose bit is not set in `seen`.
    pub(crate) fn missing(&'static self, seen: u128) -> impl Iterator<Item = &'static Element> {
        bits(self.required & !seen).map(|place| &self.elements[place as usize])
    }
}

/// The type of this name: a resource's, a data type's or a group's. O(log n).
pub fn type_named(name: &str) -> Option<&'static Type> {
    let at = read::TYPES.binary_search_by(|ty| ty.name.cmp(name)).ok()?;
    Some(&read::TYPES[at])
}

/// The element that a name in JSON stands for in a type.
pub fn element(kind: &str, name: &str) -> Option<Found> {
    type_named(kind)?.find(name)
}

/// The places of the bits that are set, lowest first.
fn bits(mut set: u128) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let place = (set != 0).then(|| set.trailing_zeros())?;
        set &= set - 1;
        Some(place)
    })
}

/// Whether `end` is the type's name with a capital: `DateTime` of `dateTime`.
fn is_capitalised(code: &str, end: &str) -> bool {
    let (code, end) = (code.as_bytes(), end.as_bytes());
    code.len() == end.len() && end[0] == code[0].to_ascii_uppercase() && end[1..] == code[1..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::RESOURCE_TYPES;

    #[test]
    fn names_in_json_are_resolved() {
        for (kind, name, expected) in [
            ("Observation", "status", Some(("status", "code", false, true))),
            ("Observation", "id", Some(("id", "id", false, true))),
            ("Observation", "valueQuantity", Some(("value", "Quantity", false, true))),
            ("Observation", "valueDateTime", Some(("value", "dateTime", false, true))),
            ("Observation", "_valueDateTime", Some(("value", "dateTime", true, true))),
            ("Observation", "_valueQuantity", None),
            ("Observation", "value", None),
            ("Observation", "valuequantity", None),
            ("Observation", "valueCoding", None),
            ("Observation", "component", Some(("component", "Observation.component", false, true))),
            (
                "Observation.component",
                "referenceRange",
                Some(("referenceRange", "Observation.referenceRange", false, false)),
            ),
            ("Patient.contact", "modifierExtension", Some(("modifierExtension", "Extension", false, true))),
            ("Patient", "_birthDate", Some(("birthDate", "date", true, true))),
            ("Patient", "_name", None),
            ("Patient", "text", Some(("text", "Narrative", false, false))),
            ("Bundle", "text", None),
            ("Age", "value", Some(("value", "decimal", false, true))),
            ("Extension", "valueString", Some(("value", "string", false, false))),
            ("Meta", "account", None),
            ("Patient", "", None),
            ("Patient", "_", None),
            ("Note", "id", None),
        ] {
            let found = element(kind, name);
            let found = found.map(|f| (f.element.name, f.ty.code, f.is_twin, f.element.in_summary));
            assert_eq!(found, expected, "{kind}.{name}");
        }
    }

    #[test]
    fn tables_hold_every_resource_type_and_nothing_loose() {
        for kind in RESOURCE_TYPES {
            assert!(type_named(kind).is_some(), "{kind}");
        }
        for ty in read::TYPES.iter() {
            assert!(ty.elements.is_sorted_by(|a, b| a.name < b.name), "{}", ty.name);
            assert!(!ty.elements.is_empty() && ty.elements.len() <= 128, "{}", ty.name);
            for element in &ty.elements {
                assert!(!element.types.is_empty(), "{}.{}", ty.name, element.name);
                assert!(element.is_choice || element.types.len() == 1, "{}.{}", ty.name, element.name);
                for target in element.types.iter().flat_map(ElementType::targets) {
                    assert!(type_named(target).is_some(), "{}.{}: {target}", ty.name, element.name);
                }
            }
        }
    }

    #[test]
    fn bounds_targets_and_codes_are_read() {
        let found = element("Observation", "status").unwrap().element;
        assert_eq!((found.min, found.max, found.value_set), (1, Some(1), "observation-status"));
        assert!(found.codes.unwrap().has_code("final") && !found.codes.unwrap().has_code("finalx"));
        let found = element("Patient", "name").unwrap().element;
        assert_eq!((found.min, found.max, found.is_list()), (0, None, true));
        let found = element("Encounter", "subject").unwrap().ty;
        assert!(found.allows_target("Group") && !found.allows_target("Slot"));
        assert!(element("Basic", "subject").unwrap().ty.allows_target("Slot"));
        let found = element("Condition", "clinicalStatus").unwrap().element.codes.unwrap();
        let system = "http://terminology.hl7.org/CodeSystem/condition-clinical";
        assert!(found.has(system, "active") && !found.has("http://x", "active") && !found.has(system, "x"));
        assert!(element("Attachment", "contentType").unwrap().element.codes.is_none());
    }
}
