//! The clinic itself: its house, its people, what it offers, and their diaries.

use serde_json::{Value, json};

use super::Colleague;
use super::diary::{self, CLINICIAN, DEVICES, Offer, TYPES};
use super::fhir::{hl7_named, to, to_named};
use crate::generate::{Dice, Resource};

/// The system of the clinic's own record numbers.
pub(super) const MRN: &str = "urn:holdfast:mrn";

/// What somebody at the clinic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Post {
    Doctor,
    Midwife,
    Nurse,
    Pharmacist,
    FrontDesk,
    Manager,
}

/// Somebody who works at the clinic.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) id: String,
    role_id: String,
    pub(super) schedule_id: String,
    pub(super) post: Post,
    prefix: &'static str,
    given: &'static str,
    family: &'static str,
    is_woman: bool,
    languages: &'static [&'static str],
    pub(super) login: &'static str,
}

type Row = (Post, &'static str, &'static str, &'static str, bool, &'static [&'static str], &'static str);

const STAFF: &[Row] = &[
    (Post::Doctor, "Dr.", "Amara", "Okonkwo", true, &["en", "fr"], "amara"),
    (Post::Doctor, "Dr.", "Tomás", "Rivera", false, &["en", "es"], "tomas"),
    (Post::Midwife, "", "Layla", "Haddad", true, &["en", "ar", "fr"], "layla"),
    (Post::Nurse, "", "Anja", "Sørensen", true, &["en"], "anja"),
    (Post::Nurse, "", "Vikram", "Rao", false, &["en", "hi"], "vikram"),
    (Post::Pharmacist, "", "Mei", "Lin", true, &["en", "zh"], "mei"),
    (Post::FrontDesk, "", "Rosa", "Delgado", true, &["en", "es"], "rosa"),
    (Post::Manager, "", "Colm", "Brennan", false, &["en"], "colm"),
];

/// The clinic.
#[derive(Debug, Clone)]
pub(super) struct Team {
    pub(super) organization: String,
    head_office: String,
    /// Who pays for most patients.
    pub(super) payer: String,
    house: String,
    pub(super) rooms: Vec<String>,
    /// Types of appointments.
    pub(super) services: Vec<String>,
    pub(super) devices: Vec<String>,
    /// The Schedules of rooms, then of devices.
    place_schedules: Vec<String>,
    pub(super) members: Vec<Member>,
}

const ROOMS: &[&str] = &[
    "Consulting room 1",
    "Consulting room 2",
    "Antenatal room",
    "Treatment room",
    "Treatment room 2",
    "Group room",
];

impl Member {
    pub(super) fn said(&self) -> String {
        format!("{} {} {}", self.prefix, self.given, self.family).trim().to_owned()
    }

    pub(super) fn reference(&self) -> Value {
        to_named(&format!("Practitioner/{}", self.id), &self.said())
    }

    fn posted(&self) -> (&'static str, &'static str) {
        match self.post {
            Post::Doctor => ("doctor", "Doctor"),
            Post::Midwife => ("nurse", "Nurse"),
            Post::Nurse => ("nurse", "Nurse"),
            Post::Pharmacist => ("pharmacist", "Pharmacist"),
            Post::FrontDesk | Post::Manager => ("ict", "ICT professional"),
        }
    }

    /// How the post is called at the clinic.
    pub(super) fn title(&self) -> &'static str {
        match self.post {
            Post::Doctor => "Doctor",
            Post::Midwife => "Midwife",
            Post::Nurse => "Nurse",
            Post::Pharmacist => "Pharmacist",
            Post::FrontDesk => "Receptionist",
            Post::Manager => "Practice manager",
        }
    }
}

