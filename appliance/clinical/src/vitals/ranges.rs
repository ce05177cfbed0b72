//! What vital signs usually are at an age, and what is hardly possible: from `definitions/vitals.tsv`, where the sources stand.

use std::sync::LazyLock;

use super::unit::{Unit, bmi};
use super::{Measurement, Reading, code};

const TEXT: &str = include_str!("../../definitions/vitals.tsv");

/// What one vital sign is at one age.
#[derive(Clone, PartialEq, Debug)]
pub struct Range {
    code: &'static str,
    from_months: u32,
    below_months: u32,
    /// Below this it is hardly possible.
    pub least: Option<f64>,
    /// Above this it is hardly possible.
    pub most: Option<f64>,
    /// Usual from here on.
    pub low: Option<f64>,
    /// Usual up to here.
    pub high: Option<f64>,
}

static RANGES: LazyLock<Vec<Range>> = LazyLock::new(|| {
    let lines = TEXT.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| range(line).unwrap_or_else(|| panic!("vitals.tsv has the line {line:?}"))).collect()
});

fn range(line: &'static str) -> Option<Range> {
    let cells: Vec<&'static str> = line.split('\t').collect();
    let [code, from, below, least, most, low, high, _sources] = cells[..] else { return None };
    let bound = |text: &str| if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) };
    Some(Range {
        code,
        from_months: from.parse().ok()?,
        below_months: below.parse().ok()?,
        least: bound(least)?,
        most: bound(most)?,
        low: bound(low)?,
        high: bound(high)?,
    })
}

/// What is known of a vital sign at an age in months; of somebody whose age is not known, what holds for adults.
pub fn find(code: &str, age_months: Option<u32>) -> Option<&'static Range> {
    const ADULT: u32 = 40 * 12;
    let age = age_months.unwrap_or(ADULT);
    RANGES.iter().find(|one| one.code == code && (one.from_months..one.below_months).contains(&age))
}

/// Why a value is asked about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// It is hardly possible: a slip of the hand is likelier.
    HardlyPossible,
    /// It is outside of what is usual at the age.
    Unusual,
    /// Its unit measures something else.
    Unit,
    /// It does not fit another one.
    DoesNotFit,
}

impl Why {
    /// As it stands in answers.
    pub fn code(self) -> &'static str {
        match self {
            Self::HardlyPossible => "hardly-possible",
            Self::Unusual => "unusual",
            Self::Unit => "unit",
            Self::DoesNotFit => "does-not-fit",
        }
    }
}

/// What is asked about one value. Nothing is refused.
#[derive(Clone, PartialEq, Debug)]
pub struct Question {
    /// LOINC code of the vital sign.
    pub code: String,
    /// Why.
    pub why: Why,
    /// The bounds that it is outside of, if any.
    pub low: Option<f64>,
    /// See `low`.
    pub high: Option<f64>,
    /// UCUM unit of the bounds.
    pub unit: &'static str,
    /// For people, in plain English.
    pub text: String,
}

/// What is to be asked about measurements, in their order: what is hardly possible first of each.
pub fn questions(age_months: Option<u32>, measured: &[Measurement]) -> Vec<Question> {
    let mut out: Vec<Question> = measured.iter().filter_map(|one| about(age_months, one)).collect();
    out.extend(pressures(measured));
    out.extend(weight_for_height(age_months, measured));
    out
}

fn about(age_months: Option<u32>, measured: &Measurement) -> Option<Question> {
    let unit = Unit::of(&measured.code)?.ucum();
    let Reading::Number(as_written, written_unit) = &measured.reading else { return None };
    let ask = |why, low, high, text: String| {
        Some(Question { code: measured.code.clone(), why, low, high, unit, text })
    };
    let Some(value) = measured.number() else {
        return ask(
            Why::Unit,
            None,
            None,
            format!(
                "{as_written} {written_unit} is no measure of this; it is counted in {unit}. Is the unit right?"
            ),
        );
    };
    let range = find(&measured.code, age_months)?;
    let is_outside = |low: Option<f64>, high: Option<f64>| {
        !value.is_finite() || low.is_some_and(|low| value < low) || high.is_some_and(|high| value > high)
    };
    if is_outside(range.least, range.most) {
        let text = format!("{value} {unit} is hardly possible at this age. Is it what was measured?");
        return ask(Why::HardlyPossible, range.least, range.most, text);
    }
    if is_outside(range.low, range.high) {
        let text = format!("{value} {unit} is unusual at this age ({}).", bounds(range.low, range.high));
        return ask(Why::Unusual, range.low, range.high, text);
    }
    None
}

fn bounds(low: Option<f64>, high: Option<f64>) -> String {
    match (low, high) {
        (Some(low), Some(high)) => format!("usual: {low} to {high}"),
        (Some(low), None) => format!("usual: {low} or more"),
        (None, Some(high)) => format!("usual: {high} or less"),
        (None, None) => String::new(),
    }
}

