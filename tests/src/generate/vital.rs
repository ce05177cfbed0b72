//! Vital signs (FHIR R4 vital signs profile, LOINC codes, UCUM units).

use super::{Dice, Generator, Resource, date};

/// One kind of measurement: LOINC code, display, UCUM unit, and the range in steps of `1 / 10^decimals`.
struct Kind {
    code: &'static str,
    display: &'static str,
    unit: &'static str,
    ucum: &'static str,
    range: (i64, i64),
    decimals: usize,
}

const fn kind(
    code: &'static str,
    display: &'static str,
    unit: [&'static str; 2],
    range: (i64, i64),
    decimals: usize,
) -> Kind {
    Kind { code, display, unit: unit[0], ucum: unit[1], range, decimals }
}

const SYSTOLIC: Kind = kind("8480-6", "Systolic Blood Pressure", ["mm[Hg]", "mm[Hg]"], (88, 186), 0);
const DIASTOLIC: Kind = kind("8462-4", "Diastolic Blood Pressure", ["mm[Hg]", "mm[Hg]"], (52, 112), 0);
/// What one encounter measures after the blood pressure.
const SINGLES: [Kind; 6] = [
    kind("8867-4", "Heart rate", ["/min", "/min"], (48, 128), 0),
    kind("8310-5", "Body temperature", ["Cel", "Cel"], (355, 398), 1),
    kind("9279-1", "Respiratory rate", ["/min", "/min"], (10, 28), 0),
    kind("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry", ["%", "%"], (88, 100), 0),
    kind("29463-7", "Body Weight", ["kg", "kg"], (70, 1320), 1),
    kind("8302-2", "Body Height", ["cm", "cm"], (600, 1980), 1),
];
/// Measurements of one encounter: the panel and the singles.
pub(super) const PER_ENCOUNTER: u64 = 1 + SINGLES.len() as u64;

/// An encounter that vitals were taken at: its id and when it began, in seconds since 1970.
pub(super) struct Taken {
    pub(super) encounter_id: String,
    pub(super) seconds: i64,
}

/// Vital sign `i`: its encounter is `i / 7`, its kind `i % 7`.
pub(super) fn vital(made: &Generator, i: u64, patient_id: &str) -> Resource {
    let mut visit = made.dice(patient_id, i / PER_ENCOUNTER);
    let day = date::CLINIC_OPENS_DAY + visit.between(0, 900);
    let seconds = day * 86_400 + visit.between(8 * 3600, 17 * 3600);
    let taken = Taken { encounter_id: visit.uuid(), seconds };
    at(&mut made.dice("vital", i), i % PER_ENCOUNTER, patient_id, &taken)
}

/// The vital sign of kind `which` (0 to 6), taken at an encounter.
pub(super) fn at(dice: &mut Dice, which: u64, patient_id: &str, taken: &Taken) -> Resource {
    let id = dice.uuid();
    let (code, value) = match usize::try_from(which).ok().and_then(|which| SINGLES.get(which.wrapping_sub(1)))
    {
        Some(single) => (coding(single.code, single.display), quantity(dice, single)),
        None => (coding("85354-9", "Blood Pressure"), components(dice)),
    };
    let seconds = taken.seconds + dice.between(60, 600);
    let json = format!(
        "{{\"resourceType\":\"Observation\",\"id\":\"{id}\",\"status\":\"final\",\"category\":[{{\"coding\":[{{\
         \"system\":\"http://terminology.hl7.org/CodeSystem/observation-category\",\"code\":\"vital-signs\",\
         \"display\":\"Vital Signs\"}}]}}],\"code\":{code},\"subject\":{{\"reference\":\"Patient/{patient_id}\"}},\
         \"encounter\":{{\"reference\":\"Encounter/{}\"}},\"effectiveDateTime\":\"{}\",\"issued\":\"{}\",{value}}}",
        taken.encounter_id,
        date::instant(seconds),
        date::instant_ms(seconds + dice.between(1, 40), dice.between(0, 999)),
    );
    Resource { resource_type: "Observation", id, json }
}

fn coding(code: &str, display: &str) -> String {
    format!(
        "{{\"coding\":[{{\"system\":\"http://loinc.org\",\"code\":\"{code}\",\"display\":\"{display}\"}}],\
         \"text\":\"{display}\"}}"
    )
}

fn quantity(dice: &mut Dice, kind: &Kind) -> String {
    let steps = dice.between(kind.range.0, kind.range.1);
    let value = match kind.decimals {
        0 => steps.to_string(),
        _ => format!("{}.{}", steps / 10, steps % 10),
    };
    format!(
        "\"valueQuantity\":{{\"value\":{value},\"unit\":\"{}\",\"system\":\"http://unitsofmeasure.org\",\
         \"code\":\"{}\"}}",
        kind.unit, kind.ucum
    )
}

fn components(dice: &mut Dice) -> String {
    let parts = [&SYSTOLIC, &DIASTOLIC]
        .map(|kind| format!("{{\"code\":{},{}}}", coding(kind.code, kind.display), quantity(dice, kind)));
    format!("\"component\":[{}]", parts.join(","))
}