impl Team {
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed, "team", 0);
        let organization = dice.uuid();
        let head_office = dice.uuid();
        let payer = dice.uuid();
        let house = dice.uuid();
        let rooms = ROOMS.iter().map(|_| dice.uuid()).collect();
        let services = (0..TYPES).map(|_| dice.uuid()).collect();
        let devices = DEVICES.iter().map(|_| dice.uuid()).collect();
        let place_schedules = (0..ROOMS.len() + DEVICES.len()).map(|_| dice.uuid()).collect();
        let members = STAFF.iter().map(|row| {
            let (post, prefix, given, family, is_woman, languages, login) = *row;
            let (id, role_id, schedule_id) = (dice.uuid(), dice.uuid(), dice.uuid());
            Member { id, role_id, schedule_id, post, prefix, given, family, is_woman, languages, login }
        });
        let members = members.collect();
        Self { organization, head_office, payer, house, rooms, services, devices, place_schedules, members }
    }

    /// One of this post.
    pub(super) fn one(&self, dice: &mut Dice, post: Post) -> &Member {
        let all: Vec<&Member> = self.members.iter().filter(|member| member.post == post).collect();
        dice.pick(&all)
    }

    /// Who sees patients by appointment.
    pub(super) fn working(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|one| matches!(one.post, Post::Doctor | Post::Midwife | Post::Nurse))
    }

    /// The same, each with a room.
    pub(super) fn by_appointment(&self) -> impl Iterator<Item = (&Member, &str)> {
        self.working().zip(self.rooms.iter().map(String::as_str))
    }

    /// Rooms and devices, `Type/id`, each with its Schedule.
    pub(super) fn opened(&self) -> impl Iterator<Item = (String, &str)> {
        let rooms = self.rooms.iter().map(|id| format!("Location/{id}"));
        let devices = self.devices.iter().map(|id| format!("Device/{id}"));
        rooms.chain(devices).zip(self.place_schedules.iter().map(String::as_str))
    }

    /// Where groups meet.
    pub(super) fn group_room(&self) -> &str {
        self.rooms.last().map_or("", String::as_str)
    }

    pub(super) fn clinic(&self) -> Value {
        to_named(&format!("Organization/{}", self.organization), "Northhaven Clinic")
    }

    /// Everything of the directory, and the diaries.
    pub(super) fn resources(&self) -> Vec<Resource> {
        let mut all = vec![self.clinic_itself(), self.head_office(), self.payer(), self.house()];
        all.extend(self.rooms.iter().zip(ROOMS).map(|(id, name)| self.room(id, name)));
        let place = to(&format!("Location/{}", self.house));
        all.extend(diary::services(self, &place));
        all.extend(diary::devices(self, &place));
        for member in &self.members {
            all.push(practitioner(member));
            all.push(self.role(member));
        }
        all.extend(diary::hours(self));
        all
    }

    fn clinic_itself(&self) -> Resource {
        made(
            "Organization",
            &self.organization,
            json!({
                "active": true,
                "type": [hl7_named("organization-type", "prov", "Healthcare Provider")],
                "name": "Northhaven Clinic",
                "telecom": [{ "system": "phone", "value": "+1-555-100-2000", "use": "work" }],
                "address": [address("1 Harbour Road", "NH1 1AB")],
                "partOf": to(&format!("Organization/{}", self.head_office)),
            }),
        )
    }

    fn head_office(&self) -> Resource {
        made(
            "Organization",
            &self.head_office,
            json!({
                "active": true,
                "type": [hl7_named("organization-type", "prov", "Healthcare Provider")],
                "name": "Coastal Health Group",
            }),
        )
    }

    fn payer(&self) -> Resource {
        made(
            "Organization",
            &self.payer,
            json!({
                "active": true,
                "type": [hl7_named("organization-type", "ins", "Insurance Company")],
                "name": "Harbour Mutual",
            }),
        )
    }

    /// The first of each post, as they sign in.
    pub(super) fn colleagues(&self) -> Vec<Colleague> {
        let role = |post| match post {
            Post::Doctor => Some("clinician"),
            Post::Nurse => Some("nurse"),
            Post::Pharmacist => Some("pharmacist"),
            Post::FrontDesk => Some("front-desk"),
            Post::Manager => Some("manager"),
            Post::Midwife => None,
        };
        let mut all: Vec<Colleague> = Vec::new();
        for member in &self.members {
            let Some(role) = role(member.post) else { continue };
            if all.iter().all(|other| other.role != role) {
                let practitioner = format!("Practitioner/{}", member.id);
                all.push(Colleague { login: member.login, name: member.said(), role, practitioner });
            }
        }
        all
    }

    fn house(&self) -> Resource {
        made(
            "Location",
            &self.house,
            json!({
                "status": "active",
                "name": "Northhaven Clinic",
                "mode": "instance",
                "address": address("1 Harbour Road", "NH1 1AB"),
                "managingOrganization": self.clinic(),
                "hoursOfOperation": [{ "daysOfWeek": ["mon", "tue", "wed", "thu", "fri"], "openingTime": "08:00:00", "closingTime": "17:00:00" }],
            }),
        )
    }

    fn room(&self, id: &str, name: &str) -> Resource {
        made(
            "Location",
            id,
            json!({
                "status": "active",
                "name": name,
                "mode": "instance",
                "physicalType": hl7_named("location-physical-type", "ro", "Room"),
                "managingOrganization": self.clinic(),
                "partOf": to(&format!("Location/{}", self.house)),
            }),
        )
    }

    fn role(&self, member: &Member) -> Resource {
        let (code, display) = member.posted();
        let mut role = hl7_named("practitioner-role", code, display);
        role["text"] = json!(member.title());
        if let Some(codings) = role["coding"].as_array_mut().filter(|_| member.post == Post::Doctor) {
            // The role by which types of appointments ask for somebody comes first.
            codings.insert(0, json!({ "system": "urn:holdfast:role", "code": CLINICIAN }));
        }
        made(
            "PractitionerRole",
            &member.role_id,
            json!({
                "active": true,
                "practitioner": member.reference(),
                "organization": self.clinic(),
                "code": [role],
                "location": [to(&format!("Location/{}", self.house))],
                "healthcareService": [to(&format!("HealthcareService/{}", self.service_of(member)))],
            }),
        )
    }

    /// The service that most of somebody's appointments are of.
    fn service_of(&self, member: &Member) -> &str {
        let offer = match member.post {
            Post::Midwife => Offer::Antenatal,
            Post::Nurse => Offer::Immunization,
            _ => Offer::Consultation,
        };
        &self.services[offer as usize]
    }
}

