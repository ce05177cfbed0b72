//! A node with its records, a clinician, and two desktops.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::record;
use crate::load::Target;
use crate::process::{Process, Spec, run};
use crate::reconcile::work::Work;

const READY: Duration = Duration::from_secs(120);
pub(super) const LOGIN: &str = "rahimi";
pub(super) const PIN: &str = "704815";
/// Names typed into the box, spread over all patients.
const TYPED: u64 = 12;

/// All that runs.
pub(super) struct Clinic {
    url: String,
    work: PathBuf,
    data: PathBuf,
    desktops: Vec<String>,
    _processes: Vec<Process>,
}

impl Clinic {
    /// Starts a node on filled records, makes the clinician, enrols two desktops.
    pub(super) fn start(work: &Path, data: &Path) -> Result<Self> {
        let spec = Spec::binary("holdfast-node", work)?
            .env("HOLDFAST_DESKTOPS__LISTEN", "127.0.0.1:0")
            .env("HOLDFAST_DESKTOPS__HOLD", "today")
            .args(["serve", "--dev", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data);
        let mut node = Process::spawn(&spec)?;
        let url = node.wait_ready(READY)?;
        add_clinician(&url, data)?;
        let (work, data) = (work.to_owned(), data.to_owned());
        let mut clinic = Self { url, work, data, desktops: Vec::new(), _processes: vec![node] };
        for name in ["desk-1", "desk-2"] {
            clinic.add_desktop(name)?;
        }
        Ok(clinic)
    }

    /// What a new desktop of this name is told: the node's address and a token.
    pub(super) fn admit(&self, name: &str) -> Result<(String, String)> {
        let admit = Spec::binary("holdfast-node", &self.work)?.named("enrol-desktop");
        let said = run(&admit.args(["enrol-desktop", "--name", name, "--data-dir"]).arg(&self.data), READY)?;
        let after = |label: &str| {
            let line = said.lines().find_map(|line| line.strip_prefix(label));
            line.map(|text| text.trim().to_owned()).with_context(|| format!("the node says {said}"))
        };
        Ok((after("node")?, after("token")?))
    }

    fn add_desktop(&mut self, name: &str) -> Result<()> {
        let (node, token) = self.admit(name)?;
        let work = self.work.as_path();
        let folder: PathBuf = work.join(name);
        let enrol = Spec::binary("holdfast-desktop-headless", work)?.named("enrol");
        let enrol = enrol.args(["enrol", "--node", &node, "--token", &token, "--data-dir"]);
        run(&enrol.arg(&folder), READY).with_context(|| format!("{name} cannot enrol"))?;
        let serve = Spec::binary("holdfast-desktop-headless", work)?.named(name);
        let mut desktop = Process::spawn(&serve.args(["--headless", "--data-dir"]).arg(&folder))?;
        self.desktops.push(desktop.wait_ready(READY)?);
        self._processes.push(desktop);
        Ok(())
    }

    /// What `bench.mjs` is told.
    pub(super) fn environment(&self, work: Work) -> Vec<(&'static str, String)> {
        vec![
            ("HOLDFAST_URL", self.url.clone()),
            ("HOLDFAST_LOGIN", LOGIN.to_owned()),
            ("HOLDFAST_PIN", PIN.to_owned()),
            ("HOLDFAST_DESKTOPS", self.desktops.join(" ")),
            ("PATIENT", record::ID.to_owned()),
            ("FAMILY", record::FAMILY.to_owned()),
            ("TYPED", json!(typed(work)).to_string()),
        ]
    }
}

fn add_clinician(url: &str, data: &Path) -> Result<()> {
    let code = std::fs::read_to_string(data.join("setup-code")).context("there is no setup code")?;
    let nobody = Target::new(url, None)?;
    let first = json!({"code": code.trim(), "login": "head", "name": "Head", "pin": "830517"});
    let made = nobody.ask(&nobody.post("/api/setup", &first.to_string()))?;
    ensure!(made.status == 201, "the first administrator is not taken: {}", made.body);
    let token = std::fs::read_to_string(data.join("dev-token"))?;
    let admin = Target::new(url, Some(token.trim()))?;
    let person = json!({"login": LOGIN, "name": "Amina Rahimi", "pin": PIN, "roles": ["clinician", "nurse"]});
    let made = admin.ask(&admin.post("/api/people", &person.to_string()))?;
    ensure!(made.status == 201, "the clinician is not taken: {}", made.body);
    Ok(())
}

/// Given name and family name of some patients, as people type them.
pub(super) fn typed(work: Work) -> Vec<String> {
    let step = (work.patient_count() / TYPED).max(1);
    let patients = (0..TYPED).filter_map(|at| work.chart(at * step % work.patient_count(), 0).pop());
    let name = |json: &str| -> Option<String> {
        let patient: Value = serde_json::from_str(json).ok()?;
        let name = &patient["name"][0];
        Some(format!("{} {}", name["given"][0].as_str()?, name["family"].as_str()?))
    };
    patients.filter_map(|patient| name(&patient.json)).collect()
}
