//! One person's life at the clinic: which illnesses they have, when they come, and what is written each time.

use serde_json::json;

use super::chart::{Chart, Kind, Order, Visit};
use super::courses::{Course, Has, Problem, as_f64, result};
use super::labs::Panel;
use super::moment::{Moment, Now, OPENS, workday_to};
use super::people::{Person, Role, YEAR};
use super::team::Post;
use super::{acute, child, paper, pregnancy, vitals};
use crate::generate::Dice;

/// Why somebody comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    Registration,
    Child(usize),
    Antenatal(i64),
    Review(usize),
    Acute(u64),
    Anaphylaxis,
    FluVaccine,
    CheckUp,
}

/// The illnesses of a person, in the order in which they began.
pub(super) fn problems(seed: u64, person: &Person, today: i64) -> Vec<Has> {
    let mut dice = Dice::new(seed, "problems", person.number);
    let dice = &mut dice;
    let mut has: Vec<Has> = match person.role {
        Role::LongDiabetes => given(
            today,
            &[
                (Problem::Hypertension, 20),
                (Problem::Diabetes, 19),
                (Problem::Lipids, 17),
                (Problem::Knees, 6),
            ],
        ),
        Role::Polypharmacy => given(
            today,
            &[
                (Problem::Hypertension, 20),
                (Problem::Lipids, 18),
                (Problem::Reflux, 15),
                (Problem::Fibrillation, 11),
                (Problem::Gout, 9),
                (Problem::HeartFailure, 7),
                (Problem::Kidney, 6),
                (Problem::Knees, 5),
                (Problem::Insomnia, 3),
            ],
        ),
        Role::LongHeart => given(
            today,
            &[
                (Problem::Hypertension, 20),
                (Problem::HeartFailure, 16),
                (Problem::Kidney, 14),
                (Problem::Anemia, 2),
            ],
        ),
        Role::AsthmaChild => vec![Has { problem: Problem::Asthma, since: person.born + 3 * YEAR }],
        Role::Depressed => given(today, &[(Problem::Depression, 1)]),
        Role::Pregnant | Role::Newborn | Role::JustRegistered => Vec::new(),
        _ => by_age(dice, person, today),
    };
    has.sort_by_key(|has| has.since);
    has
}

fn given(today: i64, list: &[(Problem, i64)]) -> Vec<Has> {
    list.iter().map(|(problem, years)| Has { problem: *problem, since: today - years * YEAR }).collect()
}

fn by_age(dice: &mut Dice, person: &Person, today: i64) -> Vec<Has> {
    let age = person.age(today);
    let share = |from: i64, each: u64, most: u64| {
        u64::try_from(age - from).map_or(0, |years| (years * each / 10).min(most))
    };
    let odds = [
        (Problem::Hypertension, share(35, 13, 55)),
        (Problem::Diabetes, share(38, 5, 20)),
        (Problem::Lipids, share(40, 9, 35)),
        (Problem::Asthma, if age < 45 { 8 } else { 4 }),
        (Problem::Copd, share(55, 5, 10)),
        (Problem::Depression, if age >= 18 { 9 } else { 0 }),
        (Problem::Thyroid, if person.is_woman { share(30, 3, 10) } else { share(40, 1, 3) }),
        (Problem::Fibrillation, share(65, 5, 12)),
        (Problem::Kidney, share(68, 6, 14)),
        (Problem::Knees, share(55, 8, 25)),
        (Problem::Reflux, share(30, 3, 12)),
        (Problem::Bones, if person.is_woman { share(62, 8, 22) } else { 0 }),
        (Problem::Gout, if person.is_woman { 0 } else { share(45, 2, 6) }),
        (Problem::Anemia, if person.is_woman { share(15, 3, 6) } else { 0 }),
        (Problem::Dementia, share(78, 8, 14)),
        (Problem::Prostate, if person.is_woman { 0 } else { share(55, 7, 22) }),
    ];
    let mut has = Vec::new();
    for (problem, percent) in odds {
        if dice.percent(percent) {
            let since = (today - dice.between(60, 8 * YEAR)).max(person.born + 2 * YEAR);
            has.push(Has { problem, since });
        }
    }
    has
}

