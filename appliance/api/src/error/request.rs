//! Requests that cannot be served as they are.

use crate::request::limits::MIB;

/// Why a request cannot be served as it is.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RequestError {
    /// No `Authorization: Bearer`.
    #[error(
        "cannot serve this: nobody is signed in; send a token in the header \"Authorization: Bearer TOKEN\""
    )]
    NoToken,
    /// A token that nobody has.
    #[error("cannot serve this: the token is unknown, expired or withdrawn; sign in again")]
    UnknownToken,
    /// The caller lacks a right.
    #[error(
        "cannot serve this: it takes {wants}, which this sign-in does not have; ask the administrator for it"
    )]
    Forbidden {
        /// What the route asks for.
        wants: &'static str,
    },
    /// No route.
    #[error("cannot find this address: the server has nothing there; see /fhir/metadata for what it serves")]
    NoSuchRoute,
    /// A route, but not for this method.
    #[error(
        "cannot use this method here: the address answers others (see the header Allow); use one of those"
    )]
    MethodNotAllowed,
    /// The path is not percent-encoded UTF-8.
    #[error("cannot read the address: it is not percent-encoded UTF-8; encode it")]
    BadPath,
    /// The query string cannot be taken apart.
    #[error("cannot read the query: {reason}; encode it")]
    BadQuery {
        /// Why.
        reason: &'static str,
    },
    /// Not an R4 resource type.
    #[error("cannot serve \"{kind}\": R4 has no such resource type; correct its name")]
    UnknownType {
        /// What was asked for.
        kind: String,
    },
    /// Not a FHIR id.
    #[error("cannot serve this id: it is not 1 to 64 letters, digits, hyphens and dots; correct it")]
    BadId,
    /// `Accept` or `_format` asks for something else.
    #[error(
        "cannot answer in the format asked for: this server speaks JSON only; accept application/fhir+json"
    )]
    NotAcceptable,
    /// `Content-Type` is something else.
    #[error("cannot read the body: its content type is not {expected}; send it as that")]
    UnsupportedMedia {
        /// What can be read.
        expected: &'static str,
    },
    /// Another kind of patch.
    #[error(
        "cannot carry out {what}: this server takes JSON Patch alone; send it as application/json-patch+json"
    )]
    UnsupportedPatch {
        /// Which kind.
        what: &'static str,
    },
    /// A `Content-Encoding` that is not understood.
    #[error("cannot read the body: its content encoding is not gzip; send it so, or as it is")]
    UnsupportedEncoding,
    /// The body is too large.
    #[error("cannot take the body: it is larger than {limit_mib} MiB, the most for this address; split it")]
    TooLarge {
        /// The bound.
        limit_mib: usize,
    },
    /// The body came too slowly.
    #[error("cannot read the body: it stopped coming for {waited_s} seconds; send it again")]
    SlowBody {
        /// How long was waited.
        waited_s: u64,
    },
    /// The body kept coming, too slowly.
    #[error(
        "cannot read the body: it was not whole after {within_s} seconds; send less at once, or over a faster link"
    )]
    DrippedBody {
        /// The bound.
        within_s: u64,
    },
    /// The body ended early.
    #[error("cannot read the body: the connection broke while it came; send it again")]
    BrokenBody,
    /// The body is not what it should be.
    #[error("cannot read the body: {reason}; correct it")]
    BadBody {
        /// Why.
        reason: String,
    },
    /// A header with an unusable value.
    #[error("cannot use the header {name}: it is not {expected}; correct it")]
    BadHeader {
        /// The header.
        name: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// The resource's type is not the address's.
    #[error("cannot save: the body is a {found}, but the address says {expected}; correct either")]
    TypeMismatch {
        /// Of the address.
        expected: String,
        /// Of the body.
        found: String,
    },
    /// The resource's id is not the address's.
    #[error("cannot save: the body's id is {found}, but the address says \"{expected}\"; make them the same")]
    IdMismatch {
        /// Of the address.
        expected: String,
        /// Of the body.
        found: String,
    },
    /// A staff save that does not say what it saw.
    #[error(
        "cannot save: the request does not say which version was on the screen; send it in the header If-Match, or \"If-None-Match: *\" for a new record"
    )]
    VersionRequired,
    /// A version that is not kept here.
    #[error("cannot read {entity} as of version {version}: that version is not kept here; see its _history")]
    UnknownVersion {
        /// Which resource.
        entity: String,
        /// Which version.
        version: String,
    },
    /// A cursor that is not from here.
    #[error(
        "cannot go on from there: the cursor was not given out for this list and this sign-in; start from the first page"
    )]
    BadCursor,
    /// Not here; head office could not be asked.
    #[error(
        "{entity} is not held here, and the link to head office is down, so it could not be looked for; try again when the link is back"
    )]
    NotHeld {
        /// Which resource.
        entity: String,
    },
    /// Known at head office, and not here yet.
    #[error(
        "cannot save {entity} now: head office has it, and it is on its way here, so that this save does not stand beside what others have written; save again in a moment"
    )]
    Coming {
        /// Which resource.
        entity: String,
    },
    /// Not here, and there is nowhere else to look.
    #[error("{entity} does not exist: nothing was ever stored under this id; check type and id")]
    NotFound {
        /// Which resource.
        entity: String,
    },
    /// Not here, and not at head office either.
    #[error("{entity} does not exist: it is neither here nor at head office; check the id")]
    NowhereFound {
        /// Which resource.
        entity: String,
    },
    /// What a bundle's conditions find changed in between, again and again.
    #[error("cannot carry out the bundle: what its conditions find kept changing meanwhile; send it again")]
    Overtaken,
    /// The answer to a bundle is full.
    #[error(
        "cannot answer this entry: the answers to its bundle hold more than {limit_mib} MiB together; ask for it by itself, or for less with _count, _elements or _summary"
    )]
    AnswerFull {
        /// The bound.
        limit_mib: usize,
    },
    /// A condition that finds several.
    #[error("cannot {does}: the condition finds more than one resource; make it name one")]
    ManyMatches {
        /// What was to be done.
        does: &'static str,
    },
    /// A condition that finds nothing where something must be there.
    #[error("cannot {does}: the condition finds nothing; correct it, or leave out If-Match")]
    NoMatch {
        /// What was to be done.
        does: &'static str,
    },
    /// A conditional patch that finds nothing.
    #[error("cannot patch: the condition finds nothing here; correct it, or create the resource")]
    NothingToPatch,
    /// Neither an id nor a condition.
    #[error("cannot {does}: the address names neither an id nor a condition; add /ID, or ?NAME=VALUE")]
    NoCondition {
        /// What was to be done.
        does: &'static str,
    },
    /// It was to be new.
    #[error(
        "cannot create {entity}: it is there already, and the request says \"If-None-Match: *\"; read it and change it instead"
    )]
    AlreadyThere {
        /// Which resource.
        entity: String,
    },
    /// A create in a bundle whose `fullUrl` is the id of something else.
    #[error(
        "cannot create {entity}: its fullUrl is the id of a resource that was changed or deleted since, or is another one, and is not replaced; to change that one, send a PUT, and for a new one make a new UUID"
    )]
    IdTaken {
        /// Which resource.
        entity: String,
    },
    /// A part of a resource, sent as the whole.
    #[error(
        "cannot save: the body is a part of a resource (its meta.tag says SUBSETTED), and saving it would drop the rest; read the whole and change that"
    )]
    Part,
    /// A parameter that the address does not have.
    #[error("cannot use the parameter \"{name}\": this address does not have it; use {known}")]
    UnknownParameter {
        /// The parameter.
        name: String,
        /// Those that it has.
        known: String,
    },
    /// A parameter with an unusable value.
    #[error("cannot use {name}=\"{value}\": it is not {expected}; correct it")]
    BadParameter {
        /// The parameter.
        name: String,
        /// As sent.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
    /// A choice among values that is not there.
    #[error("cannot settle: there is no value number {index} among the {count} of this element; look again")]
    NoSuchChoice {
        /// What was chosen.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// The record moved on since the conflict was looked at.
    #[error(
        "cannot settle: {entity} was changed since you looked (it is at version {current} now); look again"
    )]
    ChangedMeanwhile {
        /// Which resource.
        entity: String,
        /// The version it is at.
        current: String,
    },
    /// Records of one person that cannot be joined so.
    #[error(
        "cannot join these records: {entity} already leads to Patient/{to}; join that one instead, or take the link away first"
    )]
    LinkedElsewhere {
        /// Which resource.
        entity: String,
        /// Id of the patient whose record it leads to.
        to: String,
    },
    /// Too many streams of events.
    #[error("cannot open another stream of events: {limit} are open; poll /api/continuity instead")]
    TooManyStreams {
        /// The bound.
        limit: usize,
    },
    /// More requests than one user or one device may make.
    #[error(
        "cannot serve this now: there were too many requests from this sign-in or this device; wait {after_s} s, and send fewer, or several at once as a batch"
    )]
    TooMany {
        /// Seconds until one more is served.
        after_s: u32,
    },
    /// The server is going down.
    #[error("cannot serve this: the server is shutting down; try again in a moment")]
    Closing,
    /// The request took too long.
    #[error(
        "the request was not finished within {limit_s} seconds; a change may still be carried out, so read before you repeat it"
    )]
    TimedOut {
        /// The bound.
        limit_s: u64,
    },
    /// A defect.
    #[error(
        "the request stopped on a defect of this server; it was not your fault, tell the administrator the request's id"
    )]
    Defect,
}

impl RequestError {
    /// A body beyond its bound.
    pub(crate) fn too_large(limit_bytes: usize) -> Self {
        Self::TooLarge { limit_mib: limit_bytes / MIB }
    }
}

impl From<holdfast_clinical::projection::ShapeError> for RequestError {
    fn from(error: holdfast_clinical::projection::ShapeError) -> Self {
        Self::BadParameter { name: error.name.to_owned(), value: error.value, expected: error.expected }
    }
}
