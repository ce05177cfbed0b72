//! Whether a resource is about care in a stretch of time: what `$everything` narrows by `start` and `end`
//! (<https://hl7.org/fhir/R4/patient-operation-everything.html>).

use super::table::{self, Kind};
use super::values::date::{END_MS, Span};
use crate::tree::Node;

/// The parameters that say when care was given, or when it was ordered or noted: the first that a resource has a date for
/// counts.
const WHEN: [&str; 24] = [
    "date",
    "effective",
    "effective-time",
    "period",
    "onset-date",
    "started",
    "collected",
    "occurrence",
    "whenhandedover",
    "whenprepared",
    "datetime",
    "datewritten",
    "start-date",
    "identified",
    "when",
    "entered-date",
    "recorded",
    "recorded-date",
    "sent",
    "authored",
    "authored-on",
    "authoredon",
    "created",
    "issued",
];

/// A stretch of time in which care was given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dates {
    within: Span,
}

impl Dates {
    /// From the first moment of `start` to the last of `end`, both dates as precise as they are; without one, to the beginning
    /// or end of time. `None` if either is no date.
    pub fn read(start: Option<&str>, end: Option<&str>) -> Option<Self> {
        let from = start.map_or(Some(0), |text| Span::read(text).map(|span| span.from))?;
        let below = end.map_or(Some(END_MS), |text| Span::read(text).map(|span| span.below))?;
        Some(Self { within: Span { from, below } })
    }

    /// Whether any date of the care that a resource, as it reads, is about lies there. One that has none, as a Patient, is of
    /// any time. O(n).
    pub fn include(self, kind: &str, json: &str) -> bool {
        let Ok(resource) = Node::parse(json) else { return true };
        let dated = WHEN.iter().filter_map(|name| table::find(kind, name));
        for parameter in dated.filter(|parameter| parameter.kind == Kind::Date) {
            let mut spans = Vec::new();
            for slot in parameter.slots.iter().filter_map(|used| table::slot(used.number)) {
                for path in &slot.paths {
                    path.each_in(&resource, &mut |node| spans.extend(Span::of(node)));
                }
            }
            if !spans.is_empty() {
                let Span { from, below } = self.within;
                return spans.iter().any(|span| span.from < below && from < span.below);
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn care_is_dated_by_what_each_type_says_of_it() {
        let march = Dates::read(Some("2026-03"), Some("2026-03-31")).unwrap();
        for (kind, rest, expected) in [
            ("Observation", r#""effectiveDateTime":"2026-03-31T23:00:00Z""#, true),
            ("Observation", r#""effectiveDateTime":"2026-04-01""#, false),
            ("Encounter", r#""period":{"start":"2026-01-01"}"#, true),
            ("Encounter", r#""period":{"end":"2026-02-28"}"#, false),
            ("MedicationRequest", r#""authoredOn":"2026-02-28""#, false),
            ("Condition", r#""onsetDateTime":"2026-03-02","recordedDate":"2026-06-01""#, true),
            ("Condition", r#""recordedDate":"2026-06-01""#, false),
            ("Immunization", r#""occurrenceDateTime":"2026""#, true),
            ("Patient", r#""birthDate":"1970-01-01""#, true),
            ("Observation", r#""status":"final""#, true),
        ] {
            let json = format!(r#"{{"resourceType":"{kind}",{rest}}}"#);
            assert_eq!(march.include(kind, &json), expected, "{json}");
        }
        let open = Dates::read(Some("2026-04"), None).unwrap();
        let observation = r#"{"resourceType":"Observation","effectiveDateTime":"2026-03-31"}"#;
        assert!(!open.include("Observation", observation));
        assert!(Dates::read(None, Some("2026-13")).is_none());
    }

    #[test]
    fn every_name_is_a_date_of_some_type() {
        for name in WHEN {
            let is_date = |kind: &str| table::find(kind, name).is_some_and(|one| one.kind == Kind::Date);
            assert!(crate::types::RESOURCE_TYPES.iter().any(|kind| is_date(kind)), "{name}");
        }
    }
}
