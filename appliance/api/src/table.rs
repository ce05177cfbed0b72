//! Every route of the API with its policy and what is said of it.

use axum::Router;

use crate::access::policy::Access::Records;
use crate::access::policy::Policy::{Public, Read, Session, Write};
use crate::access::routes::Routes;
use crate::state::ApiState;
use crate::{checks, conflicts, continuity, docs, fhir, openapi, page, patients, probe, records};

/// The whole API as a router.
pub fn router(state: ApiState) -> Router {
    routes(&state).build()
}

/// The same, to which a binary may add routes of its own before [`Routes::build`].
pub fn routes(state: &ApiState) -> Routes {
    of_fhir(of_patients(of_our_own(Routes::new(state))))
}

fn of_our_own(routes: Routes) -> Routes {
    routes
        .get("/", Public, &docs::PAGE, page::page)
        .get("/livez", Public, &docs::LIVEZ, probe::livez)
        .get("/readyz", Public, &docs::READYZ, probe::readyz)
        .get("/metrics", Public, &docs::METRICS, probe::metrics)
        .get("/api/openapi.json", Public, &docs::OPENAPI, openapi::document)
        .get("/api/continuity", Session, &docs::CONTINUITY, continuity::report)
        .get("/api/continuity/events", Session, &docs::CONTINUITY_EVENTS, continuity::events)
        .get("/api/conflicts", Read(Records), &docs::CONFLICTS, conflicts::list)
        .get("/api/conflicts/{type}/{id}", Read(Records), &docs::CONFLICT, conflicts::show)
        .post("/api/conflicts/{type}/{id}/resolve", Write(Records), &docs::RESOLVE, conflicts::resolve)
        .put("/api/records/{type}/{id}", Write(Records), &docs::SAVE, records::save)
}

fn of_patients(routes: Routes) -> Routes {
    let (read, write) = (Read(Records), Write(Records));
    routes
        .get("/api/patients", read, &docs::PATIENTS, patients::search::search)
        .post("/api/patients", write, &docs::REGISTER, patients::register::register)
        .post("/api/patients/likely", read, &docs::LIKELY, patients::likely::likely)
        .post("/api/patients/{id}/link", write, &docs::LINK, patients::link::link)
        .post("/api/patients/{id}/unlink", write, &docs::UNLINK, patients::link::unlink)
        .get("/api/patients/{id}/chart", read, &docs::CHART, patients::chart::chart)
        .get("/api/patients/{id}/observations", read, &docs::COURSE, patients::observations::observations)
        .post("/api/vitals/check", read, &docs::CHECK_VITALS, checks::vitals::vitals)
        .post("/api/medicines/check", read, &docs::CHECK_MEDICINE, checks::medicines::medicines)
}

fn of_fhir(routes: Routes) -> Routes {
    let (read, write) = (Read(Records), Write(Records));
    routes
        .get("/fhir/metadata", Public, &docs::METADATA, fhir::capability::metadata)
        // A bundle may hold reads alone; the store decides on each entry.
        .post("/fhir", read, &docs::BUNDLE, fhir::bundle::post)
        .post("/fhir/", read, &docs::BUNDLE, fhir::bundle::post)
        .get("/fhir/_history", read, &docs::SYSTEM_HISTORY, fhir::timeline::of_system)
        .get("/fhir/{type}", read, &docs::SEARCH, fhir::search::by_get)
        .post("/fhir/{type}", write, &docs::CREATE, fhir::create::create)
        .put("/fhir/{type}", write, &docs::CONDITIONAL_UPDATE, fhir::conditional_update::update)
        .patch("/fhir/{type}", write, &docs::CONDITIONAL_PATCH, fhir::patch::conditional)
        .delete("/fhir/{type}", write, &docs::CONDITIONAL_DELETE, fhir::conditional_delete::delete)
        .post("/fhir/{type}/_search", read, &docs::SEARCH_FORM, fhir::search::by_post)
        .get("/fhir/{type}/_history", read, &docs::TYPE_HISTORY, fhir::timeline::of_type)
        .post("/fhir/{type}/$validate", read, &docs::VALIDATE, fhir::validate::of_type)
        .get("/fhir/{type}/{id}", read, &docs::READ, fhir::read::read)
        .put("/fhir/{type}/{id}", write, &docs::UPDATE, fhir::update::update)
        .patch("/fhir/{type}/{id}", write, &docs::PATCH, fhir::patch::patch)
        .delete("/fhir/{type}/{id}", write, &docs::DELETE, fhir::delete::delete)
        .get("/fhir/{type}/{id}/_history", read, &docs::HISTORY, fhir::history::history)
        .get("/fhir/{type}/{id}/_history/{vid}", read, &docs::VREAD, fhir::vread::vread)
        .get("/fhir/{type}/{id}/$meta", read, &docs::META, fhir::meta::meta)
        .post("/fhir/{type}/{id}/$validate", read, &docs::VALIDATE, fhir::validate::of_one)
        .get("/fhir/Patient/{id}/$everything", read, &docs::EVERYTHING, fhir::everything::by_get)
        .post("/fhir/Patient/{id}/$everything", read, &docs::EVERYTHING_BY_BODY, fhir::everything::by_post)
}