fn last(measured: &[Measurement], code: &str) -> Option<f64> {
    measured.iter().rev().filter(|one| one.code == code).find_map(Measurement::number)
}

/// A diastolic pressure at or above the systolic one: swapped, or one of them wrong.
fn pressures(measured: &[Measurement]) -> Option<Question> {
    let (systolic, diastolic) = (last(measured, code::SYSTOLIC)?, last(measured, code::DIASTOLIC)?);
    (diastolic >= systolic).then(|| Question {
        code: code::DIASTOLIC.to_owned(),
        why: Why::DoesNotFit,
        low: None,
        high: Some(systolic),
        unit: "mm[Hg]",
        text: format!(
            "A diastolic pressure of {diastolic} beside a systolic one of {systolic} mmHg: are they swapped?"
        ),
    })
}

/// A body mass index that nobody has: kilograms for pounds, or inches for centimetres.
fn weight_for_height(age_months: Option<u32>, measured: &[Measurement]) -> Option<Question> {
    let (weight, height) = (last(measured, code::WEIGHT)?, last(measured, code::HEIGHT)?);
    let (index, range) = (bmi(weight, height)?, find(code::BMI, age_months)?);
    let (least, most) = (range.least?, range.most?);
    (!(least..=most).contains(&index)).then(|| Question {
        code: code::WEIGHT.to_owned(),
        why: Why::DoesNotFit,
        low: None,
        high: None,
        unit: "kg",
        text: format!("{weight} kg at {height} cm make a body mass index of {index}. Are the units right?"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(code: &str, value: f64, unit: &str) -> Measurement {
        Measurement { code: code.into(), reading: Reading::Number(value, unit.into()) }
    }

    #[test]
    fn the_table_covers_every_age_once_and_its_bounds_are_in_order() {
        for code in super::super::CODES.iter().filter(|code| Unit::of(code).is_some()) {
            for age in 0..1_500 {
                let of_age = RANGES
                    .iter()
                    .filter(|one| one.code == *code && (one.from_months..one.below_months).contains(&age));
                assert_eq!(of_age.count(), 1, "{code} at {age} months");
            }
        }
        for one in RANGES.iter() {
            let all = [one.least, one.low, one.high, one.most];
            let said: Vec<f64> = all.into_iter().flatten().collect();
            assert!(said.is_sorted(), "{one:?}");
        }
    }

    #[test]
    fn what_is_odd_at_an_age_is_asked_and_nothing_is_refused() {
        let why = |age: Option<u32>, code: &str, value: f64, unit: &str| {
            questions(age, &[number(code, value, unit)]).first().map(|one| one.why)
        };
        for (years, code, value, expected) in [
            (40, code::HEART_RATE, 72.0, None),
            (40, code::HEART_RATE, 130.0, Some(Why::Unusual)),
            (40, code::HEART_RATE, 720.0, Some(Why::HardlyPossible)),
            (1, code::HEART_RATE, 130.0, None),
            (0, code::RESPIRATORY_RATE, 45.0, None),
            (40, code::RESPIRATORY_RATE, 45.0, Some(Why::Unusual)),
            (4, code::SYSTOLIC, 95.0, None),
            (4, code::SYSTOLIC, 130.0, Some(Why::Unusual)),
            (70, code::SYSTOLIC, 130.0, None),
            (40, code::TEMPERATURE, 370.0, Some(Why::HardlyPossible)),
            (40, code::SPO2, 101.0, Some(Why::HardlyPossible)),
            (40, code::WEIGHT, f64::NAN, Some(Why::HardlyPossible)),
        ] {
            assert_eq!(why(Some(years * 12), code, value, ""), expected, "{years} {code} {value}");
        }
        assert_eq!(why(None, code::TEMPERATURE, 98.6, "[degF]"), None);
        assert_eq!(why(None, code::TEMPERATURE, 37.0, "kg"), Some(Why::Unit));
        assert_eq!(why(None, "unknown", 1.0, ""), None);
    }

    #[test]
    fn values_that_do_not_fit_each_other_are_asked_about() {
        let why = |measured: &[Measurement]| {
            questions(Some(480), measured)
                .iter()
                .filter(|one| one.why == Why::DoesNotFit)
                .map(|one| one.code.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            why(&[number(code::SYSTOLIC, 80.0, ""), number(code::DIASTOLIC, 120.0, "")]),
            [code::DIASTOLIC]
        );
        assert_eq!(
            why(&[number(code::WEIGHT, 70.0, "kg"), number(code::HEIGHT, 69.0, "cm")]),
            [code::WEIGHT]
        );
        assert!(
            why(&[number(code::WEIGHT, 154.0, "[lb_av]"), number(code::HEIGHT, 69.0, "[in_i]")]).is_empty()
        );
    }
}
