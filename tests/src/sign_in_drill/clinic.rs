//! The node that is asked: somebody of every role, a patient, one who is kept from most, and a record of every type of each.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::http::{Answer, Ask, Sign, ask};
use super::tables::{self, ROLES};
use super::verdict::Tally;
use crate::process::{Process, Spec, run};

const READY: Duration = Duration::from_secs(60);
const STEP: Duration = Duration::from_secs(60);
/// Everybody's: what is drilled is what each may do, not how PINs are guessed.
const PIN: &str = "482913";
/// Whose records there are.
pub(super) const PATIENTS: [&str; 2] = ["open", "kept"];

/// A node, and who may use it.
pub(super) struct Clinic {
    _process: Process,
    authority: String,
    /// A program's token, which sees everything.
    pub(super) program: Sign,
    people: BTreeMap<String, Sign>,
    _work: TempDir,
}

/// The mark in a record.
pub(super) fn mark(patient: &str, kind: &str) -> String {
    format!("mark-{patient}-{kind}-end")
}

/// The id of a record.
pub(super) fn id(patient: &str, kind: &str) -> String {
    if kind == "Patient" { patient.to_owned() } else { format!("{patient}-{}", kind.to_lowercase()) }
}

impl Clinic {
    /// Starts a node and stores the records.
    pub(super) fn start() -> Result<Self> {
        let work = tempfile::tempdir()?;
        let data = work.path().join("data");
        let add = spec(work.path(), &data, &["token", "add", "importer", "--role", "system"])?.named("token");
        let token = run(&add, STEP).context("cannot make a token")?.trim().to_owned();
        let serve = spec(work.path(), &data, &["serve", "--dev", "--listen", "127.0.0.1:0"])?;
        let mut process = Process::spawn(&serve)?;
        let url = process.wait_ready(READY)?;
        let authority = url.strip_prefix("http://").context("the node serves no plain HTTP")?.to_owned();
        let mut clinic = Self {
            _process: process,
            authority,
            program: Sign::Token(token),
            people: BTreeMap::new(),
            _work: work,
        };
        let code = std::fs::read_to_string(data.join("setup-code")).context("there is no setup code")?;
        clinic.fill_people(code.trim())?;
        clinic.fill_records()?;
        Ok(clinic)
    }

    /// Asks as somebody.
    pub(super) fn ask(&self, sign: &Sign, what: &Ask) -> Result<Answer> {
        ask(&self.authority, sign, what)
    }

    /// By what somebody of a role is known; whoever has none is nobody.
    pub(super) fn sign(&self, role: &str) -> Sign {
        self.people.get(role).cloned().unwrap_or(Sign::Nobody)
    }

    /// Signs somebody in anew, in a session that nobody else uses.
    pub(super) fn sign_in(&self, login: &str) -> Result<Sign> {
        let body = json!({"login": login, "pin": PIN}).to_string();
        let answer = self.ask(&Sign::Nobody, &Ask::send("POST", "/api/session", body))?;
        ensure!(answer.status == 200, "{login} cannot sign in: {}", answer.body);
        Ok(Sign::Cookie(answer.cookie.context("a sign-in set no cookie")?))
    }

    /// Stores a record as a program.
    pub(super) fn store(&self, kind: &str, id: &str, body: &Value) -> Result<()> {
        let answer =
            self.ask(&self.program, &Ask::send("PUT", format!("/fhir/{kind}/{id}"), body.to_string()))?;
        ensure!(matches!(answer.status, 200 | 201), "cannot store {kind}/{id}: {}", answer.body);
        Ok(())
    }

    /// What is stored, as a program sees it: its version, or its status if it is not there.
    pub(super) fn version(&self, kind: &str, id: &str) -> Result<String> {
        let answer = self.ask(&self.program, &Ask::get(format!("/fhir/{kind}/{id}")))?;
        let json: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        Ok(json["meta"]["versionId"].as_str().map_or_else(|| answer.status.to_string(), str::to_owned))
    }

