//! coturn's clients at our server.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::coturn::{CLIENT, Client, Outcome, Peer, stunclient, uclient};
use crate::ours::{Ours, credentials, loopback};

/// How long coturn's client may attack.
const TORMENT: Duration = Duration::from_secs(15);

/// What was played.
#[derive(Clone, Debug, Default)]
pub(crate) struct Played {
    /// Ways of working that were played.
    pub(crate) ways: u32,
    /// Messages that came back.
    pub(crate) messages: u64,
}

/// How a client goes about it.
struct Way {
    name: &'static str,
    transport: Transport,
    is_v4: bool,
    args: &'static [&'static str],
}

#[derive(Clone, Copy)]
enum Transport {
    Udp,
    Tcp,
    Tls,
}

const WAYS: [Way; 9] = [
    Way { name: "UDP, channels", transport: Transport::Udp, is_v4: true, args: &[] },
    Way { name: "UDP, indications", transport: Transport::Udp, is_v4: true, args: &["-s"] },
    Way { name: "UDP, padded channels", transport: Transport::Udp, is_v4: true, args: &["-D"] },
    Way { name: "UDP over IPv6", transport: Transport::Udp, is_v4: false, args: &["-x"] },
    Way { name: "TCP, channels", transport: Transport::Tcp, is_v4: true, args: &["-t"] },
    Way { name: "TCP, indications", transport: Transport::Tcp, is_v4: true, args: &["-t", "-s"] },
    Way { name: "TLS, channels", transport: Transport::Tls, is_v4: true, args: &["-t", "-S"] },
    Way { name: "TLS, indications", transport: Transport::Tls, is_v4: true, args: &["-t", "-S", "-s"] },
    Way { name: "TLS over IPv6", transport: Transport::Tls, is_v4: false, args: &["-t", "-S", "-x"] },
];

/// Plays every way, with a peer outside of the server and then with one inside of it.
pub(crate) fn play(clients: u32, messages: u32) -> Result<Played> {
    let mut played = Played::default();
    for is_v4 in [true, false] {
        let peer = Peer::start(is_v4)?;
        for name in ["--peer", "--sfu"] {
            let ours = Ours::start(loopback(is_v4), &peer.args(name))?;
            let seen = stunclient(ours.udp)?;
            ensure!(seen == ours.udp.ip(), "turnutils_stunclient is seen from {seen}");
            let ways = WAYS.iter().filter(|way| way.is_v4 == is_v4);
            let run = |way: &Way| {
                run(way, &ours, &peer, clients, messages).with_context(|| format!("{} to a {name}", way.name))
            };
            // All at once: each waits for itself most of its time.
            let outcomes: Vec<Result<Outcome>> = std::thread::scope(|scope| {
                let playing: Vec<_> = ways.map(|way| scope.spawn(|| run(way))).collect();
                playing.into_iter().map(|one| one.join().unwrap_or_else(|_| bail!("it panicked"))).collect()
            });
            for outcome in outcomes {
                played.ways += 1;
                played.messages += u64::from(outcome?.returned);
            }
        }
    }
    Ok(played)
}

fn run(way: &Way, ours: &Ours, peer: &Peer, clients: u32, messages: u32) -> Result<Outcome> {
    let server = match way.transport {
        Transport::Udp => ours.udp,
        Transport::Tcp => ours.tcp,
        Transport::Tls => ours.tls,
    };
    let credentials = credentials("visit-0", "member-0")?;
    let client = Client {
        server,
        peer: peer.address,
        credentials: &credentials,
        clients,
        messages,
        bytes: 300,
        args: way.args,
        at_most: CLIENT,
    };
    let outcome = uclient(&client)?;
    ensure!(outcome.is_whole, "{} of {} came back:\n{}", outcome.returned, clients * messages, outcome.text);
    Ok(outcome)
}

/// coturn's client as an attacker: requests for channels and permissions to anybody, and wrong ones. The server has to outlive it and to
/// grant nothing; says how many requests it refused.
pub(crate) fn torment() -> Result<u64> {
    let peer = Peer::start(true)?;
    let mut ours = Ours::start(loopback(true), &peer.args("--peer"))?;
    let ways: [&[&str]; 5] = [&["-G"], &["-N"], &["-R"], &["-G", "-t"], &["-N", "-t", "-S"]];
    let credentials = credentials("visit-0", "member-0")?;
    std::thread::scope(|scope| {
        for args in ways {
            let server = match args {
                [.., "-S"] => ours.tls,
                [.., "-t"] => ours.tcp,
                _ => ours.udp,
            };
            let client = Client {
                server,
                peer: peer.address,
                credentials: &credentials,
                clients: 2,
                messages: 5,
                bytes: 100,
                args,
                at_most: TORMENT,
            };
            // What it makes of being refused is its own affair; some of it waits for ever.
            scope.spawn(move || uclient(&client));
        }
    });
    ours.process.must_run()?;
    let status = ours.status()?;
    Ok(["400", "403", "443"].iter().filter_map(|code| status.get(*code)).sum())
}
