//! What belongs to one clinic, at a database that serves several: whose a schedule is, whose patient somebody is, and how a patient who
//! is made here comes to the clinic.

use holdfast_core::id::{Entity, Scope};

use crate::error::Result;
use crate::home;
use crate::sql::Value;
use crate::tx::Tx;
use crate::upstream::{may_hold, share_within};
use crate::view::{COLUMNS, Stored, View, stored};

impl View<'_> {
    /// The clinics that have replicas below, by name, `most` of them.
    ///
    /// # Errors
    /// The database. Cost: the replicas.
    pub fn clinics(&mut self, most: u32) -> Result<Vec<String>> {
        let text = format!("SELECT DISTINCT clinic FROM replica ORDER BY clinic LIMIT {most}");
        self.sql.query(&text, &[])?.into_iter().map(|mut row| row.take_text(0)).collect()
    }

    /// The resources of a type in a clinic's own scope that are there, `most` of them. Whosever they are: it is not narrowed.
    ///
    /// # Errors
    /// The database. Cost: a look for each of the type, of all clinics.
    pub fn of_clinic(&mut self, kind: &str, clinic: &str, most: u32) -> Result<Vec<Stored>> {
        let columns = COLUMNS.map(|column| format!("r.{column}")).join(", ");
        let text = format!(
            "SELECT {columns} FROM resource r JOIN home h ON h.resource_no = r.no \
             WHERE r.kind = $1 AND h.clinic = $2 AND r.deleted = 0 ORDER BY r.no LIMIT {most}"
        );
        let rows = self.sql.query(&text, &[kind.into(), clinic.into()])?;
        rows.into_iter().map(stored).collect()
    }

    /// The clinic in whose own scope a resource is; `None` if it is in none, or not here.
    ///
    /// # Errors
    /// The database.
    pub fn clinic_of(&mut self, entity: &Entity) -> Result<Option<String>> {
        let text = "SELECT no FROM resource WHERE kind = $1 AND id = $2";
        let params: [Value; 2] = [entity.kind.as_str().into(), entity.id.as_str().into()];
        let Some(row) = self.sql.query(text, &params)?.pop() else { return Ok(None) };
        let no = row.int(0)?;
        Ok(home::find(self.sql, &[no])?.remove(&no).map(|clinic| clinic.to_string()))
    }

    /// Whether a clinic may hold a patient: it made the record, or was given it.
    ///
    /// # Errors
    /// The database.
    pub fn is_patient_of(&mut self, patient: &str, clinic: &str) -> Result<bool> {
        may_hold(self.sql, &Scope::patient(patient), clinic, "")
    }
}

impl Tx<'_> {
    /// Lets a clinic hold a patient whom this transaction has made; its nodes hold them from then on. See [`crate::upstream::share`].
    ///
    /// # Errors
    /// The database.
    pub fn share_with(&mut self, patient: &str, clinic: &str) -> Result<()> {
        self.flush()?;
        share_within(self.sql, &Scope::patient(patient), clinic)
    }
}
