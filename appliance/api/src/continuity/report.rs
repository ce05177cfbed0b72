//! `GET /api/continuity`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use holdfast_store::continuity::{Continuity, LaneState};
use http::header::CONTENT_TYPE;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::error::ApiError;
use crate::link::LinkStatus;
use crate::state::ApiState;

/// The report. All times are Unix milliseconds, by this server's clock.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Continuity)]
pub(crate) struct Report {
    /// When the report was made.
    now_ms: u64,
    /// The clinic; empty at head office.
    clinic: String,
    /// Saves that head office has not acknowledged, all lanes but that of the audit trail together.
    unsent: u64,
    /// When the oldest of them was made; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    unsent_since_ms: Option<u64>,
    /// Every lane, most urgent first.
    lanes: Vec<Lane>,
    /// The link to head office: its state, why it waits, when it tries again, what is still to come.
    link: LinkStatus,
    /// Another number than before: a record has changed here, whoever wrote it.
    changes: u64,
    /// Records held here, deleted ones included. Counted every few seconds.
    records_held: u64,
    /// Records with a conflict that awaits a person.
    conflicts_open: u64,
    /// Scopes (patients and the like) held from head office.
    scopes_held: u64,
    /// What of the records is damaged and could not be healed, and what to do; absent if nothing is known to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    damage: Option<String>,
}

/// One lane of this replica's log.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Lane {
    /// `safety`, `chart`, `operations` or `audit`.
    lane: &'static str,
    /// Saves made here, ever.
    written: u64,
    /// Saves that no endpoint has acknowledged.
    unsent: u64,
    /// When the oldest of them was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    unsent_since_ms: Option<u64>,
    /// By endpoint: durable there through which save.
    acknowledged: Vec<Acknowledged>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Acknowledged {
    /// The endpoint's URL.
    endpoint: String,
    /// The number of the last save that is durable there.
    through: u64,
    /// When it said so.
    at_ms: u64,
}

/// Records held and records in conflict.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Counts {
    pub(super) changes: u64,
    pub(super) records: u64,
    pub(super) conflicts: u64,
}

/// Answers the state as it is now.
pub(crate) async fn report(
    State(state): State<ApiState>,
    Caller(caller): Caller,
) -> Result<Response, ApiError> {
    super::check(&caller)?;
    let text: Arc<str> = state.continuity().text(&state).await?;
    Ok(([(CONTENT_TYPE, "application/json")], text.to_string()).into_response())
}

impl Report {
    pub(super) fn of(
        now_ms: u64,
        clinic: &str,
        own: &Continuity,
        link: LinkStatus,
        counts: Counts,
        damage: Option<String>,
    ) -> Self {
        let lanes: Vec<Lane> = own.lanes.iter().map(|lane| Lane::of(lane, own)).collect();
        // Who looked at what is no change to a record: it waits in a lane of its own, which says so.
        let work = || lanes.iter().filter(|lane| lane.lane != holdfast_core::id::Lane::AUDIT.name());
        let unsent = work().map(|lane| lane.unsent).sum();
        let unsent_since_ms = work().filter_map(|lane| lane.unsent_since_ms).min();
        Self {
            now_ms,
            clinic: clinic.to_owned(),
            unsent,
            unsent_since_ms,
            lanes,
            link,
            changes: counts.changes,
            records_held: counts.records,
            conflicts_open: counts.conflicts,
            scopes_held: own.held_scopes,
            damage,
        }
    }
}

impl Lane {
    fn of(lane: &LaneState, own: &Continuity) -> Self {
        let to = |a: &holdfast_store::continuity::Acknowledged| Acknowledged {
            endpoint: a.endpoint.clone(),
            through: a.through,
            at_ms: a.at_ms,
        };
        Self {
            lane: lane.lane.name(),
            written: lane.written,
            unsent: lane.unsent,
            unsent_since_ms: lane.unsent_since_ms,
            acknowledged: own.acknowledged.iter().filter(|a| a.lane == lane.lane).map(to).collect(),
        }
    }
}
