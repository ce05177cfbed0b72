//! The session machine, fed with what an upstream may answer and what a store may say, in any order: it never panics,
//! does a bounded amount of work for each input, and believes no acknowledgement of what it has not sent.

use std::collections::BTreeMap;

use holdfast_core::id::{ActorId, Lane, Scope};
use holdfast_core::message::{Page, Position, Reach, Request, Response, Visit};
use holdfast_core::session::{Input, MAX_IN_FLIGHT, Output, Phase, Ready, Session, SessionConfig};

use crate::frame;
use crate::source::Source;

const UPSTREAM: ActorId = ActorId([9; 16]);
const ME: ActorId = ActorId([1; 16]);
const STEPS: usize = 96;
/// Outputs of one input, besides one for each scope of a hold that was refused.
const WORK: usize = 16;
const CODES: [&str; 6] = ["scope-denied", "log-fork", "replica-copied", "busy", "", "replica-revoked"];

struct World<'a> {
    source: Source<'a>,
    session: Session,
    now_ms: u64,
    /// What is in flight, by id.
    sent: BTreeMap<u64, Request>,
    /// The last seq handed over for sending, by lane.
    handed: [u64; 4],
    wants_new_actor: bool,
    /// The machine asked what is acknowledged.
    is_parting: bool,
}

pub(crate) fn run(data: &[u8]) {
    let mut source = Source::new(data);
    let config = SessionConfig {
        endpoints: source.below(4),
        page_bytes: 1 << 20,
        largest_page_bytes: 1 << 22,
        idle_wait_ms: 1000,
        answer_within_ms: 10_000,
        seed: source.number(),
    };
    let session = Session::new(config);
    let sent = BTreeMap::new();
    let mut world =
        World { source, session, now_ms: 0, sent, handed: [0; 4], wants_new_actor: false, is_parting: false };
    world.step(start());
    for _ in 0..STEPS {
        if world.source.is_empty() {
            break;
        }
        let input = world.input();
        world.step(input);
    }
}

fn start() -> Input {
    let hello = Request::Hello { protocol: 1, schema: 1, actors: vec![(ME, [0; 32])], opening: (1, [0; 16]) };
    Input::Start { hello, actor: ME }
}

