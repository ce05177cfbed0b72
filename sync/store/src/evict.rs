//! Letting go of patients that nobody here has opened for long. Only what the upstream has, and only after it
//! knows that we no longer hold it.
//!
//! ```text
//! note_visits ─▶ evictable ─▶ begin_release ─▶ Release (upstream forgets) ─▶ purge ─▶ … ─▶ a read finds it at the upstream, Hold
//! ```

use holdfast_core::id::{ActorId, Entity, Scope};
use holdfast_core::message::Position;
use holdfast_core::state::EntityState;
use holdfast_core::view::decode;

use crate::error::Result;
use crate::identity;
use crate::records::Records;
use crate::schema;
use crate::sql::{Row, Sql, Value};
use crate::tx::Tx;

/// Something of this replica, or of one below it, on a resource of a scope that no upstream (or not the upstream `$2`)
/// has acknowledged. `$1` is the scope's number. A resource that moved here has its ops in other scopes' feeds.
const UNACKNOWLEDGED: &str = "SELECT 1 FROM feed f JOIN actor a ON a.no = f.actor_no \
    WHERE f.resource_no IN (SELECT resource_no FROM feed WHERE scope_no = $1) AND f.actor_no IS NOT NULL \
    AND a.replica IS NOT NULL AND NOT EXISTS (SELECT 1 FROM acked k WHERE k.actor_no = f.actor_no \
    AND k.lane = f.lane AND k.seq >= f.seq";

/// A replica below that holds the scope `s.no`; a revoked one is given nothing any more, and keeps nobody here. It hears of
/// the patient through here alone, each time what is new since the last. If they were let go under it, what waits for it
/// would be lost, and when they come back their feed has another number and begins anew: it would hear no more.
const HELD_BELOW: &str = "SELECT 1 FROM subscription u JOIN replica p ON p.no = u.replica_no \
    WHERE u.scope_no = s.no AND p.state = 0";

/// Resources that are read at once while a scope is removed.
const REMOVED_AT_ONCE: usize = 16;

/// Candidates looked at for one that may go: a clinic whose link was down for long has many that may not.
const LOOKED_AT: u32 = 10;

impl Records {
    /// Patient scopes not visited since `before_ms` (by the clock of [`Records::note_visits`]) in which everything
    /// written here is acknowledged by `upstream`, longest forgotten first. Who is due today stays, and whom a replica
    /// below holds; everybody stays while the upstream may lack what it had said itself, for the copy here may be the only
    /// one.
    ///
    /// # Errors
    /// The database.
    pub fn evictable(&self, upstream: ActorId, before_ms: u64, limit: u32) -> Result<Vec<Scope>> {
        if self.may_have_to_give_back(upstream)? {
            return Ok(Vec::new());
        }
        let today = holdfast_core::view::instant(holdfast_core::hlc::Hlc::new(self.now_ms(), 0));
        let due = self.rules().due_on(&today[..10]);
        self.read(|view| {
            let text = format!(
                "SELECT s.no, s.name FROM visited v JOIN scope s ON s.name = v.scope WHERE v.used_ms < $1 \
                 AND NOT EXISTS ({HELD_BELOW}) ORDER BY v.used_ms, v.scope LIMIT {}",
                limit.saturating_mul(LOOKED_AT)
            );
            let mut out = Vec::new();
            for row in view.sql.query(&text, &[before_ms.into()])? {
                if out.len() as u64 >= u64::from(limit) {
                    break;
                }
                let no = row.int(0)?;
                let waits = format!("{UNACKNOWLEDGED} AND k.upstream = $2) LIMIT 1");
                if view.sql.query(&waits, &[no.into(), upstream.0.to_vec().into()])?.is_empty()
                    && !is_due(view.sql, no, due.as_ref())?
                {
                    out.push(Scope(row.text(1)?.to_owned()));
                }
            }
            Ok(out)
        })
    }

    /// How many patients are held here.
    ///
    /// # Errors
    /// The database.
    pub fn patients_held(&self) -> Result<u64> {
        self.read(|view| {
            let text =
                "SELECT COUNT(*) FROM scope WHERE name >= 'patient/' AND name < 'patient0' AND head > 0";
            let rows = view.sql.query(text, &[])?;
            rows.first().map_or(Ok(0), |row| row.uint(0))
        })
    }

