//! From registers to the resource a client reads, and to the compact state stored beside it.
//!
//! Values that are displayed live in the resource's JSON alone; the state holds dots, clocks, authors and
//! whatever the JSON does not show (siblings, set members, removals).

use std::collections::BTreeMap;

use crdts::VClock;

use crate::codec::budget::Budget;
use crate::hlc::Hlc;
use crate::id::{ActorId, Entity, Lane};
use crate::json;
use crate::names;
use crate::op::{DELETED, EntityDot, split_key};
use crate::rules::Rules;
use crate::state::{EntityState, Register, Sibling};
use crate::wire::{Reader, WireError, put_bytes, put_varint};

/// The tag in `meta.tag` of every resource with an unsettled conflict.
pub const CONFLICT_TAG: &str = r#"{"system":"urn:holdfast:tag","code":"conflict","display":"Two versions of this record await a decision"}"#;

const FORMAT: u8 = 1;
const LIMIT: usize = 1 << 24;
/// What a write, a register or a value takes in memory besides its text.
const PART: usize = 128;

/// The resource as a client reads it: `resourceType`, `id`, `meta`, then the elements by name.
/// Replicas that have taken in the same ops render the same bytes.
pub fn render(state: &EntityState, rules: &dyn Rules) -> String {
    let mut out = String::with_capacity(512);
    out.push_str("{\"resourceType\":");
    json::push_string(&mut out, &state.entity.kind);
    out.push_str(",\"id\":");
    json::push_string(&mut out, &state.entity.id);
    push_meta(&mut out, state, !state.conflicts(rules).is_empty());
    let mut last_set = "";
    for (key, register) in &state.registers {
        let (element, member) = split_key(key);
        if key == DELETED || element == "meta" || element.starts_with("meta.") {
            continue;
        }
        if member.is_some() {
            if element != last_set {
                last_set = element;
                // Builds that disagree on an element's policy write both forms: it still renders once.
                if displays_whole(state, element) {
                    continue;
                }
                push_array(&mut out, element, &state.set_members(element));
            }
        } else if let Some(value) = register.displayed().and_then(|s| s.value.as_deref()) {
            out.push(',');
            json::push_string(&mut out, element);
            out.push(':');
            out.push_str(value);
        }
    }
    out.push('}');
    out
}

fn displays_whole(state: &EntityState, element: &str) -> bool {
    state.registers.get(element).and_then(Register::displayed).is_some_and(|s| s.value.is_some())
}

fn push_array(out: &mut String, element: &str, members: &[&str]) {
    if members.is_empty() {
        return;
    }
    out.push(',');
    json::push_string(out, element);
    out.push_str(":[");
    out.push_str(&members.join(","));
    out.push(']');
}

fn push_meta(out: &mut String, state: &EntityState, conflicted: bool) {
    out.push_str(",\"meta\":{\"versionId\":\"");
    out.push_str(&state.version());
    out.push_str("\",\"lastUpdated\":\"");
    out.push_str(&instant(state.last_hlc));
    out.push('"');
    let rest = state.registers.get("meta").and_then(Register::displayed).and_then(|s| s.value.as_deref());
    if let Some(inner) = rest.and_then(|v| v.strip_prefix('{')).and_then(|v| v.strip_suffix('}'))
        && !inner.is_empty()
    {
        out.push(',');
        out.push_str(inner);
    }
    for set in ["security", "tag"] {
        let mut members = state.set_members(&format!("meta.{set}"));
        if conflicted && set == "tag" {
            members.push(CONFLICT_TAG);
        }
        push_array(out, set, &members);
    }
    out.push('}');
}

