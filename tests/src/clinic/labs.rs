//! What a laboratory measures: units, reference ranges, panels.

/// One test.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lab {
    /// LOINC.
    pub(super) code: &'static str,
    /// As written, and in UCUM.
    pub(super) unit: (&'static str, &'static str),
    pub(super) low: Option<f64>,
    pub(super) high: Option<f64>,
    /// Digits after the point.
    pub(super) digits: usize,
    /// What a healthy person has, and how far one is off.
    pub(super) usual: f64,
    pub(super) spread: f64,
}

/// Where a result is to its range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flag {
    Low,
    Normal,
    High,
}

impl Lab {
    /// As it is printed, so that the flag fits what is read.
    pub(super) fn flag(&self, value: f64) -> Flag {
        let scale = 10_f64.powi(i32::try_from(self.digits).unwrap_or(0));
        let shown = (value * scale).round() / scale;
        if self.low.is_some_and(|low| shown < low) {
            Flag::Low
        } else if self.high.is_some_and(|high| shown > high) {
            Flag::High
        } else {
            Flag::Normal
        }
    }
}

/// Tests that are asked for together.
#[derive(Debug)]
pub(super) struct Panel {
    pub(super) code: &'static str,
    pub(super) labs: &'static [Lab],
}

const MG_DL: (&str, &str) = ("mg/dL", "mg/dL");
const MMOL_L: (&str, &str) = ("mmol/L", "mmol/L");
const PER_UL: (&str, &str) = ("10*3/uL", "10*3/uL");
const U_L: (&str, &str) = ("U/L", "U/L");
const PERCENT: (&str, &str) = ("%", "%");

const fn lab(
    code: &'static str,
    unit: (&'static str, &'static str),
    low: Option<f64>,
    high: Option<f64>,
    digits: usize,
    usual: f64,
    spread: f64,
) -> Lab {
    Lab { code, unit, low, high, digits, usual, spread }
}

pub(super) const HBA1C: Lab = lab("4548-4", PERCENT, Some(4.0), Some(5.6), 1, 5.3, 0.2);
pub(super) const ACR: Lab = lab("9318-7", ("mg/g", "mg/g"), None, Some(30.0), 0, 9.0, 4.0);
pub(super) const CREATININE: Lab = lab("2160-0", MG_DL, Some(0.6), Some(1.3), 2, 0.88, 0.08);
pub(super) const EGFR: Lab =
    lab("98979-8", ("mL/min/{1.73_m2}", "mL/min/{1.73_m2}"), Some(60.0), None, 0, 88.0, 5.0);
pub(super) const POTASSIUM: Lab = lab("2823-3", MMOL_L, Some(3.5), Some(5.1), 1, 4.2, 0.25);
pub(super) const LDL: Lab = lab("13457-7", MG_DL, None, Some(130.0), 0, 108.0, 14.0);
pub(super) const HDL: Lab = lab("2085-9", MG_DL, Some(40.0), None, 0, 52.0, 6.0);
pub(super) const TOTAL: Lab = lab("2093-3", MG_DL, None, Some(200.0), 0, 182.0, 15.0);
pub(super) const TRIGLYCERIDE: Lab = lab("2571-8", MG_DL, None, Some(150.0), 0, 118.0, 22.0);
pub(super) const TSH: Lab = lab("3016-3", ("m[IU]/L", "m[IU]/L"), Some(0.4), Some(4.0), 2, 1.8, 0.4);
pub(super) const HEMOGLOBIN: Lab = lab("718-7", ("g/dL", "g/dL"), Some(12.0), Some(17.0), 1, 13.9, 0.5);
pub(super) const FERRITIN: Lab = lab("2276-4", ("ng/mL", "ng/mL"), Some(15.0), Some(200.0), 0, 70.0, 18.0);
pub(super) const INR: Lab = lab("6301-6", ("{INR}", "{INR}"), Some(2.0), Some(3.0), 1, 2.5, 0.35);
pub(super) const URATE: Lab = lab("3084-1", MG_DL, Some(2.5), Some(7.0), 1, 5.2, 0.5);
pub(super) const BNP: Lab = lab("33762-6", ("pg/mL", "pg/mL"), None, Some(125.0), 0, 60.0, 15.0);

pub(super) const GLYCEMIA: Panel = Panel { code: "11502-2", labs: &[HBA1C, ACR] };
pub(super) const LIPIDS: Panel = Panel { code: "24331-1", labs: &[TOTAL, LDL, HDL, TRIGLYCERIDE] };
pub(super) const KIDNEY: Panel = Panel {
    code: "24321-2",
    labs: &[
        CREATININE,
        EGFR,
        POTASSIUM,
        lab("2951-2", MMOL_L, Some(136.0), Some(145.0), 0, 140.0, 1.6),
        lab("2075-0", MMOL_L, Some(98.0), Some(107.0), 0, 102.0, 1.6),
        lab("2028-9", MMOL_L, Some(22.0), Some(29.0), 0, 25.0, 1.2),
        lab("3094-0", MG_DL, Some(7.0), Some(20.0), 0, 14.0, 2.5),
        lab("2345-7", MG_DL, Some(70.0), Some(99.0), 0, 89.0, 5.0),
    ],
};
pub(super) const BLOOD_COUNT: Panel = Panel {
    code: "58410-2",
    labs: &[
        HEMOGLOBIN,
        lab("6690-2", PER_UL, Some(4.0), Some(11.0), 1, 6.9, 1.1),
        lab("777-3", PER_UL, Some(150.0), Some(400.0), 0, 255.0, 35.0),
        lab("787-2", ("fL", "fL"), Some(80.0), Some(100.0), 0, 89.0, 2.5),
        lab("4544-3", PERCENT, Some(36.0), Some(50.0), 1, 41.5, 1.3),
    ],
};
pub(super) const LIVER: Panel = Panel {
    code: "24325-3",
    labs: &[
        lab("1742-6", U_L, Some(7.0), Some(55.0), 0, 25.0, 6.0),
        lab("1920-8", U_L, Some(8.0), Some(48.0), 0, 24.0, 5.0),
        lab("6768-6", U_L, Some(40.0), Some(129.0), 0, 74.0, 12.0),
        lab("1975-2", MG_DL, Some(0.1), Some(1.2), 1, 0.6, 0.15),
        lab("1751-7", ("g/dL", "g/dL"), Some(3.5), Some(5.0), 1, 4.2, 0.2),
    ],
};
pub(super) const THYROID: Panel = Panel { code: "11502-2", labs: &[TSH] };
pub(super) const IRON: Panel = Panel { code: "11502-2", labs: &[FERRITIN] };
pub(super) const COAGULATION: Panel = Panel { code: "34528-0", labs: &[INR] };
pub(super) const GOUT: Panel = Panel { code: "11502-2", labs: &[URATE] };
pub(super) const HEART: Panel = Panel { code: "11502-2", labs: &[BNP] };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flag_is_that_of_the_printed_value() {
        assert_eq!(HBA1C.flag(5.64), Flag::Normal, "printed as 5.6");
        assert_eq!(HBA1C.flag(5.66), Flag::High);
        assert_eq!(EGFR.flag(59.4), Flag::Low);
        assert_eq!(ACR.flag(1000.0), Flag::High);
    }
}
