//! A shift at one desk: the doctor charts, the node dies, the program is killed in mid-note, and a nurse takes over.

use anyhow::{Result, ensure};

use super::clinic::{DOCTOR, NURSE, Person};
use super::ledger::valued;
use super::page::{BUTTON, ITEM, LINK, OPTION, SUBMIT};
use super::steps::Steps;

const FAMILY: &str = "Brückner-Essaï";
const KEPT: &str = "Cough and fever for three days";
const CUT: &str = ", worse at night, and now";
const REST: &str = ". Seen alone.";
const HANDED_OVER: &str = "Sleeps; next look at six";

impl Steps {
    pub(super) fn charting(&mut self) {
        self.step("the doctor signs in", |steps| steps.sign_in(DOCTOR));
        self.step("registers a patient", Self::register);
        self.step("enters vitals", |steps| steps.vitals(DOCTOR, [121, 78, 71]));
        self.step("the node is killed; the window says so and goes on", Self::lose_node);
        self.step("charts an allergy with the node gone", Self::allergy);
        self.step("begins a note; its draft is kept", Self::begin_note);
        self.step("the program is killed in mid-sentence, started again, and locked", Self::kill_in_mid_note);
        self.step("wrong PINs open nothing", Self::wrong_pin);
        self.step("the doctor signs in with the node gone; chart and draft are there", Self::find_again);
        self.step("signs the note", Self::sign_note);
        self.step("the nurse signs in at the same desk, and sees no draft of the doctor's", Self::hand_over);
        self.step("the nurse charts vitals and leaves a note unfinished", Self::take_over);
    }

    /// From the sign-in, whoever's tile it shows, to the landing.
    pub(super) fn sign_in(&mut self, person: Person) -> Result<()> {
        let page = self.page()?;
        page.sign_in(person.login, person.pin)?;
        page.see(person.name)
    }

    fn register(&mut self) -> Result<()> {
        let page = self.page()?;
        page.press(LINK, "Register")?;
        page.fill("Given names", "Amélie")?;
        page.fill("Family name", FAMILY)?;
        page.fill("Birth date", "12/3/1961")?;
        page.see("years old")?;
        page.choose("Sex", "Female")?;
        page.press(SUBMIT, "Register")?;
        page.see("Registered")?;
        page.press(LINK, "Open the chart")?;
        page.see("Allergies: nothing recorded")?;
        let id = page.wait("location.hash.split('/')[2]")?;
        self.patient = id.as_str().unwrap_or_default().to_owned();
        self.ledger.note(DOCTOR, &self.patient, "Patient", FAMILY);
        self.photograph("chart")
    }

    fn vitals(&mut self, by: Person, [systolic, diastolic, pulse]: [u32; 3]) -> Result<()> {
        let page = self.page()?;
        page.press(BUTTON, "Enter vitals")?;
        for (label, value) in [("Systolic", systolic), ("Diastolic", diastolic), ("Pulse", pulse)] {
            page.fill(label, &value.to_string())?;
        }
        page.wait("press('[role=dialog] button[type=submit]:enabled', 'Save')")?;
        page.press("[role=dialog] button[type=submit]", "Save")?;
        page.see("Saved: vitals")?;
        page.see(&format!("{systolic}/{diastolic}"))?;
        // Pressure is one record with two values.
        for value in [systolic, pulse] {
            self.ledger.note(by, &self.patient, "Observation", &valued(value));
        }
        Ok(())
    }

    fn lose_node(&mut self) -> Result<()> {
        self.clinic_mut()?.kill()?;
        self.page()?.see("Link to the clinic’s node down")?;
        self.photograph("node-gone")
    }

    fn allergy(&mut self) -> Result<()> {
        let page = self.page()?;
        page.press(BUTTON, "More")?;
        page.press(ITEM, "Add an allergy")?;
        page.fill("To what", "Penicillin G")?;
        page.fill("How it shows", "Anaphylaxis")?;
        page.choose("How bad", "Severe")?;
        page.press("[role=dialog] button[type=submit]", "Save")?;
        page.see("allergy to Penicillin G")?;
        self.ledger.note(DOCTOR, &self.patient, "AllergyIntolerance", "Penicillin G");
        Ok(())
    }

    fn begin_note(&mut self) -> Result<()> {
        let page = self.page()?;
        page.press(BUTTON, "New note")?;
        page.fill("Subjective", KEPT)?;
        page.see("Draft kept")?;
        self.photograph("note")
    }

    /// What follows the last kept word may be lost, and nothing before it.
    fn kill_in_mid_note(&mut self) -> Result<()> {
        self.page()?.type_on("Subjective", CUT)?;
        self.driver_mut()?.kill_window()?;
        self.open()?;
        let setup = self.setup()?;
        ensure!(setup["locked"] == true && setup["enrolled"] == true, "it says {setup}");
        self.page()?.see("The records on this computer are locked until somebody signs in.")?;
        self.photograph("locked")
    }

    fn wrong_pin(&mut self) -> Result<()> {
        self.page()?.enter(DOCTOR.login, "704816")?;
        self.page()?.wait("document.querySelector('[role=alert]')")?;
        let setup = self.setup()?;
        ensure!(setup["locked"] == true, "it says {setup}");
        Ok(())
    }

    fn find_again(&mut self) -> Result<()> {
        self.sign_in(DOCTOR)?;
        self.open_chart()?;
        let page = self.page()?;
        for text in ["Penicillin G", "121/78"] {
            page.see(text)?;
        }
        page.press(BUTTON, "New note")?;
        page.see("Goes on from your draft")?;
        let text = page.value("Subjective")?;
        ensure!(text.starts_with(KEPT), "the draft says {text:?}");
        self.photograph("draft-again")
    }

    fn sign_note(&mut self) -> Result<()> {
        let page = self.page()?;
        page.type_on("Subjective", REST)?;
        page.press(SUBMIT, "Sign")?;
        page.see("Signed")?;
        self.ledger.note(DOCTOR, &self.patient, "Composition", KEPT);
        Ok(())
    }

    fn hand_over(&mut self) -> Result<()> {
        let page = self.page()?;
        page.press_class("user-button")?;
        page.press(ITEM, "Lock, or switch person")?;
        page.see("Locked")?;
        self.photograph("switch")?;
        self.sign_in(NURSE)?;
        self.page()?.see("Nothing unfinished.")
    }

    fn take_over(&mut self) -> Result<()> {
        self.open_chart()?;
        self.vitals(NURSE, [134, 86, 92])?;
        let page = self.page()?;
        page.press(BUTTON, "New note")?;
        page.fill("Subjective", HANDED_OVER)?;
        page.see("Draft kept")?;
        self.photograph("nurse")
    }

    /// By the search, as somebody does who knows the name by ear.
    fn open_chart(&self) -> Result<()> {
        let page = self.page()?;
        page.press(BUTTON, "Find a patient")?;
        page.fill("Find a patient", "amelie bruckner")?;
        page.press(OPTION, FAMILY)?;
        page.see_gone("[role=option]")?;
        page.wait(&format!("location.hash.includes({:?})", self.patient))?;
        page.see("Last vitals")
    }

    /// The words that the nurse left.
    pub(super) fn unfinished() -> &'static str {
        HANDED_OVER
    }
}