/// A FHIR `instant` in UTC with milliseconds (<https://hl7.org/fhir/R4/datatypes.html#instant>).
pub fn instant(hlc: Hlc) -> String {
    let ms = hlc.unix_ms();
    let (days, in_day) = (ms / 86_400_000, ms % 86_400_000);
    let (year, month, day) = civil(days as i64);
    let (hour, minute, second, milli) =
        (in_day / 3_600_000, in_day / 60_000 % 60, in_day / 1000 % 60, in_day % 1000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

/// Days since 1970-01-01 to a proleptic Gregorian date (Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms").
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
}

/// Where a sibling's value is kept.
const VALUE_ABSENT: u8 = 0;
const VALUE_IN_JSON: u8 = 1;
const VALUE_INLINE: u8 = 2;

/// The state without the values that `render` shows; equal states give equal bytes.
pub fn encode(state: &EntityState) -> Vec<u8> {
    let tables = Tables::of(state);
    let mut out = Vec::with_capacity(64 + state.registers.len() * 4);
    out.push(FORMAT);
    out.push(state.lane.0);
    put_varint(&mut out, state.last_hlc.0);
    put_varint(&mut out, tables.actors.len() as u64);
    for actor in tables.actors.keys() {
        out.extend_from_slice(&actor.0);
        put_varint(&mut out, state.vv.get(actor));
    }
    put_varint(&mut out, tables.authors.len() as u64);
    for author in tables.authors.keys() {
        put_bytes(&mut out, author.as_bytes());
    }
    put_varint(&mut out, tables.writes.len() as u64);
    for (dot, hlc, author) in tables.writes.keys() {
        put_varint(&mut out, tables.actors[&dot.actor]);
        put_varint(&mut out, dot.seq);
        put_varint(&mut out, hlc.0);
        put_varint(&mut out, tables.authors[author]);
    }
    put_varint(&mut out, state.registers.len() as u64);
    for (key, register) in &state.registers {
        encode_register(&mut out, key, register, &tables);
    }
    out
}

fn encode_register(out: &mut Vec<u8>, key: &str, register: &Register, tables: &Tables<'_>) {
    match names::number(key) {
        Some(number) => put_varint(out, number),
        None => {
            put_varint(out, 0);
            put_bytes(out, key.as_bytes());
        }
    }
    put_varint(out, (register.siblings.len() as u64) << 1 | u64::from(!register.unseen.is_empty()));
    let shown = register.displayed();
    for s in &register.siblings {
        put_varint(out, tables.writes[&(s.dot, s.hlc, s.author.as_str())]);
        match &s.value {
            None => out.push(VALUE_ABSENT),
            Some(_) if shows_itself(key) && Some(s) == shown => out.push(VALUE_IN_JSON),
            Some(value) => {
                out.push(VALUE_INLINE);
                put_bytes(out, value.as_bytes());
            }
        }
    }
    if !register.unseen.is_empty() {
        put_varint(out, register.unseen.len() as u64);
        for dot in &register.unseen {
            put_varint(out, tables.actors[&dot.actor]);
            put_varint(out, dot.seq);
        }
    }
}

/// Whether the register's displayed value stands in the rendered JSON under its own name.
fn shows_itself(key: &str) -> bool {
    let (element, member) = split_key(key);
    member.is_none() && key != DELETED && element != "meta" && !element.starts_with("meta.")
}

struct Tables<'a> {
    actors: BTreeMap<ActorId, u64>,
    authors: BTreeMap<&'a str, u64>,
    writes: BTreeMap<(EntityDot, Hlc, &'a str), u64>,
}

impl<'a> Tables<'a> {
    fn of(state: &'a EntityState) -> Self {
        let mut tables = Self { actors: BTreeMap::new(), authors: BTreeMap::new(), writes: BTreeMap::new() };
        for actor in state.vv.dots.keys() {
            tables.actors.insert(*actor, 0);
        }
        for register in state.registers.values() {
            for dot in &register.unseen {
                tables.actors.insert(dot.actor, 0);
            }
            for s in &register.siblings {
                tables.actors.insert(s.dot.actor, 0);
                tables.authors.insert(&s.author, 0);
                tables.writes.insert((s.dot, s.hlc, &s.author), 0);
            }
        }
        tables.actors.values_mut().zip(0..).for_each(|(slot, n)| *slot = n);
        tables.authors.values_mut().zip(0..).for_each(|(slot, n)| *slot = n);
        tables.writes.values_mut().zip(0..).for_each(|(slot, n)| *slot = n);
        tables
    }
}

/// The registers from what [`encode`] and [`render`] wrote.
///
/// # Errors
/// [`WireError`] if either is damaged.
pub fn decode(entity: Entity, rendered: &str, bytes: &[u8]) -> Result<EntityState, WireError> {
    let shown: BTreeMap<String, String> =
        json::members(rendered).map_err(|_| WireError::Invalid("a stored resource"))?.into_iter().collect();
    let mut budget = Budget::of_state(rendered.len() + bytes.len());
    let mut reader = Reader::new(bytes);
    if reader.byte("a state's format")? != FORMAT {
        return Err(WireError::Invalid("a state's format"));
    }
    let lane = Lane(reader.byte("a state's lane")?);
    let last_hlc = Hlc(reader.varint("a clock reading")?);
    let mut vv = VClock::new();
    let mut actors = Vec::new();
    for _ in 0..reader.count(LIMIT, "the actors of a state")? {
        let actor = ActorId(reader.array("an actor")?);
        let seq = reader.varint("a sequence number")?;
        if seq > 0 {
            vv.dots.insert(actor, seq);
        }
        actors.push(actor);
    }
    let mut authors = Vec::new();
    for _ in 0..reader.count(LIMIT, "the authors of a state")? {
        authors.push(reader.string(LIMIT, "an author")?);
    }
    let mut writes = Vec::new();
    for _ in 0..reader.count(LIMIT, "the writes of a state")? {
        let dot = read_dot(&mut reader, &actors)?;
        let hlc = Hlc(reader.varint("a clock reading")?);
        let author = reader.count(LIMIT, "an author's number")?;
        let author = authors.get(author).ok_or(WireError::Invalid("an author's number"))?;
        budget.spend(PART + author.len())?;
        writes.push((dot, hlc, author.clone()));
    }
    let mut registers = BTreeMap::new();
    for _ in 0..reader.count(LIMIT, "the registers of a state")? {
        let (key, register) = decode_register(&mut reader, &actors, &writes, &shown, &mut budget)?;
        registers.insert(key, register);
    }
    reader.end()?;
    Ok(EntityState { entity, lane, vv, last_hlc, registers })
}

/// The lane of an encoded state, and how far it has taken in the ops of each actor: the beginning of what [`encode`] wrote,
/// without taking the rest apart.
///
/// # Errors
/// [`WireError`] if it is damaged.
pub fn decode_vector(bytes: &[u8]) -> Result<(Lane, Vec<(ActorId, u64)>), WireError> {
    let mut reader = Reader::new(bytes);
    if reader.byte("a state's format")? != FORMAT {
        return Err(WireError::Invalid("a state's format"));
    }
    let lane = Lane(reader.byte("a state's lane")?);
    reader.varint("a clock reading")?;
    let mut out = Vec::new();
    for _ in 0..reader.count(LIMIT, "the actors of a state")? {
        out.push((ActorId(reader.array("an actor")?), reader.varint("a sequence number")?));
    }
    Ok((lane, out))
}

fn read_dot(reader: &mut Reader<'_>, actors: &[ActorId]) -> Result<EntityDot, WireError> {
    let at = reader.count(LIMIT, "an actor's number")?;
    let actor = *actors.get(at).ok_or(WireError::Invalid("an actor's number"))?;
    Ok(EntityDot { actor, seq: reader.varint("a sequence number")? })
}

fn decode_register(
    reader: &mut Reader<'_>,
    actors: &[ActorId],
    writes: &[(EntityDot, Hlc, String)],
    shown: &BTreeMap<String, String>,
    budget: &mut Budget,
) -> Result<(String, Register), WireError> {
    let key = match reader.varint("a register's key")? {
        0 => reader.string(LIMIT, "a register's key")?,
        number => names::name(number).ok_or(WireError::Invalid("a register's key"))?.to_owned(),
    };
    budget.spend(PART + key.len())?;
    let head = reader.count(LIMIT, "a register's values")?;
    let mut register = Register::default();
    for _ in 0..head >> 1 {
        let write = reader.count(LIMIT, "a write's number")?;
        let (dot, hlc, author) = writes.get(write).ok_or(WireError::Invalid("a write's number"))?.clone();
        budget.spend(PART + author.len())?;
        let value = match reader.byte("a value's place")? {
            VALUE_ABSENT => None,
            VALUE_IN_JSON => Some(shown.get(&key).ok_or(WireError::Invalid("a value's place"))?.clone()),
            VALUE_INLINE => Some(reader.string(LIMIT, "a value")?),
            _ => return Err(WireError::Invalid("a value's place")),
        };
        budget.spend(value.as_ref().map_or(0, String::len))?;
        register.siblings.push(Sibling { dot, hlc, author, value });
    }
    if head & 1 == 1 {
        for _ in 0..reader.count(LIMIT, "a register's unseen dots")? {
            register.unseen.push(read_dot(reader, actors)?);
        }
    }
    Ok((key, register))
}