    fn fill_people(&mut self, code: &str) -> Result<()> {
        let body = json!({"code": code, "login": "admin", "name": "admin", "pin": PIN}).to_string();
        let made = self.ask(&Sign::Nobody, &Ask::send("POST", "/api/setup", body))?;
        ensure!(made.status == 201, "cannot make the first administrator: {}", made.body);
        let admin = Sign::Cookie(made.cookie.context("the first administrator got no cookie")?);
        let everybody = ROLES.iter().filter(|role| **role != "admin").map(|role| (*role, *role));
        for (login, role) in everybody.chain([("gone", "clinician")]) {
            let body = json!({"login": login, "name": login, "roles": [role], "pin": PIN,
                              "practitioner": format!("Practitioner/{login}")});
            let made = self.ask(&admin, &Ask::send("POST", "/api/people", body.to_string()))?;
            ensure!(made.status == 201, "cannot add {login}: {}", made.body);
            self.people.insert(login.to_owned(), self.sign_in(login)?);
            if login == "gone" {
                let id: Value = serde_json::from_str(&made.body)?;
                let path = format!("/api/people/{}", id["id"].as_str().unwrap_or_default());
                let gone = self.ask(&admin, &Ask::send("PUT", path, r#"{"active":false}"#))?;
                ensure!(gone.status == 200, "cannot deactivate {login}: {}", gone.body);
            }
        }
        self.people.insert("admin".to_owned(), admin);
        Ok(())
    }

    fn fill_records(&self) -> Result<()> {
        for patient in PATIENTS {
            for (kind, _) in tables::records()? {
                self.store(&kind, &id(patient, &kind), &body(patient, &kind, &id(patient, &kind)))?;
            }
        }
        Ok(())
    }

    /// Whoever breaks the glass sees that record, as far as their role goes, in that session alone.
    pub(super) fn check_glass(&self, tally: &mut Tally) -> Result<()> {
        for role in ROLES {
            let (broken, other) = (self.sign_in(role)?, self.sign_in(role)?);
            let body = json!({"patient": "kept", "reason": "the drill"}).to_string();
            let opened = self.ask(&broken, &Ask::send("POST", "/api/session/break-glass", body))?;
            for (kind, may) in tables::records()? {
                let at = ROLES.iter().position(|known| *known == role).unwrap_or_default();
                let path = format!("/fhir/{kind}/{}", id("kept", &kind));
                let shown = |sign: &Sign| -> Result<bool> {
                    Ok(self.ask(sign, &Ask::get(path.clone()))?.body.contains(&mark("kept", &kind)))
                };
                let expected = may[at] >= tables::May::Look && opened.status == 204;
                tally.is(&format!("{role} breaks the glass: GET {path}"), shown(&broken)?, expected);
                tally.is(&format!("{role} in another session: GET {path}"), shown(&other)?, false);
            }
        }
        Ok(())
    }
}

fn spec(work: &Path, data: &Path, words: &[&str]) -> Result<Spec> {
    Ok(Spec::binary("holdfast-node", work)?.args(words.iter().copied()).arg("--data-dir").arg(data))
}

/// A record of a patient, with its mark.
pub(super) fn body(patient: &str, kind: &str, id: &str) -> Value {
    let whose = json!({ "reference": format!("Patient/{patient}") });
    let identifier = json!([{ "value": mark(patient, kind) }]);
    let mut out = json!({ "resourceType": kind, "id": id, "identifier": identifier });
    let code = json!({ "text": "x" });
    let rest = match kind {
        "Patient" if patient == "kept" => {
            let label = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
            json!({ "meta": { "security": [{ "system": label, "code": "R" }] } })
        }
        "Patient" => json!({}),
        "Encounter" => json!({ "status": "finished", "class": { "code": "AMB" }, "subject": whose }),
        "Appointment" => {
            json!({ "status": "booked", "participant": [{ "actor": whose, "status": "accepted" }] })
        }
        "RelatedPerson" => json!({ "patient": whose }),
        "Consent" => {
            json!({ "status": "active", "scope": code, "category": [code], "patient": whose, "policyRule": code })
        }
        "Coverage" => json!({ "status": "active", "beneficiary": whose, "payor": [whose] }),
        "Task" => json!({ "status": "requested", "intent": "order", "for": whose }),
        "Observation" => json!({ "status": "preliminary", "code": code, "subject": whose }),
        "AllergyIntolerance" => json!({ "patient": whose }),
        "MedicationRequest" => {
            json!({ "status": "active", "intent": "order", "medicationCodeableConcept": code, "subject": whose })
        }
        "MedicationStatement" => {
            json!({ "status": "active", "medicationCodeableConcept": code, "subject": whose })
        }
        "MedicationAdministration" => json!({ "status": "completed", "medicationCodeableConcept": code,
            "subject": whose, "effectiveDateTime": "2026-11-27" }),
        "MedicationDispense" => {
            json!({ "status": "completed", "medicationCodeableConcept": code, "subject": whose })
        }
        "Immunization" => {
            json!({ "status": "completed", "vaccineCode": code, "patient": whose, "occurrenceDateTime": "2026-11-27" })
        }
        "Procedure" => json!({ "status": "completed", "subject": whose }),
        "ServiceRequest" => json!({ "status": "active", "intent": "order", "subject": whose }),
        "DiagnosticReport" => json!({ "status": "preliminary", "code": code, "subject": whose }),
        "DocumentReference" => json!({ "status": "current", "subject": whose,
            "content": [{ "attachment": { "contentType": "text/plain" } }] }),
        _ => json!({ "subject": whose }),
    };
    for (name, value) in rest.as_object().into_iter().flatten() {
        out[name] = value.clone();
    }
    out
}
