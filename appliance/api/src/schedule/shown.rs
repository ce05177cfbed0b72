//! An appointment as the schedule's screens have it.

use std::collections::BTreeMap;

use holdfast_clinical::scheduling::booking::{Booked, kind_of};
use holdfast_clinical::scheduling::fhir::extension;
use holdfast_clinical::scheduling::flow::{Stage, stage_of, waiting};
use holdfast_clinical::scheduling::span::{Minute, Span};
use holdfast_clinical::scheduling::zone::{Zone, minute_of_ms};
use holdfast_core::id::Entity;
use holdfast_store::StoreError;
use holdfast_store::view::{Stored, View};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::names::PatientShown;
use super::records::json_of;
use super::settle::{UnsettledShown, sides_of};
use super::stranded::Stranded;

/// What one patient or one encounter may take.
const RECORD_BYTES: usize = 8 << 20;

/// Where an appointment, and its patient, is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FlowStatus {
    /// A wish that nobody has answered.
    Requested,
    Booked,
    Arrived,
    WithNurse,
    WithClinician,
    /// Seen, and something is left to do.
    After,
    Done,
    NoShow,
    Cancelled,
}

impl FlowStatus {
    pub(super) fn of_stage(stage: Stage) -> Self {
        match stage {
            Stage::Booked => Self::Booked,
            Stage::Arrived => Self::Arrived,
            Stage::WithNurse => Self::WithNurse,
            Stage::WithClinician => Self::WithClinician,
            Stage::ToDoAfter => Self::After,
            Stage::Done => Self::Done,
        }
    }

    pub(super) fn stage(self) -> Option<Stage> {
        match self {
            Self::Booked => Some(Stage::Booked),
            Self::Arrived => Some(Stage::Arrived),
            Self::WithNurse => Some(Stage::WithNurse),
            Self::WithClinician => Some(Stage::WithClinician),
            Self::After => Some(Stage::ToDoAfter),
            Self::Done => Some(Stage::Done),
            Self::Requested | Self::NoShow | Self::Cancelled => None,
        }
    }

    /// Of an appointment and its encounter; none of what waits or was entered in error.
    pub(super) fn of(appointment: &Value, encounter: Option<&Value>) -> Option<Self> {
        match appointment.get("status").and_then(Value::as_str)? {
            "proposed" => Some(Self::Requested),
            "cancelled" => Some(Self::Cancelled),
            "noshow" => Some(Self::NoShow),
            _ => stage_of(appointment, encounter).map(Self::of_stage),
        }
    }
}

/// A type of appointment by its name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub(crate) struct TypeRef {
    pub(super) id: String,
    pub(super) name: String,
}

/// The series that an appointment is of.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub(crate) struct SeriesPlace {
    id: String,
    /// Its number there, from 1.
    at: u32,
}

/// The places of a group session.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub(crate) struct GroupShown {
    pub(super) capacity: u32,
    pub(super) taken: u32,
    /// Each place that somebody has, and that the caller may see: an appointment of its own, which is led, cancelled and moved by its id.
    #[schema(no_recursion)]
    pub(super) places: Vec<AppointmentShown>,
}

/// An appointment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AppointmentShown {
    pub(super) id: String,
    /// Sent back with a change, it says upon which picture it goes on.
    pub(super) version: String,
    /// None for a block of time, a group session, and what is kept from the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) patient: Option<PatientShown>,
    #[serde(rename = "type")]
    pub(super) kind: TypeRef,
    /// An instant.
    pub(super) start: String,
    /// An instant.
    pub(super) end: String,
    /// Minutes that have elapsed since the beginning of the day, without buffers.
    pub(super) from_minute: i64,
    pub(super) to_minute: i64,
    pub(super) buffer_before: i64,
    pub(super) buffer_after: i64,
    /// `Practitioner/…`, `Location/…` or `Device/…`.
    pub(super) resources: Vec<String>,
    pub(super) status: FlowStatus,
    /// Since when it has this status.
    pub(super) since: String,
    /// Where the patient is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) room: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<String>,
    pub(super) overbook: bool,
    /// Why it was forced in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) overbook_reason: Option<String>,
    pub(super) remote: bool,
    pub(super) walk_in: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) series: Option<SeriesPlace>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) group: Option<GroupShown>,
    /// The id of the group session in which it is a place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) session: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cancel_reason: Option<String>,
    /// `here`, `node` or `head-office`.
    pub(super) saved: &'static str,
    /// Whether values of two people stand side by side.
    pub(super) conflict: bool,
    /// One side says that it takes place, another that it does not: shown as if it does, for its time is kept until a person has chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unsettled: Option<UnsettledShown>,
    /// Ids of appointments that are at the same time on a resource.
    pub(super) overlaps_with: Vec<String>,
    /// Ids of appointments at which the same patient is expected at the same time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) elsewhere: Vec<String>,
    /// Why it cannot stay as it is: who or what it takes is away, or gone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) stranded: Vec<Stranded>,
    /// Whether it is kept from the caller: then nothing but its time is told.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) withheld: bool,
}

