//! Clients with lawful credentials who want to reach what is no peer: every disguise, every form of this machine, the cluster, anybody.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::{Result, ensure};
use holdfast_media::turn::client::{Answer, Client, channel_data, send_indication};
use holdfast_media::turn::disguise::disguises_of;

use super::dice::Dice;
use super::ground::{Ground, LAWFUL};
use super::wire::Wire;
use super::{Found, Options};
use crate::ours::{Ours, credentials};

/// Tries after which a lawful packet has to pass.
const BETWEEN: u64 = 250;
/// The lawful channel.
const LAWFUL_CHANNEL: u16 = 0x4000;
/// Networks of clusters, clouds and clinics, whose machines a relay must not be made to reach.
const PRIVATE: [[u8; 4]; 8] = [
    [10, 42, 0, 1],
    [10, 43, 0, 1],
    [169, 254, 169, 254],
    [172, 17, 0, 1],
    [192, 168, 1, 1],
    [100, 64, 0, 1],
    [224, 0, 0, 251],
    [255, 255, 255, 255],
];

/// Tries so many addresses at a server.
pub(crate) fn play(
    options: &Options,
    ours: &Ours,
    ground: &Ground,
    count: u64,
    dice: &mut Dice,
) -> Result<Found> {
    let own = ours.udp.ip();
    let client = Client::new(credentials("visit-1", "member-1")?, dice.number());
    let mut wire = Wire::new(own, ours.udp, client)?;
    allocate(&mut wire, own)?;
    wire.bind(LAWFUL_CHANNEL, ground.peer)?;
    let mut found = Found::default();
    for n in 0..count {
        if n.is_multiple_of(BETWEEN) {
            found.lawful_tried += 1;
            found.lawful_passed +=
                u64::from(wire.echoes(LAWFUL_CHANNEL, &[LAWFUL, &n.to_be_bytes()].concat())?);
        }
        let peer = hostile(ground, ours, dice);
        found.tried += 1;
        let granted = try_peer(&mut wire, peer, ground.peer, 0x4001 + (n % 0x3FF0) as u16)?;
        if granted && found.relayed < 5 && options.is_telling {
            eprintln!("hostile: {peer} was granted");
        }
        found.relayed += u64::from(granted);
    }
    let arrived = ground.arrived()?;
    found.arrived += arrived;
    found.relayed = found.relayed.max(arrived);
    let last = wire.echoes(LAWFUL_CHANNEL, LAWFUL)?;
    ensure!(last || options.is_broken(), "the server no longer relays for a lawful client");
    Ok(found)
}

/// An IPv6 server gives IPv6 addresses only to those who ask for them.
fn allocate(wire: &mut Wire, own: IpAddr) -> Result<()> {
    use holdfast_media::stun::Method;
    use holdfast_media::stun::attribute::REQUESTED_ADDRESS_FAMILY;
    let family = if own.is_ipv4() { 1 } else { 2 };
    let answer = wire.insist(|client| {
        client.request(Method::ALLOCATE, |writer| {
            holdfast_media::turn::client::ask_for_udp(writer);
            writer.attribute(REQUESTED_ADDRESS_FAMILY, &[family, 0, 0, 0]);
        })
    })?;
    ensure!(matches!(answer, Answer::Done { .. }), "a lawful client was answered {answer:?}");
    Ok(())
}

/// Tries all four ways to reach a peer; says whether one was granted.
fn try_peer(wire: &mut Wire, peer: SocketAddr, lawful: SocketAddr, number: u16) -> Result<bool> {
    let is_done = |answer| matches!(answer, Answer::Done { .. });
    let is_permitted = is_done(wire.insist(|client| client.create_permission(&[peer]))?);
    let is_bound = is_done(wire.insist(|client| client.channel_bind(number, peer))?);
    wire.socket.send(&send_indication(peer, b"hostile indication"))?;
    wire.socket.send(&channel_data(number, b"hostile channel data"))?;
    // Permissions are for addresses: the peer's own may have one, and then its other ports must not be reached (RFC 8656 §9).
    Ok(is_bound || (is_permitted && peer.ip() != lawful.ip()))
}

/// An address that is not the peer's.
fn hostile(ground: &Ground, ours: &Ours, dice: &mut Dice) -> SocketAddr {
    let forbidden = ground.forbidden();
    let ports = [
        ground.peer.port(),
        ours.udp.port(),
        ours.tcp.port(),
        22,
        53,
        80,
        443,
        6443,
        10250,
        dice.number() as u16,
    ];
    let port = dice.pick(&ports);
    loop {
        let canary = dice.pick(&forbidden);
        let address = match dice.below(8) {
            // A disguise of the peer, of a canary, of the machine, of a cluster, of anybody.
            0 | 1 => disguised(ground, dice, port),
            2 => canary,
            3 => SocketAddr::new(canary.ip(), port),
            4 => SocketAddr::new(this_machine(dice), dice.pick(&[port, canary.port()])),
            5 => SocketAddr::new(Ipv4Addr::from(dice.pick(&PRIVATE)).into(), port),
            6 => SocketAddr::new(dice.v6().into(), port),
            _ => SocketAddr::new(dice.v4().into(), port),
        };
        if address != ground.peer {
            return address;
        }
    }
}

fn disguised(ground: &Ground, dice: &mut Dice, port: u16) -> SocketAddr {
    let peer = match ground.peer.ip() {
        IpAddr::V4(ip) => ip,
        IpAddr::V6(_) => Ipv4Addr::LOCALHOST,
    };
    let hidden =
        [peer, Ipv4Addr::LOCALHOST, dice.pick(&PRIVATE).into(), Ipv4Addr::new(127, 0, 0, 2), dice.v4()];
    let masks = disguises_of(dice.pick(&hidden));
    let mask = dice.pick(&masks);
    // Some have bits that mean nothing, and are set at random.
    let filled = match dice.below(3) {
        0 if mask.segments()[0] == 0x2002 => mask.to_bits() | u128::from(dice.number()),
        1 if mask.segments()[4..6] == [0, 0x5efe] => {
            mask.to_bits() | u128::from(dice.number() & 0x00FF_FFFF) << 64 | 0x2000 << 112
        }
        _ => mask.to_bits(),
    };
    SocketAddr::new(Ipv6Addr::from_bits(filled).into(), dice.pick(&[port, ground.peer.port()]))
}

/// Forms of this machine's own address.
fn this_machine(dice: &mut Dice) -> IpAddr {
    match dice.below(5) {
        0 => Ipv4Addr::UNSPECIFIED.into(),
        1 => Ipv6Addr::UNSPECIFIED.into(),
        2 => Ipv6Addr::LOCALHOST.into(),
        3 => Ipv4Addr::from_bits(dice.number() as u32 & 0x00FF_FFFF).into(),
        _ => dice.loopback(),
    }
}
