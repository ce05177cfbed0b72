//! `GET /api/schedule/rights`: who may sell which time of a day, and what was refused on it.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use holdfast_clinical::scheduling::span::Span;
use holdfast_clinical::scheduling::zone::{Zone, minute_of_ms};
use holdfast_core::rights::{Holder, Owner};
use holdfast_store::rights::{Calendar, Owned};
use holdfast_store::view::View;
use holdfast_store::{Records, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

use super::day::must_look;
use super::query::Query;
use super::refused::{Noted, owner_name};
use super::roster::Roster;
use crate::access::Caller;
use crate::conflicts::json;
use crate::error::ApiError;
use crate::refusal::own_read;
use crate::state::{ApiState, Host};

/// A stretch that was granted away, or is back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RightsRow {
    resource: String,
    /// Minutes since the day began.
    from_minute: i64,
    to_minute: i64,
    /// In words.
    owner: String,
    /// Counts the grants and returns of it.
    epoch: u64,
    /// An instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    sell_until: Option<String>,
    /// Minutes of it that are sold.
    sold: i64,
    /// `held`, `returning`, `returned`, `fenced` or `contested`.
    state: &'static str,
}

/// A booking that was not made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub(crate) struct RefusedShown {
    /// An instant.
    at: String,
    code: &'static str,
    message: String,
    /// The time that was asked for, an instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<String>,
}

/// Who may sell what of a day.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub(crate) struct Rights {
    /// Which database holds the calendar; empty: it has not begun, or two claim it.
    holder: String,
    /// How many held it before.
    epoch: u32,
    /// Whether this host may sell what nobody else was granted.
    sells: bool,
    /// Time that was granted away, in the order of the resources; all else is the holder's.
    rows: Vec<RightsRow>,
    refusals: Vec<RefusedShown>,
}

/// Answers who may sell what of a day.
pub(crate) async fn rights(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    must_look(&caller)?;
    let date = Query::read(query, &["date"])?.date("date")?;
    let (zone, host) = (state.parts().time_zone.clone(), state.parts().host);
    let day = zone.day(date);
    let ms = |minute: i64| u64::try_from(minute.saturating_mul(60_000)).unwrap_or_default();
    let noted = state.refusals().between(ms(day.from), ms(day.to));
    let records = state.writer().records().clone();
    let shown = own_read(&state, move |view| {
        let calendar = records.calendar_in(view, records.clinic())?;
        let rows = match &calendar {
            Some(_) => rows(view, &records, &zone, day, host)?,
            None => Vec::new(),
        };
        Ok(shown(&records, calendar.as_ref(), rows, &noted, &zone, host))
    });
    Ok(json(&shown.await?))
}

fn shown(
    records: &Records,
    calendar: Option<&Calendar>,
    rows: Vec<RightsRow>,
    noted: &[Noted],
    zone: &Zone,
    host: Host,
) -> Rights {
    let refused = |one: &Noted| RefusedShown {
        at: zone.instant(minute_of_ms(one.at_ms)),
        code: one.code,
        message: one.message.clone(),
        asked: one.asked.map(|minute| zone.instant(minute)),
    };
    let (holder, epoch, sells) = match calendar.map(|calendar| calendar.holder) {
        Some(Holder::Is { actor, generation }) => (actor.to_hex(), generation, actor == records.actor()),
        // Before it begins a node books as it always did.
        None | Some(Holder::Nobody) => (String::new(), 0, host == Host::Node),
        Some(Holder::Contested) => (String::new(), 0, false),
    };
    Rights { holder, epoch, sells, rows, refusals: noted.iter().rev().map(refused).collect() }
}

fn rows(
    view: &mut View<'_>,
    records: &Records,
    zone: &Zone,
    day: Span,
    host: Host,
) -> Result<Vec<RightsRow>, StoreError> {
    let roster = Roster::read(view, records.clinic(), &[])?;
    let now_ms = records.now_ms();
    let mut out = Vec::new();
    for member in &roster.members {
        let key = &member.resource.key;
        let owned = records.owners_in(view, records.clinic(), key, day)?;
        for one in owned.iter().filter(|one| one.epoch > 0) {
            let sell_until_ms = match one.owner {
                Owner::Taker { sell_until_ms, .. } => Some(sell_until_ms),
                Owner::Nobody | Owner::Holder(_) | Owner::Contested => None,
            };
            out.push(RightsRow {
                resource: key.clone(),
                from_minute: one.span.from - day.from,
                to_minute: one.span.to - day.from,
                owner: owner_name(one.owner, host),
                epoch: one.epoch,
                sell_until: sell_until_ms.map(|ms| zone.instant(minute_of_ms(ms))),
                sold: one.taken.total_min(),
                state: state_of(one, now_ms),
            });
        }
    }
    Ok(out)
}

fn state_of(one: &Owned, now_ms: u64) -> &'static str {
    match one.owner {
        _ if one.is_gone => "fenced",
        Owner::Taker { sell_until_ms, .. } if sell_until_ms > now_ms => "held",
        // What is sold stays whose it was.
        Owner::Taker { .. } if one.taken.total_min() == one.span.length_min() => "held",
        Owner::Taker { .. } => "returning",
        Owner::Contested => "contested",
        Owner::Holder(_) | Owner::Nobody => "returned",
    }
}
