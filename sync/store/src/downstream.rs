//! The replica's side of a session: what to send, what an upstream has confirmed, and taking pages in.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_core::id::{ActorId, Entity, Lane, Scope};
use holdfast_core::message::{PROTOCOL, Page, Position, Reach, Request, Visit};
use holdfast_core::op::Op;
use holdfast_core::wellformed::check_op;

use crate::error::{Result, StoreError};
use crate::evict;
use crate::identity::{self, Rebirth};
use crate::log;
use crate::prepare_page::PreparedPage;
use crate::quarantine::OVERGROWN;
use crate::records::Records;
use crate::schema;
use crate::sql::{Sql, Value};
use crate::tx::{Origin, TOO_EARLY, Tx};

/// A sealed segment that waits to be sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outgoing {
    /// Whose log.
    pub actor: ActorId,
    /// The lane.
    pub lane: Lane,
    /// First seq.
    pub first: u64,
    /// Last seq.
    pub last: u64,
    /// The segment.
    pub bytes: Vec<u8>,
}

/// What became of a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Taken {
    /// Durable; confirm these positions.
    Durable(Vec<Position>),
    /// The page continues after positions this replica has not reached: hold these scopes from here instead.
    Rewind(Vec<Position>),
}

/// How this replica's own log stands against what an upstream says of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// The upstream has a prefix of this log.
    Behind,
    /// The upstream has something else or more under this actor: this database is a copy of an older self.
    Foreign,
}

impl Records {
    /// The greeting of this replica.
    ///
    /// # Errors
    /// The database.
    pub fn hello(&self) -> Result<Request> {
        self.be_writable()?;
        let actors = self.own_actors()?;
        let opening = self.identity().opening;
        Ok(Request::Hello { protocol: PROTOCOL, schema: self.place.schema, actors, opening })
    }

    /// Seals what waits and gives the next segments of an own lane after `after`.
    ///
    /// # Errors
    /// The database.
    pub fn outgoing(&self, lane: Lane, after: u64, limit: u32) -> Result<Vec<Outgoing>> {
        let actor = self.actor();
        if self.has_tail(lane)? {
            self.write(log::seal_all)?;
        }
        self.read(|view| log::segments_after(view.sql, actor, lane, after, limit))
    }

    fn has_tail(&self, lane: Lane) -> Result<bool> {
        let text = "SELECT 1 FROM tail WHERE lane = $1 LIMIT 1";
        self.read(|view| Ok(!view.sql.query(text, &[i64::from(lane.0).into()])?.is_empty()))
    }

    /// Compares what an upstream holds of this replica's writing actor with the own log, and records what it
    /// thereby confirms.
    ///
    /// # Errors
    /// The database.
    pub fn compare(&self, endpoint: &str, upstream: ActorId, known: &[Reach]) -> Result<Standing> {
        let actor = self.actor();
        #[cfg(feature = "sabotage")]
        if self.is_broken(crate::sabotage::Sabotage::ReusedDots) {
            return Ok(Standing::Behind);
        }
        self.write(|tx| {
            let actor_no = tx.actor_no(actor)?;
            for reach in known {
                let is_ours = match reach.lane {
                    Lane::PAGES => pages_taken(tx.sql)? >= reach.seq,
                    _ => reach.actor != actor || has_boundary(tx, actor_no, reach)?,
                };
                if reach.actor == actor && !is_ours {
                    return Ok(Standing::Foreign);
                }
            }
            for reach in known.iter().filter(|reach| reach.lane != Lane::PAGES) {
                let actor_no = tx.actor_no(reach.actor)?;
                put_ack(tx, endpoint, upstream, actor_no, reach.lane, reach.seq)?;
            }
            Ok(Standing::Behind)
        })
    }

    /// Records what an upstream has made durable of an own log.
    ///
    /// # Errors
    /// The database.
    pub fn acknowledge(
        &self,
        endpoint: &str,
        upstream: ActorId,
        actor: ActorId,
        lane: Lane,
        through: u64,
    ) -> Result<()> {
        self.write(|tx| {
            let actor_no = tx.actor_no(actor)?;
            put_ack(tx, endpoint, upstream, actor_no, lane, through)
        })
    }

