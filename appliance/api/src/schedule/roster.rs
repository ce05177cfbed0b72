//! Who and what can be booked, and when they work.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_clinical::people::HOLDFAST_USER;
use holdfast_clinical::scheduling::fhir::{Exception, ExceptionKind, WeeklyHours, hours_of, resource_of};
use holdfast_clinical::scheduling::find::{Free, Kind, Need, Resource};
use holdfast_clinical::scheduling::hours::{Hours, HoursError};
use holdfast_clinical::scheduling::span::{Span, Spans};
use holdfast_clinical::scheduling::zone::Zone;
use holdfast_clinical::search::table;
use holdfast_core::id::Entity;
use holdfast_core::search::{Clause, Match};
use holdfast_store::StoreError;
use holdfast_store::view::{Stored, View};
use serde_json::Value;

use super::busy::Busy;
use super::names::name_of_resource;
use super::records::{every, json_of};
use crate::sign_in::read_user;

/// Schedules that are read: of 50 practitioners and 20 rooms some 300 in five years.
const MOST_SCHEDULES: usize = 5_000;
/// People who may sign in.
const MOST_USERS: usize = 5_000;
/// Records of resources, in bytes.
const RECORDS_BYTES: usize = 16 << 20;

/// One whose time is given.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) resource: Resource,
    pub(crate) name: String,
    /// Whether it may be booked at all.
    pub(crate) is_active: bool,
}

/// Everybody and everything.
#[derive(Debug)]
pub(crate) struct Roster {
    /// Practitioners, then rooms, then equipment; each by name.
    pub(crate) members: Vec<Member>,
    pub(crate) schedules: Vec<WeeklyHours>,
    /// The id of the Schedule on which holidays stand.
    pub(crate) holidays: String,
}

impl Roster {
    /// Reads who there is: whoever has a Schedule, and those of `beside`. The view must not be narrowed.
    pub(crate) fn read(view: &mut View<'_>, clinic: &str, beside: &[Entity]) -> Result<Self, StoreError> {
        let found = every(view, "Schedule", &[], MOST_SCHEDULES)?;
        let users = users(view)?;
        let mut wanted: BTreeSet<Entity> = beside.iter().cloned().collect();
        wanted.extend(users.roles.keys().filter_map(|key| entity_of(key)));
        Self::with(view, &found, clinic, &users, wanted)
    }

    /// The same at a database of several clinics: whoever has a Schedule at one of them.
    pub(crate) fn read_at(view: &mut View<'_>, clinic: &str) -> Result<Self, StoreError> {
        let found = view.of_clinic("Schedule", clinic, MOST_SCHEDULES as u32)?;
        let users = users(view)?;
        Self::with(view, &found, clinic, &users, BTreeSet::new())
    }

    fn with(
        view: &mut View<'_>,
        found: &[Stored],
        clinic: &str,
        users: &Users,
        mut wanted: BTreeSet<Entity>,
    ) -> Result<Self, StoreError> {
        let mut schedules = Vec::new();
        for stored in found {
            schedules.extend(WeeklyHours::read(&json_of(stored)));
        }
        wanted.extend(schedules.iter().filter_map(|one| entity_of(&one.actor)));
        let wanted: Vec<Entity> = wanted.into_iter().collect();
        let records = view.get_all(&wanted, RECORDS_BYTES)?.resources;
        let roles = roles(view, &records)?;
        let mut members: Vec<Member> =
            records.iter().filter_map(|stored| member(stored, &roles, users)).collect();
        members.sort_by(|a, b| {
            (a.resource.kind, &a.name, &a.resource.key).cmp(&(b.resource.kind, &b.name, &b.resource.key))
        });
        Ok(Self { members, schedules, holidays: super::holidays::schedule_id(clinic) })
    }

    /// The same with those alone who are active and meet one of the needs.
    pub(super) fn who_meet(&self, needs: &[Need]) -> Self {
        let meets = |one: &&Member| one.is_active && needs.iter().any(|need| need.fits(&one.resource));
        let members: Vec<Member> = self.members.iter().filter(meets).cloned().collect();
        let keys: BTreeSet<&str> = members.iter().map(|one| one.resource.key.as_str()).collect();
        let schedules = self.schedules.iter().filter(|one| keys.contains(one.actor.as_str())).cloned();
        Self { schedules: schedules.collect(), holidays: self.holidays.clone(), members }
    }

    pub(crate) fn find(&self, key: &str) -> Option<&Member> {
        self.members.iter().find(|one| one.resource.key == key)
    }

    /// Of those who are named, one who is not booked any more.
    pub(super) fn out_of_use(&self, named: &[String]) -> Option<&Member> {
        named.iter().filter_map(|key| self.find(key)).find(|member| !member.is_active)
    }

    /// The Schedules of one of them.
    pub(crate) fn schedules_of<'r>(&'r self, key: &'r str) -> impl Iterator<Item = &'r WeeklyHours> {
        self.schedules.iter().filter(move |one| one.actor == key)
    }

    /// When one of them works.
    pub(crate) fn hours(&self, key: &str, exceptions: &[Exception]) -> Hours {
        hours_of(key, &self.schedules, exceptions, &self.closed(exceptions))
    }

    /// Holidays.
    pub(crate) fn closed(&self, exceptions: &[Exception]) -> Spans {
        self.holidays(exceptions).map(|one| one.span).collect()
    }

