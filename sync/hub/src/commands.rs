//! What the command line does beside serving.

pub(crate) mod quarantine;
pub(crate) mod rights;
use std::path::Path;

use anyhow::{Context, Result};
use holdfast_api::access::tokens::Rights;
use holdfast_clinical::FhirRules;
use holdfast_hub::config::Config;
use holdfast_hub::{sign_in, storage};
use holdfast_link::ca::Authority;
use holdfast_link::enrolment::{DatabaseTokens, Enrolment};
use holdfast_link::identity::{PeerIdentity, PeerKind};
use holdfast_link::server::ServeOptions;
use holdfast_store::view::View;
use holdfast_store::{fleet, give_back, token};

use crate::cli::TokenOrder;

#[expect(clippy::print_stdout, reason = "a command answers on stdout")]
pub(crate) fn say(text: &str) {
    println!("{text}");
}

pub(crate) fn enrol_token(config: &Config, replica: &str, clinic: &str, kind: &str) -> Result<()> {
    let kind = match kind {
        "node" => PeerKind::Node,
        "desktop" => PeerKind::Desktop,
        "hub" => PeerKind::Hub,
        other => anyhow::bail!("--kind {other}: no such kind; use node, desktop or hub"),
    };
    let identity = PeerIdentity::new(clinic, kind, replica)?;
    let clock = ServeOptions::default().clock;
    let ca = Authority::load_or_create(&config.hub.data_dir.join("ca"), clock())?;
    let tokens = std::sync::Arc::new(DatabaseTokens(storage::open_database(config)?));
    let now = clock();
    let enrolment =
        Enrolment { ca: ca.into(), tokens: tokens.clone(), issued: tokens, endpoints: Vec::new(), clock };
    say(&enrolment.mint_token(&identity, now)?.to_text());
    Ok(())
}

pub(crate) fn share(config: &Config, patients: &[String], clinic: &str) -> Result<()> {
    let db = storage::open_database(config)?;
    for patient in patients {
        holdfast_store::upstream::share(&*db, &holdfast_core::id::Scope::patient(patient), clinic)?;
        say(&format!("clinic {clinic} may hold patient {patient} from now on"));
    }
    Ok(())
}

/// What is to be revoked.
pub(crate) enum Target {
    /// A replica, by clinic and name.
    Replica(String, String),
    /// A certificate, by its number in hexadecimal digits.
    Certificate(String),
}

pub(crate) fn revoke(config: &Config, target: &Target, reason: &str) -> Result<()> {
    let db = storage::open_database(config)?;
    let now_ms = (ServeOptions::default().clock)();
    match target {
        Target::Replica(clinic, replica) => {
            fleet::revoke(&*db, clinic, replica, now_ms, reason)?;
            say(&format!("{clinic}/{replica} is revoked; what it still sends is kept for review"));
        }
        Target::Certificate(hex) => {
            let serial = parse_serial(hex)?;
            let named = token::revoke_serial(&*db, &serial, now_ms, reason)?;
            say(&format!("the certificate {hex} of {named} is revoked; whoever shows it is not let in"));
        }
    }
    Ok(())
}

/// A number as [`certificates`] prints it.
fn parse_serial(hex: &str) -> Result<Vec<u8>> {
    let digits: Option<Vec<u8>> = hex.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect();
    let digits = digits.filter(|digits| !digits.is_empty() && digits.len() % 2 == 0);
    let digits = digits.with_context(|| {
        format!(
            "--serial {hex}: it is not pairs of hexadecimal digits; copy it from `holdfast-hub certificates`"
        )
    })?;
    Ok(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

pub(crate) fn certificates(config: &Config) -> Result<()> {
    for known in token::certificates(&*storage::open_database(config)?)? {
        let serial: String = known.serial.iter().map(|b| format!("{b:02x}")).collect();
        let end = holdfast_core::view::instant(holdfast_core::hlc::Hlc::new(known.not_after_ms, 0));
        let revoked = if known.revoked { "  revoked" } else { "" };
        say(&format!("{serial}  {}  until {end}{revoked}", known.identity));
    }
    Ok(())
}

pub(crate) fn token(data_dir: &Path, order: TokenOrder) -> Result<()> {
    match order {
        TokenOrder::Create { name, roles, scopes, patient } => {
            let rights = Rights::read(&roles, &scopes, patient.as_deref())?;
            // Alone on its line, so that a script can take it; it is shown nowhere again and works within two seconds.
            say(&sign_in::create(data_dir, &name, rights)?);
        }
        TokenOrder::List => {
            for known in sign_in::load(data_dir)? {
                say(&format!("{}  {}", known.name, known.rights.describe()));
            }
        }
        TokenOrder::Revoke { name } => say(if sign_in::revoke(data_dir, &name)? {
            "withdrawn; it stops working within two seconds"
        } else {
            "there was no such token"
        }),
    }
    Ok(())
}

pub(crate) fn status(config: &Config) -> Result<()> {
    let db = storage::open_database(config)?;
    let mut lines = Vec::new();
    db.read(&mut |sql| {
        for (what, text) in [
            ("resources", "SELECT COUNT(*) FROM resource"),
            ("in conflict", "SELECT COUNT(*) FROM resource WHERE conflicts > 0"),
            ("replicas", "SELECT COUNT(*) FROM replica"),
            ("scopes", "SELECT COUNT(*) FROM scope"),
            ("scopes with news not yet fetched", "SELECT COUNT(*) FROM dirty"),
        ] {
            let rows = sql.query(text, &[])?;
            lines.push(format!("{:>10}  {what}", rows.first().map_or(Ok(0), |row| row.int(0))?));
        }
        Ok(())
    })?;
    lines.push(format!("{:>10}  segments held for review", holdfast_store::quarantine::waiting(&*db)?));
    if give_back::is_open(&*db)? {
        lines.push(
            "this database was restored from a backup: what this hub had written after it is taken back from \
             replicas, until `holdfast-hub end-restore`"
                .to_owned(),
        );
    }
    say(&lines.join("\n"));
    Ok(())
}

pub(crate) fn audit(config: &Config) -> Result<()> {
    let db = storage::open_database(config)?;
    let mut chains = Vec::new();
    db.read(&mut |sql| {
        chains = holdfast_api::audit::verify(&mut View::of(sql, &FhirRules))?;
        Ok(())
    })?;
    let text = holdfast_api::audit::describe(&chains);
    anyhow::ensure!(chains.iter().all(|chain| chain.broken.is_none()), "a trail is broken\n{text}");
    say(&text);
    Ok(())
}

pub(crate) fn end_restore(config: &Config) -> Result<()> {
    let db = storage::open_database(config)?;
    say(match give_back::end(&*db, (ServeOptions::default().clock)())? {
        true => "nothing is taken back from replicas any more",
        false => "this database is not being completed after a restore: there is nothing to end",
    });
    Ok(())
}