    /// Takes a new actor because an upstream knows another history under the present one.
    ///
    /// # Errors
    /// The database or the sidecar.
    pub fn fork_away(&self) -> Result<()> {
        identity::be_reborn(self, Rebirth::Forked)
    }

    /// Merges a page in one transaction, or says from where the upstream must repeat.
    ///
    /// # Errors
    /// The database; nothing of the page is kept then.
    pub fn take_page(&self, upstream: ActorId, page: &Page) -> Result<Taken> {
        self.take_prepared_page(upstream, page, PreparedPage::default())
    }

    /// As [`Records::take_page`], with what [`Records::prepare_page`] has made of it.
    ///
    /// # Errors
    /// As [`Records::take_page`].
    pub fn take_prepared_page(
        &self,
        upstream: ActorId,
        page: &Page,
        prepared: PreparedPage,
    ) -> Result<Taken> {
        match self.merge_page(upstream, page, prepared) {
            Err(StoreError::Refused { code: TOO_EARLY, .. }) => self.write(|tx| {
                let reached = reached(tx, upstream, page)?;
                reached.keep_begun(tx, upstream)?;
                let repeat = |(at, visit): (u64, &Visit)| Position {
                    scope: visit.scope.clone(),
                    at: at.min(visit.from),
                };
                Ok(Taken::Rewind(reached.at.into_iter().zip(&page.visits).map(repeat).collect()))
            }),
            taken => taken,
        }
    }

    fn merge_page(&self, upstream: ActorId, page: &Page, prepared: PreparedPage) -> Result<Taken> {
        // A transaction that is tried again does without.
        let mut prepared = Some(prepared);
        self.write(|tx| {
            let gaps = gaps(tx, upstream, page)?;
            #[cfg(feature = "sabotage")]
            let gaps = if tx.records.is_broken(crate::sabotage::Sabotage::PageGapAccepted) {
                Vec::new()
            } else {
                gaps
            };
            if !gaps.is_empty() {
                return Ok(Taken::Rewind(gaps));
            }
            let let_go = let_go(tx, page)?;
            if !let_go.is_empty() {
                reached(tx, upstream, page)?.keep_begun(tx, upstream)?;
                return Ok(Taken::Rewind(let_go));
            }
            let ready = tx.take_prepared_states(prepared.take().unwrap_or_default())?;
            // States first: they carry all that an op in the same page may build upon.
            let entities =
                page.states.iter().map(|s| s.entity.clone()).filter(|entity| !ready.contains(entity));
            tx.preload(entities.chain(page.ops.iter().map(|op| op.entity.clone())))?;
            #[cfg(feature = "sabotage")]
            if tx.records.is_broken(crate::sabotage::Sabotage::StatesAfterOps) {
                page.ops.iter().try_for_each(|op| tx.apply(op, Origin::Page).map(|_| ()))?;
            }
            let (held_back, whole): (Vec<_>, Vec<_>) =
                page.states.iter().partition(|item| item.is_held_back());
            for item in whole.iter().filter(|item| !ready.contains(&item.entity)) {
                tx.join(item.entity.clone(), &item.json, &item.state)?;
            }
            held_back.iter().try_for_each(|item| note_held_back(tx, &item.entity))?;
            evict::came_back(tx.sql, whole.iter().map(|item| &item.entity))?;
            take_ops(tx, &page.ops)?;
            let reached = page.visits.iter().map(|v| Position { scope: v.scope.clone(), at: v.to });
            put_held(tx, upstream, reached.collect())?;
            let taken = pages_taken(tx.sql)? + 1;
            identity::set_meta(tx.sql, PAGES_TAKEN, Some(&taken.to_le_bytes()))?;
            let acks = page.visits.iter().map(|v| Position { scope: v.scope.clone(), at: v.to });
            Ok(Taken::Durable(acks.chain([Position { scope: pages(), at: taken }]).collect()))
        })
    }

