//! What is said of each route in [`crate::table`].

use crate::access::doc::Carries::{Events, Fhir, Form, Html, Json, JsonPatch, Nothing, Text};
use crate::access::doc::{Carries, Doc};
use crate::sign_in::passkey;
use crate::{
    break_glass, checks, codes, conflicts, continuity, drafts, patients, people, records, sign_in, withheld,
};

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
pub(crate) const CONTINUITY: Doc =
    Doc::new("How the link is, and what waits to be sent", &[(200, Carries::of::<continuity::Report>())]);
pub(crate) const CONTINUITY_EVENTS: Doc =
    Doc::new("The same, whenever it changes", &[(200, Events)]).refusals(&[503]);
pub(crate) const CODES: Doc = Doc::new(
    "Codes for what somebody types, the likeliest first",
    &[(200, Carries::of::<codes::CodesFound>())],
)
.query(&[
    ("system", "icd10cm, loinc, rxnorm or cvx"),
    ("q", "a code, or the beginnings of words"),
    ("limit", "how many; 20 if it is not said, 100 at most"),
]);
pub(crate) const CONFLICTS: Doc = Doc::new("Records in conflict", &[(200, Carries::of::<conflicts::Page>())])
    .query(&[("count", "how many on a page"), ("cursor", "where a page begins")]);
pub(crate) const CONFLICT: Doc =
    Doc::new("Every value of a record's elements in conflict", &[(200, Carries::of::<conflicts::Shown>())]);
pub(crate) const RESOLVE: Doc = Doc::new(
    "Settles a conflict by choosing a value, or giving another",
    &[(200, Carries::of::<conflicts::Shown>())],
)
.headers(&["If-Match"])
.body(Carries::of::<conflicts::Decision>())
.refusals(&[404, 409, 412, 422, 428]);
pub(crate) const SAVE: Doc = Doc::new(
    "Saves a record as staff do: beside what others saved meanwhile",
    &[(200, Carries::of::<records::Outcome>()), (201, Carries::of::<records::Outcome>())],
)
.headers(&["If-Match", "If-None-Match"])
.body(Fhir)
.refusals(&[409, 412, 422, 428]);

const SESSION: Carries = Carries::of::<sign_in::SessionShown>();
const PERSON: Carries = Carries::of::<people::Person>();

pub(crate) const SETUP: Doc = Doc::new(
    "Whether anybody is here yet, and what host this is",
    &[(200, Carries::of::<sign_in::SetupShown>())],
);
pub(crate) const FIRST_ADMIN: Doc =
    Doc::new("Makes the first administrator, by the code from the node's console", &[(201, SESSION)])
        .body(Carries::of::<sign_in::FirstAdmin>())
        .refusals(&[403, 409, 422]);
pub(crate) const SIGN_IN: Doc =
    Doc::new("Signs in by PIN; the answer sets the session's cookie", &[(200, SESSION)])
        .body(Carries::of::<sign_in::Credentials>())
        .refusals(&[401, 403]);
pub(crate) const SIGNED_IN: Doc = Doc::new("Who has signed in", &[(200, SESSION)]);
pub(crate) const SIGN_OUT: Doc = Doc::new("Signs out", &[(204, Nothing)]);
pub(crate) const CHANGE_PIN: Doc =
    Doc::new("Sets another PIN for oneself; one's other sessions end", &[(204, Nothing)])
        .body(Carries::of::<sign_in::ChosenPin>())
        .refusals(&[422]);
const ASKED_PASSKEY: &[(u16, Carries)] = &[(200, Carries::of::<passkey::PasskeyOptions>())];
pub(crate) const PASSKEY_OPTIONS: Doc = Doc::new("Begins to sign in by passkey", ASKED_PASSKEY)
    .body(Carries::of::<passkey::PasskeyLogin>())
    .refusals(&[401, 409]);
pub(crate) const PASSKEY: Doc =
    Doc::new("Signs in by passkey; the answer sets the session's cookie", &[(200, SESSION)])
        .body(Carries::of::<passkey::PasskeyAnswer>())
        .refusals(&[401, 403, 409]);
pub(crate) const NEW_PASSKEY_OPTIONS: Doc =
    Doc::new("Begins to register a passkey for oneself", ASKED_PASSKEY).refusals(&[409, 422]);
pub(crate) const NEW_PASSKEY: Doc = Doc::new("Registers a passkey for oneself", &[(204, Nothing)])
    .body(Carries::of::<passkey::PasskeyAnswer>())
    .refusals(&[409]);
pub(crate) const BREAK_GLASS: Doc =
    Doc::new("Opens a record that is kept from most, for an hour and a reason", &[(204, Nothing)])
        .body(Carries::of::<break_glass::GlassBroken>())
        .refusals(&[404, 422]);
pub(crate) const GLASSES: Doc =
    Doc::new("Who opened what was kept from them, and why", &[(200, Carries::of::<break_glass::Glasses>())]);
pub(crate) const REVIEW_GLASS: Doc =
    Doc::new("Notes what was said of it", &[(200, Carries::of::<break_glass::GlassShown>())])
        .body(Carries::of::<break_glass::GlassNote>())
        .refusals(&[422]);
