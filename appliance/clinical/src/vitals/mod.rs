//! Vital signs: reading them off Observations, the early-warning score, and what is unusual or hardly possible at an age.
//! Nothing is refused here: what is hardly possible is asked about.

pub mod age;
pub mod news2;
pub mod ranges;
pub mod unit;

use crate::tree::Node;

/// The system of the codes.
pub const LOINC: &str = "http://loinc.org";

/// LOINC codes of what is measured, in UCUM units as [`unit::Unit`] has them.
pub mod code {
    /// Breaths a minute.
    pub const RESPIRATORY_RATE: &str = "9279-1";
    /// Oxygen saturation by pulse oximetry, in %.
    pub const SPO2: &str = "59408-5";
    /// Oxygen saturation in arterial blood, in %, as many systems write the same.
    pub const SPO2_ARTERIAL: &str = "2708-6";
    /// Inhaled oxygen, in litres a minute.
    pub const OXYGEN_FLOW: &str = "3151-8";
    /// Inhaled oxygen, in %.
    pub const OXYGEN_CONCENTRATION: &str = "3150-0";
    /// Systolic blood pressure, in mmHg.
    pub const SYSTOLIC: &str = "8480-6";
    /// Diastolic blood pressure, in mmHg.
    pub const DIASTOLIC: &str = "8462-4";
    /// Both.
    pub const BLOOD_PRESSURE: &str = "85354-9";
    /// The same, as older systems write it.
    pub const BLOOD_PRESSURE_OLD: &str = "55284-4";
    /// Heart beats a minute.
    pub const HEART_RATE: &str = "8867-4";
    /// Level of responsiveness: A, C, V, P or U.
    pub const RESPONSIVENESS: &str = "67775-7";
    /// Body temperature, in °C.
    pub const TEMPERATURE: &str = "8310-5";
    /// Body weight, in kg.
    pub const WEIGHT: &str = "29463-7";
    /// Body height, in cm.
    pub const HEIGHT: &str = "8302-2";
    /// Body mass index, in kg/m².
    pub const BMI: &str = "39156-5";
    /// Head circumference, in cm.
    pub const HEAD: &str = "9843-4";
    /// Pain from 0 to 10.
    pub const PAIN: &str = "72514-3";
}

/// Every code whose newest value stands on a chart.
pub const CODES: [&str; 17] = [
    code::BLOOD_PRESSURE,
    code::BLOOD_PRESSURE_OLD,
    code::SYSTOLIC,
    code::DIASTOLIC,
    code::HEART_RATE,
    code::RESPIRATORY_RATE,
    code::TEMPERATURE,
    code::SPO2,
    code::SPO2_ARTERIAL,
    code::OXYGEN_FLOW,
    code::OXYGEN_CONCENTRATION,
    code::RESPONSIVENESS,
    code::WEIGHT,
    code::HEIGHT,
    code::BMI,
    code::HEAD,
    code::PAIN,
];

/// What was measured.
#[derive(Clone, PartialEq, Debug)]
pub enum Reading {
    /// A number in a UCUM unit.
    Number(f64, String),
    /// A word or code.
    Text(String),
}

/// One measurement.
#[derive(Clone, PartialEq, Debug)]
pub struct Measurement {
    /// Its LOINC code.
    pub code: String,
    /// What it showed.
    pub reading: Reading,
}

impl Measurement {
    /// A number in the unit that this module counts in; `None` if it is no number or in a unit that does not measure this.
    pub fn number(&self) -> Option<f64> {
        let Reading::Number(value, unit) = &self.reading else { return None };
        unit::Unit::of(&self.code)?.from(*value, unit)
    }
}

/// The measurements of an Observation, those of its components included.
pub fn read(observation: &str) -> Vec<Measurement> {
    let Ok(node) = Node::parse(observation) else { return Vec::new() };
    let mut out: Vec<Measurement> = one(&node).into_iter().collect();
    node.walk(&["component"], &mut |component| out.extend(one(component)));
    out
}

fn one(node: &Node<'_>) -> Option<Measurement> {
    let mut code = None;
    node.walk(&["code", "coding"], &mut |coding| {
        let text = |name: &str| coding.member(name).and_then(Node::as_text);
        if code.is_none() && text("system") == Some(LOINC) {
            code = text("code").map(str::to_owned);
        }
    });
    Some(Measurement { code: code?, reading: reading(node)? })
}

fn reading(node: &Node<'_>) -> Option<Reading> {
    if let Some(quantity) = node.member("valueQuantity") {
        let Node::Number(value) = quantity.member("value")? else { return None };
        let text = |name: &str| quantity.member(name).and_then(Node::as_text);
        let unit = text("code").or(text("unit")).unwrap_or_default().to_owned();
        return Some(Reading::Number(value.parse().ok()?, unit));
    }
    if let Some(text) = node.member("valueString").and_then(Node::as_text) {
        return Some(Reading::Text(text.to_owned()));
    }
    let mut found = None;
    node.walk(&["valueCodeableConcept", "coding", "code"], &mut |code| {
        found = found.take().or_else(|| code.as_text().map(|code| Reading::Text(code.to_owned())));
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measurements_are_read_off_observations() {
        let coded = |code: &str| {
            format!(
                r#""code":{{"coding":[{{"system":"x","code":"y"}},{{"system":"{LOINC}","code":"{code}"}}]}}"#
            )
        };
        let json = format!(
            r#"{{{},"component":[{{{},"valueQuantity":{{"value":120.0,"code":"mm[Hg]"}}}},{{{},"valueQuantity":{{"value":80,"unit":"mmHg"}}}},{{"code":{{}}}}]}}"#,
            coded("85354-9"),
            coded("8480-6"),
            coded("8462-4")
        );
        let found = read(&json);
        let numbers: Vec<Option<f64>> = found.iter().map(Measurement::number).collect();
        assert_eq!(numbers, [Some(120.0), Some(80.0)]);
        let alert = read(&format!(
            r#"{{{},"valueCodeableConcept":{{"coding":[{{"code":"A"}}]}}}}"#,
            coded("67775-7")
        ));
        assert_eq!(alert[0].reading, Reading::Text("A".into()));
        assert!(read("7").is_empty() && read("{}").is_empty());
    }
}
