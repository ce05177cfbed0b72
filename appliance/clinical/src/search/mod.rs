//! The search index and the search language, both pure: rows out of a state, clauses out of a query string.
//!
//! A store keeps the rows in one table `search(param, value, resource)` and answers every [`holdfast_core::search::Match`]
//! by a scan over `(param, value)`. `param` is the number of a slot ([`table`]). What a `value` looks like, by kind:
//!
//! | Kind | Row | Found by |
//! |---|---|---|
//! | token | `code ␟ system` | `code`: its beginning · `system\|code`: the whole · `\|code`: the whole, `code ␟` · `system\|`: its end |
//! | string | [`text::normalise`] of the text, then `␟`, then the text as written if that differs; and each word of the normal form | its beginning · `:exact`: the whole · `:contains`: a part |
//! | date | beginning and end in ms since 0001-01-01, each as nine characters whose order is that of the times | bounds of either |
//! | reference | `Type/id`, or the text of a reference to anything else and `␟`; of a canonical with a version both with and without it | the whole |
//! | quantity | the number as eleven characters in the order of the numbers, then `code ␟ system` | bounds of the number, and the rest |
//! | number | the same without a unit | bounds |
//! | uri | as written | the whole · `:below`: its beginning |
//!
//! Three groups of rows answer no parameter of R4: those by which people are found ([`find`]), those from which a chart
//! opens ([`chart`]), and those that tell what is taken of whose time ([`booked`]).
//!
//! (`␟` is U+001F.) Beside a slot's own number stand further ones, for what only some searches look at: [`BY_END`],
//! [`IDENTIFIER`], [`OF_TYPE`], [`PRESENT`]. What has no rows at all is [`check`]ed on what the rest of a search has found.
//!
//! Deletion is not looked at: a deleted resource keeps its rows, and the store leaves it out of answers.

pub mod booked;
pub mod care;
pub mod chart;
pub mod check;
mod error;
pub mod find;
pub(crate) mod path;
mod plain;
pub mod query;
pub mod table;
pub mod text;
pub(crate) mod values;

use holdfast_core::hlc::Hlc;
use holdfast_core::id::{ActorId, Dot, Entity};
use holdfast_core::op::{Change, Op, split_key};
use holdfast_core::rights;
use holdfast_core::rules::IndexRow;
use holdfast_core::search::{Clause, Match};
use holdfast_core::state::EntityState;
use holdfast_core::view;

use crate::audit::{self, HOLDFAST_AUDIT};
use crate::compartment::owner_paths;
use crate::files::{HOLDFAST_CHUNK, HOLDFAST_FILE};
use crate::people;
use crate::scheduling::booking;
use crate::tree::Node;
use crate::types::HOLDFAST_RIGHT;
use path::Each;
pub use table::Kind;
use table::Slot;
use values::Rows;

/// Stands between the parts of a row; never occurs in a code or a system.
pub const TOKEN_SEPARATOR: char = '\u{1f}';

/// Added to a date slot's number: the stretches longer than a day, by their end.
pub const BY_END: u32 = 500;
/// Added to a reference slot's number: the identifiers of what is referred to, as a token slot has them (`:identifier`).
pub const IDENTIFIER: u32 = 300;
/// Added to a token slot's number: identifiers with their type (`:of-type`).
pub const OF_TYPE: u32 = 400;
/// Added to any slot's number: an element that is there without a value of its kind, such as a code that is only a text
/// (`:missing`). The value is the type that a reference says it leads to, or nothing.
pub const PRESENT: u32 = 600;
/// Changes whenever rows are written in another form than before; then the slots concerned get new numbers, too.
const FORM: u64 = 5;

/// The rows under which the resource is found, read off every sibling; sorted and distinct.
pub fn index(state: &EntityState) -> Vec<IndexRow> {
    match state.entity.kind.as_str() {
        HOLDFAST_AUDIT => audit::rows(state),
        HOLDFAST_RIGHT => rights::rows::of_record(&view::render(state, &crate::FhirRules)),
        kind if people::has_rows(kind) => people::rows(state),
        kind => with_own(state, collect(state, table::slots(kind), &|_| true, Beside::All)),
    }
}

