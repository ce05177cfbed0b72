//! Whatever happens to a visit, and what has to hold after each step.

use crate::rules::{ended, ensure, privacy, states};
use crate::world::{World, member, page};
use holdfast_visits::ids::{MemberId, SocketId};
use holdfast_visits::messages::{FromNode, Role};
use holdfast_visits::session::sabotage::Sabotage;
use holdfast_visits::session::{Input, Order, Output, RelayAnswer, RelayEvent, Request, SlotsOf};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const NAMES: [(&str, &str); 9] = [
    ("m-doc", "clinician"),
    ("m-two", "clinician"),
    ("m-pat", "patient"),
    ("m-fam", "family"),
    ("m-itp", "interpreter"),
    ("m-son", "family"),
    ("m-dau", "family"),
    ("m-sis", "family"),
    ("m-bro", "family"),
];

/// One thing that happens.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Hello { who: usize, device: usize, is_control: bool, take_over: bool },
    Close { socket: usize },
    Knock { socket: usize },
    Admit { socket: usize, whom: usize },
    Decline { socket: usize, whom: usize },
    Remove { socket: usize, whom: usize, back: bool },
    Chat { socket: usize },
    Offer { socket: usize, restart: bool },
    Other { socket: usize, what: usize },
    Again { socket: usize, which: usize },
    Relay { what: usize, whom: usize },
    Answer { which: usize, how: usize },
    Link { whom: usize },
    Revoke { whom: usize },
    Leave { socket: usize },
    End { socket: usize },
    Wait { ms: u64 },
    Restart,
}

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (any_socket, any_who, flag) = (0..12usize, 0..NAMES.len(), any::<bool>());
    let step = prop_oneof![
        8 => (any_who.clone(), 0..2usize, prop::bool::weighted(0.2), flag)
            .prop_map(|(who, device, is_control, take_over)| Step::Hello { who, device, is_control, take_over }),
        8 => any_socket.clone().prop_map(|socket| Step::Knock { socket }),
        8 => (any_socket.clone(), any_who.clone()).prop_map(|(socket, whom)| Step::Admit { socket, whom }),
        1 => (any_socket.clone(), any_who.clone()).prop_map(|(socket, whom)| Step::Decline { socket, whom }),
        2 => (any_socket.clone(), any_who.clone(), flag)
            .prop_map(|(socket, whom, back)| Step::Remove { socket, whom, back }),
        4 => any_socket.clone().prop_map(|socket| Step::Chat { socket }),
        4 => (any_socket.clone(), flag).prop_map(|(socket, restart)| Step::Offer { socket, restart }),
        4 => (any_socket.clone(), 0..6usize).prop_map(|(socket, what)| Step::Other { socket, what }),
        5 => (any_socket.clone(), 0..8usize).prop_map(|(socket, which)| Step::Again { socket, which }),
        4 => (0..8usize, any_who.clone()).prop_map(|(what, whom)| Step::Relay { what, whom }),
        5 => (0..8usize, 0..4usize).prop_map(|(which, how)| Step::Answer { which, how }),
        1 => any_who.clone().prop_map(|whom| Step::Link { whom }),
        1 => any_who.prop_map(|whom| Step::Revoke { whom }),
        2 => any_socket.clone().prop_map(|socket| Step::Leave { socket }),
        3 => any_socket.clone().prop_map(|socket| Step::Close { socket }),
        1 => any_socket.prop_map(|socket| Step::End { socket }),
        6 => prop_oneof![0..300u64, 1_000..20_000u64, 30_000..100_000u64].prop_map(|ms| Step::Wait { ms }),
        1 => Just(Step::Restart),
    ];
    proptest::collection::vec(step, 1..90)
}

/// A visit, and what is known of it from outside.
pub(crate) struct Play {
    pub(crate) world: World,
    pub(crate) broken: Option<Sabotage>,
    pub(crate) live: BTreeMap<SocketId, (MemberId, bool)>,
    /// Sockets whose hello said that they have no media.
    pub(crate) controls: BTreeSet<SocketId>,
    /// Let in by a clinician, and not put out since.
    pub(crate) admitted: BTreeSet<MemberId>,
    pub(crate) in_by_facts: BTreeSet<MemberId>,
    pub(crate) people_ms: BTreeMap<SocketId, u64>,
    pub(crate) commands: BTreeMap<MemberId, Vec<(Value, Value)>>,
    pub(crate) has_clinician: bool,
}

