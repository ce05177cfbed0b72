//! From a new machine to a desktop of the clinic.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::clinic::Clinic;
use super::driver::Driver;
use super::package::output;
use super::steps::Steps;
use crate::process::{Process, Spec};

const NAME: &str = "front-desk";
const ENDS_WITHIN: Duration = Duration::from_secs(20);

impl Steps {
    pub(super) fn opening(&mut self) {
        self.step("the node serves desktops, and its people are made by its setup code", Self::start_node);
        self.step("the program opens its window", Self::open_first);
        self.step(
            "the window's page reaches the host, and nobody else on the machine does",
            Self::keep_others_out,
        );
        self.step("no link leads out of the window", Self::keep_in);
        self.step("the token of the node enrols it", Self::enrol);
        self.step("a second start brings no second window and no second program", Self::start_twice);
    }

    fn start_node(&mut self) -> Result<()> {
        self.clinic = Some(Clinic::start(&self.work)?);
        Ok(())
    }

    fn open_first(&mut self) -> Result<()> {
        let home = self.work.join("home");
        std::fs::create_dir_all(&home)?;
        self.driver = Some(Driver::start(&self.work, &home, &self.display)?);
        self.open()?;
        let setup = self.setup()?;
        ensure!(setup["host"] == "desktop" && setup["enrolled"] == false, "it says {setup}");
        self.page()?.see("This computer belongs to no clinic yet")?;
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
        let authority = address.trim_start_matches("http://");
        let authority = authority.split(['/', '#']).next().unwrap_or_default();
        let mut curl = Command::new("curl");
        curl.args(["-s", "-o", "/dev/null", "-w", "%{http_code}"])
            .arg(format!("http://{authority}/api/setup"));
        let answer = output(&mut curl)?;
        ensure!(answer == "403", "somebody else on the machine gets {answer}");
        Ok(())
    }

    fn keep_in(&mut self) -> Result<()> {
        let before = self.driver()?.address()?;
        let script = "const link = document.createElement('a'); link.href = 'https://example.org/';\
                      document.body.append(link); link.click(); link.remove();\
                      const opened = window.open('https://example.org/');\
                      await new Promise((done) => setTimeout(done, 500)); return opened === null;";
        let has_none = self.driver()?.script(script)?;
        ensure!(has_none == true, "a page of others was opened");
        let after = self.driver()?.address()?;
        ensure!(before == after, "the window went from {before} to {after}");
        Ok(())
    }

    fn enrol(&mut self) -> Result<()> {
        let (node, token) = self.clinic()?.admit(NAME)?;
        self.page()?.enrol(&node, &token)?;
        let setup = self.setup()?;
        ensure!(setup["enrolled"] == true && setup["locked"] == false, "it says {setup}");
        Ok(())
    }

    /// By the session's bus a second window is kept out, and by the lock of the data folder whatever has no window.
    fn start_twice(&mut self) -> Result<()> {
        let home = self.work.join("home");
        let spec =
            |name| Spec::program(name, &self.program, &self.work).env("XDG_DATA_HOME", home.join("data"));
        let window = spec("second-window").env("HOME", &home).env("DISPLAY", self.display.number());
        let mut window = Process::spawn(&self.driver()?.bus.with(window))?;
        let ended = window.wait(ENDS_WITHIN)?.context("there is a second window")?;
        ensure!(ended.success(), "a second start ends with {ended}: {}", window.log_tail());
        let mut headless = Process::spawn(&spec("second-headless").arg("--headless"))?;
        let ended = headless.wait(ENDS_WITHIN)?.context("a second program works on the folder")?;
        ensure!(
            !ended.success() && headless.log_tail().contains("runs already"),
            "it says {}",
            headless.log_tail()
        );
        self.setup().map(drop)
    }
}
