//! The long illnesses: what is prescribed when, what is measured how often, what a review says.

use super::labs::{self, Lab, Panel};
use super::people::Person;
use crate::generate::Dice;

/// A long illness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Problem {
    Hypertension,
    Diabetes,
    Lipids,
    Asthma,
    Copd,
    Depression,
    Thyroid,
    Fibrillation,
    HeartFailure,
    Kidney,
    Knees,
    Reflux,
    Bones,
    Gout,
    Anemia,
    Dementia,
    Prostate,
    Insomnia,
}

/// A medicine over some time of an illness, in days since it began.
#[derive(Debug)]
pub(super) struct Regimen {
    pub(super) code: &'static str,
    pub(super) dose: &'static str,
    pub(super) times: f64,
    pub(super) from: i64,
    pub(super) until: Option<i64>,
}

/// How an illness is looked after.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) problem: Problem,
    pub(super) icd: &'static str,
    pub(super) name: &'static str,
    /// Days between reviews.
    pub(super) every: i64,
    pub(super) regimens: &'static [Regimen],
    /// Panels, and at which review of so many.
    pub(super) panels: &'static [(&'static Panel, usize)],
    pub(super) says: &'static [&'static str],
    pub(super) plan: &'static str,
}

const fn give(code: &'static str, dose: &'static str, times: f64, from: i64, until: Option<i64>) -> Regimen {
    Regimen { code, dose, times, from, until }
}

macro_rules! course {
    ($problem:ident, $icd:literal, $name:literal, $every:literal, [$($regimen:expr),* $(,)?], [$($panel:expr),* $(,)?], [$($says:literal),* $(,)?], $plan:literal) => {
        Course { problem: Problem::$problem, icd: $icd, name: $name, every: $every, regimens: &[$($regimen),*], panels: &[$($panel),*], says: &[$($says),*], plan: $plan }
    };
}

