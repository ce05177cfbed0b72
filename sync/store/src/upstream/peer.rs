//! Who asks: the replicas below, their actors, and what their clinics may hold.

use holdfast_core::id::{ActorId, Scope};
use holdfast_core::message::MAX_ACTORS;

use crate::desktops::{self, DESKTOP};
use crate::error::{LogError, Result, StoreError};
use crate::feed::{ROUTINE, URGENT, scope_number};
use crate::records::Records;
use crate::schema;
use crate::sql::{Database, Sql, Value};
use crate::tx::Tx;

/// Who asks, as its certificate says.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Peer {
    /// The replica's name, unique within its clinic.
    pub replica: String,
    /// Its clinic.
    pub clinic: String,
    /// `node`, `desktop` or `hub`.
    pub kind: String,
}

pub(crate) const OK: i64 = 0;
pub(crate) const REVOKED: i64 = 1;
/// The kind of replica that holds a whole clinic.
pub(crate) const NODE: &str = "node";

/// The replica's row.
pub(crate) struct Known {
    pub(crate) no: i64,
    pub(crate) actor_no: Option<i64>,
    pub(crate) state: i64,
    pub(crate) seen_ms: u64,
}

impl Records {
    /// Registers a replica (at enrolment), so that it may connect.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn register_replica(&self, peer: &Peer) -> Result<()> {
        self.write(|tx| known_or_new(tx, peer).map(|_| ()))
    }

    /// Revokes a replica; see [`crate::fleet::revoke`].
    ///
    /// # Errors
    /// As [`crate::fleet::revoke`].
    pub fn revoke_replica(&self, clinic: &str, replica: &str) -> Result<()> {
        crate::fleet::revoke(&*self.db, clinic, replica, self.now_ms(), "told by a program")
    }

    /// Whether a replica is revoked; an unknown one is not.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn is_revoked(&self, peer: &Peer) -> Result<bool> {
        self.read(|view| Ok(find(view.sql, peer)?.is_some_and(|known| known.state == REVOKED)))
    }

    /// Lets a clinic hold a patient's scope; see [`share`].
    ///
    /// # Errors
    /// The database.
    pub fn share(&self, scope: &Scope, clinic: &str) -> Result<()> {
        share(&*self.db, scope, clinic)
    }
}

/// Lets a clinic hold a patient's scope. Its nodes hold it from now on, as those do that come later: one that asked when
/// it might not, as after a restore of this database, does not ask again.
///
/// # Errors
/// The database.
pub fn share(db: &dyn Database, scope: &Scope, clinic: &str) -> Result<()> {
    db.write(&mut |sql| share_within(sql, scope, clinic))
}

/// The same in a transaction that is under way.
pub(crate) fn share_within(sql: &mut dyn Sql, scope: &Scope, clinic: &str) -> Result<()> {
    sql.insert_new(&schema::GRANT, vec![vec![scope.0.as_str().into(), clinic.into()]])?;
    let text = "SELECT no FROM replica r WHERE clinic = $1 AND kind = $2 AND NOT EXISTS (SELECT 1 FROM subscription u \
                JOIN scope s ON s.no = u.scope_no WHERE u.replica_no = r.no AND s.name = $3)";
    let params: [Value; 3] = [clinic.into(), NODE.into(), scope.0.as_str().into()];
    for node in sql.query(text, &params)? {
        subscribe(sql, node.int(0)?, scope, 0, ROUTINE)?;
    }
    Ok(())
}

/// Whether a clinic may hold a scope: the directory, its own operations, and patients it made or was given. `at` is the
/// clinic of the upstream: what a clinic's own node holds, the clinic may hold. It is empty at a hub.
pub(crate) fn may_hold(sql: &mut dyn Sql, scope: &Scope, clinic: &str, at: &str) -> Result<bool> {
    if *scope == Scope::directory() || *scope == Scope::clinic(clinic) {
        return Ok(true);
    }
    if scope.as_patient().is_none() {
        return Ok(false);
    }
    if !at.is_empty() && at == clinic {
        return Ok(true);
    }
    let text = "SELECT 1 FROM scope_grant WHERE scope = $1 AND clinic = $2";
    Ok(!sql.query(text, &[scope.0.as_str().into(), clinic.into()])?.is_empty())
}

/// Whoever is not registered or is revoked reads nothing.
pub(crate) fn refuse_stranger(sql: &mut dyn Sql, peer: &Peer) -> Result<()> {
    refuse_revoked(&find(sql, peer)?.ok_or(LogError::UnknownActor)?)
}

