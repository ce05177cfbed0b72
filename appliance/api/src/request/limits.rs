//! Every bound of the API, each with its reason.

use std::time::Duration;

/// Bytes in one MiB.
pub const MIB: usize = 1024 * 1024;
/// The largest body of `POST /fhir`: the largest Synthea patients with decades of history stay below 25 MiB.
pub const BUNDLE_BODY_BYTES: usize = 32 * MIB;
/// The largest body elsewhere: one resource, with a scanned document in it.
pub const RESOURCE_BODY_BYTES: usize = holdfast_core::codec::MAX_RESOURCE_BYTES;
/// The largest body of our own: a draft with what stands around it.
pub const OWN_BODY_BYTES: usize = MIB / 2;
/// The largest form of a `_search`: 500 ids in 50 clauses are far below.
pub const FORM_BODY_BYTES: usize = MIB;

/// The largest file, unless the configuration says otherwise: a scan of some hundred pages, and some ten seconds of a clinic's LAN.
pub const FILE_BYTES: u64 = 100 << 20;

/// How long a body may stop coming: a thin link stalls for seconds, not longer.
pub const BODY_IDLE: Duration = Duration::from_secs(15);
/// How long a whole body may take: 32 MiB at 2.5 Mbit/s.
pub const BODY_WITHIN: Duration = Duration::from_secs(108);
/// The time for one request, its body included.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(120);
/// How long a reader waits for head office to be asked for what is not held here: the finder's own 2 s and some.
pub const FIND_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a search or a save waits for head office, which it can do without: the finder's own 0.8 s and some.
pub const BESIDE_TIMEOUT: Duration = Duration::from_secs(1);
/// How long a search waits for what it needs to be indexed: some ten thousand resources.
pub const INDEX_WAIT: Duration = Duration::from_secs(2);
/// How long `/readyz` waits for the store: an orchestrator asks again anyway.
pub const READY_TIMEOUT: Duration = Duration::from_secs(2);

/// Resources on a page when `_count` is not given.
pub const DEFAULT_COUNT: u32 = 50;
/// The most resources on a page, whatever `_count` says: keeps one answer to a few MiB.
pub const MAX_COUNT: u32 = 500;

/// The most resources beside a page by `_include` and `_revinclude`.
pub const MAX_INCLUDED: usize = 1_000;
/// How many times what was included is looked at for more (`:iterate`).
pub const MAX_ITERATIONS: usize = 5;

/// Entries of a batch that are carried out at the same time, so that they share commits.
pub const BATCH_WIDTH: usize = 128;
/// Entries of a batch that read at the same time: each may hold a page of resources that has no place in the answer yet.
pub const BATCH_READS: usize = 8;
/// The most bytes of resources in the answer to a bundle, as many as may be sent in one: an answer is whole before it goes.
pub const BUNDLE_ANSWER_BYTES: usize = 32 * MIB;
/// How often a bundle is planned again because what its conditions find changed in between.
pub const MAX_REPLANS: usize = 4;

/// Open streams of events: each watching page has one.
pub const MAX_STREAMS: usize = 64;
/// How long a continuity report is shared among those who ask.
pub const CONTINUITY_FRESH: Duration = Duration::from_millis(250);
/// How long the count of records is kept: counting costs more the more there are.
pub const COUNTS_FRESH: Duration = Duration::from_secs(5);
/// The least time between two events of one stream: while a reconcile commits all the time, a page needs no more.
pub const EVENT_PAUSE: Duration = Duration::from_millis(500);
/// How often a stream says that it is alive: a window that hears nothing for two of these and some says that the host is away.
pub const EVENT_BEAT: Duration = Duration::from_secs(4);
/// How often a stream looks at the link, which does not announce its changes.
pub const EVENT_TICK: Duration = Duration::from_secs(1);
