//! Children: growth, milestones and immunizations by age.

use super::chart::{Chart, Kind};
use super::courses::as_f64;
use super::moment::Moment;
use super::people::{Person, Role};
use super::team::Post;
use super::vitals::{self, Extent};

/// A visit: at how many months, which vaccines (CVX, dose), what is asked.
struct Step {
    months: f64,
    vaccines: &'static [(&'static str, i64)],
    asks: &'static str,
}

const fn step(months: f64, vaccines: &'static [(&'static str, i64)], asks: &'static str) -> Step {
    Step { months, vaccines, asks }
}

const STEPS: &[Step] = &[
    step(0.3, &[("08", 1)], "Feeds every three hours. Cord dry."),
    step(2.0, &[("120", 1), ("08", 2), ("133", 1), ("119", 1)], "Smiles. Lifts the head."),
    step(4.0, &[("120", 2), ("133", 2), ("119", 2)], "Laughs, holds a rattle."),
    step(6.0, &[("120", 3), ("08", 3), ("133", 3)], "Sits with support, first solids."),
    step(9.0, &[], "Crawls, pulls to stand."),
    step(12.0, &[("03", 1), ("21", 1), ("83", 1)], "First steps along furniture, two words."),
    step(15.0, &[("120", 4), ("133", 4)], "Walks alone."),
    step(18.0, &[("83", 2)], "Ten words, points at what it wants."),
    step(24.0, &[], "Two-word sentences, kicks a ball."),
    step(36.0, &[], "Tells its name, rides a tricycle."),
    step(48.0, &[("130", 5), ("94", 2)], "Dresses itself, draws a person."),
    step(60.0, &[], "Ready for school."),
    step(84.0, &[], "Reads, has friends."),
    step(108.0, &[], "Does sport twice a week."),
    step(132.0, &[("115", 1), ("165", 1), ("114", 1)], "Puberty has begun; talked about it."),
    step(144.0, &[("165", 2)], "Well at school."),
    step(192.0, &[("114", 2)], "Asked about mood, smoking and alcohol."),
];

/// The days of the visits, by their place among the steps.
pub(super) fn days(person: &Person, last: i64) -> Vec<(i64, usize)> {
    if person.age(last) >= 18 {
        return Vec::new();
    }
    let day = |step: &Step| {
        #[expect(clippy::cast_possible_truncation, reason = "some thousand days")]
        let days = (step.months * 30.4375) as i64;
        person.born + days
    };
    let at = STEPS.iter().enumerate().map(|(number, step)| (day(step), number));
    at.filter(|(day, _)| *day <= last && *day >= person.registered - 3).collect()
}

pub(super) fn visit(chart: &mut Chart<'_>, at: Moment, number: usize) {
    let step = &STEPS[number];
    let nurse = chart.team.one(&mut chart.dice, Post::Nurse);
    let visit = chart.visit(at, nurse, &Kind::past("Child visit", Some("Z00.129")));
    vitals::take(chart, &visit, &[], Extent::Full, 0.0);
    let months = as_f64(at.day - chart.person.born) / 30.4375;
    if months < 30.0 {
        let own = as_f64(i64::try_from(chart.person.number % 7).unwrap_or(0)) * 0.3 - 0.9;
        chart.measure(&visit, "9843-4", vitals::head(months) + own, 1, ("cm", "cm"));
    }
    for (code, dose) in step.vaccines {
        chart.immunize(&visit, code, *dose);
    }
    let sections = [
        ("61150-9", "Parents say", step.asks.to_owned()),
        ("61149-1", "Examination", "Heart, hips, eyes and ears without findings for the age.".to_owned()),
        (
            "51848-0",
            "Growth and development",
            "Along its own percentile; development fits the age.".to_owned(),
        ),
        ("18776-5", "Plan", "Next visit as in the plan. Advice on feeding, sleep and safety.".to_owned()),
    ];
    chart.note(&visit, "Child visit", "11506-3", "final", &sections);
    if chart.person.role == Role::AsthmaChild && number == 9 {
        chart.allergy(&visit, None, "House dust mite", "environment", "low", ("Wheezing", "mild"));
    }
}