    pub(crate) fn holidays<'r>(&'r self, exceptions: &'r [Exception]) -> impl Iterator<Item = &'r Exception> {
        exceptions.iter().filter(|one| one.schedule == self.holidays && one.kind == ExceptionKind::Off)
    }

    /// The time of each of them in a window, as far as it is this database's to give.
    pub(crate) fn free(
        &self,
        exceptions: &[Exception],
        busy: &Busy,
        zone: &Zone,
        window: Span,
        but: Option<&str>,
    ) -> Result<Vec<(&Resource, Free)>, HoursError> {
        // What is taken before and after may lie beyond the hours looked at.
        let around = window.widened(i64::from(u16::MAX), i64::from(u16::MAX));
        self.free_of(exceptions, zone, window, |key| Some((busy.of(key, but), busy.ours(key, around))))
    }

    /// The same by what is taken of each of them, and what of it may be given away; those of whom there is nothing are left out.
    pub(crate) fn free_of(
        &self,
        exceptions: &[Exception],
        zone: &Zone,
        window: Span,
        time_of: impl Fn(&str) -> Option<(Spans, Spans)>,
    ) -> Result<Vec<(&Resource, Free)>, HoursError> {
        let active = self.members.iter().filter(|one| one.is_active);
        let with_time = active.filter_map(|one| Some((one, time_of(&one.resource.key)?)));
        with_time
            .map(|(one, (busy, owned))| {
                let working = self.hours(&one.resource.key, exceptions).working(zone, window)?;
                Ok((&one.resource, Free::new(working, busy, &owned)))
            })
            .collect()
    }
}

/// All time in and around a window: what is taken before and after an appointment may lie beyond the hours looked at.
pub(crate) fn all_around(window: Span) -> Spans {
    Spans::new([window.widened(i64::from(u16::MAX), i64::from(u16::MAX))])
}

/// A reference to something whose time is given.
pub(crate) fn entity_of(key: &str) -> Option<Entity> {
    let (kind, id) = key.split_once('/')?;
    let is_one =
        matches!(kind, "Practitioner" | "Location" | "Device") && holdfast_clinical::types::is_id(id);
    is_one.then(|| Entity::new(kind, id))
}

/// What people's sign-ins tell of practitioners.
#[derive(Default, Debug)]
struct Users {
    /// Of those who treat patients: what they are here for.
    roles: BTreeMap<String, Vec<String>>,
    /// Those who have no sign-in that holds any more: they have left. Who never had one is another clinic's, or needs none.
    left: BTreeSet<String>,
}

fn users(view: &mut View<'_>) -> Result<Users, StoreError> {
    let (mut out, mut here) = (Users::default(), BTreeSet::new());
    for stored in every(view, HOLDFAST_USER, &[], MOST_USERS)? {
        let Some(user) = read_user(view, &stored.entity)? else { continue };
        let Some(practitioner) = user.practitioner else { continue };
        if !user.is_active {
            out.left.insert(practitioner);
            continue;
        }
        let roles: Vec<String> =
            user.roles.into_iter().filter(|role| matches!(role.as_str(), "clinician" | "nurse")).collect();
        here.insert(practitioner.clone());
        if !roles.is_empty() {
            out.roles.insert(practitioner, roles);
        }
    }
    out.left.retain(|practitioner| !here.contains(practitioner));
    Ok(out)
}

/// The PractitionerRoles of these practitioners, by whose they are.
fn roles(view: &mut View<'_>, records: &[Stored]) -> Result<BTreeMap<String, Vec<Value>>, StoreError> {
    let of_practitioners = records.iter().filter(|one| one.entity.kind == "Practitioner");
    let any: Vec<Match> = of_practitioners.map(|one| Match::Exact(one.entity.to_string())).collect();
    let mut out: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let Some(parameter) = table::find("PractitionerRole", "practitioner").filter(|_| !any.is_empty()) else {
        return Ok(out);
    };
    let by = |used: &table::SlotUse| Clause::Param { param: used.number, any: any.clone() };
    let clauses = [Clause::Any(parameter.slots.iter().map(by).collect())];
    for stored in every(view, "PractitionerRole", &clauses, MOST_USERS)? {
        let role = json_of(&stored);
        let of = role.pointer("/practitioner/reference").and_then(Value::as_str).map(ToOwned::to_owned);
        if let Some(of) = of {
            out.entry(of).or_default().push(role);
        }
    }
    Ok(out)
}

fn member(stored: &Stored, roles: &BTreeMap<String, Vec<Value>>, users: &Users) -> Option<Member> {
    if stored.deleted {
        return None;
    }
    let (key, record) = (stored.entity.to_string(), json_of(stored));
    let own = roles.get(&key).map(Vec::as_slice).unwrap_or_default();
    let mut resource = resource_of(&record, own).ok()?;
    for role in users.roles.get(&key).into_iter().flatten() {
        if !resource.roles.contains(role) {
            resource.roles.push(role.clone());
        }
    }
    let is_off = |element: &str, value: &str| record.get(element).and_then(Value::as_str) == Some(value);
    let is_active = record.get("active").and_then(Value::as_bool) != Some(false)
        && !is_off("status", "inactive")
        && !is_off("status", "suspended")
        && !users.left.contains(&key);
    let name = name_of_resource(&stored.json, &record).unwrap_or(key);
    Some(Member { resource, name, is_active })
}

/// What a kind is called in answers.
pub(crate) fn kind_name(kind: Kind) -> &'static str {
    kind.as_str()
}
