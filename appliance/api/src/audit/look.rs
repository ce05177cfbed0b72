//! What one request looked at, told from the request itself and from what its handler adds.

use holdfast_clinical::types::{is_id, is_resource_type};
use http::{Method, StatusCode, Uri};

use crate::access::doc::Doc;

/// The most characters of a query that are kept.
const MAX_QUERY: usize = 500;

/// One look at records.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct Look {
    /// FHIR's code of the interaction, or `$` and an operation's name.
    pub(crate) interaction: &'static str,
    /// `Type/id`, or the type that was searched.
    pub(crate) what: Option<String>,
    /// What was searched for.
    pub(crate) query: Option<String>,
    /// Ids of patients that were shown.
    pub(crate) patients: Vec<String>,
    /// The code of the refusal.
    pub(crate) refused: Option<&'static str>,
}

/// What a handler says that it looked at; rides on its response, in place of what the request alone would tell.
#[derive(Clone, Debug, Default)]
pub(crate) struct Looks(pub(crate) Vec<Look>);

/// What is kept of a request until it is answered.
#[derive(Debug)]
pub(crate) struct Asker {
    interaction: &'static str,
    what: Option<String>,
    query: Option<String>,
    writes: bool,
}

impl Asker {
    /// Of a request on a route.
    pub(crate) fn of(doc: &Doc, method: &Method, uri: &Uri) -> Self {
        let mut parts =
            uri.path().split('/').skip(1).skip_while(|part| matches!(*part, "fhir" | "api" | "records"));
        let kind = parts.next().filter(|kind| is_resource_type(kind));
        let id = parts.next().filter(|id| is_id(id));
        let what = kind.map(|kind| id.map_or_else(|| kind.to_owned(), |id| format!("{kind}/{id}")));
        let interaction = doc.interactions.first().copied();
        let interaction =
            interaction.or(doc.operation.map(|(name, _)| operation(name))).unwrap_or("operation");
        let query = uri.query().filter(|query| !query.is_empty()).map(cut);
        let reads_by_body = doc.is_search || doc.operation.is_some_and(|(name, _)| name == "everything");
        let writes = *method != Method::GET && *method != Method::HEAD && !reads_by_body;
        Self { interaction, what, query, writes }
    }

    /// What is to be kept of it: what was read or searched, and every refusal of a right; saves are in the log, and what
    /// was asked for wrongly showed nothing.
    pub(crate) fn answered(
        self,
        status: StatusCode,
        code: Option<&'static str>,
        said: Option<Looks>,
    ) -> Vec<Look> {
        let Self { interaction, what, query, writes } = self;
        let look = |refused| Look { interaction, what, query, patients: Vec::new(), refused };
        match (status.as_u16(), said) {
            (401 | 403, _) => vec![look(Some(code.unwrap_or("forbidden")))],
            (200..=399, Some(Looks(said))) => said,
            (200..=399, None) if !writes => vec![look(None)],
            (404 | 410, _) if !writes => vec![look(Some(code.unwrap_or("not-found")))],
            _ => Vec::new(),
        }
    }
}

/// A query, no longer than is kept.
pub(crate) fn cut(query: &str) -> String {
    query.chars().take(MAX_QUERY).collect()
}

fn operation(name: &str) -> &'static str {
    match name {
        "everything" => "$everything",
        "meta" => "$meta",
        "validate" => "$validate",
        _ => "operation",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docs;

    fn looks(doc: &Doc, method: Method, uri: &str, status: u16) -> Vec<Look> {
        let asker = Asker::of(doc, &method, &uri.parse().unwrap());
        asker.answered(StatusCode::from_u16(status).unwrap(), (status >= 400).then_some("code"), None)
    }

    #[test]
    fn what_was_looked_at_is_told_from_the_request() {
        let read = &looks(&docs::READ, Method::GET, "/fhir/Patient/p1?_pretty=true", 200)[0];
        assert_eq!(
            (read.interaction, read.what.as_deref(), read.refused),
            ("read", Some("Patient/p1"), None)
        );
        let search = &looks(&docs::SEARCH, Method::GET, "/fhir/Patient?name=a", 200)[0];
        assert_eq!(
            (search.interaction, search.what.as_deref(), search.query.as_deref()),
            ("search-type", Some("Patient"), Some("name=a"))
        );
        let whole = &looks(&docs::EVERYTHING, Method::GET, "/fhir/Patient/p1/$everything", 200)[0];
        assert_eq!((whole.interaction, whole.what.as_deref()), ("$everything", Some("Patient/p1")));
        let by_body = &looks(&docs::EVERYTHING_BY_BODY, Method::POST, "/fhir/Patient/p1/$everything", 200)[0];
        assert_eq!(by_body, whole);
    }

    #[test]
    fn saves_are_left_to_the_log_and_refusals_are_kept() {
        assert!(looks(&docs::UPDATE, Method::PUT, "/fhir/Patient/p1", 200).is_empty());
        assert!(looks(&docs::READ, Method::GET, "/fhir/Patient/p1", 400).is_empty());
        let refused = &looks(&docs::UPDATE, Method::PUT, "/fhir/Patient/p1", 403)[0];
        assert_eq!((refused.interaction, refused.refused), ("update", Some("code")));
        assert_eq!(looks(&docs::READ, Method::GET, "/fhir/Patient/p1", 404)[0].refused, Some("code"));
    }
}
