//! `GET /api/patients/{id}/chart`: what a chart opens on, in one request, made of index rows. What it costs does not grow with the
//! length of the record.

use std::collections::BTreeSet;
use std::time::Instant;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use holdfast_clinical::search::chart::{CODED, REST, SHELF, course, number, shelf};
use holdfast_core::id::Entity;
use holdfast_core::json::push_string;
use holdfast_store::StoreError;
use holdfast_store::search::{Room, Stretch};
use holdfast_store::sent::Sent;
use holdfast_store::view::View;
use http::header::CONTENT_TYPE;

use super::record::{Record, SavedAt, member, newest};
use super::survivor::survivor;
use super::vitals;
use crate::access::Caller;
use crate::audit::{Look, Looks};
use crate::error::ApiError;
use crate::link::Above;
use crate::lookup;
use crate::request::limits::INDEX_WAIT;
use crate::request::target::PatientTarget;
use crate::state::ApiState;

/// What one part of a chart may hold, beside one record of any size: scans that stand in the records themselves must not hold
/// up the chart.
const PART_BYTES: usize = 1 << 20;
/// Counted no further: beyond it people are told "more than".
const MOST_COUNTED: u64 = 10_000;

/// Of one vital sign so many are looked at: the newest may have been entered in error.
const TAKEN_BACK: usize = 6;

/// One list of a chart.
struct Part {
    name: &'static str,
    /// Of these types, from these shelves.
    from: &'static [(&'static str, &'static str)],
    most: usize,
}

/// What is on it, the newest first. Allergies, medicines and problems that go on are shown however many there are: the bound is
/// far beyond any patient.
const PARTS: [Part; 10] = [
    Part { name: "allergies", from: &[("AllergyIntolerance", REST)], most: 300 },
    Part {
        name: "medicines",
        from: &[("MedicationRequest", "active"), ("MedicationStatement", "active")],
        most: 300,
    },
    Part {
        name: "pastMedicines",
        from: &[("MedicationRequest", REST), ("MedicationStatement", REST)],
        most: 20,
    },
    Part { name: "problems", from: &[("Condition", "active")], most: 300 },
    Part { name: "pastProblems", from: &[("Condition", REST)], most: 20 },
    Part { name: "encounters", from: &[("Encounter", REST)], most: 20 },
    Part { name: "immunizations", from: &[("Immunization", REST)], most: 100 },
    Part { name: "results", from: &[("Observation", "laboratory")], most: 50 },
    Part { name: "documents", from: &[("DocumentReference", REST), ("DiagnosticReport", REST)], most: 20 },
    Part { name: "familyHistory", from: &[("FamilyMemberHistory", REST)], most: 50 },
];

/// Notes, of which the newest are shown.
const NOTES: Part = Part {
    name: "notes",
    from: &[("Composition", REST), ("DocumentReference", "clinical-note"), ("ClinicalImpression", REST)],
    most: 5,
};

/// Answers the chart of a patient; of a record that another one stands for, that of the other. Whoever may see people, and no charts,
/// is answered with the person alone; which types are left out stands in `hidden`.
pub(crate) async fn chart(
    State(state): State<ApiState>,
    PatientTarget(patient): PatientTarget,
    Caller(caller): Caller,
) -> Result<Response, ApiError> {
    let began = Instant::now();
    if state.writer().read(|view| view.is_index_behind()).await? {
        state.writer().catch_up_index(INDEX_WAIT).await?;
    }
    let records = state.writer().records().clone();
    let (above, now_ms) = (state.parts().link.above(), records.now_ms());
    let work = move |view: &mut View<'_>, patient: &Entity| {
        let sent = records.sent(view)?;
        let is_head_office = records.clinic().is_empty();
        Reader::new(view, sent, above, is_head_office, now_ms).chart(patient)
    };
    let (mut text, patients) = lookup::read(&state, &caller, &patient, work).await?;
    text.push_str(&format!(",\"tookMs\":{:.3}}}", began.elapsed().as_secs_f64() * 1000.0));
    let mut response = ([(CONTENT_TYPE, "application/json")], text).into_response();
    let look = Look { interaction: "operation", what: Some(patient.to_string()), ..Look::default() };
    response.extensions_mut().insert(Looks(look.showing(&patients)));
    Ok(response)
}

