//! When somebody who waits can never come, week after week: what is offered must not lie there. What they said in words of their own is
//! shown, and read by people alone.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::Weekday;
use serde_json::Value;

use crate::scheduling::fhir::extension;
use crate::scheduling::span::{Span, Spans};
use crate::scheduling::zone::Zone;

/// FHIR's codes of weekdays (<https://hl7.org/fhir/R4/valueset-days-of-week.html>), from Monday.
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// At this hour of the clinic's clock the afternoon begins.
const NOON: i8 = 12;

/// A half of the day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Half {
    /// Up to noon.
    Morning,
    /// From noon on.
    Afternoon,
}

impl Half {
    /// Its code in a record.
    pub fn code(self) -> &'static str {
        match self {
            Self::Morning => "morning",
            Self::Afternoon => "afternoon",
        }
    }

    fn of(code: &str) -> Option<Self> {
        [Self::Morning, Self::Afternoon].into_iter().find(|half| half.code() == code)
    }
}

/// When somebody can never come.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Cannot {
    /// On these weekdays; 1 is Monday, 7 Sunday.
    pub weekdays: BTreeSet<i8>,
    /// The one half of the day in which they can; none: in both.
    pub only: Option<Half>,
}

impl Cannot {
    /// Reads it off an appointment that waits; what is not known is passed over.
    pub fn read(appointment: &Value) -> Self {
        let Some(of) = extension::find(appointment, extension::CANNOT) else { return Self::default() };
        let number = |code: &String| WEEKDAYS.iter().position(|one| one == code).map(|at| at as i8 + 1);
        let weekdays = extension::texts(of, "weekday", "valueCode").iter().filter_map(number).collect();
        Self { weekdays, only: extension::text(of, "only", "valueCode").and_then(Half::of) }
    }

    /// The extension that says it; none if they can always come.
    pub fn extension(&self) -> Option<Value> {
        let code = |weekday: &i8| WEEKDAYS.get(usize::try_from(*weekday - 1).ok()?).copied();
        let days =
            self.weekdays.iter().filter_map(code).map(|code| extension::one("weekday", "valueCode", code));
        let half = self.only.map(|half| extension::one("only", "valueCode", half.code()));
        let parts: Vec<Value> = days.chain(half).collect();
        (!parts.is_empty()).then(|| extension::parts(extension::CANNOT, parts))
    }

    /// When within the window they can come, by the clinic's clock. O(days of the window).
    pub fn leaves(&self, zone: &Zone, window: Span) -> Spans {
        if window.is_empty() || *self == Self::default() {
            return Spans::new([window]);
        }
        let (first, last) = (zone.local(window.from).date(), zone.local(window.to - 1).date());
        let dates = first.series(1.day()).take_while(|date| *date <= last);
        let open =
            dates.filter(|date| !self.weekdays.contains(&Weekday::to_monday_one_offset(date.weekday())));
        open.map(|date| {
            let (day, noon) = (zone.day(date), zone.at(date.at(NOON, 0, 0, 0)).0);
            match self.only {
                None => day,
                Some(Half::Morning) => Span::new(day.from, noon),
                Some(Half::Afternoon) => Span::new(noon, day.to),
            }
            .common(window)
        })
        .collect()
    }
}
