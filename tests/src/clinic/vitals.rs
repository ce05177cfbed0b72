//! Vital signs that fit age, sex and illness, and drift as people do.

use super::chart::{Chart, Visit};
use super::courses::{Has, Problem, as_f64};
use super::people::{Person, Role};
use crate::generate::Dice;

/// How much is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// With weight, height and body mass index.
    Full,
    /// What a nurse takes of somebody who is ill.
    Short,
}

/// Takes them; `fever` in °C above the usual.
pub(super) fn take(chart: &mut Chart<'_>, visit: &Visit, has: &[Has], extent: Extent, fever: f64) {
    let person = chart.person;
    let day = visit.at.day;
    let age = as_f64(person.age(day));
    let is = |problem| has.iter().any(|has| has.problem == problem);
    let since =
        |problem| has.iter().find(|has| has.problem == problem).map(|has| as_f64(day - has.since) / 365.0);
    let mut own = Dice::new(person.number, "body", person.born.unsigned_abs());
    let mut wobble = |spread: f64| (chart.dice.unit() - 0.5) * 2.0 * spread;
    let pulse =
        resting_pulse(age) + wobble(7.0) + fever * 9.0 + if is(Problem::Fibrillation) { 8.0 } else { 0.0 };
    let breaths = if age < 1.0 {
        38.0
    } else if age < 6.0 {
        25.0
    } else if age < 12.0 {
        20.0
    } else {
        15.0
    };
    let breaths = breaths + wobble(1.6) + fever * 2.0 + if is(Problem::Copd) { 3.0 } else { 0.0 };
    let oxygen = if is(Problem::Copd) {
        93.0
    } else if is(Problem::HeartFailure) {
        95.5
    } else {
        98.0
    };
    let oxygen = (oxygen + wobble(1.2) - fever * 0.4).min(100.0);
    let warmth = 36.7 + wobble(0.3) + fever;
    let high = since(Problem::Hypertension).map_or(0.0, |years| 14.0 + 24.0 * (-years / 0.8).exp());
    let systolic = if age < 16.0 { 88.0 + age * 1.9 } else { 112.0 + age * 0.22 } + high + wobble(7.0);
    let diastolic = if age < 16.0 { 54.0 + age } else { 72.0 + (age * 0.05) } + high * 0.45 + wobble(5.0);
    if age >= 3.0 {
        chart.blood_pressure(visit, systolic.round(), diastolic.round());
    }
    chart.measure(visit, "8867-4", pulse.round(), 0, ("/min", "/min"));
    chart.measure(visit, "9279-1", breaths.round(), 0, ("/min", "/min"));
    chart.measure(visit, "8310-5", warmth, 1, ("°C", "Cel"));
    chart.measure(visit, "59408-5", oxygen.round(), 0, ("%", "%"));
    if extent == Extent::Full {
        let (height, weight) = body(person, day, &mut own);
        let weight = weight + (chart.dice.unit() - 0.5) * weight * 0.02;
        chart.measure(visit, "29463-7", weight, 1, ("kg", "kg"));
        chart.measure(visit, "8302-2", height, 1, ("cm", "cm"));
        if age >= 2.0 {
            let index = weight / (height / 100.0).powi(2);
            chart.measure(visit, "39156-5", index, 1, ("kg/m2", "kg/m2"));
        }
    }
}

fn resting_pulse(age: f64) -> f64 {
    if age < 1.0 {
        132.0
    } else if age < 6.0 {
        104.0
    } else if age < 12.0 {
        88.0
    } else {
        72.0
    }
}

/// Height in cm and weight in kg on a day. Children follow the WHO's medians at their own percentile.
pub(super) fn body(person: &Person, day: i64, own: &mut Dice) -> (f64, f64) {
    let percentile = (own.unit() + own.unit() - 1.0) * 1.1;
    let adult = if person.is_woman { 163.0 } else { 176.0 } + percentile * 7.0;
    let heavy = own.unit();
    let months = as_f64(day - person.born) / 30.4375;
    if months < 216.0 {
        let (height, weight) = growth(months, person.is_woman);
        return (height * (1.0 + percentile * 0.035), weight * (1.0 + percentile * 0.11));
    }
    let years = months / 12.0;
    let index = 21.0 + heavy * 9.0 + ((years - 30.0) / 40.0).clamp(-0.2, 1.0) * 2.0;
    let index = if person.role == Role::LongDiabetes { 31.0 } else { index };
    let shrunk = (years - 60.0).max(0.0) * 0.07;
    let height = adult - shrunk;
    (height, index * (height / 100.0).powi(2))
}

/// Months, height in cm and weight in kg: near the medians of the WHO's growth standards (0 to 5 years) and reference (5 to
/// 19 years), rounded.
const BOYS: &[(f64, f64, f64)] = &[
    (0.0, 49.9, 3.3),
    (1.0, 54.7, 4.5),
    (2.0, 58.4, 5.6),
    (4.0, 63.9, 7.0),
    (6.0, 67.6, 7.9),
    (9.0, 72.0, 8.9),
    (12.0, 75.7, 9.6),
    (18.0, 82.3, 10.9),
    (24.0, 87.1, 12.2),
    (36.0, 96.1, 14.3),
    (48.0, 103.3, 16.3),
    (60.0, 110.0, 18.3),
    (84.0, 121.7, 22.9),
    (108.0, 132.6, 28.1),
    (132.0, 143.1, 35.0),
    (156.0, 156.0, 44.5),
    (180.0, 169.0, 56.0),
    (216.0, 176.1, 66.9),
];
const GIRLS: &[(f64, f64, f64)] = &[
    (0.0, 49.1, 3.2),
    (1.0, 53.7, 4.2),
    (2.0, 57.1, 5.1),
    (4.0, 62.1, 6.4),
    (6.0, 65.7, 7.3),
    (9.0, 70.1, 8.2),
    (12.0, 74.0, 8.9),
    (18.0, 80.7, 10.2),
    (24.0, 85.7, 11.5),
    (36.0, 95.1, 13.9),
    (48.0, 102.7, 16.1),
    (60.0, 109.4, 18.2),
    (84.0, 120.8, 22.4),
    (108.0, 132.5, 28.0),
    (132.0, 145.0, 36.0),
    (156.0, 156.4, 46.0),
    (180.0, 161.7, 52.9),
    (216.0, 163.1, 57.0),
];

fn growth(months: f64, is_girl: bool) -> (f64, f64) {
    let table = if is_girl { GIRLS } else { BOYS };
    let after = table.iter().position(|row| row.0 > months).unwrap_or(table.len() - 1).max(1);
    let (low, high) = (table[after - 1], table[after]);
    let part = ((months - low.0) / (high.0 - low.0)).clamp(0.0, 1.0);
    (low.1 + (high.1 - low.1) * part, low.2 + (high.2 - low.2) * part)
}

/// The head of a baby in cm, near the WHO's median.
pub(super) fn head(months: f64) -> f64 {
    34.2 + 12.6 * (1.0 - (-months / 7.5).exp())
}
