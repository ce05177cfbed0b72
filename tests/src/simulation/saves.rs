//! People at work: loading forms, saving them with every kind of base, deleting, settling conflicts, and several of
//! these in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};
use holdfast_core::id::Entity;
use holdfast_core::op::member_key;
use holdfast_core::session::Input;
use holdfast_store::author::{Base, Saved};
use holdfast_store::{StoreError, Tx};

use super::dice::Dice;
use super::fleet::Fleet;
use super::oracle::{DELETED, Save, Written};
use super::rules::{CLINICS, PATIENTS, has_subject};
use super::shown::{Shown, show};

/// What one person does to one resource.
pub(super) struct Action {
    entity: usize,
    kind: Kind,
    /// What the oracle says it writes.
    writes: Vec<Written>,
}

enum Kind {
    Put { json: String, base: Base },
    Delete,
    Resolve { key: String, value: Option<String> },
}

impl Action {
    fn run(&self, tx: &mut Tx<'_>, entity: &Entity, author: &str) -> holdfast_store::Result<Saved> {
        match &self.kind {
            Kind::Put { json, base } => tx.put(entity, json, base, author),
            Kind::Delete => tx.delete(entity, &Base::Blind, author),
            Kind::Resolve { key, value } => tx.resolve(entity, key, value.clone(), author),
        }
    }

    fn describe(&self) -> String {
        let keys: Vec<&str> = self.writes.iter().map(|w| w.key.as_str()).collect();
        match &self.kind {
            Kind::Put { base, .. } => format!("put e{} {base:?} {keys:?}", self.entity),
            Kind::Delete => format!("delete e{}", self.entity),
            Kind::Resolve { key, value } => format!("resolve e{} {key} {value:?}", self.entity),
        }
    }
}

impl Fleet {
    /// Shows a resource and compares it with the oracle.
    ///
    /// # Errors
    /// A violation, or the store.
    pub fn look(&mut self, at: usize, entity: usize) -> Result<Shown> {
        let replica = &self.replicas[at];
        let shown = show(&replica.records, &self.entities[entity], replica.known)?;
        if let Err(what) = shown.check(&self.oracle, replica.known, entity) {
            anyhow::bail!("{} at {}: {what}", self.entities[entity], self.name(at));
        }
        Ok(shown)
    }

    /// One person saves one thing, or several in one transaction.
    ///
    /// # Errors
    /// A violation, or the store.
    pub fn work(&mut self, at: usize, dice: &mut Dice) -> Result<()> {
        if !self.oracle.has_room() {
            return Ok(());
        }
        let several = if dice.chance(15) { 2 + dice.below(2) } else { 1 };
        let mut entities = BTreeSet::new();
        (0..several).for_each(|_| {
            entities.insert(dice.below(self.entities.len()));
        });
        let mut actions = Vec::new();
        for entity in entities {
            actions.extend(self.plan(at, entity, actions.len(), dice)?);
        }
        let gives_up = actions.len() > 1 && dice.chance(20);
        self.commit(at, actions, gives_up)
    }

    /// Opens a form and leaves it open.
    ///
    /// # Errors
    /// A violation, or the store.
    pub fn open_form(&mut self, at: usize, dice: &mut Dice) -> Result<()> {
        let entity = dice.below(self.entities.len());
        let shown = self.look(at, entity)?;
        if shown.exists {
            self.replicas[at].forms.push((entity, shown));
        }
        Ok(())
    }

    fn plan(&mut self, at: usize, entity: usize, ahead: usize, dice: &mut Dice) -> Result<Option<Action>> {
        let now = self.look(at, entity)?;
        if now.exists && !now.conflicts.is_empty() && dice.chance(35) {
            return Ok(Some(self.plan_resolve(entity, &now, ahead, dice)));
        }
        if now.exists && !now.deleted && dice.chance(8) {
            let over = now.seen(&self.oracle, entity, DELETED);
            let writes = vec![Written { key: DELETED.into(), value: Some("deleted".into()), over }];
            return Ok(Some(Action { entity, kind: Kind::Delete, writes }));
        }
        if self.is_unknown_to(at, entity) && !now.exists || !self.may_write(at, entity, now.exists) {
            return Ok(None);
        }
        Ok(Some(self.plan_put(at, entity, now, ahead, dice)))
    }

