//! A synthetic participant: it joins a visit as a page does, sends a tone and a moving pattern, and reports what it
//! receives. It is made on the `webrtc` crate, which shares no code with the relay's `str0m`, so that a mistake that both
//! sides of one stack would make is found.
//!
//! It decodes nothing: a frame counts as received when a keyframe and everything since is there, and sound is measured by
//! the level that its sender wrote beside it (RFC 6464).
//!
//! ```text
//! Call::join ─▶ offer (the shape of decision 36) ─▶ Signalling ─▶ answer ─▶ tone.opus, pattern.vp8 ─▶ relay
//! Call::report ◀─ slots: packets, lost, first frame, level ◀───────────────────────────────────────────┘
//! ```
//!
//! ```no_run
//! # async fn example() -> Result<(), holdfast_participant::CallError> {
//! use holdfast_participant::{Call, CallOptions, ControlPort};
//! let relay = ControlPort::new("http://127.0.0.1:8090", "0123…".to_owned());
//! let call = Call::join(&relay, "visit", "check-1", CallOptions::default()).await?;
//! tokio::time::sleep(std::time::Duration::from_secs(5)).await;
//! let report = call.report();
//! call.leave().await;
//! println!("joined after {} ms", report.joined_ms);
//! # Ok(())
//! # }
//! ```

mod asked;
mod call;
mod control;
mod error;
mod frames;
mod received;
mod sending;

pub use call::{Call, CallOptions, Turn};
pub use control::{ControlPort, Signalling};
pub use error::CallError;
pub use received::{Report, SlotReport};
