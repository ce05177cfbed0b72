//! The packets themselves (RFC 8656 §11, §12.5 to §12.7). Nothing here allocates.

use std::net::SocketAddr;
use std::ops::Range;

use super::five_tuple::FiveTuple;
use super::output::{Output, ToClient};
use super::peers::PeerKind;
use super::server::{HEADROOM, Now, Server, TAILROOM};
use crate::stun::attribute::{DATA, XOR_PEER_ADDRESS, padding};
use crate::stun::{Attribute, Class, Message, Method, TransactionId, Writer};

/// Attributes that a Send indication may have and that must be understood.
const UNDERSTOOD: [u16; 2] = [DATA, XOR_PEER_ADDRESS];

impl Server {
    /// ChannelData of a client (RFC 8656 §12.6).
    pub(super) fn channel_data<'a>(&mut self, now: Now, client: &FiveTuple, bytes: &'a [u8]) -> Output<'a> {
        let Some((number, payload)) = read_channel_data(bytes) else {
            self.counters.malformed += 1;
            return Output::Nothing;
        };
        let Some(allocation) = self.table.of_client(client).filter(|one| !one.is_over(now.ms)) else {
            self.counters.unpermitted += 1;
            return Output::Nothing;
        };
        let Some(channel) = allocation.channel(now.ms, number) else {
            self.counters.unpermitted += 1;
            return Output::Nothing;
        };
        let (peer, kind) = (channel.peer, channel.kind);
        self.up(now, client, peer, kind, payload)
    }

    /// A Send indication (RFC 8656 §11.2). What is wrong with it nobody is told.
    pub(super) fn send_indication<'a>(
        &mut self,
        now: Now,
        client: &FiveTuple,
        message: &Message<'a>,
    ) -> Output<'a> {
        let is_strange = |one: Attribute<'_>| one.must_be_understood() && !UNDERSTOOD.contains(&one.number);
        let (peer, data) = (message.xored_address(XOR_PEER_ADDRESS), message.value(DATA));
        let (Some(peer), Some(data), false) = (peer, data, message.attributes().any(is_strange)) else {
            self.counters.malformed += 1;
            return Output::Nothing;
        };
        let is_permitted = self
            .table
            .of_client(client)
            .is_some_and(|one| !one.is_over(now.ms) && one.permits(now.ms, peer.ip()));
        match self.peer(peer) {
            Ok(kind) if is_permitted => self.up(now, client, peer, kind, data),
            _ => {
                self.counters.unpermitted += 1;
                Output::Nothing
            }
        }
    }

    fn up<'a>(
        &mut self,
        now: Now,
        client: &FiveTuple,
        peer: SocketAddr,
        kind: PeerKind,
        bytes: &'a [u8],
    ) -> Output<'a> {
        let rate = self.config.limits.bytes;
        let Some(allocation) = self.table.of_client(client) else { return Output::Nothing };
        if !allocation.up.take(rate, now.ms, bytes.len() as u32) {
            self.counters.over_rate += 1;
            return Output::Nothing;
        }
        self.counters.packets_up += 1;
        self.counters.bytes_up += bytes.len() as u64;
        let relayed = allocation.relayed;
        match kind {
            PeerKind::Sfu => Output::ToSfu { relayed, peer, bytes },
            PeerKind::Outside => Output::ToPeer { relayed, peer, bytes },
        }
    }

    /// What `peer` sent to the relayed address: the SFU in this process, or a peer through a lent socket (RFC 8656 §11.3, §12.7).
    ///
    /// The payload is `buffer[HEADROOM..HEADROOM + length]`; the header is written before it, and padding for streams after it. [`None`] if
    /// nobody may get it, or `buffer` is shorter than [`HEADROOM`], the payload and [`TAILROOM`].
    pub fn from_peer(
        &mut self,
        now: Now,
        relayed: SocketAddr,
        peer: SocketAddr,
        buffer: &mut [u8],
        length: usize,
    ) -> Option<ToClient> {
        let told = u16::try_from(length).ok().filter(|_| buffer.len() >= HEADROOM + length + TAILROOM)?;
        let rate = self.config.limits.bytes;
        let allocation = self.table.of_relayed(relayed);
        let Some(allocation) =
            allocation.filter(|one| !one.is_over(now.ms) && one.permits(now.ms, peer.ip()))
        else {
            self.counters.unpermitted += 1;
            return None;
        };
        if !allocation.down.take(rate, now.ms, u32::from(told)) {
            self.counters.over_rate += 1;
            return None;
        }
        let client = allocation.client;
        let part = match allocation.channel_of(now.ms, peer) {
            Some(number) => write_channel_data(number, told, client.transport.is_stream(), buffer),
            None => write_data_indication(TransactionId(self.relayed.transaction()), peer, told, buffer)?,
        };
        self.counters.packets_down += 1;
        self.counters.bytes_down += u64::from(told);
        Some(ToClient { client, part })
    }
}

/// The channel and the payload; what follows it is padding (RFC 8656 §12.4).
fn read_channel_data(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let (&[n0, n1, l0, l1], rest) = bytes.split_first_chunk::<4>()?;
    let payload = rest.get(..usize::from(u16::from_be_bytes([l0, l1])))?;
    Some((u16::from_be_bytes([n0, n1]), payload))
}

fn write_channel_data(number: u16, length: u16, is_padded: bool, buffer: &mut [u8]) -> Range<usize> {
    let start = HEADROOM - 4;
    buffer[start..start + 2].copy_from_slice(&number.to_be_bytes());
    buffer[start + 2..HEADROOM].copy_from_slice(&length.to_be_bytes());
    let end = HEADROOM + usize::from(length);
    let pad = if is_padded { padding(end) } else { 0 };
    buffer[end..end + pad].fill(0);
    start..end + pad
}

/// A Data indication: header, XOR-PEER-ADDRESS, and DATA, whose value is in its place already (RFC 8656 §11.4).
fn write_data_indication(
    transaction: TransactionId,
    peer: SocketAddr,
    length: u16,
    buffer: &mut [u8],
) -> Option<Range<usize>> {
    let head = if peer.is_ipv4() { 36 } else { 48 };
    let start = HEADROOM - head;
    let end = HEADROOM + usize::from(length);
    let pad = padding(usize::from(length));
    buffer[end..end + pad].fill(0);
    let mut writer = Writer::new(&mut buffer[start..HEADROOM], Class::Indication, Method::DATA, transaction);
    let written = writer.xored_address(XOR_PEER_ADDRESS, peer).attribute(DATA, &[]).finish();
    debug_assert_eq!(written, Ok(head));
    // The two lengths that do not count the payload yet.
    let body = u16::try_from(head - 20 + usize::from(length) + pad).ok()?;
    buffer[start + 2..start + 4].copy_from_slice(&body.to_be_bytes());
    buffer[HEADROOM - 2..HEADROOM].copy_from_slice(&length.to_be_bytes());
    Some(start..end + pad)
}
