//! What a clinic's node gives its desktops to hold, beside what they ask for.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicU8, Ordering};

use holdfast_core::id::{Entity, Scope};
use holdfast_core::view::decode;

use crate::error::Result;
use crate::feed::{ROUTINE, Touched, URGENT, scope_number};
use crate::records::Records;
use crate::schema;
use crate::sql::Sql;
use crate::tx::Tx;
use crate::upstream::OK;

/// The kind of replica that this is about.
pub(crate) const DESKTOP: &str = "desktop";

/// Whose records every desktop below holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum DesktopHold {
    /// Those that it asks for, and those that it writes into.
    #[default]
    Asked,
    /// Also those of the patients who come today.
    Today,
    /// All that are held here, those of today first.
    Clinic,
}

/// The [`DesktopHold`] in force.
#[derive(Debug, Default)]
pub(crate) struct InForce(AtomicU8);

impl InForce {
    fn set(&self, hold: DesktopHold) {
        let number = match hold {
            DesktopHold::Asked => 0,
            DesktopHold::Today => 1,
            DesktopHold::Clinic => 2,
        };
        self.0.store(number, Ordering::Relaxed);
    }

    fn get(&self) -> DesktopHold {
        match self.0.load(Ordering::Relaxed) {
            0 => DesktopHold::Asked,
            1 => DesktopHold::Today,
            _ => DesktopHold::Clinic,
        }
    }
}

impl Records {
    /// Puts in force what desktops hold from now on, and gives those that are known what they lack of it: call it at the
    /// start, and now and then for the patients of the day. Nothing is taken from a desktop by it. How many scopes were
    /// given, over all desktops.
    ///
    /// # Errors
    /// The database.
    pub fn give_desktops(&self, hold: DesktopHold) -> Result<u64> {
        self.desktops.set(hold);
        self.write(|tx| {
            let mut given = 0;
            for desktop in desktops(tx.sql)? {
                given += give(tx, desktop)?;
            }
            Ok(given)
        })
    }
}

/// The desktops below that are not revoked.
fn desktops(sql: &mut dyn Sql) -> Result<Vec<i64>> {
    let text = "SELECT no FROM replica WHERE kind = $1 AND state = $2 ORDER BY no";
    let rows = sql.query(text, &[DESKTOP.into(), OK.into()])?;
    rows.iter().map(|row| row.int(0)).collect()
}

/// Gives one desktop what it is to hold and does not hold yet; how many scopes.
pub(crate) fn give(tx: &mut Tx<'_>, desktop: i64) -> Result<u64> {
    let hold = tx.records.desktops.get();
    if tx.serves_clinics() || hold == DesktopHold::Asked {
        return Ok(0);
    }
    let mut given = 0;
    for scope in due_today(tx)? {
        let (no, head) = scope_number(tx.sql, &scope)?;
        let row = vec![no.into(), desktop.into(), 0i64.into()];
        let is_new = tx.sql.insert_new(&schema::SUBSCRIPTION, vec![row])? > 0;
        given += u64::from(is_new);
        if is_new && head > 0 {
            tx.sql.upsert(&schema::DIRTY, vec![vec![desktop.into(), no.into(), URGENT.into()]])?;
        }
    }
    if hold == DesktopHold::Clinic {
        // '0' comes after '/'.
        let lacking = "FROM scope s WHERE s.name >= 'patient/' AND s.name < 'patient0' AND NOT EXISTS \
                       (SELECT 1 FROM subscription u WHERE u.scope_no = s.no AND u.replica_no = $1)";
        let marks = format!(
            "INSERT INTO dirty (replica_no, scope_no, rank) SELECT $1, s.no, {ROUTINE} {lacking} AND s.head > 0 \
             ON CONFLICT (replica_no, scope_no) DO NOTHING"
        );
        tx.sql.execute(&marks, &[desktop.into()])?;
        let subscriptions = format!(
            "INSERT INTO subscription (scope_no, replica_no, cursor_pos) SELECT s.no, $1, 0 {lacking} \
             ON CONFLICT (scope_no, replica_no) DO NOTHING"
        );
        given += tx.sql.execute(&subscriptions, &[desktop.into()])?;
    }
    Ok(given)
}

/// The patients who come today.
fn due_today(tx: &mut Tx<'_>) -> Result<BTreeSet<Scope>> {
    let today = holdfast_core::view::instant(holdfast_core::hlc::Hlc::new(tx.records.now_ms(), 0));
    let Some((kind, needle)) = tx.rules().due_on(&today[..10]) else { return Ok(BTreeSet::new()) };
    let text = "SELECT id, json, state FROM resource WHERE kind = $1 AND json LIKE $2 ORDER BY no";
    let rows = tx.sql.query(text, &[kind.into(), format!("%{needle}%").into()])?;
    let (rules, clinic) = (tx.rules(), tx.records.clinic());
    let mut out = BTreeSet::new();
    for row in rows {
        // One that is damaged waits for a scrub; the day goes on without it.
        let Ok(state) = decode(Entity::new(kind, row.text(0)?), row.text(1)?, row.blob(2)?) else { continue };
        out.extend(rules.scopes(&state, clinic).into_iter().filter(|scope| scope.as_patient().is_some()));
    }
    Ok(out)
}

/// Patients of whom nothing was here until now: desktops that hold the whole clinic hold them too.
pub(crate) fn follow_new(
    tx: &mut Tx<'_>,
    scopes: &HashMap<Scope, Touched>,
    subscribed: &BTreeMap<i64, Vec<i64>>,
) -> Result<()> {
    if tx.serves_clinics() || tx.records.desktops.get() != DesktopHold::Clinic {
        return Ok(());
    }
    let new = scopes.iter().filter(|(name, s)| s.was_empty && name.as_patient().is_some());
    let new: BTreeSet<i64> = new.map(|(_, s)| s.no).collect();
    if new.is_empty() {
        return Ok(());
    }
    let (mut subscriptions, mut marks) = (Vec::new(), Vec::new());
    // The author is seen to on its own: it has what it wrote.
    for desktop in desktops(tx.sql)?.into_iter().filter(|no| Some(*no) != tx.from_replica) {
        let held = |scope: &i64| subscribed.get(scope).is_some_and(|list| list.contains(&desktop));
        for scope in new.iter().filter(|scope| !held(scope)) {
            subscriptions.push(vec![(*scope).into(), desktop.into(), 0i64.into()]);
            marks.push(vec![desktop.into(), (*scope).into(), ROUTINE.into()]);
        }
    }
    tx.sql.insert_new(&schema::SUBSCRIPTION, subscriptions)?;
    tx.sql.insert_new(&schema::DIRTY, marks)?;
    Ok(())
}
