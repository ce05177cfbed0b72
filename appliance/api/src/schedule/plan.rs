//! What a booking takes: the type's needs, with those who were named in their place.

use holdfast_clinical::scheduling::fhir::{AppointmentType, Exception};
use holdfast_clinical::scheduling::find::{Ask, Free, Kind, MAX_NEEDS, Need, Resource, find};
use holdfast_clinical::scheduling::span::{Minute, Span};
use holdfast_clinical::scheduling::zone::Zone;

use super::ScheduleError;
use super::busy::Busy;
use super::roster::{Roster, entity_of};

/// What the schedule knows of a window: who there is, when they work, what is taken.
pub(crate) struct Known<'k> {
    pub(crate) roster: &'k Roster,
    pub(crate) exceptions: &'k [Exception],
    pub(crate) zone: &'k Zone,
}

/// What an appointment is to take, and when.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) kind: AppointmentType,
    /// Those who were named.
    pub(crate) named: Vec<String>,
    /// Of them, who is taken whether or not they are what the type needs: they take part already.
    pub(crate) anyway: Vec<String>,
    pub(crate) span: Span,
}

impl Wanted {
    pub(crate) fn taken(&self) -> Span {
        self.span.widened(self.kind.before_min, self.kind.after_min)
    }
}

/// Whether whoever was named has to be what the type needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Named<'n> {
    /// They have, but for these.
    Fit(&'n [String]),
    /// They need not: somebody has said why they are taken all the same.
    Forced,
}

impl Named<'_> {
    fn lets(self, key: &str) -> bool {
        match self {
            Self::Fit(but) => but.iter().any(|one| one == key),
            Self::Forced => true,
        }
    }
}

/// The needs of the type, of which each that somebody named meets asks for them alone. Whoever is named beside those who meet the needs is
/// taken, too; whoever is named in the place of one, and is not what it asks for, is not.
///
/// # Errors
/// [`ScheduleError`] if one of those named is not of the schedule, or not what the type needs.
pub(crate) fn needs(
    kind: &AppointmentType,
    named: &[String],
    roster: &Roster,
    how: Named<'_>,
) -> Result<Vec<Need>, ScheduleError> {
    let mut needs = kind.needs.clone();
    let mut is_named = vec![false; needs.len()];
    let mut others = Vec::new();
    for key in named.iter().filter(|key| *key != "any") {
        if let Some(role) = key.strip_prefix("role:") {
            let open = needs
                .iter()
                .enumerate()
                .position(|(at, need)| need.kind == Kind::Practitioner && !is_named[at]);
            if let Some(at) = open {
                needs[at].role = Some(role.to_owned());
            }
            continue;
        }
        let bad = ScheduleError::Bad { what: "a resource", expected: "one of the schedule's" };
        let member = entity_of(key).and_then(|_| roster.find(key)).ok_or(bad)?;
        match needs.iter().zip(&is_named).position(|(need, named)| !named && need.fits(&member.resource)) {
            Some(at) => {
                needs[at] = only(key, member.resource.kind);
                is_named[at] = true;
            }
            None => others.push(member),
        }
    }
    for member in others {
        let (key, of_kind) = (&member.resource.key, member.resource.kind);
        match needs.iter().zip(&is_named).position(|(need, named)| !named && need.kind == of_kind) {
            Some(at) if how.lets(key) => {
                needs[at] = only(key, of_kind);
                is_named[at] = true;
            }
            Some(_) => return Err(ScheduleError::NotSuitable { resource: member.name.clone() }),
            None => {
                needs.push(only(key, of_kind));
                is_named.push(true);
            }
        }
    }
    if needs.len() > MAX_NEEDS {
        return Err(ScheduleError::Bad { what: "the number of resources", expected: "six at the most" });
    }
    Ok(needs)
}

fn only(key: &str, kind: Kind) -> Need {
    Need { only: vec![key.to_owned()], ..Need::any(kind) }
}

/// Who takes part in an appointment at that very time: those whose time is this database's to give, as far as there are any. Whether it
/// is given is decided when the appointment is saved, by the store.
///
/// # Errors
/// [`ScheduleError`] that says who does not, and why.
pub(crate) fn choose(
    known: &Known<'_>,
    wanted: &Wanted,
    busy: Busy,
    but: Option<&str>,
) -> Result<Vec<String>, ScheduleError> {
    match choose_ours(known, wanted, &busy, but) {
        Ok(chosen) => Ok(chosen),
        Err(_) => choose_ours(known, wanted, &busy.disowned(), but),
    }
}

