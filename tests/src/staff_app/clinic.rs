//! What the steps need: a clinic with two nodes behind a link that can be cut, somebody who may do everything, and a node
//! that nobody has set up.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::read;
use crate::load::Target;
use crate::process::{Process, Spec, find_binary, run};

/// A start, an enrolment or a first reconcile on a busy machine.
const READY: Duration = Duration::from_secs(120);
/// The import of the generated clinic, in a debug build.
const IMPORTED: Duration = Duration::from_secs(600);
const STOP: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(200);
/// Who does the steps: a clinician who manages too, so that every screen is theirs.
pub(crate) const LOGIN: &str = "rahimi";
pub(crate) const PIN: &str = "704815";

/// All that runs.
pub(super) struct Clinic {
    folder: PathBuf,
    first_url: String,
    second: Node,
    /// Nobody has set it up.
    empty: Node,
    // Last: the nodes end before the hub and the link do.
    _supervisor: Supervisor,
}

impl Clinic {
    /// `make run` in a folder of its own, a second node of the same clinic, and an empty node.
    pub(super) fn start(work: &Path, patients: u64) -> Result<Self> {
        let folder = work.join("run");
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let supervisor = Supervisor::start(work, &folder, patients, &[])?;
        let (first_url, first) = supervisor.node(&folder)?;
        let link = format!("https://127.0.0.1:{}", read(&folder.join("link-port"))?);
        let second = Node::enrolled(work, "second", &folder.join("hub"), &link)?;
        hold_the_same(&first, &second.target()?)?;
        let empty = Node::start(work, "empty", |spec| spec)?;
        Ok(Self { folder, first_url, second, empty, _supervisor: supervisor })
    }

    /// What `run.mjs` is told.
    pub(super) fn environment(&self) -> Result<Vec<(&'static str, String)>> {
        let (second_login, second_pin) = sign_in_of(&self.folder, "nurse")?;
        Ok(vec![
            ("HOLDFAST_URL", self.first_url.clone()),
            ("HOLDFAST_LOGIN", LOGIN.to_owned()),
            ("HOLDFAST_PIN", PIN.to_owned()),
            ("HOLDFAST_SECOND_URL", self.second.url.clone()),
            ("HOLDFAST_SECOND_LOGIN", second_login),
            ("HOLDFAST_SECOND_PIN", second_pin),
            ("HOLDFAST_RUN", find_binary("holdfast-run")?.display().to_string()),
            ("HOLDFAST_RUN_DIR", self.folder.display().to_string()),
            ("HOLDFAST_EMPTY_URL", self.empty.url.clone()),
            ("HOLDFAST_EMPTY_CODE", read(&self.empty.data.join("setup-code"))?),
        ])
    }
}

/// The sign-in and PIN of the one who has this role.
pub(crate) fn sign_in_of(folder: &Path, role: &str) -> Result<(String, String)> {
    let people = read(&folder.join("sign-ins"))?;
    let mut people = people.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let found = people.find_map(|one| match one[..] {
        [login, pin, is, ..] if is == role => Some((login.to_owned(), pin.to_owned())),
        _ => None,
    });
    found.with_context(|| format!("nobody signs in as {role}"))
}

/// `holdfast-run`: told to stop and not killed, so that what it has started ends too.
pub(crate) struct Supervisor(Process);

impl Supervisor {
    /// Starts it; returns once the generated clinic is at its node.
    pub(crate) fn start(work: &Path, folder: &Path, patients: u64, more: &[&str]) -> Result<Self> {
        let spec = Spec::binary("holdfast-run", work)?.arg("--dir").arg(folder);
        // The steps book whatever time they see: nothing of it is head office's to sell.
        let spec =
            spec.args(["--port", "0", "--web-days", "0", "--patients", &patients.to_string()]).args(more);
        let mut supervisor = Self(Process::spawn(&spec)?);
        supervisor.0.wait_line("Ctrl-C stops all", READY)?;
        let imported = supervisor.0.wait_line("imported ", IMPORTED)?;
        ensure!(
            imported.contains(" 0 lines refused"),
            "the node does not take the generated clinic: {imported}"
        );
        Ok(supervisor)
    }

