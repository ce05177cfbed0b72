//! The sections of a summary, in the order in which they are read.

use crate::tree::Node;

/// One section.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) title: &'static str,
    /// LOINC, and its display.
    pub(super) code: (&'static str, &'static str),
    /// Whether a summary has it even if nothing is held.
    pub(super) is_required: bool,
    pub(super) kinds: &'static [&'static str],
    /// Whether a resource of these kinds belongs here.
    pub(super) takes: fn(&Node<'_>) -> bool,
    pub(super) keeps: Keep,
    /// What is said of nothing.
    pub(super) empty: &'static str,
}

/// How many of what belongs there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Keep {
    /// All of it: what is missing could harm.
    All,
    /// The latest of each code: a trend is not a summary.
    LatestOfEach,
}

pub(super) static SECTIONS: &[Section] = &[
    Section {
        title: "Allergies and Intolerances",
        code: ("48765-2", "Allergies and adverse reactions Document"),
        is_required: true,
        kinds: &["AllergyIntolerance"],
        takes: is_current,
        keeps: Keep::All,
        empty: "No information about allergies is held here.",
    },
    Section {
        title: "Medication Summary",
        code: ("10160-0", "History of Medication use Narrative"),
        is_required: true,
        kinds: &["MedicationRequest", "MedicationStatement"],
        takes: |node| has_status(node, &["active", "on-hold", "intended", "unknown"]),
        keeps: Keep::All,
        empty: "No information about medicines is held here.",
    },
    Section {
        title: "Problem List",
        code: ("11450-4", "Problem list - Reported"),
        is_required: true,
        kinds: &["Condition"],
        takes: is_current,
        keeps: Keep::All,
        empty: "No information about problems is held here.",
    },
    Section {
        title: "Immunizations",
        code: ("11369-6", "History of Immunization note"),
        is_required: false,
        kinds: &["Immunization"],
        takes: |node| has_status(node, &["completed", "not-done"]),
        keeps: Keep::All,
        empty: "",
    },
    Section {
        title: "Results",
        code: ("30954-2", "Relevant diagnostic tests/laboratory data note"),
        is_required: false,
        kinds: &["Observation"],
        takes: |node| is_valid(node) && in_category(node, "laboratory"),
        keeps: Keep::LatestOfEach,
        empty: "",
    },
    Section {
        title: "Vital Signs",
        code: ("8716-3", "Vital signs note"),
        is_required: false,
        kinds: &["Observation"],
        takes: |node| is_valid(node) && in_category(node, "vital-signs"),
        keeps: Keep::LatestOfEach,
        empty: "",
    },
    Section {
        title: "History of Procedures",
        code: ("47519-4", "History of Procedures Document"),
        is_required: false,
        kinds: &["Procedure"],
        takes: |node| has_status(node, &["completed", "in-progress", "stopped"]),
        keeps: Keep::LatestOfEach,
        empty: "",
    },
    Section {
        title: "Device Use",
        code: ("46264-8", "History of medical device use"),
        is_required: false,
        kinds: &["DeviceUseStatement"],
        takes: |node| has_status(node, &["active", "completed", "on-hold"]),
        keeps: Keep::All,
        empty: "",
    },
    Section {
        title: "History of Past Problems",
        code: ("11348-0", "History of Past illness note"),
        is_required: false,
        kinds: &["Condition"],
        takes: |node| is_confirmed(node) && !is_current(node),
        keeps: Keep::LatestOfEach,
        empty: "",
    },
    Section {
        title: "Social History",
        code: ("29762-2", "Social history note"),
        is_required: false,
        kinds: &["Observation"],
        takes: |node| is_valid(node) && in_category(node, "social-history"),
        keeps: Keep::LatestOfEach,
        empty: "",
    },
    Section {
        title: "Plan of Care",
        code: ("18776-5", "Plan of care note"),
        is_required: false,
        kinds: &["CarePlan"],
        takes: |node| has_status(node, &["active", "on-hold"]),
        keeps: Keep::All,
        empty: "",
    },
];

fn has_status(node: &Node<'_>, wanted: &[&str]) -> bool {
    node.member("status").and_then(Node::as_text).is_some_and(|status| wanted.contains(&status))
}

/// A result that counts: not a mistake, not called off.
fn is_valid(node: &Node<'_>) -> bool {
    has_status(node, &["final", "amended", "corrected", "preliminary", "registered", "unknown"])
}

fn in_category(node: &Node<'_>, wanted: &str) -> bool {
    each(node.member("category")).any(|category| has_code(category, wanted))
}

/// Not entered in error and not ruled out.
fn is_confirmed(node: &Node<'_>) -> bool {
    let status = node.member("verificationStatus");
    !status.is_some_and(|status| has_code(status, "entered-in-error") || has_code(status, "refuted"))
}

/// Present now, or nobody has said otherwise.
fn is_current(node: &Node<'_>) -> bool {
    let status = node.member("clinicalStatus");
    let is_over = |status: &Node<'_>| {
        ["inactive", "resolved", "remission"].into_iter().any(|code| has_code(status, code))
    };
    is_confirmed(node) && !status.is_some_and(is_over)
}

fn has_code(concept: &Node<'_>, wanted: &str) -> bool {
    each(concept.member("coding")).any(|coding| coding.member("code").and_then(Node::as_text) == Some(wanted))
}

/// The items of an array, if it is one.
pub(super) fn each<'n, 'a>(node: Option<&'n Node<'a>>) -> impl Iterator<Item = &'n Node<'a>> + use<'n, 'a> {
    match node {
        Some(Node::Array(items)) => items.iter(),
        _ => (&[] as &[Node<'a>]).iter(),
    }
}