pub(crate) fn find(sql: &mut dyn Sql, peer: &Peer) -> Result<Option<Known>> {
    let text = "SELECT no, actor_no, state, seen_ms FROM replica WHERE clinic = $1 AND name = $2";
    let rows = sql.query(text, &[peer.clinic.as_str().into(), peer.replica.as_str().into()])?;
    rows.first()
        .map(|row| {
            let actor_no = if row.is_null(1) { None } else { Some(row.int(1)?) };
            Ok(Known { no: row.int(0)?, actor_no, state: row.int(2)?, seen_ms: row.uint(3)? })
        })
        .transpose()
}

pub(super) fn known_or_new(tx: &mut Tx<'_>, peer: &Peer) -> Result<Known> {
    if let Some(known) = find(tx.sql, peer)? {
        return Ok(known);
    }
    let no = tx.sql.allocate("replica", 1)? as i64;
    let (name, clinic, kind) = (peer.replica.as_str(), peer.clinic.as_str(), peer.kind.as_str());
    let now = tx.records.now_ms();
    let row = vec![no.into(), name.into(), clinic.into(), kind.into(), Value::Null, OK.into(), now.into()];
    tx.sql.insert_new(&schema::REPLICA, vec![row])?;
    for scope in [Scope::clinic(clinic), Scope::directory()] {
        subscribe(tx.sql, no, &scope, 0, URGENT)?;
    }
    if kind == NODE {
        subscribe_to_clinic(tx, no, clinic)?;
    }
    if kind == DESKTOP {
        desktops::give(tx, no)?;
    }
    Ok(Known { no, actor_no: None, state: OK, seen_ms: now })
}

/// A new node of a clinic holds all the clinic's patients, those due today first.
fn subscribe_to_clinic(tx: &mut Tx<'_>, replica: i64, clinic: &str) -> Result<()> {
    let params: [Value; 2] = [clinic.into(), replica.into()];
    let granted = "FROM scope_grant g JOIN scope s ON s.name = g.scope WHERE g.clinic = $1";
    tx.sql.execute(
        &format!(
            "INSERT INTO subscription (scope_no, replica_no, cursor_pos) SELECT s.no, $2, 0 {granted} \
             ON CONFLICT (scope_no, replica_no) DO NOTHING"
        ),
        &params,
    )?;
    tx.sql.execute(
        &format!(
            "INSERT INTO dirty (replica_no, scope_no, rank) SELECT $2, s.no, {ROUTINE} {granted} AND s.head > 0 \
             ON CONFLICT (replica_no, scope_no) DO NOTHING"
        ),
        &params,
    )?;
    let today = holdfast_core::view::instant(holdfast_core::hlc::Hlc::new(tx.records.now_ms(), 0));
    let Some((kind, needle)) = tx.rules().due_on(&today[..10]) else { return Ok(()) };
    let text = format!(
        "UPDATE dirty SET rank = {URGENT} WHERE replica_no = $1 AND scope_no IN (SELECT f.scope_no FROM resource r \
         JOIN feed f ON f.resource_no = r.no AND f.actor_no IS NOT NULL WHERE r.kind = $2 AND r.json LIKE $3)"
    );
    tx.sql.execute(&text, &[replica.into(), kind.into(), format!("%{needle}%").into()]).map(|_| ())
}

/// The scope's number, the position from which it is held, and its last one.
pub(super) fn subscribe(
    sql: &mut dyn Sql,
    replica: i64,
    scope: &Scope,
    at: u64,
    rank: i64,
) -> Result<(i64, i64, i64)> {
    let (scope_no, head) = scope_number(sql, scope)?;
    // A position past the end was counted by another incarnation of this database: start over.
    let at = i64::try_from(at).ok().filter(|at| *at <= head).unwrap_or(0);
    sql.upsert(&schema::SUBSCRIPTION, vec![vec![scope_no.into(), replica.into(), at.into()]])?;
    if at < head {
        sql.upsert(&schema::DIRTY, vec![vec![replica.into(), scope_no.into(), rank.into()]])?;
    } else {
        sql.delete(&schema::DIRTY, vec![vec![replica.into(), scope_no.into()]])?;
    }
    Ok((scope_no, at, head))
}

pub(super) fn revoked() -> StoreError {
    StoreError::Denied {
        code: "replica-revoked",
        message: "this replica was revoked; what it sent is held for review, ask central IT".into(),
    }
}

pub(super) fn refuse_revoked(known: &Known) -> Result<()> {
    if known.state == OK { Ok(()) } else { Err(revoked()) }
}

