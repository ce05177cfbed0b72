//! Who comes to the clinic: households, their people, and whom a front desk has registered twice.

use super::names::{self, Culture, Name};
use crate::generate::Dice;

/// Days of a year, near enough.
pub(super) const YEAR: i64 = 365;

/// Who a person is in the histories that every clinic has: the first people of the clinic, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Diabetes and hypertension, 20 years of records.
    LongDiabetes,
    /// Ten medicines, among them two that do not go together; 20 years of records.
    Polypharmacy,
    /// Heart failure and kidneys that fail slowly, 20 years of records.
    LongHeart,
    /// A child with asthma, from birth on.
    AsthmaChild,
    /// Pregnant in the third trimester.
    Pregnant,
    /// Has had an anaphylaxis after amoxicillin.
    PenicillinAllergy,
    /// A baby of some weeks.
    Newborn,
    /// Depression, with scores that fall.
    Depressed,
    /// A name longer than any label.
    LongName,
    /// Registered this week; nothing is known.
    JustRegistered,
    /// Everybody else: what their age and the dice bring.
    Anyone,
}

const CAST: [Role; 10] = [
    Role::LongDiabetes,
    Role::Polypharmacy,
    Role::LongHeart,
    Role::AsthmaChild,
    Role::Pregnant,
    Role::PenicillinAllergy,
    Role::Newborn,
    Role::Depressed,
    Role::LongName,
    Role::JustRegistered,
];

/// One person.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) number: u64,
    pub(super) id: String,
    pub(super) role: Role,
    pub(super) culture: &'static Culture,
    pub(super) name: Name,
    pub(super) is_woman: bool,
    pub(super) born: i64,
    /// When the record here begins.
    pub(super) registered: i64,
    /// When they died, if they have.
    pub(super) died: Option<i64>,
    pub(super) household: Household,
    /// The number of the person whom the front desk has registered a second time, as this one.
    pub(super) twice: Option<u64>,
    /// A parent's number, for a child.
    pub(super) parent: Option<u64>,
    pub(super) partner: Option<u64>,
}

impl Person {
    /// Age in years on a day.
    pub(super) fn age(&self, day: i64) -> i64 {
        (day - self.born) * 10_000 / 3_652_425
    }

    pub(super) fn said(&self) -> String {
        self.name.text(self.culture.family_first)
    }
}

/// What people under one roof share.
#[derive(Debug, Clone)]
pub(super) struct Household {
    pub(super) street: String,
    pub(super) town: &'static str,
    pub(super) post_code: String,
    pub(super) phone: String,
}

const STREETS: &[&str] = &[
    "Harbour Road",
    "Mill Lane",
    "Church Street",
    "Orchard Close",
    "Station Road",
    "Queen's Avenue",
    "Riverside",
    "Old Market",
    "Chapel Hill",
    "Elm Grove",
];
const TOWNS: &[&str] = &["Northhaven", "Northhaven", "Northhaven", "Saltmarsh", "Upper Denby", "Fernleigh"];

/// Who lives together.
#[derive(Debug, Clone, Copy)]
enum Living {
    Alone,
    OldCouple,
    Couple,
    Family,
    OneParent,
    ThreeGenerations,
}

/// So many people, today being that day.
pub(super) fn people(seed: u64, today: i64, count: u64) -> Vec<Person> {
    let mut all: Vec<Person> = Vec::new();
    let mut house = 0;
    while (all.len() as u64) < count {
        let left = usize::try_from(count).unwrap_or(usize::MAX) - all.len();
        let mut lived = household(seed, house, today, all.len() as u64);
        lived.truncate(left);
        all.append(&mut lived);
        house += 1;
    }
    cast(&mut all, today);
    twins(seed, &mut all);
    all
}

fn household(seed: u64, house: u64, today: i64, first: u64) -> Vec<Person> {
    let mut dice = Dice::new(seed, "household", house);
    let dice = &mut dice;
    let culture = names::culture(dice);
    let shared = Household {
        street: format!("{} {}", dice.between(1, 180), dice.pick(STREETS)),
        town: dice.pick(TOWNS),
        post_code: format!("NH{} {}AB", dice.between(1, 9), dice.between(1, 9)),
        phone: format!("+1-555-{:03}-{:04}", dice.between(100, 999), house % 10_000),
    };
    let families = culture.families(dice);
    let living = match dice.below(100) {
        0..28 => Living::Alone,
        28..42 => Living::OldCouple,
        42..58 => Living::Couple,
        58..84 => Living::Family,
        84..94 => Living::OneParent,
        _ => Living::ThreeGenerations,
    };
    let mut made = Vec::new();
    for member in members(dice, living) {
        let number = first + made.len() as u64;
        made.push(person(dice, number, today, culture, &families, &shared, &member, first));
    }
    made
}

struct Member {
    years: i64,
    is_woman: bool,
    parent: Option<u64>,
    partner: Option<u64>,
}