/// The same of those alone whose time is this database's to give.
///
/// # Errors
/// As [`choose`].
pub(super) fn choose_ours(
    known: &Known<'_>,
    wanted: &Wanted,
    busy: &Busy,
    but: Option<&str>,
) -> Result<Vec<String>, ScheduleError> {
    in_use(known.roster, &wanted.named)?;
    let free = known.roster.free(known.exceptions, busy, known.zone, around(wanted), but)?;
    let all: Vec<(&Resource, &Free)> = free.iter().map(|(resource, free)| (*resource, free)).collect();
    let ask = ask(wanted, needs(&wanted.kind, &wanted.named, known.roster, Named::Fit(&wanted.anyway))?);
    match find(&ask, &all, known.zone)?.offers.into_iter().next() {
        Some(offer) => Ok(offer.chosen.into_iter().map(|chosen| chosen.key).collect()),
        None => Err(why_not(known, wanted, &ask, &all, busy, but)),
    }
}

/// The same where nobody has to be free: those who were named, and of the others whoever is.
///
/// # Errors
/// [`ScheduleError`] if nobody was named and nobody is free, or one of those named is not of the schedule.
pub(crate) fn choose_anyhow(
    known: &Known<'_>,
    wanted: &Wanted,
    busy: &Busy,
    but: Option<&str>,
) -> Result<Vec<String>, ScheduleError> {
    let all = needs(&wanted.kind, &wanted.named, known.roster, Named::Forced)?;
    in_use(known.roster, &wanted.named)?;
    let mut out: Vec<String> = wanted.named.iter().filter(|key| entity_of(key).is_some()).cloned().collect();
    let free = known.roster.free(known.exceptions, busy, known.zone, around(wanted), but)?;
    for need in &all {
        if need.only.iter().any(|key| out.contains(key)) {
            continue;
        }
        let fits = |(resource, _): &&(&Resource, Free)| need.fits(resource) && !out.contains(&resource.key);
        let is_free = |(_, free): &&(&Resource, Free)| free.takes(wanted.span, wanted.taken());
        // One who works would rather be asked than one who is at home.
        let works = |(_, free): &&(&Resource, Free)| free.working_hours().touches(wanted.span);
        let found = free.iter().filter(fits).find(is_free);
        let found = found.or_else(|| free.iter().filter(fits).find(works)).or_else(|| free.iter().find(fits));
        let found = found.map(|(resource, _)| resource.key.clone());
        out.extend(found);
    }
    if out.is_empty() { Err(ScheduleError::NobodyFits) } else { Ok(out) }
}

/// Refuses who has left, and what is out of use, overbooked or not: nobody would be there.
pub(super) fn in_use(roster: &Roster, named: &[String]) -> Result<(), ScheduleError> {
    match roster.out_of_use(named) {
        Some(member) => Err(ScheduleError::OutOfUse { resource: member.name.clone() }),
        None => Ok(()),
    }
}

/// The window that has to be known to choose.
pub(crate) fn around(wanted: &Wanted) -> Span {
    wanted.taken()
}

fn ask(wanted: &Wanted, needs: Vec<Need>) -> Ask {
    Ask {
        duration_min: wanted.span.length_min(),
        step_min: 1,
        needs,
        ..wanted.kind.ask(Span::of(wanted.span.from, 1))
    }
}

fn why_not(
    known: &Known<'_>,
    wanted: &Wanted,
    ask: &Ask,
    all: &[(&Resource, &Free)],
    busy: &Busy,
    but: Option<&str>,
) -> ScheduleError {
    let name = |key: &str| known.roster.find(key).map_or_else(|| key.to_owned(), |one| one.name.clone());
    let mut nobody = None;
    for need in &ask.needs {
        let fits: Vec<&(&Resource, &Free)> = all.iter().filter(|(resource, _)| need.fits(resource)).collect();
        if fits.iter().any(|(_, free)| free.takes(wanted.span, wanted.taken())) {
            continue;
        }
        let [(resource, free)] = fits[..] else {
            let works = fits.iter().any(|(_, free)| free.working_hours().covers(wanted.span));
            nobody = nobody.or(Some((need.kind, works, fits.is_empty())));
            continue;
        };
        if !free.working_hours().covers(wanted.span) {
            let off = known.roster.hours(&resource.key, known.exceptions).off;
            let resource = name(&resource.key);
            return if off.touches(wanted.span) {
                ScheduleError::TimeOff { resource }
            } else {
                ScheduleError::OutsideHours { resource }
            };
        }
        let by = busy.by(&resource.key, wanted.taken(), but).next().map(ToOwned::to_owned);
        if let Some(until) = busy.offered_until(&resource.key, wanted.taken(), but).filter(|_| by.is_none()) {
            let until = known.zone.instant(until);
            return ScheduleError::Offered { resource: name(&resource.key), until };
        }
        return ScheduleError::SlotTaken { resource: Some(name(&resource.key)), by };
    }
    match nobody {
        Some((_, _, true)) => ScheduleError::NobodyFits,
        Some((_, false, _)) => ScheduleError::OutsideHours { resource: "everybody who could".to_owned() },
        _ => ScheduleError::SlotTaken { resource: None, by: None },
    }
}

/// The minute at which a search goes on.
pub(crate) fn next_of(text: Option<&str>) -> Option<Minute> {
    text?.parse().ok()
}
