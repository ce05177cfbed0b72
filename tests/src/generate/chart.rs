//! A whole chart: the patient, then what a clinic writes about them over the years.

use super::vital::{PER_ENCOUNTER, Taken};
use super::{Dice, Generator, Resource, clinical, date, vital};

/// The patient, then `n` resources about them.
pub(super) fn chart(made: &Generator, i: u64, n: usize) -> Vec<Resource> {
    let patient = made.patient(i);
    let patient_id = patient.id.clone();
    let dice = &mut made.dice("chart", i);
    let mut day = date::CLINIC_OPENS_DAY + dice.between(0, 60);
    let mut all = Vec::with_capacity(n + 16);
    all.push(patient);
    while all.len() <= n {
        let seconds = day * 86_400 + dice.between(8 * 3600, 17 * 3600);
        let taken = Taken { encounter_id: dice.uuid(), seconds };
        all.extend(visit(dice, &patient_id, &taken));
        day += dice.between(7, 120);
    }
    all.truncate(n + 1);
    all
}

/// One encounter, its vitals, and what came of it.
fn visit(dice: &mut Dice, patient_id: &str, taken: &Taken) -> Vec<Resource> {
    let mut all = vec![clinical::encounter(dice, patient_id, taken)];
    for which in 0..PER_ENCOUNTER {
        all.push(vital::at(dice, which, patient_id, taken));
    }
    if dice.percent(45) {
        all.push(clinical::condition(dice, patient_id, taken));
    }
    if dice.percent(55) {
        all.push(clinical::medication_request(dice, patient_id, taken));
    }
    if dice.percent(15) {
        all.push(clinical::allergy(dice, patient_id, taken));
    }
    all
}