fn members(dice: &mut Dice, living: Living) -> Vec<Member> {
    let one = |years, is_woman| Member { years, is_woman, parent: None, partner: None };
    let couple = |dice: &mut Dice, low, high| {
        let years = dice.between(low, high);
        let gap = dice.between(-5, 5);
        vec![
            Member { partner: Some(1), ..one(years, true) },
            Member { partner: Some(0), ..one((years + gap).max(18), false) },
        ]
    };
    let children = |dice: &mut Dice, all: &mut Vec<Member>, parent: u64| {
        let oldest = (all[0].years - 20).clamp(1, 17);
        for _ in 0..dice.between(1, 3) {
            let is_woman = dice.percent(50);
            all.push(Member { parent: Some(parent), ..one(dice.between(0, oldest), is_woman) });
        }
    };
    match living {
        Living::Alone => {
            let years = if dice.percent(55) { dice.between(62, 93) } else { dice.between(19, 61) };
            let is_woman = dice.percent(52);
            vec![one(years, is_woman)]
        }
        Living::OldCouple => couple(dice, 63, 86),
        Living::Couple => couple(dice, 22, 60),
        Living::Family => {
            let mut all = couple(dice, 24, 46);
            children(dice, &mut all, 0);
            all
        }
        Living::OneParent => {
            let is_woman = dice.percent(80);
            let mut all = vec![one(dice.between(22, 45), is_woman)];
            children(dice, &mut all, 0);
            all
        }
        Living::ThreeGenerations => {
            let mut all = couple(dice, 30, 48);
            children(dice, &mut all, 0);
            let is_woman = dice.percent(60);
            let years = all[0].years + dice.between(24, 34);
            all.push(one(years, is_woman));
            all
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "what a household gives each of its people")]
fn person(
    dice: &mut Dice,
    number: u64,
    today: i64,
    culture: &'static Culture,
    families: &[usize],
    household: &Household,
    member: &Member,
    first: u64,
) -> Person {
    let born = today - member.years * 365 - member.years / 4 - dice.between(1, 364);
    let here = dice.between(200, 9 * YEAR);
    let registered = (today - here).max(born + 1);
    Person {
        number,
        id: dice.uuid(),
        role: Role::Anyone,
        culture,
        name: culture.name(dice, member.is_woman, families),
        is_woman: member.is_woman,
        born,
        registered,
        died: None,
        household: household.clone(),
        twice: None,
        parent: member.parent.map(|at| first + at),
        partner: member.partner.map(|at| first + at),
    }
}

/// Gives the histories that every clinic has to its first people; their ages become what the history asks for.
fn cast(all: &mut [Person], today: i64) {
    let spare = all.len() > CAST.len() * 3;
    // Children of the cast live with their parents, so the roles go to people whom they fit.
    for role in CAST {
        let fits = |person: &&mut Person| person.role == Role::Anyone && fits(role, person, today);
        let Some(person) = all.iter_mut().find(fits) else { continue };
        person.role = role;
        match role {
            Role::LongDiabetes | Role::Polypharmacy | Role::LongHeart => {
                person.registered = today - 20 * YEAR - 40;
            }
            Role::PenicillinAllergy => person.registered = person.registered.min(today - 4 * YEAR),
            Role::Pregnant => person.registered = person.registered.min(today - 400),
            Role::LongName => person.name = names::long_name(),
            Role::JustRegistered => person.registered = today - 1,
            Role::AsthmaChild => person.registered = person.born + 3,
            Role::Newborn => {
                person.born = today - 45;
                person.registered = today - 42;
            }
            _ => {}
        }
    }
    if spare {
        // A clinic remembers its dead.
        let old = all.iter_mut().filter(|person| person.role == Role::Anyone && person.age(today) > 84);
        for person in old.take(2) {
            person.died = Some(today - 90 - i64::try_from(person.number % 60).unwrap_or(0));
        }
    }
}

fn fits(role: Role, person: &Person, today: i64) -> bool {
    let age = person.age(today);
    match role {
        Role::LongDiabetes => (52..=66).contains(&age),
        Role::Polypharmacy => age >= 76,
        Role::LongHeart => (68..=82).contains(&age),
        Role::AsthmaChild => (5..=11).contains(&age) && person.parent.is_some(),
        Role::Pregnant => person.is_woman && (22..=38).contains(&age),
        Role::PenicillinAllergy => (20..=60).contains(&age),
        Role::Newborn => age <= 3 && person.parent.is_some(),
        Role::Depressed => (24..=55).contains(&age),
        Role::LongName => age >= 18 && person.culture.language.0 == "es",
        Role::JustRegistered => age >= 18,
        Role::Anyone => true,
    }
}

/// One in 60 was registered twice: the second record has a slip in it, as at a busy desk.
fn twins(seed: u64, all: &mut [Person]) {
    let count = all.len() / 60;
    for at in 0..count {
        let mut dice = Dice::new(seed, "twice", at as u64);
        let (second, first) = (all.len() - 1 - at, 12 + at * 7);
        if second <= first || all[first].family_is_empty() {
            continue;
        }
        let original = all[first].clone();
        let copy = &mut all[second];
        let id = dice.uuid();
        *copy = Person {
            number: copy.number,
            id,
            role: Role::Anyone,
            twice: Some(original.number),
            parent: None,
            partner: None,
            registered: original.registered + 200,
            ..original
        };
        match at % 3 {
            0 => copy.born += 1,
            1 => copy.name.family = copy.name.family.as_deref().map(without_accents),
            _ => copy.household.phone.push('1'),
        }
    }
}

impl Person {
    fn family_is_empty(&self) -> bool {
        self.name.family.is_none()
    }
}

/// As somebody types it who has another keyboard.
fn without_accents(name: &str) -> String {
    let plain = |c: char| match c {
        'á' | 'à' | 'â' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ï' | 'î' => 'i',
        'ó' | 'ô' | 'ö' => 'o',
        'ú' | 'ü' | 'û' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        other => other,
    };
    name.chars().map(plain).filter(|c| *c != '\'').collect()
}