pub(super) static COURSES: &[Course] = &[
    course!(
        Hypertension,
        "I10",
        "Hypertension",
        180,
        [
            give("314076", "1 tablet (10 mg) in the morning", 1.0, 0, Some(400)),
            give("314077", "1 tablet (20 mg) in the morning", 1.0, 400, None),
            give("197361", "1 tablet (5 mg) once a day", 1.0, 700, None)
        ],
        [(&labs::KIDNEY, 2)],
        [
            "Home readings are mostly below 140/90.",
            "No headaches, no dizziness on standing.",
            "Forgets a tablet about once a week."
        ],
        "Go on with the tablets. Home readings for a week before the next visit."
    ),
    course!(
        Diabetes,
        "E11.9",
        "Type 2 diabetes",
        95,
        [
            give("861007", "1 tablet (500 mg) twice a day with meals", 2.0, 0, Some(240)),
            give("861004", "1 tablet (1000 mg) twice a day with meals", 2.0, 240, None),
            give("310490", "1 tablet (5 mg) before breakfast", 1.0, 1500, None)
        ],
        [(&labs::GLYCEMIA, 1), (&labs::KIDNEY, 3), (&labs::LIPIDS, 4)],
        [
            "Walks most days.",
            "No hypoglycaemia.",
            "Feet without wounds, feels the monofilament at all points.",
            "Eats late after work."
        ],
        "Foot check and eye screening once a year. Diet advice given."
    ),
    course!(
        Lipids,
        "E78.5",
        "Raised cholesterol",
        365,
        [give("617310", "1 tablet (20 mg) at night", 1.0, 0, None)],
        [(&labs::LIPIDS, 1), (&labs::LIVER, 2)],
        ["No muscle pain.", "Takes the statin as agreed."],
        "Go on with the statin; lipids again in a year."
    ),
    course!(
        Asthma,
        "J45.909",
        "Asthma",
        200,
        [
            give("745679", "2 puffs as needed, up to 4 times a day", 4.0, 0, None),
            give("895994", "2 puffs twice a day with a spacer", 2.0, 30, None)
        ],
        [],
        [
            "Coughs at night less than twice a month.",
            "Uses the reliever about once a week.",
            "Technique with the spacer is good."
        ],
        "Asthma action plan gone through. Preventer every day."
    ),
    course!(
        Copd,
        "J44.9",
        "COPD",
        160,
        [
            give("745679", "2 puffs as needed, up to 4 times a day", 4.0, 0, None),
            give("896209", "1 puff twice a day", 2.0, 60, None)
        ],
        [],
        [
            "Walks 300 m on the flat before stopping.",
            "One chest infection this winter.",
            "Smokes five a day."
        ],
        "Inhaler technique checked. Flu and pneumococcal vaccines up to date."
    ),
    course!(
        Depression,
        "F32.9",
        "Depression",
        60,
        [
            give("312941", "1 tablet (50 mg) in the morning", 1.0, 14, Some(200)),
            give("312938", "1 tablet (100 mg) in the morning", 1.0, 200, None)
        ],
        [],
        ["Sleeps better.", "No thoughts of self-harm.", "Back at work part-time."],
        "Go on with sertraline. Talking therapy weekly."
    ),
    course!(
        Thyroid,
        "E03.9",
        "Hypothyroidism",
        180,
        [give("966222", "1 tablet (75 micrograms) before breakfast", 1.0, 0, None)],
        [(&labs::THYROID, 1)],
        ["Less tired than last year.", "Weight steady."],
        "TSH again in six months."
    ),
    course!(
        Fibrillation,
        "I48.91",
        "Atrial fibrillation",
        60,
        [
            give("855332", "1 tablet (5 mg) once a day, dose by INR", 1.0, 0, None),
            give("866924", "1 tablet (25 mg) twice a day", 2.0, 0, None)
        ],
        [(&labs::COAGULATION, 1)],
        ["No bleeding.", "No palpitations at rest."],
        "INR as booked. Warned of painkillers without prescription."
    ),
    course!(
        HeartFailure,
        "I50.9",
        "Heart failure",
        75,
        [
            give("313988", "1 tablet (40 mg) in the morning", 1.0, 0, None),
            give("311354", "1 tablet (5 mg) once a day", 1.0, 0, Some(300)),
            give("314076", "1 tablet (10 mg) once a day", 1.0, 300, None),
            give("313096", "1 tablet (25 mg) once a day", 1.0, 500, None),
            give("200032", "1 tablet (12.5 mg) twice a day", 2.0, 90, None)
        ],
        [(&labs::KIDNEY, 1), (&labs::HEART, 3)],
        ["Two pillows at night.", "Ankles swell in the evening.", "Weighs every morning."],
        "Weight chart kept. To come at once with 2 kg more in three days."
    ),
    course!(
        Kidney,
        "N18.30",
        "Chronic kidney disease",
        120,
        [],
        [(&labs::KIDNEY, 1), (&labs::BLOOD_COUNT, 2)],
        ["No oedema.", "Drinks enough."],
        "No NSAIDs. Kidney function again in four months."
    ),
    course!(
        Knees,
        "M17.9",
        "Osteoarthritis of the knee",
        300,
        [give("198014", "1 tablet (500 mg) twice a day with food, as needed", 2.0, 0, None)],
        [],
        ["Stiff for 20 minutes in the morning.", "Takes the stairs one at a time."],
        "Exercises shown. Paracetamol first, naproxen seldom."
    ),
    course!(
        Reflux,
        "K21.9",
        "Gastro-oesophageal reflux",
        365,
        [give("198051", "1 capsule (20 mg) before breakfast", 1.0, 0, None)],
        [],
        ["Heartburn twice a month.", "No trouble in swallowing."],
        "Omeprazole at the lowest dose that helps."
    ),
    course!(
        Bones,
        "M81.0",
        "Osteoporosis",
        365,
        [give("904431", "1 tablet (70 mg) once a week, upright, with water", 0.14, 0, None)],
        [],
        ["No falls since the last visit.", "Takes the tablet sitting up."],
        "Vitamin D and exercise. Bone density in two years."
    ),
    course!(
        Gout,
        "M10.9",
        "Gout",
        240,
        [
            give("197319", "1 tablet (100 mg) once a day", 1.0, 0, Some(120)),
            give("197320", "1 tablet (300 mg) once a day", 1.0, 120, None)
        ],
        [(&labs::GOUT, 1)],
        ["One attack in the right big toe.", "Beer at the weekend."],
        "Urate below 6 mg/dL is the aim."
    ),
    course!(
        Anemia,
        "D50.9",
        "Iron deficiency anaemia",
        90,
        [give("310325", "1 tablet (325 mg) once a day", 1.0, 0, Some(270))],
        [(&labs::BLOOD_COUNT, 1), (&labs::IRON, 2)],
        ["Less breathless on the stairs.", "Dark stools from the iron."],
        "Iron for three months after the count is normal."
    ),
    course!(
        Dementia,
        "F03.90",
        "Dementia",
        150,
        [
            give("997229", "1 tablet (5 mg) at night", 1.0, 0, Some(90)),
            give("997223", "1 tablet (10 mg) at night", 1.0, 90, None)
        ],
        [],
        ["The daughter says that nights are calmer.", "Dresses with help."],
        "Carer's support offered. Review of driving done."
    ),
    course!(
        Prostate,
        "N40.1",
        "Enlarged prostate",
        365,
        [give("863669", "1 capsule (0.4 mg) after breakfast", 1.0, 0, None)],
        [],
        ["Up once a night.", "Stream is better."],
        "Go on with tamsulosin."
    ),
    course!(
        Insomnia,
        "G47.00",
        "Insomnia",
        240,
        [give("854876", "1 tablet (5 mg) at night as needed", 1.0, 0, None)],
        [],
        ["Sleeps five hours.", "Naps after lunch."],
        "Sleep advice. The tablet no more than three nights a week."
    ),
];