/// The replica's row, if this incarnation is the one that said hello last.
pub(crate) fn current(sql: &mut dyn Sql, peer: &Peer, actor: ActorId) -> Result<Known> {
    let known = find(sql, peer)?.ok_or(LogError::UnknownActor)?;
    refuse_revoked(&known)?;
    let rows = sql.query("SELECT no FROM actor WHERE actor = $1", &[actor.0.to_vec().into()])?;
    match rows.first().map(|row| row.int(0)).transpose()? {
        Some(no) if known.actor_no == Some(no) => Ok(known),
        _ => Err(LogError::UnknownActor.into()),
    }
}

/// Two copies of one database open it under different nonces: the one that fits no more is refused, and takes
/// a new actor.
pub(super) fn refuse_copy(tx: &mut Tx<'_>, actor_no: i64, opening: (u64, [u8; 16])) -> Result<()> {
    let rows = tx.sql.query("SELECT count, nonce FROM opening WHERE actor_no = $1", &[actor_no.into()])?;
    let Some(row) = rows.first() else { return Ok(()) };
    let (count, nonce) = (row.uint(0)?, row.blob(1)?);
    #[cfg(feature = "sabotage")]
    let count = if tx.records.is_broken(crate::sabotage::Sabotage::ReusedDots) { 0 } else { count };
    if opening.0 > count || (opening.0 == count && opening.1[..] == *nonce) {
        return Ok(());
    }
    Err(StoreError::Denied {
        code: "replica-copied",
        message: "another copy of this database has been here; this one must take a new actor".into(),
    })
}

/// Owner of an actor as written into its row.
pub(crate) fn owner(peer: &Peer) -> String {
    format!("{}/{}", peer.clinic, peer.replica)
}

pub(super) fn introduce(tx: &mut Tx<'_>, peer: &Peer, actor: ActorId, key: &[u8; 32]) -> Result<()> {
    let no = tx.actor_no(actor)?;
    let rows = tx.sql.query("SELECT replica, public_key FROM actor WHERE no = $1", &[no.into()])?;
    let known = rows.first().filter(|row| !row.is_null(0));
    if let Some(row) = known {
        if row.text(0)? == owner(peer) && row.blob(1)? == key {
            return Ok(());
        }
        return Err(StoreError::Denied {
            code: "actor-taken",
            message: format!(
                "actor {actor} belongs to another replica or key; this database must take a new actor"
            ),
        });
    }
    let text = "SELECT COUNT(*) FROM actor WHERE replica = $1";
    let held = tx.sql.query(text, &[owner(peer).into()])?.first().map_or(Ok(0), |row| row.uint(0))?;
    if held >= MAX_ACTORS as u64 {
        return Err(StoreError::Denied {
            code: "too-many-actors",
            message: format!(
                "{} has taken {held} actors, more than any database is restored; enrol it under another name",
                owner(peer)
            ),
        });
    }
    let row = vec![no.into(), actor.0.to_vec().into(), owner(peer).into(), key.to_vec().into(), OK.into()];
    tx.sql.upsert(&schema::ACTOR, vec![row])
}

/// Number and key of an actor of this replica, or of one below it whose log it hands on.
pub(super) fn owned_actor(sql: &mut dyn Sql, peer: &Peer, actor: ActorId) -> Result<(i64, [u8; 32])> {
    let text = "SELECT no, public_key, replica FROM actor WHERE actor = $1 AND replica IS NOT NULL";
    let rows = sql.query(text, &[actor.0.to_vec().into()])?;
    let row = rows.first().ok_or(LogError::UnknownActor)?;
    let below = row.text(2)?.strip_prefix(&owner(peer));
    if !below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
        return Err(LogError::UnknownActor.into());
    }
    Ok((row.int(0)?, row.array(1)?))
}

/// A replica came back as another incarnation: what the old one confirmed counts no more, until `Hold` says
/// where this one stands.
pub(super) fn take_incarnation(tx: &mut Tx<'_>, peer: &Peer, known: &Known, actor_no: i64) -> Result<()> {
    if known.actor_no.is_some() {
        tx.notice("replica-new-incarnation", &owner(peer))?;
        tx.sql.execute("UPDATE subscription SET cursor_pos = 0 WHERE replica_no = $1", &[known.no.into()])?;
        let text = "INSERT INTO dirty (replica_no, scope_no, rank) SELECT replica_no, scope_no, 1 FROM subscription \
                    WHERE replica_no = $1 ON CONFLICT (replica_no, scope_no) DO NOTHING";
        tx.sql.execute(text, &[known.no.into()])?;
    }
    let text = "UPDATE replica SET actor_no = $2 WHERE no = $1";
    tx.sql.execute(text, &[known.no.into(), actor_no.into()]).map(|_| ())
}
