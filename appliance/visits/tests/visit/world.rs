//! A visit with pages that are told what it says, on a clock of its own.

use ed25519_dalek::SigningKey;
use holdfast_visits::door::{self, Entry};
use holdfast_visits::ids::{AskId, MemberId, SocketId, VisitId};
use holdfast_visits::limits::SKEW_MS;
use holdfast_visits::messages::{CallFacts, FromNode, IceServer, IceServers, Refused};
use holdfast_visits::session::{
    Clinician, Fact, Facts, Ice, Input, Order, Output, RelayAnswer, RelayEvent, Request, SlotsOf, Snapshot,
    Visit, What,
};
use holdfast_visits::token::{self, Keys};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// When the tests begin, in milliseconds since 1970.
pub(crate) const START_MS: u64 = 1_800_000_000_000;

pub(crate) struct TestIce;

impl Ice for TestIce {
    fn servers(&self, visit: &VisitId, member: &MemberId, now_ms: u64) -> IceServers {
        let until_ms = now_ms + 300_000;
        let username = format!("{}:{}:{}", until_ms / 1_000, visit.as_str(), member.as_str());
        let server =
            IceServer { urls: vec!["turn:relay.example".into()], username, credential: "secret".into() };
        IceServers { servers: vec![server], until_ms }
    }
}

pub(crate) fn facts() -> Facts {
    Facts {
        visit: VisitId::new("v1").expect("a name"),
        clinic: "north".to_owned().try_into().expect("a name"),
        time_zone: Some("Europe/Paris".into()),
        call: CallFacts { phone: Some("+33 1".into()), ..CallFacts::default() },
        sealed: false,
        scheduled_ms: Some(START_MS),
    }
}

pub(crate) fn member(name: &str) -> MemberId {
    MemberId::new(name).expect("a name")
}

/// How a page says hello: a patient's, on one device, unless told otherwise.
#[derive(Clone)]
pub(crate) struct Hello {
    pub(crate) member: String,
    pub(crate) role: &'static str,
    pub(crate) device: String,
    pub(crate) part: &'static str,
    pub(crate) one: bool,
    pub(crate) take_over: bool,
    pub(crate) visit: &'static str,
    pub(crate) exp_ms: u64,
}

pub(crate) fn page(member: &str, role: &'static str) -> Hello {
    Hello {
        member: member.to_owned(),
        role,
        device: format!("{member}-tab"),
        part: "room",
        one: role != "clinician",
        take_over: false,
        visit: "v1",
        exp_ms: START_MS + 43_200_000,
    }
}

impl Hello {
    pub(crate) fn on(self, device: &str) -> Self {
        Self { device: device.into(), ..self }
    }
    pub(crate) fn part(self, part: &'static str) -> Self {
        Self { part, ..self }
    }

    pub(crate) fn entry(&self, now_ms: u64) -> Result<Entry, Box<Refused>> {
        let key = SigningKey::from_bytes(&[3; 32]);
        let claims = json!({"v": 1, "visit": self.visit, "clinic": "north", "role": self.role, "member": self.member,
            "name": format!("Name of {}", self.member), "nbf": START_MS / 1_000 - 60, "exp": self.exp_ms / 1_000,
            "one": self.one, "at": []});
        let token = token::sign(&key, &serde_json::from_value(claims).expect("claims")).expect("signed");
        let hello = json!({"type": "hello", "v": 1, "token": token, "device": self.device, "part": self.part,
            "takeOver": self.take_over, "language": "en", "can": {"webrtc": true, "sealed": true}});
        let keys = Keys::from([("north".to_owned().try_into().expect("a name"), vec![key.verifying_key()])]);
        door::open(hello.to_string().as_bytes(), &keys, &CallFacts::default(), now_ms, SKEW_MS)
    }
}