    /// The positions to hold again after this database was restored; all scopes from their beginning at an upstream
    /// never met, which may be the old one restored; otherwise those whose release was left unfinished.
    ///
    /// # Errors
    /// The database.
    pub fn positions_to_rehold(&self, upstream: ActorId) -> Result<Vec<Position>> {
        self.read(|view| {
            let known = "SELECT 1 FROM held WHERE upstream = $1 LIMIT 1";
            if view.sql.query(known, &[upstream.0.to_vec().into()])?.is_empty() {
                let rows = view.sql.query("SELECT DISTINCT scope FROM held ORDER BY scope", &[])?;
                return rows
                    .iter()
                    .map(|row| Ok(Position { scope: Scope(row.text(0)?.to_owned()), at: 0 }))
                    .collect();
            }
            if identity::meta(view.sql, "rehold")?.is_none() {
                return evict::unfinished(view.sql, upstream);
            }
            let text = "SELECT scope, pos FROM held WHERE upstream = $1 ORDER BY scope";
            let rows = view.sql.query(text, &[upstream.0.to_vec().into()])?;
            rows.iter()
                .map(|row| Ok(Position { scope: Scope(row.text(0)?.to_owned()), at: row.uint(1)? }))
                .collect()
        })
    }

    /// The upstream has taken the positions of [`Records::positions_to_rehold`].
    ///
    /// # Errors
    /// The database.
    pub fn reheld(&self) -> Result<()> {
        self.write(|tx| {
            evict::forget_unfinished(tx.sql)?;
            identity::set_meta(tx.sql, "rehold", None)
        })
    }
}

/// The upstream cannot send a resource: what waits, and why.
fn note_held_back(tx: &mut Tx<'_>, entity: &Entity) -> Result<()> {
    let sum = blake3::hash(entity.to_string().as_bytes()).to_hex();
    let detail = format!(
        "a {} waits at the upstream, for it is larger than what can be sent; once its conflicts are settled there it comes \
         by itself, and all else comes meanwhile",
        entity.kind
    );
    tx.notice_daily(&format!("held-back/{}", &sum[..16]), OVERGROWN, &detail)
}

/// Merges the ops of a page. A malformed one, which an upstream should have refused, is left out with a notice: it must
/// not hold up the others.
fn take_ops(tx: &mut Tx<'_>, ops: &[Op]) -> Result<()> {
    let actor = tx.records.actor();
    for lane in Lane::ALL {
        let own = ops.iter().map(|op| op.dot).filter(|dot| dot.actor == actor && dot.lane == lane);
        tx.refuse_early(lane, own.map(|dot| dot.seq).max().unwrap_or_default())?;
    }
    let mut first = None;
    for op in ops {
        match check_op(op) {
            Ok(()) => {
                tx.apply(op, Origin::Page)?;
            }
            Err(malformed) => {
                first.get_or_insert((op.dot.actor, malformed));
            }
        }
    }
    match first {
        Some((actor, malformed)) => tx.notice("op-malformed", &format!("left out, by {actor}: {malformed}")),
        None => Ok(()),
    }
}

/// Whether the own log has a segment that ends exactly where the upstream says, with that hash.
fn has_boundary(tx: &mut Tx<'_>, actor_no: i64, reach: &Reach) -> Result<bool> {
    let lane = i64::from(reach.lane.0);
    let text = "SELECT hash FROM segment WHERE actor_no = $1 AND lane = $2 AND last = $3 ORDER BY first DESC LIMIT 1";
    let rows = tx.sql.query(text, &[actor_no.into(), lane.into(), reach.seq.into()])?;
    if let Some(row) = rows.first() {
        return Ok(row.blob(0)? == reach.hash);
    }
    let (held, hash) = log::head(tx.sql, actor_no, reach.lane)?;
    Ok(held == reach.seq && hash == reach.hash)
}

/// Pages this incarnation has made durable.
pub(crate) const PAGES_TAKEN: &str = "pages-taken";

fn pages_taken(sql: &mut dyn Sql) -> Result<u64> {
    Ok(identity::meta(sql, PAGES_TAKEN)?.and_then(|v| v.try_into().ok()).map_or(0, u64::from_le_bytes))
}

/// Stands for the number of pages taken among confirmed positions; no scope has this name.
pub(crate) fn pages() -> Scope {
    Scope("@pages".to_owned())
}

