//! What a hub that was restored from a backup had said, and now lacks, comes back from the replicas that have it.
//!
//! * A replica pushes the signed segments of its own earlier incarnations again, as it does those of the present one.
//! * What the hub itself had written is held by replicas as resources without a signature. A hub that was restored takes
//!   those in, until a person says that it is complete, under rules by which they can add nothing under another
//!   author's numbers: see `docs/decisions/0012-a-restored-hub-is-given-back-what-it-had-said.md`.

use holdfast_core::id::{ActorId, Entity, Lane, Scope};
use holdfast_core::message::{Reach, Response, StateItem};
use holdfast_core::op::EntityDot;
use holdfast_core::state::{EntityState, Register};
use holdfast_core::view::decode;

use crate::downstream::Outgoing;
use crate::error::Result;
use crate::evict;
use crate::grant;
use crate::identity::{meta, set_meta};
use crate::log;
use crate::notice;
use crate::records::Records;
use crate::sql::{Database, Sql, Value};
use crate::tx::{Tx, taken_apart};
use crate::upstream::{Peer, current, may_hold};

/// Resources looked at in one go.
const LOOKED_AT: u32 = 200;
/// Bytes of resources in one message, unless a single one is larger.
const OFFER_BYTES: usize = 4 << 20;
/// The upstream incarnation that has been given back what it lacked.
const GIVEN_BACK: &str = "given-back";
/// Set while a restored hub takes back what its earlier incarnations had said.
const RESTORED: &str = "restored";

/// Resources to give back.
#[derive(Clone, Default, Debug)]
pub struct Offers {
    /// What to give.
    pub states: Vec<StateItem>,
    /// Go on after this resource number.
    pub last: i64,
    /// Resources that do not read here: they can be given once a scrub has repaired them.
    pub damaged: u64,
}

/// An own earlier log that goes on after what an upstream has of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Owed {
    /// The earlier incarnation.
    pub actor: ActorId,
    /// The lane.
    pub lane: Lane,
    /// The upstream has it up to here.
    pub after: u64,
}

impl Records {
    /// The logs of earlier incarnations that `known`, as the upstream's welcome has it, does not reach the end of. One
    /// that the upstream knows otherwise is left out: it is not this replica's to mend.
    ///
    /// # Errors
    /// The database.
    pub fn owed(&self, known: &[Reach]) -> Result<Vec<Owed>> {
        let actors = self.own_actors()?;
        self.read(|view| {
            let mut out = Vec::new();
            for (actor, _) in actors.iter().filter(|(actor, _)| *actor != self.actor()) {
                for lane in Lane::ALL {
                    let reach = known.iter().find(|reach| reach.actor == *actor && reach.lane == lane);
                    if goes_on(view.sql, *actor, lane, reach)? {
                        out.push(Owed { actor: *actor, lane, after: reach.map_or(0, |reach| reach.seq) });
                    }
                }
            }
            Ok(out)
        })
    }

    /// The next segments of an owed log.
    ///
    /// # Errors
    /// The database.
    pub fn outgoing_of(&self, owed: Owed, limit: u32) -> Result<Vec<Outgoing>> {
        self.read(|view| log::segments_after(view.sql, owed.actor, owed.lane, owed.after, limit))
    }

    /// Whether the upstream is an incarnation that may lack what an earlier one had said here.
    ///
    /// # Errors
    /// The database.
    pub fn may_have_to_give_back(&self, upstream: ActorId) -> Result<bool> {
        self.read(|view| {
            let text = "SELECT 1 FROM held WHERE upstream <> $1 LIMIT 1";
            let has_met_others = !view.sql.query(text, &[upstream.0.to_vec().into()])?.is_empty();
            Ok(has_met_others && meta(view.sql, GIVEN_BACK)?.as_deref() != Some(&upstream.0[..]))
        })
    }

