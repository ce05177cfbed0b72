//! The early-warning score of a chart.

use holdfast_clinical::identity::person::Person;
use holdfast_clinical::search::chart::time_ms;
use holdfast_clinical::vitals::news2::{Score, Spo2Scale, score};
use holdfast_clinical::vitals::{age, read};
use serde::Serialize;
use utoipa::ToSchema;

pub(super) use holdfast_clinical::vitals::{CODES, LOINC};
use holdfast_core::hlc::Hlc;
use holdfast_core::view::instant;

use super::record::Record;

/// Measurements of one round lie no further apart.
const ONE_ROUND_MS: u64 = 2 * 3_600_000;

/// A score as it stands in answers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct News2 {
    /// From 0 to 20.
    pub(crate) score: u8,
    /// Points by part.
    #[schema(value_type = std::collections::BTreeMap<String, u8>)]
    pub(crate) parts: std::collections::BTreeMap<&'static str, u8>,
    /// `low`, `low-medium`, `medium` or `high`.
    pub(crate) band: &'static str,
    /// Parts of which nothing was said, taken for as usual.
    pub(crate) assumed: Vec<&'static str>,
}

impl From<Score> for News2 {
    fn from(score: Score) -> Self {
        Self { score: score.score, parts: score.parts, band: score.band.code(), assumed: score.assumed }
    }
}

/// The score of the newest round of measurements, as JSON; `null` if it lacks one, or the patient is a child.
pub(super) fn news2_of(person: &Person, vitals: &[Record], now_ms: u64) -> String {
    let of_round = || {
        let there = || vitals.iter().filter(|record| !record.is_ahead(now_ms));
        let at = there().filter_map(|record| time_ms(&record.time)).max()?;
        let is_of_it = |record: &&Record| time_ms(&record.time).is_some_and(|time| at - time <= ONE_ROUND_MS);
        // Newest first: of two of one kind the newest is to be the last.
        let measured: Vec<_> =
            there().rev().filter(is_of_it).flat_map(|record| read(&record.stored.json)).collect();
        let today = instant(Hlc::new(now_ms, 0));
        let months = age::months(person.birth_date.as_deref()?, &today)?;
        score(months, &measured, Spo2Scale::One)
    };
    let news2 = of_round().map(News2::from);
    serde_json::to_string(&news2).unwrap_or_else(|_| "null".to_owned())
}