fn put_ack(
    tx: &mut Tx<'_>,
    endpoint: &str,
    upstream: ActorId,
    actor_no: i64,
    lane: Lane,
    seq: u64,
) -> Result<()> {
    let lane = i64::from(lane.0);
    let text = "SELECT seq FROM acked WHERE endpoint = $1 AND upstream = $2 AND actor_no = $3 AND lane = $4";
    let params: [Value; 4] = [endpoint.into(), upstream.0.to_vec().into(), actor_no.into(), lane.into()];
    let rows = tx.sql.query(text, &params)?;
    if rows.first().map_or(Ok(0), |row| row.uint(0))? >= seq {
        return Ok(());
    }
    let mut row = params.to_vec();
    row.extend([seq.into(), tx.records.now_ms().into()]);
    tx.sql.upsert(&schema::ACKED, vec![row])
}

/// Where the page leaves something out: the positions that this replica has reached instead.
fn gaps(tx: &mut Tx<'_>, upstream: ActorId, page: &Page) -> Result<Vec<Position>> {
    let reached = reached(tx, upstream, page)?;
    let pairs = page.visits.iter().zip(&reached.at).filter(|(visit, at)| **at < visit.from);
    let out: BTreeMap<&Scope, u64> = pairs.map(|(visit, at)| (&visit.scope, *at)).collect();
    if !out.is_empty() {
        reached.keep_begun(tx, upstream)?;
    }
    Ok(out.into_iter().map(|(scope, at)| Position { scope: scope.clone(), at }).collect())
}

/// Where the upstream must repeat because the page has ops on resources that were let go with another scope and are not
/// here whole: it leaves out what it had from here. From its beginning a scope comes as whole resources.
fn let_go(tx: &mut Tx<'_>, page: &Page) -> Result<Vec<Position>> {
    let whole: BTreeSet<&Entity> = page.states.iter().map(|item| &item.entity).collect();
    let entities: BTreeSet<&Entity> =
        page.ops.iter().map(|op| &op.entity).filter(|entity| !whole.contains(entity)).collect();
    if !evict::are_any_evicted(tx.sql, entities)? {
        return Ok(Vec::new());
    }
    let later = page.visits.iter().filter(|visit| visit.from > 0);
    let scopes: BTreeSet<&Scope> = later.map(|visit| &visit.scope).collect();
    Ok(scopes.into_iter().map(|scope| Position { scope: scope.clone(), at: 0 }).collect())
}

/// Where this replica stands in the scopes of a page.
struct Reached {
    /// For each visit.
    at: Vec<u64>,
    /// Patients that this replica made itself: they begin for it where the upstream says first.
    begun: Vec<Position>,
}

impl Reached {
    /// Where those begin stays said when the page is dropped: the next one, on its way already, begins later.
    fn keep_begun(&self, tx: &mut Tx<'_>, upstream: ActorId) -> Result<()> {
        put_held(tx, upstream, self.begun.clone())
    }
}

fn reached(tx: &mut Tx<'_>, upstream: ActorId, page: &Page) -> Result<Reached> {
    let keys: Vec<Vec<Value>> =
        page.visits.iter().map(|v| vec![upstream.0.to_vec().into(), v.scope.0.as_str().into()]).collect();
    let found = tx.sql.lookup(&schema::HELD, &["upstream", "scope"], &["pos"], &keys)?;
    let names: Vec<Vec<Value>> = page.visits.iter().map(|v| vec![v.scope.0.as_str().into()]).collect();
    let scopes = tx.sql.lookup(&schema::SCOPE, &["name"], &["no"], &names)?;
    let (mut at, mut begun) = (Vec::new(), Vec::new());
    for ((visit, row), scope) in page.visits.iter().zip(found).zip(scopes) {
        at.push(match (row, scope) {
            (Some(row), _) => row.uint(0)?,
            (None, Some(_)) if visit.scope.as_patient().is_some() => {
                begun.push(Position { scope: visit.scope.clone(), at: visit.from });
                visit.from
            }
            (None, _) => 0,
        });
    }
    Ok(Reached { at, begun })
}

fn put_held(tx: &mut Tx<'_>, upstream: ActorId, reached: Vec<Position>) -> Result<()> {
    let now = tx.records.now_ms();
    let row = |position: Position| -> Vec<Value> {
        vec![upstream.0.to_vec().into(), position.scope.0.into(), position.at.into(), now.into()]
    };
    tx.sql.upsert(&schema::HELD, reached.into_iter().map(row).collect())
}