    /// Resources that know more of the upstream's earlier incarnations than it does itself, after resource number
    /// `after`; `None` at the end. Looks at every resource: for a restored hub only.
    ///
    /// # Errors
    /// The database.
    pub fn offers(&self, former: &[Reach], after: i64) -> Result<Option<Offers>> {
        self.read(|view| {
            let text = format!(
                "SELECT no, kind, id, json, state FROM resource WHERE no > $1 ORDER BY no LIMIT {LOOKED_AT}"
            );
            let (mut out, mut size) = (Offers { last: after, ..Offers::default() }, 0);
            for mut row in view.sql.query_within(&text, &[after.into()], OFFER_BYTES)?.rows {
                let entity = Entity { kind: row.take_text(1)?, id: row.take_text(2)? };
                let (json, state) = (row.take_text(3)?, row.blob(4)?.to_vec());
                size += json.len() + state.len();
                if size > OFFER_BYTES && out.last > after {
                    break;
                }
                out.last = row.int(0)?;
                let decoded = match decode(entity.clone(), &json, &state) {
                    Ok(decoded) => decoded,
                    Err(error) => {
                        tracing::warn!(resource = out.last, %error, "a damaged resource waits for a scrub");
                        out.damaged += 1;
                        continue;
                    }
                };
                // One that was let go and written since is not whole here.
                if knows_more(&decoded, former) && !evict::is_evicted(view.sql, &entity)? {
                    out.states.push(StateItem { entity, json, state });
                }
            }
            Ok((out.last > after).then_some(out))
        })
    }

    /// The upstream has been given everything: it is not asked again.
    ///
    /// # Errors
    /// The database.
    pub fn gave_back(&self, upstream: ActorId) -> Result<()> {
        self.write(|tx| set_meta(tx.sql, GIVEN_BACK, Some(&upstream.0)))
    }

    /// Takes back what this hub had said before it was restored. Without resources it is the question how far its
    /// earlier logs reach.
    pub(crate) fn take_back(&self, peer: &Peer, actor: ActorId, items: &[StateItem]) -> Result<Response> {
        self.write(|tx| {
            let known = current(tx.sql, peer, actor)?;
            let former = if is_restored(tx.sql)? { former(tx)? } else { Vec::new() };
            tx.from_replica = Some(known.no);
            tx.is_late = true;
            if tx.records.clinic().is_empty() {
                tx.author_clinic = peer.clinic.as_str().into();
            }
            let (mut taken, mut later, mut refused) = (0, 0, 0);
            // Patients first: what else there is about them is the giver's to give once it may hold them.
            let (patients, others): (Vec<_>, Vec<_>) =
                items.iter().partition(|item| Scope::of_patient(&item.entity).is_some());
            for items in [patients, others] {
                for item in items {
                    // One that is malformed holds up nothing that comes with it.
                    let Ok(mut state) = taken_apart(&item.entity, &item.json, &item.state) else {
                        refused += 1;
                        continue;
                    };
                    match judge(tx, peer, &former, &mut state)? {
                        Verdict::Known => {}
                        Verdict::Take => taken += u64::from(take(tx, &former, state)?),
                        Verdict::Later => later += 1,
                        Verdict::Foreign => refused += 1,
                    }
                }
                tx.flush()?;
            }
            let who = format!("{}/{}", peer.clinic, peer.replica);
            if taken > 0 {
                tx.notice("given-back", &format!("{taken} records that this hub had written, by {who}"))?;
            }
            if refused > 0 {
                tx.notice(
                    "given-back-refused",
                    &format!(
                        "{refused} records that its clinic may not hold or that are malformed, by {who}"
                    ),
                )?;
            }
            Ok(Response::Lacking { former, later })
        })
    }
}

/// Whether the own log has a segment right behind what an upstream has, which must be a part of it.
pub(crate) fn goes_on(sql: &mut dyn Sql, actor: ActorId, lane: Lane, reach: Option<&Reach>) -> Result<bool> {
    let of_log = "FROM segment s JOIN actor a ON a.no = s.actor_no WHERE a.actor = $1 AND s.lane = $2";
    let after = reach.map_or(0, |reach| reach.seq);
    let log: [Value; 2] = [actor.0.to_vec().into(), i64::from(lane.0).into()];
    if let Some(reach) = reach.filter(|reach| reach.seq > 0) {
        let text = format!("SELECT 1 {of_log} AND s.last = $3 AND s.hash = $4");
        let [actor, lane] = log.clone();
        if sql.query(&text, &[actor, lane, reach.seq.into(), reach.hash.to_vec().into()])?.is_empty() {
            return Ok(false);
        }
    }
    let [actor, lane] = log;
    let text = format!("SELECT 1 {of_log} AND s.first = $3");
    Ok(!sql.query(&text, &[actor, lane, (after + 1).into()])?.is_empty())
}

fn knows_more(state: &EntityState, former: &[Reach]) -> bool {
    former.iter().any(|reach| reach.lane == state.lane && state.vv.get(&reach.actor) > reach.seq)
}

