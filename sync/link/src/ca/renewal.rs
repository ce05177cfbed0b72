//! An upstream's TLS certificate is renewed while it serves; connections that stand go on.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::server::Clock;
use crate::tls::SharedServerCert;
use tokio::sync::watch;

use super::{Authority, CaError, ServerCertificate, ServerName};

/// How often the certificate is looked at. It is renewed a third of its life before its end
/// ([`super::SERVER_CERT_RENEW_DAYS`]), so an hour is nothing.
pub const EVERY: Duration = Duration::from_secs(3600);

/// What is needed to renew the certificate that a server shows.
#[derive(Clone)]
pub struct ServerRenewal {
    /// Where the certificate and its key are.
    pub dir: PathBuf,
    /// Who certifies.
    pub ca: Arc<Authority>,
    /// The names that the certificate must hold.
    pub names: Vec<ServerName>,
    /// What the server shows.
    pub shown: Arc<SharedServerCert>,
    /// The time in Unix milliseconds.
    pub clock: Clock,
}

impl ServerRenewal {
    /// Renews the certificate if it is time, and shows it from the next handshake on; whether it was. Blocks.
    ///
    /// # Errors
    /// [`CaError`]; the old certificate is shown further.
    pub fn renew_if_due(&self) -> Result<bool, CaError> {
        let kept = ServerCertificate::load_or_issue(&self.dir, &self.ca, &self.names, (self.clock)())?;
        if kept.renewed {
            self.shown.replace(&kept.chain_pem, &kept.key).map_err(CaError::Tls)?;
        }
        Ok(kept.renewed)
    }

    /// Looks every so often until told to stop.
    pub async fn run(self, every: Duration, mut stop: watch::Receiver<bool>) {
        while tokio::time::timeout(every, stop.wait_for(|stop| *stop)).await.is_err() {
            let renewal = self.clone();
            match tokio::task::spawn_blocking(move || renewal.renew_if_due()).await {
                Ok(Ok(false)) => {}
                Ok(Ok(true)) => tracing::info!("the server's certificate is renewed"),
                Ok(Err(error)) => {
                    tracing::warn!(error.code = error.code(), error = %error, "the server's certificate is not renewed yet");
                }
                Err(_) => return,
            }
        }
    }
}

impl std::fmt::Debug for ServerRenewal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerRenewal").field("dir", &self.dir).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

    use crate::identity::CertificateSerial;
    use crate::server::{ServeOptions, SyncRoutes, serve};
    use crate::tls::{ClientAuth, enrolment_client_config, server_config};
    use rustls::pki_types::ServerName as Dialled;
    use tokio::net::{TcpListener, TcpStream};
    use tokio_rustls::TlsConnector;
    use x509_parser::prelude::{FromDer, X509Certificate};

    use super::*;

    const DAY_MS: u64 = 86_400_000;

    /// An upstream that has just been started, its clock, and where it serves.
    async fn served(home: &std::path::Path) -> (ServerRenewal, Arc<AtomicU64>, std::net::SocketAddr) {
        let now = Arc::new(AtomicU64::new((ServeOptions::default().clock)()));
        let ca = Arc::new(Authority::load_or_create(&home.join("ca"), now.load(Relaxed)).unwrap());
        let names = vec![ServerName::parse("127.0.0.1")];
        let dir = home.join("tls");
        let first = ServerCertificate::load_or_issue(&dir, &ca, &names, now.load(Relaxed)).unwrap();
        let shown = first.to_shared().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let tls = server_config(shown.clone(), ca.cert_pem(), ClientAuth::Optional).unwrap();
        let routes = SyncRoutes::new();
        tokio::spawn(serve(listener, tls, routes, ServeOptions::default(), std::future::pending()));
        let told = now.clone();
        let clock: Clock = Arc::new(move || told.load(Relaxed));
        (ServerRenewal { dir, ca, names, shown, clock }, now, address)
    }

    /// The number of the certificate that a client is shown at `now_ms`, if it believes it.
    async fn shown_to_a_client(
        renewal: &ServerRenewal,
        address: std::net::SocketAddr,
        now_ms: u64,
    ) -> Option<CertificateSerial> {
        let tls = enrolment_client_config(renewal.ca.fingerprint(), now_ms).unwrap();
        let tcp = TcpStream::connect(address).await.unwrap();
        let name = Dialled::try_from("127.0.0.1").unwrap();
        let stream = TlsConnector::from(tls).connect(name, tcp).await.ok()?;
        let chain = stream.get_ref().1.peer_certificates()?;
        let (_, cert) = X509Certificate::from_der(chain.first()?).ok()?;
        Some(CertificateSerial::from_bytes(cert.raw_serial()))
    }

    #[tokio::test]
    async fn certificate_is_renewed_while_the_upstream_serves() {
        let home = tempfile::tempdir().unwrap();
        let (renewal, now, address) = served(home.path()).await;
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(renewal.clone().run(Duration::from_millis(5), stopped));
        let begun = now.load(Relaxed);
        let first = shown_to_a_client(&renewal, address, begun).await.unwrap();
        assert_eq!(
            shown_to_a_client(&renewal, address, begun + 100 * DAY_MS).await,
            None,
            "it has ended by then"
        );
        now.store(begun + 61 * DAY_MS, Relaxed);
        let until = tokio::time::Instant::now() + Duration::from_secs(20);
        while shown_to_a_client(&renewal, address, begun).await == Some(first.clone()) {
            assert!(tokio::time::Instant::now() < until, "it is never renewed");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(shown_to_a_client(&renewal, address, begun + 100 * DAY_MS).await.is_some());
        stop.send_replace(true);
        running.await.unwrap();
    }
}