/// Writes everything that happened before today.
pub(super) fn write(chart: &mut Chart<'_>, has: &[Has], now: Now) {
    let last = chart.person.died.unwrap_or(now.day) - 1;
    let mut visits = visits(chart, has, last, now.day);
    visits.sort();
    visits.dedup_by_key(|(day, _)| *day);
    let mut state = State::default();
    for (number, (day, reason)) in visits.into_iter().enumerate() {
        let day = workday_to(day);
        if day <= last && day >= chart.person.registered - 3 {
            one(chart, has, &mut state, number, day, reason, now.day);
        }
    }
    paper::others(chart, has, now);
}

/// What earlier visits have left behind.
#[derive(Default)]
pub(super) struct State {
    /// Problems that are on the list already.
    listed: Vec<Problem>,
    /// Medicines by code, until which day they last, and by which order.
    supplied: Vec<(&'static str, i64, String)>,
    reviews: usize,
    pub(super) is_allergic: bool,
}

fn visits(chart: &mut Chart<'_>, has: &[Has], last: i64, today: i64) -> Vec<(i64, Reason)> {
    let person = chart.person;
    let dice = &mut chart.dice;
    let mut all = vec![(person.registered, Reason::Registration)];
    if person.role == Role::JustRegistered || person.twice.is_some() {
        return all;
    }
    all.extend(child::days(person, last).into_iter().map(|(day, step)| (day, Reason::Child(step))));
    if person.role == Role::Pregnant {
        all.extend(pregnancy::days(today).into_iter().map(|(day, week)| (day, Reason::Antenatal(week))));
    }
    let is_long = matches!(person.role, Role::LongDiabetes | Role::Polypharmacy | Role::LongHeart);
    if let Some(first) = has.first() {
        let usual = has.iter().map(|has| Course::of(has.problem).every).min().unwrap_or(180);
        let every = if is_long { 29 } else { usual };
        let mut day = first.since.max(person.registered + 3);
        let mut number = 0;
        while day <= last {
            all.push((day, Reason::Review(number)));
            number += 1;
            day += every + dice.between(-every / 10, every / 5);
        }
    }
    let a_year = if person.age(last) < 6 {
        26
    } else if person.age(last) > 65 {
        16
    } else {
        10
    };
    let mut day = person.registered + 5;
    while day <= last {
        day += dice.between(20, 2 * 365 * 10 / a_year - 20);
        all.push((day, Reason::Acute(dice.next())));
    }
    if person.role == Role::PenicillinAllergy {
        all.push((today - 3 * YEAR, Reason::Anaphylaxis));
    }
    if person.age(last) >= 18 && has.is_empty() {
        all.extend(
            (1..)
                .map(|years| (person.registered + years * 700, Reason::CheckUp))
                .take_while(|(day, _)| *day <= last),
        );
    }
    if person.age(last) >= 60 || !has.is_empty() {
        all.extend(
            autumns(person.registered, last).map(|day| (day + dice.between(0, 40), Reason::FluVaccine)),
        );
    }
    all.retain(|(day, _)| *day <= last);
    all
}

/// The first of each October in between, near enough.
fn autumns(from: i64, to: i64) -> impl Iterator<Item = i64> {
    (0..)
        .map(|year| 273 + year * 365 + year / 4)
        .skip_while(move |day| *day < from)
        .take_while(move |day| *day <= to)
}

fn one(
    chart: &mut Chart<'_>,
    has: &[Has],
    state: &mut State,
    number: usize,
    day: i64,
    reason: Reason,
    today: i64,
) {
    let minute = OPENS + 20 * chart.dice.between(0, 26);
    let at = chart.at(day, minute);
    match reason {
        Reason::Registration => registration(chart, at),
        Reason::Child(step) => child::visit(chart, at, step),
        Reason::Antenatal(week) => pregnancy::visit(chart, at, week, today),
        Reason::Acute(seed) => acute::visit(chart, state, at, seed),
        Reason::Anaphylaxis => acute::anaphylaxis(chart, state, at),
        Reason::FluVaccine => flu_vaccine(chart, at, number),
        Reason::CheckUp => check_up(chart, at),
        Reason::Review(_) => {
            let visit = review(chart, has, state, at, today);
            if state.reviews % 9 == 4 {
                paper::document_of(chart, &visit, has);
            }
        }
    }
}

fn doctor<'c>(chart: &mut Chart<'c>) -> &'c super::team::Member {
    chart.team.one(&mut chart.dice, Post::Doctor)
}

