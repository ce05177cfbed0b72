//! `POST /api/patients/likely`: who is already here and likely the one being registered, asked with every field that is typed.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Request, State};
use axum::response::Response;
use holdfast_clinical::identity::likeness::{Alike, Registration, blocks, compare, is_worth_showing};
use holdfast_clinical::identity::query::Matched;
use holdfast_clinical::search::text::{normalise, words};
use holdfast_store::StoreError;
use holdfast_store::view::View;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::find::near;
use super::hit::{Found, PatientHit};
use super::search::searched;
use super::survivor::survivor;
use super::today;
use crate::access::Caller;
use crate::audit::Looks;
use crate::conflicts::json;
use crate::error::{ApiError, RequestError};
use crate::refusal;
use crate::request::body;
use crate::request::limits::FORM_BODY_BYTES;
use crate::request::media::Media;
use crate::state::ApiState;

/// Shown beside a form: more than that nobody compares while somebody waits at the desk.
const MOST: usize = 10;
/// Records compared for one look at the index.
const CANDIDATES: u32 = 200;
/// The longest text of a field, in characters.
const MAX_CHARS: usize = 200;

/// What has been typed so far.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[schema(as = LikelyAsked)]
pub(crate) struct Asked {
    given: String,
    family: String,
    birth_date: Option<String>,
    gender: Option<String>,
    phone: Option<String>,
    identifier: Option<String>,
}

/// A patient who is likely the same.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LikelyPatient)]
pub(crate) struct Likely {
    #[serde(flatten)]
    hit: PatientHit,
    /// How likely it is that both are one person, from 0 to 1.
    likeness: f64,
    /// Codes of what speaks for it, the weightiest first, then of what speaks against it.
    because: Vec<&'static str>,
}

/// Patients who are likely the one being registered.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LikelyPage)]
pub(crate) struct Page {
    /// The likeliest first.
    patients: Vec<Likely>,
}

/// Answers who is likely the same.
pub(crate) async fn likely(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let text = body::text(&parts.headers, body, Media::Json, FORM_BODY_BYTES).await?;
    let asked: Asked =
        serde_json::from_str(&text).map_err(|error| RequestError::BadBody { reason: error.to_string() })?;
    let registration = registration(asked)?;
    let typed = format!("{} {}", registration.given, registration.family);
    let today = today(&state);
    let work = move |view: &mut View<'_>| Ok(page(view, &registration, &today)?);
    let (page, shown) = refusal::read(&state, caller, work).await?;
    let mut response = json(&page);
    response.extensions_mut().insert(Looks(searched(typed.trim().to_owned()).showing(&shown)));
    Ok(response)
}

fn registration(asked: Asked) -> Result<Registration, RequestError> {
    let Asked { given, family, birth_date, gender, phone, identifier } = asked;
    let said = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let registration = Registration {
        given: given.trim().to_owned(),
        family: family.trim().to_owned(),
        birth_date: said(birth_date),
        gender: said(gender),
        phone: said(phone),
        identifier: said(identifier),
    };
    let Registration { given, family, birth_date, gender, phone, identifier } = &registration;
    let optional = [birth_date, gender, phone, identifier].into_iter().flatten();
    if optional.chain([given, family]).any(|text| text.chars().count() > MAX_CHARS) {
        return Err(RequestError::BadBody {
            reason: format!("a field is longer than {MAX_CHARS} characters"),
        });
    }
    Ok(registration)
}

fn page(
    view: &mut View<'_>,
    registration: &Registration,
    today: &str,
) -> Result<(Page, BTreeSet<String>), StoreError> {
    let alike =
        Alike { given: all_near(view, &registration.given)?, family: all_near(view, &registration.family)? };
    let mut people: BTreeMap<String, Found> = BTreeMap::new();
    for block in blocks(registration, &alike, today) {
        for stored in view.search("Patient", &block, 0, CANDIDATES)?.resources {
            let found = survivor(view, stored)?;
            people.insert(found.stored.entity.id.clone(), found);
        }
    }
    let mut likely: Vec<(f64, Likely, BTreeSet<String>)> =
        people.values().filter_map(|found| one(registration, found)).collect();
    likely.sort_by(|(a, one, _), (b, other, _)| b.total_cmp(a).then_with(|| one.hit.id.cmp(&other.hit.id)));
    likely.truncate(MOST);
    let shown = likely.iter().flat_map(|(_, _, ids)| ids.clone()).collect();
    Ok((Page { patients: likely.into_iter().map(|(_, likely, _)| likely).collect() }, shown))
}

/// The words typed and those of the index that are near to them.
fn all_near(view: &mut View<'_>, text: &str) -> Result<Vec<String>, StoreError> {
    let normal = normalise(text);
    let mut out: BTreeSet<String> = BTreeSet::new();
    for word in words(&normal).filter(|word| !word.is_empty()) {
        out.insert(word.to_owned());
        out.extend(near(view, word, false)?);
    }
    Ok(out.into_iter().collect())
}

/// The best that any of a person's records agrees.
fn one(registration: &Registration, found: &Found) -> Option<(f64, Likely, BTreeSet<String>)> {
    let compared = found.people().map(|person| compare(registration, person));
    let best = compared.max_by(|a, b| a.probability.total_cmp(&b.probability))?;
    is_worth_showing(&best).then(|| {
        let because = best.because.iter().map(|one| one.code()).collect();
        // Two digits: the weights are no better than that.
        let likeness = (best.probability * 100.0).round() / 100.0;
        (best.probability, Likely { hit: found.hit(Matched::Name), likeness, because }, found.ids())
    })
}
