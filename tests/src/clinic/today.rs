//! The day sheet: slots and appointments of today and the days after, and what has been written today.

use std::collections::BTreeSet;

use holdfast_clinical::codes::System;
use serde_json::{Value, json};

use super::chart::{Chart, Kind};
use super::fhir::{concept, hl7_named, to, to_named, with};
use super::life;
use super::moment::{CLOSES, Moment, Now, OPENS, is_workday, workday_from};
use super::people::{Person, Role};
use super::team::{Member, Post, Team, made};
use super::vitals::{self, Extent};
use crate::generate::{Dice, Resource};

const SLOT: i64 = 20;
const LUNCH: std::ops::Range<i64> = 12 * 60..13 * 60;
/// Working days after today that have slots.
const DAYS_AHEAD: i64 = 6;

/// How far an appointment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Over,
    NoShow,
    Cancelled,
    UnderWay,
    Waiting,
    ToCome,
}

impl Stage {
    fn status(self) -> &'static str {
        match self {
            Self::Over | Self::UnderWay => "fulfilled",
            Self::NoShow => "noshow",
            Self::Cancelled => "cancelled",
            Self::Waiting => "checked-in",
            Self::ToCome => "booked",
        }
    }
}

struct Sheet<'s> {
    seed: u64,
    now: Now,
    team: &'s Team,
    people: &'s [Person],
    dice: Dice,
    busy: BTreeSet<u64>,
    all: Vec<Resource>,
}

/// Everything of the sheet.
pub(super) fn resources(seed: u64, now: Now, team: &Team, people: &[Person]) -> Vec<Resource> {
    let dice = Dice::new(seed, "today", now.day.unsigned_abs());
    let mut sheet = Sheet { seed, now, team, people, dice, busy: BTreeSet::new(), all: Vec::new() };
    let mut day = now.day;
    for ahead in 0..=DAYS_AHEAD {
        for (member, room) in team.by_appointment() {
            sheet.day_of(member, room, day, ahead);
        }
        sheet.busy.clear();
        day = workday_from(day + 1);
    }
    if is_workday(now.day) || sheet.people.len() > 3 {
        sheet.walk_ins();
    }
    sheet.all
}

