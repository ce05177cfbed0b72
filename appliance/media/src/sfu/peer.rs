//! One member's connection: `str0m`, what was agreed on, and which of its streams is which slot or source.

use super::answer;
use super::guard::guarded;
use super::offer::{BadOffer, Shape};
use crate::room::red;
use crate::room::{Codec, Forward, Ix, Layer, Slot, Source};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use str0m::bwe::Bitrate;
use str0m::change::SdpOffer;
use str0m::channel::ChannelData;
use str0m::config::{DtlsCert, DtlsVersion};
use str0m::format::Codec as StrCodec;
use str0m::media::{KeyframeRequestKind, Mid, Pt, Rid};
use str0m::rtp::{ExtensionValues, RtpPacket, RtpWrite, Ssrc, Vp8Descriptor};
use str0m::{Candidate, Rtc, RtcConfig};

/// Addresses kept of one member: those that its browser tries, and a few that it had.
const ADDRESSES_MAX: usize = 16;

/// How often a link is looked at.
const STATS_EVERY: Duration = Duration::from_secs(1);

/// Datagrams are at most this long: what Chromium makes them, and what passes a tunnel over Ethernet.
const MTU: std::ops::RangeInclusive<usize> = 1_150..=1_500;

pub(super) struct Peer {
    pub(super) rtc: Rtc,
    pub(super) room: usize,
    pub(super) ix: Ix,
    pub(super) created: Instant,
    pub(super) heard: Instant,
    pub(super) timeout: Instant,
    pub(super) connected: bool,
    pub(super) quiet: bool,
    /// A device check: it is in no visit, and what it says is said back.
    pub(super) is_check: bool,
    pub(super) dirty: bool,
    pub(super) ufrags: Vec<String>,
    pub(super) addresses: Vec<SocketAddr>,
    pub(super) link: Link,
    shape: Shape,
    audio: Vec<Ssrc>,
    video: Vec<Ssrc>,
    sources: Vec<(Ssrc, Source, Layer)>,
    types: Types,
}

/// What was measured of the link lately.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Link {
    pub(super) loss_down: Option<f32>,
    pub(super) loss_up: Option<f32>,
    pub(super) round_trip: Option<Duration>,
    pub(super) estimate_bps: Option<u64>,
    pub(super) told: Option<Instant>,
}

/// Payload types, both ways.
struct Types {
    of_codec: [Option<Pt>; 4],
    of_type: [Option<Codec>; 128],
}

/// What a connection begins with.
pub(super) struct Begin<'a> {
    pub(super) candidates: &'a [Candidate],
    pub(super) certificate: &'a DtlsCert,
    pub(super) room: usize,
    pub(super) ix: Ix,
    pub(super) now: Instant,
    pub(super) estimate_bps: u64,
}

impl Peer {
    /// Takes an offer; gives the connection, and the answer.
    pub(super) fn begin(begin: &Begin<'_>, sdp: &str, shape: Shape) -> Result<(Self, String), BadOffer> {
        let mut rtc = config(begin).build(begin.now);
        for candidate in begin.candidates {
            rtc.add_local_candidate(candidate.clone());
        }
        let answer = accept(&mut rtc, sdp, &shape)?;
        let mut peer = Self {
            types: Types::agreed(&rtc, &shape),
            rtc,
            room: begin.room,
            ix: begin.ix,
            created: begin.now,
            heard: begin.now,
            timeout: begin.now,
            connected: false,
            quiet: false,
            is_check: false,
            dirty: false,
            ufrags: Vec::new(),
            addresses: Vec::new(),
            link: Link::default(),
            shape,
            audio: Vec::new(),
            video: Vec::new(),
            sources: Vec::new(),
        };
        peer.audio = peer.streams(|shape| &shape.audio)?;
        peer.video = peer.streams(|shape| &shape.video)?;
        peer.ufrags.extend(answer::ufrag(&answer).map(str::to_owned));
        Ok((peer, answer))
    }

    /// Says something back.
    pub(super) fn echo(&mut self, said: &ChannelData) {
        if let Some(mut channel) = self.rtc.channel(said.id) {
            // What does not fit is lost, as on any path: that is what is measured.
            let _ = channel.write(said.binary, &said.data);
        }
    }

    /// Takes a later offer of the same page: an ICE restart, which keeps keys and streams (RFC 8445 §9).
    pub(super) fn restart(&mut self, sdp: &str, shape: &Shape) -> Result<String, BadOffer> {
        if *shape != self.shape {
            return Err(BadOffer::Refused(
                "an ICE restart has to keep the lines of the first offer".to_owned(),
            ));
        }
        let answer = accept(&mut self.rtc, sdp, shape)?;
        self.ufrags.extend(answer::ufrag(&answer).map(str::to_owned));
        Ok(answer)
    }

