//! Turning values into types, and keeping every problem on the way.

use std::ops::RangeInclusive;

use toml::Value;

use super::layers::{Given, Layers};
use super::{Problem, Problems};

/// Reads keys into types; every key is read before it is given up, so that every problem is found.
#[derive(Debug)]
pub struct Reader {
    layers: Layers,
}

impl Reader {
    /// Over these layers.
    pub fn new(layers: Layers) -> Self {
        Self { layers }
    }

    /// Everything that was wrong, in the order found.
    pub fn into_problems(self) -> Vec<Problem> {
        self.layers.problems
    }

    /// What was read, unless anything was wrong.
    ///
    /// # Errors
    /// [`Problems`]: all of them.
    pub fn finish<T>(self, read: Option<T>) -> Result<T, Problems> {
        match (read, self.into_problems()) {
            (Some(read), problems) if problems.is_empty() => Ok(read),
            (_, problems) => Err(Problems(problems)),
        }
    }

    /// Adds what is wrong between keys that are good each by itself.
    pub fn reject_key(&mut self, section: &str, key: &str, why: &str, fix: &str) {
        let from = self.given(section, key).map_or_else(String::new, |given| format!(" from {}", given.from));
        let what = format!("{section}.{key}{from}");
        self.layers.problems.push(Problem { what, why: why.to_owned(), fix: fix.to_owned() });
    }

    /// A text that `parse` takes; `expected` says what it takes.
    pub fn text<T>(
        &mut self,
        section: &str,
        key: &str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let given = self.given(section, key)?;
        let parsed = given.value.as_str().and_then(|text| parse(text.trim()));
        if parsed.is_none() {
            self.reject(section, key, &given, expected);
        }
        parsed
    }

    /// A list of texts, each of which `parse` takes; every one that it does not take is a problem of its own.
    pub fn list<T>(
        &mut self,
        section: &str,
        key: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<Vec<T>> {
        let given = self.given(section, key)?;
        let items = given.value.as_array().cloned().unwrap_or_default();
        let mut parsed = Vec::new();
        for item in &items {
            match item.as_str().and_then(|text| parse(text.trim())) {
                Some(value) => parsed.push(value),
                None => {
                    let one = Given { value: item.clone(), from: given.from.clone() };
                    self.reject(section, key, &one, expected);
                }
            }
        }
        (parsed.len() == items.len()).then_some(parsed)
    }

    /// A whole number within bounds.
    pub fn number(&mut self, section: &str, key: &str, bounds: RangeInclusive<u64>) -> Option<u64> {
        let given = self.given(section, key)?;
        let number =
            given.value.as_integer().and_then(|n| u64::try_from(n).ok()).filter(|n| bounds.contains(n));
        if number.is_none() {
            let expected = format!("a whole number from {} to {}", bounds.start(), bounds.end());
            self.reject(section, key, &given, &expected);
        }
        number
    }

    fn given(&self, section: &str, key: &str) -> Option<Given> {
        self.layers.values.get(&(section.to_owned(), key.to_owned())).cloned()
    }

    fn reject(&mut self, section: &str, key: &str, given: &Given, expected: &str) {
        let shown = match &given.value {
            Value::String(text) => format!("{text:?}"),
            other => other.to_string(),
        };
        self.layers.problems.push(Problem {
            what: format!("{section}.{key} from {}", given.from),
            why: format!("{shown} is not what it must be"),
            fix: format!("write {expected}"),
        });
    }
}