impl Sheet<'_> {
    fn at(&self, day: i64, minute: i64) -> Moment {
        Moment { day, minute, offset: self.now.offset_minutes }
    }

    fn day_of(&mut self, member: &Member, room: &str, day: i64, ahead: i64) {
        let full = if ahead == 0 { 78 } else { 46 - u64::try_from(ahead).unwrap_or(0) * 6 };
        for minute in (OPENS..CLOSES).step_by(20) {
            let is_under_way = ahead == 0 && (minute..minute + SLOT).contains(&self.now.minute);
            let is_lunch = LUNCH.contains(&minute);
            let patient = if is_lunch || !(is_under_way || self.dice.percent(full)) {
                None
            } else {
                self.next_for(member)
            };
            let stage = patient.map(|_| self.stage(ahead, minute));
            let is_free = stage.is_none_or(|stage| stage == Stage::Cancelled);
            let slot = self.slot(
                member,
                day,
                minute,
                if is_lunch {
                    "busy-unavailable"
                } else if is_free {
                    "free"
                } else {
                    "busy"
                },
            );
            if let Some((patient, stage)) = patient.zip(stage) {
                self.appointment(member, room, patient, Some(&slot), day, minute, stage);
            }
        }
    }

    fn stage(&mut self, ahead: i64, minute: i64) -> Stage {
        let now = self.now.minute;
        if ahead > 0 {
            return Stage::ToCome;
        }
        match self.dice.below(100) {
            chance if minute + SLOT <= now => match chance {
                0..10 => Stage::NoShow,
                10..16 => Stage::Cancelled,
                _ => Stage::Over,
            },
            _ if minute <= now => Stage::UnderWay,
            chance if minute <= now + 40 && chance < 70 => Stage::Waiting,
            0..6 => Stage::Cancelled,
            _ => Stage::ToCome,
        }
    }

    /// Somebody who has no appointment on this day yet and whom this colleague sees.
    fn next_for(&mut self, member: &Member) -> Option<usize> {
        let today = self.now.day;
        let mut fits: Vec<usize> = (0..self.people.len())
            .filter(|at| {
                let person = &self.people[*at];
                let is_here =
                    person.died.is_none() && person.twice.is_none() && !self.busy.contains(&person.number);
                is_here && sees(member, person, today)
            })
            .collect();
        if fits.is_empty() {
            return None;
        }
        // Those whose story is told come first: the sheet opens on them.
        let told: Vec<usize> =
            fits.iter().copied().filter(|at| self.people[*at].role != Role::Anyone).collect();
        if !told.is_empty() && self.dice.percent(25) {
            fits = told;
        }
        let at = self.dice.pick(&fits);
        self.busy.insert(self.people[at].number);
        Some(at)
    }

    fn slot(&mut self, member: &Member, day: i64, minute: i64, status: &str) -> String {
        let id = self.dice.uuid();
        let start = self.at(day, minute);
        self.all.push(made(
            "Slot",
            &id,
            json!({
                "schedule": to(&format!("Schedule/{}", member.schedule_id)),
                "status": status,
                "start": start.text(),
                "end": start.plus(SLOT).text(),
            }),
        ));
        id
    }

    #[expect(clippy::too_many_arguments, reason = "what an appointment is made of")]
    fn appointment(
        &mut self,
        member: &Member,
        room: &str,
        at: usize,
        slot: Option<&str>,
        day: i64,
        minute: i64,
        stage: Stage,
    ) {
        let person = &self.people[at];
        let (reason, words, kind) = why(&mut self.dice, member, person, self.now.day);
        let start = self.at(day, minute);
        let id = self.dice.uuid();
        let is_walk_in = slot.is_none();
        let (code, display) =
            if is_walk_in { ("WALKIN", "A previously unscheduled walk-in visit") } else { kind };
        let patient = to_named(&format!("Patient/{}", person.id), &person.said());
        let parts = [patient, member.reference(), to(&format!("Location/{room}"))];
        let accepted = if stage == Stage::Cancelled { "declined" } else { "accepted" };
        let participants: Vec<Value> = parts
            .into_iter()
            .map(|actor| json!({ "actor": actor, "required": "required", "status": accepted }))
            .collect();
        let body = with(
            json!({
                "status": stage.status(),
                "serviceType": [{ "text": words }],
                "appointmentType": hl7_named("v2-0276", code, display),
                "reasonCode": [concept(System::Icd10Cm, reason)],
                "description": words,
                "start": start.text(),
                "end": start.plus(SLOT).text(),
                "minutesDuration": SLOT,
                "created": start.plus(-1440 * self.dice.between(i64::from(!is_walk_in), if is_walk_in { 0 } else { 30 })).text(),
                "participant": participants,
            }),
            json!({
                "slot": slot.map(|slot| json!([to(&format!("Slot/{slot}"))])),
                "cancelationReason": (stage == Stage::Cancelled).then(|| hl7_named("appointment-cancellation-reason", "pat", "Patient")),
                "comment": (person.culture.language.0 != "en" && self.dice.percent(20)).then(|| format!("Interpreter: {}", person.culture.language.1)),
            }),
        );
        self.all.push(made("Appointment", &id, body));
        self.written(member, at, &id, start, reason, words, stage);
    }

    /// What is in the record of a visit that has begun.
    #[expect(clippy::too_many_arguments, reason = "what a visit is made of")]
    fn written(
        &mut self,
        member: &Member,
        at: usize,
        appointment: &str,
        start: Moment,
        reason: &str,
        words: &str,
        stage: Stage,
    ) {
        let status = match stage {
            Stage::Over => "finished",
            Stage::UnderWay => "in-progress",
            Stage::Waiting => {
                if self.dice.percent(50) {
                    "arrived"
                } else {
                    "triaged"
                }
            }
            _ => return,
        };
        let person = &self.people[at];
        // Somebody may be here twice in a day.
        let minute = start.minute.unsigned_abs();
        let dice = Dice::new(self.seed, "visit today", person.number * 10_000 + minute);
        let mut chart = Chart::new(self.team, person, dice, self.now.offset_minutes);
        let start = if stage == Stage::Waiting { self.at(self.now.day, self.now.minute - 9) } else { start };
        let kind = Kind {
            title: words,
            reason: Some(reason),
            status,
            class: "AMB",
            minutes: SLOT - 2,
            appointment: Some(appointment),
        };
        let visit = chart.visit(start, member, &kind);
        if status != "arrived" {
            let has = life::problems(self.seed, person, self.now.day);
            let fever = if matches!(reason, "J06.9" | "J02.9" | "R50.9") { 1.4 } else { 0.0 };
            vitals::take(&mut chart, &visit, &has, Extent::Full, fever);
        }
        if stage == Stage::Over {
            // What was written last is often not signed yet.
            let is_signed = start.minute + 3 * SLOT < self.now.minute || self.dice.percent(40);
            let sections = [
                ("61150-9", "Subjective", format!("Came for: {words}.")),
                ("61149-1", "Objective", "Vital signs as recorded.".to_owned()),
                ("51848-0", "Assessment", "Stable.".to_owned()),
                ("18776-5", "Plan", "As discussed. Next visit as booked.".to_owned()),
            ];
            chart.note(&visit, words, "11506-3", if is_signed { "final" } else { "preliminary" }, &sections);
        }
        self.all.append(&mut chart.resources);
    }

    /// Two who came without an appointment: one is being seen to, one waits.
    fn walk_ins(&mut self) {
        let doctors: Vec<(&Member, &str)> =
            self.team.by_appointment().filter(|(member, _)| member.post == Post::Doctor).collect();
        for ((member, room), (stage, minute)) in
            doctors.into_iter().zip([(Stage::Waiting, -4), (Stage::Waiting, -15)])
        {
            if let Some(at) = self.next_for(member) {
                self.appointment(member, room, at, None, self.now.day, self.now.minute + minute, stage);
            }
        }
    }
}

