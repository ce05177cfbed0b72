//! NEWS2, the early-warning score for acute illness of people of 16 years or more who are not pregnant.
//!
//! Source: Royal College of Physicians, "National Early Warning Score (NEWS) 2" (2017), charts 1 and 2.

use std::collections::BTreeMap;

use super::{Measurement, Reading, code};

/// From so many months of age on.
pub const MIN_MONTHS: u32 = 16 * 12;

/// Which of the two scales counts for the oxygen saturation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Spo2Scale {
    /// For nearly everybody.
    #[default]
    One,
    /// For people with hypercapnic respiratory failure, whose target is 88 to 92 %: a clinician decides on that.
    Two,
}

/// How urgent it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Band {
    /// 0 to 4.
    Low,
    /// Below 5, but 3 in one part.
    LowMedium,
    /// 5 or 6: urgent response.
    Medium,
    /// 7 or more: emergency response.
    High,
}

impl Band {
    /// As it stands in answers.
    pub fn code(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::LowMedium => "low-medium",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// A score.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Score {
    /// From 0 to 20.
    pub score: u8,
    /// Points by part.
    pub parts: BTreeMap<&'static str, u8>,
    /// How urgent it is.
    pub band: Band,
    /// Parts of which nothing was said, and that are taken for as usual: breathing air, alert.
    pub assumed: Vec<&'static str>,
}

/// The score of one set of measurements; `None` below 16 years, or if one of the five numbers was not measured. The last of
/// several measurements of one thing counts.
pub fn score(age_months: u32, measured: &[Measurement], scale: Spo2Scale) -> Option<Score> {
    if age_months < MIN_MONTHS {
        return None;
    }
    let number = |codes: &[&str]| {
        measured.iter().rev().filter(|one| codes.contains(&one.code.as_str())).find_map(Measurement::number)
    };
    let mut assumed = Vec::new();
    let on_oxygen = is_on_oxygen(&number).unwrap_or_else(|| {
        assumed.push("oxygen");
        false
    });
    let is_alert = is_alert(measured).unwrap_or_else(|| {
        assumed.push("consciousness");
        true
    });
    let parts = BTreeMap::from([
        ("respiratoryRate", respiratory_rate(number(&[code::RESPIRATORY_RATE])?)),
        ("spo2", spo2(number(&[code::SPO2, code::SPO2_ARTERIAL])?, on_oxygen, scale)),
        ("oxygen", if on_oxygen { 2 } else { 0 }),
        ("systolic", systolic(number(&[code::SYSTOLIC])?)),
        ("heartRate", heart_rate(number(&[code::HEART_RATE])?)),
        ("consciousness", if is_alert { 0 } else { 3 }),
        ("temperature", temperature(number(&[code::TEMPERATURE])?)),
    ]);
    let score = parts.values().sum();
    let band = match score {
        7.. => Band::High,
        5.. => Band::Medium,
        _ if parts.values().any(|points| *points == 3) => Band::LowMedium,
        _ => Band::Low,
    };
    Some(Score { score, parts, band, assumed })
}

fn is_on_oxygen(number: &dyn Fn(&[&str]) -> Option<f64>) -> Option<bool> {
    const AIR_PERCENT: f64 = 21.0;
    let flow = number(&[code::OXYGEN_FLOW]).map(|litres| litres > 0.0);
    flow.or_else(|| number(&[code::OXYGEN_CONCENTRATION]).map(|percent| percent > AIR_PERCENT))
}

/// By ACVPU: A is alert; C, V, P and U are not. LOINC's answers for the code are known too.
fn is_alert(measured: &[Measurement]) -> Option<bool> {
    const ALERT: [&str; 3] = ["a", "alert", "la9340-6"];
    let said = measured.iter().rev().find(|one| one.code == code::RESPONSIVENESS)?;
    let Reading::Text(text) = &said.reading else { return None };
    Some(ALERT.contains(&text.trim().to_lowercase().as_str()))
}

fn respiratory_rate(per_minute: f64) -> u8 {
    match per_minute.round() as i64 {
        ..=8 => 3,
        9..=11 => 1,
        12..=20 => 0,
        21..=24 => 2,
        _ => 3,
    }
}

fn spo2(percent: f64, on_oxygen: bool, scale: Spo2Scale) -> u8 {
    match (scale, percent.round() as i64) {
        (Spo2Scale::One, ..=91) => 3,
        (Spo2Scale::One, 92..=93) => 2,
        (Spo2Scale::One, 94..=95) => 1,
        (Spo2Scale::One, _) => 0,
        (Spo2Scale::Two, ..=83) => 3,
        (Spo2Scale::Two, 84..=85) => 2,
        (Spo2Scale::Two, 86..=87) => 1,
        (Spo2Scale::Two, 88..=92) => 0,
        (Spo2Scale::Two, _) if !on_oxygen => 0,
        (Spo2Scale::Two, 93..=94) => 1,
        (Spo2Scale::Two, 95..=96) => 2,
        (Spo2Scale::Two, _) => 3,
    }
}

fn systolic(mmhg: f64) -> u8 {
    match mmhg.round() as i64 {
        ..=90 => 3,
        91..=100 => 2,
        101..=110 => 1,
        111..=219 => 0,
        _ => 3,
    }
}

fn heart_rate(per_minute: f64) -> u8 {
    match per_minute.round() as i64 {
        ..=40 => 3,
        41..=50 => 1,
        51..=90 => 0,
        91..=110 => 1,
        111..=130 => 2,
        _ => 3,
    }
}

fn temperature(celsius: f64) -> u8 {
    match (celsius * 10.0).round() as i64 {
        ..=350 => 3,
        351..=360 => 1,
        361..=380 => 0,
        381..=390 => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADULT: u32 = 40 * 12;

    fn measured(
        rr: f64,
        spo2: f64,
        flow: f64,
        sbp: f64,
        hr: f64,
        acvpu: &str,
        temp: f64,
    ) -> Vec<Measurement> {
        let number = |code: &str, value: f64| Measurement {
            code: code.into(),
            reading: Reading::Number(value, String::new()),
        };
        vec![
            number(code::RESPIRATORY_RATE, rr),
            number(code::SPO2, spo2),
            number(code::OXYGEN_FLOW, flow),
            number(code::SYSTOLIC, sbp),
            number(code::HEART_RATE, hr),
            Measurement { code: code::RESPONSIVENESS.into(), reading: Reading::Text(acvpu.into()) },
            number(code::TEMPERATURE, temp),
        ]
    }

    #[test]
    fn every_step_of_the_chart_gives_its_points() {
        let usual = || measured(16.0, 97.0, 0.0, 120.0, 70.0, "A", 37.0);
        let with = |at: usize, value: f64| {
            let mut all = usual();
            all[at].reading = Reading::Number(value, String::new());
            score(ADULT, &all, Spo2Scale::One).unwrap().score
        };
        for (at, steps) in [
            (0, &[(8.0, 3), (9.0, 1), (11.0, 1), (12.0, 0), (20.0, 0), (21.0, 2), (24.0, 2), (25.0, 3)][..]),
            (1, &[(91.0, 3), (92.0, 2), (93.0, 2), (94.0, 1), (95.0, 1), (96.0, 0)]),
            (2, &[(0.0, 0), (2.0, 2)]),
            (
                3,
                &[
                    (90.0, 3),
                    (91.0, 2),
                    (100.0, 2),
                    (101.0, 1),
                    (110.0, 1),
                    (111.0, 0),
                    (219.0, 0),
                    (220.0, 3),
                ],
            ),
            (
                4,
                &[
                    (40.0, 3),
                    (41.0, 1),
                    (50.0, 1),
                    (51.0, 0),
                    (90.0, 0),
                    (91.0, 1),
                    (110.0, 1),
                    (111.0, 2),
                    (130.0, 2),
                    (131.0, 3),
                ],
            ),
            (6, &[(35.0, 3), (35.1, 1), (36.0, 1), (36.1, 0), (38.0, 0), (38.1, 1), (39.0, 1), (39.1, 2)]),
        ] {
            for (value, points) in steps {
                assert_eq!(with(at, *value), *points, "{} {value}", usual()[at].code);
            }
        }
    }

    #[test]
    fn scale_two_counts_too_much_oxygen_as_well() {
        let of = |spo2: f64, flow: f64| {
            score(ADULT, &measured(16.0, spo2, flow, 120.0, 70.0, "A", 37.0), Spo2Scale::Two).unwrap().parts["spo2"]
        };
        for (spo2, air, oxygen) in [
            (83.0, 3, 3),
            (84.0, 2, 2),
            (86.0, 1, 1),
            (88.0, 0, 0),
            (92.0, 0, 0),
            (93.0, 0, 1),
            (95.0, 0, 2),
            (97.0, 0, 3),
        ] {
            assert_eq!((of(spo2, 0.0), of(spo2, 2.0)), (air, oxygen), "{spo2}");
        }
    }

    #[test]
    fn bands_follow_the_score_and_single_parts() {
        let of =
            |all: &[Measurement]| score(ADULT, all, Spo2Scale::One).map(|one| (one.score, one.band.code()));
        assert_eq!(of(&measured(16.0, 97.0, 0.0, 120.0, 70.0, "A", 37.0)), Some((0, "low")));
        assert_eq!(of(&measured(16.0, 97.0, 0.0, 120.0, 70.0, "V", 37.0)), Some((3, "low-medium")));
        assert_eq!(of(&measured(22.0, 95.0, 2.0, 120.0, 70.0, "A", 37.0)), Some((5, "medium")));
        assert_eq!(of(&measured(26.0, 91.0, 4.0, 88.0, 135.0, "U", 34.0)), Some((20, "high")));
    }

    #[test]
    fn children_and_incomplete_sets_have_no_score() {
        let all = measured(16.0, 97.0, 0.0, 120.0, 70.0, "A", 37.0);
        assert_eq!(score(MIN_MONTHS - 1, &all, Spo2Scale::One), None);
        for at in [0, 1, 3, 4, 6] {
            let mut fewer = all.clone();
            fewer.remove(at);
            assert_eq!(score(ADULT, &fewer, Spo2Scale::One), None, "{at}");
        }
        let mut unsaid = all;
        unsaid.retain(|one| !matches!(one.code.as_str(), code::OXYGEN_FLOW | code::RESPONSIVENESS));
        assert_eq!(score(ADULT, &unsaid, Spo2Scale::One).unwrap().assumed, ["oxygen", "consciousness"]);
    }
}