/// Those of [`index`] that are read off slots into which any of these elements goes: what a change of them may change.
pub fn index_of(state: &EntityState, elements: &[&str]) -> Vec<IndexRow> {
    if is_own_type(&state.entity.kind) {
        return index(state);
    }
    let is_in =
        |slot: &&Slot| slot.paths.iter().any(|path| elements.iter().any(|element| path.is_in(element)));
    let kind = state.entity.kind.as_str();
    let beside = match elements.iter().any(|element| chart::is_read(kind, element)) {
        true => Beside::All,
        false => Beside::Find,
    };
    let rows =
        collect(state, table::slots(kind).filter(is_in), &|element| elements.contains(&element), beside);
    let is_touched = elements.iter().any(|element| is_own_touched(kind, element));
    if is_touched { with_own(state, rows) } else { rows }
}

/// Those of [`index`] under the slots of [`table::PROMPT`] parameters.
pub fn prompt_index(state: &EntityState) -> Vec<IndexRow> {
    if is_own_type(&state.entity.kind) {
        return index(state).into_iter().filter(|row| is_prompt(row.param)).collect();
    }
    let prompt = table::slots(&state.entity.kind).filter(|slot| slot.is_prompt);
    with_own(state, collect(state, prompt, &|_| true, Beside::Find))
}

/// Whether a type has no rows but Holdfast's own.
fn is_own_type(kind: &str) -> bool {
    matches!(kind, HOLDFAST_AUDIT | HOLDFAST_RIGHT) || people::has_rows(kind)
}

/// Whether a change of an element may change the rows that [`with_own`] adds.
fn is_own_touched(kind: &str, element: &str) -> bool {
    people::kept::is_touched(kind, element) || booking::is_read(kind, element)
}

/// With the rows that say what is kept from most, and what time is taken.
fn with_own(state: &EntityState, mut rows: Vec<IndexRow>) -> Vec<IndexRow> {
    let before = rows.len();
    rows.extend(people::kept::rows(state));
    rows.extend(rights::rows::of_takes(&booking::takes(state)));
    if rows.len() > before {
        rows.sort_unstable();
    }
    rows
}

/// What resources of a type must meet to be part of a patient's record: what the type's parameter `patient` finds, and the
/// patient. `None` for types that are nobody's record; one that may be somebody's and has no such parameter is out of reach,
/// but for files.
pub fn of_patient(kind: &str, patient: &Entity) -> Option<Clause> {
    if kind == patient.kind {
        return Some(Clause::Id(vec![patient.id.clone()]));
    }
    if let Some(parameter) = table::find(kind, "patient") {
        let by = |used: &table::SlotUse| Clause::Param {
            param: used.number,
            any: vec![Match::Exact(patient.to_string())],
        };
        return Some(Clause::Any(parameter.slots.iter().map(by).collect()));
    }
    if matches!(kind, HOLDFAST_CHUNK | HOLDFAST_FILE) {
        return Some(people::kept::of_owner(&patient.to_string()));
    }
    let is_nobodys = owner_paths(kind).is_empty() && crate::scope::is_directory(kind);
    (!is_nobodys).then(|| Clause::Any(Vec::new()))
}

/// The rows of a resource that is stored nowhere, such as an event that is made of a line of the trail; empty if it is no
/// resource.
pub fn rows_of_text(kind: &str, json: &str) -> Vec<IndexRow> {
    let Ok(registers) = crate::split::split(kind, json) else { return Vec::new() };
    let changes =
        registers.into_iter().map(|(key, value)| Change { key, pred: Vec::new(), value: Some(value) });
    let mut state = EntityState::new(Entity::new(kind, ""), crate::lane::lane(kind));
    let dot = Dot { actor: ActorId([0; 16]), lane: state.lane, seq: 1 };
    let (entity, hlc) = (state.entity.clone(), Hlc::default());
    state.apply(&Op { dot, hlc, entity, author: String::new(), changes: changes.collect() });
    index(&state)
}

