//! Requests of clients, and their answers.

mod allocate;
mod bind;
mod permission;
mod refresh;

use std::net::SocketAddr;

use super::authenticate::{ALGORITHMS, Authenticated};
use super::five_tuple::FiveTuple;
use super::output::{Output, Reply};
use super::refusal::Refusal;
use super::server::{Now, Server};
use crate::stun::attribute::{
    CHANNEL_NUMBER, DATA, ERROR_CODE, EVEN_PORT, LIFETIME, MAPPED_ADDRESS, NONCE, PASSWORD_ALGORITHM,
    PASSWORD_ALGORITHMS, REALM, REQUESTED_ADDRESS_FAMILY, REQUESTED_TRANSPORT, RESERVATION_TOKEN,
    UNKNOWN_ATTRIBUTES, USERNAME, XOR_MAPPED_ADDRESS, XOR_PEER_ADDRESS, XOR_RELAYED_ADDRESS,
};
use crate::stun::{Class, Message, Method, Writer};

/// Attributes that must be understood, and are. DONT-FRAGMENT is not among them: a packet for our own SFU meets no path that could ask.
const UNDERSTOOD: [u16; 17] = [
    MAPPED_ADDRESS,
    USERNAME,
    ERROR_CODE,
    UNKNOWN_ATTRIBUTES,
    CHANNEL_NUMBER,
    LIFETIME,
    XOR_PEER_ADDRESS,
    DATA,
    REALM,
    NONCE,
    XOR_RELAYED_ADDRESS,
    REQUESTED_ADDRESS_FAMILY,
    EVEN_PORT,
    REQUESTED_TRANSPORT,
    PASSWORD_ALGORITHM,
    XOR_MAPPED_ADDRESS,
    RESERVATION_TOKEN,
];
/// How many attributes a refusal names that are not understood.
const MAX_NAMED: usize = 16;

/// What a request that was granted is answered with.
#[derive(Clone, Copy, Debug, Default)]
struct Granted {
    relayed: Option<SocketAddr>,
    lifetime_s: Option<u32>,
    /// That an address of the other family, which was asked for too, is not given (RFC 8656 §18.12).
    is_without_second: bool,
}

impl Server {
    pub(super) fn request<'a>(
        &mut self,
        now: Now,
        client: &FiveTuple,
        message: &Message<'_>,
        reply: &'a mut Reply,
    ) -> Output<'a> {
        let is_ours = matches!(
            message.method(),
            Method::BINDING
                | Method::ALLOCATE
                | Method::REFRESH
                | Method::CREATE_PERMISSION
                | Method::CHANNEL_BIND
        );
        if !is_ours {
            return Output::Nothing;
        }
        let holds = self.table.of_client(client).is_some_and(|one| !one.is_over(now.ms));
        #[cfg(feature = "sabotage")]
        if !holds && self.is_broken_by(super::server::Sabotage::RemembersStrangers) {
            self.remembered.push(*client);
        }
        if !holds && !self.sieve.passes(now.ms, client.client.ip()) {
            self.counters.sifted += 1;
            return Output::Nothing;
        }
        if message.method() == Method::BINDING {
            return self.binding(client, message, reply);
        }
        let holder =
            self.table.of_client(client).filter(|one| !one.is_over(now.ms)).map(|one| one.username.clone());
        let authenticated = match self.authenticate(now, client, message, holder.as_deref()) {
            Ok(authenticated) => authenticated,
            Err(refusal) => return self.refuse(now, client, message, None, refusal, reply),
        };
        match self.grant(now, client, message, &authenticated, holder.as_deref()) {
            Ok(granted) => answer(client, message, &authenticated, granted, reply),
            Err(refusal) => self.refuse(now, client, message, Some(&authenticated), refusal, reply),
        }
    }

    fn grant(
        &mut self,
        now: Now,
        client: &FiveTuple,
        message: &Message<'_>,
        who: &Authenticated<'_>,
        holder: Option<&str>,
    ) -> Result<Granted, Refusal> {
        if unknown(message).next().is_some() {
            return Err(Refusal::UnknownAttribute);
        }
        let is_others = holder.is_some_and(|holder| holder != who.username);
        match message.method() {
            Method::ALLOCATE if is_others => Err(Refusal::AllocationMismatch),
            Method::ALLOCATE => self.allocate(now, client, message, who),
            _ if is_others => Err(Refusal::WrongCredentials),
            _ if holder.is_none() => Err(Refusal::AllocationMismatch),
            Method::REFRESH => self.refresh(now, client, message),
            Method::CREATE_PERMISSION => self.create_permission(now, client, message),
            _ => self.channel_bind(now, client, message),
        }
    }

    /// Which address a client is seen from (RFC 8489 §6.3). Anybody may ask.
    fn binding<'a>(&mut self, client: &FiveTuple, message: &Message<'_>, reply: &'a mut Reply) -> Output<'a> {
        if unknown(message).next().is_some() {
            self.counters.count(Refusal::UnknownAttribute);
            let mut writer = error(message, Refusal::UnknownAttribute, reply);
            let length = finish(&mut writer, message);
            return sent(length, reply);
        }
        self.counters.bindings += 1;
        let mut writer =
            Writer::new(&mut reply.bytes, Class::Success, message.method(), message.transaction());
        writer.xored_address(XOR_MAPPED_ADDRESS, client.client);
        let length = finish(&mut writer, message);
        sent(length, reply)
    }

    fn refuse<'a>(
        &mut self,
        now: Now,
        client: &FiveTuple,
        message: &Message<'_>,
        who: Option<&Authenticated<'_>>,
        refusal: Refusal,
        reply: &'a mut Reply,
    ) -> Output<'a> {
        self.counters.count(refusal);
        let mut writer = error(message, refusal, reply);
        if refusal.is_challenge() {
            writer
                .attribute(REALM, self.config.realm.as_bytes())
                .attribute(NONCE, &self.nonces.make(now.ms, client))
                .attribute(PASSWORD_ALGORITHMS, &ALGORITHMS);
        }
        if let Some(who) = who {
            writer.integrity(who.integrity, &who.key);
        }
        let length = finish(&mut writer, message);
        sent(length, reply)
    }
}