/// Makes appointments fit to be shown. Its view shows what the caller may see, and no more.
pub(super) struct Shower<'s> {
    pub(super) zone: &'s Zone,
    pub(super) now: Minute,
    /// Types of appointments, by their ids.
    pub(super) types: BTreeMap<String, String>,
    patients: BTreeMap<String, Option<PatientShown>>,
}

/// An appointment, and what has to be known to put it together with others.
pub(super) struct Read {
    pub(super) booked: Booked,
    pub(super) shown: AppointmentShown,
}

impl<'s> Shower<'s> {
    pub(super) fn new(zone: &'s Zone, now: Minute, types: BTreeMap<String, String>) -> Self {
        Self { zone, now, types, patients: BTreeMap::new() }
    }

    /// Everybody who was shown.
    pub(super) fn patients(&self) -> std::collections::BTreeSet<String> {
        self.patients.values().flatten().map(|one| one.id.clone()).collect()
    }

    /// The patient of a reference, if the caller may see them.
    pub(super) fn patient(
        &mut self,
        view: &mut View<'_>,
        key: &str,
    ) -> Result<Option<PatientShown>, StoreError> {
        if !self.patients.contains_key(key) {
            let id = key.strip_prefix("Patient/").unwrap_or_default();
            let found = view.get_all(&[Entity::new("Patient", id)], RECORD_BYTES)?.resources.pop();
            let shown = found.filter(|one| !one.deleted).map(|one| PatientShown::of(id, &one.json));
            self.patients.insert(key.to_owned(), shown);
        }
        Ok(self.patients.get(key).cloned().flatten())
    }

    pub(super) fn type_of(&self, appointment: &Value) -> TypeRef {
        let id = kind_of(appointment).unwrap_or_default();
        let said = || {
            appointment
                .pointer("/serviceType/0/text")
                .or_else(|| appointment.pointer("/serviceType/0/coding/0/display"))
        };
        let name = self.types.get(&id).cloned();
        let name = name.or_else(|| said()?.as_str().map(ToOwned::to_owned));
        TypeRef { name: name.unwrap_or_default(), id }
    }

