//! The day sheet: appointments of today, of the days after and of the weeks before, and what has been written today.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_clinical::codes::System;
use holdfast_clinical::scheduling::fhir::extension;
use serde_json::{Value, json};

use super::diary::{self, BREAKS, Offer, STEP};
use super::fhir::{concept, hl7_named, to, to_named, with};
use super::moment::{CLOSES, Moment, Now, OPENS, is_workday, workday_from};
use super::people::{Person, Role};
use super::team::{Member, Post, Team, made};
use super::visits::{self, Visited, Why, why};
use crate::generate::{Dice, Resource};

const LUNCH: std::ops::Range<i64> = 12 * 60..13 * 60;
/// Working days after today that have appointments.
const DAYS_AHEAD: i64 = 6;
/// Days before today that have some.
const DAYS_BACK: i64 = 13 * 7;

/// How far an appointment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Over,
    /// Seen, and something is left to do.
    After,
    NoShow,
    Cancelled,
    UnderWay,
    WithNurse,
    Waiting,
    ToCome,
}

impl Stage {
    fn status(self) -> &'static str {
        match self {
            Self::Over => "fulfilled",
            Self::NoShow => "noshow",
            Self::Cancelled => "cancelled",
            Self::UnderWay | Self::WithNurse | Self::After => "checked-in",
            Self::Waiting => "arrived",
            Self::ToCome => "booked",
        }
    }
}

pub(super) struct Sheet<'s> {
    pub(super) seed: u64,
    pub(super) now: Now,
    pub(super) team: &'s Team,
    pub(super) people: &'s [Person],
    pub(super) dice: Dice,
    /// Who comes on the day that is filled.
    pub(super) busy: BTreeSet<u64>,
    /// What is taken of colleagues' time on that day, by their sign-in, in minutes.
    pub(super) taken: BTreeMap<&'static str, Vec<(i64, i64)>>,
    pub(super) all: Vec<Resource>,
}

/// When, with whom and where.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    pub(super) member: &'p Member,
    pub(super) room: &'p str,
    pub(super) day: i64,
    pub(super) minute: i64,
}

/// Everything of the sheet.
pub(super) fn resources(seed: u64, now: Now, team: &Team, people: &[Person]) -> Vec<Resource> {
    let dice = Dice::new(seed, "today", now.day.unsigned_abs());
    let (busy, taken) = (BTreeSet::new(), BTreeMap::new());
    let mut sheet = Sheet { seed, now, team, people, dice, busy, taken, all: Vec::new() };
    let mut days = vec![now.day];
    for _ in 0..DAYS_AHEAD {
        days.push(workday_from(days.last().map_or(0, |day| day + 1)));
    }
    let at = |day: i64, minute: i64| Moment { day, minute, offset: now.offset_minutes };
    let slots = diary::exceptions(team, &mut || sheet.dice.uuid(), &days, at);
    sheet.all.extend(slots);
    for (ahead, day) in (0_i64..).zip(&days) {
        sheet.begin(ahead);
        if ahead < 2 {
            sheet.group(*day);
        }
        for (member, room) in team.by_appointment() {
            sheet.day_of(Place { member, room, day: *day, minute: OPENS }, ahead);
        }
        if ahead == 0 && (is_workday(*day) || people.len() > 3) {
            sheet.walk_ins();
        }
        if ahead == 2 {
            sheet.requests(*day);
        }
    }
    sheet.waiting();
    for day in (now.day - DAYS_BACK..now.day).filter(|day| is_workday(*day)) {
        sheet.begin(-1);
        for (member, room) in team.by_appointment() {
            sheet.day_of(Place { member, room, day, minute: OPENS }, -1);
        }
    }
    sheet.all
}

