//! The builder of the router, in which a policy and a description are required arguments.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, on};

use super::doc::Doc;
use super::guard::{Gate, guard, tell};
use super::policy::Policy;
use crate::edge;
use crate::error::{ApiError, RequestError};
use crate::state::ApiState;

/// One route, as it stands in the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RouteInfo {
    /// `GET`, `POST` …
    pub method: &'static str,
    /// The template, for example `/fhir/{type}/{id}`.
    pub path: &'static str,
    /// What it asks of its caller.
    pub policy: Policy,
    /// What is said of it.
    pub doc: &'static Doc,
}

/// Every route of a router: the source of the CapabilityStatement and of `/api/openapi.json`.
pub type RouteTable = Arc<[RouteInfo]>;

/// Routes, each with its policy and description. axum's router is private, so there is no other way in:
///
/// ```
/// # use holdfast_api::{ApiState, access::{doc::{Carries, Doc}, policy::Policy, routes::Routes}};
/// async fn hello() -> &'static str { "hello" }
/// const HELLO: Doc = Doc::new("Says hello", &[(200, Carries::Text)]);
/// fn whole(state: &ApiState) -> Routes {
///     Routes::new(state).get("/hello", Policy::Session, &HELLO, hello)
/// }
/// ```
///
/// ```compile_fail
/// # use holdfast_api::{ApiState, access::{doc::{Carries, Doc}, policy::Policy, routes::Routes}};
/// async fn hello() -> &'static str { "hello" }
/// const HELLO: Doc = Doc::new("Says hello", &[(200, Carries::Text)]);
/// fn without_policy(state: &ApiState) -> Routes {
///     Routes::new(state).get("/hello", &HELLO, hello) // error: the policy is missing
/// }
/// ```
///
/// ```compile_fail
/// # use holdfast_api::{ApiState, access::{policy::Policy, routes::Routes}};
/// async fn hello() -> &'static str { "hello" }
/// fn without_description(state: &ApiState) -> Routes {
///     Routes::new(state).get("/hello", Policy::Session, hello) // error: the description is missing
/// }
/// ```
pub struct Routes {
    state: ApiState,
    router: Router<ApiState>,
    /// Routes that are not counted.
    probes: Router<ApiState>,
    /// Those that an entry of a batch may ask.
    asked: Router<ApiState>,
    table: Vec<RouteInfo>,
}

/// The operations that an entry of a batch may ask: handlers and nothing around them, for the batch itself was let in,
/// counted and timed. Each asks of its caller what a batch does, the right to read records, or nothing.
#[derive(Clone)]
pub(crate) struct Asked(pub(crate) Router);

impl std::fmt::Debug for Routes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Routes").field("table", &self.table).finish_non_exhaustive()
    }
}

impl Routes {
    /// No routes yet.
    pub fn new(state: &ApiState) -> Self {
        Self {
            state: state.clone(),
            router: Router::new(),
            probes: Router::new(),
            asked: Router::new(),
            table: Vec::new(),
        }
    }

    /// Adds a route for GET and HEAD.
    #[must_use]
    pub fn get<H: Handler<T, ApiState>, T: 'static>(
        self,
        path: &'static str,
        policy: Policy,
        doc: &'static Doc,
        handler: H,
    ) -> Self {
        self.add("GET", MethodFilter::GET, path, policy, doc, handler)
    }

    /// Adds a route for POST.
    #[must_use]
    pub fn post<H: Handler<T, ApiState>, T: 'static>(
        self,
        path: &'static str,
        policy: Policy,
        doc: &'static Doc,
        handler: H,
    ) -> Self {
        self.add("POST", MethodFilter::POST, path, policy, doc, handler)
    }

    /// Adds a route for PUT.
    #[must_use]
    pub fn put<H: Handler<T, ApiState>, T: 'static>(
        self,
        path: &'static str,
        policy: Policy,
        doc: &'static Doc,
        handler: H,
    ) -> Self {
        self.add("PUT", MethodFilter::PUT, path, policy, doc, handler)
    }

    /// Adds a route for PATCH.
    #[must_use]
    pub fn patch<H: Handler<T, ApiState>, T: 'static>(
        self,
        path: &'static str,
        policy: Policy,
        doc: &'static Doc,
        handler: H,
    ) -> Self {
        self.add("PATCH", MethodFilter::PATCH, path, policy, doc, handler)
    }

    /// Adds a route for DELETE.
    #[must_use]
    pub fn delete<H: Handler<T, ApiState>, T: 'static>(
        self,
        path: &'static str,
        policy: Policy,
        doc: &'static Doc,
        handler: H,
    ) -> Self {
        self.add("DELETE", MethodFilter::DELETE, path, policy, doc, handler)
    }

    /// The routes so far, in the order added.
    pub fn table(&self) -> &[RouteInfo] {
        &self.table
    }

    /// The router: every route behind its guard, all of them behind the edge, and what is no route counted as well.
    pub fn build(self) -> Router {
        let table: RouteTable = self.table.into();
        let wrong_method = async || ApiError::from(RequestError::MethodNotAllowed);
        let asked = self.asked.fallback(async || ApiError::from(RequestError::NoSuchRoute));
        let asked = asked.method_not_allowed_fallback(wrong_method);
        let asked = asked.layer(axum::Extension(table.clone())).with_state(self.state.clone());
        let mut counted = self
            .router
            .fallback(async || ApiError::from(RequestError::NoSuchRoute))
            .method_not_allowed_fallback(wrong_method);
        if let Some(by_device) = self.state.counted().by_device() {
            counted = counted.layer(by_device);
        }
        // Those who watch over the server are not held up by those who load it.
        counted
            .merge(self.probes.method_not_allowed_fallback(wrong_method))
            .layer(axum::Extension(table))
            .layer(axum::Extension(Asked(asked)))
            .layer(axum::middleware::from_fn(edge::edge))
            .layer(edge::compress())
            .with_state(self.state)
    }

    fn add<H: Handler<T, ApiState>, T: 'static>(
        mut self,
        method: &'static str,
        filter: MethodFilter,
        path: &'static str,
        policy: Policy,
        doc: &'static Doc,
        handler: H,
    ) -> Self {
        let gate = Gate { state: self.state.clone(), policy, doc };
        if is_asked_in_batches(path) && !matches!(policy, Policy::Write(_)) {
            let told = on(filter, handler.clone()).route_layer(from_fn_with_state(doc, tell));
            self.asked = self.asked.route(path, told);
        }
        let mut guarded = on(filter, handler);
        if let Some(by_user) = self.state.counted().by_user().filter(|_| policy != Policy::Public) {
            guarded = guarded.route_layer(by_user);
        }
        guarded = guarded.route_layer(from_fn_with_state(gate, guard));
        let router = if is_probe(path) { &mut self.probes } else { &mut self.router };
        *router = std::mem::take(router).route(path, guarded);
        self.table.push(RouteInfo { method, path, policy, doc });
        self
    }
}

/// Whether it is of FHIR, and neither a resource's address nor a type's, which a batch serves by itself.
fn is_asked_in_batches(path: &str) -> bool {
    let rest = path.strip_prefix("/fhir/").unwrap_or_default();
    let last = rest.rsplit('/').next().unwrap_or_default();
    last.starts_with('$') || matches!(last, "_search" | "metadata") || rest == "_history"
}

/// Whether the route is asked by machines that watch over the server.
pub(crate) fn is_probe(path: &str) -> bool {
    matches!(path, "/livez" | "/readyz" | "/metrics")
}