/// Whether rows under this number are in [`prompt_index`].
pub fn is_prompt(number: u32) -> bool {
    people::is_row(number)
        || rights::rows::is_row(number)
        || find::has_param(number)
        || booked::has_param(number)
        || [0, BY_END, IDENTIFIER, OF_TYPE, PRESENT]
            .into_iter()
            .filter_map(|offset| number.checked_sub(offset).and_then(table::slot))
            .any(|slot| slot.is_prompt)
}

/// The version of the definitions and of the form of the rows.
pub fn version() -> u64 {
    table::text_sum() ^ FORM
}

/// Whether rows stand under this number.
pub fn has_param(number: u32) -> bool {
    let slot = |offset: u32| number.checked_sub(offset).and_then(table::slot);
    slot(0).is_some()
        || people::is_row(number)
        || rights::rows::is_row(number)
        || slot(PRESENT).is_some()
        || slot(BY_END).is_some_and(|slot| slot.kind == Kind::Date)
        || slot(IDENTIFIER).is_some_and(|slot| slot.kind == Kind::Reference)
        || slot(OF_TYPE).is_some_and(|slot| slot.kind == Kind::Token)
        || find::has_param(number)
        || booked::has_param(number)
        || chart::has_param(number)
}

/// Whether a change to this register can change [`index`].
pub fn touches_index(kind: &str, register_key: &str) -> bool {
    let (element, _) = split_key(register_key);
    if kind == HOLDFAST_AUDIT {
        return audit::ELEMENTS.contains(&element);
    }
    if people::has_rows(kind) {
        return people::ELEMENTS.contains(&element);
    }
    if kind == HOLDFAST_RIGHT {
        return rights::rows::ELEMENTS.contains(&element);
    }
    is_own_touched(kind, element)
        || table::slots(kind).any(|slot| slot.paths.iter().any(|path| path.is_in(element)))
        || find::is_read(kind, element)
        || booked::is_read(kind, element)
        || chart::is_read(kind, element)
}

/// Whether a change to this register can change [`crate::scope::scopes`].
pub fn touches_scopes(kind: &str, register_key: &str) -> bool {
    let (element, _) = split_key(register_key);
    owner_paths(kind).iter().any(|path| path.split('.').next() == Some(element))
}

/// The resources to which a resource, as it reads, refers by a parameter: `Type/id` each, once.
pub fn references(json: &str, parameter: &table::Parameter, target: Option<&str>) -> Vec<String> {
    let Ok(resource) = Node::parse(json) else { return Vec::new() };
    referred(parameter, target, &|path, found| path.each_in(&resource, found))
}

/// As [`references`], of every sibling of every element.
pub fn references_of_siblings(
    state: &EntityState,
    parameter: &table::Parameter,
    target: Option<&str>,
) -> Vec<String> {
    referred(parameter, target, &|path, found| path.each(state, found))
}

fn referred(parameter: &table::Parameter, target: Option<&str>, each: Each<'_>) -> Vec<String> {
    let mut rows = Vec::new();
    for slot in parameter.slots.iter().filter_map(|used| table::slot(used.number)) {
        for path in &slot.paths {
            each(path, &mut |node| values::push(slot, node, &mut Rows::new(&mut rows, slot.number)));
        }
    }
    let allowed = |kind: &str| {
        target.is_none_or(|target| target == kind)
            && parameter.slots.iter().any(|s| s.target.is_none_or(|t| t == kind))
    };
    let texts = rows.into_iter().filter(|row| table::slot(row.param).is_some()).map(|row| row.value);
    let mut out: Vec<String> =
        texts.filter(|text| crate::reference::local(text).is_some_and(|to| allowed(to.kind))).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// Which of the rows that answer no parameter are wanted beside those of slots.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    /// Those by which people are found.
    Find,
    /// Those, and those from which a chart opens.
    All,
}

