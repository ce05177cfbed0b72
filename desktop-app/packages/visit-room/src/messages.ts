// What page and node say to each other over the one socket of a visit (`GET /api/visit/socket`, WebSocket, text frames, one JSON
// object a frame). docs/visit-messages.md tells it in sentences; the types here are the contract. Times are milliseconds since 1970
// by the node's clock (`…Ms`). What is not there is left out, and never null, but in the places of `slots`. A field or a type that
// is not known is passed over, so that either end may be newer.

/** The version of this contract. A node that does not speak it refuses with `version`. */
export const VERSION = 1;

/** What both ends keep to; the node refuses more with `too-large` or `too-fast`. */
export const LIMITS = {
  /** Bytes of a frame: an offer of 14 sections is about 12 KiB. */
  frameBytes: 64 * 1024,
  chatChars: 2_000,
  nameChars: 80,
  captionChars: 200,
  summaryChars: 20_000,
  /** Lines of chat that a welcome repeats. */
  chatLines: 200,
  /** People in a visit, and slots that a page receives. */
  people: 6,
  slots: 5,
  /** A page that has heard nothing for so long takes its socket as broken. */
  silenceMs: 10_000,
  pingMs: 4_000,
} as const;

export type Role = 'patient' | 'family' | 'interpreter' | 'clinician';
export type MemberId = string;

/** What a link says of itself: the first half of its token, as JSON in base64url. A page reads it, and never trusts it. */
export interface TokenPayload {
  v: 1;
  visit: string;
  /** The clinic's id. */
  clinic: string;
  role: Role;
  member: MemberId;
  name: string;
  /** Seconds since 1970. */
  nbf: number;
  exp: number;
  /** For one device at a time. */
  one: boolean;
  /** Origins (`https://…`) where the node, then regions, can be reached, in the order in which they are tried. */
  at: string[];
  /** What a page shows when nobody answers: the last resort must not need the network that is away. */
  call?: CallFacts;
  /** The visit is encrypted end to end: a page without the secret in its address cannot join. */
  sealed?: boolean;
}

/** Whom to call by telephone. */
export interface CallFacts {
  /** The clinic's name in words. */
  clinic?: string;
  phone?: string;
  /** The visit by telephone: number, and the digits that lead into this visit. */
  bridge?: { phone: string; pin?: string };
}

/**
 * Where somebody is: `away` has a link and no page open · `here` has the page open and has not knocked (device check) · `waiting` has
 * knocked · `in` is admitted · `left` went, was declined or was put out, and may knock again.
 */
export type MemberState = 'away' | 'here' | 'waiting' | 'in' | 'left';

/** The connection in one word: `good`, `fair` (short gaps), `poor` (hard to follow), `lost` (nothing comes at the moment). */
export type Quality = 'good' | 'fair' | 'poor' | 'lost';

/** How much of itself a page sends and takes: 0 all · 1 less video · 2 sound alone · 3 the telephone would be better. */
export type Level = 0 | 1 | 2 | 3;
export type LevelWhy = 'loss' | 'round-trip' | 'bandwidth' | 'asked' | 'relay';

export interface Person {
  member: MemberId;
  name: string;
  role: Role;
  state: MemberState;
  /** Since when in this state. */
  sinceMs: number;
  /** What they send, if they are `in`. */
  audio: boolean;
  camera: boolean;
  screen: boolean;
  /** Whether media of theirs reaches the relay at the moment; false while they reconnect. */
  connected: boolean;
  quality?: Quality;
  level?: Level;
  levelWhy?: LevelWhy;
  /** They are in by telephone, or are being called. */
  phone?: 'ringing' | 'connected' | 'failed';
  /** BCP 47, as their page is set. */
  language?: string;
  /** The clinician who leads the visit. Exactly one has it once a clinician was here. */
  leads?: boolean;
  /** A check value of their secret, see docs/decisions/0039; another than one's own: another secret. */
  seal?: string;
}

