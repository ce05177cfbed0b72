//! Whether what came is what must come.

use anyhow::Result;

use super::cases::{Case, Must};
use super::clinic::{Clinic, PATIENTS, mark};
use super::http::Answer;
use super::tables::{self, May};
use crate::figure::say;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) cases: usize,
    /// Shown, or changed, though it must not be.
    pub(super) leaks: Vec<String>,
    /// Refused though it must be served.
    pub(super) refused: Vec<String>,
}

/// The most lines of either list that are printed.
const MOST_LINES: usize = 40;

impl Tally {
    /// Asks one case and judges the answer; as a program instead, for the control.
    ///
    /// # Errors
    /// Nobody answers.
    pub(super) fn count(
        &mut self,
        clinic: &Clinic,
        case: &Case,
        as_program: bool,
        verbose: bool,
    ) -> Result<()> {
        if let Some((kind, id, body)) = &case.made {
            clinic.store(kind, id, body)?;
        }
        let version =
            |case: &Case| case.writes.as_ref().map(|(kind, id)| clinic.version(kind, id)).transpose();
        let before = version(case)?;
        let sign = if as_program { clinic.program.clone() } else { clinic.sign(&case.role) };
        let answer = clinic.ask(&sign, &case.ask)?;
        let has_changed = before != version(case)?;
        let what = format!("{} {} {} → {}", case.role, case.ask.method, case.ask.path, answer.status);
        if verbose {
            say(&format!("{what} ({:?})", case.must));
        }
        self.cases += 1;
        let seen = foreign_marks(&case.role, &answer)?;
        let is_refused = matches!(answer.status, 401 | 403);
        let leaks = match &case.must {
            // To delete what is not there is no error (FHIR R4, "delete"), and what is hidden is not there.
            Must::Hide => {
                let is_told = case.ask.method == "DELETE" || is_bundle(case);
                has_changed || case.writes.is_some() && answer.status < 300 && !is_told
            }
            Must::Refuse => !is_refused,
            Must::Show(_) | Must::Serve | Must::Admit => false,
        };
        if leaks || !seen.is_empty() {
            self.leaks.push(format!(
                "LEAK {what}: {}",
                if seen.is_empty() { "served".to_owned() } else { seen.join(" ") }
            ));
        }
        let is_wrong = match &case.must {
            Must::Show(mark) => answer.status != 200 || !answer.body.contains(mark),
            Must::Serve => !(200..300).contains(&answer.status) || case.writes.is_some() && !has_changed,
            Must::Admit => is_refused,
            Must::Hide | Must::Refuse => false,
        };
        if is_wrong {
            let said: String = answer.body.chars().take(300).collect();
            self.refused.push(format!("REFUSED {what}: {said}"));
        }
        Ok(())
    }

    /// Counts something that is, or is not, shown.
    pub(super) fn is(&mut self, what: &str, is_shown: bool, must_be_shown: bool) {
        self.cases += 1;
        match (is_shown, must_be_shown) {
            (true, false) => self.leaks.push(format!("LEAK {what}")),
            (false, true) => self.refused.push(format!("REFUSED {what}")),
            _ => {}
        }
    }

    /// What was found, for people.
    pub(super) fn lines(&self) -> Vec<String> {
        let some = |list: &[String]| list.iter().take(MOST_LINES).cloned().collect::<Vec<_>>();
        [some(&self.leaks), some(&self.refused)].concat()
    }
}

/// A transaction answers 200 only if it was carried out; a batch, for each entry.
fn is_bundle(case: &Case) -> bool {
    case.ask.path == "/fhir" && case.ask.body.as_deref().is_some_and(|body| body.contains("\"batch\""))
}

/// The marks of records that the role must not see.
fn foreign_marks(role: &str, answer: &Answer) -> Result<Vec<String>> {
    let table = tables::records()?;
    let mut out = Vec::new();
    for patient in PATIENTS {
        for (kind, _) in &table {
            let is_out = patient == "kept" || tables::may(&table, role, kind) < May::Look;
            // A search's own address repeats what was asked for.
            let is_shown = answer.body.contains(&format!("\"value\":\"{}\"", mark(patient, kind)));
            if is_out && is_shown {
                out.push(mark(patient, kind));
            }
        }
    }
    Ok(out)
}
