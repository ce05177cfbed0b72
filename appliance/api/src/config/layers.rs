//! Where each value comes from: the default, the file, the environment, a flag. Later wins.

use std::collections::BTreeMap;
use std::fmt;

use toml::{Table, Value};

use super::Problem;

/// A configuration file, as far as it could be read.
#[derive(Clone, Debug)]
pub struct FileText {
    /// Its path, for messages.
    pub name: String,
    /// Its text, or why there is none.
    pub text: Result<String, String>,
}

impl FileText {
    /// Reads a file; that it cannot be read is told with all else that is wrong.
    pub fn read(path: &std::path::Path) -> Self {
        let text = std::fs::read_to_string(path).map_err(|error| error.to_string());
        Self { name: path.display().to_string(), text }
    }
}

/// Who gave a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Source {
    Default,
    File(String),
    Variable(String),
    Flag(&'static str),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the default"),
            Self::File(name) => f.write_str(name),
            Self::Variable(name) => write!(f, "the environment's {name}"),
            Self::Flag(key) => write!(f, "the flag --{}", key.replace('_', "-")),
        }
    }
}

/// A value and who gave it.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Given {
    pub(super) value: Value,
    pub(super) from: Source,
}

/// All values, and what was wrong with the layers as such.
#[derive(Debug)]
pub struct Layers {
    pub(super) values: BTreeMap<(String, String), Given>,
    pub(super) problems: Vec<Problem>,
}

/// Prefix of the variables that are ours; those without `__` are somebody else's (`HOLDFAST_DATA` of the tests).
const PREFIX: &str = "HOLDFAST_";

impl Layers {
    /// The defaults alone. They also say which keys there are and of which type.
    ///
    /// # Panics
    /// If `default` is not sections of keys: it is compiled in, so a test meets it first.
    pub fn over(default: &str) -> Self {
        let table: Table = default.parse().expect("the compiled-in default is TOML");
        let mut values = BTreeMap::new();
        for (section, keys) in &table {
            for (key, value) in keys.as_table().expect("the compiled-in default holds sections alone") {
                let given = Given { value: value.clone(), from: Source::Default };
                values.insert((section.clone(), key.clone()), given);
            }
        }
        Self { values, problems: Vec::new() }
    }

    /// Lays a file over what is there.
    pub fn add_file(&mut self, file: &FileText) {
        let parsed = match &file.text {
            Err(why) => return self.reject(&file.name, why, "name a file that can be read"),
            Ok(text) => text.parse::<Table>(),
        };
        match parsed {
            Ok(table) => table.into_iter().for_each(|(section, keys)| self.add_section(file, &section, keys)),
            Err(error) => {
                let why = format!("it is not TOML ({})", one_line(&error.to_string()));
                self.reject(&file.name, &why, "correct that line");
            }
        }
    }

    fn add_section(&mut self, file: &FileText, section: &str, keys: Value) {
        let what = format!("[{section}] in {}", file.name);
        if !self.values.keys().any(|(known, _)| known == section) {
            let fix = format!("remove it, or use one of {}", self.sections().join(", "));
            return self.reject(&what, "there is no such section", &fix);
        }
        let Value::Table(keys) = keys else {
            return self.reject(
                &what,
                "it is a single value",
                &format!("write it as a section, [{section}]"),
            );
        };
        for (key, value) in keys {
            self.add_value(section, &key, value, Source::File(file.name.clone()));
        }
    }

    /// Lays variables over what is there.
    pub fn add_environment(&mut self, environment: impl IntoIterator<Item = (String, String)>) {
        for (name, text) in environment {
            let Some((section, key)) = name.strip_prefix(PREFIX).and_then(|rest| rest.split_once("__"))
            else {
                continue;
            };
            let (section, key) = (section.to_ascii_lowercase(), key.to_ascii_lowercase());
            let value = self.typed(&section, &key, text);
            self.add_value(&section, &key, value, Source::Variable(name));
        }
    }

    /// Lays flags over what is there.
    pub fn add_flags(&mut self, flags: &[(&'static str, &'static str, String)]) {
        for (section, key, text) in flags {
            let value = self.typed(section, key, text.clone());
            self.add_value(section, key, value, Source::Flag(key));
        }
    }

    /// Text as the type that the key has.
    fn typed(&self, section: &str, key: &str, text: String) -> Value {
        match self.values.get(&(section.to_owned(), key.to_owned())).map(|given| &given.value) {
            Some(Value::Array(_)) => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                Value::Array(items.map(|item| Value::String(item.to_owned())).collect())
            }
            Some(Value::Integer(_)) => text.trim().parse().map_or(Value::String(text), Value::Integer),
            _ => Value::String(text),
        }
    }

    fn add_value(&mut self, section: &str, key: &str, value: Value, from: Source) {
        let place = (section.to_owned(), key.to_owned());
        let what = format!("{section}.{key} from {from}");
        let Some(known) = self.values.get(&place) else {
            let fix = match self.closest(section, key) {
                Some(close) => format!("write {close}, or remove it"),
                None => "remove it".to_owned(),
            };
            return self.reject(&what, "there is no such key", &fix);
        };
        if !known.value.same_type(&value) {
            let fix = format!("write {}", kind(&known.value));
            return self.reject(&what, &format!("it is {}", kind(&value)), &fix);
        }
        self.values.insert(place, Given { value, from });
    }

    fn reject(&mut self, what: &str, why: &str, fix: &str) {
        self.problems.push(Problem { what: what.to_owned(), why: why.to_owned(), fix: fix.to_owned() });
    }

    fn sections(&self) -> Vec<String> {
        let mut names: Vec<String> = self.values.keys().map(|(section, _)| format!("[{section}]")).collect();
        names.dedup();
        names
    }

    /// The key that was probably meant: the same key of another section, or one that differs little.
    fn closest(&self, section: &str, key: &str) -> Option<String> {
        let elsewhere = self.values.keys().find(|(_, known)| known == key);
        let near = || self.values.keys().find(|(known, name)| known == section && distance(name, key) <= 2);
        elsewhere.or_else(near).map(|(section, key)| format!("{section}.{key}"))
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a text in quotes",
        Value::Integer(_) => "a whole number",
        Value::Array(_) => "a list in [ ]",
        Value::Boolean(_) => "true or false",
        Value::Float(_) => "a number with a fraction",
        Value::Datetime(_) => "a date",
        Value::Table(_) => "a section",
    }
}

/// Changed, added or left-out letters between two keys (Levenshtein). O(n·m), for keys.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, letter) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (column, other) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[b.len()]
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
