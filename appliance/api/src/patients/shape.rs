//! What a chart looks like, for the description of the API: the chart itself is put together of records as they are stored, and no
//! type of it is ever made.

use utoipa::ToSchema;

use super::vitals::News2;

/// A record of a chart.
#[derive(ToSchema)]
#[schema(as = ChartRecord, rename_all = "camelCase")]
#[expect(dead_code, reason = "its schema is what counts")]
pub(crate) struct Record {
    /// The FHIR resource, byte for byte as it is stored.
    #[schema(value_type = Object)]
    resource: String,
    /// Its version, to be sent as `If-Match`.
    version: String,
    /// `here`: on this replica alone. `node`: at the clinic's node. `head-office`: at head office.
    #[schema(value_type = SavedAt)]
    saved_at: String,
    /// Id of the patient in whose record it stands, if that is a linked one.
    #[schema(required = false)]
    of: Option<String>,
    /// Elements of it in conflict.
    conflicts: Vec<String>,
}

/// Where what a record says is kept for certain.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[expect(dead_code, reason = "its schema is what counts")]
pub(crate) enum SavedAt {
    Here,
    Node,
    HeadOffice,
}

/// The newest value of each vital sign.
#[derive(ToSchema)]
#[schema(as = ChartVitals)]
#[expect(dead_code, reason = "its schema is what counts")]
pub(crate) struct Vitals {
    latest: Vec<Record>,
    news2: Option<News2>,
}

/// Notes.
#[derive(ToSchema)]
#[schema(as = ChartNotes)]
#[expect(dead_code, reason = "its schema is what counts")]
pub(crate) struct Notes {
    /// How many there are; 10,000 stands for that many or more.
    total: u64,
    latest: Vec<Record>,
}

/// What a chart opens on. Every list has the newest first.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "its schema is what counts")]
pub(crate) struct Chart {
    patient: Record,
    /// Other records of the same person, for which this one stands.
    linked: Vec<Record>,
    allergies: Vec<Record>,
    /// Those that go on.
    medicines: Vec<Record>,
    past_medicines: Vec<Record>,
    /// Those that go on.
    problems: Vec<Record>,
    past_problems: Vec<Record>,
    encounters: Vec<Record>,
    immunizations: Vec<Record>,
    /// Of the laboratory.
    results: Vec<Record>,
    documents: Vec<Record>,
    family_history: Vec<Record>,
    vitals: Vitals,
    notes: Notes,
    /// How many there are by list; 10,000 stands for that many or more.
    counts: std::collections::BTreeMap<String, u64>,
    /// Resource types that this sign-in may not see.
    hidden: Vec<String>,
    /// The index is being made, so that something may be missing.
    incomplete: bool,
    /// Milliseconds at the server.
    took_ms: f64,
}
