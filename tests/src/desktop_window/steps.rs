//! What is done in the window, step by step; a step that fails is told and the next one tried.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::display::Display;
use super::driver::Driver;
use super::package::Package;
use crate::process::{Process, Spec, run};

const READY_WITHIN: Duration = Duration::from_secs(60);
const SEEN_WITHIN: Duration = Duration::from_secs(30);
/// A picture of a page has text in it, and that has many shades.
const FEWEST_COLOURS: usize = 8;

pub(super) struct Steps {
    work: PathBuf,
    shots: PathBuf,
    display: Display,
    package: Package,
    node: Option<Process>,
    driver: Option<Driver>,
    pub(super) done: usize,
    pub(super) failed: Vec<String>,
}

impl Steps {
    pub(super) fn new(work: &Path, shots: &Path, display: Display, package: Package) -> Self {
        let (work, shots) = (work.to_owned(), shots.to_owned());
        Self { work, shots, display, package, node: None, driver: None, done: 0, failed: Vec::new() }
    }

    pub(super) fn run_all(&mut self) {
        self.step("the node serves desktops", Self::start_node);
        self.step("the packaged program opens its window and asks to be enrolled", Self::open_first);
        self.step(
            "a page of the window reaches the host, and another origin does not",
            Self::keep_others_out,
        );
        self.step("the token of the node enrols it", Self::enrol);
        self.step("killed and started again, it belongs to the clinic still", Self::kill_and_open);
        self.step("a second start brings no second program", Self::start_twice);
        self.step("with the node stopped it opens all the same", Self::open_alone);
        self.driver = None;
    }

    fn step(&mut self, name: &str, work: impl FnOnce(&mut Self) -> Result<()>) {
        match work(self) {
            Ok(()) => self.done += 1,
            Err(error) => self.failed.push(format!("{name}: {error:#}")),
        }
    }

    fn start_node(&mut self) -> Result<()> {
        let spec = Spec::binary("holdfast-node", &self.work)?
            .env("HOLDFAST_DESKTOPS__LISTEN", "127.0.0.1:0")
            .args(["serve", "--dev", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(self.work.join("node"));
        let mut node = Process::spawn(&spec)?;
        node.wait_ready(READY_WITHIN)?;
        self.node = Some(node);
        Ok(())
    }

    fn open_first(&mut self) -> Result<()> {
        let home = self.work.join("home");
        std::fs::create_dir_all(&home)?;
        self.driver = Some(Driver::start(&self.work, &home, &self.display)?);
        self.open()?;
        let setup = self.setup()?;
        ensure!(setup["host"] == "desktop" && setup["enrolled"] == false, "it says {setup}");
        self.photograph("window-first")
    }

    fn keep_others_out(&mut self) -> Result<()> {
        let address = self.driver()?.address()?;
        ensure!(
            address.starts_with("http://127.0.0.1:") && !address.contains("launch"),
            "it shows {address}"
        );
        let locale = self.driver()?.script("return new Intl.DateTimeFormat().resolvedOptions().locale")?;
        ensure!(locale.as_str().is_some_and(|tag| tag.len() >= 2), "the page's locale is {locale}");
        // From outside the window, without its cookie.
        let authority = address.trim_start_matches("http://").trim_end_matches(['/', '#']);
        let authority = authority.split('/').next().unwrap_or_default();
        let answer = super::package::output(
            std::process::Command::new("curl")
                .args(["-s", "-o", "/dev/null", "-w", "%{http_code}"])
                .arg(format!("http://{authority}/api/setup")),
        )?;
        ensure!(answer == "403", "somebody else on the machine gets {answer}");
        Ok(())
    }

    fn enrol(&mut self) -> Result<()> {
        let spec = Spec::binary("holdfast-node", &self.work)?
            .named("enrol-desktop")
            .args(["enrol-desktop", "--name", "front-desk", "--data-dir"])
            .arg(self.work.join("node"));
        let said = run(&spec, READY_WITHIN)?;
        let after = |label: &str| said.lines().find_map(|line| line.strip_prefix(label)).map(str::trim);
        let (Some(node), Some(token)) = (after("node"), after("token")) else {
            bail!("the node says {said}")
        };
        let body = json!({ "node": node, "token": token }).to_string();
        let script = format!(
            "const answer = await fetch('/api/desktop/enrol', {{ method: 'POST', body: {body:?} }}); return answer.status;"
        );
        let status = self.driver()?.script(&script)?;
        ensure!(status == 201, "the desktop answers {status}");
        let setup = self.setup()?;
        ensure!(setup["enrolled"] == true && setup["locked"] == false, "it says {setup}");
        Ok(())
    }

    fn kill_and_open(&mut self) -> Result<()> {
        self.driver_mut()?.kill_window()?;
        self.open()?;
        let setup = self.setup()?;
        ensure!(setup["enrolled"] == true, "it says {setup}");
        self.photograph("window-enrolled")
    }

    /// The folder's lock tells programs apart even where no message bus is: the one that is told to serve without a window.
    fn start_twice(&mut self) -> Result<()> {
        let data = self.work.join("home/data/holdfast-desktop");
        let second = std::process::Command::new(self.package.program())
            .args(["--headless", "--data-dir"])
            .arg(&data)
            .output()?;
        let text = String::from_utf8_lossy(&second.stderr).into_owned();
        ensure!(!second.status.success() && text.contains("runs already"), "it says {text}");
        Ok(())
    }

    fn open_alone(&mut self) -> Result<()> {
        if let Some(mut node) = self.node.take() {
            node.kill_hard()?;
        }
        self.driver_mut()?.close()?;
        self.open()?;
        let setup = self.setup()?;
        ensure!(setup["enrolled"] == true, "it says {setup}");
        self.photograph("window-alone")
    }

    /// Opens the window and waits until its page is there.
    fn open(&mut self) -> Result<()> {
        let program = self.package.program();
        self.driver_mut()?.open(&program)?;
        let until = Instant::now() + SEEN_WITHIN;
        loop {
            let state = self.driver()?.script("return document.readyState + ' ' + location.pathname");
            match state {
                Ok(Value::String(state)) if state == "complete /" => return Ok(()),
                other if Instant::now() > until => bail!("the window's page is not there: {other:?}"),
                _ => std::thread::sleep(Duration::from_millis(100)),
            }
        }
    }

    fn setup(&self) -> Result<Value> {
        self.driver()?.script("return await (await fetch('/api/setup')).json()")
    }

    fn photograph(&self, name: &str) -> Result<()> {
        let path = self.shots.join(format!("{name}.png"));
        let until = Instant::now() + SEEN_WITHIN;
        loop {
            self.display.photograph(&path)?;
            if self.display.colours(&path)? >= FEWEST_COLOURS {
                return Ok(());
            }
            ensure!(Instant::now() < until, "nothing is drawn on the display: {}", path.display());
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn driver(&self) -> Result<&Driver> {
        self.driver.as_ref().context("there is no window")
    }

    fn driver_mut(&mut self) -> Result<&mut Driver> {
        self.driver.as_mut().context("there is no window")
    }
}
