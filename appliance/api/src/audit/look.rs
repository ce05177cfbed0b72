//! What one request looked at, told from the request itself and from what its handler adds.

use std::collections::BTreeSet;

use holdfast_clinical::scope;
use holdfast_clinical::types::{HOLDFAST_FILE, is_id, is_resource_type};
use holdfast_core::id::Entity;
use http::{Method, Request, StatusCode};

use crate::access::doc::Doc;
use crate::fhir::patients;
use crate::request::query::Asked;

/// The most characters of a query that are kept.
const MAX_QUERY: usize = 500;
/// The most patients of one line; a page that shows more of them is kept as several.
const MAX_PATIENTS: usize = 1_000;

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

/// Bytes of a line beside its texts.
const AROUND_LOOK: usize = 64;
/// Bytes of a patient beside the id.
const AROUND_PATIENT: usize = 8;

impl Look {
    /// The bytes that it takes on a page at the most, roughly, and in memory at the least.
    pub(crate) fn bytes(&self) -> usize {
        let texts = [&self.what, &self.query].into_iter().flatten().map(String::len);
        let patients = self.patients.iter().map(|id| id.len() + AROUND_PATIENT);
        AROUND_LOOK + texts.chain(patients).sum::<usize>()
    }

    /// The same, refused: whoever was searched for is told of too.
    pub(crate) fn refused(mut self, code: &'static str) -> Self {
        let searched = self.what.as_deref().zip(self.query.as_deref());
        self.patients = searched.map(|(kind, query)| named(kind, query)).unwrap_or_default();
        Self { refused: Some(code), ..self }
    }

    /// A resource that was shown.
    pub(crate) fn at(entity: &Entity) -> Self {
        Self { interaction: "read", what: Some(entity.to_string()), ..Self::default() }
    }

    /// The same, of a page that showed records of these patients.
    pub(crate) fn showing(self, patients: &BTreeSet<String>) -> Vec<Self> {
        let patients: Vec<String> = patients.iter().cloned().collect();
        if patients.is_empty() {
            return vec![self];
        }
        patients.chunks(MAX_PATIENTS).map(|part| Self { patients: part.to_vec(), ..self.clone() }).collect()
    }
}

/// Whose records these resources are, as they read. The trail tells who looked at whom and nothing of a chart: whoever reads in it
/// looked at nobody, or the trail would soon be full of its own readers.
pub(crate) fn patients_of<'r>(shown: impl Iterator<Item = (&'r Entity, &'r str)>) -> BTreeSet<String> {
    let records = shown.filter(|(entity, _)| entity.kind != "AuditEvent");
    records.flat_map(|(entity, json)| scope::patients(entity, json)).collect()
}

/// What a handler says that it looked at; rides on its response, in place of what the request alone would tell.
#[derive(Clone, Debug, Default)]
pub(crate) struct Looks(pub(crate) Vec<Look>);

/// Whether a refusal is kept: of a right always; of a condition, and of a read or search of what is not there, since either
/// tells what is here. What was asked for wrongly showed nothing.
pub(crate) fn is_kept(status: StatusCode, writes: bool) -> bool {
    match status.as_u16() {
        403 | 412 => true,
        404 | 410 => !writes,
        _ => false,
    }
}

/// What is kept of a request until it is answered.
#[derive(Debug)]
pub(crate) struct Asker {
    look: Look,
    writes: bool,
    /// What the search of a conditional write asks for.
    condition: Option<String>,
}

