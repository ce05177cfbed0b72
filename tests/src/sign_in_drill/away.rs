//! A desktop that is away from its node: who may sign in there, what those may do who were deactivated meanwhile, and what
//! becomes of what they wrote.
//!
//! ```text
//! node ──enrols──▶ desktop;  node killed;  nurse signs in, charts;  desktop stopped;  node up: nurse deactivated;  node killed;
//! desktop up: nurse signs in still, charts;  node up: desktop hears of it, the session ends, what she wrote waits for review
//! node killed;  another nurse, 13 and 15 days on, and with the clock set back;  node up: all is as before
//! ```

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::http::{Answer, Ask, Sign, ask, ask_with};
use super::verdict::Tally;
use crate::process::{Process, Spec, run};

const READY: Duration = Duration::from_secs(60);
const STEP: Duration = Duration::from_secs(60);
const SOON: Duration = Duration::from_secs(30);
const PIN: &str = "482913";
const WRONG_PIN: &str = "482914";

/// A node and a desktop of it, of which either may be down.
struct Away {
    work: TempDir,
    node_port: u16,
    desktops_port: u16,
    node: Option<Process>,
    desktop: Option<(Process, String, String)>,
}

/// The library that gives a process another clock.
fn faketime() -> Result<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib")?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut found =
        folders.map(|folder| folder.join("faketime/libfaketime.so.1")).filter(|path| path.exists());
    found
        .next()
        .context("there is no libfaketime.so.1 below /usr/lib: install the package faketime (.ci/setup does)")
}

/// Plays the story; each thing that must or must not be possible is a case.
pub(super) fn check(tally: &mut Tally) -> Result<()> {
    let mut away = Away::prepare()?;
    away.start_node()?;
    let admin = away.first_admin()?;
    let importer = away.importer()?;
    let nurse = away.add_person(&admin, "nora")?;
    away.add_person(&admin, "stranger")?;
    away.add_person(&admin, "nils")?;
    let patient = json!({"resourceType": "Patient", "id": "p", "name": [{"family": "Away"}]});
    let stored = away.at_node(&importer, "PUT", "/fhir/Patient/p", &patient)?;
    ensure!(stored.status == 201, "the patient cannot be stored: {}", stored.body);
    away.start_desktop()?;
    away.enrol()?;
    let signed = away.wait_sign_in("nora", PIN)?;
    away.wait_sign_in("nils", PIN)?;
    away.wait("the patient is on the desktop", |away| {
        Ok(away.at_desktop(&signed, "GET", "/fhir/Patient/p", &Value::Null)?.status == 200)
    })?;

    away.node = None;
    away.restart_desktop()?;
    tally.is("desktop alone: a wrong PIN", away.sign_in("nora", WRONG_PIN)?.is_some(), false);
    tally.is(
        "desktop alone: somebody who never signed in on it",
        away.sign_in("stranger", PIN)?.is_some(),
        false,
    );
    tally.is(
        "desktop alone: nobody reads",
        away.at_desktop(&Sign::Nobody, "GET", "/fhir/Patient/p", &Value::Null)?.status == 200,
        false,
    );
    let signed = away.sign_in("nora", PIN)?;
    tally.is("desktop alone: the PIN that was used on it", signed.is_some(), true);
    let signed = signed.context("nobody can sign in on a desktop that is alone")?;
    tally.is("desktop alone: charting", away.chart(&signed, "before")?, true);

    away.stop_desktop()?;
    away.start_node()?;
    let admin = away.admin()?;
    let gone = away.at_node(&admin, "PUT", &format!("/api/people/{nurse}"), &json!({"active": false}))?;
    ensure!(gone.status == 200, "the nurse cannot be deactivated: {}", gone.body);
    away.node = None;
    away.start_desktop()?;
    let late = away.sign_in("nora", PIN)?;
    tally.is("desktop that has not heard: signing in still works", late.is_some(), true);
    let late = late.context("the desktop refuses what it has not heard of")?;
    tally.is("desktop that has not heard: charting", away.chart(&late, "after")?, true);

    away.start_node()?;
    let ended = away.wait("the session ends", |away| {
        Ok(away.at_desktop(&late, "GET", "/api/session", &Value::Null)?.status == 401)
    });
    tally.is("after reconnecting: the session goes on", ended.is_err(), false);
    tally.is("after reconnecting: signing in", away.sign_in("nora", PIN)?.is_some(), false);
    let admin = away.admin()?;
    let arrived = away.wait("what she wrote before arrives", |away| {
        Ok(away.at_node(&importer, "GET", "/fhir/Observation/before", &Value::Null)?.status == 200)
    });
    tally.is("after reconnecting: what she wrote before is in the chart", arrived.is_ok(), true);
    let held = away.wait("what she wrote later waits", |away| {
        Ok(away.at_node(&admin, "GET", "/api/withheld", &Value::Null)?.body.contains("\"id\":\"after\""))
    });
    tally.is("after reconnecting: what she wrote later waits for review", held.is_ok(), true);
    let is_merged = away.at_node(&importer, "GET", "/fhir/Observation/after", &Value::Null)?.status == 200;
    tally.is("after reconnecting: what she wrote later is in the chart", is_merged, false);
    check_expiry(tally, &mut away)
}

