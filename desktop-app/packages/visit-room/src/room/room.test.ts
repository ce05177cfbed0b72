import { expect, test } from 'vitest';
import { faultOf } from '../devices/faults';
import { found } from '../devices/network';
import { loudness } from '../devices/sound';
import type { FromNode, Person, Welcome } from '../messages';
import { bannerOf, type Seen } from './banner';
import { after, callOf, NOTHING, type RoomState } from './state';

const doc: Person = {
  member: 'doc',
  name: 'Dr Ada',
  role: 'clinician',
  state: 'in',
  sinceMs: 0,
  audio: true,
  camera: true,
  screen: false,
  connected: true,
};
const welcome: Welcome = {
  type: 'welcome',
  v: 1,
  nowMs: 5_000,
  visit: { id: 'v', sealed: false },
  clinic: { id: 'north', clinic: 'North', phone: '+33 1' },
  you: { member: 'sam', role: 'patient', name: 'Sam', state: 'here', sinceMs: 0 },
  media: false,
  status: { state: 'away', sinceMs: 0 },
  relay: { state: 'ok', sinceMs: 0 },
  ice: { servers: [], untilMs: 0 },
  people: [],
  slots: { rev: 3, audio: [], video: [] },
  chat: [],
  recording: false,
};
const all = (...messages: FromNode[]) => messages.reduce((state, message) => after(state, message, 1_000), NOTHING);

test('a welcome is the whole state: what was before it is forgotten', () => {
  const chat = { type: 'chat' as const, seq: 1, member: 'doc', name: 'Dr Ada', atMs: 0, text: 'hello' };
  const state = all(welcome, chat, { type: 'people', people: [doc] }, welcome);
  expect(state.chat).toEqual([]);
  expect(state.people).toEqual([]);
  expect(state.clockAheadMs).toBe(4_000);
});

test('an older word of slots, which came by the slower way, is passed over', () => {
  const state = all(
    welcome,
    { type: 'slots', rev: 5, audio: [{ member: 'doc' }], video: [] },
    { type: 'slots', rev: 4, audio: [], video: [] },
  );
  expect(state.slots?.audio).toEqual([{ member: 'doc' }]);
});

test('a line of chat that comes twice is shown once', () => {
  const chat = { type: 'chat' as const, seq: 1, member: 'doc', name: 'Dr Ada', atMs: 0, text: 'hello' };
  expect(all(welcome, chat, chat).chat).toHaveLength(1);
});

test('who has knocked is asked about until they are in, or gone', () => {
  const asked = { type: 'asked' as const, member: 'sam', name: 'Sam', role: 'patient' as const, sinceMs: 0 };
  const sam: Person = { ...doc, member: 'sam', role: 'patient', state: 'waiting' };
  expect(all(welcome, asked, asked, { type: 'people', people: [sam] }).asked).toHaveLength(1);
  expect(all(welcome, asked, { type: 'people', people: [{ ...sam, state: 'in' }] }).asked).toHaveLength(0);
});

test('what this version does not know is passed over', () => {
  const state = all(welcome);
  expect(after(state, { type: 'weather' } as unknown as FromNode, 0)).toBe(state);
});

test('whom to call is known of the link alone, and better of the node', () => {
  const link = { clinic: 'North', phone: '+33 2', bridge: { phone: '+33 9' } };
  expect(callOf(NOTHING, link).phone).toBe('+33 2');
  expect(callOf(all(welcome), link)).toEqual({ clinic: 'North', phone: '+33 1', bridge: { phone: '+33 9' } });
});

const inVisit: RoomState = { ...all(welcome, { type: 'people', people: [doc] }), you: { ...welcome.you, state: 'in' } };
const fine: Seen = {
  nowMs: 100_000,
  isOnline: true,
  link: { state: 'open', sinceMs: 0 },
  path: { state: 'flowing', sinceMs: 0 },
  level: { level: 0 },
  room: inVisit,
};

test.each<[string, Partial<Seen>, string | undefined]>([
  ['nothing is said while all is well', {}, undefined],
  ['a hiccup is not said', { path: { state: 'restarting', sinceMs: 99_500 } }, undefined],
  ['a path that is mended', { path: { state: 'restarting', sinceMs: 98_000 } }, 'reconnecting'],
  [
    'the relay is away, if the node says so',
    { path: { state: 'rejoining', sinceMs: 90_000 }, room: { ...inVisit, relay: { state: 'away', sinceMs: 0 } } },
    'relay-away',
  ],
  ['the relay is full', { path: { state: 'connecting', sinceMs: 90_000, refusal: 'relay-full' } }, 'relay-full'],
  ['the clinic is away and the visit goes on', { link: { state: 'away', sinceMs: 90_000 } }, 'clinic-away-media-on'],
  [
    'nobody answers',
    { link: { state: 'opening', sinceMs: 90_000 }, path: { state: 'rejoining', sinceMs: 90_000 } },
    'clinic-away',
  ],
  ['this device has no network', { isOnline: false, link: { state: 'away', sinceMs: 90_000 } }, 'offline'],
  ['somebody else is not reached', { room: { ...inVisit, people: [{ ...doc, connected: false }] } }, 'other-away'],
  ['pictures are given up', { level: { level: 2, why: 'loss' } }, 'level'],
  ['what was asked for needs no banner', { level: { level: 2, why: 'asked' } }, undefined],
])('%s', (_, seen, is) => {
  expect(bannerOf({ ...fine, ...seen })?.is).toBe(is);
});

const around = { isSecure: true, hasDevices: true };
const named = (name: string) => Object.assign(new Error(name), { name });
test.each([
  [named('NotAllowedError'), around, 'denied'],
  [named('NotFoundError'), around, 'none'],
  [named('NotReadableError'), around, 'in-use'],
  [named('NotAllowedError'), { ...around, isAllowed: false }, 'blocked'],
  [named('TypeError'), { isSecure: false, hasDevices: false }, 'insecure'],
  [named('TypeError'), { isSecure: true, hasDevices: false }, 'unsupported'],
  ['nonsense', around, 'failed'],
] as const)('%s is %s', (error, surroundings, fault) => {
  expect(faultOf(error, surroundings)).toBe(fault);
});

test('loudness is nothing in silence and all at speech near the microphone', () => {
  expect(loudness(new Float32Array(64))).toBe(0);
  expect(loudness(new Float32Array(64).fill(0.5))).toBe(1);
  expect(loudness(new Float32Array(64).fill(0.02))).toBeGreaterThan(0.3);
});

test('a check of the network has the middle trip, and what was lost', () => {
  expect(found([10, 900, 20], 4)).toEqual({ ok: true, rttMs: 20, lostPct: 25 });
  expect(found([], 20)).toEqual({ ok: true });
});
