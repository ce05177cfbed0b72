//! The relay's control port, as the clinic role asks it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use holdfast_api::RelayPort;
use holdfast_media::control::key::RelayKey;
use holdfast_media::control::{Answer, Offer, Patch, Status};
use holdfast_media::room::Want;
use holdfast_media::turn::credentials::{MAX_AHEAD_S, SharedKey};
use holdfast_participant::ControlPort;
use holdfast_visits::ids::{MemberId, VisitId};
use holdfast_visits::messages::{IceServer, IceServers};
use holdfast_visits::session::{RelayAnswer, Request};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde::Deserialize;

use super::events::slots;

/// A relay that runs answers within milliseconds; a page asks again after this.
const ANSWER_WITHIN: Duration = Duration::from_secs(4);
/// Lines of events come every ten seconds at the least.
const SILENCE: Duration = Duration::from_secs(25);

/// A relay that is reached at an address.
pub(crate) struct RelayClient {
    http: Client,
    base: String,
    key: RelayKey,
    turn_key: SharedKey,
    /// Where clients find TURN, as the relay has said.
    turn: Mutex<Vec<String>>,
}

/// What a refusal says.
#[derive(Deserialize)]
struct Refusal {
    code: String,
}

impl RelayClient {
    /// A client of the control port at `base` (`http://address:port`).
    ///
    /// # Errors
    /// The HTTP client cannot be made.
    pub(crate) fn new(base: String, key: RelayKey) -> Result<Self, reqwest::Error> {
        let http =
            Client::builder().no_proxy().connect_timeout(ANSWER_WITHIN).read_timeout(SILENCE).build()?;
        let turn_key = SharedKey::new(key.token().as_bytes());
        Ok(Self { http, base, key, turn_key, turn: Mutex::default() })
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth(self.key.token())
    }

    /// How the relay is.
    ///
    /// # Errors
    /// It does not answer, or in another way than a relay does.
    pub(crate) async fn status(&self) -> Result<Status, reqwest::Error> {
        let asked = self.request(Method::GET, "/status").timeout(ANSWER_WITHIN).send().await?;
        let status: Status = asked.error_for_status()?.json().await?;
        self.turn.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&status.turn);
        Ok(status)
    }

    /// What happens, a line at a time, as long as the relay runs.
    ///
    /// # Errors
    /// As [`status`](Self::status).
    pub(crate) async fn events(&self) -> Result<Response, reqwest::Error> {
        self.request(Method::GET, "/events").send().await?.error_for_status()
    }

    /// The same port, as a synthetic participant asks it.
    pub(crate) fn control_port(&self) -> ControlPort {
        ControlPort::new(&self.base, self.key.token().to_owned())
    }

    /// TURN's user name and password for a member.
    pub(crate) fn credentials(&self, visit: &str, member: &str) -> Option<(String, String)> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
        let made = self.turn_key.credentials(now.as_secs(), MAX_AHEAD_S, visit, member)?;
        Some((made.username, made.password))
    }

    async fn answer(&self, request: RequestBuilder) -> Result<Response, RelayAnswer> {
        let answered = request.timeout(ANSWER_WITHIN).send().await.map_err(|error| {
            tracing::debug!(error = %error.without_url(), "the relay does not answer");
            RelayAnswer::Lost
        })?;
        if answered.status().is_success() {
            return Ok(answered);
        }
        let refusal: Result<Refusal, _> = answered.json().await;
        Err(match refusal {
            Ok(Refusal { code }) => RelayAnswer::Refused { code, retry_after_ms: None },
            Err(_) => RelayAnswer::Lost,
        })
    }

    async fn offer(&self, path: &str, offer: &Offer) -> RelayAnswer {
        let answered = match self.answer(self.request(Method::PUT, path).json(offer)).await {
            Ok(answered) => answered,
            Err(refused) => return refused,
        };
        match answered.json::<Answer>().await {
            Ok(Answer { sdp, slots: of }) => RelayAnswer::Sdp { sdp, slots: slots(of) },
            Err(_) => RelayAnswer::Lost,
        }
    }

    async fn order(&self, request: RequestBuilder) -> RelayAnswer {
        self.answer(request).await.map_or_else(|refused| refused, |_| RelayAnswer::Done)
    }
}

#[async_trait]
impl RelayPort for RelayClient {
    async fn ask(&self, visit: &VisitId, request: Request) -> RelayAnswer {
        let room = format!("/rooms/{}", visit.as_str());
        let of = |member: &MemberId| format!("{room}/members/{}", member.as_str());
        match request {
            Request::Put { member, sdp, restart, audio, camera, screen, .. } => {
                let offer = Offer { sdp, role: None, audio, video: camera, screen, restart };
                self.offer(&of(&member), &offer).await
            }
            Request::Patch { member, sends, wants } => {
                let [audio, video, screen] = sends.map_or([None; 3], |sends| sends.map(Some));
                let wants = wants.into_iter().map(|one| Want { slot: one.slot, max_height: one.max_height });
                let patch = Patch { audio, video, screen, wants: wants.collect() };
                self.order(self.request(Method::PATCH, &of(&member)).json(&patch)).await
            }
            Request::Delete { member } => self.order(self.request(Method::DELETE, &of(&member))).await,
            Request::End => self.order(self.request(Method::POST, &format!("{room}/end"))).await,
            Request::Check { member, sdp } => {
                let offer =
                    Offer { sdp, role: None, audio: false, video: false, screen: false, restart: false };
                self.offer(&format!("/checks/{}", member.as_str()), &offer).await
            }
            // The telephone is not the relay's.
            Request::Call { .. } | Request::HangUp { .. } => RelayAnswer::Lost,
        }
    }

    fn ice(&self, visit: &VisitId, member: &MemberId, now_ms: u64) -> IceServers {
        let urls = self.turn.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let made = self.turn_key.credentials(now_ms / 1_000, MAX_AHEAD_S, visit.as_str(), member.as_str());
        let server = made.filter(|_| !urls.is_empty()).map(|made| IceServer {
            urls,
            username: made.username,
            credential: made.password,
        });
        IceServers { servers: server.into_iter().collect(), until_ms: now_ms + MAX_AHEAD_S * 1_000 }
    }
}
