//! One call: set up, joined, left.

use crate::asked::{Asked, CountAsked};
use crate::control::Signalling;
use crate::error::CallError;
use crate::received::{Arrived, Received, Report};
use crate::sending::Sending;
use async_trait::async_trait;
use rtc::interceptor::Slot;
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::RTCConfigurationBuilder;
use rtc::peer_connection::configuration::interceptor_registry::register_default_interceptors;
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_OPUS, MIME_TYPE_VP8, MediaEngine};
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodingParameters, RTCRtpEncodingParameters, RTCRtpHeaderExtensionCapability,
    RtpCodecKind,
};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use webrtc::error::Error;
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_sample::TrackLocalStaticSample;
use webrtc::media_stream::track_remote::{TrackRemote, TrackRemoteEvent};
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCIceGatheringState, RTCIceServer,
    RTCIceTransportPolicy, RTCPeerConnectionState, Registry,
};
use webrtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit, RtpSender};
use webrtc::runtime::default_runtime;

/// Where the level of sound is written (RFC 6464 §3).
const LEVEL_URI: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";

/// How often a slot that cannot go on asks for a keyframe.
const ASK_EVERY: Duration = Duration::from_millis(500);

/// Where the stage that sees who asks for keyframes stands: nearest to the network, before anything ends feedback.
const ASKED_AT: usize = 100;

/// A TURN server to go through.
#[derive(Debug, Clone)]
pub struct Turn {
    /// `turn:HOST:PORT?transport=udp` and the like (RFC 7065).
    pub url: String,
    /// Name.
    pub username: String,
    /// Password.
    pub password: String,
}

/// How a call is made.
#[derive(Debug, Clone)]
pub struct CallOptions {
    /// The address of this machine that is sent from.
    pub from: IpAddr,
    /// Goes through this server, and no other way.
    pub turn: Option<Turn>,
    /// How many audio and how many video slots there are, 1 to 5.
    pub slots: usize,
    /// How long the connection may take to come about.
    pub patience: Duration,
    /// Sends nothing, and only receives.
    pub listens: bool,
}

impl Default for CallOptions {
    fn default() -> Self {
        let from = IpAddr::from([127, 0, 0, 1]);
        Self { from, turn: None, slots: 5, patience: Duration::from_secs(10), listens: false }
    }
}

/// A call that runs.
pub struct Call<'a> {
    signalling: &'a dyn Signalling,
    visit: String,
    member: String,
    connection: Box<dyn PeerConnection>,
    received: Arc<Received>,
    joined_ms: u64,
    tasks: Vec<JoinHandle<()>>,
}

struct Handler {
    gathered: watch::Sender<bool>,
    state: watch::Sender<RTCPeerConnectionState>,
    received: Arc<Received>,
}

impl<'a> Call<'a> {
    /// Joins.
    ///
    /// # Errors
    /// [`CallError`]: what could not be set up, reached or taken in, or that no media came through.
    pub async fn join(
        signalling: &'a dyn Signalling,
        visit: &str,
        member: &str,
        options: CallOptions,
    ) -> Result<Self, CallError> {
        let since = Instant::now();
        let received = Arc::new(Received::new(since));
        let (gathered, mut gathering) = watch::channel(false);
        let (state, mut states) = watch::channel(RTCPeerConnectionState::New);
        let handler = Handler { gathered, state, received: Arc::clone(&received) };
        let asked = Asked::default();
        let connection = connection(&options, Arc::new(handler), Arc::clone(&asked)).await?;
        let sending = lines(&*connection, options.slots, &asked).await?;
        let offer = connection.create_offer(None).await.map_err(set_up("its offer"))?;
        connection.set_local_description(offer).await.map_err(set_up("its offer"))?;
        // What is not gathered by then is done without: the relay answers to whoever asks it.
        let gathered = async { gathering.wait_for(|gathered| *gathered).await.is_ok() };
        let _ = tokio::time::timeout(Duration::from_secs(3), gathered).await;
        let sdp = connection.local_description().await.map(|offer| offer.sdp).unwrap_or_default();
        let answer = signalling.offer(visit, member, sdp, false).await?;
        let answer = RTCSessionDescription::answer(answer).map_err(set_up("the answer"))?;
        connection.set_remote_description(answer).await.map_err(set_up("the answer"))?;
        // What is waited for gives a lock back, which must not be held across another wait.
        let up = async {
            states.wait_for(|state| matches!(state, RTCPeerConnectionState::Connected)).await.is_ok()
        };
        let is_up = tokio::time::timeout(options.patience, up).await.unwrap_or(false);
        if !is_up {
            let _ = connection.close().await;
            signalling.leave(visit, member).await;
            return Err(CallError::NotConnected(options.patience));
        }
        let joined_ms = since.elapsed().as_millis() as u64;
        let mut tasks = Vec::new();
        if !options.listens {
            let [tone, pattern] = sending;
            tasks.push(tokio::spawn(tone.tone()));
            tasks.push(tokio::spawn(pattern.pattern()));
        }
        let (visit, member) = (visit.to_owned(), member.to_owned());
        Ok(Self { signalling, visit, member, connection, received, joined_ms, tasks })
    }