    /// An appointment of a day that begins at that minute; none if it has no time, or is none.
    pub(super) fn read(
        &mut self,
        view: &mut View<'_>,
        stored: &Stored,
        saved: &'static str,
        day: Minute,
    ) -> Result<Option<Read>, StoreError> {
        let mut record = json_of(stored);
        let unsettled = match sides_of(view, stored)? {
            Some(sides) => {
                let shown = sides.shown(view, &record, self.zone)?;
                sides.standing(&mut record);
                Some(shown)
            }
            None => None,
        };
        let Ok(Some(booked)) = Booked::read(&record) else { return Ok(None) };
        // Nobody has an encounter before they are here.
        let encounter = match booked.status.as_str() {
            "arrived" | "checked-in" | "fulfilled" => {
                let entity = Entity::new("Encounter", &stored.entity.id);
                view.get_all(&[entity], RECORD_BYTES)?
                    .resources
                    .pop()
                    .filter(|one| !one.deleted)
                    .map(|one| json_of(&one))
            }
            _ => None,
        };
        let Some(status) = FlowStatus::of(&record, encounter.as_ref()) else { return Ok(None) };
        let patient = match &booked.patient {
            Some(key) => self.patient(view, key)?,
            None => None,
        };
        let text = |name: &str| record.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
        let is_set = |url| {
            extension::find(&record, url).is_some_and(|of| of.get("valueBoolean") == Some(&Value::Bool(true)))
        };
        let said = |pointer: &str| record.pointer(pointer).and_then(Value::as_str).map(ToOwned::to_owned);
        let since = match status {
            FlowStatus::Arrived
            | FlowStatus::WithNurse
            | FlowStatus::WithClinician
            | FlowStatus::After
            | FlowStatus::Done => waiting(&record, encounter.as_ref(), self.now).map(|waiting| waiting.since),
            _ => None,
        };
        let since = since.unwrap_or_else(|| minute_of_ms(stored.updated_ms));
        let shown = AppointmentShown {
            id: stored.entity.id.clone(),
            version: stored.version.clone(),
            patient,
            kind: self.type_of(&record),
            start: self.zone.instant(booked.span.from),
            end: self.zone.instant(booked.span.to),
            from_minute: booked.span.from - day,
            to_minute: booked.span.to - day,
            buffer_before: booked.span.from - booked.taken.from,
            buffer_after: booked.taken.to - booked.span.to,
            resources: booked.resources.clone(),
            status,
            since: self.zone.instant(since),
            room: encounter.as_ref().and_then(room),
            note: text("description").or_else(|| text("comment")),
            overbook: booked.is_overbooked,
            overbook_reason: extension::find(&record, extension::OVERBOOK_REASON)
                .and_then(|of| of.get("valueString")?.as_str().map(ToOwned::to_owned)),
            remote: is_set(extension::REMOTE),
            walk_in: said("/appointmentType/coding/0/code").as_deref() == Some("WALKIN"),
            series: booked.series.clone().map(|(id, at)| SeriesPlace { id, at }),
            group: booked.capacity.map(|capacity| GroupShown { capacity, taken: 0, places: Vec::new() }),
            session: booked
                .session
                .as_deref()
                .map(|key| key.strip_prefix("Appointment/").unwrap_or(key).to_owned()),
            cancel_reason: (status == FlowStatus::Cancelled)
                .then(|| {
                    said("/cancelationReason/text").or_else(|| said("/cancelationReason/coding/0/display"))
                })
                .flatten(),
            saved,
            conflict: stored.conflicts > 0,
            unsettled,
            overlaps_with: Vec::new(),
            elsewhere: Vec::new(),
            stranded: Vec::new(),
            withheld: false,
        };
        Ok(Some(Read { booked, shown }))
    }

    /// Time that is taken by what is kept from the caller.
    pub(super) fn withheld(
        &self,
        id: &str,
        taken: Span,
        resources: Vec<String>,
        day: Minute,
    ) -> AppointmentShown {
        AppointmentShown {
            id: id.to_owned(),
            version: String::new(),
            patient: None,
            kind: TypeRef { id: String::new(), name: String::new() },
            start: self.zone.instant(taken.from),
            end: self.zone.instant(taken.to),
            from_minute: taken.from - day,
            to_minute: taken.to - day,
            buffer_before: 0,
            buffer_after: 0,
            resources,
            status: FlowStatus::Booked,
            since: self.zone.instant(taken.from),
            room: None,
            note: None,
            overbook: false,
            overbook_reason: None,
            remote: false,
            walk_in: false,
            series: None,
            group: None,
            session: None,
            cancel_reason: None,
            saved: "node",
            conflict: false,
            unsettled: None,
            overlaps_with: Vec::new(),
            elsewhere: Vec::new(),
            stranded: Vec::new(),
            withheld: true,
        }
    }
}

/// Where the patient is: the place of the encounter that is active.
fn room(encounter: &Value) -> Option<String> {
    let places = encounter.get("location")?.as_array()?;
    let active = places.iter().rfind(|one| one.get("status").and_then(Value::as_str) == Some("active"))?;
    active.pointer("/location/reference").and_then(Value::as_str).map(ToOwned::to_owned)
}
