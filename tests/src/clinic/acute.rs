//! Short illnesses, and allergies that come out of them.

use super::chart::{Chart, Kind, Order, Visit};
use super::life::State;
use super::moment::Moment;
use super::people::Role;
use super::team::Post;
use super::vitals::{self, Extent};
use crate::generate::Dice;

/// A short illness: who has it, how it shows, what is done.
struct Illness {
    icd: &'static str,
    ages: (i64, i64),
    says: &'static str,
    found: &'static str,
    plan: &'static str,
    /// °C above the usual.
    fever: f64,
    /// Days until it is over.
    days: i64,
    /// RxNorm, dose, times a day, days; and instead for who is allergic to penicillin.
    medicine: Option<Given>,
    instead: Option<Given>,
}

type Given = (&'static str, &'static str, f64, i64);

const PARACETAMOL: Given = ("198440", "1 or 2 tablets (500 mg each) up to 4 times a day as needed", 4.0, 5);
const SYRUP: Given = ("307668", "By weight, up to 4 times a day as needed", 4.0, 5);
const MACROLIDE: Given =
    ("308460", "2 tablets (500 mg) on the first day, then 1 tablet (250 mg) a day", 1.0, 5);

const fn illness(
    icd: &'static str,
    ages: (i64, i64),
    words: [&'static str; 3],
    fever: f64,
    days: i64,
    medicine: Option<Given>,
    instead: Option<Given>,
) -> Illness {
    Illness { icd, ages, says: words[0], found: words[1], plan: words[2], fever, days, medicine, instead }
}

const ILLNESSES: &[Illness] = &[
    illness(
        "J06.9",
        (0, 6),
        [
            "Runny nose and cough for three days, drinks well.",
            "Throat red, ears clear, chest clear.",
            "Fluids, rest. Back if breathing is hard or fever lasts.",
        ],
        0.9,
        8,
        Some(SYRUP),
        None,
    ),
    illness(
        "H66.90",
        (0, 8),
        [
            "Pulls at the ear, cried all night.",
            "Right eardrum red and bulging.",
            "Antibiotic for seven days; painkiller.",
        ],
        1.4,
        9,
        Some(("308189", "5 mL (400 mg) twice a day", 2.0, 7)),
        Some(MACROLIDE),
    ),
    illness(
        "A09",
        (0, 90),
        [
            "Diarrhoea and vomiting since yesterday.",
            "Abdomen soft, well hydrated.",
            "Small sips often; oral rehydration.",
        ],
        0.6,
        5,
        None,
        None,
    ),
    illness(
        "L30.9",
        (0, 70),
        [
            "Itching rash in the bends of the arms.",
            "Dry red patches, not infected.",
            "Emollient; mild steroid cream for a week.",
        ],
        0.0,
        21,
        Some(("106258", "Thinly on the patches twice a day", 2.0, 7)),
        None,
    ),
    illness(
        "J06.9",
        (6, 90),
        [
            "Cold for a week, tired.",
            "Throat a little red, chest clear.",
            "No antibiotic needed. Rest and fluids.",
        ],
        0.5,
        9,
        Some(PARACETAMOL),
        None,
    ),
    illness(
        "J02.0",
        (5, 50),
        [
            "Sore throat and fever, no cough.",
            "Tonsils with coating, tender glands. Rapid test positive.",
            "Penicillin for ten days.",
        ],
        1.5,
        10,
        Some(("834102", "1 tablet (500 mg) twice a day", 2.0, 10)),
        Some(MACROLIDE),
    ),
    illness(
        "N39.0",
        (17, 95),
        [
            "Burning on passing water for two days.",
            "No flank pain. Dipstick: leucocytes and nitrite.",
            "Antibiotic for five days; drink more.",
        ],
        0.3,
        6,
        Some(("1648755", "1 capsule (100 mg) twice a day", 2.0, 5)),
        None,
    ),
    illness(
        "J20.9",
        (17, 95),
        [
            "Cough with phlegm for ten days.",
            "Scattered wheezes, no crackles.",
            "Explained; antibiotic only if it worsens.",
        ],
        0.7,
        18,
        Some(PARACETAMOL),
        None,
    ),
    illness(
        "M54.50",
        (17, 80),
        [
            "Low back pain since lifting a box.",
            "No weakness, reflexes equal.",
            "Keep moving. Painkiller for some days.",
        ],
        0.0,
        25,
        Some(("197805", "1 tablet (400 mg) up to 3 times a day with food as needed", 3.0, 7)),
        None,
    ),
    illness(
        "S93.401A",
        (8, 70),
        [
            "Turned the ankle on the stairs.",
            "Swollen outside, no bone tenderness, walks.",
            "Ice, bandage, exercises after three days.",
        ],
        0.0,
        28,
        Some(PARACETAMOL),
        None,
    ),
    illness(
        "L03.90",
        (17, 90),
        [
            "Red warm patch on the shin.",
            "8 cm, edge marked with pen, no abscess.",
            "Antibiotic for a week; seen again in two days.",
        ],
        0.9,
        12,
        Some(("309114", "1 capsule (500 mg) 4 times a day", 4.0, 7)),
        Some(MACROLIDE),
    ),
    illness(
        "J30.2",
        (6, 60),
        ["Sneezes and itching eyes every May.", "Pale nasal lining.", "Antihistamine through the season."],
        0.0,
        60,
        Some(("311372", "1 tablet (10 mg) once a day", 1.0, 60)),
        None,
    ),
    illness(
        "R51.9",
        (12, 80),
        [
            "Band-like headache after work.",
            "Neurological examination normal.",
            "Breaks at the screen; painkiller seldom.",
        ],
        0.0,
        20,
        Some(PARACETAMOL),
        None,
    ),
    illness(
        "H10.9",
        (0, 80),
        ["Sticky red eye.", "Sees well, no pain in light.", "Clean with boiled water; clears by itself."],
        0.0,
        7,
        None,
        None,
    ),
    illness(
        "K59.00",
        (1, 95),
        ["Hard stools, every third day.", "Abdomen soft.", "Fibre, water, movement."],
        0.0,
        30,
        None,
        None,
    ),
    illness(
        "J18.9",
        (40, 95),
        [
            "Cough, fever and pain on breathing for four days.",
            "Crackles at the right base. Saturation good.",
            "Antibiotic; seen again in two days; X-ray in six weeks.",
        ],
        1.8,
        24,
        Some(("562508", "1 tablet (875 mg/125 mg) twice a day", 2.0, 7)),
        Some(MACROLIDE),
    ),
];

pub(super) fn visit(chart: &mut Chart<'_>, state: &State, at: Moment, seed: u64) {
    let age = chart.person.age(at.day);
    let mut dice = Dice::new(seed, "acute", 0);
    let fitting: Vec<&Illness> =
        ILLNESSES.iter().filter(|one| (one.ages.0..=one.ages.1).contains(&age)).collect();
    if fitting.is_empty() {
        return;
    }
    let illness = dice.pick(&fitting);
    let by = chart.team.one(&mut dice, Post::Doctor);
    let visit = chart.visit(at, by, &Kind::past("Consultation", Some(illness.icd)));
    vitals::take(chart, &visit, &[], Extent::Short, illness.fever);
    chart.condition(&visit, illness.icd, at.day - 2, Some(at.day + illness.days), false);
    let given = if state.is_allergic { illness.instead.or(illness.medicine) } else { illness.medicine };
    if let Some((code, dose, times, days)) = given {
        let order = Order { code, dose, times, status: "completed", reason: Some(illness.icd), days };
        chart.prescribe(&visit, &order);
    }
    note(chart, &visit, illness);
}

fn note(chart: &mut Chart<'_>, visit: &Visit, illness: &Illness) {
    let name = holdfast_clinical::codes::starter(holdfast_clinical::codes::System::Icd10Cm)
        .display(illness.icd)
        .unwrap_or_default();
    let sections = [
        ("61150-9", "Subjective", illness.says.to_owned()),
        ("61149-1", "Objective", illness.found.to_owned()),
        ("51848-0", "Assessment", name.to_owned()),
        ("18776-5", "Plan", illness.plan.to_owned()),
    ];
    chart.note(visit, "Consultation", "11506-3", "final", &sections);
}

/// The day on which the allergy to penicillin showed.
pub(super) fn anaphylaxis(chart: &mut Chart<'_>, state: &mut State, at: Moment) {
    let by = chart.team.one(&mut chart.dice, Post::Doctor);
    let visit = chart.visit(at, by, &Kind::past("Consultation", Some("J02.0")));
    vitals::take(chart, &visit, &[], Extent::Short, 1.3);
    let order = Order {
        code: "308192",
        dose: "1 tablet (500 mg) 3 times a day",
        times: 3.0,
        status: "stopped",
        reason: Some("J02.0"),
        days: 10,
    };
    chart.prescribe(&visit, &order);
    let later = chart.at(at.day, at.minute + 50);
    let back = chart.visit(later, by, &Kind { minutes: 180, ..Kind::past("Emergency", Some("T78.2XXA")) });
    chart.blood_pressure(&back, 82.0, 48.0);
    chart.measure(&back, "8867-4", 128.0, 0, ("/min", "/min"));
    chart.measure(&back, "59408-5", 91.0, 0, ("%", "%"));
    chart.condition(&back, "T78.2XXA", at.day, Some(at.day + 1), false);
    chart.allergy(&back, Some("723"), "Amoxicillin", "medication", "high", ("Anaphylaxis", "severe"));
    chart.procedure(&back, "Intramuscular epinephrine 0.5 mg", Some("T78.2XXA"));
    let sections = [
        (
            "61150-9",
            "Subjective",
            "Hives, swollen lips and wheeze twenty minutes after the first tablet of amoxicillin.".to_owned(),
        ),
        (
            "61149-1",
            "Objective",
            "Blood pressure 82/48, saturation 91 %. Better five minutes after epinephrine.".to_owned(),
        ),
        ("51848-0", "Assessment", "Anaphylaxis to amoxicillin.".to_owned()),
        (
            "18776-5",
            "Plan",
            "Watched for three hours. No penicillins. Auto-injector prescribed and shown.".to_owned(),
        ),
    ];
    chart.note(&back, "Emergency", "11506-3", "final", &sections);
    let pen = Order {
        code: "1870230",
        dose: "1 injection in the thigh as needed for a severe reaction, then call for help",
        times: 1.0,
        status: "active",
        reason: Some("Z88.0"),
        days: 540,
    };
    chart.prescribe(&back, &pen);
    chart.condition(&back, "Z88.0", at.day, None, true);
    state.is_allergic = true;
}

type Usual = (Option<&'static str>, &'static str, &'static str, &'static str, (&'static str, &'static str));

const USUAL: &[Usual] = &[
    (Some("7984"), "Penicillin V", "medication", "high", ("Hives", "moderate")),
    (Some("10831"), "Sulfamethoxazole / trimethoprim", "medication", "low", ("Rash", "mild")),
    (Some("2670"), "Codeine", "medication", "low", ("Vomiting", "moderate")),
    (Some("5640"), "Ibuprofen", "medication", "high", ("Wheezing", "moderate")),
    (None, "Peanut", "food", "high", ("Swollen lips", "severe")),
    (None, "Latex", "environment", "low", ("Contact rash", "mild")),
    (None, "Grass pollen", "environment", "low", ("Sneezing", "mild")),
    (None, "Shellfish", "food", "low", ("Hives", "mild")),
];

/// What one person in six says when asked.
pub(super) fn usual_allergy(chart: &mut Chart<'_>, visit: &Visit) {
    if chart.person.role == Role::PenicillinAllergy || !chart.dice.percent(16) {
        return;
    }
    let (code, text, category, criticality, reaction) = chart.dice.pick(USUAL);
    chart.allergy(visit, code, text, category, criticality, reaction);
}
