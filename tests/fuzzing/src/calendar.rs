//! Calendars of others: read whole or refused with the line; what is read is written, and read back as the same; what recurs lies in
//! the window that is looked at.

use holdfast_clinical::scheduling::ical::{Event, read, write};
use holdfast_clinical::scheduling::span::{DAY_MIN, Span};
use holdfast_clinical::scheduling::zone::Zone;

use crate::source::Source;

/// Zones that a clinic may be in: one without clock changes, two with, of which one by half an hour.
const ZONES: [&str; 3] = ["UTC", "Europe/Berlin", "Australia/Lord_Howe"];
/// What an import looks at.
const WINDOW_DAYS: i64 = 400;

pub(crate) fn run(data: &[u8]) {
    let mut source = Source::new(data);
    let zone =
        Zone::named(ZONES[usize::from(source.byte()) % ZONES.len()]).expect("a zone of the tz database");
    // About 2026, or any day since 1970.
    let from =
        if source.byte().is_multiple_of(2) { 29_500_000 } else { (source.number() % 60_000_000) as i64 };
    let text = source.rest();
    let calendar = match read(text, &zone) {
        Ok(calendar) => calendar,
        Err(error) => {
            let lines = text.split(|byte| *byte == b'\n').count();
            assert!((1..=lines + 1).contains(&error.line), "line {} of {lines}: {error}", error.line);
            return;
        }
    };
    let written = write(&calendar);
    let again = read(written.as_bytes(), &zone).unwrap_or_else(|error| panic!("{error}\n{written}"));
    assert_eq!(write(&again), written, "what is written is not what is read");
    assert_eq!(again.events.len(), calendar.events.len());
    let window = Span::of(from, WINDOW_DAYS * DAY_MIN);
    for (event, again) in calendar.events.iter().zip(&again.events) {
        assert_eq!(spans(event, &zone, window), spans(again, &zone, window), "{written}");
    }
}

/// When it is in the window; nothing if it recurs too often there.
fn spans(event: &Event, zone: &Zone, window: Span) -> Option<Vec<Span>> {
    let spans = event.spans(zone, window).ok()?;
    for span in &spans {
        assert!(span.from <= span.to, "{span:?}");
        assert!(span.from < window.to && span.to >= window.from, "{span:?} is not in {window:?}");
    }
    Some(spans)
}