    /// Its node: the address, and the node as a program that may do everything sees it. Whoever does the steps can sign in there.
    pub(crate) fn node(&self, folder: &Path) -> Result<(String, Target)> {
        let env = read(&folder.join("env"))?;
        let (url, token) = (named(&env, "NODE=")?, named(&env, "NODE_TOKEN=")?);
        let node = Target::new(&url, Some(&token))?;
        ensure!(
            node.ask(&node.get("/"))?.body.contains("id=\"root\""),
            "the node was built without the staff app: run `npm run build` in desktop-app, then build the node"
        );
        let person = json!({
            "login": LOGIN, "name": "Amina Rahimi", "pin": PIN, "roles": ["nurse", "clinician", "manager"],
        });
        let made = node.ask(&node.post("/api/people", &person.to_string()))?;
        ensure!(made.status == 201, "the node does not take {LOGIN}: {}", made.body);
        Ok((url, node))
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        // If it does not stop it is killed.
        let _ = self.0.terminate(STOP);
    }
}

/// A node beside the one of `holdfast-run`.
struct Node {
    url: String,
    data: PathBuf,
    _process: Process,
}

impl Node {
    /// One of the same clinic, behind the same link.
    fn enrolled(work: &Path, name: &str, hub: &Path, link: &str) -> Result<Self> {
        let token = Spec::binary("holdfast-hub", work)?.named("enrol-token");
        let token =
            token.args(["enrol-token", "--replica", name, "--clinic", "dev-clinic", "--data-dir"]).arg(hub);
        let token = run(&token, READY).context("the hub gives no token for a second node")?;
        let enrol = Spec::binary("holdfast-node", work)?.named("enrol");
        let enrol =
            enrol.args(["enrol", "--hub", link, "--token", token.trim(), "--data-dir"]).arg(work.join(name));
        run(&enrol, READY).context("cannot enrol a second node")?;
        Self::start(work, name, |spec| spec.env("HOLDFAST_HUB__ENDPOINTS", link))
    }

    fn start(work: &Path, name: &str, with: impl FnOnce(Spec) -> Spec) -> Result<Self> {
        let data = work.join(name);
        let spec =
            Spec::binary("holdfast-node", work)?.named(name).env("HOLDFAST_DESKTOPS__LISTEN", "127.0.0.1:0");
        let spec = with(spec).args(["serve", "--dev", "--listen", "127.0.0.1:0", "--data-dir"]).arg(&data);
        let mut process = Process::spawn(&spec)?;
        Ok(Self { url: process.wait_ready(READY)?, data, _process: process })
    }

    /// As a program that may see everything.
    fn target(&self) -> Result<Target> {
        Target::new(&self.url, Some(&read(&self.data.join("dev-token"))?))
    }
}

/// Waits until two nodes of a clinic hold the same records, with nothing under way.
fn hold_the_same(first: &Target, second: &Target) -> Result<()> {
    let began = Instant::now();
    loop {
        let (here, there) = (standing(first)?, standing(second)?);
        if here.is_quiet && there.is_quiet && here.records == there.records {
            return Ok(());
        }
        ensure!(
            began.elapsed() < READY,
            "the second node does not hold the clinic's records: {here:?}, {there:?}"
        );
        std::thread::sleep(LOOK);
    }
}

#[derive(Debug)]
struct Standing {
    records: u64,
    is_quiet: bool,
}

fn standing(node: &Target) -> Result<Standing> {
    let answer = node.ask(&node.get("/api/continuity"))?;
    let report: Value = serde_json::from_str(&answer.body)
        .with_context(|| format!("the node does not say how it stands: {}", answer.body))?;
    let is_quiet = report["unsent"] == 0 && report["link"]["waitingScopes"] == 0;
    Ok(Standing { records: report["recordsHeld"].as_u64().unwrap_or_default(), is_quiet })
}

/// The value of a line `NAME=VALUE`, without quotes; `name` ends with the sign.
pub(crate) fn named(env: &str, name: &str) -> Result<String> {
    let value = env.lines().find_map(|line| line.strip_prefix(name));
    Ok(value.with_context(|| format!("`holdfast-run` names no {name}"))?.trim_matches('\'').to_owned())
}
