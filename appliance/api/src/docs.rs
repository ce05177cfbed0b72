//! What is said of each route in [`crate::table`].

use crate::access::doc::Carries::{Events, Fhir, Form, Html, Json, JsonPatch, Nothing, Text};
use crate::access::doc::{Carries, Doc};

type Pairs = &'static [(&'static str, &'static str)];

const FORMAT: (&str, &str) = ("_format", "json or application/fhir+json; counts before Accept");
const PRETTY: (&str, &str) = ("_pretty", "true: indented for people");
const SUMMARY: (&str, &str) = ("_summary", "true, text, data or false");
const SUMMARY_OR_COUNT: (&str, &str) = ("_summary", "true, text, data, false or count");
const ELEMENTS: (&str, &str) = ("_elements", "names of the elements wanted, with commas between");
const COUNT: (&str, &str) = ("_count", "how many on a page; 500 at most");
const SINCE: (&str, &str) = ("_since", "an instant: changed then or later");
const CURSOR: (&str, &str) = ("_cursor", "where a page begins; from the links of the page before");
const FORMATS: Pairs = &[FORMAT, PRETTY];
const ONE: Pairs = &[FORMAT, PRETTY, SUMMARY, ELEMENTS];
const LISTED: Pairs = &[FORMAT, PRETTY, SUMMARY, ELEMENTS, COUNT, SINCE, CURSOR];
const SEARCHED: Pairs = &[FORMAT, PRETTY, SUMMARY_OR_COUNT, ELEMENTS, COUNT, CURSOR];
const NARROWED: Pairs = &[
    FORMAT,
    PRETTY,
    SUMMARY,
    ELEMENTS,
    COUNT,
    SINCE,
    CURSOR,
    ("_type", "resource types wanted, with commas between"),
    ("start", "a date: care given then or later, and what has no date"),
    ("end", "a date: care given then or earlier, and what has no date"),
];
const UNCHANGED: &[&str] = &["If-None-Match", "If-Modified-Since", "Prefer"];
const SAVED: &[(u16, Carries)] = &[(200, Fhir), (201, Fhir)];

pub(crate) const STAFF_APP: Doc = Doc::new("The staff app", &[(200, Html)]);
pub(crate) const STAFF_APP_FILE: Doc =
    Doc::new("A file that the staff app loads; its name holds a hash of what is in it", &[(200, Text)])
        .refusals(&[404]);
pub(crate) const PAGE: Doc = Doc::new("The status page", &[(200, Html)]);
pub(crate) const LIVEZ: Doc = Doc::new("Whether the process runs", &[(200, Text)]);
pub(crate) const READYZ: Doc = Doc::new("Whether the store answers", &[(200, Text)]);
pub(crate) const METRICS: Doc = Doc::new("Figures for Prometheus", &[(200, Text)]);
pub(crate) const OPENAPI: Doc = Doc::new("This description", &[(200, Json)]);
pub(crate) const CONTINUITY: Doc = Doc::new("How the link is, and what waits to be sent", &[(200, Json)]);
pub(crate) const CONTINUITY_EVENTS: Doc =
    Doc::new("The same, whenever it changes", &[(200, Events)]).refusals(&[503]);
pub(crate) const CONFLICTS: Doc = Doc::new("Records in conflict", &[(200, Json)])
    .query(&[("count", "how many on a page"), ("cursor", "where a page begins")]);
pub(crate) const CONFLICT: Doc = Doc::new("Every value of a record's elements in conflict", &[(200, Json)]);
pub(crate) const RESOLVE: Doc =
    Doc::new("Settles a conflict by choosing a value, or giving another", &[(200, Json)])
        .headers(&["If-Match"])
        .body(Json)
        .refusals(&[404, 409, 412, 422, 428]);
pub(crate) const SAVE: Doc =
    Doc::new("Saves a record as staff do: beside what others saved meanwhile", &[(200, Json), (201, Json)])
        .headers(&["If-Match", "If-None-Match"])
        .body(Fhir)
        .refusals(&[409, 412, 422, 428]);

pub(crate) const METADATA: Doc = Doc::new("What this server can do", &[(200, Fhir)]).query(FORMATS);
pub(crate) const BUNDLE: Doc = Doc::new("Carries out a batch or a transaction", &[(200, Fhir)])
    .serving(&["transaction", "batch"])
    .query(FORMATS)
    .headers(&["Prefer"])
    .body(Fhir)
    .refusals(&[404, 409, 410, 412, 422]);
pub(crate) const SYSTEM_HISTORY: Doc = Doc::new("What was saved here, newest first", &[(200, Fhir)])
    .serving(&["history-system"])
    .query(LISTED)
    .headers(&["Prefer"]);
pub(crate) const TYPE_HISTORY: Doc =
    Doc::new("What was saved here of one resource type, newest first", &[(200, Fhir)])
        .serving(&["history-type"])
        .query(LISTED)
        .headers(&["Prefer"]);
