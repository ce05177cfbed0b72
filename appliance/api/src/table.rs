//! Every route of the API with its policy and what is said of it.

use axum::Router;

use crate::access::policy::Access::Records;
use crate::access::policy::Policy::{Public, Read, Session, Staffing, Write};
use crate::access::routes::Routes;
use crate::sign_in::passkey;
use crate::state::ApiState;
use crate::{
    break_glass, checks, codes, conflicts, continuity, docs, drafts, fhir, files, openapi, page, patients,
    people, probe, records, schedule, sign_in, staff_app, withheld,
};

/// The whole API as a router.
pub fn router(state: ApiState) -> Router {
    routes(&state).build()
}

/// The same, to which a binary may add routes of its own before [`Routes::build`].
pub fn routes(state: &ApiState) -> Routes {
    of_fhir(of_schedule(of_files(of_patients(of_our_own(Routes::new(state))))))
}

fn of_our_own(routes: Routes) -> Routes {
    routes
        .get("/", Public, &docs::STAFF_APP, staff_app::start)
        .get("/assets/{file}", Public, &docs::STAFF_APP_FILE, staff_app::file)
        .get("/status", Public, &docs::PAGE, page::page)
        .get("/livez", Public, &docs::LIVEZ, probe::livez)
        .get("/readyz", Public, &docs::READYZ, probe::readyz)
        .get("/metrics", Public, &docs::METRICS, probe::metrics)
        .get("/api/openapi.json", Public, &docs::OPENAPI, openapi::document)
        .get("/api/continuity", Session, &docs::CONTINUITY, continuity::report)
        .get("/api/continuity/events", Session, &docs::CONTINUITY_EVENTS, continuity::events)
        .get("/api/setup", Public, &docs::SETUP, sign_in::setup)
        .post("/api/setup", Public, &docs::FIRST_ADMIN, sign_in::first_admin)
        .post("/api/session", Public, &docs::SIGN_IN, sign_in::sign_in)
        .get("/api/session", Session, &docs::SIGNED_IN, sign_in::current)
        .delete("/api/session", Session, &docs::SIGN_OUT, sign_in::sign_out)
        .put("/api/session/pin", Session, &docs::CHANGE_PIN, sign_in::change_pin)
        .post("/api/session/passkey/options", Public, &docs::PASSKEY_OPTIONS, passkey::sign_in_options)
        .post("/api/session/passkey", Public, &docs::PASSKEY, passkey::sign_in)
        .post("/api/passkeys/options", Session, &docs::NEW_PASSKEY_OPTIONS, passkey::register_options)
        .post("/api/passkeys", Session, &docs::NEW_PASSKEY, passkey::register)
        .post("/api/session/break-glass", Session, &docs::BREAK_GLASS, break_glass::break_glass)
        .get("/api/break-glass", Staffing, &docs::GLASSES, break_glass::list)
        .post("/api/break-glass/{id}/review", Staffing, &docs::REVIEW_GLASS, break_glass::review)
        .get("/api/withheld", Staffing, &docs::WITHHELD, withheld::list)
        .post("/api/withheld/{no}/accept", Staffing, &docs::ADOPT_WITHHELD, withheld::adopt)
        .post("/api/withheld/{no}/drop", Staffing, &docs::DROP_WITHHELD, withheld::drop)
        .get("/api/people", Staffing, &docs::PEOPLE, people::list)
        .post("/api/people", Staffing, &docs::ADD_PERSON, people::add)
        .put("/api/people/{id}", Staffing, &docs::CHANGE_PERSON, people::change)
        .post("/api/people/{id}/pin", Staffing, &docs::SET_PIN, people::set_pin)
        .get("/api/drafts", Session, &docs::DRAFTS, drafts::list)
        .put("/api/drafts/{key}", Session, &docs::SAVE_DRAFT, drafts::save)
        .delete("/api/drafts/{key}", Session, &docs::DELETE_DRAFT, drafts::delete)
        .get("/api/codes", Session, &docs::CODES, codes::search)
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
        .get("/api/downtime-pack", read, &docs::DOWNTIME_PACK, patients::downtime::downtime)
        .post("/api/vitals/check", read, &docs::CHECK_VITALS, checks::vitals::vitals)
        .post("/api/medicines/check", read, &docs::CHECK_MEDICINE, checks::medicines::medicines)
}

