//! CreatePermission (RFC 8656 §10.2).

use std::net::{IpAddr, Ipv4Addr};

use super::Granted;
use crate::stun::Message;
use crate::stun::address::read_xored;
use crate::stun::attribute::XOR_PEER_ADDRESS;
use crate::turn::allocation::MAX_PERMISSIONS;
use crate::turn::five_tuple::FiveTuple;
use crate::turn::refusal::Refusal;
use crate::turn::server::{Now, Server};

impl Server {
    /// All peers of a request are permitted, or none.
    pub(super) fn create_permission(
        &mut self,
        now: Now,
        client: &FiveTuple,
        message: &Message<'_>,
    ) -> Result<Granted, Refusal> {
        let mut ips = [IpAddr::V4(Ipv4Addr::UNSPECIFIED); MAX_PERMISSIONS];
        let mut count = 0;
        for attribute in message.attributes().filter(|one| one.number == XOR_PEER_ADDRESS) {
            let peer = read_xored(attribute.value, &message.transaction()).ok_or(Refusal::BadRequest)?;
            self.config.peers.check_ip(peer.ip()).map_err(|barred| self.barred(barred))?;
            *ips.get_mut(count).ok_or(Refusal::InsufficientCapacity)? = peer.ip();
            count += 1;
        }
        let ips = &ips[..count];
        if ips.is_empty() {
            return Err(Refusal::BadRequest);
        }
        let held = self.table.of_client(client).ok_or(Refusal::AllocationMismatch)?;
        if ips.iter().any(|ip| ip.is_ipv4() != held.relayed.is_ipv4()) {
            return Err(Refusal::PeerAddressFamilyMismatch);
        }
        if held.permit(now.ms, ips.iter().copied()) {
            Ok(Granted::default())
        } else {
            Err(Refusal::InsufficientCapacity)
        }
    }
}