/// Reads a chart from one view.
pub(super) struct Reader<'r, 'v> {
    pub(super) view: &'r mut View<'v>,
    sent: Sent,
    above: Above,
    is_head_office: bool,
    /// Types that the reader may not see.
    hidden: BTreeSet<String>,
    now_ms: u64,
}

/// What stands on a page of paper, by the names of [`PARTS`].
const ON_PAPER: [&str; 5] = ["allergies", "medicines", "problems", "results", "immunizations"];

impl<'r, 'v> Reader<'r, 'v> {
    pub(super) fn new(
        view: &'r mut View<'v>,
        sent: Sent,
        above: Above,
        is_head_office: bool,
        now_ms: u64,
    ) -> Self {
        Self { view, sent, above, is_head_office, hidden: BTreeSet::new(), now_ms }
    }
}

impl Reader<'_, '_> {
    /// What a page of the downtime pack is made of, and the last note.
    pub(super) fn for_paper(
        &mut self,
        patients: &[String],
    ) -> Result<(Vec<String>, Option<String>), StoreError> {
        let mut records = Vec::new();
        for part in PARTS.iter().filter(|part| ON_PAPER.contains(&part.name)) {
            records.extend(self.part(part, patients)?);
        }
        records.extend(self.latest_vitals(patients)?);
        let notes = self.part(&NOTES, patients)?;
        let note = notes.into_iter().find(|note| note.stored.entity.kind == "Composition");
        let json = |record: Record| record.stored.json;
        Ok((records.into_iter().map(json).collect(), note.map(json)))
    }

    /// The chart without its end, and whose records are in it.
    fn chart(mut self, asked: &Entity) -> Result<(String, BTreeSet<String>), StoreError> {
        let stored = self.view.read(asked)?;
        let found = survivor(self.view, stored)?;
        let patients: Vec<String> = {
            let others = found.replaced.iter().map(|(stored, _)| stored.entity.id.clone());
            std::iter::once(found.stored.entity.id.clone()).chain(others).collect()
        };
        let mut parts = Vec::new();
        for part in &PARTS {
            parts.push((part.name, self.part(part, &patients)?));
        }
        let notes = self.part(&NOTES, &patients)?;
        let vitals = self.latest_vitals(&patients)?;
        let counts = self.counts(&patients)?;
        let mut out = String::with_capacity(64 * 1024);
        out.push_str("{\"patient\":");
        self.record_of(&found.stored.entity)?.write(&mut out);
        let mut others = Vec::new();
        for (stored, _) in &found.replaced {
            others.push(Record { of: Some(stored.entity.id.clone()), ..self.record_of(&stored.entity)? });
        }
        member(&mut out, "linked", &others);
        for (name, records) in &parts {
            member(&mut out, name, records);
        }
        out.push_str(",\"vitals\":{\"news2\":");
        out.push_str(&vitals::news2_of(&found.person, &vitals, self.now_ms));
        member(&mut out, "latest", &vitals);
        out.push_str(&format!(
            "}},\"notes\":{{\"total\":{}",
            counts.iter().find(|(name, _)| *name == NOTES.name).map_or(0, |(_, n)| *n)
        ));
        member(&mut out, "latest", &notes);
        out.push_str("},\"counts\":{");
        for (at, (name, n)) in counts.iter().enumerate() {
            out.push_str(&format!("{}\"{name}\":{n}", if at > 0 { "," } else { "" }));
        }
        out.push_str("},\"hidden\":");
        super::record::list(&mut out, &self.hidden.iter().collect::<Vec<_>>(), |out, kind| {
            push_string(out, kind)
        });
        out.push_str(&format!(",\"incomplete\":{}", self.view.is_index_behind()?));
        Ok((out, patients.into_iter().collect()))
    }