/// How far this hub's own earlier logs reach, in every lane.
fn former(tx: &mut Tx<'_>) -> Result<Vec<Reach>> {
    let text = "SELECT no, actor FROM actor WHERE replica = 'self' ORDER BY no";
    let mut out = Vec::new();
    for row in tx.sql.query(text, &[])? {
        let (no, actor) = (row.int(0)?, ActorId(row.array(1)?));
        if actor == tx.records.actor() {
            continue;
        }
        for lane in Lane::ALL {
            let (_, hash) = log::head(tx.sql, no, lane)?;
            out.push(Reach { actor, lane, seq: log::last_seq(tx.sql, no, lane)?, hash });
        }
    }
    Ok(out)
}

enum Verdict {
    /// It says nothing new of what this hub had written.
    Known,
    Take,
    /// It says something of other authors that is not here yet, or of a patient whom nobody has made here yet; their
    /// replicas send it.
    Later,
    /// The giver's clinic may not hold it.
    Foreign,
}

/// Judges a given resource, and cuts what it claims to know of this hub's earlier logs to what it shows.
fn judge(tx: &mut Tx<'_>, peer: &Peer, former: &[Reach], state: &mut EntityState) -> Result<Verdict> {
    let local = if tx.exists(&state.entity)? { Some(tx.entity(&state.entity)?.state.clone()) } else { None };
    if !knows_more(state, former) || local.as_ref().is_some_and(|local| local.lane != state.lane) {
        return Ok(Verdict::Known);
    }
    if !is_backed(state, local.as_ref(), former) {
        return Ok(Verdict::Later);
    }
    cut_claims(state, local.as_ref(), former);
    if !knows_more(state, former) {
        return Ok(Verdict::Known);
    }
    may_give(tx, peer, local.as_ref(), state)
}

/// A number of an earlier log that this hub lacks the op of.
fn is_lost(dot: &EntityDot, lane: Lane, former: &[Reach]) -> bool {
    former.iter().any(|reach| reach.lane == lane && reach.actor == dot.actor && dot.seq > reach.seq)
}

/// Whether everything that was not written at this hub is known here. Of its own numbers only lost ones may come, as values:
/// any other is of another resource. A replaced value that has not arrived must have been named by somebody's signed save.
fn is_backed(state: &EntityState, local: Option<&EntityState>, former: &[Reach]) -> bool {
    let is_here = |dot: &EntityDot| local.is_some_and(|local| local.vv.get(&dot.actor) >= dot.seq);
    let is_given = |dot: &EntityDot| is_lost(dot, state.lane, former) && state.vv.get(&dot.actor) >= dot.seq;
    let is_named = |key: &String, dot: &EntityDot| {
        local.and_then(|local| local.registers.get(key)).is_some_and(|had| had.unseen.contains(dot))
    };
    let is_former = |actor: &ActorId| former.iter().any(|reach| reach.actor == *actor);
    state.registers.iter().all(|(key, register)| {
        register.siblings.iter().all(|s| is_here(&s.dot) || is_given(&s.dot))
            && register.unseen.iter().all(|dot| is_here(dot) || is_named(key, dot))
    }) && state
        .vv
        .dots
        .iter()
        .all(|(actor, seq)| is_former(actor) || is_here(&EntityDot { actor: *actor, seq: *seq }))
}

/// Cuts the claim to know an earlier log to the lost values that are given, and to what is known here: from this resource
/// itself, or from a signed save that replaced a lost value. A claim beyond them would make what another replica gives
/// look as if it had been seen and replaced.
fn cut_claims(state: &mut EntityState, local: Option<&EntityState>, former: &[Reach]) {
    let given = state.registers.values().flat_map(Register::dots);
    let named =
        local.into_iter().flat_map(|local| local.registers.values()).flat_map(|had| had.unseen.clone());
    let shown: Vec<EntityDot> = given.chain(named).collect();
    for actor in former.iter().map(|reach| reach.actor) {
        let here = local.map_or(0, |local| local.vv.get(&actor));
        let most = shown.iter().filter(|dot| dot.actor == actor).map(|dot| dot.seq).fold(here, u64::max);
        match state.vv.get(&actor).min(most) {
            0 => state.vv.dots.remove(&actor),
            known => state.vv.dots.insert(actor, known),
        };
    }
}

fn take(tx: &mut Tx<'_>, former: &[Reach], given: EntityState) -> Result<bool> {
    let entity = given.entity.clone();
    let is_made = grant::is_unmade(tx, &entity)?;
    tx.entity(&entity)?.is_made |= is_made;
    let taken = if tx.exists(&given.entity)? {
        beside(&tx.entity(&given.entity)?.state, &given, former)
    } else {
        given
    };
    tx.set_whole(taken)
}