impl Course {
    pub(super) fn of(problem: Problem) -> &'static Self {
        COURSES.iter().find(|course| course.problem == problem).unwrap_or(&COURSES[0])
    }
}

/// A problem that somebody has, and since which day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Has {
    pub(super) problem: Problem,
    pub(super) since: i64,
}

/// What a laboratory finds in this person on a day.
pub(super) fn result(dice: &mut Dice, person: &Person, has: &[Has], lab: &Lab, day: i64) -> f64 {
    let years = |problem| {
        has.iter()
            .find(|has| has.problem == problem && has.since <= day)
            .map(|has| as_f64(day - has.since) / 365.0)
    };
    let noise = (dice.unit() + dice.unit() - 1.0) * lab.spread;
    let settles = |from: f64, to: f64, years: f64, pace: f64| to + (from - to) * (-years / pace).exp();
    let a1c = years(Problem::Diabetes).map(|years| settles(9.3, 6.9, years, 0.7) + years * 0.05);
    let creatinine = kidney(person, years(Problem::Kidney));
    let value = match lab.code {
        "4548-4" => a1c.map(|a1c| a1c + noise * 1.6),
        "2345-7" => a1c.map(|a1c| 28.7 * a1c - 46.7 + noise * 4.0),
        "9318-7" => years(Problem::Diabetes).map(|years| 11.0 + years * 3.5 + noise),
        "2160-0" => Some(creatinine + noise * 0.5),
        "98979-8" => Some(ckd_epi(creatinine + noise * 0.002, person, day)),
        "2823-3" => years(Problem::HeartFailure).map(|_| 4.7 + noise),
        "13457-7" => years(Problem::Lipids).map(|years| settles(172.0, 92.0, years, 0.4) + noise),
        "2093-3" => years(Problem::Lipids).map(|years| settles(259.0, 172.0, years, 0.4) + noise),
        "3016-3" => years(Problem::Thyroid).map(|years| settles(9.2, 2.3, years, 0.4) + noise),
        "718-7" => years(Problem::Anemia).map(|years| settles(9.6, 13.2, years, 0.35) + noise),
        "4544-3" => years(Problem::Anemia).map(|years| settles(30.5, 39.6, years, 0.35) + noise),
        "787-2" => years(Problem::Anemia).map(|years| settles(71.0, 87.0, years, 0.5) + noise),
        "2276-4" => years(Problem::Anemia).map(|years| settles(6.0, 52.0, years, 0.8) + noise * 0.2),
        "3084-1" => years(Problem::Gout).map(|years| settles(9.1, 5.6, years, 0.5) + noise),
        "33762-6" => {
            years(Problem::HeartFailure).map(|years| settles(1450.0, 520.0, years, 0.8) + noise * 12.0)
        }
        "6301-6" => years(Problem::Fibrillation).map(|_| 2.5 + noise * 1.8),
        _ => None,
    };
    value.unwrap_or(lab.usual + noise).max(0.0)
}

fn kidney(person: &Person, years: Option<f64>) -> f64 {
    let healthy = if person.is_woman { 0.74 } else { 0.92 };
    years.map_or(healthy, |years| healthy + 0.55 + years * 0.045)
}

/// The glomerular filtration rate by CKD-EPI 2021 (Inker et al., NEJM 2021), in mL/min/1.73 m².
fn ckd_epi(creatinine: f64, person: &Person, day: i64) -> f64 {
    let (kappa, alpha, factor) = if person.is_woman { (0.7, -0.241, 1.012) } else { (0.9, -0.302, 1.0) };
    let ratio = creatinine / kappa;
    let age = as_f64(person.age(day));
    142.0 * ratio.min(1.0).powf(alpha) * ratio.max(1.0).powf(-1.200) * 0.9938_f64.powf(age) * factor
}

#[expect(clippy::cast_precision_loss, reason = "days and ages are small")]
pub(super) fn as_f64(number: i64) -> f64 {
    number as f64
}
