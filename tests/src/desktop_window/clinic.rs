//! The clinic's node: started, killed and started again where it was; its people, and what it says of its records.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::http::Sign;
use crate::process::{Process, Spec, run};

const READY_WITHIN: Duration = Duration::from_secs(60);

/// Somebody of the clinic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) login: &'static str,
    pub(super) name: &'static str,
    pub(super) pin: &'static str,
    roles: &'static [&'static str],
}

/// Registers and treats.
pub(super) const DOCTOR: Person =
    Person { login: "rahimi", name: "Amina Rahimi", pin: "704815", roles: &["clinician", "front-desk"] };
/// Takes over at the same desk.
pub(super) const NURSE: Person =
    Person { login: "okafor", name: "Chidi Okafor", pin: "592604", roles: &["nurse"] };
const ADMIN: (&str, &str) = ("head", "830517");

impl Person {
    /// Under what name they write.
    pub(super) fn author(&self) -> String {
        format!("Practitioner/{}", self.login)
    }
}

/// The node of a clinic, at addresses that stay.
#[derive(Debug)]
pub(super) struct Clinic {
    work: PathBuf,
    api: String,
    desktops: String,
    process: Option<Process>,
}

impl Clinic {
    /// Starts a node that nobody has set up, and makes its people by the setup code.
    pub(super) fn start(work: &Path) -> Result<Self> {
        let mut clinic = Self { work: work.to_owned(), api: free()?, desktops: free()?, process: None };
        clinic.begin()?;
        let code =
            std::fs::read_to_string(clinic.data().join("setup-code")).context("there is no setup code")?;
        let (login, pin) = ADMIN;
        let first = json!({ "code": code.trim(), "login": login, "name": "Head of the clinic", "pin": pin });
        let admin = Sign::begin(&clinic.url("/api/setup"), &first)?;
        for Person { login, name, pin, roles } in [DOCTOR, NURSE] {
            let practitioner = format!("Practitioner/{login}");
            let body = json!({ "login": login, "name": name, "pin": pin, "roles": roles, "practitioner": practitioner });
            let made = admin.post(&clinic.url("/api/people"), &body)?;
            ensure!(made["id"].is_string(), "the node does not take {login}: {made}");
        }
        Ok(clinic)
    }

    /// Its data folder.
    pub(super) fn data(&self) -> PathBuf {
        self.work.join("node")
    }

    /// Starts it, at the same addresses as before.
    pub(super) fn begin(&mut self) -> Result<()> {
        let spec = Spec::binary("holdfast-node", &self.work)?
            .env("HOLDFAST_DESKTOPS__LISTEN", &self.desktops)
            .args(["serve", "--dev", "--listen", &self.api, "--data-dir"])
            .arg(self.data());
        let mut node = Process::spawn(&spec)?;
        node.wait_ready(READY_WITHIN)?;
        self.process = Some(node);
        Ok(())
    }

    /// SIGKILL.
    pub(super) fn kill(&mut self) -> Result<()> {
        self.process.take().context("the node does not run")?.kill_hard()
    }

    /// What a desktop of this name is told to enrol: the node's address and a token.
    pub(super) fn admit(&self, name: &str) -> Result<(String, String)> {
        let spec = Spec::binary("holdfast-node", &self.work)?
            .named("enrol-desktop")
            .args(["enrol-desktop", "--name", name, "--data-dir"])
            .arg(self.data());
        let said = run(&spec, READY_WITHIN)?;
        let after = |label: &str| said.lines().find_map(|line| line.strip_prefix(label)).map(str::trim);
        let (Some(node), Some(token)) = (after("node"), after("token")) else {
            bail!("the node says {said}")
        };
        Ok((node.to_owned(), token.to_owned()))
    }

    /// Resources that a search finds, as a program that may see everything.
    pub(super) fn search(&self, query: &str) -> Result<Vec<Value>> {
        let token = std::fs::read_to_string(self.data().join("dev-token"))?;
        let mut bundle = Sign::token(&token).get(&self.url(&format!("/fhir/{query}")))?;
        ensure!(bundle["resourceType"] == "Bundle", "the node answers {bundle}");
        let entries = bundle["entry"].as_array_mut().map(std::mem::take).unwrap_or_default();
        Ok(entries.into_iter().map(|mut entry| entry["resource"].take()).collect())
    }

    /// Whom the node names as the author of each save of a record.
    pub(super) fn authors(&self, kind: &str, id: &str) -> Result<Vec<String>> {
        let what = format!("{kind}/{id}");
        let mut events = self.search(&format!("AuditEvent?entity={what}&action=C,U,D&_count=100"))?;
        // Of a patient, those of the whole chart are found.
        events.retain(|event| event["entity"][0]["what"]["reference"] == what.as_str());
        let author = |event: &Value| {
            let reference = event["agent"][0]["who"]["reference"].as_str();
            reference.or(event["agent"][0]["name"].as_str()).unwrap_or_default().to_owned()
        };
        Ok(events.iter().map(author).collect())
    }

    /// What somebody has begun and not finished, as the node knows it.
    pub(super) fn drafts_of(&self, person: &Person) -> Result<Vec<Value>> {
        let credentials = json!({ "login": person.login, "pin": person.pin });
        let mut answer =
            Sign::begin(&self.url("/api/session"), &credentials)?.get(&self.url("/api/drafts"))?;
        Ok(answer["drafts"].as_array_mut().map(std::mem::take).unwrap_or_default())
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.api)
    }
}

fn free() -> Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}
