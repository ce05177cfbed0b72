//! What is said of a route beside its policy. A route without it does not compile (see [`super::routes::Routes`]): the
//! CapabilityStatement and `/api/openapi.json` are written from it.

use std::borrow::Cow;

use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

/// What a route is for, takes and answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Doc {
    /// One sentence, for people.
    pub summary: &'static str,
    /// FHIR's codes of the interactions that it serves (<https://hl7.org/fhir/R4/valueset-restful-interaction.html>).
    pub interactions: &'static [&'static str],
    /// FHIR's operation, without the `$`, and its definition.
    pub operation: Option<(&'static str, &'static str)>,
    /// Query parameters, each with what it is.
    pub query: &'static [(&'static str, &'static str)],
    /// Whether any other query parameter is a search parameter of the type.
    pub is_search: bool,
    /// Request headers that it heeds.
    pub headers: &'static [&'static str],
    /// What the body must be.
    pub body: Option<Carries>,
    /// What it answers on success.
    pub answers: &'static [(u16, Carries)],
    /// Statuses of refusals that do not follow from the rest.
    pub refusals: &'static [u16],
}

/// What a body holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Carries {
    /// Nothing.
    Nothing,
    /// Some FHIR resource.
    Fhir,
    /// JSON of our own, of which no more is said.
    Json,
    /// JSON of our own, as a Rust type says ([`Carries::of`]).
    Typed(Typed),
    /// A JSON Patch.
    JsonPatch,
    /// A form.
    Form,
    /// HTML.
    Html,
    /// Plain text.
    Text,
    /// An iCalendar file.
    Calendar,
    /// A stream of events.
    Events,
    /// Bytes of any kind.
    Bytes,
}

/// A Rust type that says what a body looks like.
#[derive(Clone, Copy, Debug)]
pub struct Typed {
    name: fn() -> Cow<'static, str>,
    collect: fn(&mut Vec<Named>),
}

/// A schema by its name in the document.
pub type Named = (String, RefOr<Schema>);

impl Typed {
    /// The name by which the document refers to it.
    pub fn name(self) -> Cow<'static, str> {
        (self.name)()
    }

    /// Its own schema and those that it leads to; some may come twice.
    pub fn schemas(self) -> Vec<Named> {
        let mut out = Vec::new();
        (self.collect)(&mut out);
        out
    }
}

/// Names are distinct in the document, so a name tells the type.
impl PartialEq for Typed {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Typed {}

fn collect<T: ToSchema>(out: &mut Vec<Named>) {
    out.push((T::name().into_owned(), T::schema()));
    T::schemas(out);
}

impl Carries {
    /// JSON that looks as this type says. The schema's name must be distinct: `#[schema(as = …)]` gives another.
    pub const fn of<T: ToSchema>() -> Self {
        Self::Typed(Typed { name: T::name, collect: collect::<T> })
    }

    /// Media types; the first is what we send, all are what we take.
    pub fn media(self) -> &'static [&'static str] {
        match self {
            Self::Nothing => &[],
            Self::Fhir => &["application/fhir+json", "application/json"],
            Self::Json | Self::Typed(_) => &["application/json"],
            Self::JsonPatch => &["application/json-patch+json"],
            Self::Form => &["application/x-www-form-urlencoded"],
            Self::Html => &["text/html"],
            Self::Text => &["text/plain"],
            Self::Calendar => &["text/calendar"],
            Self::Events => &["text/event-stream"],
            Self::Bytes => &["application/octet-stream"],
        }
    }
}

impl Doc {
    /// A route that takes nothing and answers 200.
    pub const fn new(summary: &'static str, answers: &'static [(u16, Carries)]) -> Self {
        Self {
            summary,
            interactions: &[],
            operation: None,
            query: &[],
            is_search: false,
            headers: &[],
            body: None,
            answers,
            refusals: &[],
        }
    }

    /// The same, serving these interactions.
    #[must_use]
    pub const fn serving(mut self, interactions: &'static [&'static str]) -> Self {
        self.interactions = interactions;
        self
    }

    /// The same, being this operation.
    #[must_use]
    pub const fn operation(mut self, name: &'static str, definition: &'static str) -> Self {
        self.operation = Some((name, definition));
        self
    }

    /// The same, with these query parameters.
    #[must_use]
    pub const fn query(mut self, query: &'static [(&'static str, &'static str)]) -> Self {
        self.query = query;
        self
    }

    /// The same, taking a search.
    #[must_use]
    pub const fn search(mut self) -> Self {
        self.is_search = true;
        self
    }

    /// The same, heeding these headers.
    #[must_use]
    pub const fn headers(mut self, headers: &'static [&'static str]) -> Self {
        self.headers = headers;
        self
    }

    /// The same, with such a body.
    #[must_use]
    pub const fn body(mut self, body: Carries) -> Self {
        self.body = Some(body);
        self
    }

    /// The same, refusing with these statuses too.
    #[must_use]
    pub const fn refusals(mut self, refusals: &'static [u16]) -> Self {
        self.refusals = refusals;
        self
    }
}