fn answer<'a>(
    client: &FiveTuple,
    message: &Message<'_>,
    who: &Authenticated<'_>,
    granted: Granted,
    reply: &'a mut Reply,
) -> Output<'a> {
    let mut writer = Writer::new(&mut reply.bytes, Class::Success, message.method(), message.transaction());
    if let Some(relayed) = granted.relayed {
        writer.xored_address(XOR_RELAYED_ADDRESS, relayed).xored_address(XOR_MAPPED_ADDRESS, client.client);
    }
    if let Some(lifetime_s) = granted.lifetime_s {
        writer.attribute(LIFETIME, &lifetime_s.to_be_bytes());
    }
    if granted.is_without_second {
        allocate::write_no_second(&mut writer);
    }
    writer.integrity(who.integrity, &who.key);
    let length = finish(&mut writer, message);
    sent(length, reply)
}

/// Begins a refusal, and names what was not understood.
fn error<'a>(message: &Message<'_>, refusal: Refusal, reply: &'a mut Reply) -> Writer<'a> {
    let mut writer = Writer::new(&mut reply.bytes, Class::Error, message.method(), message.transaction());
    writer.error(refusal.code(), refusal.reason());
    if refusal == Refusal::UnknownAttribute {
        let mut named = [0; 2 * MAX_NAMED];
        let mut length = 0;
        for (place, number) in named.chunks_exact_mut(2).zip(unknown(message)) {
            place.copy_from_slice(&number.to_be_bytes());
            length += 2;
        }
        writer.attribute(UNKNOWN_ATTRIBUTES, &named[..length]);
    }
    writer
}

/// Ends an answer; it has a FINGERPRINT if the request had one.
fn finish(writer: &mut Writer<'_>, message: &Message<'_>) -> Option<usize> {
    if message.has_fingerprint() {
        writer.fingerprint();
    }
    let length = writer.finish();
    debug_assert!(length.is_ok(), "an answer is longer than was thought possible");
    length.ok()
}

fn sent(length: Option<usize>, reply: &Reply) -> Output<'_> {
    length.map_or(Output::Nothing, |length| Output::Reply(&reply.bytes[..length]))
}

fn unknown<'a>(message: &Message<'a>) -> impl Iterator<Item = u16> + use<'a> {
    let is_unknown = |number: &u16| *number < 0x8000 && !UNDERSTOOD.contains(number);
    message.attributes().map(|one| one.number).filter(is_unknown)
}