/// What is held joined with what is given. A vector alone removes nothing on either side:
///
/// * A held value gives way only in a register where this hub wrote something that it lacks: that is given now, or a
///   replica's own save names it as replaced. Any other stays, however far the given vector claims to reach.
/// * A lost value that is given is taken for replaced only in a register that holds something which its giver has not seen.
///   Any other comes in, however far a vector that was taken before claims to reach.
fn beside(held: &EntityState, given: &EntityState, former: &[Reach]) -> EntityState {
    let is_lost = |dot: &EntityDot| is_lost(dot, held.lane, former);
    let empty = Register::default();
    let mut joined = held.join(given);
    for (key, register) in &mut joined.registers {
        let had = held.registers.get(key).unwrap_or(&empty);
        let is_later = had.siblings.iter().any(|s| s.dot.seq > given.vv.get(&s.dot.actor));
        if !is_later && let Some(offered) = given.registers.get(key) {
            let lost = offered.siblings.iter().filter(|s| is_lost(&s.dot) && !had.unseen.contains(&s.dot));
            register.siblings.extend(lost.cloned());
        }
        let new = register.dots().into_iter().filter(|dot| had.siblings.iter().all(|s| s.dot != *dot));
        let arrived = had.unseen.iter().filter(|dot| !register.unseen.contains(dot)).copied();
        let gives_way = new.chain(arrived).any(|dot| is_lost(&dot));
        if !gives_way {
            register.siblings.extend(had.siblings.iter().cloned());
        }
        register.siblings.sort_by_key(|s| s.dot);
        register.siblings.dedup_by_key(|s| s.dot);
    }
    joined
}

/// A clinic gives back what it may hold; of what is not here at all, what is in no other scope. A patient whom nobody has
/// made here is its giver's, as one who is pushed is; what else there is about such a one waits for them.
fn may_give(
    tx: &mut Tx<'_>,
    peer: &Peer,
    local: Option<&EntityState>,
    state: &EntityState,
) -> Result<Verdict> {
    let scopes = tx.rules().scopes(local.unwrap_or(state), &tx.author_clinic);
    let makes = Scope::of_patient(&state.entity);
    let given = grant::given(tx.sql, &scopes)?;
    let (mut allowed, mut waits, mut refused) = (0, 0, 0);
    for scope in &scopes {
        let is_nobodys = !given.contains(scope) && is_unmade(tx, scope)?;
        if may_hold(tx.sql, scope, &peer.clinic, tx.records.clinic())?
            || (is_nobodys && makes.as_ref() == Some(scope))
        {
            allowed += 1;
        } else if is_nobodys {
            waits += 1;
        } else {
            refused += 1;
        }
    }
    Ok(match (allowed, waits, refused) {
        (_, 0, 0) => Verdict::Take,
        (1.., _, _) if local.is_some() => Verdict::Take,
        (_, _, 0) => Verdict::Later,
        (_, 1.., _) if local.is_some() => Verdict::Later,
        _ => Verdict::Foreign,
    })
}

/// Whether it is a patient's scope whose patient nobody has made here yet.
fn is_unmade(tx: &mut Tx<'_>, scope: &Scope) -> Result<bool> {
    let Some(id) = scope.as_patient() else { return Ok(false) };
    let patient = Entity::new("Patient", id);
    grant::is_unmade(tx, &patient)
}

/// From now on this hub takes back what its earlier incarnations had said.
pub(crate) fn begin(sql: &mut dyn Sql) -> Result<()> {
    set_meta(sql, RESTORED, Some(&[1]))
}

pub(crate) fn is_restored(sql: &mut dyn Sql) -> Result<bool> {
    Ok(meta(sql, RESTORED)?.is_some())
}

/// Whether the hub was restored from a backup and takes back what it had said.
///
/// # Errors
/// The database.
pub fn is_open(db: &dyn Database) -> Result<bool> {
    let mut found = false;
    db.read(&mut |sql| {
        found = is_restored(sql)?;
        Ok(())
    })?;
    Ok(found)
}

/// The restored hub is complete: nothing is taken back any more. Whether anything was.
///
/// # Errors
/// The database.
pub fn end(db: &dyn Database, now_ms: u64) -> Result<bool> {
    let mut was_open = false;
    db.write(&mut |sql| {
        was_open = is_restored(sql)?;
        set_meta(sql, RESTORED, None)?;
        if was_open {
            notice::leave(sql, now_ms, "restore-ended", "nothing is taken back any more")
        } else {
            Ok(())
        }
    })?;
    Ok(was_open)
}
