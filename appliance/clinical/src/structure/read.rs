//! Reads `definitions/elements.tsv`. A type line is `Type ⇥ base`, an element line
//! `⇥ name ⇥ min..max ⇥ types ⇥ s (in summaries) ⇥ value set`.
//!
//! The tables are part of the program and a test reads them whole, so a line that is not as it should be is dropped
//! rather than a reason to panic.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use super::{Element, ElementType, Kind, Primitive, Type, TypeId, codes};

const TABLE: &str = include_str!("../../definitions/elements.tsv");

/// Every type, sorted by name.
pub(super) static TYPES: LazyLock<Vec<Type>> = LazyLock::new(types);

static ROWS: LazyLock<Rows> = LazyLock::new(|| rows(TABLE));

/// The table line by line.
struct Rows {
    /// Name, base, and the type's own elements; sorted by name.
    types: Vec<(&'static str, &'static str, Range<usize>)>,
    elements: Vec<Row>,
    element_types: Vec<ElementType>,
}

struct Row {
    name: &'static str,
    bounds: &'static str,
    types: Range<usize>,
    summary: &'static str,
    value_set: &'static str,
}

fn rows(table: &'static str) -> Rows {
    let is_head = |line: &&str| !line.starts_with('\t');
    let mut types: Vec<_> = table
        .lines()
        .filter(is_head)
        .map(|line| line.split_once('\t').unwrap_or((line, "")))
        .map(|(name, base)| (name, base, 0..0))
        .collect();
    types.sort_unstable_by_key(|(name, ..)| *name);
    let place = |types: &[(&str, &str, Range<usize>)], name: &str| {
        types.binary_search_by(|(other, ..)| (*other).cmp(name)).ok()
    };
    let mut elements: Vec<Row> = Vec::new();
    let mut element_types = Vec::new();
    let mut of = None;
    for line in table.lines() {
        let mut cells = line.split('\t');
        let head = cells.next().unwrap_or_default();
        if !head.is_empty() {
            of = place(&types, head);
            if let Some(of) = of {
                types[of].2 = elements.len()..elements.len();
            }
            continue;
        }
        let mut cell = || cells.next().unwrap_or_default();
        let (name, bounds, codes, summary, value_set) = (cell(), cell(), cell(), cell(), cell());
        let start = element_types.len();
        element_types.extend(codes.split(' ').filter_map(|code| {
            let (code, targets) =
                code.strip_suffix(')').and_then(|c| c.split_once('(')).unwrap_or((code, ""));
            let targets = if targets == "Resource" { "" } else { targets };
            let kind = match Primitive::named(code) {
                Some(primitive) => Kind::Primitive(primitive),
                None if code == "Resource" => Kind::Resource,
                None => Kind::Complex(TypeId(place(&types, code)?.try_into().ok()?)),
            };
            Some(ElementType { code, kind, targets })
        }));
        elements.push(Row { name, bounds, types: start..element_types.len(), summary, value_set });
        if let Some(of) = of {
            types[of].2.end = elements.len();
        }
    }
    Rows { types, elements, element_types }
}

fn types() -> Vec<Type> {
    let rows: &'static Rows = &ROWS;
    let bases: BTreeMap<&str, usize> =
        rows.types.iter().enumerate().map(|(at, (name, ..))| (*name, at)).collect();
    rows.types.iter().map(|(name, ..)| flat(name, rows, &bases)).collect()
}

/// A type with what it inherits: what is nearer stands.
fn flat(name: &'static str, rows: &'static Rows, bases: &BTreeMap<&str, usize>) -> Type {
    let mut elements: Vec<Element> = Vec::new();
    let mut next = bases.get(name);
    while let Some((_, base, own)) = next.map(|at| &rows.types[*at]) {
        elements.extend(rows.elements[own.clone()].iter().map(|row| element(row, rows)));
        next = bases.get(base);
    }
    // Stable: of two with one name the nearer comes first and is kept.
    elements.sort_by_key(|element| element.name);
    elements.dedup_by_key(|element| element.name);
    elements.shrink_to_fit();
    let bit = |keep: &dyn Fn(&Element) -> bool| {
        elements
            .iter()
            .take(128)
            .enumerate()
            .filter(|(_, e)| keep(e))
            .fold(0, |set, (at, _)| set | 1_u128 << at)
    };
    let (required, choices) = (bit(&|e| e.min > 0), bit(&|e| e.is_choice));
    Type { name, elements, required, choices }
}

fn element(row: &Row, rows: &'static Rows) -> Element {
    let plain = row.name.strip_suffix("[x]");
    let (min, max) = row.bounds.split_once("..").unwrap_or(("0", "*"));
    Element {
        name: plain.unwrap_or(row.name),
        is_choice: plain.is_some(),
        min: min.parse().unwrap_or(0),
        max: max.parse().ok(),
        in_summary: row.summary == "s",
        value_set: row.value_set,
        codes: codes::named(row.value_set),
        types: &rows.element_types[row.types.clone()],
    }
}
