//! `POST /enrol` and `POST /renew`.

use crate::{
    enrol::{ENROL_PATH, EnrolAnswer, RENEW_PATH},
    server::{Peer, SyncPolicy, SyncRoutes},
};
use axum::{
    Json,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    routing::post,
};

use super::{Enrolment, EnrolmentError, MAX_REQUEST_BYTES, parse_renewal, parse_request};
use crate::ca::IssuedCertificate;

/// The routes of the sync port that give certificates. `/enrol` is for anybody with a token; `/renew` for a replica with
/// a certificate, which may have expired.
pub fn routes(enrolment: Enrolment) -> SyncRoutes {
    let bounded = || DefaultBodyLimit::max(MAX_REQUEST_BYTES);
    let enrol = post(enrol).layer(bounded()).with_state(enrolment.clone());
    let renew = post(renew).layer(bounded()).with_state(enrolment);
    SyncRoutes::new().route(ENROL_PATH, SyncPolicy::Anybody, enrol).route(
        RENEW_PATH,
        SyncPolicy::Renewal,
        renew,
    )
}

async fn enrol(State(enrolment): State<Enrolment>, body: Bytes) -> Result<Json<EnrolAnswer>, EnrolmentError> {
    blocking(enrolment, move |of, now_ms| of.enrol(&parse_request(&body)?, now_ms)).await
}

async fn renew(
    State(enrolment): State<Enrolment>,
    Peer(peer): Peer,
    body: Bytes,
) -> Result<Json<EnrolAnswer>, EnrolmentError> {
    blocking(enrolment, move |of, now_ms| of.renew(&parse_renewal(&body)?, &peer, now_ms)).await
}

async fn blocking(
    enrolment: Enrolment,
    work: impl FnOnce(&Enrolment, u64) -> Result<IssuedCertificate, EnrolmentError> + Send + 'static,
) -> Result<Json<EnrolAnswer>, EnrolmentError> {
    let now_ms = (enrolment.clock)();
    let endpoints = enrolment.endpoints.clone();
    let ca = enrolment.ca.cert_pem().to_owned();
    let issued = tokio::task::spawn_blocking(move || work(&enrolment, now_ms));
    let issued = match issued.await {
        Ok(Ok(issued)) => issued,
        Ok(Err(refused)) => {
            metrics::counter!("sync_refused_total", "code" => refused.code()).increment(1);
            tracing::info!(error.code = refused.code(), cause = ?std::error::Error::source(&refused), "enrolment refused");
            return Err(refused);
        }
        Err(_) => return Err(EnrolmentError::Interrupted),
    };
    tracing::info!(peer.id = %issued.identity, serial = %issued.serial, "certificate issued");
    Ok(Json(EnrolAnswer { cert: issued.cert_pem, ca, identity: issued.identity, endpoints }))
}
