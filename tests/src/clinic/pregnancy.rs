//! A pregnancy: dates, bookings, antenatal visits.

use holdfast_clinical::codes::System;
use serde_json::json;

use super::chart::{Chart, Kind, Order};
use super::courses::as_f64;
use super::fhir::concept;
use super::labs;
use super::life::panel;
use super::moment::{Moment, day_text};
use super::team::Post;

/// How far she is today, in days.
const DAYS_TODAY: i64 = 31 * 7 + 3;
/// The weeks of the antenatal visits.
const WEEKS: [i64; 7] = [9, 12, 16, 20, 24, 28, 30];

/// The days of the visits, with their weeks.
pub(super) fn days(today: i64) -> Vec<(i64, i64)> {
    WEEKS.iter().map(|week| (today - DAYS_TODAY + week * 7, *week)).collect()
}

pub(super) fn visit(chart: &mut Chart<'_>, at: Moment, week: i64, today: i64) {
    let midwife = chart.team.one(&mut chart.dice, Post::Midwife);
    let reason = match week {
        ..=13 => "Z34.01",
        14..=27 => "Z34.02",
        _ => "Z34.03",
    };
    let visit =
        chart.visit(at, midwife, &Kind { minutes: 30, ..Kind::past("Antenatal visit", Some(reason)) });
    let weeks = as_f64(week);
    let wobble = as_f64(chart.dice.between(-4, 4));
    chart.blood_pressure(&visit, 108.0 + weeks * 0.3 + wobble, 66.0 + weeks * 0.2);
    chart.measure(&visit, "29463-7", 61.5 + weeks * 0.36, 1, ("kg", "kg"));
    chart.measure(&visit, "18185-9", weeks, 0, ("weeks", "wk"));
    if week >= 12 {
        chart.measure(&visit, "55283-6", 142.0 + wobble, 0, ("/min", "/min"));
    }
    if week >= 20 {
        chart.measure(&visit, "11881-0", weeks + wobble * 0.25, 1, ("cm", "cm"));
    }
    if week == WEEKS[0] {
        booking(chart, &visit, at, today);
    }
    if week == 20 {
        let more = json!({ "valueString": "One fetus, anatomy as expected, placenta anterior." });
        chart.observe(&visit, "imaging", "11525-3", more);
    }
    if week == 28 {
        panel(chart, &visit, &[], &labs::BLOOD_COUNT);
        chart.immunize(&visit, "115", 1);
    }
    let sections = [
        ("61150-9", "How she is", "Feels movements, no bleeding, no headache.".to_owned()),
        ("61149-1", "Findings", format!("{week} weeks. Measurements as recorded. Urine without protein.")),
        ("51848-0", "Assessment", "Pregnancy as expected for the dates.".to_owned()),
        ("18776-5", "Plan", "Signs of danger gone through. Next visit as booked.".to_owned()),
    ];
    chart.note(&visit, "Antenatal visit", "57055-6", "final", &sections);
}

/// What is asked and tested once, at the first visit.
fn booking(chart: &mut Chart<'_>, visit: &super::chart::Visit, at: Moment, today: i64) {
    let started = today - DAYS_TODAY;
    chart.condition(visit, "Z34.00", started, None, true);
    chart.observe(visit, "exam", "8665-2", json!({ "valueDateTime": day_text(started) }));
    chart.observe(visit, "exam", "11779-6", json!({ "valueDateTime": day_text(started + 280) }));
    for (code, result) in [
        ("882-1", "O Rh positive"),
        ("5196-1", "Negative"),
        ("56888-1", "Negative"),
        ("20507-0", "Non-reactive"),
    ] {
        chart.observe(visit, "laboratory", code, json!({ "valueCodeableConcept": { "text": result } }));
    }
    panel(chart, visit, &[], &labs::BLOOD_COUNT);
    for (code, dose) in [("310410", "1 tablet (1 mg) once a day"), ("310325", "1 tablet (325 mg) once a day")]
    {
        let order = Order { code, dose, times: 1.0, status: "active", reason: Some("Z34.00"), days: 270 };
        chart.prescribe(visit, &order);
    }
    let body = json!({
        "status": "active",
        "intent": "plan",
        "title": "Antenatal care",
        "category": [concept(System::Loinc, "18776-5")],
        "subject": chart.patient(),
        "period": { "start": day_text(at.day), "end": day_text(started + 280) },
        "author": visit.by,
        "activity": [
            { "detail": { "status": "in-progress", "description": "Antenatal visits at 9, 12, 16, 20, 24, 28, 30, 34, 36, 38 and 40 weeks" } },
            { "detail": { "status": "scheduled", "description": "Birth plan at 34 weeks" } },
        ],
    });
    chart.put("CarePlan", body);
}
