//! `cvx.txt` of CDC: code, short description, full name, notes, status, … with bars between them.

use super::Wrong;
use crate::codes::Entry;

#[derive(Default, Debug)]
pub(super) struct Table {
    entries: Vec<Entry>,
}

impl Table {
    pub(super) fn line(&mut self, line: &str) -> Result<(), Wrong> {
        if line.trim().is_empty() {
            return Ok(());
        }
        let fields: Vec<&str> = line.split('|').map(str::trim).collect();
        let [code, short, full, ..] = fields[..] else {
            return Err(format!("has {} columns, not three at least", fields.len()));
        };
        if self.entries.is_empty() && code.to_ascii_lowercase().contains("code") {
            return Ok(()); // the names of the columns
        }
        if !(2..=3).contains(&code.len()) || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!("has \"{code}\" where a code like 115 should be"));
        }
        if short.is_empty() {
            return Err(format!("has no description for {code}"));
        }
        self.entries.push(Entry { code: code.to_owned(), display: short.to_owned(), also: full.to_owned() });
        Ok(())
    }

    pub(super) fn finish(self) -> Vec<Entry> {
        self.entries
    }
}
