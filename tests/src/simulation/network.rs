//! The network between simulated replicas: it loses, repeats, delays and reorders, but does not invent.

use holdfast_core::id::ActorId;

use super::dice::Dice;
use super::oracle::Saves;

/// What travels.
#[derive(Clone, Debug)]
pub enum Cargo {
    /// An encoded request.
    Request(Vec<u8>),
    /// An encoded response, the saves that a state in it stands for.
    Response {
        /// As `Response::encode` wrote it.
        bytes: Vec<u8>,
        /// Saves that the whole states in a page contain.
        states: Saves,
    },
}

/// One message on its way.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// Number of the replica that asks.
    pub down: usize,
    /// Number of the replica that answers.
    pub up: usize,
    /// The process it goes to: a later one never gets it.
    pub boot: u64,
    /// The process that asked.
    pub asker_boot: u64,
    /// The connection it belongs to.
    pub session: u64,
    /// The request's number at its machine.
    pub ask: u64,
    /// The upstream that greeted it.
    pub upstream: Option<ActorId>,
    /// The content.
    pub cargo: Cargo,
}

/// Messages on their way, in the order sent.
#[derive(Default)]
pub struct Network {
    envelopes: Vec<Envelope>,
}

impl Network {
    /// Sends a message.
    pub fn send(&mut self, envelope: Envelope) {
        self.envelopes.push(envelope);
    }

    /// Whether nothing is on its way.
    pub fn is_empty(&self) -> bool {
        self.envelopes.is_empty()
    }

    /// The message that arrives next: mostly the oldest, sometimes any; now and then one is lost or comes twice.
    pub fn next(&mut self, dice: &mut Dice, trouble: usize) -> Option<Envelope> {
        if self.envelopes.is_empty() {
            return None;
        }
        let at = if dice.chance(trouble) { dice.below(self.envelopes.len()) } else { 0 };
        if dice.chance(trouble / 4) {
            self.envelopes.remove(at);
            return None;
        }
        if dice.chance(trouble / 4) {
            return Some(self.envelopes[at].clone());
        }
        Some(self.envelopes.remove(at))
    }

    /// The oldest message, without trouble.
    pub fn next_in_order(&mut self) -> Option<Envelope> {
        if self.envelopes.is_empty() { None } else { Some(self.envelopes.remove(0)) }
    }

    /// Forgets everything that is on its way.
    pub fn clear(&mut self) {
        self.envelopes.clear();
    }
}