pub(crate) const WITHHELD: Doc = Doc::new(
    "What people wrote after they were deactivated, where that was not known yet",
    &[(200, Carries::of::<withheld::Withheld>())],
);
pub(crate) const ADOPT_WITHHELD: Doc =
    Doc::new("Saves it in one's own name; all of its author's on that record", &[(204, Nothing)])
        .body(Carries::of::<withheld::Decision>())
        .refusals(&[409, 413, 422]);
pub(crate) const DROP_WITHHELD: Doc =
    Doc::new("Leaves it out for good; all of its author's on that record", &[(204, Nothing)])
        .body(Carries::of::<withheld::Decision>())
        .refusals(&[409, 422]);
pub(crate) const PEOPLE: Doc = Doc::new("Who may sign in", &[(200, Carries::of::<people::People>())]);
pub(crate) const ADD_PERSON: Doc = Doc::new("Adds somebody who may sign in", &[(201, PERSON)])
    .body(Carries::of::<people::NewPerson>())
    .refusals(&[409, 422]);
pub(crate) const CHANGE_PERSON: Doc = Doc::new(
    "Changes somebody; deactivated, their sessions end at once, and nobody is booked with them any more",
    &[(200, Carries::of::<people::PersonChanged>())],
)
.headers(&["If-Match"])
.body(Carries::of::<people::PersonChange>())
.refusals(&[409, 412, 422]);
pub(crate) const SET_PIN: Doc = Doc::new("Sets somebody's PIN, which ends their sessions", &[(204, Nothing)])
    .body(Carries::of::<people::PinSet>())
    .refusals(&[422]);
pub(crate) const DRAFTS: Doc = Doc::new("One's own drafts", &[(200, Carries::of::<drafts::Drafts>())]);
pub(crate) const SAVE_DRAFT: Doc =
    Doc::new("Keeps a draft of one's own", &[(200, Carries::of::<drafts::DraftShown>())])
        .headers(&["If-Match", "If-None-Match"])
        .body(Carries::of::<drafts::DraftSaved>())
        .refusals(&[409, 412, 422]);
pub(crate) const DELETE_DRAFT: Doc =
    Doc::new("Lets a draft of one's own go", &[(204, Nothing)]).headers(&["If-Match"]).refusals(&[412, 422]);

pub(crate) const PATIENTS: Doc = Doc::new(
    "Finds patients by what is typed into one box: names, birth date, record number, phone",
    &[(200, Carries::of::<patients::search::Page>())],
)
.query(&[
    ("q", "what was typed"),
    ("limit", "how many are shown; 50 at most"),
    ("everywhere", "true: have head office look too, and take in whom it finds"),
]);
pub(crate) const REGISTER: Doc = Doc::new(
    "Registers a patient under the client's id, and gives the record its number",
    &[
        (200, Carries::of::<patients::register::Registered>()),
        (201, Carries::of::<patients::register::Registered>()),
    ],
)
.body(Fhir)
.refusals(&[409, 410, 422]);
pub(crate) const LIKELY: Doc = Doc::new(
    "Patients who are likely the one being registered, and what speaks for it",
    &[(200, Carries::of::<patients::likely::Page>())],
)
.body(Carries::of::<patients::likely::Asked>());
pub(crate) const LINK: Doc = Doc::new(
    "Lets a patient's record stand for another one of the same person",
    &[(200, Carries::of::<patients::link::Linked>())],
)
.body(Carries::of::<patients::link::Asked>())
.refusals(&[404, 409, 410, 412]);
pub(crate) const UNLINK: Doc =
    Doc::new("Takes such a link away again", &[(200, Carries::of::<patients::link::Linked>())])
        .body(Carries::of::<patients::link::Asked>())
        .refusals(&[404, 409, 410, 412]);
pub(crate) const CHART: Doc =
    Doc::new("What a patient's chart opens on", &[(200, Carries::of::<patients::shape::Chart>())])
        .refusals(&[404, 410]);
pub(crate) const COURSE: Doc = Doc::new(
    "One measurement of a patient over time",
    &[(200, Carries::of::<patients::observations::Course>())],
)
.query(&[("code", "SYSTEM|CODE"), ("since", "a date: measured then or later")])
.refusals(&[404, 410]);
pub(crate) const DOWNTIME_PACK: Doc = Doc::new(
    "Pages to print for when no screen works: the day's visits, and what is to be known of each patient",
    &[(200, Html)],
)
.query(&[("lang", "en, es, fr or ar; en if it is not said")]);
pub(crate) const CHECK_VITALS: Doc = Doc::new(
    "The early-warning score of vital signs, and what is asked about them; stores nothing",
    &[(200, Carries::of::<checks::vitals::Checked>())],
)
.body(Carries::of::<checks::vitals::Asked>());
pub(crate) const CHECK_MEDICINE: Doc = Doc::new(
    "What speaks against a medicine for a patient; stores nothing",
    &[(200, Carries::of::<checks::medicines::Checked>())],
)
.body(Carries::of::<checks::medicines::Asked>())
.refusals(&[404, 410]);

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
pub(crate) const SUMMARY_DOCUMENT: Doc =
    Doc::new("The International Patient Summary, as a document", &[(200, Fhir)])
        .operation("summary", "http://hl7.org/fhir/uv/ips/OperationDefinition/summary")
        .query(FORMATS)
        .headers(&["Prefer"])
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