pub(crate) struct World {
    pub(crate) visit: Visit,
    pub(crate) now_ms: u64,
    pub(crate) timer: Option<u64>,
    pub(crate) said: BTreeMap<SocketId, Vec<Value>>,
    pub(crate) closed: BTreeMap<SocketId, u16>,
    pub(crate) asks: Vec<(AskId, Request)>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) sockets: u64,
    ids: u64,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::of(Visit::new(facts(), Box::new(TestIce), START_MS))
    }

    pub(crate) fn of(visit: Visit) -> Self {
        Self {
            visit,
            now_ms: START_MS,
            timer: None,
            said: BTreeMap::new(),
            closed: BTreeMap::new(),
            asks: vec![],
            facts: vec![],
            outputs: vec![],
            sockets: 0,
            ids: 0,
        }
    }

    /// A clinician and a patient, both in: their sockets.
    pub(crate) fn running() -> (Self, SocketId, SocketId) {
        let mut world = Self::new();
        let doc = world.enter(&page("doc", "clinician"));
        world.knock(doc);
        let pat = world.enter(&page("pat", "patient"));
        world.knock(pat);
        world.say(doc, json!({"type": "admit", "member": "pat"}));
        world.wait(1_000);
        world.forget();
        (world, doc, pat)
    }

    pub(crate) fn forget(&mut self) {
        self.said.clear();
        self.asks.clear();
        self.facts.clear();
    }

    pub(crate) fn input(&mut self, input: Input) {
        let outputs = self.visit.handle(self.now_ms, input);
        for output in &outputs {
            match output.clone() {
                Output::Save | Output::Figures { .. } => {}
                Output::Send { socket, message } => {
                    assert!(
                        !self.closed.contains_key(&socket),
                        "nothing is said on a closed socket: {message:?}"
                    );
                    self.said.entry(socket).or_default().push(serde_json::to_value(message).expect("JSON"));
                }
                Output::Close { socket, code } => {
                    assert_eq!(self.closed.insert(socket, code), None, "a socket is closed once");
                }
                Output::Ask { ask, request } => self.asks.push((ask, request)),
                Output::Fact(fact) => self.facts.push(fact),
                Output::Timer { at_ms } => self.timer = at_ms,
            }
        }
        assert!(matches!(outputs.last(), Some(Output::Timer { .. })));
        self.outputs = outputs;
    }

    /// Lets time pass, and the timer ring when it is due.
    pub(crate) fn wait(&mut self, ms: u64) {
        let until = self.now_ms + ms;
        let mut rings = 0;
        while let Some(at_ms) = self.timer.filter(|at_ms| *at_ms <= until) {
            self.now_ms = self.now_ms.max(at_ms);
            self.input(Input::Timer);
            rings += 1;
            assert!(rings < 10_000, "the timer rings for ever");
        }
        self.now_ms = until;
    }

    /// The same, with pages that send their pings.
    pub(crate) fn live(&mut self, ms: u64, sockets: &[SocketId]) {
        for _ in 0..ms / 4_000 {
            self.wait(4_000);
            for socket in sockets {
                self.say(*socket, json!({"type": "ping", "t": 1}));
            }
        }
    }

    pub(crate) fn enter(&mut self, hello: &Hello) -> SocketId {
        self.sockets += 1;
        let socket = SocketId(self.sockets);
        let entry = hello.entry(self.now_ms).expect("a good link");
        self.input(Input::Entered { socket, entry: Box::new(entry) });
        socket
    }

    /// Says something; a command gets an id, which is given back.
    pub(crate) fn say(&mut self, socket: SocketId, mut message: Value) -> String {
        self.ids += 1;
        let id = format!("c{}", self.ids);
        if !["ping", "want", "ask-ice", "caption", "stats"]
            .contains(&message["type"].as_str().unwrap_or_default())
            && message.get("id").is_none()
        {
            message["id"] = id.clone().into();
        }
        self.input(Input::Frame { socket, frame: message.to_string().into_bytes() });
        id
    }

    pub(crate) fn knock(&mut self, socket: SocketId) -> String {
        self.say(socket, json!({"type": "knock", "devices": {"camera": true, "microphone": true}}))
    }

    pub(crate) fn offer(&mut self, socket: SocketId, restart: bool) -> String {
        self.say(socket, json!({"type": "offer", "sdp": "v=0 offer", "restart": restart}))
    }

    pub(crate) fn relay(&mut self, event: RelayEvent) {
        self.input(Input::Relay(event));
    }

    pub(crate) fn order(&mut self, order: Order) {
        self.input(Input::Order(order));
    }

    pub(crate) fn close(&mut self, socket: SocketId) {
        self.input(Input::Closed { socket });
    }

    /// Answers what was asked of the relay last.
    pub(crate) fn answer(&mut self, answer: RelayAnswer) -> Request {
        let (ask, request) = self.asks.pop().expect("something was asked");
        self.input(Input::Answered { ask, answer });
        request
    }

    /// A member offers, the relay answers, and hears them.
    pub(crate) fn connect(&mut self, socket: SocketId, name: &str) {
        self.offer(socket, false);
        self.answer(RelayAnswer::Sdp { sdp: "v=0 answer".into(), slots: SlotsOf::default() });
        self.relay(RelayEvent::Heard { member: member(name) });
    }

    /// What a socket was told of a type, and forgets it all.
    pub(crate) fn told(&mut self, socket: SocketId, kind: &str) -> Vec<Value> {
        self.said.remove(&socket).unwrap_or_default().into_iter().filter(|one| one["type"] == kind).collect()
    }

    /// What a socket was told, by type, in order; and forgets it.
    pub(crate) fn heard(&mut self, socket: SocketId) -> Vec<String> {
        let said = self.said.remove(&socket).unwrap_or_default();
        said.iter().map(|one| one["type"].as_str().expect("a type").to_owned()).collect()
    }

    /// The code of the problem that a socket was told last.
    pub(crate) fn problem(&mut self, socket: SocketId) -> String {
        let problems = self.told(socket, "problem");
        problems.last().map(|one| one["code"].as_str().expect("a code").to_owned()).unwrap_or_default()
    }

    pub(crate) fn state(&self, name: &str) -> String {
        let state =
            self.visit.snapshot().members().find(|(member, ..)| member.as_str() == name).map(|one| one.2);
        state.map(|state| format!("{state:?}").to_lowercase()).unwrap_or_else(|| "nobody".into())
    }

    pub(crate) fn facts(&self) -> Vec<What> {
        self.facts.iter().map(|fact| fact.what.clone()).collect()
    }

    /// The process ends, and another one goes on from what was saved.
    pub(crate) fn restart(self, after_ms: u64) -> Self {
        let text = serde_json::to_string(self.visit.snapshot()).expect("JSON");
        let snapshot: Snapshot = serde_json::from_str(&text).expect("a snapshot");
        let now_ms = self.now_ms + after_ms;
        let visit = Visit::restore(snapshot, Box::new(TestIce), now_ms).expect("restored");
        let mut world = Self { now_ms, sockets: self.sockets, ids: self.ids, ..Self::of(visit) };
        world.input(Input::Timer);
        world
    }

    pub(crate) fn clinicians(&mut self) {
        let named = |reference: &str, name: &str| Clinician {
            reference: format!("Practitioner/{reference}"),
            name: name.into(),
            member: member(reference),
        };
        self.order(Order::Clinicians(vec![named("doc", "Dr One"), named("two", "Dr Two")]));
    }
}

/// A message, as a page reads it.
pub(crate) fn parsed(value: &Value) -> FromNode {
    serde_json::from_value(value.clone()).expect("a message")
}
