//! What is asked, as whom.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::clinic::{Clinic, PATIENTS, body, id, mark};
use super::http::{Ask, Sign};
use super::tables::{self, May, ROLES, Who};

/// One request as somebody, and what must come of it.
#[derive(Clone, Debug)]
pub(super) struct Case {
    /// A role, `gone` (deactivated), or nobody.
    pub(super) role: String,
    pub(super) ask: Ask,
    /// A record that the request writes, or would: it must change or not.
    pub(super) writes: Option<(String, String)>,
    /// Made anew beforehand.
    pub(super) made: Option<(String, String, Value)>,
    pub(super) must: Must,
}

/// What must come of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Must {
    /// Served, and it shows this mark.
    Show(String),
    /// Served: changed, if it writes.
    Serve,
    /// Neither shown nor changed; refused or empty.
    Hide,
    /// Refused as 401 or 403.
    Refuse,
    /// Not refused as 401 or 403; what it says else is not asked.
    Admit,
}

/// Those whose sign-in opens nothing.
const STRANGERS: [&str; 2] = ["gone", "nobody"];

/// Every FHIR route, and the staff's, of a type × role × patient.
pub(super) fn of_records(sample: bool) -> Result<Vec<Case>> {
    let table = tables::records()?;
    let mut out = Vec::new();
    let kinds = table.iter().enumerate().filter(|(at, _)| !sample || at % 3 == 0).map(|(_, (kind, _))| kind);
    for kind in kinds {
        for role in ROLES.iter().chain(&STRANGERS) {
            for patient in PATIENTS {
                let may = if patient == "kept" { May::Nothing } else { tables::may(&table, role, kind) };
                // One who may add records sees no more of a kept patient than others.
                reads(&mut out, role, kind, patient, may);
                writes(&mut out, role, kind, patient, may);
            }
        }
    }
    Ok(out)
}

fn reads(out: &mut Vec<Case>, role: &str, kind: &str, patient: &str, may: May) {
    let (id, mark) = (id(patient, kind), mark(patient, kind));
    let must = if may >= May::Look { Must::Show(mark.clone()) } else { Must::Hide };
    let by_patient = match kind {
        "Patient" => format!("_id={patient}"),
        _ => format!("patient=Patient/{patient}"),
    };
    let form = Ask::send("POST", format!("/fhir/{kind}/_search?{by_patient}"), "");
    let entry = |url: String| {
        json!({"resourceType": "Bundle", "type": "batch", "entry": [{"request": {"method": "GET", "url": url}}]}).to_string()
    };
    let mut asks = vec![
        Ask::get(format!("/fhir/{kind}/{id}")),
        Ask::get(format!("/fhir/{kind}/{id}/_history")),
        Ask::get(format!("/fhir/{kind}?{by_patient}")),
        Ask::get(format!("/fhir/{kind}?identifier={mark}")),
        Ask::get(format!("/fhir/{kind}/_history?_count=500")),
        Ask::send("POST", "/fhir", entry(format!("{kind}/{id}"))),
        Ask::send("POST", "/fhir", entry(format!("{kind}?{by_patient}"))),
    ];
    asks.extend(
        (kind != "Patient")
            .then(|| Ask::get(format!("/fhir/{kind}?patient.identifier=mark-{patient}-Patient-end"))),
    );
    for ask in asks {
        out.push(Case { role: role.to_owned(), ask, writes: None, made: None, must: must.clone() });
    }
    // Shows nothing of its own, but must show nothing else either.
    for ask in
        [form, Ask::get(format!("/fhir/{kind}/{id}/$meta")), Ask::get(format!("/api/conflicts/{kind}/{id}"))]
    {
        let must = if may >= May::Look { Must::Admit } else { Must::Hide };
        out.push(Case { role: role.to_owned(), ask, writes: None, made: None, must });
    }
    if kind == "Patient" {
        let ask = Ask::get(format!("/fhir/Patient/{patient}/$everything"));
        out.push(Case { role: role.to_owned(), ask, writes: None, made: None, must });
    }
}