    /// What has come in until now.
    pub fn report(&self) -> Report {
        self.received.report(self.joined_ms)
    }

    /// Leaves.
    pub async fn leave(self) {
        self.signalling.leave(&self.visit, &self.member).await;
        self.drop_out().await;
    }

    /// Is gone without a word to whoever answers offers, as a page whose tab was closed.
    pub async fn drop_out(mut self) {
        for task in self.tasks.drain(..) {
            task.abort();
        }
        let _ = self.connection.close().await;
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

fn set_up(what: &'static str) -> impl Fn(Error) -> CallError {
    move |source| CallError::SetUp { what, source }
}

async fn connection(
    options: &CallOptions,
    handler: Arc<Handler>,
    asked: Asked,
) -> Result<Box<dyn PeerConnection>, CallError> {
    let mut media = MediaEngine::default();
    media.register_default_codecs().map_err(set_up("its codecs"))?;
    let level = RTCRtpHeaderExtensionCapability { uri: LEVEL_URI.to_owned() };
    media
        .register_header_extension(level, RtpCodecKind::Audio, None)
        .map_err(set_up("its header extensions"))?;
    let registry =
        register_default_interceptors(Registry::new(), &mut media).map_err(set_up("its feedback"))?;
    let registry = registry.with(Slot::Custom(ASKED_AT), CountAsked::new(asked));
    let mut configuration = RTCConfigurationBuilder::new();
    if let Some(turn) = &options.turn {
        let server = RTCIceServer {
            urls: vec![turn.url.clone()],
            username: turn.username.clone(),
            credential: turn.password.clone(),
        };
        configuration = configuration
            .with_ice_servers(vec![server])
            .with_ice_transport_policy(RTCIceTransportPolicy::Relay);
    }
    // Multicast DNS hides addresses from web pages; here nobody has to be hidden from, and without a route for multicast the
    // connection could not even be set up.
    let settings = SettingEngineBuilder::new()
        .with_multicast_dns_mode(rtc::ice::mdns::MulticastDnsMode::Disabled)
        .with_include_loopback_candidate(options.from.is_loopback())
        .build();
    let runtime =
        default_runtime().ok_or(Error::Other("no runtime".to_owned())).map_err(set_up("its runtime"))?;
    let connection = PeerConnectionBuilder::new()
        .with_configuration(configuration.build())
        .with_setting_engine(settings)
        .with_media_engine(media)
        .with_interceptor_registry(registry)
        .with_handler(handler)
        .with_runtime(runtime)
        .with_udp_addrs(vec![format!("{}:0", bracketed(options.from))])
        .build()
        .await
        .map_err(set_up("its connection"))?;
    Ok(Box::new(connection))
}

fn bracketed(ip: IpAddr) -> String {
    if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() }
}

/// Offers the lines of decision 36; gives what is sent by the first two.
async fn lines(
    connection: &dyn PeerConnection,
    slots: usize,
    asked: &Asked,
) -> Result<[Sending; 2], CallError> {
    let tone = line_up(connection, RtpCodecKind::Audio, "microphone", asked).await?;
    let pattern = line_up(connection, RtpCodecKind::Video, "camera", asked).await?;
    let _screen = line_up(connection, RtpCodecKind::Video, "screen", asked).await?;
    for kind in [RtpCodecKind::Audio, RtpCodecKind::Video] {
        for _ in 0..slots {
            let down = RTCRtpTransceiverInit {
                direction: RTCRtpTransceiverDirection::Recvonly,
                streams: Vec::new(),
                send_encodings: Vec::new(),
            };
            connection.add_transceiver_from_kind(kind, Some(down)).await.map_err(set_up("a line down"))?;
        }
    }
    connection.create_data_channel("relay", None).await.map_err(set_up("its data channel"))?;
    Ok([tone, pattern])
}

async fn line_up(
    connection: &dyn PeerConnection,
    kind: RtpCodecKind,
    name: &str,
    asked: &Asked,
) -> Result<Sending, CallError> {
    let (mime, clock_rate, channels) = match kind {
        RtpCodecKind::Audio => (MIME_TYPE_OPUS, 48_000, 2),
        _ => (MIME_TYPE_VP8, 90_000, 0),
    };
    let codec = RTCRtpCodec { mime_type: mime.to_owned(), clock_rate, channels, ..RTCRtpCodec::default() };
    let mut ssrc = [0; 4];
    getrandom::fill(&mut ssrc).map_err(|error| set_up("its numbers")(Error::Other(error.to_string())))?;
    let ssrc = u32::from_ne_bytes(ssrc);
    let encoding = RTCRtpEncodingParameters {
        rtp_coding_parameters: RTCRtpCodingParameters {
            ssrc: Some(ssrc),
            ..RTCRtpCodingParameters::default()
        },
        codec,
        ..RTCRtpEncodingParameters::default()
    };
    let track =
        MediaStreamTrack::new("own".to_owned(), name.to_owned(), name.to_owned(), kind, vec![encoding]);
    let track = TrackLocalStaticSample::new(Instant::now(), track).map_err(set_up("its track"))?;
    let track = Arc::new(track);
    let sender: Arc<dyn RtpSender> =
        connection.add_track(Arc::clone(&track) as Arc<dyn TrackLocal>).await.map_err(set_up("a line up"))?;
    for transceiver in connection.get_transceivers().await {
        let sends = transceiver.sender().await.ok().flatten().is_some_and(|one| one.id() == sender.id());
        if sends {
            let direction = RTCRtpTransceiverDirection::Sendonly;
            transceiver.set_direction(direction).await.map_err(set_up("a line up"))?;
        }
    }
    Ok(Sending { track, sender, ssrc, asked: Arc::clone(asked) })
}

#[async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            self.gathered.send_replace(true);
        }
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        self.state.send_replace(state);
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        tokio::spawn(receive(track, Arc::clone(&self.received)));
    }
}

async fn receive(track: Arc<dyn TrackRemote>, received: Arc<Received>) {
    // The relay names its tracks by their slots.
    let name = track.track_id().await;
    let mut asked = Instant::now();
    while let Some(event) = track.poll().await {
        let TrackRemoteEvent::OnRtpPacket(packet) = event else { continue };
        let header = &packet.header;
        let level = header.extensions.iter().find(|extension| extension.payload.len() == 1);
        let arrived = Arrived {
            seq: header.sequence_number,
            marker: header.marker,
            payload: &packet.payload,
            level: level.map(|extension| extension.payload[0] & 0x7f),
        };
        received.arrived(&name, &arrived);
        if name.starts_with("video") && received.waits(&name) && asked.elapsed() >= ASK_EVERY {
            asked = Instant::now();
            let ask = PictureLossIndication { sender_ssrc: 0, media_ssrc: header.ssrc };
            let _ = track.write_rtcp(vec![Box::new(ask)]).await;
        }
    }
}
