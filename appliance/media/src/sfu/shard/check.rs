//! A device check: a connection that is in no visit, with one data channel on which the relay says back what it hears. It shows a page
//! that the path to this relay works, directly or through TURN, before there is anybody to be heard.

use super::super::offer::{self, Shape};
use super::super::peer::{Begin, Peer};
use super::{Load, Refused, Shard};
use crate::room::admission::Full;
use crate::room::{ESTIMATE_AT_FIRST_BPS, Ix};
use std::time::Instant;

/// Checks at a time: each lasts 20 s at the most. One more is told that the relay is full, which touches no visit.
const CHECKS: usize = 64;
/// No visit has it.
const NOWHERE: usize = usize::MAX;

impl Shard {
    /// Takes the offer of one; its answer.
    pub(super) fn check(&mut self, now: Instant, sdp: &str) -> Result<String, Refused> {
        offer::read_check(sdp)?;
        if self.peers.iter_mut().filter(|(_, peer)| peer.is_check).count() >= CHECKS {
            Load::add(&self.config.load.refused, 1);
            return Err(Refused::Full(Full::Busy));
        }
        let begin = Begin {
            candidates: &self.candidates,
            certificate: &self.config.certificate,
            room: NOWHERE,
            ix: Ix::FIRST,
            now,
            estimate_bps: ESTIMATE_AT_FIRST_BPS,
        };
        let (mut peer, sdp) = Peer::begin(&begin, sdp, Shape::default())?;
        peer.is_check = true;
        let key = self.peers.insert(peer);
        self.soil(key);
        Ok(sdp)
    }
}