/// Plays it; what does not hold is said in words.
pub(crate) fn play(broken: Option<Sabotage>, steps: &[Step]) -> Result<(), String> {
    let mut world = World::new();
    if let Some(way) = broken {
        world.visit.sabotage(way);
    }
    let mut play = Play {
        world,
        broken,
        live: BTreeMap::new(),
        controls: BTreeSet::new(),
        admitted: BTreeSet::new(),
        in_by_facts: BTreeSet::new(),
        people_ms: BTreeMap::new(),
        commands: BTreeMap::new(),
        has_clinician: false,
    };
    for step in steps {
        play.step(step)?;
    }
    Ok(())
}

impl Play {
    fn socket(&self, index: usize) -> Option<(SocketId, MemberId)> {
        let nth = self.live.iter().nth(index % self.live.len().max(1));
        nth.map(|(socket, (member, _))| (*socket, member.clone()))
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        let whom = |index: &usize| NAMES[*index].0;
        match step {
            Step::Hello { who, device, is_control, take_over } => {
                let (name, role) = NAMES[*who];
                let mut hello = page(name, role).on(&format!("tab-{device}"));
                hello.part = if *is_control { "control" } else { "room" };
                hello.take_over = *take_over;
                self.world.sockets += 1;
                let socket = SocketId(self.world.sockets);
                let Ok(entry) = hello.entry(self.world.now_ms) else { return Ok(()) };
                self.controls.extend(is_control.then_some(socket));
                self.input(Input::Entered { socket, entry: Box::new(entry) }, None)
            }
            Step::Close { socket } => {
                let Some((socket, _)) = self.socket(*socket) else { return Ok(()) };
                self.live.remove(&socket);
                self.input(Input::Closed { socket }, None)
            }
            Step::Knock { socket } => {
                self.say(*socket, json!({"type": "knock", "devices": {"camera": true, "microphone": true}}))
            }
            Step::Admit { socket, whom: to } => {
                self.say(*socket, json!({"type": "admit", "member": whom(to)}))
            }
            Step::Decline { socket, whom: to } => {
                self.say(*socket, json!({"type": "decline", "member": whom(to)}))
            }
            Step::Remove { socket, whom: to, back } => {
                self.say(*socket, json!({"type": "remove", "member": whom(to), "back": back}))
            }
            Step::Chat { socket } => {
                let Some((_, by)) = self.socket(*socket) else { return Ok(()) };
                self.say(*socket, json!({"type": "chat", "text": format!("said by {}", by.as_str())}))
            }
            Step::Offer { socket, restart } => {
                self.say(*socket, json!({"type": "offer", "sdp": "v=0", "restart": restart}))
            }
            Step::Other { socket, what } => self.say(*socket, other(*what)),
            Step::Again { socket, which } => self.again(*socket, *which),
            Step::Relay { what, whom } => {
                self.input(Input::Relay(event(*what, member(NAMES[*whom].0))), None)
            }
            Step::Answer { which, how } => {
                if self.world.asks.is_empty() {
                    return Ok(());
                }
                let (ask, request) = self.world.asks.remove(which % self.world.asks.len());
                self.input(Input::Answered { ask, answer: answer(&request, *how) }, None)
            }
            Step::Link { whom } => {
                let (name, _) = NAMES[*whom];
                let role =
                    states(self.world.visit.snapshot()).get(&member(name)).map_or(Role::Family, |one| one.0);
                if NAMES[*whom].1 != "family" {
                    return Ok(());
                }
                self.input(
                    Input::Order(Order::Link { member: member(name), name: format!("Name of {name}"), role }),
                    None,
                )
            }
            Step::Revoke { whom } => {
                let member = member(NAMES[*whom].0);
                self.admitted.remove(&member);
                self.input(Input::Order(Order::Revoke { member }), None)
            }
            Step::Leave { socket } => self.say(*socket, json!({"type": "leave"})),
            Step::End { socket } => self.say(*socket, json!({"type": "end", "summary": "Rest."})),
            Step::Wait { ms } => self.wait(*ms),
            Step::Restart => self.restart(),
        }
    }

    fn say(&mut self, socket: usize, mut message: Value) -> Result<(), String> {
        let Some((socket, by)) = self.socket(socket) else { return Ok(()) };
        self.world.sockets += 1;
        let is_command = !matches!(message["type"].as_str(), Some("ping" | "want" | "caption" | "ask-ice"));
        if is_command {
            message["id"] = format!("c{}", self.world.sockets).into();
        }
        self.world.said.clear();
        self.input(Input::Frame { socket, frame: message.to_string().into_bytes() }, Some((&by, &message)))?;
        if let Some(answer) = self.reply(socket, &message)
            && !matches!(message["type"].as_str(), Some("offer" | "check" | "media"))
        {
            self.commands.entry(by).or_default().push((message, answer));
        }
        Ok(())
    }