    /// A patient's own record.
    fn record_of(&mut self, patient: &Entity) -> Result<Record, StoreError> {
        let stored = self.view.read(patient)?;
        let is_sent = self.view.is_sent(patient, &self.sent)?;
        let placed = holdfast_store::search::Placed { stored, value: String::new(), is_sent: Some(is_sent) };
        let saved_at = self.saved_at(Some(is_sent));
        Record::read(self.view, placed, saved_at, None)
    }

    fn saved_at(&self, is_sent: Option<bool>) -> SavedAt {
        SavedAt::of(is_sent.unwrap_or(false), self.is_head_office, self.above)
    }

    fn part(&mut self, part: &Part, patients: &[String]) -> Result<Vec<Record>, StoreError> {
        let mut records = Vec::new();
        for (kind, name) in part.from {
            let Some(param) = number(kind, SHELF) else { continue };
            for (at, patient) in patients.iter().enumerate() {
                let stretch = Stretch::of(param, shelf(patient, name)).from_the_end();
                let of = (at > 0).then_some(patient.as_str());
                records.extend(self.along(kind, &stretch, part.most, of)?);
            }
        }
        Ok(newest(records, part.most))
    }

    /// Records along a stretch; none of a type that the reader may not see.
    pub(super) fn along(
        &mut self,
        kind: &str,
        stretch: &Stretch,
        most: usize,
        of: Option<&str>,
    ) -> Result<Vec<Record>, StoreError> {
        let room = Room { count: most, bytes: PART_BYTES };
        let placed = match self.view.along(kind, stretch, &[], room, Some(&self.sent)) {
            Err(StoreError::OutOfSight(_)) => {
                self.hidden.insert(kind.to_owned());
                Vec::new()
            }
            outcome => outcome?,
        };
        let mut out = Vec::with_capacity(placed.len());
        for one in placed {
            let saved_at = self.saved_at(one.is_sent);
            out.push(Record::read(self.view, one, saved_at, of)?);
        }
        Ok(out)
    }

    /// The newest of each vital sign.
    fn latest_vitals(&mut self, patients: &[String]) -> Result<Vec<Record>, StoreError> {
        let Some(param) = number("Observation", CODED) else { return Ok(Vec::new()) };
        let mut all = Vec::new();
        for code in vitals::CODES {
            let mut of_code = Vec::new();
            for (at, patient) in patients.iter().enumerate() {
                let prefix = course(patient, Some((vitals::LOINC, code)));
                let of = (at > 0).then_some(patient.as_str());
                let stretch = Stretch::of(param, prefix).from_the_end();
                of_code.extend(self.along("Observation", &stretch, TAKEN_BACK, of)?);
            }
            // A measurement that was taken back must not hide the one before it.
            of_code.retain(|record| !record.is_in_error());
            // Nor does one of a clock that runs ahead; where there is no other it is better than none.
            if of_code.iter().any(|record| !record.is_ahead(self.now_ms)) {
                of_code.retain(|record| !record.is_ahead(self.now_ms));
            }
            all.extend(newest(of_code, 1));
        }
        Ok(newest(all, vitals::CODES.len()))
    }

    /// How many there are on each list.
    fn counts(&mut self, patients: &[String]) -> Result<Vec<(&'static str, u64)>, StoreError> {
        let mut out = Vec::new();
        for part in PARTS.iter().chain([&NOTES]) {
            let mut sum = 0;
            for (kind, name) in part.from {
                let Some(param) = number(kind, SHELF).filter(|_| !self.hidden.contains(*kind)) else {
                    continue;
                };
                for patient in patients {
                    sum += self.view.count_held(
                        kind,
                        &Stretch::of(param, shelf(patient, name)),
                        MOST_COUNTED,
                    )?;
                }
            }
            out.push((part.name, sum));
        }
        Ok(out)
    }
}