fn registration(chart: &mut Chart<'_>, at: Moment) {
    if chart.person.age(at.day) < 12 {
        return;
    }
    let nurse = chart.team.one(&mut chart.dice, Post::Nurse);
    let visit = chart.visit(at, nurse, &Kind::past("New patient check", Some("Z00.00")));
    vitals::take(chart, &visit, &[], vitals::Extent::Full, 0.0);
    let smoking = chart.dice.pick(&["Never smoked", "Never smoked", "Former smoker", "Smokes every day"]);
    chart.observe(
        &visit,
        "social-history",
        "72166-2",
        json!({ "valueCodeableConcept": { "text": smoking } }),
    );
    paper::family_history(chart, &visit);
    acute::usual_allergy(chart, &visit);
}

fn flu_vaccine(chart: &mut Chart<'_>, at: Moment, number: usize) {
    let nurse = chart.team.one(&mut chart.dice, Post::Nurse);
    let visit = chart.visit(at, nurse, &Kind { minutes: 10, ..Kind::past("Immunization", Some("Z23")) });
    let code = if chart.person.age(at.day) >= 65 { "135" } else { "140" };
    chart.immunize(&visit, code, 1);
    if chart.person.age(at.day) >= 65 && number % 6 == 2 {
        chart.immunize(&visit, "33", 1);
    }
}

fn check_up(chart: &mut Chart<'_>, at: Moment) {
    let by = doctor(chart);
    let visit = chart.visit(at, by, &Kind::past("Check-up", Some("Z00.00")));
    vitals::take(chart, &visit, &[], vitals::Extent::Full, 0.0);
    panel(chart, &visit, &[], &super::labs::LIPIDS);
    if chart.dice.percent(40) {
        panel(chart, &visit, &[], &super::labs::BLOOD_COUNT);
    }
    let said = chart.dice.pick(&[
        "Feels well.",
        "Well; a little tired after night shifts.",
        "Well, sleeps and eats as usual.",
    ]);
    let sections = [
        ("61150-9", "Subjective", said.to_owned()),
        ("61149-1", "Objective", "Heart sounds normal, chest clear, abdomen soft.".to_owned()),
        ("51848-0", "Assessment", "General examination without abnormal findings.".to_owned()),
        ("18776-5", "Plan", "Screening as due. Next check-up in two years.".to_owned()),
    ];
    chart.note(&visit, "Check-up", "11506-3", "final", &sections);
}

/// A panel, with values that fit the person.
pub(super) fn panel(chart: &mut Chart<'_>, visit: &Visit, has: &[Has], panel: &Panel) {
    let values: Vec<f64> =
        panel.labs.iter().map(|lab| result(&mut chart.dice, chart.person, has, lab, visit.at.day)).collect();
    let pairs: Vec<_> = panel.labs.iter().zip(values).collect();
    chart.panel(visit, panel, &pairs);
}