    /// The answer to a command, if it is one that is final.
    fn reply(&self, socket: SocketId, message: &Value) -> Option<Value> {
        let said = self.world.said.get(&socket)?;
        let answer = said.iter().find(|one| one["id"] == message["id"] && message.get("id").is_some())?;
        (!matches!(answer["code"].as_str(), Some("too-fast" | "visit-full"))).then(|| answer.clone())
    }

    /// A page sends a command again that was answered.
    fn again(&mut self, socket: usize, which: usize) -> Result<(), String> {
        let Some((socket, by)) = self.socket(socket) else { return Ok(()) };
        let known = self.commands.get(&by).and_then(|all| all.get(which % all.len().max(1))).cloned();
        let Some((message, answer)) = known else { return Ok(()) };
        self.input(Input::Timer, None)?;
        let before = self.world.visit.snapshot().clone();
        self.world.said.clear();
        self.input(Input::Frame { socket, frame: message.to_string().into_bytes() }, Some((&by, &message)))?;
        let Some(again) = self.reply(socket, &message) else { return Ok(()) };
        ensure(again == answer, "the same id gives the same answer")?;
        ensure(*self.world.visit.snapshot() == before, "the same id changes nothing twice")?;
        let is_quiet = |output: &Output| match output {
            Output::Send { socket: to, message } => {
                *to == socket && matches!(message, FromNode::Done(_) | FromNode::Problem(_))
            }
            Output::Timer { .. } => true,
            _ => false,
        };
        ensure(self.world.outputs.iter().all(is_quiet), "the same id changes nothing twice")
    }

    fn wait(&mut self, ms: u64) -> Result<(), String> {
        let until = self.world.now_ms + ms;
        for _ in 0..2_000 {
            let Some(at_ms) = self.world.timer.filter(|at_ms| *at_ms <= until) else { break };
            self.world.now_ms = self.world.now_ms.max(at_ms);
            self.input(Input::Timer, None)?;
        }
        ensure(self.world.timer.is_none_or(|at_ms| at_ms > until), "the timer does not ring for ever")?;
        self.world.now_ms = until;
        Ok(())
    }

    fn restart(&mut self) -> Result<(), String> {
        let before = self.world.visit.snapshot().clone();
        let world = std::mem::replace(&mut self.world, World::new());
        self.world = world.restart(500);
        ensure(*self.world.visit.snapshot() == before, "a snapshot is all that there was")?;
        self.live.clear();
        self.people_ms.clear();
        if let Some(way) = self.broken {
            self.world.visit.sabotage(way);
        }
        Ok(())
    }

    fn input(&mut self, input: Input, said: Option<(&MemberId, &Value)>) -> Result<(), String> {
        let before = self.world.visit.snapshot().clone();
        let closed = self.world.closed.len();
        self.world.input(input);
        let outputs = self.world.outputs.clone();
        let after = self.world.visit.snapshot().clone();
        ensure(closed <= self.world.closed.len(), "sockets stay closed")?;
        let is_saved = outputs.first() == Some(&Output::Save);
        ensure(is_saved || before == after, "what changed is saved before it is told")?;
        self.admissions(&states(&before), &states(&after), said)?;
        self.sockets(&outputs)?;
        self.facts(&outputs, &states(&after))?;
        privacy(&self.live, &outputs, &states(&after))?;
        ended(&before, &after, &outputs)?;
        self.counts(&outputs, &after)
    }
}

fn other(what: usize) -> Value {
    match what {
        0 => json!({"type": "media", "audio": true, "camera": true, "screen": false, "level": 1}),
        1 => json!({"type": "status", "state": "soon", "minutes": 5}),
        2 => json!({"type": "hand-over", "to": "m-two"}),
        3 => json!({"type": "trouble", "kind": "help"}),
        4 => json!({"type": "caption", "text": "m-itp says"}),
        _ => json!({"type": "ping", "t": 1}),
    }
}

fn event(what: usize, member: MemberId) -> RelayEvent {
    match what {
        0 => RelayEvent::Quiet { member },
        1 => RelayEvent::Gone { member },
        2 => RelayEvent::Slots { member, slots: SlotsOf::default() },
        3 => RelayEvent::Away,
        4 => RelayEvent::Back { is_new: true },
        5 => RelayEvent::Back { is_new: false },
        _ => RelayEvent::Heard { member },
    }
}

fn answer(request: &Request, how: usize) -> RelayAnswer {
    match (request, how) {
        (_, 0) => RelayAnswer::Lost,
        (Request::Put { .. } | Request::Check { .. }, 1) => {
            RelayAnswer::Refused { code: "nothing-to-restart".into(), retry_after_ms: None }
        }
        (Request::Put { .. } | Request::Check { .. }, _) => {
            RelayAnswer::Sdp { sdp: "v=0".into(), slots: SlotsOf::default() }
        }
        _ => RelayAnswer::Done,
    }
}
