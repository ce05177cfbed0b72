//! What both ends keep to (`LIMITS` in messages.ts), and what the node keeps to beside it.

/// Bytes of a frame: an offer of 14 sections is about 12 KiB.
pub const FRAME_BYTES: usize = 64 * 1024;
/// Characters of a line of chat, and of what is told with trouble.
pub const CHAT_CHARS: usize = 2_000;
/// Characters of a name.
pub const NAME_CHARS: usize = 80;
/// Characters of a caption, and of a reason.
pub const CAPTION_CHARS: usize = 200;
/// Characters of a summary, and of what comes next.
pub const SUMMARY_CHARS: usize = 20_000;
/// Lines of chat that are kept, and that a welcome repeats.
pub const CHAT_LINES: usize = 200;
/// People who are in a visit at once: what a page has slots for, and itself.
pub const PEOPLE: usize = 6;
/// Slots of a page.
pub const SLOTS: usize = 5;

/// Members that a visit knows, those who never came too: more links than that is a mistake, and each is state.
pub const MEMBERS: usize = 24;
/// Sockets of a visit: two a member.
pub const SOCKETS: usize = 2 * MEMBERS;
/// Commands remembered a member, with their answers.
pub const IDS: usize = 256;
/// What the relay was asked and has not answered: a page has one offer under way, and a few changes.
pub const ASKS: usize = 256;

/// A socket that says no hello for so long is closed, in milliseconds.
pub const HELLO_WITHIN_MS: u64 = 10_000;
/// A socket that says nothing for so long is closed, in milliseconds: seven pings.
pub const SILENCE_MS: u64 = 30_000;
/// Who has neither socket nor media for so long is away, in milliseconds.
pub const AWAY_MS: u64 = 60_000;
/// Least time between two `people` to one visit, in milliseconds: four a second.
pub const PEOPLE_EVERY_MS: u64 = 250;

/// Messages that a socket may send at once, and again each second: a page sends one or two, and a burst while tiles move.
pub const BURST: u32 = 60;
/// Messages a second thereafter.
pub const PER_SECOND: u32 = 20;
/// So many too many in a row, and the socket is closed: it is no page.
pub const FLOOD: u32 = 200;
/// Hellos of a member at once; a page that comes back doubles its wait, two pages that fight do not.
pub const HELLOS: u32 = 10;
/// Device checks of a member at once; each costs the relay a connection for 20 s.
pub const CHECKS: u32 = 6;
/// Time in which one more device check is allowed, in milliseconds.
pub const CHECK_EVERY_MS: u64 = 10_000;

/// The socket is closed so when all was said before: the page does not come back.
pub const CLOSED_FOR_GOOD: u16 = 4000;
/// Closed after silence: the page comes back.
pub const CLOSED_SILENT: u16 = 4001;
/// Closed for a rule it broke (RFC 6455 §7.4.1, policy violation).
pub const CLOSED_RULE: u16 = 1008;

/// How wrong clocks may be when a link's times are looked at, in milliseconds: a clinic's node is seldom worse without a network.
pub const SKEW_MS: u64 = 120_000;
/// When a page may ask a relay again that is away, in milliseconds.
pub const RELAY_AWAY_AGAIN_MS: u64 = 1_000;
/// When a page may ask a relay again that is full, in milliseconds.
pub const RELAY_FULL_AGAIN_MS: u64 = 5_000;
