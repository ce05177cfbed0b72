//! What comes out of a connection: datagrams to send, packets to forward, and what its state is.

use super::super::event::{Event, Gone};
use super::super::guard::guarded;
use super::super::peers::Key;
use super::{Load, Shard};
use crate::room::{Output, Packet, Picture};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use str0m::bwe::BweKind;
use str0m::rtp::RtpPacket;
use str0m::stats::PeerStats;
use str0m::{Event as RtcEvent, Output as RtcOutput, RtcError};

/// How often the clinic role is told how a link is.
const QUALITY_EVERY: Duration = Duration::from_secs(5);

impl Shard {
    /// Takes everything that a connection has to say, until it waits.
    pub(super) fn drain(&mut self, now: Instant, key: Key, learning: Option<SocketAddr>) {
        loop {
            let Some(peer) = self.peers.get_mut(key) else { return };
            let Some(output) = guarded(|| peer.rtc.poll_output()) else {
                self.broke(now, key, None);
                return;
            };
            match output {
                Ok(RtcOutput::Timeout(at)) => {
                    peer.timeout = at;
                    return;
                }
                Ok(RtcOutput::Transmit(transmit)) => {
                    if learning == Some(transmit.destination) {
                        peer.heard = now;
                        self.peers.learn(key, transmit.destination);
                    }
                    let sent = self.socket.send(
                        Some(transmit.source.ip()),
                        transmit.destination,
                        &transmit.contents,
                    );
                    Load::add(if sent { &self.config.load.sent } else { &self.config.load.unsent }, 1);
                }
                Ok(RtcOutput::Event(RtcEvent::RtpPacket(packet))) => self.forward(now, key, &packet),
                Ok(RtcOutput::Event(event)) => {
                    if !self.happened(now, key, event) {
                        return;
                    }
                }
                Err(error) => {
                    self.broke(now, key, Some(&error));
                    return;
                }
            }
        }
    }

    /// Writes a packet to everybody who is to have it; they are drained later, once for all packets.
    fn forward(&mut self, now: Instant, key: Key, packet: &RtpPacket) {
        let Some(peer) = self.peers.get_mut(key) else { return };
        let (room, from) = (peer.room, peer.ix);
        let Some((source, layer, codec)) = peer.source_of(packet) else { return };
        let at = self.at(now);
        let Some(visit) = self.visits.get_mut(room).and_then(Option::as_mut) else { return };
        let seen = Packet {
            seq: *packet.seq_no,
            time: packet.header.timestamp,
            bytes: packet.payload.len(),
            codec,
            picture: Picture::of(codec, &packet.payload),
        };
        let forwards = visit.room.packet(at, from, source, layer, &seen);
        let peers = visit.peers;
        let mut count = 0;
        for forward in forwards {
            let Some(to) = peers[forward.to.index()] else { continue };
            if let Some(peer) = self.peers.get_mut(to) {
                peer.forward(&forward, codec, packet);
                count += 1;
            }
            self.soil(to);
        }
        Load::add(&self.config.load.forwarded, count);
        self.settle(now, room);
    }

    /// False if the connection is gone with it.
    fn happened(&mut self, now: Instant, key: Key, event: RtcEvent) -> bool {
        let at = self.at(now);
        let Some(peer) = self.peers.get_mut(key) else { return false };
        let (room, ix) = (peer.room, peer.ix);
        match event {
            RtcEvent::Connected => self.connected(now, key),
            RtcEvent::KeyframeRequest(request) => {
                let slot = peer.video_slot(request.mid);
                if let (Some(slot), Some(visit)) = (slot, self.visit_mut(room)) {
                    visit.room.keyframe_asked(at, ix, slot);
                    self.settle(now, room);
                }
            }
            RtcEvent::EgressBitrateEstimate(BweKind::Twcc { estimate, can_probe }) => {
                peer.link.estimate_bps = can_probe.then_some(estimate.as_u64());
                if let (true, Some(visit)) = (can_probe, self.visit_mut(room)) {
                    visit.room.set_estimate(at, ix, estimate.as_u64());
                    self.settle(now, room);
                }
            }
            RtcEvent::PeerStats(stats) => self.measured(now, key, &stats),
            RtcEvent::ChannelData(said) if peer.is_check => peer.echo(&said),
            RtcEvent::Closed => {
                self.part(now, key, Gone::Closed);
                return false;
            }
            _ => {}
        }
        true
    }

