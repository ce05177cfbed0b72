//! Every route of the API with its policy.

use axum::Router;

use crate::access::policy::Access::Clinical;
use crate::access::policy::Policy::{Public, Read, Session, Write};
use crate::access::routes::Routes;
use crate::state::ApiState;
use crate::{conflicts, continuity, fhir, page, probe, records};

/// The whole API as a router.
pub fn router(state: ApiState) -> Router {
    routes(&state).build()
}

/// The same, to which a binary may add routes of its own before [`Routes::build`].
pub fn routes(state: &ApiState) -> Routes {
    Routes::new(state)
        .get("/", Public, page::page)
        .get("/livez", Public, probe::livez)
        .get("/readyz", Public, probe::readyz)
        .get("/metrics", Public, probe::metrics)
        .get("/api/continuity", Session, continuity::report)
        .get("/api/continuity/events", Session, continuity::events)
        .get("/api/conflicts", Read(Clinical), conflicts::list)
        .get("/api/conflicts/{type}/{id}", Read(Clinical), conflicts::show)
        .post("/api/conflicts/{type}/{id}/resolve", Write(Clinical), conflicts::resolve)
        .put("/api/records/{type}/{id}", Write(Clinical), records::save)
        .get("/fhir/metadata", Public, fhir::capability::metadata)
        .post("/fhir", Write(Clinical), fhir::bundle::post)
        .post("/fhir/", Write(Clinical), fhir::bundle::post)
        .get("/fhir/{type}", Read(Clinical), fhir::search::by_get)
        .post("/fhir/{type}", Write(Clinical), fhir::create::create)
        .put("/fhir/{type}", Write(Clinical), fhir::conditional_update::update)
        .patch("/fhir/{type}", Write(Clinical), fhir::patch::conditional)
        .delete("/fhir/{type}", Write(Clinical), fhir::conditional_delete::delete)
        .post("/fhir/{type}/_search", Read(Clinical), fhir::search::by_post)
        .get("/fhir/{type}/{id}", Read(Clinical), fhir::read::read)
        .put("/fhir/{type}/{id}", Write(Clinical), fhir::update::update)
        .patch("/fhir/{type}/{id}", Write(Clinical), fhir::patch::patch)
        .delete("/fhir/{type}/{id}", Write(Clinical), fhir::delete::delete)
        .get("/fhir/{type}/{id}/_history", Read(Clinical), fhir::history::history)
        .get("/fhir/{type}/{id}/_history/{vid}", Read(Clinical), fhir::vread::vread)
}
