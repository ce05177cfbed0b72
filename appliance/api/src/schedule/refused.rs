//! What a person is told when the store does not give a time: whose it is, and until when. The store decides (decision 33); here it is
//! put in words, whichever route asked, and the last refusals are kept to be looked at.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use holdfast_clinical::scheduling::span::{Minute, Span};
use holdfast_clinical::scheduling::zone::{Zone, minute_of_ms};
use holdfast_core::id::Entity;
use holdfast_core::rights::{Owner, Refusal, counted};
use holdfast_core::sight::{May, Sight};
use holdfast_store::StoreError;
use holdfast_store::view::View;

use super::ScheduleError;
use super::deed::Deed;
use super::free::within;
use super::names::name_of_resource;
use super::records::json_of;
use super::roster::entity_of;
use crate::error::ApiError;
use crate::refusal::own_read;
use crate::state::{ApiState, Host};

/// Refusals that are kept: those of a bad day at one desk.
const MOST: usize = 300;

/// What was refused here since the program started, the last at the end.
#[derive(Default, Debug)]
pub(crate) struct Refusals(Mutex<VecDeque<Noted>>);

/// One refusal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Noted {
    /// Unix milliseconds.
    pub(super) at_ms: u64,
    pub(super) code: &'static str,
    pub(super) message: String,
    /// The time that was asked for, if it is known.
    pub(super) asked: Option<Minute>,
}

impl Refusals {
    fn note(&self, noted: Noted) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() == MOST {
            all.pop_front();
        }
        all.push_back(noted);
    }

    /// Those of a stretch of time, in Unix milliseconds.
    pub(super) fn between(&self, from_ms: u64, below_ms: u64) -> Vec<Noted> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().filter(|one| (from_ms..below_ms).contains(&one.at_ms)).cloned().collect()
    }
}

/// The same error in words, without who has the time: of what is only looked at.
pub(super) async fn in_words(state: &ApiState, error: ApiError) -> ApiError {
    match error {
        ApiError::Store(StoreError::Booking(refusal)) => told(state, None, refusal).await,
        other => other,
    }
}

/// The same error, in words for people if it is about who may have which time; and kept.
pub(crate) async fn explain(state: &ApiState, sight: &Arc<Sight>, deed: Deed, error: ApiError) -> ApiError {
    let (entry, inner) = match error {
        ApiError::Entry { entry, source } => (Some(entry), *source),
        other => (None, other),
    };
    let mut asked = deed.at;
    let inner = match inner {
        ApiError::Store(StoreError::Booking(refusal)) => {
            asked = asked.or(time_asked(&refusal));
            told(state, Some(sight), refusal).await
        }
        other => other,
    };
    let inner = match inner {
        ApiError::Schedule(refused) => {
            let refused = deed.refused(refused);
            if refused.is_about_time() {
                let (at_ms, code) = (state.writer().records().now_ms(), refused.facts().code);
                metrics::counter!("booking_refused_total", "code" => code).increment(1);
                state.refusals().note(Noted { at_ms, code, message: refused.to_string(), asked });
            }
            ApiError::Schedule(refused)
        }
        other => other,
    };
    match entry {
        Some(entry) => ApiError::Entry { entry, source: Box::new(inner) },
        None => inner,
    }
}

/// The time that a refusal of the store is about: none of a place, which is a number.
fn time_asked(refusal: &Refusal) -> Option<Minute> {
    match refusal {
        Refusal::NotOurs { resource, span, .. }
        | Refusal::Expired { resource, span, .. }
        | Refusal::Taken { resource, span, .. } => (!counted::is_pool(resource)).then_some(span.from),
        _ => None,
    }
}

/// `sight` is that of whoever is told who has the time; none: nobody is.
async fn told(state: &ApiState, sight: Option<&Arc<Sight>>, refusal: Refusal) -> ApiError {
    let (asked, sight) = (refusal.clone(), sight.cloned());
    let (zone, host) = (state.parts().time_zone.clone(), state.parts().host);
    let words = own_read(state, move |view| Ok(words(view, sight.as_ref(), &asked, &zone, host)?));
    match words.await {
        Ok(error) => error.into(),
        // The refusal stands, in the store's own words.
        Err(_) => StoreError::Booking(refusal).into(),
    }
}