impl Asker {
    /// Of a request on a route.
    pub(crate) fn of<B>(doc: &Doc, request: &Request<B>) -> Self {
        let (method, uri) = (request.method(), request.uri());
        let mut parts = uri
            .path()
            .split('/')
            .skip(1)
            .skip_while(|part| matches!(*part, "fhir" | "api" | "records" | "conflicts"));
        // What staff ask of patients, and of files, is asked of records of that type.
        let named = |part: &str| match part {
            "patients" => "Patient".to_owned(),
            "files" => HOLDFAST_FILE.to_owned(),
            other => other.to_owned(),
        };
        let kind = parts.next().map(named).filter(|kind| is_resource_type(kind) || kind == HOLDFAST_FILE);
        let id = parts.next().filter(|id| is_id(id) && *id != "likely");
        let what = kind.map(|kind| id.map_or_else(|| kind.clone(), |id| format!("{kind}/{id}")));
        let interaction = doc.interactions.first().copied();
        let interaction =
            interaction.or(doc.operation.map(|(name, _)| operation(name))).unwrap_or("operation");
        let query = uri.query().filter(|query| !query.is_empty()).map(cut);
        let reads_by_body = doc.is_search || doc.operation.is_some_and(|(name, _)| name == "everything");
        let writes =
            *method != Method::GET && *method != Method::HEAD && !(reads_by_body && *method == Method::POST);
        let in_header = || request.headers().get("if-none-exist")?.to_str().ok().map(str::to_owned);
        let condition = match doc.is_search {
            true => uri.query().filter(|query| writes && !query.is_empty()).map(str::to_owned),
            false if interaction == "create" => in_header(),
            false => None,
        };
        Self { look: Look { interaction, what, query, ..Look::default() }, writes, condition }
    }

    /// What is to be kept of it: what was read or searched, and refusals. Saves are in the log, but not what a save showed
    /// without changing anything: its handler says that.
    pub(crate) fn answered(
        self,
        status: StatusCode,
        code: Option<&'static str>,
        said: Option<Looks>,
    ) -> Vec<Look> {
        let Self { look, writes, condition } = self;
        let searched = condition.map(|condition| searched(look.what.as_deref(), condition));
        let is_refused = status.is_client_error();
        let mut looks = match said {
            // Whoever has not signed in chooses freely what to ask for: it is counted, not kept.
            _ if status == StatusCode::UNAUTHORIZED => {
                let Look { interaction, .. } = look;
                vec![Look { interaction, refused: code, ..Look::default() }]
            }
            _ if is_refused && is_kept(status, writes) => {
                vec![look.refused(code.unwrap_or("refused"))]
            }
            _ if is_refused || status.is_server_error() => Vec::new(),
            Some(Looks(said)) => said,
            None if writes => Vec::new(),
            None => vec![look],
        };
        // The condition was searched for unless the request was refused before that.
        let is_searched = !is_refused || matches!(status.as_u16(), 404 | 409 | 412);
        looks.extend(searched.filter(|_| is_searched));
        looks
    }
}

/// The search of a conditional write, on `Type?condition` or with the type beside it.
pub(crate) fn searched(kind: Option<&str>, condition: String) -> Look {
    let typed = condition.split_once('?').map(|(kind, rest)| (kind.to_owned(), rest.to_owned()));
    let (kind, query) = match typed.filter(|(kind, _)| is_resource_type(kind)) {
        Some((kind, query)) => (Some(kind), query),
        None => (kind.map(str::to_owned), condition),
    };
    let patients = kind.as_deref().map(|kind| named(kind, &query)).unwrap_or_default();
    Look { interaction: "search-type", what: kind, query: Some(cut(&query)), patients, ..Look::default() }
}

/// The patients that a search names.
fn named(kind: &str, query: &str) -> Vec<String> {
    let asked = Asked::read(&[query]);
    asked.map(|asked| patients::named(kind, &asked).into_iter().collect()).unwrap_or_default()
}

/// A query, no longer than is kept.
pub(crate) fn cut(query: &str) -> String {
    query.chars().take(MAX_QUERY).collect()
}

