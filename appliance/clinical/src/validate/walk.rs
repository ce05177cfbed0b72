//! One walk over a resource, element by element, by R4's tables.

use std::borrow::Cow;

use super::container::Container;
use super::nearest::nearest;
use super::path::{Path, short};
use super::primitive::{self, Fault};
use super::{MAX_ISSUES, MAX_WARNINGS, binding};
use crate::outcome::{Issue, IssueType, Severity};
use crate::structure::{Found, Kind, Primitive, Type, type_named};
use crate::tree::Node;
use crate::types::is_resource_type;

/// The members of an object.
pub(super) type Members<'a> = [(Cow<'a, str>, Node<'a>)];

/// Where a resource stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// By itself, in a Bundle's entry, or as a parameter.
    Own,
    /// In `contained`, at this index.
    Contained(usize),
}

/// The walk's state. `'t` is how long the tree stands still.
#[derive(Default)]
pub(super) struct Walk<'t> {
    pub(super) path: Path<'t>,
    /// Errors, at most [`MAX_ISSUES`]: then the walk ends.
    pub(super) issues: Vec<Issue>,
    /// What is stored and should be looked at, kept apart so that it cannot crowd errors out.
    pub(super) warnings: Vec<Issue>,
    /// Profiles that resources claim, distinct, and where the first of them stands.
    pub(super) profiles: Vec<&'t str>,
    pub(super) profiles_at: Option<String>,
    /// The resources that the walk is in, the innermost last.
    pub(super) containers: Vec<Container<'t>>,
    /// Bundles of the kinds in which a reference may be a search.
    pub(super) transactions: usize,
}

impl<'t> Walk<'t> {
    pub(super) fn report(&mut self, code: IssueType, diagnostics: impl Into<String>) {
        self.report_at("", code, diagnostics);
    }

    /// Reports of a member of where the walk is.
    pub(super) fn report_at(&mut self, member: &str, code: IssueType, diagnostics: impl Into<String>) {
        if !self.is_full() {
            let expression = self.path.expression(member);
            let diagnostics = diagnostics.into();
            self.issues.push(Issue { severity: Severity::Error, code, expression, diagnostics });
        }
    }

    /// Says something of a member of where the walk is, which does not hinder storing.
    pub(super) fn warn_at(&mut self, member: &str, code: IssueType, diagnostics: impl Into<String>) {
        if self.warnings.len() < MAX_WARNINGS {
            let expression = self.path.expression(member);
            let diagnostics = diagnostics.into();
            self.warnings.push(Issue { severity: Severity::Warning, code, expression, diagnostics });
        }
    }

    /// Whether more issues would be dropped: the walk ends.
    fn is_full(&self) -> bool {
        self.issues.len() >= MAX_ISSUES
    }

    /// A whole resource.
    pub(super) fn resource(&mut self, node: &'t Node<'_>, place: Place) {
        let Node::Object(members) = node else {
            self.report(IssueType::Structure, "a resource is a JSON object; send one");
            return;
        };
        let Some(ty) = self.kind(node) else { return };
        let is_transaction = ty.name == "Bundle"
            && matches!(node.member("type").and_then(Node::as_text), Some("transaction" | "batch"));
        self.transactions += usize::from(is_transaction);
        match place {
            Place::Own => {
                self.containers.push(Container::of(members));
                self.object(members, ty, true);
                self.leave();
            }
            Place::Contained(index) => {
                self.contained(node, index);
                self.object(members, ty, true);
                if let Some(container) = self.containers.last_mut() {
                    container.inside = None;
                }
            }
        }
        self.transactions -= usize::from(is_transaction);
    }