    fn streams(&mut self, of: impl Fn(&Shape) -> &Vec<String>) -> Result<Vec<Ssrc>, BadOffer> {
        let mids: Vec<Mid> = of(&self.shape).iter().map(|mid| Mid::from(mid.as_str())).collect();
        let mut direct = self.rtc.direct_api();
        let streams =
            mids.into_iter().map(|mid| direct.stream_tx_by_mid(mid, None).map(|stream| stream.ssrc()));
        streams
            .collect::<Option<_>>()
            .ok_or_else(|| BadOffer::Refused("a line down has no stream".to_owned()))
    }

    /// How many audio, and how many video slots there are.
    pub(super) fn slots(&self) -> usize {
        self.audio.len()
    }

    /// Notes an address that the connection answers to. Gives back one that is to be forgotten.
    pub(super) fn learn(&mut self, address: SocketAddr) -> Option<SocketAddr> {
        self.addresses.push(address);
        if self.addresses.len() > ADDRESSES_MAX { Some(self.addresses.remove(0)) } else { None }
    }

    /// Which source, layer and codec a packet is of.
    pub(super) fn source_of(&mut self, packet: &RtpPacket) -> Option<(Source, Layer, Codec)> {
        let codec = self.types.of_type[usize::from(*packet.header.payload_type & 0x7f)]?;
        let ssrc = packet.header.ssrc;
        if let Some(&(_, source, layer)) = self.sources.iter().find(|(known, ..)| *known == ssrc) {
            return Some((source, layer, codec));
        }
        let mut direct = self.rtc.direct_api();
        let stream = direct.stream_rx(&ssrc)?;
        let (mid, rid) = (stream.mid(), stream.rid());
        let at = self.shape.up.iter().position(|up| Mid::from(up.as_str()) == mid)?;
        let (source, layer) = (Source::ALL[at], Layer::of_rid(rid.as_deref())?);
        // Another stream of the same source and layer takes the place of the one before.
        self.sources.retain(|&(_, old, of)| (old, of) != (source, layer));
        self.sources.push((ssrc, source, layer));
        Some((source, layer, codec))
    }

    /// Sends a packet on to this member.
    pub(super) fn forward(&mut self, forward: &Forward, codec: Codec, packet: &RtpPacket) {
        let (pt, payload) = match (self.types.of_codec[codec as usize], codec) {
            (Some(pt), _) => (pt, packet.payload.clone()),
            // Whoever does not take the repeats gets the frame that they stand beside.
            (None, Codec::OpusRed) => {
                match (self.types.of_codec[Codec::Opus as usize], red::primary(&packet.payload)) {
                    (Some(pt), Some(primary)) => (pt, primary.into()),
                    _ => return,
                }
            }
            (None, _) => return,
        };
        let (ssrc, is_audio) = match forward.slot {
            Slot::Audio(at) => (self.audio.get(usize::from(at)), true),
            Slot::Video(at) => (self.video.get(usize::from(at)), false),
        };
        let Some(ssrc) = ssrc else { return };
        let numbers = forward.numbers;
        let header = &packet.header;
        let mut write = RtpWrite::new(pt, numbers.seq.into(), numbers.time, packet.timestamp, payload)
            .marker(header.marker)
            .nackable(!is_audio)
            .ext_vals(ExtensionValues {
                audio_level: header.ext_vals.audio_level,
                voice_activity: header.ext_vals.voice_activity,
                video_orientation: header.ext_vals.video_orientation,
                ..ExtensionValues::default()
            });
        if let Some(vp8) = numbers.vp8 {
            let patch = Vp8Descriptor::parse(&packet.payload).ok().and_then(|descriptor| {
                let patch = descriptor.patch().picture_id(vp8.picture);
                match vp8.base {
                    Some(base) => patch.tl0_pic_idx(base).build().ok(),
                    None => patch.build().ok(),
                }
            });
            if let Some(patch) = patch {
                write = write.vp8_patch(patch);
            }
        }
        if let Some(stream) = self.rtc.direct_api().stream_tx(ssrc) {
            stream.write_rtp(write);
        }
    }