impl Sheet<'_> {
    pub(super) fn at(&self, day: i64, minute: i64) -> Moment {
        Moment { day, minute, offset: self.now.offset_minutes }
    }

    /// A day on which nobody has anything yet but what breaks their hours.
    fn begin(&mut self, ahead: i64) {
        self.busy.clear();
        self.taken.clear();
        for one in BREAKS.iter().filter(|one| one.ahead == ahead) {
            self.taken.entry(one.login).or_default().push((one.from, one.to));
        }
    }

    /// Whether a colleague has time for it: it ends before lunch or closing, and what it takes is nobody else's.
    fn is_free(&self, member: &Member, from: i64, offer: Offer) -> bool {
        let half = if from < LUNCH.start { LUNCH.start } else { CLOSES };
        let (begin, end) = offer.takes(from);
        let mut taken = self.taken.get(member.login).into_iter().flatten();
        from + offer.minutes() <= half && taken.all(|(other, until)| *until <= begin || end <= *other)
    }

    /// Of a hundred times that are free, how many are booked: no more than there are people for.
    fn full(&self, ahead: i64) -> u64 {
        let people = self.people.len() as u64;
        let most = if ahead < 0 { people / 4 } else { people * 100 / 130 };
        match ahead {
            0 => most.min(78),
            1.. => most.min(46 - ahead.unsigned_abs() * 6),
            _ => most.clamp(3, 60),
        }
    }

    fn day_of(&mut self, place: Place<'_>, ahead: i64) {
        let full = self.full(ahead);
        let mut minute = OPENS;
        while minute < CLOSES {
            if LUNCH.contains(&minute) {
                minute = LUNCH.end;
            }
            minute = self.one_at(Place { minute, ..place }, ahead, full);
        }
    }

    /// Perhaps an appointment at that minute; answers when the next may begin.
    fn one_at(&mut self, place: Place<'_>, ahead: i64, full: u64) -> i64 {
        let Place { member, minute, .. } = place;
        let is_under_way = ahead == 0 && (minute..minute + 20).contains(&self.now.minute);
        if !(is_under_way || self.dice.percent(full)) {
            return minute + 3 * STEP;
        }
        let Some(at) = self.next_for(member) else { return minute + 3 * STEP };
        let why = why(&mut self.dice, member, &self.people[at], self.now.day);
        if !self.is_free(member, minute, why.3) {
            self.busy.remove(&self.people[at].number);
            return minute + STEP;
        }
        let stage = self.stage(ahead, minute, why.3.minutes());
        self.appointment(place, at, why, stage, false);
        if stage == Stage::Cancelled {
            return minute + STEP;
        }
        let taken = why.3.takes(minute);
        self.taken.entry(member.login).or_default().push(taken);
        taken.1
    }

    fn stage(&mut self, ahead: i64, minute: i64, long: i64) -> Stage {
        let now = self.now.minute;
        if ahead > 0 {
            return Stage::ToCome;
        }
        let chance = self.dice.below(100);
        if ahead < 0 || minute + long <= now {
            return match chance {
                0..10 => Stage::NoShow,
                10..16 => Stage::Cancelled,
                _ if ahead == 0 && minute + long > now - 30 && chance < 60 => Stage::After,
                _ => Stage::Over,
            };
        }
        match chance {
            _ if minute <= now => Stage::UnderWay,
            0..35 if minute <= now + 40 => Stage::WithNurse,
            35..70 if minute <= now + 40 => Stage::Waiting,
            0..6 => Stage::Cancelled,
            _ => Stage::ToCome,
        }
    }

    /// Somebody who has no appointment on this day yet and whom this colleague sees.
    pub(super) fn next_for(&mut self, member: &Member) -> Option<usize> {
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

    fn appointment(&mut self, place: Place<'_>, at: usize, why: Why, stage: Stage, is_walk_in: bool) {
        let person = &self.people[at];
        let Place { member, room, day, minute } = place;
        let (reason, words, kind, offer) = why;
        let start = self.at(day, minute);
        let id = self.dice.uuid();
        let kind = if is_walk_in { ("WALKIN", "A previously unscheduled walk-in visit") } else { kind };
        let room = (!offer.is_remote()).then_some(room);
        let patient = to_named(&format!("Patient/{}", person.id), &person.said());
        let device = offer.device(self.team).map(|id| to(&format!("Device/{id}")));
        let parts =
            [Some(patient), Some(member.reference()), room.map(|id| to(&format!("Location/{id}"))), device];
        let accepted = if stage == Stage::Cancelled { "declined" } else { "accepted" };
        let ago = self.dice.between(i64::from(!is_walk_in), if is_walk_in { 0 } else { 30 });
        let mut extensions = offer.extensions();
        if is_walk_in {
            extensions.push(extension::one(extension::OVERBOOK, "valueBoolean", true));
            let why = "Came without an appointment";
            extensions.push(extension::one(extension::OVERBOOK_REASON, "valueString", why));
        }
        let body = with(
            json!({
                "status": stage.status(),
                "serviceType": offer.service_type(self.team),
                "appointmentType": hl7_named("v2-0276", kind.0, kind.1),
                "reasonCode": [concept(System::Icd10Cm, reason)],
                "description": words,
                "start": start.text(),
                "end": start.plus(offer.minutes()).text(),
                "minutesDuration": offer.minutes(),
                "created": start.plus(-1440 * ago).text(),
                "participant": parts.into_iter().flatten().map(|actor| participant(actor, accepted)).collect::<Vec<_>>(),
            }),
            json!({
                "extension": (!extensions.is_empty()).then_some(extensions),
                "cancelationReason": (stage == Stage::Cancelled).then(|| hl7_named("appointment-cancellation-reason", "pat", "Patient")),
                "comment": (person.culture.language.0 != "en" && self.dice.percent(20)).then(|| format!("Interpreter: {}", person.culture.language.1)),
            }),
        );
        self.all.push(made("Appointment", &id, body));
        if day == self.now.day {
            let (seed, now, team) = (self.seed, self.now, self.team);
            let appointment = &id;
            let visited = Visited { seed, now, team, person, member, room, appointment, start, why, stage };
            self.all.append(&mut visits::written(&visited));
        }
    }

    /// Two who came without an appointment.
    fn walk_ins(&mut self) {
        let doctors: Vec<(&Member, &str)> =
            self.team.by_appointment().filter(|(member, _)| member.post == Post::Doctor).collect();
        let minute = self.now.minute / STEP * STEP;
        for ((member, room), ago) in doctors.into_iter().zip([STEP, 3 * STEP]) {
            if let Some(at) = self.next_for(member) {
                let (reason, words, kind, _) = why(&mut self.dice, member, &self.people[at], self.now.day);
                let place = Place { member, room, day: self.now.day, minute: minute - ago };
                let why = (reason, words, kind, Offer::Consultation);
                self.appointment(place, at, why, Stage::Waiting, true);
            }
        }
    }
}

/// One who takes part.
pub(super) fn participant(actor: Value, status: &str) -> Value {
    json!({ "actor": actor, "required": "required", "status": status })
}

fn sees(member: &Member, person: &Person, today: i64) -> bool {
    let age = person.age(today);
    match member.post {
        Post::Midwife => person.role == Role::Pregnant || person.is_woman && (19..=44).contains(&age),
        Post::Nurse => !(13..=60).contains(&age),
        _ => person.role != Role::Pregnant,
    }
}
