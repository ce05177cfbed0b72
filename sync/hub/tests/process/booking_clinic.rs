//! A clinic in Paris whose node has granted the hub some of its time, and a patient's telephone.

use holdfast_clinical::scheduling::fhir::{AppointmentType, ClinicRecord, Split, WeeklyHours};
use holdfast_clinical::scheduling::find::{Kind, Need};
use holdfast_clinical::scheduling::hours::{Shift, Week};
use holdfast_clinical::scheduling::span::{DAY_MIN, Minute, Span};
use holdfast_clinical::scheduling::zone::Zone;
use holdfast_core::id::{ActorId, Entity, Lane};
use holdfast_core::message::{Request, Response};
use holdfast_core::rights::Piece;
use holdfast_store::author::Base;
use holdfast_store::downstream::Taken;
use jiff::civil::Weekday;
use serde_json::{Value, json};

use crate::replica::{Replica, now_ms};
use crate::support::{Hub, eventually};

/// Whose time it is.
pub(crate) const ANA: &str = "Practitioner/ana";
/// The clinic's path.
pub(crate) const NORTH: &str = "/api/book/clinic/north";
/// Days from now of the first grant.
const FIRST_DAY: i64 = 3;

/// A hub and the node of one clinic.
pub(crate) struct Clinic {
    pub(crate) hub: Hub,
    pub(crate) node: Replica,
    pub(crate) zone: Zone,
    upstream: ActorId,
    /// Midnight in Paris of the day of the first grant.
    pub(crate) day: Minute,
}

pub(crate) fn paris() -> Zone {
    Zone::named("Europe/Paris").unwrap()
}

/// What is asked for: half an hour with Ana.
fn checkup() -> AppointmentType {
    AppointmentType {
        id: "checkup".into(),
        name: "Check-up".into(),
        is_active: true,
        duration_min: 30,
        before_min: 0,
        after_min: 0,
        step_min: 30,
        needs: vec![Need::any(Kind::Practitioner)],
        capacity: 1,
        is_remote: false,
        split: Split { web_percent: 30, sell_until_min: 1_440 },
    }
}

fn with(kind: &str, id: &str, elements: serde_json::Map<String, Value>) -> Value {
    let mut record = json!({ "resourceType": kind, "id": id });
    record.as_object_mut().unwrap().extend(elements);
    record
}

impl Clinic {
    /// The hub with these flags and this database, if it is not its own.
    pub(crate) async fn start(flags: &[&str], database: Option<&str>) -> Self {
        let mut envs = vec![("HOLDFAST_BOOKING__CODE_TO", "HOME/codes")];
        envs.extend(database.map(|url| ("HOLDFAST_DATABASE__URL", url)));
        let hub = Hub::start_in(flags, &envs);
        let node = Replica::of(&hub, "north", "n1").await;
        let Response::Welcome { upstream, .. } = node.greet().await else { panic!("not welcome") };
        let zone = paris();
        let today = zone.local((now_ms() / 60_000) as i64).date();
        let day = zone.day(today).from + FIRST_DAY * DAY_MIN;
        let day = zone.day(zone.local(day + 180).date()).from;
        let clinic = Self { hub, node, zone, upstream, day };
        clinic.set_up();
        clinic.push().await;
        clinic
    }

    fn set_up(&self) {
        let record = ClinicRecord {
            clinic: "north".into(),
            name: "Clinique du Nord".into(),
            phone: Some("+33 1 23".into()),
            zone: self.zone.clone(),
        };
        let every_day = Weekday::Monday.cycle_forward().take(7).collect();
        let (from, to) = ("08:00".parse().unwrap(), "17:00".parse().unwrap());
        let hours = WeeklyHours {
            id: "ana-hours".into(),
            actor: ANA.into(),
            is_active: true,
            week: Week { shifts: vec![Shift { days: every_day, from, to }], first: None, last: None },
        };
        let kind = checkup();
        let group = AppointmentType { id: "group".into(), name: "Group".into(), capacity: 8, ..checkup() };
        let inside = AppointmentType {
            id: "inside".into(),
            name: "Not on the web".into(),
            split: Split { web_percent: 0, sell_until_min: 0 },
            ..checkup()
        };
        let none = json!({});
        for record in [
            record.resource(),
            json!({ "resourceType": "Practitioner", "id": "ana", "name": [{ "text": "Ana" }] }),
            with("Schedule", "ana-hours", hours.elements(&none)),
            with("HealthcareService", "checkup", kind.elements(&none)),
            with("HealthcareService", "group", group.elements(&none)),
            with("HealthcareService", "inside", inside.elements(&none)),
        ] {
            self.save(&record);
        }
    }

    /// Saves a record at the node.
    pub(crate) fn save(&self, record: &Value) {
        let entity = Entity::new(record["resourceType"].as_str().unwrap(), record["id"].as_str().unwrap());
        let text = record.to_string();
        self.node.records.write(|tx| tx.put(&entity, &text, &Base::Blind, "desk")).unwrap();
    }