fn sees(member: &Member, person: &Person, today: i64) -> bool {
    let age = person.age(today);
    match member.post {
        Post::Midwife => person.role == Role::Pregnant || person.is_woman && (19..=44).contains(&age),
        Post::Nurse => !(13..=60).contains(&age),
        _ => person.role != Role::Pregnant,
    }
}

type Why = (&'static str, &'static str, (&'static str, &'static str));

const ROUTINE: (&str, &str) = ("ROUTINE", "Routine appointment");
const FOLLOW_UP: (&str, &str) = ("FOLLOWUP", "A follow up visit from a previous appointment");
const CHECK_UP: (&str, &str) = ("CHECKUP", "A routine check-up, such as an annual physical");

fn why(dice: &mut Dice, member: &Member, person: &Person, today: i64) -> Why {
    let age = person.age(today);
    match (member.post, person.role) {
        (_, Role::Pregnant) => ("Z34.03", "Antenatal visit", FOLLOW_UP),
        (_, Role::LongDiabetes) => ("E11.9", "Diabetes review", FOLLOW_UP),
        (_, Role::Polypharmacy) => ("I48.91", "INR and medicines review", FOLLOW_UP),
        (_, Role::LongHeart) => ("I50.9", "Heart failure review", FOLLOW_UP),
        (_, Role::AsthmaChild) => ("J45.909", "Asthma review", FOLLOW_UP),
        (_, Role::Newborn) => ("Z00.129", "Child visit", CHECK_UP),
        (_, Role::Depressed) => ("F32.9", "Mood, sleep, treatment", FOLLOW_UP),
        (Post::Midwife, _) => dice.pick(&[
            ("Z30.9", "Contraception", ROUTINE),
            ("Z12.4", "Cervical screening", CHECK_UP),
            ("N92.0", "Heavy periods", ROUTINE),
        ]),
        (Post::Nurse, _) if age < 13 => {
            dice.pick(&[("Z00.129", "Child visit", CHECK_UP), ("Z23", "Immunization", ROUTINE)])
        }
        (Post::Nurse, _) => dice.pick(&[
            ("Z23", "Immunization", ROUTINE),
            ("I10", "Blood pressure check", FOLLOW_UP),
            ("Z48.00", "Change of dressing", FOLLOW_UP),
        ]),
        _ if age < 13 => dice.pick(&[
            ("J06.9", "Cough and fever", ROUTINE),
            ("H66.90", "Earache", ROUTINE),
            ("R21", "Rash", ROUTINE),
        ]),
        _ => dice.pick(&[
            ("J06.9", "Cough and cold", ROUTINE),
            ("M54.50", "Back pain", ROUTINE),
            ("I10", "Blood pressure review", FOLLOW_UP),
            ("R53.83", "Tired for weeks", ROUTINE),
            ("Z76.0", "Repeat prescription", ROUTINE),
            ("Z00.00", "Check-up", CHECK_UP),
            ("L30.9", "Rash", ROUTINE),
            ("R10.9", "Stomach ache", ROUTINE),
        ]),
    }
}
