//! The end of a history: every link is healed, sessions run until nobody changes any more, and then everything that a
//! history must leave behind is checked.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use holdfast_core::id::{Entity, Scope};
use holdfast_core::rules::Rules;
use holdfast_core::{codec, segment, view};
use holdfast_store::sql::{Database, Value};
use holdfast_store::sqlite::Sqlite;

use super::fleet::Fleet;
use super::rules::FleetRules;

/// Rounds of sessions after which a fleet must have come to rest.
const ROUNDS: usize = 12;

/// A resource's two columns that must be equal everywhere, and where it belongs.
type Held = BTreeMap<Entity, (String, Vec<u8>, BTreeSet<Scope>)>;

impl Fleet {
    /// Heals, runs to rest, checks.
    ///
    /// # Errors
    /// A violation, or the store.
    pub fn finish(&mut self) -> Result<()> {
        self.note(|_| "everything is healed".into());
        self.network.clear();
        self.is_healed = true;
        for replica in &mut self.replicas {
            replica.cut = false;
        }
        let alive: Vec<usize> = (0..self.replicas.len()).filter(|at| !self.replicas[*at].revoked).collect();
        let survivors = alive.iter().map(|at| self.replicas[*at].known).fold(0, |a, b| a | b);
        self.settle(&alive)?;
        for hub in 0..self.hubs {
            let lost =
                survivors & !self.replicas[hub].known & !self.oracle.set_aside & !self.oracle.not_given;
            ensure!(lost == 0, "never reached {}: {}", self.name(hub), self.oracle.describe(lost));
            for entity in 0..self.entities.len() {
                self.look(hub, entity).context("at the end")?;
            }
        }
        self.compare(&alive)?;
        self.check_homes(&alive)?;
        for at in 0..self.replicas.len() {
            self.check_tables(at).with_context(|| format!("in the tables of {}", self.name(at)))?;
            self.check_dots(at).with_context(|| format!("in the log of {}", self.name(at)))?;
        }
        Ok(())
    }

    fn settle(&mut self, alive: &[usize]) -> Result<()> {
        let mut before = Vec::new();
        for _ in 0..ROUNDS {
            let mut moved = 0;
            for at in alive.iter().skip(self.hubs) {
                moved += self.exchange(*at)?;
            }
            let now = alive.iter().map(|at| self.held(*at)).collect::<Result<Vec<_>>>()?;
            if now == before && (moved == 0 || self.has_clones) {
                return Ok(());
            }
            before = now;
        }
        anyhow::bail!("after {ROUNDS} rounds of sessions there is still something to do")
    }

    fn held(&self, at: usize) -> Result<Held> {
        let rules = FleetRules { is_old: self.replicas[at].profile.is_old };
        let mut out = Held::new();
        self.replicas[at].db.read(&mut |sql| {
            for mut row in sql.query("SELECT kind, id, json, state FROM resource", &[])? {
                let entity = Entity { kind: row.take_text(0)?, id: row.take_text(1)? };
                let (json, state) = (row.take_text(2)?, row.blob(3)?.to_vec());
                let decoded = view::decode(entity.clone(), &json, &state)?;
                out.insert(entity, (json, state, rules.scopes(&decoded, "")));
            }
            Ok(())
        })?;
        Ok(out)
    }

    /// Every replica equals its hub in every scope it holds, and holds every scope it wants.
    fn compare(&self, alive: &[usize]) -> Result<()> {
        for hub in 0..self.hubs {
            let there = self.held(hub)?;
            for at in alive.iter().filter(|at| self.upstreams(**at).contains(&hub)) {
                let scopes = self.subscriptions(hub, *at)?;
                // A restored hub has forgotten who wanted what it had nothing of.
                for wanted in self.replicas[*at].wanted.iter().filter(|_| !self.hub_is_restored) {
                    ensure!(
                        scopes.contains(wanted),
                        "{} wants {wanted} and does not hold it",
                        self.name(*at)
                    );
                }
                let here = self.held(*at)?;
                for (number, entity) in self.entities.iter().enumerate() {
                    let own = self.oracle.of_entity(number) & self.replicas[*at].known;
                    if own & (self.oracle.once_aside | self.oracle.not_given) != 0 {
                        // Its author's replica shows what the hub did not merge.
                        continue;
                    }
                    let (here, there) = (here.get(entity), there.get(entity));
                    let is_in = |held: Option<&(String, Vec<u8>, BTreeSet<Scope>)>| {
                        held.is_some_and(|(_, _, of)| of.intersection(&scopes).next().is_some())
                    };
                    if is_in(there) || is_in(here) && there.is_none() {
                        ensure!(
                            here == there,
                            "{entity} at {} is\n  {here:?}\nand at {}\n  {there:?}",
                            self.name(*at),
                            self.name(hub)
                        );
                    }
                }
            }
        }
        Ok(())
    }

