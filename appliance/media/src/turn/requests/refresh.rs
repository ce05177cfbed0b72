//! Refresh (RFC 8656 §8.2).

use super::Granted;
use crate::stun::Message;
use crate::stun::address::{FAMILY_IPV4, FAMILY_IPV6};
use crate::stun::attribute::{LIFETIME, REQUESTED_ADDRESS_FAMILY, u8_of, u32_of};
use crate::turn::five_tuple::FiveTuple;
use crate::turn::refusal::Refusal;
use crate::turn::server::{Now, Server};

impl Server {
    pub(super) fn refresh(
        &mut self,
        now: Now,
        client: &FiveTuple,
        message: &Message<'_>,
    ) -> Result<Granted, Refusal> {
        let longest_ms = self.config.limits.longest_ms;
        let held = self.table.of_client(client).ok_or(Refusal::AllocationMismatch)?;
        let family = if held.relayed.is_ipv4() { FAMILY_IPV4 } else { FAMILY_IPV6 };
        match message.value(REQUESTED_ADDRESS_FAMILY).map(u8_of) {
            None => {}
            Some(Some(asked)) if asked == family => {}
            Some(Some(_)) => return Err(Refusal::PeerAddressFamilyMismatch),
            Some(None) => return Err(Refusal::BadRequest),
        }
        let asked_s = match message.value(LIFETIME) {
            None => None,
            Some(value) => Some(u32_of(value).ok_or(Refusal::BadRequest)?),
        };
        let lifetime_s = if asked_s == Some(0) { 0 } else { held.prolong(now.ms, asked_s, longest_ms) };
        if lifetime_s == 0 {
            self.end(client);
        }
        Ok(Granted { lifetime_s: Some(lifetime_s), ..Granted::default() })
    }
}
