//! ChannelBind (RFC 8656 §12.2).

use super::Granted;
use crate::stun::Message;
use crate::stun::attribute::{CHANNEL_NUMBER, XOR_PEER_ADDRESS, u16_of};
use crate::turn::allocation::NotBound;
use crate::turn::five_tuple::FiveTuple;
use crate::turn::refusal::Refusal;
use crate::turn::server::{Now, Server};

/// Numbers that a client may choose. RFC 8656 §12 ends them at 0x4FFF, RFC 5766 §11 at 0x7FFE, and clients made by the older one are many;
/// nothing else on our ports begins with a byte up to 0x7F (RFC 7983 §7).
const NUMBERS: std::ops::RangeInclusive<u16> = 0x4000..=0x7FFF;

impl Server {
    pub(super) fn channel_bind(
        &mut self,
        now: Now,
        client: &FiveTuple,
        message: &Message<'_>,
    ) -> Result<Granted, Refusal> {
        let number = message.value(CHANNEL_NUMBER).and_then(u16_of).filter(|number| NUMBERS.contains(number));
        let (Some(number), Some(peer)) = (number, message.xored_address(XOR_PEER_ADDRESS)) else {
            return Err(Refusal::BadRequest);
        };
        let kind = self.peer(peer)?;
        let held = self.table.of_client(client).ok_or(Refusal::AllocationMismatch)?;
        if peer.is_ipv4() != held.relayed.is_ipv4() {
            return Err(Refusal::PeerAddressFamilyMismatch);
        }
        match held.bind(now.ms, number, peer, kind) {
            Ok(()) => Ok(Granted::default()),
            Err(NotBound::Other) => Err(Refusal::BadRequest),
            Err(NotBound::Full) => Err(Refusal::InsufficientCapacity),
        }
    }
}