impl World<'_> {
    fn step(&mut self, input: Input) {
        let mut allowed = WORK;
        match &input {
            Input::Start { .. } => (self.wants_new_actor, self.handed) = (false, [0; 4]),
            Input::Reply { id, .. } => {
                if let Some(Request::Hold { scopes, .. }) = self.sent.remove(id) {
                    allowed += scopes.len();
                }
            }
            Input::Segments { lane, ready } => {
                if let (Some(handed), Some(last)) = (self.handed.get_mut(usize::from(lane.0)), ready.last()) {
                    *handed = (*handed).max(last.last);
                }
            }
            _ => {}
        }
        self.session.handle_input(self.now_ms, input);
        let outputs: Vec<Output> = std::iter::from_fn(|| self.session.poll_output()).collect();
        assert!(outputs.len() <= allowed, "one input led to {} outputs", outputs.len());
        outputs.into_iter().for_each(|output| self.note(output));
        self.check();
    }

    fn note(&mut self, output: Output) {
        match output {
            Output::Close => self.sent.clear(),
            Output::Send { id, request } => {
                assert!(self.sent.insert(id, request).is_none(), "the number {id} is used twice");
            }
            Output::Acked { actor, lane, through, .. } => {
                assert_eq!(actor, ME, "an acknowledgement of another's log was believed");
                let handed = self.handed[usize::from(lane.0)];
                assert!(
                    through <= handed,
                    "{through} was believed acknowledged, {handed} was the last there is"
                );
            }
            Output::Compare { known, .. } => {
                // The store takes a new actor if the upstream knows more than there is; this store has all of it.
                for reach in known.iter().filter(|reach| reach.actor == ME) {
                    if let Some(handed) = self.handed.get_mut(usize::from(reach.lane.0)) {
                        *handed = (*handed).max(reach.seq);
                    }
                }
            }
            Output::TakeNewActor => self.wants_new_actor = true,
            Output::Part => self.is_parting = true,
            _ => {}
        }
    }

    fn check(&self) {
        let count = |is: fn(&Request) -> bool| self.sent.values().filter(|request| is(request)).count();
        assert!(
            count(|r| matches!(r, Request::Push { .. })) <= MAX_IN_FLIGHT + 1,
            "too many segments in flight"
        );
        assert!(count(|r| matches!(r, Request::Pull { .. })) <= 1, "two pulls at once");
        if self.session.phase() != &Phase::Live {
            assert!(!self.session.is_settled(), "settled without a session");
        }
        if self.session.phase() == &Phase::Waiting && !self.wants_new_actor {
            assert!(self.session.wake_at_ms().is_some(), "the machine waits for ever");
        }
    }

    fn input(&mut self) -> Input {
        if std::mem::take(&mut self.is_parting) {
            // No more than there is.
            return Input::Parting { acknowledged: self.handed };
        }
        match self.source.byte() % 17 {
            0 => Input::Connected,
            1 => Input::Disconnected { code: self.source.text(), message: String::new() },
            2..=6 => self.reply(),
            7 => Input::Compared { rehold: self.positions() },
            8 | 9 => self.segments(),
            10 => Input::PageDurable { upstream: self.upstream(), positions: self.positions() },
            11 => Input::PageRefused { upstream: self.upstream(), positions: self.positions() },
            12 => Input::NewOps,
            13 => Input::Want(self.positions().into_iter().map(|position| position.scope).collect()),
            14 => start(),
            15 => Input::GiveBackWaits,
            _ => {
                self.now_ms += self.source.number() % 200_000;
                Input::Tick
            }
        }
    }

    fn positions(&mut self) -> Vec<Position> {
        (0..self.source.below(6))
            .map(|n| Position { scope: Scope::patient(&n.to_string()), at: self.source.number() })
            .collect()
    }

    fn segments(&mut self) -> Input {
        let lane = Lane(self.source.byte() % 5);
        let mut first = self.handed.get(usize::from(lane.0)).map_or(1, |last| last.saturating_add(1));
        let mut ready = Vec::new();
        for _ in 0..self.source.below(4) {
            let last = first.saturating_add(self.source.number() % 100);
            ready.push(Ready { first, last, bytes: vec![0; self.source.below(8)] });
            first = last.saturating_add(1);
        }
        Input::Segments { lane, ready }
    }

    /// An answer to something in flight, or to nothing; of the right kind mostly.
    fn reply(&mut self) -> Input {
        let at = self.source.below(8);
        let id =
            self.sent.keys().copied().nth(at).or_else(|| self.sent.keys().copied().last()).unwrap_or(1 << 40);
        let kind = self.source.byte() % 8;
        let response = match (kind, self.sent.get(&id)) {
            (0, _) => self.refusal(),
            (1, _) => Response::decode(&frame::response(&mut Source::new(self.source.chunk())))
                .unwrap_or(Response::Done { count: 0 }),
            (2, _) => Response::decode(self.source.chunk()).unwrap_or(Response::Page(Page::default())),
            (_, Some(Request::Hello { .. })) => self.welcome(),
            (_, Some(Request::Push { .. })) => {
                let actor = ActorId([1 + self.source.byte() / 250; 16]);
                Response::Ack { actor, lane: Lane(self.source.byte() % 6), through: self.source.number() }
            }
            (_, Some(Request::Pull { .. })) => self.page(),
            _ => Response::Done { count: self.source.number() },
        };
        Input::Reply { id, response }
    }

    fn refusal(&mut self) -> Response {
        let code = CODES[self.source.below(CODES.len())].to_owned();
        Response::Refused { code, message: String::new(), retryable: self.source.byte() > 127 }
    }

    /// Now and then a page of an earlier upstream's becomes durable.
    fn upstream(&mut self) -> ActorId {
        if self.source.byte().is_multiple_of(8) { ActorId([8; 16]) } else { UPSTREAM }
    }

    fn welcome(&mut self) -> Response {
        let known = (0..self.source.below(4))
            .map(|_| Reach {
                actor: ActorId([1 + self.source.byte() / 250; 16]),
                lane: Lane(self.source.byte() % 6),
                seq: self.source.number(),
                hash: [0; 32],
            })
            .collect();
        Response::Welcome {
            protocol: self.source.byte(),
            upstream: UPSTREAM,
            known,
            waiting: self.source.number(),
        }
    }

    fn page(&mut self) -> Response {
        let visits = self
            .positions()
            .into_iter()
            .map(|position| Visit { scope: position.scope, from: 0, to: position.at, more: position.at > 9 })
            .collect();
        Response::Page(Page { visits, ops: vec![], states: vec![], waiting: self.source.number() })
    }
}
