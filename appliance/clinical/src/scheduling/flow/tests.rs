use serde_json::json;

use super::*;
use crate::lifecycle::check_step;
use crate::scheduling::span::Minute;
use crate::scheduling::zone::{Zone, minute_of_instant};

fn booked() -> Value {
    json!({ "resourceType": "Appointment", "id": "a", "status": "booked", "start": "2026-06-01T09:00:00+02:00", "end": "2026-06-01T09:30:00+02:00",
        "participant": [{ "actor": { "reference": "Patient/p" }, "status": "accepted" }, { "actor": { "reference": "Practitioner/7" }, "status": "accepted" }] })
}

fn at(time: &str) -> Minute {
    minute_of_instant(&format!("2026-06-01T{time}:00+02:00")).unwrap()
}

/// The two records, as the store would keep them.
struct Clinic {
    appointment: Value,
    encounter: Option<Value>,
}

impl Clinic {
    fn new() -> Self {
        Self { appointment: booked(), encounter: None }
    }

    fn save(&mut self, step: Step) -> Stage {
        for (name, value) in step.appointment {
            let from = self.appointment[&name].as_str().map(ToOwned::to_owned);
            check_step("Appointment", from.as_deref(), value.as_str().unwrap()).unwrap();
            self.appointment[name] = value;
        }
        match step.encounter {
            Some(EncounterStep::Create(made)) => self.encounter = Some(made),
            Some(EncounterStep::Elements(elements)) => {
                let record = self.encounter.as_mut().unwrap().as_object_mut().unwrap();
                record.extend(elements);
                record.retain(|_, value| !value.is_null());
            }
            None => {}
        }
        for record in std::iter::once(&self.appointment).chain(&self.encounter) {
            assert_eq!(
                crate::validate::first_error(crate::validate::validate(&record.to_string())),
                None,
                "{record}"
            );
        }
        assert_eq!(stage_of(&self.appointment, self.encounter.as_ref()), Some(step.stage));
        step.stage
    }