/// The review of all long illnesses that there are by then.
fn review(chart: &mut Chart<'_>, has: &[Has], state: &mut State, at: Moment, today: i64) -> Visit {
    let number = state.reviews;
    state.reviews += 1;
    let present: Vec<Has> = has.iter().copied().filter(|has| has.since <= at.day).collect();
    let main = Course::of(present.last().map_or(Problem::Hypertension, |has| has.problem));
    let by = doctor(chart);
    let is_by_phone = number % 7 == 5;
    let class = if is_by_phone { "VR" } else { "AMB" };
    let visit = chart.visit(at, by, &Kind { class, ..Kind::past("Chronic disease review", Some(main.icd)) });
    for one in &present {
        if !state.listed.contains(&one.problem) {
            state.listed.push(one.problem);
            chart.condition(&visit, Course::of(one.problem).icd, one.since, None, true);
        }
    }
    if !is_by_phone {
        vitals::take(chart, &visit, &present, vitals::Extent::Full, 0.0);
    }
    for one in &present {
        let course = Course::of(one.problem);
        // Somebody who is seen every month has no more blood taken than others.
        let turn = if course.every > 60 && has.len() > 3 { number / 3 } else { number };
        let is_turn = course.every <= 60 || has.len() <= 3 || number.is_multiple_of(3);
        for (due, every) in course.panels {
            if is_turn && turn % every == 0 {
                panel(chart, &visit, &present, due);
            }
        }
        medicines(chart, state, &visit, *one, course, today);
        if one.problem == Problem::Depression {
            let score = (19 - i64::try_from(number).unwrap_or(9) * 3).max(3) + chart.dice.between(-1, 1);
            chart.score(&visit, "44261-6", score);
        }
        if one.problem == Problem::Diabetes && number % 4 == 1 {
            chart.procedure(&visit, "Foot examination with monofilament", Some("E11.9"));
        }
        if one.problem == Problem::Asthma {
            let flow = 180.0 + as_f64(chart.person.age(at.day)) * 14.0 + as_f64(chart.dice.between(-20, 20));
            chart.measure(&visit, "19935-6", flow.min(520.0), 0, ("L/min", "L/min"));
        }
    }
    review_note(chart, &visit, &present, number);
    visit
}

/// Renews what runs out, starts what is due, stops what is over.
fn medicines(chart: &mut Chart<'_>, state: &mut State, visit: &Visit, has: Has, course: &Course, today: i64) {
    const SUPPLY: i64 = 365;
    let since = visit.at.day - has.since;
    for regimen in course.regimens {
        let is_on = since >= regimen.from && regimen.until.is_none_or(|until| since < until);
        let supplied =
            state.supplied.iter().any(|(code, until, _)| *code == regimen.code && visit.at.day < *until);
        if !is_on || supplied {
            continue;
        }
        for (_, _, order) in state.supplied.extract_if(.., |(code, ..)| *code == regimen.code) {
            chart.replaced(&order);
        }
        let ends = regimen.until.map(|until| has.since + until);
        let status = match ends {
            Some(end) if end <= today && end < visit.at.day + SUPPLY => "stopped",
            _ if visit.at.day + SUPPLY + 60 < today => "completed",
            _ => "active",
        };
        let order = Order {
            code: regimen.code,
            dose: regimen.dose,
            times: regimen.times,
            status,
            reason: Some(course.icd),
            days: SUPPLY,
        };
        let id = chart.prescribe(visit, &order);
        state.supplied.push((regimen.code, visit.at.day + SUPPLY - 20, id));
    }
}

fn review_note(chart: &mut Chart<'_>, visit: &Visit, present: &[Has], number: usize) {
    let mut said = Vec::new();
    let mut plan = Vec::new();
    for has in present {
        let course = Course::of(has.problem);
        said.push(format!("{}: {}", course.name, chart.dice.pick(course.says)));
        plan.push(format!("{}: {}", course.name, course.plan));
    }
    let names: Vec<&str> = present.iter().map(|has| Course::of(has.problem).name).collect();
    let sections = [
        ("61150-9", "Subjective", said.join("\n")),
        ("61149-1", "Objective", "Vital signs and results as recorded.".to_owned()),
        ("51848-0", "Assessment", names.join(", ")),
        ("18776-5", "Plan", plan.join("\n")),
    ];
    let note = chart.note(visit, "Chronic disease review", "11506-3", "final", &sections);
    if number % 11 == 3 {
        chart.addendum(visit, &note, "Results seen the next day and discussed by telephone.");
    }
}