    /// A replica of the version before never makes a resource of a type that it does not know.
    fn is_unknown_to(&self, at: usize, entity: usize) -> bool {
        self.replicas[at].profile.is_old && self.entities[entity].kind == "Vaccine"
    }

    fn plan_resolve(&self, entity: usize, now: &Shown, ahead: usize, dice: &mut Dice) -> Action {
        let keys: Vec<&String> = now.conflicts.keys().collect();
        let key = keys[dice.below(keys.len())].clone();
        let fresh = format!("\"settled-{}\"", self.oracle.next() + ahead);
        let standing: Vec<Option<String>> = now.conflicts[&key].0.iter().cloned().collect();
        let points = matches!(key.as_str(), "subject" | "clinic");
        let value = match dice.below(3) {
            0 if key == DELETED => None,
            0 if !points => Some(fresh),
            _ => standing[dice.below(standing.len())].clone(),
        };
        let over = now.seen(&self.oracle, entity, &key);
        let mut writes = vec![Written { key: key.clone(), value: value.clone(), over }];
        if now.deleted && key != DELETED {
            let over = now.seen(&self.oracle, entity, DELETED);
            writes.push(Written { key: DELETED.into(), value: Some("deleted".into()), over });
        }
        Action { entity, kind: Kind::Resolve { key, value }, writes }
    }

    fn plan_put(&mut self, at: usize, entity: usize, now: Shown, ahead: usize, dice: &mut Dice) -> Action {
        let form = self.form_for(at, entity, &now, dice);
        let base = match dice.below(3) {
            _ if !now.exists => [Base::Blind, Base::Absent][dice.below(2)].clone(),
            0 => Base::Blind,
            1 => Base::Exactly(form.version.clone()),
            _ => Base::Seen(form.version.clone()),
        };
        let author = self.oracle.next() + ahead;
        let (values, tags) = compose(&self.entities[entity], &form, author, dice);
        let json = document(&self.entities[entity], &values, &tags);
        let writes = self.difference(entity, &now, &form, &base, (&values, &tags));
        Action { entity, kind: Kind::Put { json, base }, writes }
    }

    fn form_for(&mut self, at: usize, entity: usize, now: &Shown, dice: &mut Dice) -> Shown {
        let forms = &mut self.replicas[at].forms;
        let open = forms.iter().position(|(of, _)| *of == entity).filter(|_| dice.chance(60));
        open.map_or_else(|| now.clone(), |open| forms.swap_remove(open).1)
    }

    fn difference(
        &mut self,
        entity: usize,
        now: &Shown,
        form: &Shown,
        base: &Base,
        (values, tags): (&BTreeMap<String, String>, &[String]),
    ) -> Vec<Written> {
        let is_blind = matches!(base, Base::Blind | Base::Absent);
        let shown = if is_blind { now } else { form };
        let mut writes = Vec::new();
        let keys: BTreeSet<&String> = shown.values.keys().chain(values.keys()).collect();
        for key in keys.into_iter().filter(|key| shown.values.get(*key) != values.get(*key)) {
            let over = if is_blind {
                shown.displayed(&self.oracle, entity, key).unwrap_or_else(|_| {
                    self.oracle.blur(entity, key);
                    0
                })
            } else {
                shown.seen(&self.oracle, entity, key)
            };
            writes.push(Written { key: key.clone(), value: values.get(key).cloned(), over });
        }
        let all: BTreeSet<&String> = shown.tags.iter().chain(tags).collect();
        for tag in all.into_iter().filter(|tag| shown.tags.contains(tag) != tags.contains(tag)) {
            let key = member_key("tags", tag);
            let over = shown.seen(&self.oracle, entity, &key);
            writes.push(Written { key, value: tags.contains(tag).then(|| "there".into()), over });
        }
        if now.deleted {
            let over = now.seen(&self.oracle, entity, DELETED);
            writes.push(Written { key: DELETED.into(), value: None, over });
        }
        writes
    }