    /// The resource's type, if R4 has it.
    fn kind(&mut self, node: &'t Node<'_>) -> Option<&'static Type> {
        match node.member("resourceType") {
            None => {
                self.report(IssueType::Structure, "resourceType is missing; say which resource this is");
                None
            }
            Some(Node::String(kind)) if is_resource_type(&kind.value) => type_named(&kind.value),
            Some(Node::String(kind)) => {
                let text = format!("R4 has no resource type \"{}\"; correct its name", short(&kind.value));
                self.report_at("resourceType", IssueType::NotSupported, text);
                None
            }
            Some(_) => {
                let text = "resourceType is not a string; name the type";
                self.report_at("resourceType", IssueType::Structure, text);
                None
            }
        }
    }

    fn contained(&mut self, node: &'t Node<'_>, index: usize) {
        if node.member("contained").is_some() {
            let text = "a contained resource contains others; put them beside it";
            self.report_at("contained", IssueType::Invariant, text);
        }
        if node.member("id").is_none() {
            self.report_at("id", IssueType::Required, "id is missing; a contained resource is found by it");
        }
        if let Some(container) = self.containers.last_mut() {
            container.inside = Some(index);
        }
    }

    /// What can be said of contained resources once everything was seen.
    fn leave(&mut self) {
        let Some(container) = self.containers.pop() else { return };
        for index in container.repeated() {
            let text = "another contained resource has this id; give each its own";
            self.report_at(&format!("contained[{index}].id"), IssueType::Duplicate, text);
        }
        for index in container.unused() {
            let text = "nothing refers to this contained resource; refer to it as #id or leave it out";
            self.report_at(&format!("contained[{index}]"), IssueType::Invariant, text);
        }
    }

    /// An object of a type: each member is one of its elements, and what must be there is there.
    pub(super) fn object(&mut self, members: &'t Members<'_>, ty: &'static Type, is_resource: bool) {
        if members.is_empty() {
            self.report(IssueType::Structure, "the object is empty; leave it out");
            return;
        }
        let (mut seen, mut doubled) = (0_u128, 0_u128);
        for (name, value) in members {
            if self.is_full() {
                return;
            }
            if is_resource && name == "resourceType" {
                continue;
            }
            let Some(found) = ty.find(name) else {
                self.unknown(name, ty);
                continue;
            };
            let bit = 1_u128 << found.place;
            if found.element.is_choice && seen & bit != 0 && doubled & bit == 0 && is_other(members, name, ty)
            {
                doubled |= bit;
                let text = format!("{}[x] is there in two types; keep one of them", found.element.name);
                self.report_at(name, IssueType::Structure, text);
            }
            seen |= bit;
            self.path.push_member(name);
            self.element(&found, name, value, members);
            self.path.pop();
        }
        for element in ty.missing(seen) {
            let name = element.name;
            let types: Vec<&str> = element.types.iter().map(|ty| ty.code).collect();
            let what = match element.codes {
                Some(set) => format!("{name} is missing; add it: {}", binding::choice(set)),
                None if element.is_choice => {
                    let all = if types.len() > 8 { "any type".to_owned() } else { types.join(", ") };
                    format!("{name}[x] is missing; add it as one of its types: {all}")
                }
                None => format!("{name} is missing; add it ({})", types.join(", ")),
            };
            self.report_at(name, IssueType::Required, what);
        }
    }

    fn unknown(&mut self, name: &str, ty: &'static Type) {
        let elements = ty.elements().iter();
        let near = nearest(name.strip_prefix('_').unwrap_or(name), elements.map(|element| element.name));
        let hint = match near.and_then(|near| ty.elements().iter().find(|element| element.name == near)) {
            Some(element) if element.is_choice => {
                let ty = element.types.first().map_or("", |ty| ty.code);
                let (first, rest) = ty.split_at(ty.len().min(1));
                let example = format!("{}{}{rest}", element.name, first.to_ascii_uppercase());
                format!("name its type too, as in {example}")
            }
            Some(element) if element.name == name.strip_prefix('_').unwrap_or(name) => {
                format!("{} is no primitive and carries its extensions itself", element.name)
            }
            Some(element) => format!("did you mean {}?", element.name),
            None => "correct its name, or use an extension".to_owned(),
        };
        let text = format!("{} has no element \"{}\"; {hint}", ty.name, short(name));
        self.report_at(name, IssueType::Structure, text);
    }

    /// One member: as many values as the element may have, each of its type.
    fn element(&mut self, found: &Found, name: &str, value: &'t Node<'_>, members: &'t Members<'_>) {
        let items = match value {
            Node::Array(items) if items.is_empty() => {
                self.report(IssueType::Structure, "the array is empty; leave it out");
                return;
            }
            Node::Array(items) if found.element.is_list() => items,
            Node::Array(_) => {
                self.report(
                    IssueType::Structure,
                    "there is at most one, and it is an array; take the brackets away",
                );
                return;
            }
            Node::Null => {
                self.report(IssueType::Structure, "null is no value; leave it out");
                return;
            }
            _ if found.element.is_list() => {
                self.report(
                    IssueType::Structure,
                    "there may be several, and it is no array; put it into brackets",
                );
                return;
            }
            one => {
                self.value(found, one, 0);
                return;
            }
        };
        if found.element.max.is_some_and(|max| items.len() > usize::from(max)) {
            self.report(IssueType::Structure, "there are more than R4 allows; take some out");
        }
        // Null holds a place in one half of a primitive's values and extensions.
        let twin = if items.contains(&Node::Null) { twin(members, name) } else { None };
        let may_be_null = twin.is_some();
        if may_be_null && items.iter().all(|item| *item == Node::Null) {
            self.report(IssueType::Structure, "the array holds nothing but null; leave it out");
            return;
        }
        for (index, item) in items.iter().enumerate() {
            if self.is_full() {
                return;
            }
            self.path.push_item(index);
            match item {
                Node::Array(_) => {
                    self.report(IssueType::Structure, "FHIR has no arrays of arrays; flatten it")
                }
                Node::Null if twin.is_some_and(|twin| !is_there(twin, index)) => {
                    // Where both halves have the place, the first one is told of it.
                    if !name.starts_with('_') || twin.is_some_and(|twin| twin.len() <= index) {
                        self.report(IssueType::Structure, "null stands in both halves; take the place out");
                    }
                }
                Node::Null if may_be_null => {}
                Node::Null => self.report(IssueType::Structure, "null is no value; leave it out"),
                item => self.value(found, item, index),
            }
            self.path.pop();
        }
    }

    /// One value; `index` is its place in its array.
    fn value(&mut self, found: &Found, node: &'t Node<'_>, index: usize) {
        match (found.ty.kind, node) {
            (Kind::Primitive(_), Node::Object(members)) if found.is_twin => {
                if let Some(ty) = type_named("Element") {
                    self.object(members, ty, false);
                }
            }
            (Kind::Primitive(_), _) if found.is_twin => {
                let text = "it holds the id and extensions of a primitive and is an object; send one";
                self.report(IssueType::Structure, text);
            }
            (Kind::Primitive(primitive), _) => self.primitive(found, primitive, node),
            (Kind::Complex(ty), Node::Object(members)) => {
                let before = self.issues.len();
                self.object(members, ty.get(), false);
                if self.issues.len() == before {
                    self.complex(found, node);
                }
            }
            (Kind::Complex(ty), _) => {
                let text = format!("it is an object of type {}; send one", ty.get().name);
                self.report(IssueType::Structure, text);
            }
            (Kind::Resource, _) => {
                let is_contained = found.element.name == "contained";
                self.resource(node, if is_contained { Place::Contained(index) } else { Place::Own });
            }
        }
    }

    fn primitive(&mut self, found: &Found, primitive: Primitive, node: &'t Node<'_>) {
        match primitive::check(primitive, node) {
            Ok(()) => {}
            Err(Fault::Shape(text)) => return self.report(IssueType::Structure, text),
            Err(Fault::Value(text)) => return self.report(IssueType::Value, text),
            Err(Fault::TooLong(text)) => return self.report(IssueType::TooLong, text),
        }
        let Node::String(text) = node else { return };
        match primitive {
            Primitive::Code => {
                if let Some(set) = found.element.codes.filter(|set| !set.has_code(&text.value)) {
                    let text = format!("the code is not in its value set; send {}", binding::choice(set));
                    self.report(IssueType::CodeInvalid, text);
                }
            }
            Primitive::Canonical | Primitive::Uri | Primitive::Url => self.local(&text.value),
            _ => {}
        }
    }

    /// What a complex type demands beyond its elements.
    fn complex(&mut self, found: &Found, node: &'t Node<'_>) {
        match (found.ty.code, found.element.codes) {
            ("Reference", _) => self.reference(found.ty, node),
            ("Extension", _) => self.extension(node),
            ("Meta", _) => self.profiles(node),
            ("Coding", Some(set)) if !binding::holds_coding(set, node) => {
                let text = format!("the coding is not in its value set; send {}", binding::choice(set));
                self.report(IssueType::CodeInvalid, text);
            }
            ("CodeableConcept", Some(set)) if !binding::holds_concept(set, node) => {
                let text = format!("no coding is in its value set; add {}", binding::choice(set));
                self.report(IssueType::CodeInvalid, text);
            }
            _ => {}
        }
    }

    /// `ext-1`: a value or extensions, not both.
    fn extension(&mut self, node: &'t Node<'_>) {
        let Node::Object(members) = node else { return };
        let has_value = members.iter().any(|(name, _)| name.trim_start_matches('_').starts_with("value"));
        let has_inner = node.member("extension").is_some();
        let text = match (has_value, has_inner) {
            (true, true) => "the extension has a value and extensions; keep one of them",
            (false, false) => "the extension has no value and no extensions; give it one",
            _ => return,
        };
        self.report(IssueType::Invariant, text);
    }
}

/// Whether the array has its other half: `_name` beside `name`, or `name` beside `_name`.
fn twin<'m, 't>(members: &'m Members<'t>, name: &str) -> Option<&'m [Node<'t>]> {
    let is_twin = |other: &str| match name.strip_prefix('_') {
        Some(plain) => other == plain,
        None => other.strip_prefix('_') == Some(name),
    };
    members.iter().find_map(|(other, value)| match value {
        Node::Array(items) if is_twin(other) => Some(items.as_slice()),
        _ => None,
    })
}

/// Whether an array has something at a place.
fn is_there(items: &[Node<'_>], index: usize) -> bool {
    items.get(index).is_some_and(|item| *item != Node::Null)
}

/// Whether the choice that `name` is of stands in the object under another type's name.
fn is_other(members: &Members<'_>, name: &str, ty: &'static Type) -> bool {
    let plain = name.trim_start_matches('_');
    let Some(found) = ty.find(plain) else { return false };
    members.iter().any(|(other, _)| {
        let other = other.strip_prefix('_').unwrap_or(other);
        other != plain && ty.find(other).is_some_and(|one| one.place == found.place)
    })
}
