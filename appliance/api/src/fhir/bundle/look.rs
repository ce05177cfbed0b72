//! Reads, searches and histories of a bundle, as the addresses of their own answer them.

use holdfast_clinical::bundle::{Ask, Method};
use holdfast_clinical::projection::project;
use holdfast_core::id::Entity;
use holdfast_store::view::View;
use http::header::{IF_MODIFIED_SINCE, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue};

use super::Sender;
use super::budget::Budget;
use super::step::Answer;
use crate::audit::Look;
use crate::audit::look::cut;
use crate::error::{ApiError, RequestError};
use crate::fhir::answer::Answered;
use crate::fhir::date::{http_date, parse_instant};
use crate::fhir::elsewhere::Note;
use crate::fhir::search::Search;
use crate::fhir::{history, read, timeline, vread};
use crate::request::condition::is_unchanged;
use crate::request::listing::{Listing, shape_of_one};
use crate::request::query::Asked;

const HISTORY: &str = "_history";

/// Carries out a read, a search or a history.
///
/// # Errors
/// What the store refuses, what cannot be answered, or an answer that has no place beside the others.
pub(super) fn answer(
    view: &mut View<'_>,
    method: Method,
    ask: &Ask,
    sender: &Sender,
    budget: &Budget,
) -> Result<Answer, ApiError> {
    budget.check()?;
    let mut answer = match (&ask.url.id, ask.url.rest.as_deref()) {
        (Some(id), None) => one(view, ask, id, sender)?,
        (None, None) => search(view, ask, sender)?,
        (Some(id), Some(HISTORY)) => versions(view, ask, id, sender)?,
        (None, Some(HISTORY)) => events(view, ask, sender)?,
        _ => return Err(RequestError::NoSuchRoute.into()),
    };
    if method == Method::Head {
        answer.resource = None;
    }
    budget.take(answer.resource.as_ref().map_or(0, String::len))?;
    Ok(answer)
}

fn one(view: &mut View<'_>, ask: &Ask, id: &str, sender: &Sender) -> Result<Answer, ApiError> {
    let headers = headers(ask, sender);
    let shape = shape_of_one(Some(query(ask)), &headers)?;
    let entity = Entity::new(&*ask.url.kind, id);
    let stored = match &ask.url.version {
        None => read::current(view, &entity)?,
        Some(version) => {
            let unknown =
                || RequestError::UnknownVersion { entity: entity.to_string(), version: version.clone() };
            vread::at(view, &entity, version)?.ok_or_else(unknown)?
        }
    };
    let interaction = if ask.url.version.is_some() { "vread" } else { "read" };
    let looks = vec![look(interaction, entity.to_string())];
    if is_unchanged(&headers, &stored.version, stored.updated_ms) {
        return Ok(Answer { version: Some(stored.version), looks, ..Answer::bare("304 Not Modified") });
    }
    Ok(Answer {
        version: Some(stored.version),
        updated_ms: Some(stored.updated_ms),
        resource: Some(project(&stored.json, &shape).into_owned()),
        looks,
        ..Answer::bare("200 OK")
    })
}

fn search(view: &mut View<'_>, ask: &Ask, sender: &Sender) -> Result<Answer, ApiError> {
    let asked = Asked::read(&[query(ask)])?.at(&sender.base);
    let search = Search::parse(ask.url.kind.clone(), asked, &headers(ask, sender), sender.now_ms)?;
    let incomplete = search.may_miss(view)?.then(Note::incomplete_index);
    let notes: Vec<Note> = incomplete.into_iter().chain(search.ignored()).collect();
    Ok(of_page(search.page(view, &sender.caller, &sender.base, &notes)?))
}

fn versions(view: &mut View<'_>, ask: &Ask, id: &str, sender: &Sender) -> Result<Answer, ApiError> {
    let listing = Listing::read(Some(query(ask)), &headers(ask, sender), &[])?;
    let entity = Entity::new(&*ask.url.kind, id);
    let found = view.history(&entity, &history::wanted(&listing, &entity, &sender.caller)?)?;
    Ok(of_page(history::page(&found, &listing, &entity, &sender.caller, &sender.base)))
}

fn events(view: &mut View<'_>, ask: &Ask, sender: &Sender) -> Result<Answer, ApiError> {
    let listing = Listing::read(Some(query(ask)), &headers(ask, sender), &[])?;
    timeline::page(view, Some(&ask.url.kind), &listing, &sender.caller, &sender.base).map(of_page)
}

fn of_page(Answered { bundle, looks }: Answered) -> Answer {
    Answer { resource: Some(bundle), looks, ..Answer::bare("200 OK") }
}

fn look(interaction: &'static str, what: String) -> Look {
    Look { interaction, what: Some(what), ..Look::default() }
}

/// What is kept of what is asked for, if it is refused.
pub(super) fn asked(ask: &Ask) -> Look {
    let url = &ask.url;
    let interaction = match (&url.id, url.rest.as_deref()) {
        (Some(_), None) if url.version.is_some() => "vread",
        (Some(_), None) => "read",
        (Some(_), Some(HISTORY)) => "history-instance",
        (None, Some(HISTORY)) => "history-type",
        (None, None) => "search-type",
        _ => "operation",
    };
    let what = url.id.as_ref().map_or_else(|| url.kind.clone(), |id| format!("{}/{id}", url.kind));
    let query = Some(cut(query(ask))).filter(|query| !query.is_empty());
    Look { query, ..look(interaction, what) }
}

fn query(ask: &Ask) -> &str {
    ask.url.text.split_once('?').map_or("", |(_, query)| query)
}

/// What the entry asks for in elements of its own, as the headers that say it elsewhere; an instant or a tag that cannot be
/// read is passed over there too.
fn headers(ask: &Ask, sender: &Sender) -> HeaderMap {
    let mut headers = sender.headers.clone();
    let since = ask.if_modified_since.as_deref().and_then(parse_instant).map(http_date);
    for (name, value) in [(IF_NONE_MATCH, ask.if_none_match.clone()), (IF_MODIFIED_SINCE, since)] {
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            headers.insert(name, value);
        }
    }
    headers
}
