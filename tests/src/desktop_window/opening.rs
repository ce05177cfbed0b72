//! From a new machine to a desktop of the clinic.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, ensure};

use super::clinic::Clinic;
use super::driver::Driver;
use super::package::output;
use super::page::SUBMIT;
use super::steps::Steps;

const NAME: &str = "front-desk";

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
        self.step("a second start brings no second program", Self::start_twice);
    }

    fn start_node(&mut self) -> Result<()> {
        self.clinic = Some(Clinic::start(&self.work)?);
        Ok(())
    }

    pub(super) fn data(&self) -> PathBuf {
        self.work.join("home/data/holdfast-desktop")
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
        let page = self.page()?;
        page.fill("Address of the node", &node)?;
        page.fill("Token", &token)?;
        page.press(SUBMIT, "Join the clinic")?;
        page.wait("field('Login name')")?;
        let setup = self.setup()?;
        ensure!(setup["enrolled"] == true && setup["locked"] == false, "it says {setup}");
        Ok(())
    }

    /// Both by the desktop's session and, without one, by the lock of the data folder.
    fn start_twice(&mut self) -> Result<()> {
        let mut second = Command::new(&self.program);
        let second = second.args(["--headless", "--data-dir"]).arg(self.data()).output()?;
        let text = String::from_utf8_lossy(&second.stderr).into_owned();
        ensure!(!second.status.success() && text.contains("runs already"), "it says {text}");
        Ok(())
    }
}
