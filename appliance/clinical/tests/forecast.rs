//! The forecast on appointments that were real, week by week. The data is not in the repository: without it the test says so and passes.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says aloud what it measured"
)]

use std::collections::BTreeSet;
use std::io::Read;
use std::path::PathBuf;

use holdfast_clinical::scheduling::demand::{Counts, History, Judged, Measure, Outcome, Visit, judge};
use holdfast_clinical::scheduling::zone::Zone;
use jiff::civil::{Date, date};

const FIRST: Date = date(2016, 4, 29);
const END: Date = date(2016, 6, 9);

/// What became of each appointment, by its day and neighbourhood.
fn visits(zone: &Zone) -> Option<Vec<(Date, Visit)>> {
    let folder = PathBuf::from(std::env::var_os("HOLDFAST_DATA")?).join("appointments");
    let file = std::fs::File::open(folder.join("KaggleV2-May-2016.csv.gz")).ok()?;
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let read = |line: &str| {
        let fields: Vec<&str> = line.trim().split(',').collect();
        let day: Date = fields[4][..10].parse().unwrap();
        let outcome = if fields[13] == "Yes" { Outcome::Missed } else { Outcome::Came };
        // The data tells no hour.
        let start = zone.at(day.at(9, 0, 0, 0)).0;
        (day, Visit { kind: fields[6].to_owned(), start, outcome, length_min: None })
    };
    Some(text.lines().skip(1).map(read).collect())
}

fn gather(visits: &[Visit], zone: &Zone) -> History {
    History::gather(visits, zone, FIRST, END, &BTreeSet::new())
}

#[test]
fn beats_last_weeks_value_on_weeks_that_were_held_back() {
    let zone = Zone::named("America/Sao_Paulo").unwrap();
    let Some(dated) = visits(&zone) else {
        println!("no ../shared/data/appointments: the forecast was not judged");
        return;
    };
    let by_place: Vec<Visit> = dated.into_iter().map(|(_, visit)| visit).collect();
    let whole: Vec<Visit> = by_place.iter().map(|one| Visit { kind: "all".into(), ..one.clone() }).collect();
    assert_eq!(
        gather(&whole, &zone).counts("all", date(2016, 5, 2)),
        Some(Counts { came: 3_515, missed: 861 })
    );
    // No-shows fell in those weeks, and of the whole clinic last week's value is as good.
    for (name, visits, measure, limit) in [
        ("forecast_error_ratio", &whole, Measure::Booked, 0.95),
        ("forecast_error_ratio_came", &whole, Measure::Came, 0.95),
        ("forecast_error_ratio_missed", &whole, Measure::Missed, 1.1),
        ("forecast_error_ratio_by_place", &by_place, Measure::Booked, 0.95),
        ("forecast_error_ratio_by_place_came", &by_place, Measure::Came, 0.95),
        ("forecast_error_ratio_by_place_missed", &by_place, Measure::Missed, 0.95),
    ] {
        let judged = judge(&gather(visits, &zone), measure);
        let ratio = judged.ratio().unwrap();
        let Judged { compared, ours, last_week } = judged;
        println!("{name}: {compared} days compared, ours {ours:.1}, last week's value {last_week:.1}");
        println!("figure: {name} {ratio:.3} ratio");
        assert!(ratio < limit, "{name}: {ratio}");
    }
}
