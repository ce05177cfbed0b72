//! Our register against `crdts::MVReg` and our sets against `crdts::Orswot`, on histories that these can do: each
//! actor writes from what it has read just now, and ops arrive in causal order (both lose values otherwise).

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says aloud what it skipped"
)]

mod common;

use std::collections::BTreeSet;

use common::{actor, empty};
use crdts::{CmRDT, MVReg, Orswot, mvreg, orswot};
use holdfast_core::hlc::Hlc;
use holdfast_core::id::{ActorId, Dot, Lane};
use holdfast_core::op::{Change, Op, member_key};
use holdfast_core::state::{EntityState, Register};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Put { at: usize, value: u8 },
    Add { at: usize, member: u8 },
    Remove { at: usize, member: u8 },
    Give { from: usize, to: usize },
}

enum TheirOp {
    Put(mvreg::Op<u8, ActorId>),
    Set(orswot::Op<u8, ActorId>),
}

#[derive(Clone)]
struct Site {
    ours: EntityState,
    register: MVReg<u8, ActorId>,
    set: Orswot<u8, ActorId>,
    has: Vec<usize>,
}

#[derive(Default)]
struct Logs(Vec<(Op, TheirOp)>);

fn site() -> Site {
    Site { ours: empty(), register: MVReg::new(), set: Orswot::new(), has: Vec::new() }
}

fn key(member: u8) -> String {
    member_key("tags", &member.to_string())
}

impl Site {
    fn take(&mut self, at: usize, logs: &Logs) {
        if self.has.contains(&at) {
            return;
        }
        self.has.push(at);
        let (op, theirs) = &logs.0[at];
        self.ours.apply(op);
        match theirs {
            TheirOp::Put(op) => self.register.apply(op.clone()),
            TheirOp::Set(op) => self.set.apply(op.clone()),
        }
    }

    fn pred(&self, key: &str) -> Vec<holdfast_core::op::EntityDot> {
        self.ours.registers.get(key).map(Register::dots).unwrap_or_default()
    }

    fn check(&self) {
        let ours: BTreeSet<String> = self.ours.values("name").map(str::to_owned).collect();
        let theirs: BTreeSet<String> = self.register.read().val.iter().map(u8::to_string).collect();
        assert_eq!(ours, theirs);
        let ours: BTreeSet<String> = self.ours.set_members("tags").into_iter().map(str::to_owned).collect();
        let theirs: BTreeSet<String> = self.set.read().val.iter().map(u8::to_string).collect();
        assert_eq!(ours, theirs);
    }
}

fn write(sites: &mut [Site], logs: &mut Logs, at: usize, change: Change, theirs: TheirOp) {
    let seq = logs.0.len() as u64 + 1;
    let op = Op {
        dot: Dot { actor: actor(at), lane: Lane::CHART, seq },
        hlc: Hlc::new(seq, 0),
        entity: common::entity(),
        author: "a".into(),
        changes: vec![change],
    };
    logs.0.push((op, theirs));
    sites[at].take(logs.0.len() - 1, logs);
}

fn step(sites: &mut [Site], logs: &mut Logs, step: &Step) {
    match *step {
        Step::Put { at, value } => {
            let ctx = sites[at].register.read_ctx().derive_add_ctx(actor(at));
            let theirs = TheirOp::Put(sites[at].register.write(value, ctx));
            let change =
                Change { key: "name".into(), pred: sites[at].pred("name"), value: Some(value.to_string()) };
            write(sites, logs, at, change, theirs);
        }
        Step::Add { at, member } => {
            let ctx = sites[at].set.read_ctx().derive_add_ctx(actor(at));
            let theirs = TheirOp::Set(sites[at].set.add(member, ctx));
            let change =
                Change { key: key(member), pred: sites[at].pred(&key(member)), value: Some("0".into()) };
            write(sites, logs, at, change, theirs);
        }
        Step::Remove { at, member } => {
            let ctx = sites[at].set.contains(&member).derive_rm_ctx();
            let theirs = TheirOp::Set(sites[at].set.rm(member, ctx));
            let change = Change { key: key(member), pred: sites[at].pred(&key(member)), value: None };
            write(sites, logs, at, change, theirs);
        }
        Step::Give { from, to } => {
            for at in sites[from].has.clone() {
                sites[to].take(at, logs);
            }
        }
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => (0usize..3, 0u8..5).prop_map(|(at, value)| Step::Put { at, value }),
        2 => (0usize..3, 0u8..3).prop_map(|(at, member)| Step::Add { at, member }),
        1 => (0usize..3, 0u8..3).prop_map(|(at, member)| Step::Remove { at, member }),
        3 => (0usize..3, 0usize..3).prop_map(|(from, to)| Step::Give { from, to }),
    ];
    prop::collection::vec(step, 1..50)
}

proptest! {
    #![proptest_config(common::cases(2000))]

    #[test]
    fn registers_and_sets_agree_with_crdts(history in steps()) {
        let mut sites = vec![site(), site(), site()];
        let mut logs = Logs::default();
        for one in &history {
            step(&mut sites, &mut logs, one);
            sites.iter().for_each(Site::check);
        }
    }
}

/// The must-fail control: what traps.md says `MVReg` gets wrong, ours gets right.
#[test]
fn two_tabs_of_one_actor_lose_no_value_here() {
    let mut theirs: MVReg<u8, ActorId> = MVReg::new();
    let ctx = theirs.read_ctx();
    let (first, second) = (
        theirs.write(1, ctx.derive_add_ctx(actor(0))),
        theirs.write(2, theirs.read_ctx().derive_add_ctx(actor(0))),
    );
    theirs.apply(first);
    theirs.apply(second);
    assert_eq!(theirs.read().val.len(), 1, "the oracle lost one");
    let mut sites = [site()];
    let mut ours = empty();
    for seq in [1, 2] {
        let change = Change { key: "name".into(), pred: sites[0].pred("name"), value: Some(seq.to_string()) };
        let dot = Dot { actor: actor(0), lane: Lane::CHART, seq };
        let op = Op {
            dot,
            hlc: Hlc::new(seq, 0),
            entity: common::entity(),
            author: "a".into(),
            changes: vec![change],
        };
        ours.apply(&op);
    }
    sites[0].ours = ours;
    assert_eq!(sites[0].ours.values("name").count(), 2);
}
