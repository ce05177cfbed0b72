//! What is said of a route beside its policy. A route without it does not compile (see [`super::routes::Routes`]): the
//! CapabilityStatement and `/api/openapi.json` are written from it.

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
    /// JSON of our own.
    Json,
    /// A JSON Patch.
    JsonPatch,
    /// A form.
    Form,
    /// HTML.
    Html,
    /// Plain text.
    Text,
    /// A stream of events.
    Events,
}

impl Carries {
    /// Media types; the first is what we send, all are what we take.
    pub fn media(self) -> &'static [&'static str] {
        match self {
            Self::Nothing => &[],
            Self::Fhir => &["application/fhir+json", "application/json"],
            Self::Json => &["application/json"],
            Self::JsonPatch => &["application/json-patch+json"],
            Self::Form => &["application/x-www-form-urlencoded"],
            Self::Html => &["text/html"],
            Self::Text => &["text/plain"],
            Self::Events => &["text/event-stream"],
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
