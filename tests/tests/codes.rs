//! The starter code lists beside lists that others published.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use holdfast_clinical::codes::{System, starter};
use holdfast_tests::data;

/// Displays by code, in lower case and without the breaks that some programs put in.
fn published(path: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let mut columns = line.split('\t');
        let (Some(code), Some(display)) = (columns.next(), columns.next()) else { continue };
        all.entry(code.to_owned()).or_default().insert(plain(display));
    }
    all
}

fn plain(display: &str) -> String {
    display.to_lowercase().replace('\u{200b}', "")
}

/// Whether two names may be of one thing: they share a word of weight, perhaps one of them in the plural.
fn is_alike(one: &str, other: &str) -> bool {
    let words = |text: &str| -> BTreeSet<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.len() > 2)
            .map(|word| word.strip_suffix('s').unwrap_or(word).to_owned())
            .collect()
    };
    words(one).intersection(&words(other)).next().is_some()
}

#[test]
fn starter_codes_mean_what_others_say_they_mean() {
    let Some(folder) = data::folder("the check of the starter code lists") else { return };
    eprintln!(
        "SKIPPED: the check of icd10cm, because icd_10_cm.parquet is in a format that nothing here reads"
    );
    for (system, file, at_least) in [
        (System::Rxnorm, "rxnorm-seen-in-synthea-develop.tsv", 50),
        (System::Loinc, "loinc-seen-in-synthea-develop.tsv", 75),
        (System::Cvx, "cvx-seen-in-synthea-develop.tsv", 15),
    ] {
        let published = published(&folder.join("codes").join(file));
        let mut compared = 0;
        for code in starter(system).entries() {
            let Some(displays) = published.get(code.code) else { continue };
            compared += 1;
            let ours = plain(&format!("{} {}", code.display, code.also));
            // Names of one code differ by release and by program; what they name does not.
            let fits = displays.iter().any(|theirs| is_alike(&ours, theirs));
            assert!(
                fits,
                "{} {} is \"{}\" here and {displays:?} elsewhere",
                system.name(),
                code.code,
                code.display
            );
        }
        assert!(compared >= at_least, "{}: only {compared} codes are in both", system.name());
    }
}
