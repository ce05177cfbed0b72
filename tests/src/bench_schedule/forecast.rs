//! The forecast on appointments that were real: every week is told from what was known on its Monday, and compared with what came.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};
use holdfast_clinical::scheduling::demand::{History, Measure, Outcome, Visit, judge};
use holdfast_clinical::scheduling::zone::Zone;
use jiff::civil::Date;

use crate::figure;

const FILE: &str = "appointments/KaggleV2-May-2016.csv.gz";
const ZONE: &str = "America/Sao_Paulo";
/// Columns of the file.
const DAY: usize = 4;
const MISSED: usize = 13;

/// Prints the error of ours over that of last week's value.
pub(super) fn judge_real(data: &Path) -> Result<()> {
    let file = data.join(FILE);
    let zone = Zone::named(ZONE)?;
    let mut text = String::new();
    flate2::read::GzDecoder::new(open(&file)?).read_to_string(&mut text)?;
    let dated: Vec<(Date, Visit)> = text
        .lines()
        .skip(1)
        .map(|line| read(line, &zone))
        .collect::<Option<_>>()
        .context("cannot read a line")?;
    let first = dated.iter().map(|(day, _)| *day).min().context("there are no appointments")?;
    let last = dated.iter().map(|(day, _)| *day).max().unwrap_or(first);
    let end = last.tomorrow()?;
    let visits = dated.iter().map(|(_, visit)| visit);
    let history = History::gather(visits, &zone, first, end, &BTreeSet::new());
    for (name, measure) in
        [("forecast_error_ratio", Measure::Booked), ("forecast_error_ratio_came", Measure::Came)]
    {
        let judged = judge(&history, measure);
        let ratio = judged.ratio().context("no week could be held back")?;
        figure::print(name, format!("{ratio:.3}"), "ratio");
        figure::print(&format!("{name}_days"), judged.compared, "count");
    }
    Ok(())
}

fn open(file: &Path) -> Result<std::fs::File> {
    std::fs::File::open(file).with_context(|| format!("cannot read {}", file.display()))
}

fn read(line: &str, zone: &Zone) -> Option<(Date, Visit)> {
    let fields: Vec<&str> = line.trim().split(',').collect();
    let day: Date = fields.get(DAY)?.get(..10)?.parse().ok()?;
    let outcome = if *fields.get(MISSED)? == "Yes" { Outcome::Missed } else { Outcome::Came };
    // The file tells no hour, and one clinic is looked at as a whole.
    let start = zone.at(day.at(9, 0, 0, 0)).0;
    Some((day, Visit { kind: "all".to_owned(), start, outcome, length_min: None }))
}