    pub(super) fn subscriptions(&self, hub: usize, at: usize) -> Result<BTreeSet<Scope>> {
        let peer = self.replicas[at].peer();
        let text = "SELECT sc.name FROM subscription s JOIN scope sc ON sc.no = s.scope_no \
                    JOIN replica r ON r.no = s.replica_no WHERE r.clinic = $1 AND r.name = $2";
        let params = [peer.clinic.as_str().into(), peer.replica.as_str().into()];
        Ok(names(&self.replicas[hub].db, text, &params)?.into_iter().map(Scope).collect())
    }

    /// Search index, feeds and columns say what the registers say.
    fn check_tables(&self, at: usize) -> Result<()> {
        let rules = FleetRules { is_old: self.replicas[at].profile.is_old };
        let given_up = &self.replicas[at].given_up;
        let mut findings = Vec::new();
        self.replicas[at].db.read(&mut |sql| {
            for mut row in sql.query("SELECT kind, id, json, state, no, conflicts, deleted, version FROM resource", &[])? {
                let entity = Entity { kind: row.take_text(0)?, id: row.take_text(1)? };
                let state = view::decode(entity.clone(), row.text(2)?, row.blob(3)?)?;
                let rendered = view::render(&state, &rules);
                let columns = (row.int(5)? as usize, row.int(6)? != 0, row.text(7)?.to_owned());
                if rendered != row.text(2)? || columns != (state.conflicts(&rules).len(), state.is_deleted(), state.version()) {
                    findings.push(format!("{entity} is stored as {} and its registers say {rendered}", row.text(2)?));
                }
                let mut index = BTreeSet::new();
                for found in sql.query("SELECT param, value FROM search WHERE resource_no = $1", &[row.int(4)?.into()])? {
                    index.insert((found.int(0)? as u32, found.text(1)?.to_owned()));
                }
                let must: BTreeSet<(u32, String)> = rules.index(&state).into_iter().map(|r| (r.param, r.value)).collect();
                if index != must {
                    findings.push(format!("{entity} is indexed under {index:?}, must be under {must:?}"));
                }
                let text = "SELECT DISTINCT sc.name FROM feed f JOIN scope sc ON sc.no = f.scope_no WHERE f.resource_no = $1";
                let feeds = sql.query(text, &[row.int(4)?.into()])?;
                let feeds: BTreeSet<String> = feeds.iter().map(|f| Ok(f.text(0)?.to_owned())).collect::<holdfast_store::Result<_>>()?;
                if let Some(missing) = rules.scopes(&state, "").difference(given_up).find(|scope| !feeds.contains(&scope.0)) {
                    findings.push(format!("{entity} is in {missing} and not in its feed"));
                }
            }
            let text = "SELECT sc.name FROM scope sc LEFT JOIN feed f ON f.scope_no = sc.no GROUP BY sc.no, sc.name, sc.head \
                        HAVING sc.head < COALESCE(MAX(f.pos), 0)";
            findings.extend(sql.query(text, &[])?.iter().map(|row| format!("the head of feed {:?} is behind", row.text(0))));
            Ok(())
        })?;
        ensure!(findings.is_empty(), "{}", findings.join("\n"));
        Ok(())
    }

    /// No dot names two ops in any log.
    fn check_dots(&mut self, at: usize) -> Result<()> {
        let mut ops = Vec::new();
        self.replicas[at].db.read(&mut |sql| {
            for row in sql.query("SELECT bytes FROM segment", &[])? {
                ops.extend(segment::read(row.blob(0)?)?.ops);
            }
            for row in
                sql.query("SELECT op FROM tail UNION ALL SELECT op FROM feed WHERE op IS NOT NULL", &[])?
            {
                ops.extend(codec::decode_ops(row.blob(0)?)?);
            }
            Ok(())
        })?;
        if self.replicas[at].revoked {
            return Ok(());
        }
        ops.iter().try_for_each(|op| self.dots.note(op))
    }
}

/// The first column of a query, as a set of texts.
///
/// # Errors
/// The database.
pub(super) fn names(db: &Sqlite, text: &str, params: &[Value]) -> Result<BTreeSet<String>> {
    let mut out = BTreeSet::new();
    db.read(&mut |sql| {
        for mut row in sql.query(text, params)? {
            out.insert(row.take_text(0)?);
        }
        Ok(())
    })?;
    Ok(out)
}