    /// Notes, before the upstream is told, that these scopes are being let go: it may have forgotten them although its
    /// answer was lost, and then sends no more of their news. [`Records::purge`] or [`Records::keep`] ends it; what neither
    /// ended is held again with the next session ([`Records::positions_to_rehold`]).
    ///
    /// # Errors
    /// The database.
    pub fn begin_release(&self, scopes: &[Scope]) -> Result<()> {
        self.write(|tx| {
            let rows = scopes.iter().map(|scope| vec![releasing(scope).into(), Vec::new().into()]).collect();
            tx.sql.upsert(&schema::META, rows)
        })
    }

    /// The scopes whose release neither went through nor was undone, each with the position to hold it from.
    ///
    /// # Errors
    /// The database.
    pub fn unfinished_releases(&self, upstream: ActorId) -> Result<Vec<Position>> {
        self.read(|view| unfinished(view.sql, upstream))
    }

    /// The upstream holds these scopes for this replica again.
    ///
    /// # Errors
    /// The database.
    pub fn keep(&self, scopes: &[Scope]) -> Result<()> {
        self.write(|tx| {
            let keys = scopes.iter().map(|scope| vec![releasing(scope).into()]).collect();
            tx.sql.delete(&schema::META, keys).map(|_| ())
        })
    }

    /// Removes a scope that the upstream has released: resources that belong to no other scope, their index and
    /// feed. Refused (`false`) if something of ours in it has not been acknowledged meanwhile, or if a replica below holds
    /// it now: hold it again then.
    ///
    /// # Errors
    /// The database.
    pub fn purge(&self, scope: &Scope) -> Result<bool> {
        self.write(|tx| {
            let rows = tx.sql.query("SELECT no FROM scope WHERE name = $1", &[scope.0.as_str().into()])?;
            let Some(no) = rows.first().map(|row| row.int(0)).transpose()? else {
                identity::set_meta(tx.sql, &releasing(scope), None)?;
                return Ok(true);
            };
            let number: [Value; 1] = [no.into()];
            let held_below = format!("SELECT 1 FROM scope s WHERE s.no = $1 AND EXISTS ({HELD_BELOW})");
            for reason_to_stay in [held_below, format!("{UNACKNOWLEDGED}) LIMIT 1")] {
                if !tx.sql.query(&reason_to_stay, &number)?.is_empty() {
                    return Ok(false);
                }
            }
            remove(tx, scope, no)?;
            identity::set_meta(tx.sql, &releasing(scope), None)?;
            for table in ["held", "visited"] {
                tx.sql
                    .execute(&format!("DELETE FROM {table} WHERE scope = $1"), &[scope.0.as_str().into()])?;
            }
            Ok(true)
        })
    }
}

/// Begins the names of the notes of [`Records::begin_release`].
const RELEASING: &str = "releasing/";

fn releasing(scope: &Scope) -> String {
    format!("{RELEASING}{scope}")
}

pub(crate) fn unfinished(sql: &mut dyn Sql, upstream: ActorId) -> Result<Vec<Position>> {
    // '0' comes after '/'.
    let text = "SELECT name FROM meta WHERE name >= 'releasing/' AND name < 'releasing0' ORDER BY name";
    let mut scopes = Vec::new();
    for row in sql.query(text, &[])? {
        scopes.push(Scope(row.text(0)?.trim_start_matches(RELEASING).to_owned()));
    }
    let keys: Vec<Vec<Value>> =
        scopes.iter().map(|scope| vec![upstream.0.to_vec().into(), scope.0.as_str().into()]).collect();
    let found = sql.lookup(&schema::HELD, &["upstream", "scope"], &["pos"], &keys)?;
    let position = |(scope, row): (Scope, Option<Row>)| {
        Ok(Position { scope, at: row.map_or(Ok(0), |row| row.uint(0))? })
    };
    scopes.into_iter().zip(found).map(position).collect()
}

pub(crate) fn forget_unfinished(sql: &mut dyn Sql) -> Result<()> {
    sql.execute("DELETE FROM meta WHERE name >= 'releasing/' AND name < 'releasing0'", &[]).map(|_| ())
}

