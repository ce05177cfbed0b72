//! The page in the window, used as a person uses it: fields and buttons by the words on them, keys and clicks by the driver.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::driver::Driver;

const FIND: &str = include_str!("find.js");
/// Enough for a busy machine.
const SEEN_WITHIN: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// What is quoted of a page on which something was not found.
const QUOTED: usize = 600;

/// Ctrl+A, by the driver's names of keys: what is typed next takes the place of everything.
const ALL: &str = "\u{E009}a\u{E000}";

/// What can be pressed, as a selector.
pub(super) const BUTTON: &str = "button";
pub(super) const LINK: &str = "a";
pub(super) const ITEM: &str = "[role=menuitem]";
pub(super) const OPTION: &str = "[role=option]";
pub(super) const SUBMIT: &str = "button[type=submit]";

/// The page that a driver's window shows.
pub(crate) struct Page<'d>(pub(crate) &'d Driver);

impl Page<'_> {
    /// Types into the field of this label, in the place of what stood there.
    pub(crate) fn fill(&self, label: &str, text: &str) -> Result<()> {
        let field = self.find(&format!("field({})", json!(label)))?;
        match self.value(label)?.is_empty() {
            true => self.0.type_into(&field, text),
            false => self.0.type_into(&field, &format!("{ALL}{text}")),
        }
    }

    /// Types on, behind what stands in the field.
    pub(crate) fn type_on(&self, label: &str, text: &str) -> Result<()> {
        let field = self.find(&format!("field({})", json!(label)))?;
        self.0.type_into(&field, text)
    }

    /// Chooses from a list that drops down, by typing how the choice begins: the list itself is the system's, not the page's.
    pub(super) fn choose(&self, label: &str, option: &str) -> Result<()> {
        let list = format!("field({})", json!(label));
        self.0.type_into(&self.find(&list)?, option)?;
        self.wait(&format!("wordsOf({list}.selectedOptions[0]).startsWith({})", json!(option))).map(drop)
    }

    /// What stands in the field of this label.
    pub(super) fn value(&self, label: &str) -> Result<String> {
        let field = self.wait(&format!("field({})?.value", json!(label)))?;
        Ok(field.as_str().unwrap_or_default().to_owned())
    }

    /// Presses what has these words on it; `kind` is a selector.
    pub(crate) fn press(&self, kind: &str, words: &str) -> Result<()> {
        self.0.click(&self.find(&format!("press({}, {})", json!(kind), json!(words)))?)
    }

    /// Presses what has this class.
    pub(super) fn press_class(&self, class: &str) -> Result<()> {
        self.0.click(&self.find(&format!("document.querySelector({})", json!(format!(".{class}"))))?)
    }

    /// Waits until the page says so.
    pub(crate) fn see(&self, text: &str) -> Result<()> {
        self.wait(&format!("says({})", json!(text))).map(drop)
    }

    /// Waits until nothing of the kind is on the page.
    pub(super) fn see_gone(&self, selector: &str) -> Result<()> {
        self.wait(&format!("!document.querySelector({})", json!(selector))).map(drop)
    }

    /// Whether the page has it now.
    pub(super) fn has(&self, found: &str) -> Result<bool> {
        let value = self.0.script(&format!("{FIND}\nreturn Boolean({found});"))?;
        Ok(value.as_bool().unwrap_or_default())
    }

    /// Waits until an expression is something, and returns it.
    pub(crate) fn wait(&self, found: &str) -> Result<Value> {
        let until = Instant::now() + SEEN_WITHIN;
        loop {
            // A page that is being loaded runs no script.
            let value = self.0.script(&format!("{FIND}\nreturn ({found}) ?? null;"));
            match value {
                Ok(value) if !matches!(value, Value::Null | Value::Bool(false)) => return Ok(value),
                _ if Instant::now() < until => std::thread::sleep(LOOK_AGAIN),
                Ok(_) => bail!("the page has no {found}; it says: {}", self.words()),
                Err(error) => return Err(error.context(format!("looking for {found}"))),
            }
        }
    }

    fn find(&self, found: &str) -> Result<Value> {
        self.wait(&format!("reach({found})"))
    }

    fn words(&self) -> String {
        let words = self.0.script("return document.body.innerText.replace(/\\s+/g, ' ')");
        let words = words.ok().and_then(|words| words.as_str().map(str::to_owned)).unwrap_or_default();
        words.chars().take(QUOTED).collect()
    }
}
