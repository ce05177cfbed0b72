//! The clinic itself: its house, its people, what it offers, and their diaries.

use serde_json::{Value, json};

use super::Colleague;
use super::fhir::{hl7_named, to, to_named};
use super::moment::day_text;
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
    services: Vec<String>,
    pub(super) members: Vec<Member>,
}

const ROOMS: &[&str] = &["Consulting room 1", "Consulting room 2", "Antenatal room", "Treatment room"];
const SERVICES: &[&str] = &["General practice", "Antenatal care", "Immunization", "Chronic disease review"];

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
        let services = SERVICES.iter().map(|_| dice.uuid()).collect();
        let members = STAFF.iter().map(|row| {
            let (post, prefix, given, family, is_woman, languages, login) = *row;
            let (id, role_id, schedule_id) = (dice.uuid(), dice.uuid(), dice.uuid());
            Member { id, role_id, schedule_id, post, prefix, given, family, is_woman, languages, login }
        });
        let members = members.collect();
        Self { organization, head_office, payer, house, rooms, services, members }
    }

    /// One of this post.
    pub(super) fn one(&self, dice: &mut Dice, post: Post) -> &Member {
        let all: Vec<&Member> = self.members.iter().filter(|member| member.post == post).collect();
        dice.pick(&all)
    }

    /// Who sees patients by appointment, each with a room.
    pub(super) fn by_appointment(&self) -> impl Iterator<Item = (&Member, &str)> {
        let seeing = self
            .members
            .iter()
            .filter(|member| matches!(member.post, Post::Doctor | Post::Midwife) || member.login == "anja");
        seeing.zip(self.rooms.iter().map(String::as_str))
    }

    pub(super) fn clinic(&self) -> Value {
        to_named(&format!("Organization/{}", self.organization), "Northhaven Clinic")
    }

    /// Everything of the directory, and the diaries.
    pub(super) fn resources(&self, today: i64) -> Vec<Resource> {
        let mut all = vec![self.clinic_itself(), self.head_office(), self.payer(), self.house()];
        all.extend(self.rooms.iter().zip(ROOMS).map(|(id, name)| self.room(id, name)));
        all.extend(self.services.iter().zip(SERVICES).map(|(id, name)| self.service(id, name)));
        for member in &self.members {
            all.push(practitioner(member));
            all.push(self.role(member));
        }
        all.extend(self.by_appointment().map(|(member, room)| self.schedule(member, room, today)));
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

    fn service(&self, id: &str, name: &str) -> Resource {
        made(
            "HealthcareService",
            id,
            json!({
                "active": true,
                "providedBy": self.clinic(),
                "type": [{ "text": name }],
                "location": [to(&format!("Location/{}", self.house))],
                "name": name,
                "appointmentRequired": name != "Immunization",
            }),
        )
    }

    fn role(&self, member: &Member) -> Resource {
        let (code, display) = member.posted();
        let mut role = hl7_named("practitioner-role", code, display);
        role["text"] = json!(member.title());
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

    /// The service that somebody's appointments are of.
    pub(super) fn service_of(&self, member: &Member) -> &str {
        let at = match member.post {
            Post::Midwife => 1,
            Post::Nurse => 2,
            _ => 0,
        };
        &self.services[at]
    }

    fn schedule(&self, member: &Member, room: &str, today: i64) -> Resource {
        made(
            "Schedule",
            &member.schedule_id,
            json!({
                "active": true,
                "actor": [member.reference(), to(&format!("Location/{room}"))],
                "planningHorizon": { "start": day_text(today - 7), "end": day_text(today + 28) },
                "comment": format!("{}: appointments of 20 minutes", member.said()),
            }),
        )
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