fn practitioner(member: &Member) -> Resource {
    let languages: Vec<Value> = member
        .languages
        .iter()
        .map(|code| json!({ "coding": [{ "system": "urn:ietf:bcp:47", "code": code }] }))
        .collect();
    let prefix = (!member.prefix.is_empty()).then(|| json!([member.prefix]));
    let name = super::fhir::with(
        json!({ "use": "official", "family": member.family, "given": [member.given] }),
        json!({ "prefix": prefix }),
    );
    made(
        "Practitioner",
        &member.id,
        json!({
            "active": true,
            "identifier": [{ "system": "urn:holdfast:staff", "value": member.login }],
            "name": [name],
            "telecom": [{ "system": "email", "value": format!("{}@northhaven.example", member.login), "use": "work" }],
            "gender": if member.is_woman { "female" } else { "male" },
            "communication": languages,
        }),
    )
}

fn address(line: &str, post_code: &str) -> Value {
    json!({ "use": "work", "line": [line], "city": "Northhaven", "postalCode": post_code })
}

/// A resource of these members.
pub(super) fn made(resource_type: &'static str, id: &str, body: Value) -> Resource {
    let head = json!({ "resourceType": resource_type, "id": id });
    Resource { resource_type, id: id.to_owned(), json: super::fhir::with(head, body).to_string() }
}
