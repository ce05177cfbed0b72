//! A replica that is revoked: what was never acknowledged is handed over for a person to review.

use super::{LaneProgress, Output, Phase, Session};

impl Session {
    /// Revoked. What was never acknowledged is handed over on this connection, and then the upstream is left alone.
    pub(super) fn part(&mut self, code: String, message: String) {
        self.forget_connection();
        self.waiting = 0;
        self.last_error = Some((code, message));
        self.phase = Phase::Parting;
        self.out.push_back(Output::Part);
    }

    pub(super) fn parting(&mut self, acknowledged: [u64; 4]) {
        if self.phase != Phase::Parting || self.is_parting {
            return;
        }
        self.is_parting = true;
        for (at, lane) in self.lanes.iter_mut().enumerate() {
            *lane =
                LaneProgress { sent: acknowledged[at].max(self.handed_over[at]), ..LaneProgress::default() };
        }
    }

    /// Hands over more, and leaves once everything is handed over.
    pub(super) fn part_more(&mut self, now_ms: u64) {
        if !self.is_parting {
            return;
        }
        self.push_more(now_ms);
        let is_done = self.lanes.iter().all(|lane| lane.is_drained && lane.ready.is_empty());
        if is_done && self.in_flight.is_empty() {
            let (code, message) = self.last_error.clone().unwrap_or_default();
            self.fail(now_ms, code, message);
            self.wait_long(now_ms);
        }
    }
}
