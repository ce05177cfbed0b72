//! What a read, a history or `$everything` asks for beside its address: the part of each resource, and which page.

use holdfast_clinical::projection::{Shape, Summary};
use holdfast_clinical::url::parse_pairs;
use http::HeaderMap;

use super::limits::{DEFAULT_COUNT, MAX_COUNT};
use super::prefer::Prefer;
use super::query::Asked;
use crate::error::RequestError;
use crate::fhir::date::parse_instant;

/// Parameters of every answer. `_format` is checked, and `_pretty` carried out, by the edge.
const PRESENTATION: [&str; 4] = ["_format", "_pretty", "_summary", "_elements"];

/// The part that a read of one resource asks for. Parameters that no read has are passed over, unless the client wants
/// them refused (`Prefer: handling=strict`). Without a query nothing is looked at.
///
/// # Errors
/// [`RequestError`] that names the parameter.
pub(crate) fn shape_of_one(query: Option<&str>, headers: &HeaderMap) -> Result<Shape, RequestError> {
    let Some(query) = query.filter(|query| !query.is_empty()) else { return Ok(Shape::default()) };
    let pairs = parse_pairs(query).map_err(|reason| RequestError::BadQuery { reason })?;
    if Prefer::of(headers).is_strict == Some(true) {
        refuse_unknown(&pairs, &[])?;
    }
    part(&pairs)
}

/// Refuses parameters that an operation does not have.
///
/// # Errors
/// [`RequestError::UnknownParameter`].
pub(crate) fn check_names(
    pairs: &[(String, String)],
    headers: &HeaderMap,
    own: &[&str],
) -> Result<(), RequestError> {
    if Prefer::of(headers).is_strict == Some(false) { Ok(()) } else { refuse_unknown(pairs, own) }
}

fn part(pairs: &[(String, String)]) -> Result<Shape, RequestError> {
    let shape = Shape::read(pairs)?;
    if shape.summary == Summary::Count {
        return Err(bad("_summary", "count", "one of true, text, data and false, except in a search"));
    }
    Ok(shape)
}

/// A page of a list that is not a search.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Listing {
    /// The query, for links and cursors.
    pub(crate) asked: Asked,
    /// Entries on a page; none: only how many there are is asked, as in a search.
    pub(crate) count: u32,
    /// Unix milliseconds of `_since`.
    pub(crate) since_ms: Option<u64>,
    /// `_type`; empty: all.
    pub(crate) kinds: Vec<String>,
    /// Which part of each resource.
    pub(crate) shape: Shape,
}

impl Listing {
    /// Reads a query that may have `_count`, `_since` and the parameters in `own`. Others are refused, unless the client
    /// wants them passed over (`Prefer: handling=lenient`).
    ///
    /// # Errors
    /// [`RequestError`] that names the parameter.
    pub(crate) fn read(query: Option<&str>, headers: &HeaderMap, own: &[&str]) -> Result<Self, RequestError> {
        Self::of(Asked::read(&[query.unwrap_or_default()])?, headers, own)
    }

    /// As [`Listing::read`], of parameters that have been read.
    ///
    /// # Errors
    /// As [`Listing::read`].
    pub(crate) fn of(asked: Asked, headers: &HeaderMap, own: &[&str]) -> Result<Self, RequestError> {
        check_names(&asked.pairs, headers, &[&["_count", "_since"], own].concat())?;
        let value =
            |wanted: &str| asked.pairs.iter().find(|(name, _)| name == wanted).map(|(_, value)| value);
        let count = value("_count").map(|text| count(text)).transpose()?.unwrap_or(DEFAULT_COUNT);
        let since_ms = value("_since").map(|text| since(text)).transpose()?;
        let of_type = asked.pairs.iter().filter(|(name, _)| name == "_type" && own.contains(&"_type"));
        let kinds: Vec<Vec<String>> = of_type.map(|(_, text)| kinds(text)).collect::<Result<_, _>>()?;
        let shape = part(&asked.pairs)?;
        Ok(Self { count, since_ms, kinds: kinds.concat(), shape, asked })
    }
}

fn refuse_unknown(pairs: &[(String, String)], own: &[&str]) -> Result<(), RequestError> {
    let is_known = |name: &str| PRESENTATION.contains(&name) || own.contains(&name);
    match pairs.iter().find(|(name, _)| !is_known(name)) {
        None => Ok(()),
        Some((name, _)) => {
            let known = [own, &PRESENTATION].concat().join(", ");
            Err(RequestError::UnknownParameter { name: name.clone(), known })
        }
    }
}

fn count(text: &str) -> Result<u32, RequestError> {
    let parsed: Result<u32, _> = text.parse();
    // More than the most is not an error: the page says by its links that there is more (R4 http.html#paging).
    parsed.map(|count| count.min(MAX_COUNT)).map_err(|_| bad("_count", text, "a count from 0 to 4294967295"))
}

fn since(text: &str) -> Result<u64, RequestError> {
    let expected = "an instant such as 2026-03-01T09:30:00Z, with its + written %2B";
    parse_instant(text).ok_or_else(|| bad("_since", text, expected))
}

fn kinds(text: &str) -> Result<Vec<String>, RequestError> {
    let is_type = holdfast_clinical::types::is_resource_type;
    match text.split(',').all(is_type) {
        true => Ok(text.split(',').map(str::to_owned).collect()),
        false => Err(bad("_type", text, "a list of R4 resource types")),
    }
}

pub(crate) fn bad(name: &str, value: &str, expected: &'static str) -> RequestError {
    RequestError::BadParameter { name: name.to_owned(), value: value.to_owned(), expected }
}