    fn act(
        &mut self,
        time: &str,
        act: impl Fn(Walk<'_>) -> Result<Step, FlowError>,
    ) -> Result<Stage, FlowError> {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let walk = Walk {
            appointment: &self.appointment,
            encounter: self.encounter.as_ref(),
            new_id: "e",
            zone: &zone,
            now: at(time),
        };
        let step = act(walk)?;
        Ok(self.save(step))
    }

    fn go(&mut self, time: &str, seen: Stage, to: Stage) -> Result<Stage, FlowError> {
        self.act(time, |walk| step_to(walk, seen, to))
    }

    fn undo(&mut self, time: &str, seen: Stage) -> Result<Stage, FlowError> {
        self.act(time, |walk| undo(walk, seen))
    }
}

fn whole_way() -> Clinic {
    let mut clinic = Clinic::new();
    let times = ["08:50", "09:05", "09:15", "09:40", "09:45"];
    for (pair, time) in Stage::ALL.windows(2).zip(times) {
        assert_eq!(clinic.go(time, pair[0], pair[1]), Ok(pair[1]));
    }
    clinic
}

#[test]
fn a_patient_goes_through_the_clinic_and_each_stage_is_timed() {
    let clinic = whole_way();
    let encounter = clinic.encounter.unwrap();
    let told: Vec<(Stage, i64)> =
        stays(&encounter, at("12:00")).iter().map(|stay| (stay.stage, stay.span.length_min())).collect();
    assert_eq!(
        told,
        [(Stage::Arrived, 15), (Stage::WithNurse, 10), (Stage::WithClinician, 25), (Stage::ToDoAfter, 5)]
    );
    assert_eq!(clinic.appointment["status"], "fulfilled");
    assert_eq!(encounter["period"]["end"], "2026-06-01T09:45:00+02:00");
    let told = waiting(&clinic.appointment, Some(&encounter), at("12:00")).unwrap();
    assert_eq!((told.stage, told.minutes, told.waited_min, told.here_min), (Stage::Done, 0, 15, 55));
}

#[test]
fn every_step_can_be_undone_as_if_it_had_not_been() {
    let mut clinic = whole_way();
    for pair in Stage::ALL[1..].windows(2).rev() {
        assert_eq!(clinic.undo("10:00", pair[1]), Ok(pair[0]));
    }
    assert_eq!(clinic.undo("10:00", Stage::Done).unwrap_err().code(), "flow-moved-on");
    // FHIR's "fulfilled" is for ever: whoever was done has been here.
    assert_eq!(clinic.undo("10:00", Stage::Arrived).unwrap_err().code(), "status-step-forbidden");
    let mut clinic = Clinic::new();
    clinic.go("08:50", Stage::Booked, Stage::Arrived).unwrap();
    clinic.undo("08:51", Stage::Arrived).unwrap();
    assert_eq!(
        (clinic.appointment["status"].as_str(), stays(clinic.encounter.as_ref().unwrap(), at("09:00"))),
        (Some("booked"), vec![])
    );
    assert_eq!(clinic.undo("08:52", Stage::Booked).unwrap_err().code(), "flow-nothing-to-undo");
    clinic.go("09:10", Stage::Booked, Stage::Arrived).unwrap();
    let told = waiting(&clinic.appointment, clinic.encounter.as_ref(), at("09:30")).unwrap();
    assert_eq!((told.minutes, told.waited_min), (20, 20), "from the second arrival");
}

#[test]
fn two_desks_move_a_patient_once() {
    let mut clinic = Clinic::new();
    clinic.go("08:50", Stage::Booked, Stage::Arrived).unwrap();
    let second = clinic.go("08:50", Stage::Booked, Stage::Arrived).unwrap_err();
    assert_eq!(second, FlowError::NotThere { is: Some(Stage::Arrived) });
    assert!(second.to_string().contains("has them as arrived by now"));
}

#[test]
fn stages_may_be_left_out_and_gone_back_to() {
    let mut clinic = Clinic::new();
    assert_eq!(clinic.go("08:50", Stage::Booked, Stage::WithClinician), Ok(Stage::WithClinician));
    assert_eq!(clinic.go("09:00", Stage::WithClinician, Stage::WithNurse), Ok(Stage::WithNurse));
    assert_eq!(clinic.go("09:10", Stage::WithNurse, Stage::Done), Ok(Stage::Done));
}

#[test]
fn who_comes_after_all_is_expected_again() {
    let mut clinic = Clinic::new();
    clinic.appointment["status"] = "noshow".into();
    assert_eq!(waiting(&clinic.appointment, None, at("09:40")), None);
    assert_eq!(clinic.go("09:40", Stage::Booked, Stage::Arrived), Ok(Stage::Arrived));
    clinic.appointment["status"] = "cancelled".into();
    assert_eq!(clinic.go("09:40", Stage::Arrived, Stage::WithNurse), Err(FlowError::NotThere { is: None }));
}

#[test]
fn lateness_counts_from_the_appointment() {
    let told = waiting(&booked(), None, at("09:12")).unwrap();
    assert_eq!((told.stage, told.minutes), (Stage::Booked, 12));
    assert_eq!(waiting(&booked(), None, at("08:00")).unwrap().minutes, 0);
}

#[test]
fn the_status_of_another_client_counts() {
    let encounter = |status: &str| json!({ "status": status, "extension": [extension::one(extension::STAGE, "valueCode", "to-do-after")] });
    for (status, stage) in [
        ("in-progress", Stage::ToDoAfter),
        ("triaged", Stage::WithNurse),
        ("finished", Stage::Done),
        ("planned", Stage::Booked),
        ("cancelled", Stage::Booked),
    ] {
        assert_eq!(stage_of(&booked(), Some(&encounter(status))), Some(stage), "{status}");
    }
    for stage in Stage::ALL {
        assert_eq!(Stage::of(stage.as_str()), Some(stage));
    }
}