    /// Asks for a keyframe.
    pub(super) fn ask_keyframe(&mut self, source: Source, layer: Layer) {
        let mid = Mid::from(self.shape.up[source.index()].as_str());
        let known =
            self.sources.iter().find(|(_, of, at)| (*of, *at) == (source, layer)).map(|(ssrc, ..)| *ssrc);
        let mut direct = self.rtc.direct_api();
        let stream = match known {
            Some(ssrc) => direct.stream_rx(&ssrc),
            None => {
                let rid = if layer == Layer::Low { "q" } else { "f" };
                direct.stream_rx_by_mid(mid, Some(Rid::from(rid)))
            }
        };
        if let Some(stream) = stream {
            stream.request_keyframe(KeyframeRequestKind::Pli);
        }
    }

    /// Which video slot a line is.
    pub(super) fn video_slot(&self, mid: Mid) -> Option<u8> {
        self.shape.video.iter().position(|one| Mid::from(one.as_str()) == mid).map(|at| at as u8)
    }

    /// What the link is to be probed for. Nothing is sustained by padding: a patient's mobile data is not spent on it.
    pub(super) fn set_bitrate(&mut self, desired_bps: u64) {
        self.rtc.bwe().set_bitrate(Bitrate::ZERO, Bitrate::bps(desired_bps));
    }
}

fn config(begin: &Begin<'_>) -> RtcConfig {
    RtcConfig::new()
        .set_ice_lite(true)
        .set_rtp_mode(true)
        .set_dtls_cert(begin.certificate.clone())
        .set_dtls_version(DtlsVersion::Auto)
        .clear_codecs()
        .enable_opus(true, true)
        .enable_vp8(true)
        .enable_h264(true)
        .enable_bwe(Some(Bitrate::bps(begin.estimate_bps)))
        .set_stats_interval(Some(STATS_EVERY))
        .set_mtu(MTU)
}

fn accept(rtc: &mut Rtc, sdp: &str, shape: &Shape) -> Result<String, BadOffer> {
    let accepted = guarded(|| accept_unguarded(rtc, sdp, shape));
    accepted.unwrap_or_else(|| Err(BadOffer::Refused("it cannot be read".to_owned())))
}

fn accept_unguarded(rtc: &mut Rtc, sdp: &str, shape: &Shape) -> Result<String, BadOffer> {
    let offer = SdpOffer::from_sdp_string(sdp).map_err(|error| BadOffer::Refused(error.to_string()))?;
    let answer = rtc.sdp_api().accept_offer(offer).map_err(|error| BadOffer::Refused(error.to_string()))?;
    Ok(answer::with_seats(&answer.to_sdp_string(), shape))
}

impl Types {
    fn agreed(rtc: &Rtc, shape: &Shape) -> Self {
        let mut types = Self { of_codec: [None; 4], of_type: [None; 128] };
        let agreed = |mid: &str, pt: Pt| {
            rtc.media(Mid::from(mid)).is_some_and(|media| media.remote_pts().contains(&pt))
        };
        for params in rtc.codec_config().params() {
            let (codec, up, down) = match params.spec().codec {
                StrCodec::Opus => (Codec::Opus, &shape.up[0], &shape.audio),
                StrCodec::Vp8 => (Codec::Vp8, &shape.up[1], &shape.video),
                StrCodec::H264 => (Codec::H264, &shape.up[1], &shape.video),
                _ => continue,
            };
            let pt = params.pt();
            if agreed(up, pt) {
                types.of_type[usize::from(*pt & 0x7f)] = Some(codec);
            }
            if down.first().is_some_and(|mid| agreed(mid, pt)) {
                types.of_codec[codec as usize].get_or_insert(pt);
            }
            if let Some(red) = params.red().filter(|_| codec == Codec::Opus) {
                types.of_type[usize::from(*red & 0x7f)] = Some(Codec::OpusRed);
                types.of_codec[Codec::OpusRed as usize] = Some(red);
            }
        }
        types
    }
}

/// The certificate of a run's DTLS sessions.
pub type Certificate = DtlsCert;

/// Makes one; `None` if the system gives no randomness.
pub fn make_certificate() -> Option<Certificate> {
    str0m::crypto::from_feature_flags().dtls_provider.generate_certificate()
}

/// Takes an offer as a shard does, with nothing behind it; for the fuzzer.
#[doc(hidden)]
pub fn take_offer(sdp: &str, certificate: &DtlsCert) -> Result<String, BadOffer> {
    let shape = super::offer::read(sdp)?;
    let candidate = Candidate::host(SocketAddr::from(([127, 0, 0, 1], 9)), "udp");
    let candidates: Vec<Candidate> = candidate.into_iter().collect();
    let now = Instant::now();
    let begin =
        Begin { candidates: &candidates, certificate, room: 0, ix: Ix::FIRST, now, estimate_bps: 1_000_000 };
    let rtc = &mut config(&begin).build(now);
    accept_unguarded(rtc, sdp, &shape)
}