    fn commit(&mut self, at: usize, actions: Vec<Action>, gives_up: bool) -> Result<()> {
        let first = self.oracle.next();
        let entities = &self.entities;
        let outcome = self.replicas[at].records.write(|tx| {
            let mut saved = Vec::new();
            for (ahead, action) in actions.iter().enumerate() {
                saved.push(action.run(tx, &entities[action.entity], &format!("s{}", first + ahead))?);
            }
            if gives_up { Err(StoreError::Closed) } else { Ok(saved) }
        });
        self.note(|fleet| {
            let told: Vec<String> = actions.iter().map(Action::describe).collect();
            format!(
                "{} s{first}.. {} -> {:?}",
                fleet.name(at),
                told.join("; "),
                outcome.as_ref().map(|_| "saved").map_err(StoreError::code)
            )
        });
        match outcome {
            Ok(saved) => self.note_saves(at, actions, &saved),
            Err(StoreError::Closed) if gives_up => Ok(()),
            Err(StoreError::Stale { .. }) => Ok(()),
            Err(other) => Err(other.into()),
        }
    }

    fn note_saves(&mut self, at: usize, actions: Vec<Action>, saved: &[Saved]) -> Result<()> {
        let mut known = 0;
        for (action, saved) in actions.into_iter().zip(saved) {
            let is_change = !action.writes.is_empty();
            ensure!(saved.changed == is_change, "{}: changed is {}", action.describe(), saved.changed);
            let saw = self.replicas[at].known & self.oracle.of_entity(action.entity);
            let writes = if is_change { action.writes } else { Vec::new() };
            let replica = self.replicas[at].profile.name.clone();
            let save = Save { entity: action.entity, writes, saw, replica };
            let set = self.oracle.acknowledge(save);
            known |= if is_change { set } else { 0 };
        }
        self.replicas[at].known |= known;
        self.feed(at, Input::NewOps)
    }
}

type Content = (BTreeMap<String, String>, Vec<String>);

/// What the person made of the form: one or two elements differ.
fn compose(entity: &Entity, form: &Shown, author: usize, dice: &mut Dice) -> Content {
    let (mut values, mut tags) = (form.values.clone(), form.tags.clone());
    if has_subject(&entity.kind) && (!values.contains_key("subject") || dice.chance(12)) {
        values.insert("subject".into(), format!("\"{}\"", PATIENTS[dice.below(PATIENTS.len())]));
    }
    if entity.kind == "Visit" {
        // Of one clinic, whoever writes: that another brings it into its own scope is put aside.
        values.insert("clinic".into(), format!("\"{}\"", CLINICS[0]));
    }
    for _ in 0..1 + dice.below(2) {
        let element = ["name", "phone", "dose", "pref", "fresh", "same", "text"][dice.below(7)];
        let value = match element {
            "same" => format!("\"same-{}\"", dice.below(2)),
            "text" => format!("\"{author}{}\"", "long ".repeat([40, 400, 2000][dice.below(3)])),
            "dose" => format!("{author}.50"),
            _ => format!("\"{element}-{author}\""),
        };
        match dice.below(10) {
            0 => values.remove(element),
            1 | 2 => {
                toggle(&mut tags, dice.below(3));
                None
            }
            _ => values.insert(element.to_owned(), value),
        };
    }
    if !form.exists {
        values.insert("name".into(), format!("\"name-{author}\""));
    }
    (values, tags)
}

fn toggle(tags: &mut Vec<String>, number: usize) {
    let tag = format!("{{\"code\":\"t{number}\"}}");
    match tags.iter().position(|t| *t == tag) {
        Some(at) => {
            tags.remove(at);
        }
        None => tags.push(tag),
    }
}

fn document(entity: &Entity, values: &BTreeMap<String, String>, tags: &[String]) -> String {
    let mut out = format!("{{\"resourceType\":\"{}\",\"id\":\"{}\"", entity.kind, entity.id);
    for (key, value) in values {
        out.push_str(&format!(",\"{key}\":{value}"));
    }
    if !tags.is_empty() {
        out.push_str(&format!(",\"tags\":[{}]", tags.join(",")));
    }
    out.push('}');
    out
}