/** What somebody who waits is told of the clinic's side. */
export interface ClinicStatus {
  /** `away` no clinician has opened the visit · `busy` one has, and is with somebody else · `ready` one is in the room · `soon` in about `minutes`. */
  state: 'away' | 'busy' | 'soon' | 'ready';
  sinceMs: number;
  minutes?: number;
  /** The clinician's name. */
  name?: string;
}

/** The media relay, as the node sees it. `full`: it takes nobody new. */
export interface RelayState {
  state: 'ok' | 'away' | 'full';
  sinceMs: number;
}

export interface IceServers {
  /** As RTCConfiguration has them: `turn:` over UDP and TCP, and `turns:`. */
  servers: { urls: string[]; username: string; credential: string }[];
  untilMs: number;
}

/** Who is heard and seen where. Index = slot; m-line = 3 + slot (audio), 8 + slot (video). */
export interface Slots {
  /** Grows with each change; an older one that comes later is passed over. */
  rev: number;
  audio: ({ member: MemberId } | null)[];
  video: ({ member: MemberId; kind: 'camera' | 'screen' } | null)[];
}

export interface ChatLine {
  seq: number;
  member: MemberId;
  name: string;
  atMs: number;
  text: string;
}

export type TroubleKind = 'no-sound' | 'no-picture' | 'not-heard' | 'not-seen' | 'breaks-up' | 'help';

/** Figures of the last ten seconds and of the whole. No address, no name, no device. */
export interface Stats {
  rttMs?: number;
  lossUpPct?: number;
  lossDownPct?: number;
  jitterMs?: number;
  kbitUp?: number;
  kbitDown?: number;
  /** Of the picture that is shown largest. */
  framesPerS?: number;
  heightPx?: number;
  freezes: number;
  freezeMs: number;
  concealedPct?: number;
  quality: Quality;
  level: Level;
  /** The path in use. */
  path?: 'udp' | 'tcp' | 'turn-udp' | 'turn-tcp' | 'turn-tls';
  /** From the click on "Join" on. */
  joined?: { answerMs?: number; connectedMs?: number; firstFrameMs?: number };
  restarts: number;
  rejoins: number;
  /** Frames that could not be opened, if the visit is sealed. */
  sealFailed?: number;
}

// ── From the page ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A message that changes something: answered `done` or `problem` with the same `id`; the same id again changes nothing twice. */
export interface Command {
  id: string;
}

/** The first message of every socket. → `welcome` or `refused`. */
export interface Hello {
  type: 'hello';
  v: number;
  token: string;
  /** Random, one a tab: it survives a reload and is copied by "duplicate tab". */
  device: string;
  /** `room` carries media · `control` is the same member beside it without media (the staff window, when the room is a Chromium window). */
  part: 'room' | 'control';
  /** "Take over here": ends the other device's part. Without it a second device is refused with `elsewhere`. */
  takeOver?: boolean;
  language: string;
  can: { webrtc: boolean; sealed: boolean };
  /** See {@link Person.seal}. */
  seal?: string;
}

/** Keeps the socket alive. → `pong` with the same `t`. */
export interface Ping {
  type: 'ping';
  t: number;
}

/** Asks to be let in. A clinician is let in at once. → `done`, then `you`. */
export interface Knock extends Command {
  type: 'knock';
  /** What the person calls themselves; the link's name if left out. */
  name?: string;
  devices: { camera: boolean; microphone: boolean };
}

/** Clinician: what those who wait are told. */
export interface Status extends Command {
  type: 'status';
  state: 'busy' | 'soon' | 'ready';
  minutes?: number;
}

/** Clinician: lets in, sends away, puts out (back to the waiting room if `back`). */
export interface Admit extends Command {
  type: 'admit';
  member: MemberId;
}
export interface Decline extends Command {
  type: 'decline';
  member: MemberId;
  /** Shown to them. */
  reason?: string;
}
export interface Remove extends Command {
  type: 'remove';
  member: MemberId;
  back: boolean;
}