    /// The node begins its calendar, and grants hours of the first day to the hub.
    pub(crate) async fn grant(&self, from_hour: i64, hours: i64) {
        let upstream = self.upstream;
        self.node.records.caught_up(upstream, now_ms()).unwrap();
        let pieces = [Piece { resource: ANA.into(), spans: vec![self.hour(from_hour, hours)] }];
        let until = now_ms() + 2 * 86_400_000;
        self.node
            .records
            .write(|tx| {
                tx.begin_calendar("north", &[upstream], "node")?;
                tx.grant("north", upstream, &pieces, until, "node")
            })
            .unwrap();
        self.push().await;
    }

    /// Hours of the first day, by Paris's clock.
    pub(crate) fn hour(&self, hour: i64, hours: i64) -> Span {
        Span::of(self.day + hour * 60, hours * 60)
    }

    /// Sends all that the node has.
    pub(crate) async fn push(&self) {
        for lane in Lane::ALL {
            for out in self.node.records.outgoing(lane, 0, 99).unwrap() {
                let answer = self.node.push(out.bytes).await;
                let Response::Ack { through, .. } = answer else { panic!("{answer:?}") };
                let (actor, url) = (self.node.actor(), "https://hub");
                self.node.records.acknowledge(url, self.upstream, actor, lane, through).unwrap();
            }
        }
    }

    /// Brings all that the hub has for the node.
    pub(crate) async fn pull(&self) {
        let mut acked = Vec::new();
        loop {
            let (actor, confirmed) = (self.node.actor(), std::mem::take(&mut acked));
            let pull =
                Request::Pull { actor, acked: confirmed, pending: vec![], max_bytes: 1 << 20, wait_ms: 0 };
            let Response::Page(page) = self.node.ask(pull).await else { panic!("no page") };
            if page.visits.is_empty() {
                return;
            }
            match self.node.records.take_page(self.upstream, &page).unwrap() {
                Taken::Durable(positions) => acked = positions,
                Taken::Rewind(_) => panic!("nothing was to be sent again"),
            }
        }
    }

    /// A record as the node has it.
    pub(crate) fn at_node(&self, kind: &str, id: &str) -> Option<Value> {
        let found = self.node.records.read(|view| view.get(&Entity::new(kind, id))).unwrap();
        found.map(|stored| serde_json::from_str(&stored.json).unwrap())
    }

    /// Every appointment as the node has it.
    pub(crate) fn appointments(&self) -> Vec<Value> {
        let found = self.node.records.read(|view| view.search("Appointment", &[], 0, 500)).unwrap();
        found.resources.iter().map(|stored| serde_json::from_str(&stored.json).unwrap()).collect()
    }

    pub(crate) fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let (status, text) = self.hub.ask(method, path, &text);
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let (status, json) = self.ask("GET", path, &Value::Null);
        assert_eq!(status, 200, "{path}: {json}");
        json
    }

    /// The first page of free times.
    pub(crate) fn free(&self) -> Value {
        self.get(&format!("{NORTH}/free?type=checkup"))
    }

    /// The slot that begins on the day of the grant at that time by Paris's clock: the hub's own, or one that can be asked for.
    pub(crate) fn slot(&self, clock: &str) -> String {
        let date = self.zone.local(self.day).date();
        let free = self.get(&format!("{NORTH}/free?type=checkup&from={date}T00:00:00Z"));
        let start = format!("{date}T{clock}");
        let slots = free["slots"].as_array().unwrap();
        let found = slots.iter().find(|slot| slot["start"].as_str().unwrap().starts_with(&start));
        found.unwrap_or_else(|| panic!("{start} is not in {free}"))["slot"].as_str().unwrap().to_owned()
    }

    /// Asks for a code, and reads it off the telephone: the last line for this contact.
    pub(crate) fn code(&self, id: &str, who: &Value) -> String {
        let before = self.codes(who).len();
        let (status, json) =
            self.ask("POST", &format!("{NORTH}/code"), &json!({ "id": id, "who": who, "language": "fr" }));
        assert_eq!(status, 202, "{json}");
        eventually("the code has come", || self.codes(who).len() > before);
        self.codes(who).pop().unwrap()
    }

    /// All codes that went to a contact, the last at the end.
    pub(crate) fn codes(&self, who: &Value) -> Vec<String> {
        let text =
            std::fs::read_to_string(self.hub.data().parent().unwrap().join("codes")).unwrap_or_default();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let contact = |line: &Value| line["contact"] == who["contact"];
        lines.filter(contact).map(|line| line["code"].as_str().unwrap().to_owned()).collect()
    }

    /// Books with a code that was sent.
    pub(crate) fn book(&self, id: &str, code: &str, who: &Value, slot: &str) -> (u16, Value) {
        let body =
            json!({ "id": id, "code": code, "who": who, "type": "checkup", "slot": slot, "language": "fr" });
        self.ask("POST", NORTH, &body)
    }

    /// A whole booking.
    pub(crate) fn booked(&self, id: &str, who: &Value, slot: &str) -> Value {
        let code = self.code(id, who);
        let (status, mine) = self.book(id, &code, who, slot);
        assert_eq!(status, 201, "{mine}");
        mine
    }
}

/// Somebody, by a name and a contact that the page has put into its one form.
pub(crate) fn who(name: &str, contact: &str) -> Value {
    json!({ "name": name, "birthDate": "1985-12-10", "contact": contact })
}

/// An id as the page makes them.
pub(crate) fn id(n: u32) -> String {
    format!("{n:032x}")
}