    fn connected(&mut self, now: Instant, key: Key) {
        let at = self.at(now);
        let Some(peer) = self.peers.get_mut(key) else { return };
        peer.connected = true;
        let (room, ix, after) = (peer.room, peer.ix, now.duration_since(peer.created));
        if let Some((visit, member)) = self.names(room, ix) {
            self.emit(Event::Connected { visit, member, after_ms: after.as_millis() as u64 });
        }
        if let Some(visit) = self.visit_mut(room) {
            visit.room.connected(at, ix);
        }
        self.settle(now, room);
    }

    fn measured(&mut self, now: Instant, key: Key, stats: &PeerStats) {
        let at = self.at(now);
        let Some(peer) = self.peers.get_mut(key) else { return };
        let link = &mut peer.link;
        link.loss_down = stats.egress_loss_fraction.or(link.loss_down);
        link.loss_up = stats.ingress_loss_fraction.or(link.loss_up);
        let pair = stats.selected_candidate_pair.as_ref().and_then(|pair| pair.current_round_trip_time);
        link.round_trip = stats.rtt.or(pair).or(link.round_trip);
        let loss = link.loss_down.unwrap_or(0.0).max(link.loss_up.unwrap_or(0.0));
        let round_trip = link.round_trip.unwrap_or_default();
        let tell = link.told.is_none_or(|told| now.duration_since(told) >= QUALITY_EVERY);
        if tell {
            link.told = Some(now);
        }
        let (link, room, ix, connected) = (*link, peer.room, peer.ix, peer.connected);
        if let Some(visit) = self.visit_mut(room).filter(|_| connected) {
            visit.room.measured(at, ix, loss, round_trip, link.estimate_bps.is_some());
        }
        self.settle(now, room);
        if let Some((visit, member)) = self.names(room, ix).filter(|_| tell) {
            self.emit(Event::Quality {
                visit,
                member,
                loss_down_pct: link.loss_down.map(|loss| loss * 100.0),
                loss_up_pct: link.loss_up.map(|loss| loss * 100.0),
                round_trip_ms: link.round_trip.map(|way| way.as_millis() as u64),
                estimate_kbps: link.estimate_bps.map(|bps| bps / 1_000),
            });
        }
    }

    /// A connection broke a rule of its protocol, or met a mistake in the library (no error then): it is dropped, and
    /// nothing else.
    pub(super) fn broke(&mut self, now: Instant, key: Key, error: Option<&RtcError>) {
        match error {
            Some(error) => {
                tracing::warn!(error.code = "media-broken", error.text = %error, "a connection broke a rule")
            }
            None => tracing::error!(
                error.code = "media-panic",
                "a connection met a mistake in the WebRTC library"
            ),
        }
        self.part(now, key, Gone::Broken);
    }

    /// Does what the room wants done.
    pub(super) fn settle(&mut self, _now: Instant, room: usize) {
        loop {
            let Some(visit) = self.visits.get_mut(room).and_then(Option::as_mut) else { return };
            let Some(output) = visit.room.poll() else { return };
            match output {
                Output::Keyframe { from, source, layer } => {
                    if let Some(key) = visit.peers[from.index()] {
                        if let Some(peer) = self.peers.get_mut(key) {
                            peer.ask_keyframe(source, layer);
                        }
                        self.soil(key);
                    }
                }
                Output::Slots(ix) => {
                    let slots = visit.room.slots(ix);
                    if let Some((visit, member)) = self.names(room, ix) {
                        self.emit(Event::Slots { visit, member, slots });
                    }
                }
                Output::Level { member: ix, level, because } => {
                    if let Some((visit, member)) = self.names(room, ix) {
                        self.emit(Event::Degrade { visit, member, level, because });
                    }
                }
                Output::Desired { member, desired_bps } => {
                    if let Some(key) = visit.peers[member.index()] {
                        if let Some(peer) = self.peers.get_mut(key) {
                            peer.set_bitrate(desired_bps);
                        }
                        self.soil(key);
                    }
                }
            }
        }
    }
}