/// A desktop that is alone for longer than people are confirmed for, and one whose clock is wrong.
fn check_expiry(tally: &mut Tally, away: &mut Away) -> Result<()> {
    away.node = None;
    for (clock, day, may_write) in [
        (Some("+13d"), "13 days on", true),
        (Some("+15d"), "15 days on", false),
        (None, "clock set back", false),
    ] {
        away.stop_desktop()?;
        away.start_desktop_at(clock)?;
        let signed = away.sign_in("nils", PIN)?;
        tally.is(&format!("alone, {day}: signing in"), signed.is_some(), true);
        let signed = signed.with_context(|| format!("nobody can sign in {day}"))?;
        let reads = away.at_desktop(&signed, "GET", "/fhir/Patient/p", &Value::Null)?.status == 200;
        tally.is(&format!("alone, {day}: reading"), reads, true);
        let id = format!("after-{}", clock.unwrap_or("back").trim_start_matches('+'));
        tally.is(&format!("alone, {day}: charting"), away.chart(&signed, &id)?, may_write);
        let glass = json!({"patient": "p", "reason": "an emergency"});
        let opened = away.at_desktop(&signed, "POST", "/api/session/break-glass", &glass)?.status;
        tally.is(&format!("alone, {day}: breaking the glass"), opened < 300, true);
    }
    away.start_node()?;
    let signed = away.wait_sign_in("nils", PIN)?;
    let again = away.wait("charting goes on", |away| away.chart(&signed, "again"));
    tally.is("node back, clock right: charting", again.is_ok(), true);
    Ok(())
}

