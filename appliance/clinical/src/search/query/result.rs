//! Parameters about the result: its order, size and company.
//!
//! Source: <https://hl7.org/fhir/R4/search.html#return>.

use holdfast_core::search::{SortBy, SortKey};

use super::super::TOKEN_SEPARATOR;
use super::super::table::{self, Kind};
use super::{Include, MAX_INCLUDES, MAX_SORT_KEYS, Query, SearchError, bad, unknown};
use crate::types::is_resource_type;

/// The names that are read here.
pub(super) const NAMES: [&str; 5] = ["_count", "_include", "_revinclude", "_sort", "_total"];

/// Takes the parameter in if it is one of these; whether it was.
pub(super) fn read(query: &mut Query, name: &str, value: &str) -> Result<bool, SearchError> {
    let (plain, modifier) = name.split_once(':').map_or((name, None), |(name, rest)| (name, Some(rest)));
    if !NAMES.contains(&plain) {
        return Ok(false);
    }
    let iterates =
        matches!(plain, "_include" | "_revinclude") && matches!(modifier, Some("iterate" | "recurse"));
    if let Some(modifier) = modifier.filter(|_| !iterates) {
        let (name, modifier) = (plain.to_owned(), modifier.to_owned());
        return Err(SearchError::UnsupportedModifier { name, modifier });
    }
    match plain {
        "_count" => {
            query.count = Some(value.parse().map_err(|_| bad(name, value, "a count from 0 to 4294967295"))?);
        }
        "_total" => {
            query.wants_total = match value {
                "none" => false,
                "estimate" | "accurate" => true,
                _ => return Err(bad(name, value, "none, estimate or accurate")),
            };
        }
        "_sort" => sort(query, value)?,
        _ => {
            if query.includes.len() == MAX_INCLUDES {
                return Err(SearchError::TooMuch { name: name.to_owned(), limit: MAX_INCLUDES });
            }
            query.includes.push(include(plain, value, iterates)?);
        }
    }
    Ok(true)
}

fn sort(query: &mut Query, value: &str) -> Result<(), SearchError> {
    for part in value.split(',') {
        if query.sort.len() == MAX_SORT_KEYS {
            return Err(SearchError::TooMuch { name: "_sort".to_owned(), limit: MAX_SORT_KEYS });
        }
        let (name, descending) = part.strip_prefix('-').map_or((part, false), |name| (name, true));
        let by = match name {
            "_id" => SortBy::Id,
            "_lastUpdated" => SortBy::Updated,
            "" => return Err(SearchError::EmptyValue { name: "_sort".to_owned() }),
            _ => match table::find(&query.kind, name) {
                Some(parameter) => SortBy::Rows {
                    params: parameter.slots.iter().map(|slot| slot.number).collect(),
                    // A text whole, not its words.
                    holding: (parameter.kind == Kind::String).then_some(TOKEN_SEPARATOR),
                },
                None => return Err(unknown(&query.kind, name)),
            },
        };
        query.sort.push(SortKey { by, descending });
    }
    Ok(())
}

fn include(name: &str, value: &str, iterates: bool) -> Result<Include, SearchError> {
    let expected = "Type:parameter or Type:parameter:TargetType";
    let parts: Vec<&str> = value.split(':').collect();
    let (source, parameter, target) = match parts[..] {
        [source, parameter] => (source, parameter, None),
        [source, parameter, target] => (source, parameter, Some(target)),
        _ => return Err(bad(name, value, expected)),
    };
    if let Some(kind) = [Some(source), target].into_iter().flatten().find(|kind| !is_resource_type(kind)) {
        return Err(SearchError::UnknownType { kind: kind.to_owned() });
    }
    let found = table::find(source, parameter).ok_or_else(|| unknown(source, parameter))?;
    if found.kind != Kind::Reference {
        return Err(bad(name, value, "by a parameter that is a reference"));
    }
    Ok(Include {
        source: source.to_owned(),
        parameter: found,
        target: target.map(str::to_owned),
        is_reverse: name == "_revinclude",
        iterates,
    })
}
