//! Which resources of a record belong into which section.

use std::collections::BTreeSet;

use holdfast_core::id::Entity;

use super::describe::{self, Said};
use super::section::{Keep, SECTIONS, Section, each};
use crate::reference::local;
use crate::tree::{Node, TreeError};

/// A resource of the record, and its text.
#[derive(Debug)]
pub(super) struct Record<'s> {
    pub(super) json: &'s str,
    pub(super) node: Node<'s>,
    pub(super) entity: Entity,
}

/// What goes into one section.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) section: &'static Section,
    /// Places among the records, the latest first.
    pub(super) records: Vec<usize>,
}

/// What goes into a summary.
#[derive(Debug)]
pub struct Choice<'s> {
    pub(super) patient: Record<'s>,
    pub(super) records: Vec<Record<'s>>,
    pub(super) sections: Vec<Chosen>,
}

/// The resource types that a summary is made of.
fn kinds() -> BTreeSet<&'static str> {
    SECTIONS.iter().flat_map(|section| section.kinds.iter().copied()).collect()
}

impl<'s> Record<'s> {
    fn read(json: &'s str) -> Result<Self, TreeError> {
        let node = Node::parse(json)?;
        let text = |name| node.member(name).and_then(Node::as_text).unwrap_or_default().to_owned();
        let entity = Entity { kind: text("resourceType"), id: text("id") };
        Ok(Self { json, node, entity })
    }
}

impl<'s> Choice<'s> {
    /// Resource types that are looked at; others of a record need not be given.
    pub fn kinds() -> Vec<String> {
        kinds().into_iter().map(str::to_owned).collect()
    }

    /// Chooses out of a patient's record. O(n log n).
    ///
    /// # Errors
    /// [`TreeError`]: a text is not JSON.
    pub fn of(patient: &'s str, record: impl IntoIterator<Item = &'s str>) -> Result<Self, TreeError> {
        let patient = Record::read(patient)?;
        let records = record.into_iter().map(Record::read).collect::<Result<Vec<_>, _>>()?;
        let sections = SECTIONS.iter().map(|section| chosen(section, &records));
        let sections = sections.filter(|chosen| chosen.section.is_required || !chosen.records.is_empty());
        let sections = sections.collect();
        Ok(Self { patient, records, sections })
    }

    /// What is said of each section's records, by the section's LOINC code, the latest first.
    pub fn said(&self) -> Vec<(&'static str, Vec<Said>)> {
        let lines = |chosen: &Chosen| {
            chosen.records.iter().map(|at| describe::line(&self.records[*at].node)).collect()
        };
        self.sections.iter().map(|chosen| (chosen.section.code.0, lines(chosen))).collect()
    }

    /// What the document should hold beside the record: medicines that entries point at, and who keeps the record.
    pub fn wants(&self) -> Vec<Entity> {
        let mut wanted = BTreeSet::new();
        let mut want = |node: Option<&Node<'_>>| {
            let text = node.and_then(|node| node.member("reference")).and_then(Node::as_text);
            if let Some(target) = text.and_then(local) {
                wanted.insert((target.kind.to_owned(), target.id.to_owned()));
            }
        };
        want(self.patient.node.member("managingOrganization"));
        for record in self.sections.iter().flat_map(|chosen| &chosen.records).map(|at| &self.records[*at]) {
            want(record.node.member("medicationReference"));
            want(record.node.member("device"));
        }
        wanted.into_iter().map(|(kind, id)| Entity { kind, id }).collect()
    }
}

fn chosen(section: &'static Section, records: &[Record<'_>]) -> Chosen {
    let fits = |record: &Record<'_>| {
        section.kinds.contains(&record.entity.kind.as_str()) && (section.takes)(&record.node)
    };
    let mut places: Vec<usize> = (0..records.len()).filter(|at| fits(&records[*at])).collect();
    // Of one moment, the order of the record stays.
    places.sort_by_cached_key(|at| std::cmp::Reverse(describe::when(&records[*at].node).unwrap_or_default()));
    if section.keeps == Keep::LatestOfEach {
        let mut seen = BTreeSet::new();
        places.retain(|at| seen.insert(code_of(&records[*at].node)));
    }
    Chosen { section, records: places }
}

/// By what two records are of one kind: their codes, else their text.
fn code_of(node: &Node<'_>) -> String {
    let Some(code) = node.member("code") else { return String::new() };
    let first = each(code.member("coding")).next();
    let text = |node: &Node<'_>, name| node.member(name).and_then(Node::as_text).map(str::to_owned);
    let coded = first.map(|coding| {
        format!("{}|{}", text(coding, "system").unwrap_or_default(), text(coding, "code").unwrap_or_default())
    });
    coded.or_else(|| text(code, "text")).unwrap_or_default()
}
