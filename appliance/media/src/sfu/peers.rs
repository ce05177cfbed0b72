//! Every connection of a shard, and whose a datagram is: by its sender's address, or, for a STUN request from a new
//! address, by the ICE session that it names. Both are maps: `str0m` would have to be asked one by one.

use super::demux::Kind;
use super::peer::Peer;
use std::collections::HashMap;
use std::net::SocketAddr;

/// A place in the table. Used again only after the connection that was there is gone from every map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key(usize);

#[derive(Default)]
pub(super) struct Peers {
    table: Vec<Option<Peer>>,
    free: Vec<usize>,
    by_address: HashMap<SocketAddr, Key>,
    by_ufrag: HashMap<String, Key>,
}

impl Peers {
    pub(super) fn insert(&mut self, peer: Peer) -> Key {
        let at = self.free.pop().unwrap_or_else(|| {
            self.table.push(None);
            self.table.len() - 1
        });
        for ufrag in &peer.ufrags {
            self.by_ufrag.insert(ufrag.clone(), Key(at));
        }
        self.table[at] = Some(peer);
        Key(at)
    }

    /// After a restart: the connection answers to a new name too.
    pub(super) fn renamed(&mut self, key: Key) {
        if let Some(ufrag) = self.get(key).and_then(|peer| peer.ufrags.last().cloned()) {
            self.by_ufrag.insert(ufrag, key);
        }
    }

    pub(super) fn remove(&mut self, key: Key) -> Option<Peer> {
        let peer = self.table.get_mut(key.0)?.take()?;
        self.free.push(key.0);
        for address in &peer.addresses {
            self.forget(*address, key);
        }
        for ufrag in &peer.ufrags {
            self.by_ufrag.remove(ufrag);
        }
        Some(peer)
    }

    /// This address speaks for this connection: it answered a request that came from there.
    pub(super) fn learn(&mut self, key: Key, address: SocketAddr) {
        let forgotten = match self.table.get_mut(key.0).and_then(Option::as_mut) {
            Some(peer) if !peer.addresses.contains(&address) => peer.learn(address),
            Some(_) => None,
            None => return,
        };
        self.by_address.insert(address, key);
        if let Some(forgotten) = forgotten {
            self.forget(forgotten, key);
        }
    }

    /// Another connection may have learnt it since.
    fn forget(&mut self, address: SocketAddr, key: Key) {
        if self.by_address.get(&address) == Some(&key) {
            self.by_address.remove(&address);
        }
    }

    /// Whose it is; true beside it if the address is not known to be theirs.
    pub(super) fn find(&self, from: SocketAddr, kind: Kind<'_>) -> Option<(Key, bool)> {
        if let Kind::Stun { ufrag: Some(ufrag) } = kind {
            let &key = self.by_ufrag.get(ufrag)?;
            return Some((key, self.by_address.get(&from) != Some(&key)));
        }
        self.by_address.get(&from).map(|&key| (key, false))
    }

    pub(super) fn get(&self, key: Key) -> Option<&Peer> {
        self.table.get(key.0).and_then(Option::as_ref)
    }

    pub(super) fn get_mut(&mut self, key: Key) -> Option<&mut Peer> {
        self.table.get_mut(key.0).and_then(Option::as_mut)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (Key, &mut Peer)> {
        self.table.iter_mut().enumerate().filter_map(|(at, peer)| Some((Key(at), peer.as_mut()?)))
    }
}