pub(crate) const SEARCH: Doc = Doc::new("Searches resources of one type", &[(200, Fhir)])
    .serving(&["search-type"])
    .query(SEARCHED)
    .search()
    .headers(&["Prefer"])
    .refusals(&[404]);
pub(crate) const SEARCH_FORM: Doc = Doc::new("The same, with the search in a form", &[(200, Fhir)])
    .query(SEARCHED)
    .search()
    .headers(&["Prefer"])
    .body(Form)
    .refusals(&[404]);
pub(crate) const CREATE: Doc = Doc::new("Creates a resource, if none is like the condition", SAVED)
    .serving(&["create"])
    .query(FORMATS)
    .headers(&["If-None-Exist", "Prefer"])
    .body(Fhir)
    .refusals(&[409, 412, 422]);
pub(crate) const UPDATE: Doc = Doc::new("Replaces a resource, or creates it under this id", SAVED)
    .serving(&["update"])
    .query(FORMATS)
    .headers(&["If-Match", "If-None-Match", "Prefer"])
    .body(Fhir)
    .refusals(&[409, 412, 422]);
pub(crate) const CONDITIONAL_UPDATE: Doc =
    Doc::new("Replaces the one resource that a search finds, or creates it", SAVED)
        .query(FORMATS)
        .search()
        .headers(&["If-Match", "Prefer"])
        .body(Fhir)
        .refusals(&[409, 412, 422]);
pub(crate) const PATCH: Doc = Doc::new("Changes a resource by a JSON Patch (RFC 6902)", &[(200, Fhir)])
    .serving(&["patch"])
    .query(FORMATS)
    .headers(&["If-Match", "Prefer"])
    .body(JsonPatch)
    .refusals(&[404, 409, 410, 412, 422]);
pub(crate) const CONDITIONAL_PATCH: Doc =
    Doc::new("The same for the one resource that a search finds", &[(200, Fhir)])
        .query(FORMATS)
        .search()
        .headers(&["If-Match", "Prefer"])
        .body(JsonPatch)
        .refusals(&[404, 409, 410, 412, 422]);
pub(crate) const DELETE: Doc = Doc::new("Deletes a resource; its history stays", &[(204, Nothing)])
    .serving(&["delete"])
    .query(FORMATS)
    .headers(&["If-Match"])
    .refusals(&[404, 409, 412]);
pub(crate) const CONDITIONAL_DELETE: Doc =
    Doc::new("Deletes the one resource that a search finds, if it finds one", &[(204, Nothing)])
        .query(FORMATS)
        .search()
        .headers(&["If-Match"])
        .refusals(&[409, 412]);
pub(crate) const READ: Doc = Doc::new("Reads a resource", &[(200, Fhir), (304, Nothing)])
    .serving(&["read"])
    .query(ONE)
    .headers(UNCHANGED)
    .refusals(&[404, 410]);
pub(crate) const VREAD: Doc =
    Doc::new("Reads a resource as it was at a version", &[(200, Fhir), (304, Nothing)])
        .serving(&["vread"])
        .query(ONE)
        .headers(UNCHANGED)
        .refusals(&[404, 410]);
pub(crate) const HISTORY: Doc = Doc::new("The versions of a resource, newest first", &[(200, Fhir)])
    .serving(&["history-instance"])
    .query(LISTED)
    .headers(&["Prefer"])
    .refusals(&[404]);
pub(crate) const EVERYTHING: Doc =
    Doc::new("A patient's whole record, as far as it is held here", &[(200, Fhir)])
        .operation("everything", "http://hl7.org/fhir/OperationDefinition/Patient-everything")
        .query(NARROWED)
        .headers(&["Prefer"])
        .refusals(&[404, 410]);
pub(crate) const EVERYTHING_BY_BODY: Doc =
    Doc::new("The same, with the parameters in the body", &[(200, Fhir)])
        .operation("everything", "http://hl7.org/fhir/OperationDefinition/Patient-everything")
        .query(NARROWED)
        .headers(&["Prefer"])
        .body(Fhir)
        .refusals(&[404, 410]);
pub(crate) const META: Doc = Doc::new("Profiles, tags and security labels of a resource", &[(200, Fhir)])
    .operation("meta", "http://hl7.org/fhir/OperationDefinition/Resource-meta")
    .query(FORMATS)
    .headers(&["Prefer"])
    .refusals(&[404, 410]);
pub(crate) const VALIDATE: Doc =
    Doc::new("Says what is wrong with a resource, and stores nothing", &[(200, Fhir)])
        .operation("validate", "http://hl7.org/fhir/OperationDefinition/Resource-validate")
        .query(&[
            FORMAT,
            PRETTY,
            ("mode", "create, update, delete or profile"),
            ("profile", "noted; profiles are not checked"),
        ])
        .headers(&["Prefer"])
        .body(Fhir);
