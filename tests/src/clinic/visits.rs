//! Why somebody comes, and what is written of a visit that has begun.

use super::chart::{Chart, Kind};
use super::diary::Offer;
use super::life;
use super::moment::{Moment, Now};
use super::people::{Person, Role};
use super::team::{Member, Post, Team};
use super::today::Stage;
use super::vitals::{self, Extent};
use crate::generate::{Dice, Resource};

/// ICD-10-CM, the clinic's words, HL7's kind of appointment, and the type that is booked.
pub(super) type Why = (&'static str, &'static str, (&'static str, &'static str), Offer);

/// A visit of today.
pub(super) struct Visited<'v> {
    pub(super) seed: u64,
    pub(super) now: Now,
    pub(super) team: &'v Team,
    pub(super) person: &'v Person,
    pub(super) member: &'v Member,
    pub(super) room: Option<&'v str>,
    /// The appointment's id.
    pub(super) appointment: &'v str,
    pub(super) start: Moment,
    pub(super) why: Why,
    pub(super) stage: Stage,
}

/// What is in the record of a visit that has begun; nothing before.
pub(super) fn written(visited: &Visited<'_>) -> Vec<Resource> {
    let Visited { seed, now, person, member, start, why: (reason, words, _, offer), stage, .. } = *visited;
    let long = offer.minutes();
    let looked_at = Moment { day: now.day, minute: now.minute, offset: now.offset_minutes };
    let ready = [("arrived", start.plus(-11), start.plus(-5)), ("triaged", start.plus(-5), start)];
    let seen = [ready[0], ready[1], ("in-progress", start, start.plus(long - 2))];
    let triaged = [("arrived", looked_at.plus(-14), looked_at.plus(-4))];
    let (status, history, begun, after): (_, &[_], _, _) = match stage {
        Stage::Over => ("finished", &seen, start, None),
        Stage::After => ("in-progress", &seen, start, Some("to-do-after")),
        Stage::UnderWay => ("in-progress", &ready, start, None),
        Stage::WithNurse => ("triaged", &triaged, looked_at.plus(-4), None),
        Stage::Waiting => ("arrived", &[], looked_at.plus(-9), None),
        Stage::NoShow | Stage::Cancelled | Stage::ToCome => return Vec::new(),
    };
    // Somebody may be here twice in a day.
    let minute = start.minute.unsigned_abs();
    let dice = Dice::new(seed, "visit today", person.number * 10_000 + minute);
    let mut chart = Chart::new(visited.team, person, dice, now.offset_minutes);
    let kind = Kind {
        title: words,
        reason: Some(reason),
        status,
        class: if offer.is_remote() { "VR" } else { "AMB" },
        minutes: long - 2,
        appointment: Some(visited.appointment),
        history,
        stage: after,
        room: visited.room.filter(|_| matches!(status, "triaged" | "in-progress")),
    };
    let visit = chart.visit(begun, member, &kind);
    if status != "arrived" {
        let has = life::problems(seed, person, now.day);
        let fever = if matches!(reason, "J06.9" | "J02.9" | "R50.9") { 1.4 } else { 0.0 };
        vitals::take(&mut chart, &visit, &has, Extent::Full, fever);
    }
    if stage == Stage::Over {
        // What was written last is often not signed yet.
        let is_signed = start.minute + 60 < now.minute || chart.dice.percent(40);
        let sections = [
            ("61150-9", "Subjective", format!("Came for: {words}.")),
            ("61149-1", "Objective", "Vital signs as recorded.".to_owned()),
            ("51848-0", "Assessment", "Stable.".to_owned()),
            ("18776-5", "Plan", "As discussed. Next visit as booked.".to_owned()),
        ];
        chart.note(&visit, words, "11506-3", if is_signed { "final" } else { "preliminary" }, &sections);
    }
    chart.resources
}

const ROUTINE: (&str, &str) = ("ROUTINE", "Routine appointment");
const FOLLOW_UP: (&str, &str) = ("FOLLOWUP", "A follow up visit from a previous appointment");
const CHECK_UP: (&str, &str) = ("CHECKUP", "A routine check-up, such as an annual physical");

/// Why somebody comes to a colleague.
pub(super) fn why(dice: &mut Dice, member: &Member, person: &Person, today: i64) -> Why {
    let age = person.age(today);
    match (member.post, person.role) {
        (_, Role::Pregnant) => ("Z34.03", "Antenatal visit", FOLLOW_UP, Offer::Antenatal),
        (_, Role::LongDiabetes) => ("E11.9", "Diabetes review", FOLLOW_UP, Offer::LongConsultation),
        (_, Role::Polypharmacy) => ("I48.91", "INR and medicines review", FOLLOW_UP, Offer::LongConsultation),
        (_, Role::LongHeart) => ("I50.9", "Heart failure review", FOLLOW_UP, Offer::LongConsultation),
        (_, Role::AsthmaChild) => ("J45.909", "Asthma review", FOLLOW_UP, Offer::Consultation),
        (_, Role::Newborn) => ("Z00.129", "Child visit", CHECK_UP, Offer::NurseVisit),
        (_, Role::Depressed) => ("F32.9", "Mood, sleep, treatment", FOLLOW_UP, Offer::LongConsultation),
        (Post::Midwife, _) => dice.pick(&[
            ("Z30.9", "Contraception", ROUTINE, Offer::NurseVisit),
            ("Z12.4", "Cervical screening", CHECK_UP, Offer::NurseVisit),
            ("N92.0", "Heavy periods", ROUTINE, Offer::Ultrasound),
        ]),
        (Post::Nurse, _) if age < 13 => dice.pick(&[
            ("Z00.129", "Child visit", CHECK_UP, Offer::NurseVisit),
            ("Z23", "Immunization", ROUTINE, Offer::Immunization),
        ]),
        (Post::Nurse, _) if member.login == "vikram" && dice.percent(30) => {
            ("I10", "ECG", FOLLOW_UP, Offer::Ecg)
        }
        (Post::Nurse, _) => dice.pick(&[
            ("Z23", "Immunization", ROUTINE, Offer::Immunization),
            ("I10", "Blood pressure check", FOLLOW_UP, Offer::NurseVisit),
            ("Z48.00", "Change of dressing", FOLLOW_UP, Offer::NurseVisit),
        ]),
        _ if age < 13 => dice.pick(&[
            ("J06.9", "Cough and fever", ROUTINE, Offer::Consultation),
            ("H66.90", "Earache", ROUTINE, Offer::Consultation),
            ("R21", "Rash", ROUTINE, Offer::Consultation),
        ]),
        _ => dice.pick(&[
            ("J06.9", "Cough and cold", ROUTINE, Offer::Consultation),
            ("M54.50", "Back pain", ROUTINE, Offer::Consultation),
            ("I10", "Blood pressure review", FOLLOW_UP, Offer::Video),
            ("R53.83", "Tired for weeks", ROUTINE, Offer::Consultation),
            ("Z76.0", "Repeat prescription", ROUTINE, Offer::Video),
            ("Z00.00", "Check-up", CHECK_UP, Offer::LongConsultation),
            ("L30.9", "Rash", ROUTINE, Offer::Consultation),
            ("R10.9", "Stomach ache", ROUTINE, Offer::Consultation),
        ]),
    }
}