impl Away {
    fn prepare() -> Result<Self> {
        let port = || -> Result<u16> { Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port()) };
        let work = tempfile::tempdir()?;
        Ok(Self { work, node_port: port()?, desktops_port: port()?, node: None, desktop: None })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.work.path().join(name)
    }

    fn node_spec(&self, args: &[&str]) -> Result<Spec> {
        let spec = Spec::binary("holdfast-node", self.work.path())?
            .env("HOLDFAST_DESKTOPS__LISTEN", format!("127.0.0.1:{}", self.desktops_port));
        Ok(spec.args(args.iter().copied()).args(["--data-dir"]).arg(self.path("node")))
    }

    fn start_node(&mut self) -> Result<()> {
        let listen = format!("127.0.0.1:{}", self.node_port);
        let mut node = Process::spawn(&self.node_spec(&["serve", "--dev", "--listen", &listen])?)?;
        node.wait_ready(READY)?;
        self.node = Some(node);
        Ok(())
    }

    fn importer(&self) -> Result<Sign> {
        let dev_token = std::fs::read_to_string(self.path("node").join("dev-token"))?;
        Ok(Sign::Token(dev_token.trim().to_owned()))
    }

    fn first_admin(&self) -> Result<Sign> {
        let code = std::fs::read_to_string(self.path("node").join("setup-code"))?;
        let body = json!({"code": code.trim(), "login": "ada", "name": "Ada", "pin": PIN});
        let made = self.at_node(&Sign::Nobody, "POST", "/api/setup", &body)?;
        ensure!(made.status == 201, "cannot make the first administrator: {}", made.body);
        Ok(Sign::Cookie(made.cookie.context("the first administrator got no cookie")?))
    }

    /// A session of the administrator's; none outlives the node.
    fn admin(&self) -> Result<Sign> {
        let body = json!({"login": "ada", "pin": PIN});
        let answer = self.at_node(&Sign::Nobody, "POST", "/api/session", &body)?;
        ensure!(answer.status == 200, "the administrator cannot sign in: {}", answer.body);
        Ok(Sign::Cookie(answer.cookie.context("a sign-in set no cookie")?))
    }

    fn add_person(&self, admin: &Sign, login: &str) -> Result<String> {
        let body = json!({"login": login, "name": login, "roles": ["nurse"], "pin": PIN});
        let made = self.at_node(admin, "POST", "/api/people", &body)?;
        ensure!(made.status == 201, "cannot add {login}: {}", made.body);
        let json: Value = serde_json::from_str(&made.body)?;
        Ok(json["id"].as_str().unwrap_or_default().to_owned())
    }

    fn at_node(&self, sign: &Sign, method: &'static str, path: &str, body: &Value) -> Result<Answer> {
        let request = if body.is_null() {
            Ask { method, ..Ask::get(path) }
        } else {
            Ask::send(method, path, body.to_string())
        };
        ask(&format!("127.0.0.1:{}", self.node_port), sign, &request)
    }

    fn start_desktop(&mut self) -> Result<()> {
        self.start_desktop_at(None)
    }

    /// With a clock that is so far ahead, as `faketime` takes it.
    fn start_desktop_at(&mut self, clock: Option<&str>) -> Result<()> {
        let spec = Spec::binary("holdfast-desktop-headless", self.work.path())?;
        let mut spec = spec.args(["--headless", "--data-dir"]).arg(self.path("desktop"));
        if let Some(ahead) = clock {
            spec = spec.env("LD_PRELOAD", faketime()?).env("FAKETIME", ahead);
            spec = spec.env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        }
        let mut desktop = Process::spawn(&spec)?;
        let url = desktop.wait_ready(READY)?;
        let (authority, secret) = url
            .strip_prefix("http://")
            .and_then(|rest| rest.split_once("/launch/"))
            .with_context(|| format!("the desktop says {url}"))?;
        let (authority, secret) = (authority.to_owned(), secret.to_owned());
        self.desktop = Some((desktop, authority, secret));
        Ok(())
    }

    fn stop_desktop(&mut self) -> Result<()> {
        if let Some((mut desktop, ..)) = self.desktop.take() {
            desktop.terminate(STEP)?;
        }
        Ok(())
    }

    /// Killed, as by the power, and started.
    fn restart_desktop(&mut self) -> Result<()> {
        self.desktop = None;
        self.start_desktop()
    }

    fn at_desktop(&self, sign: &Sign, method: &'static str, path: &str, body: &Value) -> Result<Answer> {
        let Some((_, authority, secret)) = &self.desktop else { bail!("the desktop is not up") };
        let request = if body.is_null() {
            Ask { method, ..Ask::get(path) }
        } else {
            Ask::send(method, path, body.to_string())
        };
        ask_with(authority, sign, &request, &format!("x-holdfast-launch: {secret}\r\n"))
    }

    fn enrol(&self) -> Result<()> {
        let told = run(&self.node_spec(&["enrol-desktop", "--name", "ward-1"])?.named("enrol"), STEP)?;
        let after = |label: &str| {
            told.lines().find_map(|line| line.strip_prefix(label)).unwrap_or_default().trim().to_owned()
        };
        let body = json!({"node": after("node"), "token": after("token")});
        let answer = self.at_desktop(&Sign::Nobody, "POST", "/api/desktop/enrol", &body)?;
        ensure!(answer.status == 201, "the desktop cannot enrol: {} ({told})", answer.body);
        Ok(())
    }

    /// Signs in on the desktop, which opens its records if they are locked; `None` if that is refused.
    fn sign_in(&self, login: &str, pin: &str) -> Result<Option<Sign>> {
        let body = json!({"login": login, "pin": pin});
        let answer = self.at_desktop(&Sign::Nobody, "POST", "/api/session", &body)?;
        Ok(answer.cookie.filter(|_| answer.status == 200).map(Sign::Cookie))
    }

    fn wait_sign_in(&self, login: &str, pin: &str) -> Result<Sign> {
        let mut signed = None;
        self.wait("the nurse signs in on the desktop", |away| {
            signed = away.sign_in(login, pin)?;
            Ok(signed.is_some())
        })?;
        signed.context("nobody signed in")
    }

    fn chart(&self, sign: &Sign, id: &str) -> Result<bool> {
        let observation = json!({"resourceType": "Observation", "id": id, "status": "final", "code": {"text": "Pulse"},
            "subject": {"reference": "Patient/p"}, "valueInteger": 71});
        Ok(self.at_desktop(sign, "PUT", &format!("/fhir/Observation/{id}"), &observation)?.status == 201)
    }

    fn wait(&self, what: &str, mut holds: impl FnMut(&Self) -> Result<bool>) -> Result<()> {
        let until = Instant::now() + SOON;
        while !holds(self)? {
            ensure!(Instant::now() < until, "never: {what}");
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }
}