/** The page's SDP. → `answer`, or `problem`: `relay-full`, `relay-away`, `bad-sdp`, `not-admitted`, `media-unknown`. */
export interface Offer extends Command {
  type: 'offer';
  sdp: string;
  /** An ICE restart of what the relay has. It answers `media-unknown` if it has not: then a new offer comes at once. */
  restart: boolean;
}

/** Device check: an offer of one data channel `check`, whose messages the relay sends back as they are, for 20 s. Any state. → `answer` or `problem`. */
export interface Check extends Command {
  type: 'check';
  sdp: string;
}

/** What the page sends, and with how much of it. State, not a step: the last one holds. → `done`. */
export interface Media extends Command {
  type: 'media';
  audio: boolean;
  camera: boolean;
  screen: boolean;
  level: Level;
  levelWhy?: LevelWhy;
}

/** How large pictures are wanted, by slot; 0 stops one. State; the last one holds. Not answered. */
export interface Want {
  type: 'want';
  wants: { slot: number; maxHeight: number }[];
}

/** Fresh TURN credentials. → `ice`. */
export interface AskIce {
  type: 'ask-ice';
}

export interface SayChat extends Command {
  type: 'chat';
  text: string;
}

/** A line of typed captions by an interpreter or a clinician; shown only where somebody has turned captions on, and kept nowhere. Not answered. */
export interface Caption {
  type: 'caption';
  text: string;
}

/** "I cannot hear", … : clinicians are told. */
export interface RaiseTrouble extends Command {
  type: 'trouble';
  kind: TroubleKind;
  text?: string;
}

/** Clinician who leads: another one leads from now on. `to` is of `GET /api/visits/{id}/clinicians`. */
export interface HandOver extends Command {
  type: 'hand-over';
  to: string;
}

/** Clinician: the phone bridge calls somebody, as `member` or as somebody new. */
export interface Bridge extends Command {
  type: 'bridge';
  do: 'call' | 'hang-up';
  member?: MemberId;
  phone?: string;
  name?: string;
}

/** Goes; may come back by the same link. → `done`, then `ended` with `left`. */
export interface Leave extends Command {
  type: 'leave';
}

/** Clinician: ends it for all. → `done`, then `ended` to all. `POST /api/visits/{id}/end` does the same. */
export interface End extends Command {
  type: 'end';
  summary?: string;
  next?: string;
}

/** Every ten seconds in the visit. Not answered. */
export interface SayStats {
  type: 'stats';
  stats: Stats;
}

export type FromPage =
  | Hello
  | Ping
  | Knock
  | Status
  | Admit
  | Decline
  | Remove
  | Offer
  | Check
  | Media
  | Want
  | AskIce
  | SayChat
  | Caption
  | RaiseTrouble
  | HandOver
  | Bridge
  | Leave
  | End
  | SayStats;

// ── From the node ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** All that the page has to know, each time that a socket is opened: nothing of before is needed. */
export interface Welcome {
  type: 'welcome';
  v: number;
  nowMs: number;
  visit: { id: string; sealed: boolean; startedMs?: number; scheduledMs?: number };
  clinic: { id: string; timeZone?: string } & CallFacts;
  you: { member: MemberId; role: Role; name: string; state: MemberState; sinceMs: number };
  /** Whether the relay has this member's media: if not, a page that is `in` offers anew. */
  media: boolean;
  status: ClinicStatus;
  relay: RelayState;
  ice: IceServers;
  people: Person[];
  slots: Slots;
  chat: ChatLine[];
  /** What is asked of everybody before it could ever start. No node of this version records. */
  recording: false;
}