/// Whether something in the scope says that the patient comes today.
fn is_due(sql: &mut dyn Sql, scope_no: i64, due: Option<&(&'static str, String)>) -> Result<bool> {
    let Some((kind, needle)) = due else { return Ok(false) };
    let text = "SELECT 1 FROM feed f JOIN resource r ON r.no = f.resource_no WHERE f.scope_no = $1 AND r.kind = $2 \
                AND r.json LIKE $3 LIMIT 1";
    let params: [Value; 3] = [scope_no.into(), (*kind).into(), format!("%{needle}%").into()];
    Ok(!sql.query(text, &params)?.is_empty())
}

/// Deletes a scope's feed, and every resource of it that no other scope here has. Each step goes by a key: the work is
/// proportional to the scope, not to the database.
fn remove(tx: &mut Tx<'_>, scope: &Scope, no: i64) -> Result<()> {
    let rows = tx.sql.query("SELECT DISTINCT resource_no FROM feed WHERE scope_no = $1", &[no.into()])?;
    let keys: Vec<Vec<Value>> = rows.into_iter().map(|row| row.0).collect();
    let columns = ["no", "kind", "id", "json", "state"];
    let (mut resources, mut entries, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for keys in keys.chunks(REMOVED_AT_ONCE) {
        for row in tx.sql.lookup(&schema::RESOURCE, &["no"], &columns, keys)?.into_iter().flatten() {
            let state = decode(Entity::new(row.text(1)?, row.text(2)?), row.text(3)?, row.blob(4)?)?;
            if is_elsewhere(tx, &state, scope)? {
                continue;
            }
            let number = row.int(0)?;
            let index = crate::index::rows(tx.rules(), &state).into_iter();
            entries.extend(index.map(|r| vec![i64::from(r.param).into(), r.value.into(), number.into()]));
            resources.push(vec![number.into()]);
            names.push(name(&state.entity));
        }
    }
    tx.sql.delete(&schema::SEARCH, entries)?;
    tx.sql.delete(&schema::RESOURCE, resources)?;
    tx.sql.insert_new(&schema::EVICTED, names)?;
    remove_number(tx.sql, no)
}

/// Deletes all that goes by a scope's number, for the scope gets another one if it comes back: its feed, and what was noted
/// for replicas below, of which only revoked ones may have held it ([`HELD_BELOW`]). A mark of theirs would count as waiting
/// for ever. Who may hold the scope (`scope_grant`) goes by its name, and stays true.
fn remove_number(sql: &mut dyn Sql, no: i64) -> Result<()> {
    let below = sql.query("SELECT replica_no FROM subscription WHERE scope_no = $1", &[no.into()])?;
    // A mark goes by its replica first.
    let marks = below.into_iter().map(|row| row.0.into_iter().chain([no.into()]).collect());
    sql.delete(&schema::DIRTY, marks.collect())?;
    for table in [&schema::SUBSCRIPTION, &schema::FIRST_SEND, &schema::REWOUND, &schema::FEED] {
        sql.execute(&format!("DELETE FROM {} WHERE scope_no = $1", table.name), &[no.into()])?;
    }
    sql.execute("DELETE FROM scope WHERE no = $1", &[no.into()]).map(|_| ())
}

/// Whether another scope here has the resource too.
fn is_elsewhere(tx: &mut Tx<'_>, state: &EntityState, scope: &Scope) -> Result<bool> {
    let others = tx.rules().scopes(state, tx.records.clinic()).into_iter().filter(|other| other != scope);
    let keys: Vec<Vec<Value>> = others.map(|other| vec![other.0.into()]).collect();
    Ok(tx.sql.lookup(&schema::SCOPE, &["name"], &["no"], &keys)?.iter().any(Option::is_some))
}

fn name(entity: &Entity) -> Vec<Value> {
    vec![entity.kind.as_str().into(), entity.id.as_str().into()]
}

/// Whether the resource was let go and has not come back whole.
pub(crate) fn is_evicted(sql: &mut dyn Sql, entity: &Entity) -> Result<bool> {
    are_any_evicted(sql, [entity])
}

/// Whether any of the resources was let go and has not come back whole.
pub(crate) fn are_any_evicted<'a>(
    sql: &mut dyn Sql,
    entities: impl IntoIterator<Item = &'a Entity>,
) -> Result<bool> {
    let keys: Vec<Vec<Value>> = entities.into_iter().map(name).collect();
    let found = sql.lookup(&schema::EVICTED, &["kind", "id"], &["kind"], &keys)?;
    Ok(found.iter().any(Option::is_some))
}

/// These have come whole.
pub(crate) fn came_back<'a>(sql: &mut dyn Sql, entities: impl Iterator<Item = &'a Entity>) -> Result<()> {
    sql.delete(&schema::EVICTED, entities.map(name).collect()).map(|_| ())
}
