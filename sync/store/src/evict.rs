//! Letting go of patients that nobody here has opened for long. Only what the upstream has, and only after it
//! knows that we no longer hold it.

use holdfast_core::id::{ActorId, Scope};

use crate::error::Result;
use crate::records::Records;
use crate::sql::Value;

impl Records {
    /// Patient scopes not touched since `before_ms` in which nothing of ours is unacknowledged, oldest first.
    ///
    /// # Errors
    /// The database.
    pub fn evictable(&self, upstream: ActorId, before_ms: u64, limit: u32) -> Result<Vec<Scope>> {
        if self.continuity()?.lanes.iter().any(|lane| lane.unsent > 0) {
            return Ok(Vec::new());
        }
        self.read(|view| {
            let text = format!(
                "SELECT h.scope FROM held h WHERE h.upstream = $1 AND h.used_ms < $2 AND h.scope >= 'patient/' \
                 AND h.scope < 'patient0' ORDER BY h.used_ms LIMIT {limit}"
            );
            let rows = view.sql.query(&text, &[upstream.0.to_vec().into(), before_ms.into()])?;
            rows.iter().map(|row| Ok(Scope(row.text(0)?.to_owned()))).collect()
        })
    }

    /// Notes that somebody here has opened a patient, so that it stays.
    ///
    /// # Errors
    /// The database.
    pub fn touch(&self, scope: &Scope) -> Result<()> {
        let now = self.now_ms();
        self.write(|tx| {
            let text = "UPDATE held SET used_ms = $2 WHERE scope = $1";
            tx.sql.execute(text, &[scope.0.as_str().into(), now.into()]).map(|_| ())
        })
    }

    /// Removes a scope that the upstream has released: resources that belong to no other scope, their index and
    /// feed. Refused (`false`) if anything of ours has not been acknowledged meanwhile.
    ///
    /// # Errors
    /// The database.
    pub fn purge(&self, scope: &Scope) -> Result<bool> {
        if self.continuity()?.lanes.iter().any(|lane| lane.unsent > 0) {
            return Ok(false);
        }
        self.write(|tx| {
            let rows = tx.sql.query("SELECT no FROM scope WHERE name = $1", &[scope.0.as_str().into()])?;
            let Some(no) = rows.first().map(|row| row.int(0)).transpose()? else { return Ok(true) };
            let number: [Value; 1] = [no.into()];
            let only_here = "SELECT DISTINCT f.resource_no FROM feed f WHERE f.scope_no = $1 AND NOT EXISTS (\
                             SELECT 1 FROM feed o WHERE o.resource_no = f.resource_no AND o.scope_no <> f.scope_no)";
            for sql in [
                format!("DELETE FROM search WHERE resource_no IN ({only_here})"),
                format!("DELETE FROM resource WHERE no IN ({only_here})"),
                "DELETE FROM feed WHERE scope_no = $1".to_owned(),
                "DELETE FROM scope WHERE no = $1".to_owned(),
            ] {
                tx.sql.execute(&sql, &number)?;
            }
            tx.sql.execute("DELETE FROM held WHERE scope = $1", &[scope.0.as_str().into()])?;
            Ok(true)
        })
    }
}
