//! Units of vital signs (UCUM), and others in which people enter them.

use super::code;

/// The unit in which a vital sign is counted here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// `/min`
    PerMinute,
    /// `%`
    Percent,
    /// `L/min`
    LitresPerMinute,
    /// `mm[Hg]`
    MillimetresOfMercury,
    /// `Cel`
    Celsius,
    /// `kg`
    Kilogram,
    /// `cm`
    Centimetre,
    /// `kg/m2`
    KilogramPerSquareMetre,
    /// `{score}`
    Score,
}

impl Unit {
    /// That of a vital sign, by its LOINC code.
    pub fn of(code: &str) -> Option<Self> {
        Some(match code {
            code::RESPIRATORY_RATE | code::HEART_RATE => Self::PerMinute,
            code::SPO2 | code::SPO2_ARTERIAL | code::OXYGEN_CONCENTRATION => Self::Percent,
            code::OXYGEN_FLOW => Self::LitresPerMinute,
            code::SYSTOLIC | code::DIASTOLIC => Self::MillimetresOfMercury,
            code::TEMPERATURE => Self::Celsius,
            code::WEIGHT => Self::Kilogram,
            code::HEIGHT | code::HEAD => Self::Centimetre,
            code::BMI => Self::KilogramPerSquareMetre,
            code::PAIN => Self::Score,
            _ => return None,
        })
    }

    /// As UCUM writes it.
    pub fn ucum(self) -> &'static str {
        match self {
            Self::PerMinute => "/min",
            Self::Percent => "%",
            Self::LitresPerMinute => "L/min",
            Self::MillimetresOfMercury => "mm[Hg]",
            Self::Celsius => "Cel",
            Self::Kilogram => "kg",
            Self::Centimetre => "cm",
            Self::KilogramPerSquareMetre => "kg/m2",
            Self::Score => "{score}",
        }
    }

    /// A value in another unit of the same kind; without a unit it is taken for this one. `None` if the unit measures something
    /// else.
    pub fn from(self, value: f64, unit: &str) -> Option<f64> {
        let unit = unit.trim();
        if unit.is_empty() || unit == self.ucum() {
            return Some(value);
        }
        Some(match (self, unit) {
            (Self::PerMinute, "{beats}/min" | "{breaths}/min" | "bpm" | "1/min") => value,
            (Self::MillimetresOfMercury, "mmHg" | "mm Hg") => value,
            (Self::MillimetresOfMercury, "kPa") => value * 7.500_62,
            (Self::Celsius, "°C" | "C" | "cel") => value,
            (Self::Celsius, "[degF]" | "°F" | "F") => (value - 32.0) / 1.8,
            (Self::Kilogram, "g") => value / 1000.0,
            (Self::Kilogram, "[lb_av]" | "lb" | "lbs") => value * 0.453_592_37,
            (Self::Centimetre, "m") => value * 100.0,
            (Self::Centimetre, "mm") => value / 10.0,
            (Self::Centimetre, "[in_i]" | "in") => value * 2.54,
            (Self::LitresPerMinute, "l/min") => value,
            (Self::Percent, "percent") => value,
            (Self::Percent, "1") => value * 100.0,
            (Self::KilogramPerSquareMetre, "kg/m^2" | "kg/m²") => value,
            (Self::Score, _) => value,
            _ => return None,
        })
    }
}

/// Body mass index in kg/m² of a weight in kg and a height in cm; `None` of a height that cannot be.
pub fn bmi(weight_kg: f64, height_cm: f64) -> Option<f64> {
    let height_m = height_cm / 100.0;
    (height_m > 0.1 && weight_kg > 0.0).then(|| (weight_kg / (height_m * height_m) * 10.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_brought_into_one_unit() {
        for (unit, value, from, expected) in [
            (Unit::Celsius, 98.6, "[degF]", Some(37.0)),
            (Unit::Celsius, 37.0, "", Some(37.0)),
            (Unit::Kilogram, 3_500.0, "g", Some(3.5)),
            (Unit::Kilogram, 154.0, "[lb_av]", Some(69.853)),
            (Unit::Centimetre, 1.8, "m", Some(180.0)),
            (Unit::MillimetresOfMercury, 16.0, "kPa", Some(120.01)),
            (Unit::Celsius, 37.0, "kg", None),
        ] {
            let found = unit.from(value, from);
            let is_near = found.zip(expected).is_none_or(|(a, b)| (a - b).abs() < 0.001);
            assert!(found.is_some() == expected.is_some() && is_near, "{value} {from}: {found:?}");
        }
    }

    #[test]
    fn bmi_is_worked_out() {
        assert_eq!((bmi(70.0, 175.0), bmi(70.0, 0.0)), (Some(22.9), None));
    }
}