fn words(
    view: &mut View<'_>,
    sight: Option<&Arc<Sight>>,
    refusal: &Refusal,
    zone: &Zone,
    host: Host,
) -> Result<ScheduleError, StoreError> {
    let refused = |text: String, owner| ScheduleError::Refused { code: refusal.code(), text, owner };
    Ok(match refusal {
        Refusal::Taken { resource, by, .. } if !counted::is_pool(resource) => {
            let by = by.strip_prefix("Appointment/").unwrap_or(by);
            let entity = Entity::new("Appointment", by);
            let is_seen = sight.is_some_and(|sight| {
                within(view, sight, |view| view.is_in_sight(&entity, May::READ)).unwrap_or(false)
            });
            ScheduleError::SlotTaken {
                resource: Some(named(view, resource)?),
                by: is_seen.then(|| by.to_owned()),
            }
        }
        Refusal::NotOurs { resource, span, owner } => {
            let whose = owner_words(*owner, host);
            let until = match owner {
                Owner::Taker { sell_until_ms, .. } => Some(minute_of_ms(*sell_until_ms)),
                Owner::Nobody | Owner::Holder(_) | Owner::Contested => None,
            };
            let till = until.map(|until| format!(" until {}", clock(zone, until))).unwrap_or_default();
            let of = time_of(view, resource, *span, zone)?;
            let text = format!(
                "cannot book: {of} is {whose}{till}; choose another time, file a request, or overbook and say why"
            );
            refused(text, Some((owner_name(*owner, host), until.map(|until| zone.instant(until)))))
        }
        Refusal::Expired { resource, span, sell_until_ms } => {
            let of = time_of(view, resource, *span, zone)?;
            let till = clock(zone, minute_of_ms(*sell_until_ms));
            refused(
                format!("cannot book: {of} was sold here until {till}, which is over; file a request"),
                None,
            )
        }
        other => refused(other.to_string(), None),
    })
}

/// Whose time is, and which of it.
fn time_of(view: &mut View<'_>, resource: &str, span: Span, zone: &Zone) -> Result<String, StoreError> {
    if counted::is_pool(resource) {
        return Ok("a place of this session".to_owned());
    }
    let (name, from, to) = (named(view, resource)?, clock(zone, span.from), clock(zone, span.to));
    Ok(format!("the time of {name} from {from} to {to}"))
}

fn named(view: &mut View<'_>, resource: &str) -> Result<String, StoreError> {
    let stored = match entity_of(resource) {
        Some(entity) => view.get(&entity)?,
        None => None,
    };
    let name = stored.and_then(|stored| name_of_resource(&stored.json, &json_of(&stored)));
    Ok(name.unwrap_or_else(|| resource.to_owned()))
}

fn clock(zone: &Zone, minute: i64) -> String {
    zone.local(minute).strftime("%Y-%m-%d %H:%M").to_string()
}

/// Whose a time is, as the end of a sentence.
fn owner_words(owner: Owner, host: Host) -> &'static str {
    match (owner, host) {
        (Owner::Taker { .. }, Host::HeadOffice) => "granted to another hub",
        (Owner::Taker { .. }, _) => "granted to head office",
        (Owner::Holder(_), Host::HeadOffice | Host::Desktop) => "the clinic's node's",
        (Owner::Holder(_), Host::Node) => {
            "sold by the database that holds this clinic's calendar, which is not this one"
        }
        (Owner::Contested, _) => {
            "claimed by two databases, of which an administrator has to say which is gone"
        }
        (Owner::Nobody, _) => "nobody's: the clinic's calendar has not begun here",
    }
}

/// Whose a time is, as a name.
pub(super) fn owner_name(owner: Owner, host: Host) -> String {
    let name = match (owner, host) {
        (Owner::Taker { .. }, _) => "head office",
        (Owner::Holder(_), _) => "the clinic's node",
        (Owner::Contested, _) => "two databases",
        (Owner::Nobody, _) => "nobody",
    };
    name.to_owned()
}
