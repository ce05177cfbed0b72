//! `RXNCONSO.RRF` (<https://www.nlm.nih.gov/research/umls/rxnorm/docs/techdoc.html>): a name a line, 18 columns. Kept are
//! RxNorm's own names of what is prescribed, and its other names of the same to search by.

use std::collections::BTreeMap;

use super::Wrong;
use crate::codes::Entry;

const RXCUI: usize = 0;
const SAB: usize = 11;
const TTY: usize = 12;
const STR: usize = 14;
const SUPPRESS: usize = 16;
const COLUMNS: usize = 18;
/// Ingredients, clinical and branded drugs, and packs.
const NAMES: [&str; 7] = ["IN", "MIN", "PIN", "SCD", "SBD", "GPCK", "BPCK"];
const OTHER_NAMES: [&str; 3] = ["SY", "TMSY", "PSN"];

#[derive(Default, Debug)]
struct Concept {
    name: Option<String>,
    others: Vec<String>,
}

#[derive(Default, Debug)]
pub(super) struct Rrf {
    concepts: BTreeMap<String, Concept>,
}

impl Rrf {
    pub(super) fn line(&mut self, line: &str) -> Result<(), Wrong> {
        if line.is_empty() {
            return Ok(());
        }
        let fields: Vec<&str> = line.split('|').collect();
        // Every column ends with a bar, the last one too.
        if fields.len() < COLUMNS {
            return Err(format!("has {} columns, not {COLUMNS}", fields.len() - 1));
        }
        let code = fields[RXCUI];
        if code.is_empty() || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!("has \"{code}\" where a number (RXCUI) should be"));
        }
        if fields[SAB] != "RXNORM" || fields[SUPPRESS] != "N" {
            return Ok(());
        }
        let name = fields[STR].trim();
        if NAMES.contains(&fields[TTY]) {
            self.concepts.entry(code.to_owned()).or_default().name = Some(name.to_owned());
        } else if OTHER_NAMES.contains(&fields[TTY]) {
            self.concepts.entry(code.to_owned()).or_default().others.push(name.to_owned());
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Vec<Entry> {
        let named = self.concepts.into_iter().filter_map(|(code, concept)| {
            Some(Entry { code, display: concept.name?, also: concept.others.join(" ") })
        });
        named.collect()
    }
}
