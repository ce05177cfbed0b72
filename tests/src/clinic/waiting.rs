//! What stands beside single appointments: a group, who waits for a time, and who asked for one.

use holdfast_clinical::scheduling::fhir::extension;
use serde_json::{Value, json};

use super::diary::Offer;
use super::fhir::{hl7_named, to, to_named, with};
use super::people::Person;
use super::team::made;
use super::today::{Sheet, participant};

/// A group meets after lunch.
const GROUP_AT: i64 = 13 * 60 + 15;
const GROUP_OF: usize = 5;
const GROUP_LED_BY: &str = "vikram";
/// A patient who books for themselves wants the first time of the morning.
const ASKED_AT: i64 = 9 * 60;

impl Sheet<'_> {
    /// A session of a group with some of its places taken.
    pub(super) fn group(&mut self, day: i64) {
        let offer = Offer::DiabetesGroup;
        let Some(leader) = self.team.members.iter().find(|member| member.login == GROUP_LED_BY) else {
            return;
        };
        let end = GROUP_AT + offer.minutes();
        self.taken.entry(leader.login).or_default().push((GROUP_AT, end));
        let is_over = day == self.now.day && end <= self.now.minute;
        let status = if is_over { "fulfilled" } else { "booked" };
        let people: Vec<Person> = self.adults().take(GROUP_OF).cloned().collect();
        let session = self.dice.uuid();
        let places: Vec<Value> =
            vec![leader.reference(), to(&format!("Location/{}", self.team.group_room()))];
        let body = self.booked(offer, status, day, GROUP_AT, None, &places, offer.extensions());
        self.all.push(made("Appointment", &session, body));
        for (number, person) in people.iter().enumerate() {
            self.busy.insert(person.number);
            let of = json!({ "reference": format!("Appointment/{session}") });
            let extensions = vec![
                extension::one(extension::SESSION, "valueReference", of),
                extension::one(extension::PLACE, "valueUnsignedInt", number),
            ];
            let body = self.booked(offer, status, day, GROUP_AT, Some(person), &places, extensions);
            let id = self.dice.uuid();
            self.all.push(made("Appointment", &id, body));
        }
    }

    /// Somebody who has asked for a time and was not answered yet.
    pub(super) fn requests(&mut self, day: i64) {
        let Some(doctor) = self.team.members.first() else { return };
        let Some(at) = self.next_for(doctor) else { return };
        let person = self.people[at].clone();
        let offer = Offer::Consultation;
        let body =
            self.booked(offer, "proposed", day, ASKED_AT, Some(&person), &[doctor.reference()], Vec::new());
        let id = self.dice.uuid();
        let body = with(body, json!({ "description": "Would like to come before work" }));
        self.all.push(made("Appointment", &id, body));
    }

    /// Who waits for a time.
    pub(super) fn waiting(&mut self) {
        const WHO: [(Offer, u8, i64, &str, Option<&str>); 3] = [
            (Offer::Consultation, 1, 1, "Chest pain on exertion, seen by the nurse", None),
            (Offer::LongConsultation, 3, 6, "Medicines to be looked through", Some("Tuesdays")),
            (Offer::Ecg, 5, 12, "Before a change of treatment", Some("Mornings")),
        ];
        let people: Vec<Person> = self.adults().take(WHO.len()).cloned().collect();
        for (person, (offer, priority, days, note, not)) in people.iter().zip(WHO) {
            let since = self.at(self.now.day - days, 9 * 60);
            let until = self.at(self.now.day + 365, 9 * 60);
            let patient = to_named(&format!("Patient/{}", person.id), &person.said());
            let body = with(
                json!({
                    "status": "waitlist",
                    "serviceType": offer.service_type(self.team),
                    "appointmentType": hl7_named("v2-0276", "ROUTINE", "Routine appointment"),
                    "priority": priority,
                    "description": note,
                    "created": since.text(),
                    "minutesDuration": offer.minutes(),
                    "requestedPeriod": [{ "start": since.text(), "end": until.text() }],
                    "participant": [participant(patient, "needs-action")],
                }),
                json!({ "comment": not }),
            );
            let id = self.dice.uuid();
            self.all.push(made("Appointment", &id, body));
        }
    }

    /// Grown-ups who have nothing on this day yet, those of the greatest number first: stories are told of others.
    fn adults(&self) -> impl Iterator<Item = &Person> {
        let today = self.now.day;
        let is_one = move |one: &&Person| one.died.is_none() && one.twice.is_none() && one.age(today) >= 30;
        self.people.iter().rev().filter(is_one).filter(|one| !self.busy.contains(&one.number))
    }

    #[expect(clippy::too_many_arguments, reason = "what an appointment is made of")]
    fn booked(
        &self,
        offer: Offer,
        status: &str,
        day: i64,
        minute: i64,
        person: Option<&Person>,
        places: &[Value],
        extensions: Vec<Value>,
    ) -> Value {
        let start = self.at(day, minute);
        let accepted = if status == "proposed" { "needs-action" } else { "accepted" };
        let patient = person.map(|one| to_named(&format!("Patient/{}", one.id), &one.said()));
        let all = patient.into_iter().chain(places.iter().cloned());
        with(
            json!({
                "status": status,
                "serviceType": offer.service_type(self.team),
                "appointmentType": hl7_named("v2-0276", "ROUTINE", "Routine appointment"),
                "start": start.text(),
                "end": start.plus(offer.minutes()).text(),
                "minutesDuration": offer.minutes(),
                "created": start.plus(-1440 * 3).text(),
                "participant": all.map(|actor| participant(actor, accepted)).collect::<Vec<_>>(),
            }),
            json!({ "extension": (!extensions.is_empty()).then_some(extensions) }),
        )
    }
}
