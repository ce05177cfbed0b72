//! Allocate (RFC 8656 §7.2).

use super::Granted;
use crate::stun::address::{FAMILY_IPV4, FAMILY_IPV6};
use crate::stun::attribute::{
    ADDITIONAL_ADDRESS_FAMILY, ADDRESS_ERROR_CODE, EVEN_PORT, LIFETIME, REQUESTED_ADDRESS_FAMILY,
    REQUESTED_TRANSPORT, RESERVATION_TOKEN, u8_of, u32_of,
};
use crate::stun::{Message, Writer};
use crate::turn::allocation::{Allocation, Start};
use crate::turn::authenticate::Authenticated;
use crate::turn::bucket::Bucket;
use crate::turn::five_tuple::FiveTuple;
use crate::turn::refusal::Refusal;
use crate::turn::server::{Now, Server};

/// UDP's number (RFC 8656 §18.8).
const PROTOCOL_UDP: u8 = 17;
/// The bit of EVEN-PORT that asks for the next port too (RFC 8656 §18.7).
const RESERVE: u8 = 0x80;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Asked {
    is_v4: bool,
    is_even: bool,
    has_second: bool,
    lifetime_s: Option<u32>,
}

impl Server {
    pub(super) fn allocate(
        &mut self,
        now: Now,
        client: &FiveTuple,
        message: &Message<'_>,
        who: &Authenticated<'_>,
    ) -> Result<Granted, Refusal> {
        if let Some(held) = self.table.of_client(client).filter(|one| !one.is_over(now.ms)) {
            // The same request once more: its answer was lost (RFC 8656 §7.2).
            let is_again = held.transaction == message.transaction();
            let granted = Granted {
                relayed: Some(held.relayed),
                lifetime_s: Some(held.lifetime_s),
                is_without_second: message.value(ADDITIONAL_ADDRESS_FAMILY).is_some(),
            };
            return if is_again { Ok(granted) } else { Err(Refusal::AllocationMismatch) };
        }
        let asked = asked(message)?;
        if !self.relayed.has_family(asked.is_v4) {
            return Err(Refusal::AddressFamilyNotSupported);
        }
        // One that is over and not swept yet would count.
        self.end(client);
        self.table.check(&self.config.limits, &who.claim, client.client.ip())?;
        let table = &self.table;
        let relayed = self.relayed.choose(asked.is_v4, asked.is_even, |address| table.is_taken(address));
        let relayed = relayed.ok_or(Refusal::InsufficientCapacity)?;
        let visit = who.username.find(':').map_or(0, |at| at + 1);
        let mut allocation = Allocation::new(Start {
            client: *client,
            relayed,
            username: who.username.into(),
            visit: visit..visit + who.claim.visit.len(),
            transaction: message.transaction(),
            now_ms: now.ms,
            bucket: Bucket::full(self.config.limits.bytes, now.ms),
        });
        let lifetime_s = allocation.prolong(now.ms, asked.lifetime_s, self.config.limits.longest_ms);
        self.table.insert(&who.claim, allocation);
        self.counters.allocated += 1;
        Ok(Granted {
            relayed: Some(relayed),
            lifetime_s: Some(lifetime_s),
            is_without_second: asked.has_second,
        })
    }
}

fn asked(message: &Message<'_>) -> Result<Asked, Refusal> {
    let transport = message.value(REQUESTED_TRANSPORT).and_then(u8_of).ok_or(Refusal::BadRequest)?;
    if transport != PROTOCOL_UDP {
        return Err(Refusal::UnsupportedTransport);
    }
    let [family, second, even, token] =
        [REQUESTED_ADDRESS_FAMILY, ADDITIONAL_ADDRESS_FAMILY, EVEN_PORT, RESERVATION_TOKEN]
            .map(|number| message.value(number));
    let has_two = family.is_some() && second.is_some();
    let has_more_than_token = token.is_some() && (family.is_some() || second.is_some() || even.is_some());
    let is_second_ipv6 = second.is_none_or(|value| u8_of(value) == Some(FAMILY_IPV6));
    if has_two || has_more_than_token || !is_second_ipv6 {
        return Err(Refusal::BadRequest);
    }
    let is_v4 = match family.map(u8_of) {
        None | Some(Some(FAMILY_IPV4)) => true,
        Some(Some(FAMILY_IPV6)) => false,
        Some(Some(_)) => return Err(Refusal::AddressFamilyNotSupported),
        Some(None) => return Err(Refusal::BadRequest),
    };
    let even = match even {
        None => None,
        Some(&[bits]) => Some(bits),
        Some(_) => return Err(Refusal::BadRequest),
    };
    let is_reserving = even.is_some_and(|bits| bits & RESERVE != 0);
    if is_reserving && second.is_some() {
        return Err(Refusal::BadRequest);
    }
    // Nothing is ever reserved: media and its control share a port, so nobody needs two in a row.
    if is_reserving || token.is_some() {
        return Err(Refusal::InsufficientCapacity);
    }
    let lifetime_s = match message.value(LIFETIME) {
        None => None,
        Some(value) => Some(u32_of(value).ok_or(Refusal::BadRequest)?),
    };
    Ok(Asked { is_v4, is_even: even.is_some(), has_second: second.is_some(), lifetime_s })
}

/// ADDRESS-ERROR-CODE: there is no second address, of IPv6 (RFC 8656 §18.12).
pub(super) fn write_no_second(writer: &mut Writer<'_>) {
    let refusal = Refusal::AddressFamilyNotSupported;
    let head = [FAMILY_IPV6, 0, (refusal.code() / 100) as u8, (refusal.code() % 100) as u8];
    writer.parts(ADDRESS_ERROR_CODE, &[&head, refusal.reason().as_bytes()]);
}
