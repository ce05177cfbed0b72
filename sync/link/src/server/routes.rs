//! The routes of a sync port, in which a policy is a required argument.

use std::collections::BTreeMap;

use axum::{Router, routing::MethodRouter};

/// What a route asks of the certificate that its caller shows. There is no default: see [`SyncRoutes`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SyncPolicy {
    /// Nothing: what the body holds is all there is to go by. For enrolling.
    Anybody,
    /// A certificate of our CA that is not revoked, even one that has expired. For renewing it.
    Renewal,
    /// A certificate of our CA that is neither expired nor revoked.
    Replica,
}

/// Routes, each with its policy. A server takes nothing else, and axum's router is private, so there is no other way
/// in. Paths are exact: they have no parameters.
///
/// ```
/// # use axum::routing::post;
/// # use holdfast_link::server::{SyncPolicy, SyncRoutes};
/// async fn hello() -> &'static str { "hello" }
/// let routes = SyncRoutes::new().route("/hello", SyncPolicy::Replica, post(hello));
/// ```
///
/// ```compile_fail
/// # use axum::routing::post;
/// # use holdfast_link::server::{SyncPolicy, SyncRoutes};
/// async fn hello() -> &'static str { "hello" }
/// let routes = SyncRoutes::new().route("/hello", post(hello)); // error: the policy is missing
/// ```
#[derive(Clone, Debug, Default)]
pub struct SyncRoutes {
    router: Router,
    table: BTreeMap<&'static str, SyncPolicy>,
}

impl SyncRoutes {
    /// No routes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a route.
    ///
    /// # Panics
    /// If the path is taken, or no path: a fault of the program, met as it starts.
    #[must_use]
    pub fn route(mut self, path: &'static str, policy: SyncPolicy, methods: MethodRouter) -> Self {
        self.router = self.router.route(path, methods);
        self.table.insert(path, policy);
        self
    }

    /// Joins two sets of routes.
    ///
    /// # Panics
    /// If they share a path.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.table.extend(other.table);
        self
    }

    /// The policies by path.
    pub fn table(&self) -> &BTreeMap<&'static str, SyncPolicy> {
        &self.table
    }

    /// What a path asks for. One that is not there asks for the most, so that strangers do not even learn that.
    pub(super) fn policy(&self, path: &str) -> SyncPolicy {
        self.table.get(path).copied().unwrap_or(SyncPolicy::Replica)
    }

    pub(super) fn router(&self) -> Router {
        self.router.clone()
    }
}
