//! `Loinc.csv`: columns by their names in the first line, so that a release may add some.

use super::csv::Records;
use super::{MAX_LINE_BYTES, Wrong};
use crate::codes::Entry;

#[derive(Clone, Copy, Debug)]
struct Columns {
    number: usize,
    name: usize,
    status: usize,
    short: Option<usize>,
    consumer: Option<usize>,
}

#[derive(Default, Debug)]
pub(super) struct Csv {
    records: Records,
    columns: Option<Columns>,
    entries: Vec<Entry>,
}

impl Csv {
    pub(super) fn line(&mut self, line: &str) -> Result<(), Wrong> {
        let Some(fields) = self.records.line(line) else {
            let is_endless = self.records.waiting_bytes() > MAX_LINE_BYTES;
            return if is_endless { Err("is in a quoted field without an end".to_owned()) } else { Ok(()) };
        };
        let Some(columns) = self.columns else {
            self.columns = Some(Columns::read(&fields)?);
            return Ok(());
        };
        let field = |at: usize| fields.get(at).map_or("", |field| field.trim());
        let (code, display) = (field(columns.number), field(columns.name));
        if !is_code(code) {
            return Err(format!("has \"{code}\" where a code like 4548-4 should be"));
        }
        if display.is_empty() {
            return Err(format!("has no LONG_COMMON_NAME for {code}"));
        }
        if field(columns.status) == "DEPRECATED" {
            return Ok(());
        }
        let also = [columns.short, columns.consumer].into_iter().flatten().map(field).collect::<Vec<_>>();
        self.entries.push(Entry { code: code.to_owned(), display: display.to_owned(), also: also.join(" ") });
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Vec<Entry>, Wrong> {
        if self.records.waiting_bytes() > 0 {
            return Err("is the last, and a quoted field has no end: the file was cut".to_owned());
        }
        Ok(self.entries)
    }
}

impl Columns {
    fn read(head: &[String]) -> Result<Self, Wrong> {
        let find = |name: &str| head.iter().position(|column| column.trim() == name);
        let must = |name: &str| find(name).ok_or_else(|| format!("has no column {name}"));
        Ok(Self {
            number: must("LOINC_NUM")?,
            name: must("LONG_COMMON_NAME")?,
            status: must("STATUS")?,
            short: find("SHORTNAME"),
            consumer: find("CONSUMER_NAME"),
        })
    }
}

/// Digits, a hyphen, a check digit.
fn is_code(code: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    code.split_once('-')
        .is_some_and(|(number, check)| is_number(number) && is_number(check) && check.len() == 1)
}