fn writes(out: &mut Vec<Case>, role: &str, kind: &str, patient: &str, may: May) {
    let own = id(patient, kind);
    let is_patient = kind == "Patient";
    let mut push = |ask: Ask, id: String, made: Option<Value>, at_least: May| {
        let must = if may >= at_least { Must::Serve } else { Must::Hide };
        let made = made.map(|body| (kind.to_owned(), id.clone(), body));
        out.push(Case { role: role.to_owned(), ask, writes: Some((kind.to_owned(), id)), made, must });
    };
    let mut changed = body(patient, kind, &own);
    changed["language"] = format!("x-{role}").into();
    push(Ask::send("PUT", format!("/fhir/{kind}/{own}"), changed.to_string()), own.clone(), None, May::Keep);
    let patch = json!([{"op": "add", "path": "/language", "value": format!("y-{role}")}]).to_string();
    push(Ask::send("PATCH", format!("/fhir/{kind}/{own}"), patch), own.clone(), None, May::Keep);
    changed["language"] = format!("z-{role}").into();
    let entry = json!({"resource": changed, "request": {"method": "PUT", "url": format!("{kind}/{own}")}});
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [entry]}).to_string();
    push(Ask::send("POST", "/fhir", bundle), own, None, May::Keep);
    if is_patient {
        return;
    }
    let new = format!("new-{patient}-{role}-{}", kind.to_lowercase());
    let fresh = body(patient, kind, &new).to_string();
    push(Ask::send("PUT", format!("/fhir/{kind}/{new}"), fresh), new, None, May::Keep);
    let new = format!("staff-{patient}-{role}-{}", kind.to_lowercase());
    let fresh = body(patient, kind, &new).to_string();
    let staff = Ask { is_new: true, ..Ask::send("PUT", format!("/api/records/{kind}/{new}"), fresh) };
    push(staff, new, None, May::Keep);
    let doomed = format!("doomed-{patient}-{role}-{}", kind.to_lowercase());
    let made = body(patient, kind, &doomed);
    let delete = Ask { method: "DELETE", ..Ask::get(format!("/fhir/{kind}/{doomed}")) };
    push(delete, doomed, Some(made), May::Delete);
}

/// Every route that the node says it has, as everybody.
pub(super) fn of_routes(clinic: &Clinic) -> Result<Vec<Case>> {
    let answer = clinic.ask(&Sign::Nobody, &Ask::get("/api/openapi.json"))?;
    let document: Value = serde_json::from_str(&answer.body).context("the node describes no routes")?;
    let mut out = Vec::new();
    for (path, methods) in document["paths"].as_object().context("the description has no paths")? {
        for method in methods.as_object().into_iter().flatten().map(|(method, _)| method.to_ascii_uppercase())
        {
            of_route(&mut out, path, &method)?;
        }
    }
    Ok(out)
}

fn of_route(out: &mut Vec<Case>, path: &str, method: &str) -> Result<()> {
    let is_fhir = path == "/fhir" || path.starts_with("/fhir/");
    let who = match tables::who(&format!("{method} {path}")) {
        Some(who) => who,
        None if path == "/fhir/metadata" => Who::Public,
        None if is_fhir => Who::Records,
        None => bail!("{method} {path} has no row in routes.tsv: write down who may ask it"),
    };
    // Signing out, or another PIN, would end what the other cases stand on.
    if matches!((method, path), ("DELETE", "/api/session") | ("PUT", "/api/session/pin")) {
        return Ok(());
    }
    let method = ["GET", "POST", "PUT", "PATCH", "DELETE"].into_iter().find(|known| *known == method);
    let method = method.with_context(|| format!("{path} answers a method that the drill does not know"))?;
    let concrete = path
        .replace("{type}", "Observation")
        .replace("{id}", "kept-observation")
        .replace("{vid}", "1")
        .replace("{no}", "1")
        .replace("{key}", "drill")
        .replace("{off}", "drill")
        .replace("{link}", "drill")
        .replace("{token}", "drill");
    for role in ROLES.iter().chain(&STRANGERS) {
        let is_stranger = STRANGERS.contains(role);
        let must = match &who {
            Who::Public => Must::Admit,
            _ if is_stranger => Must::Refuse,
            Who::Session => Must::Admit,
            // What of it is shown, the cases of records say.
            Who::Records => Must::Hide,
            Who::Roles(roles) if roles.iter().any(|one| one == role) => Must::Admit,
            Who::Roles(_) => Must::Refuse,
        };
        // Public ones may refuse what they are told, by 403 as well.
        if who == Who::Public && method != "GET" {
            continue;
        }
        let ask = Ask {
            method,
            path: concrete.clone(),
            body: (method != "GET").then(|| "{}".to_owned()),
            is_new: false,
        };
        out.push(Case { role: (*role).to_owned(), ask, writes: None, made: None, must });
    }
    Ok(())
}
