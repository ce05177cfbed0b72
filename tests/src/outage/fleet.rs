//! All that runs: PostgreSQL, the hub, two nodes, and a link to each.

use super::http::Client;
use super::hub::Hub;
use super::node::{Node, Place, Variables};
use super::plan::Side;
use crate::postgres::Cluster;
use crate::proxy::{Cut, Proxy, Settings};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tokio::runtime::Runtime;

/// The fleet. Dropping it kills every process of it.
pub(super) struct Fleet {
    nodes: BTreeMap<Side, Node>,
    links: BTreeMap<Side, Proxy>,
    pub(super) hub: Hub,
    pub(super) cluster: Cluster,
    /// Carries the links; dropped last.
    runtime: Runtime,
    work: PathBuf,
    /// What is set at every node, beside the defaults.
    of_nodes: Variables,
}

/// How to reach one replica's API.
#[derive(Debug, Clone)]
pub(super) struct Access {
    pub(super) name: &'static str,
    pub(super) place: Place,
    pub(super) token: String,
}

impl Access {
    pub(super) fn client(&self) -> Result<Client> {
        Client::new(&self.place.url(), &self.token)
    }
}

impl Fleet {
    /// PostgreSQL, the hub and both links; no node yet.
    pub(super) fn start(work: &Path) -> Result<Self> {
        Self::start_with(work, &[], &[])
    }

    /// The same, with something set at the hub and at every node.
    pub(super) fn start_with(work: &Path, of_hub: Variables, of_nodes: Variables) -> Result<Self> {
        let cluster = Cluster::start()?;
        let hub = Hub::start(work, &cluster.create_database("hub")?, of_hub)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .context("no threads for the links")?;
        let mut links = BTreeMap::new();
        for side in Side::BOTH {
            let link = runtime.block_on(Proxy::start(hub.sync, Settings::default()))?;
            links.insert(side, link);
        }
        Ok(Self { nodes: BTreeMap::new(), links, hub, cluster, runtime, work: work.to_owned(), of_nodes })
    }

    /// Enrols and starts a node.
    pub(super) fn join(&mut self, side: Side) -> Result<()> {
        let address = self.link(side)?.address();
        let token = self.hub.enrol_token(side.name())?;
        let mut node = Node::enrol(side, &self.work, address, self.of_nodes, &token)?;
        node.start()?;
        self.nodes.insert(side, node);
        Ok(())
    }

    pub(super) fn link(&self, side: Side) -> Result<&Proxy> {
        self.links.get(&side).with_context(|| format!("{} has no link", side.name()))
    }

    pub(super) fn node(&mut self, side: Side) -> Result<&mut Node> {
        self.nodes.get_mut(&side).with_context(|| format!("{} has not joined", side.name()))
    }

    pub(super) fn access(&self, side: Side) -> Result<Access> {
        let node = self.nodes.get(&side).with_context(|| format!("{} has not joined", side.name()))?;
        Ok(Access { name: side.name(), place: node.place.clone(), token: node.token.clone() })
    }

    pub(super) fn hub_access(&self) -> Result<Access> {
        Ok(Access { name: "hub", place: self.hub.place.clone(), token: self.hub.token()? })
    }

    /// The WAN goes.
    pub(super) fn cut(&self) -> Result<()> {
        self.links.values().try_for_each(|link| self.runtime.block_on(link.cut(Cut::Refuse)))
    }

    /// The WAN comes back, such as it is.
    pub(super) fn heal(&self, settings: Settings) -> Result<()> {
        self.set_lines(settings);
        self.links.values().try_for_each(|link| self.runtime.block_on(link.heal()))
    }

    /// Changes what the lines carry.
    pub(super) fn set_lines(&self, settings: Settings) {
        self.links.values().for_each(|link| link.set(settings));
    }

    /// Bytes that a link has carried, both ways.
    pub(super) fn carried(&self, side: Side) -> Result<u64> {
        let bytes = self.link(side)?.bytes();
        Ok(bytes.up + bytes.down)
    }

    /// Kills the hub's process and starts another on the same database.
    pub(super) fn kill_hub(&mut self) -> Result<()> {
        self.hub.kill()?;
        self.hub.start_again()?;
        self.links.values().for_each(|link| link.set_target(self.hub.sync));
        Ok(())
    }
}