/** The socket is closed after it (code 4000), and the page does not come back by itself unless `retryAfterMs` is there. */
export interface Refused {
  type: 'refused';
  code:
    | 'version'
    | 'link-bad'
    | 'link-early'
    | 'link-expired'
    | 'link-revoked'
    | 'elsewhere'
    | 'ended'
    | 'visit-full'
    | 'too-fast'
    | string;
  /** `link-early`: when it begins. */
  fromMs?: number;
  retryAfterMs?: number;
  /** `ended`: as in {@link Ended}. */
  summary?: Summary;
  clinic?: CallFacts;
}

export interface Pong {
  type: 'pong';
  t: number;
}
export interface Done {
  type: 'done';
  id: string;
}

/** With an `id`: that command was refused. Without: something that concerns this page went wrong. */
export interface ProblemMessage {
  type: 'problem';
  id?: string;
  code: string;
  /** English, for logs. */
  text?: string;
  retryAfterMs?: number;
}

export interface Answer {
  type: 'answer';
  id: string;
  sdp: string;
}

/** The page's own place changed. `declined` and `removed` come with state `left`, or `waiting` where one was put back. */
export interface You {
  type: 'you';
  state: MemberState;
  sinceMs: number;
  why?: 'admitted' | 'declined' | 'removed' | 'back';
  reason?: string;
}

/** Everybody, whenever something of it changes. Who is not `in` (and no clinician) gets only themself. */
export interface People {
  type: 'people';
  people: Person[];
}
export interface SlotsMessage extends Slots {
  type: 'slots';
}
export interface StatusMessage extends ClinicStatus {
  type: 'status';
}
export interface RelayMessage extends RelayState {
  type: 'relay';
}
export interface IceMessage extends IceServers {
  type: 'ice';
}

/** To clinicians: somebody knocks. Once a knock, beside `people`: it is what rings. */
export interface Asked {
  type: 'asked';
  member: MemberId;
  name: string;
  role: Role;
  language?: string;
  sinceMs: number;
}

export interface Chat extends ChatLine {
  type: 'chat';
}
export interface CaptionMessage extends Caption {
  member: MemberId;
  name: string;
}
/** To clinicians. */
export interface TroubleMessage {
  type: 'trouble';
  member: MemberId;
  name: string;
  kind: TroubleKind;
  text?: string;
  atMs: number;
}

/** The relay measured that less is better, or that more can be tried again: the page goes no higher than this. */
export interface Degrade {
  type: 'degrade';
  level: Level;
  why: LevelWhy;
}

export interface HandedOver {
  type: 'handed-over';
  from: string;
  to: string;
}

export interface Summary {
  text: string;
  atMs: number;
  /** What comes next: "Come back in two weeks." */
  next?: string;
}

/**
 * It is over for this page. `ended` the clinician ended it · `left` · `removed` · `moved` another device took over · `revoked` the link was
 * taken back · `expired`. The socket is closed after it (code 4000).
 */
export interface Ended {
  type: 'ended';
  why: 'ended' | 'left' | 'removed' | 'moved' | 'revoked' | 'expired';
  atMs: number;
  summary?: Summary;
}

export type FromNode =
  | Welcome
  | Refused
  | Pong
  | Done
  | ProblemMessage
  | Answer
  | You
  | People
  | SlotsMessage
  | StatusMessage
  | RelayMessage
  | IceMessage
  | Asked
  | Chat
  | CaptionMessage
  | TroubleMessage
  | Degrade
  | HandedOver
  | Ended;

/** The node closes so: everything was said before. Any other code: the page comes back. */
export const CLOSED_FOR_GOOD = 4000;

/** Codes of `problem`. */
export type ProblemCode =
  | 'bad-message'
  | 'too-large'
  | 'too-fast'
  | 'not-allowed'
  | 'not-admitted'
  | 'no-such-member'
  | 'no-such-clinician'
  | 'visit-full'
  | 'relay-away'
  | 'relay-full'
  | 'bad-sdp'
  | 'media-unknown'
  | 'bridge-off'
  | 'bridge-failed'
  | 'ended';
