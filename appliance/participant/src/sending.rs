//! Sends the tone and the pattern, over and over, at the pace that they are to be played at.

use crate::asked::Asked;
use crate::frames::{self, PATTERN_FRAME, TONE_FRAME, TONE_LEVEL};
use rtc::media::Sample;
use rtc::rtp::extension::HeaderExtension;
use rtc::rtp::extension::audio_level_extension::AudioLevelExtension;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;
use tokio::time::{MissedTickBehavior, interval};
use webrtc::media_stream::track_local::static_sample::TrackLocalStaticSample;
use webrtc::rtp_transceiver::RtpSender;

/// What is sent by one of the two tasks.
pub(crate) struct Sending {
    pub(crate) track: Arc<TrackLocalStaticSample>,
    pub(crate) sender: Arc<dyn RtpSender>,
    pub(crate) ssrc: u32,
    pub(crate) asked: Asked,
}

impl Sending {
    /// The payload type that was agreed on; `None` if there is none for what is sent.
    async fn payload_type(&self, mime: &str) -> Option<u8> {
        let codecs = self.sender.get_parameters().await.ok()?.rtp_parameters.codecs;
        let codec = codecs.iter().find(|codec| codec.rtp_codec.mime_type.eq_ignore_ascii_case(mime));
        codec.map(|codec| codec.payload_type)
    }

    /// Sends the tone until the task is ended.
    pub(crate) async fn tone(self) {
        let Some(payload_type) = self.payload_type("audio/opus").await else { return };
        let level = [HeaderExtension::AudioLevel(AudioLevelExtension { level: TONE_LEVEL, voice: true })];
        let mut pace = interval(TONE_FRAME);
        pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
        for frame in frames::tone().iter().cycle() {
            pace.tick().await;
            let sample = Sample { data: frame.clone(), duration: TONE_FRAME, ..Sample::new(Instant::now()) };
            if self.track.write_sample(self.ssrc, payload_type, &sample, &level).await.is_err() {
                return;
            }
        }
    }

    /// Sends the pattern until the task is ended; from its keyframe on whenever one is asked for.
    pub(crate) async fn pattern(self) {
        let Some(payload_type) = self.payload_type("video/vp8").await else { return };
        let mut answered = self.asked.load(Ordering::Relaxed);
        let pattern = frames::pattern();
        let mut pace = interval(PATTERN_FRAME);
        pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut at = 0;
        loop {
            pace.tick().await;
            let asked = self.asked.load(Ordering::Relaxed);
            if asked != answered {
                (answered, at) = (asked, 0);
            }
            let data = pattern[at % pattern.len()].clone();
            let sample = Sample { data, duration: PATTERN_FRAME, ..Sample::new(Instant::now()) };
            if self.track.write_sample(self.ssrc, payload_type, &sample, &[]).await.is_err() {
                break;
            }
            at += 1;
        }
    }
}