/// Rows of these slots and those beside them; of the ones by which people are found, those of the elements wanted.
fn collect(
    state: &EntityState,
    slots: impl Iterator<Item = &'static Slot>,
    is_wanted: &dyn Fn(&str) -> bool,
    beside: Beside,
) -> Vec<IndexRow> {
    let mut rows = Vec::new();
    find::push(state, is_wanted, &mut rows);
    if let Some(elements) = booked::elements(&state.entity.kind)
        && elements.iter().any(|element| is_wanted(element))
    {
        booked::push(state, &mut rows);
    }
    if beside == Beside::All {
        chart::push(state, &mut rows);
    }
    for slot in slots {
        if slot.paths.iter().any(|path| path.exists) {
            rows.push(presence(state, slot));
            continue;
        }
        for path in &slot.paths {
            path.each(state, &mut |node| values::push(slot, node, &mut Rows::new(&mut rows, slot.number)));
        }
    }
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// Whether any of the elements is there and not `false`.
fn presence(state: &EntityState, slot: &Slot) -> IndexRow {
    let mut is_there = false;
    for path in &slot.paths {
        path.each(state, &mut |node| is_there |= !matches!(node, Node::Bool(false) | Node::Null));
    }
    IndexRow { param: slot.number, value: format!("{is_there}{TOKEN_SEPARATOR}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{state, state_with_siblings};

    /// Rows as `parameter value`, by the first parameter that is answered from the slot.
    fn rows_of(kind: &str, rows: Vec<IndexRow>) -> Vec<String> {
        let shown = |row: IndexRow| {
            let base = row.param / 1000 * 1000 + row.param % 100;
            let beside = match row.param - base {
                0 => "",
                BY_END => "(end)",
                IDENTIFIER => "(identifier)",
                OF_TYPE => "(of-type)",
                PRESENT => "(present)",
                _ => "(?)",
            };
            let all = table::parameters(kind).iter().chain(table::common());
            let found =
                all.filter(|one| one.slots.iter().any(|slot| slot.number == base)).map(|one| one.name);
            let name =
                found.min_by_key(|name| (name.len(), *name)).map_or_else(|| base.to_string(), str::to_owned);
            format!("{name}{beside} {}", row.value.replace(TOKEN_SEPARATOR, "^"))
        };
        let answers_parameters = |row: &IndexRow| {
            !find::has_param(row.param) && !chart::has_param(row.param) && !booked::has_param(row.param)
        };
        rows.into_iter().filter(answers_parameters).map(shown).collect()
    }

    fn rows(state: &EntityState) -> Vec<String> {
        let mut rows = rows_of(&state.entity.kind, index(state));
        rows.sort_unstable();
        rows
    }

    #[test]
    fn each_kind_has_its_rows() {
        for (json, expected) in [
            (
                r#"{"resourceType":"Location","id":"l","name":"Praxis Süd","alias":["South"],"mode":"instance",
                    "identifier":[{"system":"http://mrn","value":"A1"},{"value":"B2"},{"system":"http://only"},{"use":"old"}],
                    "type":[{"coding":[{"system":"http://t","code":"a"},{"code":"b"},{"display":"none"}],"text":"x"}]}"#,
                &[
                    "identifier A1^http://mrn",
                    "identifier B2^",
                    "identifier(present) ",
                    "name praxis",
                    "name praxis sud^Praxis Süd",
                    "name south^South",
                    "name sud",
                    "type a^http://t",
                    "type b^",
                ][..],
            ),
            (
                r#"{"resourceType":"Encounter","id":"e","status":"finished","class":{"system":"http://c","code":"AMB"},
                    "subject":{"reference":"Patient/p/_history/3"},
                    "partOf":{"reference":"http://h/fhir/Encounter/e/_history/3"},"appointment":[{"display":"x"}],
                    "serviceProvider":{"identifier":{"system":"http://o","value":"7"}},
                    "length":{"value":5.40,"unit":"minutes","system":"http://ucum","code":"min"}}"#,
                &[
                    "appointment(present) ",
                    "class AMB^http://c",
                    "length B-KaOaOaOaPmin^http://ucum",
                    "length B-KaOaOaOaPminutes^",
                    "part-of http://h/fhir/Encounter/e^",
                    "patient Patient/p",
                    "service-provider(identifier) 7^http://o",
                    "service-provider(present) ",
                    "status finished^",
                ],
            ),
            (
                r#"{"resourceType":"Patient","id":"p","active":true,"telecom":[{"system":"phone","value":"1"},{"system":"email","value":"a@b"}],
                    "deceasedDateTime":"2020","birthDate":"1970-01-01","multipleBirthBoolean":true}"#,
                &[
                    "active true^",
                    "birthdate -",
                    "death-date -",
                    "death-date(end) -",
                    "deceased true^",
                    "email a@b^",
                    "phone 1^",
                    "telecom 1^",
                    "telecom a@b^",
                ],
            ),
            (
                r#"{"resourceType":"Patient","id":"p","identifier":"odd","name":{"family":[]}}"#,
                &["deceased false^", "identifier odd^", "name(present) "],
            ),
            (
                r#"{"resourceType":"CarePlan","id":"c","instantiatesCanonical":["http://x/PlanDefinition/1|2","http://x/Questionnaire/3"],
                    "instantiatesUri":["http://x/PlanDefinition/1"],"subject":{"type":"Patient","display":"Ann"},
                    "category":[{"text":"a"},{"text":"b"}],"identifier":[{"use":"old"},{"value":"1"}]}"#,
                &[
                    "category(present) ",
                    "identifier 1^",
                    "identifier(present) ",
                    "instantiates-canonical http://x/PlanDefinition/1^",
                    "instantiates-canonical http://x/PlanDefinition/1|2^",
                    "instantiates-canonical http://x/Questionnaire/3^",
                    "instantiates-uri http://x/PlanDefinition/1",
                    "patient(present) Patient",
                ],
            ),
            (r#"{"resourceType":"SomethingNew","id":"x","identifier":[{"value":"1"}]}"#, &[]),
        ] {
            let found: Vec<String> = rows(&state(json))
                .into_iter()
                .map(|row| match row.split_once(' ') {
                    Some((name, times)) if name.contains("date") && times.len() == 18 => format!("{name} -"),
                    _ => row,
                })
                .collect();
            assert_eq!(found, expected, "{json}");
        }
    }

    #[test]
    fn every_sibling_is_indexed() {
        let both =
            state_with_siblings("Patient", "name", &[r#"[{"family":"Old"}]"#, r#"[{"family":"New"}]"#]);
        let names: Vec<String> = rows(&both).into_iter().filter(|row| row.starts_with("family")).collect();
        assert_eq!(names, ["family new^New", "family old^Old"]);
    }

    #[test]
    fn rows_of_an_element_are_those_that_its_change_may_change() {
        let json = r#"{"resourceType":"Patient","id":"p","gender":"male","name":[{"family":"A"}],"deceasedBoolean":true,
            "meta":{"tag":[{"code":"t"}],"profile":["http://x"]}}"#;
        let state = state(json);
        let of = |elements: &[&str]| {
            let mut names: Vec<String> = rows_of("Patient", index_of(&state, elements));
            names.iter_mut().for_each(|row| row.truncate(row.find(' ').unwrap_or(row.len())));
            names.sort_unstable();
            names.dedup();
            names.join(" ")
        };
        assert_eq!(of(&["gender"]), "gender");
        assert_eq!(of(&["name"]), "family name");
        assert_eq!(of(&["deceasedDateTime"]), "deceased", "the slot is read off both elements");
        assert_eq!(
            (of(&["meta.tag"]), of(&["meta"]), of(&["photo"])),
            ("_tag".into(), "_profile".into(), String::new())
        );
        let all: Vec<&str> = state.registers.keys().map(|key| split_key(key).0).collect();
        assert_eq!(index_of(&state, &all), index(&state));
    }

    #[test]
    fn people_are_found_at_once_by_name_and_number() {
        let json = r#"{"resourceType":"Observation","id":"o","status":"final","subject":{"reference":"Patient/p"},
            "identifier":[{"value":"7","type":{"coding":[{"code":"MR"}]}}],"code":{"text":"x"},"valueString":"y"}"#;
        let state = state(json);
        let prompt = prompt_index(&state);
        let names: Vec<String> = rows_of("Observation", prompt.clone());
        assert_eq!(names, ["identifier 7^", "patient Patient/p", "identifier(of-type) 7^MR^"]);
        let (is_in, is_not): (Vec<IndexRow>, Vec<IndexRow>) =
            index(&state).into_iter().partition(|row| is_prompt(row.param));
        assert_eq!(is_in, prompt);
        assert!(!is_not.is_empty());
    }

    #[test]
    fn a_patients_record_is_what_names_the_patient() {
        let of = |kind: &str| of_patient(kind, &Entity::new("Patient", "p"));
        assert_eq!(of("Patient"), Some(Clause::Id(vec!["p".into()])));
        for kind in ["Observation", "Appointment", "Coverage", "AllergyIntolerance", "Provenance", "Task"] {
            let Some(Clause::Any(any)) = of(kind) else { panic!("{kind}") };
            let is_by_patient = |one: &Clause| matches!(one, Clause::Param { param, any } if is_prompt(*param) && *any == [Match::Exact("Patient/p".into())]);
            assert!(!any.is_empty() && any.iter().all(is_by_patient), "{kind}");
        }
        for kind in ["Slot", "Group", "SomethingNew", "Binary"] {
            assert_eq!(of(kind), Some(Clause::Any(Vec::new())), "{kind}");
        }
        assert_eq!((of("Practitioner"), of("ValueSet")), (None, None));
    }

    #[test]
    fn only_some_registers_touch_the_index() {
        for (kind, key, expected) in [
            ("Patient", "name", true),
            ("Patient", "gender", true),
            ("Patient", "photo", false),
            ("Observation", "subject", true),
            ("Observation", "valueQuantity", true),
            ("Observation", "note", false),
            ("Patient", "meta.tag\u{1f}{}", true),
            ("Patient", "@deleted", false),
        ] {
            assert_eq!(touches_index(kind, key), expected, "{kind} {key}");
        }
        assert!(touches_scopes("Observation", "subject") && !touches_scopes("Observation", "status"));
    }

    #[test]
    fn references_are_read_off_a_resource() {
        let json = r##"{"resourceType":"Appointment","participant":[{"actor":{"reference":"Patient/p"}},{"actor":{"reference":"Location/l"}},{"actor":{"reference":"#c"}}]}"##;
        let of = |name: &str, target| {
            references(json, table::find("Appointment", name).unwrap(), target).join(" ")
        };
        assert_eq!(of("actor", None), "Location/l Patient/p");
        assert_eq!(
            (of("actor", Some("Location")), of("patient", None)),
            ("Location/l".into(), "Patient/p".into())
        );
    }

    #[test]
    fn references_are_read_off_every_sibling() {
        let values = [r#"{"reference":"Patient/a"}"#, r#"{"reference":"Patient/b"}"#];
        let state = state_with_siblings("Condition", "subject", &values);
        let subject = table::find("Condition", "subject").unwrap();
        assert_eq!(references_of_siblings(&state, subject, None), ["Patient/a", "Patient/b"]);
        assert!(references_of_siblings(&state, subject, Some("Group")).is_empty());
    }
}