fn of_files(routes: Routes) -> Routes {
    let (read, write) = (Read(Records), Write(Records));
    routes
        .get("/api/patients/{id}/files", read, &files::docs::UNFINISHED, files::unfinished)
        .post("/api/patients/{id}/files", write, &files::docs::BEGIN, files::begin)
        .get("/api/files/{id}", read, &files::docs::SHOW, files::show)
        .delete("/api/files/{id}", write, &files::docs::CANCEL, files::cancel)
        .put("/api/files/{id}/chunks/{n}", write, &files::docs::CHUNK, files::take)
        .post("/api/files/{id}/complete", write, &files::docs::COMPLETE, files::complete)
        .get("/api/files/{id}/content", read, &files::docs::CONTENT, files::content)
}

fn of_schedule(routes: Routes) -> Routes {
    use schedule::docs;
    let (read, write) = (Read(Records), Write(Records));
    routes
        .get("/api/schedule/day", read, &docs::DAY, schedule::day)
        .get("/api/schedule/week", read, &docs::WEEK, schedule::week)
        .get("/api/schedule/free", read, &docs::FREE, schedule::free)
        .post("/api/schedule/appointments", write, &docs::BOOK, schedule::book)
        .post("/api/schedule/appointments/{id}/move", write, &docs::MOVE, schedule::move_to)
        .post("/api/schedule/appointments/{id}/status", write, &docs::STATUS, schedule::status)
        .post("/api/schedule/appointments/{id}/settle", write, &docs::SETTLE, schedule::settle)
        .post("/api/schedule/series", write, &docs::SERIES, schedule::series)
        .get("/api/schedule/waitlist", read, &docs::WAITLIST, schedule::waitlist)
        .post("/api/schedule/waitlist", write, &docs::WAIT, schedule::wait)
        .post("/api/schedule/waitlist/{id}/offer", write, &docs::OFFER, schedule::offer)
        .delete("/api/schedule/waitlist/{id}", write, &docs::LEAVE, schedule::leave_waitlist)
        .get("/api/schedule/affected", read, &docs::AFFECTED, schedule::affected)
        .get("/api/schedule/requests", read, &docs::REQUESTS, schedule::requests)
        .get("/api/schedule/rights", read, &docs::RIGHTS, schedule::rights)
        .get("/api/schedule/types", read, &docs::TYPES, schedule::types)
        .put("/api/schedule/types/{id}", write, &docs::SAVE_TYPE, schedule::save_type)
        .get("/api/schedule/resources", read, &docs::RESOURCES, schedule::resources)
        .put("/api/schedule/resources/{type}/{id}/hours", write, &docs::HOURS, schedule::save_hours)
        .put(
            "/api/schedule/resources/{type}/{id}/abilities",
            write,
            &docs::ABILITIES,
            schedule::save_abilities,
        )
        .post("/api/schedule/resources/{type}/{id}/off", write, &docs::TIME_OFF, schedule::take_time_off)
        .delete(
            "/api/schedule/resources/{type}/{id}/off/{off}",
            write,
            &docs::END_TIME_OFF,
            schedule::end_time_off,
        )
        .get("/api/schedule/holidays", read, &docs::HOLIDAYS, schedule::holidays)
        .put("/api/schedule/holidays", write, &docs::SAVE_HOLIDAYS, schedule::save_holidays)
        .get("/api/schedule/demand", read, &docs::DEMAND, schedule::demand)
        .get("/api/schedule/calendar.ics", read, &docs::CALENDAR, schedule::calendar)
        .post("/api/schedule/calendar", write, &docs::IMPORT, schedule::import)
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
        .get("/fhir/Patient/{id}/$summary", read, &docs::SUMMARY_DOCUMENT, fhir::summary::summary)
}