fn operation(name: &str) -> &'static str {
    match name {
        "everything" => "$everything",
        "summary" => "$summary",
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
        let request = Request::builder().method(method).uri(uri).header("if-none-exist", "identifier=7");
        let asker = Asker::of(doc, &request.body(()).unwrap());
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
    fn a_record_is_named_wherever_it_is_looked_at() {
        let shown = &looks(&docs::CONFLICT, Method::GET, "/api/conflicts/Observation/o1", 200)[0];
        assert_eq!((shown.interaction, shown.what.as_deref()), ("operation", Some("Observation/o1")));
        let chart = &looks(&docs::CHART, Method::GET, "/api/patients/p1/chart", 404)[0];
        assert_eq!((chart.what.as_deref(), chart.refused), (Some("Patient/p1"), Some("code")));
        let list = &looks(&docs::CONFLICTS, Method::GET, "/api/conflicts?count=2", 200)[0];
        assert_eq!((list.what.as_deref(), list.query.as_deref()), (None, Some("count=2")));
    }

    #[test]
    fn a_page_of_many_patients_is_kept_as_several_lines() {
        let ids = |count: usize| (0..count).map(|n| format!("p{n}")).collect::<BTreeSet<String>>();
        let lines = Look { what: Some("Patient".into()), ..Look::default() }.showing(&ids(MAX_PATIENTS + 1));
        let counts: Vec<usize> = lines.iter().map(|line| line.patients.len()).collect();
        assert_eq!(counts, [MAX_PATIENTS, 1]);
        assert_eq!(Look::default().showing(&ids(0)), [Look::default()]);
    }

    #[test]
    fn saves_are_left_to_the_log_and_refusals_are_kept() {
        assert!(looks(&docs::UPDATE, Method::PUT, "/fhir/Patient/p1", 200).is_empty());
        assert!(looks(&docs::READ, Method::GET, "/fhir/Patient/p1", 400).is_empty());
        let refused = &looks(&docs::UPDATE, Method::PUT, "/fhir/Patient/p1", 403)[0];
        assert_eq!((refused.interaction, refused.refused), ("update", Some("code")));
        assert_eq!(looks(&docs::READ, Method::GET, "/fhir/Patient/p1", 404)[0].refused, Some("code"));
        assert!(looks(&docs::UPDATE, Method::PUT, "/fhir/Patient/p1", 404).is_empty());
        let unknown = &looks(&docs::SEARCH, Method::GET, "/fhir/Patient?name=flood", 401)[0];
        let alike = Look { interaction: "search-type", refused: Some("code"), ..Look::default() };
        assert_eq!(unknown, &alike, "nothing that a stranger has chosen is kept");
    }

    #[test]
    fn the_search_of_a_conditional_write_is_a_search() {
        let (put, path) = (&docs::CONDITIONAL_UPDATE, "/fhir/Observation?patient=p1&code=x");
        for (doc, method, path, status, expected) in [
            (put, Method::PUT, path, 200, "search-type Observation patient=p1&code=x p1"),
            (put, Method::PUT, path, 400, ""),
            (
                put,
                Method::PUT,
                path,
                412,
                "operation Observation patient=p1&code=x code p1+search-type Observation patient=p1&code=x p1",
            ),
            (
                &docs::CONDITIONAL_PATCH,
                Method::PATCH,
                path,
                404,
                "search-type Observation patient=p1&code=x p1",
            ),
            (&docs::CREATE, Method::POST, "/fhir/Patient", 201, "search-type Patient identifier=7"),
        ] {
            let told = looks(doc, method, path, status);
            let of = |look: &Look| {
                let rest = [look.what.as_deref(), look.query.as_deref(), look.refused];
                let rest = rest.into_iter().flatten().chain(look.patients.iter().map(String::as_str));
                std::iter::once(look.interaction).chain(rest).collect::<Vec<_>>().join(" ")
            };
            assert_eq!(told.iter().map(of).collect::<Vec<_>>().join("+"), expected, "{status}");
        }
        let named = searched(None, "Patient?name=a".into());
        assert_eq!((named.what.as_deref(), named.query.as_deref()), (Some("Patient"), Some("name=a")));
    }
}
