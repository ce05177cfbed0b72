//! The same waits in the desktop's real window: WebKitGTK on a display of its own, keys by WebKit's driver, times by the page.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use super::clinic::Clinic;
use super::{Options, record};
use crate::desktop_window::{display::Display, driver::Driver, page::Page};
use crate::figure;
use crate::load::Times;
use crate::reconcile::work::Work;

/// By the driver's names of keys (<https://www.w3.org/TR/webdriver2/#keyboard-actions>).
const CONTROL: &str = "\u{E009}";
const ALT: &str = "\u{E00A}";
const ENTER: &str = "\u{E007}";
const ESCAPE: &str = "\u{E00C}";
/// What Chromium's run watches with too.
const PAINTED: &str = "desktop-app/e2e/painted.mjs";
/// After the last letter of a form: its draft is kept by then, as after a person's pause.
const PAUSE: Duration = Duration::from_millis(900);
/// Between one save and the next round.
const REST: Duration = Duration::from_millis(300);
/// What `begin` in the page leaves behind.
const RESULT: &str = "return await window.painted";

/// What is on the screen, where a wait came to no end.
const SEEN: &str =
    "return `${location.hash} ${document.activeElement?.tagName} ${document.body.innerText.slice(0, 900)}`";

/// The window of a desktop that has just joined the clinic.
struct Window {
    driver: Driver,
    watch: String,
    _display: Display,
}

/// Measures search, chart and save in the window of `program`; prints the figures.
pub(super) fn measure(
    program: &Path,
    folder: &Path,
    clinic: &Clinic,
    work: Work,
    options: &Options,
) -> Result<()> {
    let window = Window::open(program, folder, clinic)?;
    print("window_search", window.search(&super::clinic::typed(work))?);
    print("window_chart", window.chart(options.rounds)?);
    print("window_save", window.save(options.rounds)?);
    Ok(())
}

fn print(name: &str, mut times: Times) {
    times.sort();
    figure::print(&format!("{name}_p50_ms"), figure::ms(times.percentile_ms(50.0)), "ms");
    figure::print(&format!("{name}_p95_ms"), figure::ms(times.percentile_ms(95.0)), "ms");
}

impl Window {
    fn open(program: &Path, folder: &Path, clinic: &Clinic) -> Result<Self> {
        let home = folder.join("window-home");
        std::fs::create_dir_all(&home)?;
        let display = Display::start(folder)?;
        let mut driver = Driver::start(folder, &home, &display)?;
        driver.open(program)?;
        let page = Page(&driver);
        let (node, token) = clinic.admit("window")?;
        page.enrol(&node, &token)?;
        page.sign_in(super::clinic::LOGIN, super::clinic::PIN)?;
        let path = crate::workspace::root().join(PAINTED);
        let text =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let (_, watch) =
            text.split_once("/** Runs in the page").context("painted.mjs has no part for the page")?;
        let (_, watch) = watch.split_once("*/").context("painted.mjs has no part for the page")?;
        Ok(Self { watch: watch.to_owned(), driver, _display: display })
    }

    /// Watches from the next key on.
    fn watch(&self, what: &str, text: &str) -> Result<()> {
        let told = json!({ "what": what, "text": text });
        self.driver.script(&format!("{}\nbegin({told});", self.watch)).map(drop)
    }

    fn painted(&self) -> Result<Duration> {
        let time = self.driver.script(RESULT).with_context(|| {
            let seen = self.driver.script(SEEN).unwrap_or_default();
            format!("on the screen: {seen}")
        })?;
        let ms = time.as_f64().with_context(|| format!("the page measured {time}"))?;
        Duration::try_from_secs_f64(ms / 1e3).with_context(|| format!("the page measured {ms} ms"))
    }

    /// Every keystroke of names being typed, until the list for what stands in the box is painted.
    fn search(&self, names: &[String]) -> Result<Times> {
        let (page, mut times) = (Page(&self.driver), Times::default());
        for name in names {
            self.driver.keys(&[CONTROL, "k"])?;
            page.wait("document.querySelector('.search input') === document.activeElement")?;
            let mut typed = String::new();
            for letter in name.chars() {
                typed.push(letter);
                self.watch("search", typed.trim())?;
                self.driver.keys(&[&letter.to_string()])?;
                let time = self.painted()?;
                if letter != ' ' {
                    times.push(time);
                }
            }
            self.driver.keys(&[ESCAPE])?;
            page.wait("!document.querySelector('.search')")?;
        }
        Ok(times)
    }

    /// From Enter in the search box to the whole chart, with nothing kept of the last time.
    fn chart(&self, rounds: u64) -> Result<Times> {
        let (page, mut times) = (Page(&self.driver), Times::default());
        for _ in 0..rounds {
            self.driver.script("location.hash = '#/'; setTimeout(() => location.reload());")?;
            std::thread::sleep(REST);
            page.wait("document.querySelector('h1')")?;
            self.driver.keys(&[CONTROL, "k"])?;
            page.wait("document.querySelector('.search input') === document.activeElement")?;
            for letter in record::FAMILY.chars() {
                self.driver.keys(&[&letter.to_string()])?;
            }
            page.wait(&format!(
                "document.querySelector('.search[aria-busy=false] input')?.value === {} && document.querySelectorAll('[role=option]').length > 1",
                json!(record::FAMILY)
            ))?;
            self.watch("chart", record::FAMILY)?;
            self.driver.keys(&[ENTER])?;
            times.push(self.painted()?);
        }
        Ok(times)
    }

    /// From Ctrl+Enter in the form to the value in the chart behind it.
    fn save(&self, rounds: u64) -> Result<Times> {
        let (page, mut times) = (Page(&self.driver), Times::default());
        for round in 0..rounds {
            // A pulse that no other value of the record has.
            let pulse = (103 + round % 40).to_string();
            self.driver.script(&format!("location.hash = '#/patients/{}'", record::ID))?;
            page.wait("document.querySelector('.chart-head')")?;
            self.driver.keys(&[ALT, "v"])?;
            page.fill("Pulse", &pulse)?;
            std::thread::sleep(PAUSE);
            self.watch("vital", &pulse)?;
            self.driver.keys(&[CONTROL, ENTER])?;
            times.push(self.painted()?);
            std::thread::sleep(REST);
        }
        Ok(times)
    }
}
