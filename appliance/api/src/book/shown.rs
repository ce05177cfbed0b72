//! What the page is told.

use holdfast_clinical::scheduling::fhir::AppointmentType;
use serde::Serialize;
use utoipa::ToSchema;

/// What can be booked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = BookingType)]
pub(crate) struct VisitType {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) minutes: i64,
    /// By video or telephone.
    pub(super) remote: bool,
}

impl VisitType {
    pub(super) fn of(kind: &AppointmentType) -> Self {
        let AppointmentType { id, name, duration_min, is_remote, .. } = kind.clone();
        Self { id, name, minutes: duration_min, remote: is_remote }
    }
}

/// A clinic at which patients book.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = BookingPlace)]
pub(crate) struct ClinicNamed {
    /// As it stands in addresses.
    pub(super) id: String,
    pub(super) name: String,
}

/// All of them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = BookingPlaces)]
pub(crate) struct Clinics {
    /// By name.
    pub(super) clinics: Vec<ClinicNamed>,
}

/// One of them, and what can be booked there.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = BookingClinic)]
pub(crate) struct ClinicShown {
    pub(super) name: String,
    /// Of the tz database.
    pub(super) time_zone: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) phone: Option<String>,
    pub(super) types: Vec<VisitType>,
}

/// A time that can be booked, or asked for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = BookingSlot)]
pub struct SlotShown {
    /// An instant.
    pub(super) start: String,
    pub(super) end: String,
    /// Names what is taken with the time; sent back as it is.
    pub(super) slot: String,
    /// Who sees the patient, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) with: Option<String>,
}

/// A page of them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = BookingSlots)]
pub(crate) struct Free {
    /// The earliest first.
    pub(super) slots: Vec<SlotShown>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<String>,
    /// Whether they can only be asked for: the clinic answers.
    pub(super) request: bool,
}

/// How an appointment stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = BookingStatus)]
pub(crate) enum Status {
    Booked,
    /// The clinic has still to answer.
    Requested,
    Cancelled,
    /// It was moved here, and called off by the clinic at the same time: its time is kept, and the clinic has to choose.
    Unsettled,
    /// Begun, or over.
    Past,
}

/// An appointment, for whoever has its link.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = BookingMine)]
pub(crate) struct MineShown {
    /// The right to this appointment.
    pub(super) link: String,
    pub(super) status: Status,
    pub(super) clinic: String,
    /// As it stands in addresses.
    pub(super) clinic_id: String,
    pub(super) time_zone: String,
    #[serde(rename = "type")]
    pub(super) kind: VisitType,
    pub(super) start: String,
    pub(super) end: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) with: Option<String>,
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<String>,
    /// Until when it can still be changed here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) change_until: Option<String>,
}
