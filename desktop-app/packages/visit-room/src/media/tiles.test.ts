import { expect, test } from 'vitest';
import type { Person, Slots } from '../messages';
import { codecsOf } from './peerConfig';
import { tilesOf, wantsOf } from './tiles';

const person = (member: string, more: Partial<Person> = {}): Person => ({
  member,
  name: member,
  role: 'family',
  state: 'in',
  sinceMs: 0,
  audio: true,
  camera: true,
  screen: false,
  connected: true,
  ...more,
});
const slots = (video: Slots['video'], audio: Slots['audio'] = []): Slots => ({ rev: 1, audio, video });

test('everybody else has a tile: clinician, patient, interpreter, family, each where they are seen and heard', () => {
  const people = [
    person('me'),
    person('aunt'),
    person('voice', { role: 'interpreter' }),
    person('sam', { role: 'patient' }),
    person('doc', { role: 'clinician', sinceMs: 9 }),
    person('late', { state: 'waiting' }),
  ];
  const tiles = tilesOf(people, slots([null, { member: 'doc', kind: 'camera' }], [{ member: 'doc' }]), 'me');
  expect(tiles.map(({ key }) => key)).toEqual(['doc', 'sam', 'voice', 'aunt']);
  expect(tiles[0]).toMatchObject({ videoSlot: 1, audioSlot: 0 });
  expect(tiles[1]?.videoSlot).toBeUndefined();
});

test('a screen stands first, beside who shows it', () => {
  const tiles = tilesOf(
    [person('doc', { role: 'clinician', screen: true })],
    slots([
      { member: 'doc', kind: 'camera' },
      { member: 'doc', kind: 'screen' },
    ]),
    'me',
  );
  expect(tiles.map(({ kind, videoSlot }) => [kind, videoSlot])).toEqual([
    ['screen', 1],
    ['person', 0],
  ]);
});

test('tiles keep their places while slots change', () => {
  const people = [person('b', { sinceMs: 2 }), person('a', { sinceMs: 1 })];
  const order = (video: Slots['video']) => tilesOf(people, slots(video), 'me').map(({ key }) => key);
  expect(order([{ member: 'b', kind: 'camera' }])).toEqual(['a', 'b']);
  expect(order([])).toEqual(['a', 'b']);
});

test('the first picture is wanted large, others small, and none in a visit of sound alone', () => {
  const people = ['a', 'b', 'c'].map((member) => person(member));
  const video = people.map(({ member }) => ({ member, kind: 'camera' as const }));
  const tiles = tilesOf(people, slots(video), 'me');
  expect(wantsOf(tiles, 5, true).map(({ maxHeight }) => maxHeight)).toEqual([540, 270, 270, 0, 0]);
  expect(wantsOf(tiles, 5, false).map(({ maxHeight }) => maxHeight)).toEqual([0, 0, 0, 0, 0]);
});

test('VP8 comes first, and in a sealed visit alone', () => {
  const all = ['video/H264', 'video/rtx', 'video/VP8', 'video/AV1', 'video/red', 'video/ulpfec'].map((mimeType) => ({
    mimeType,
    clockRate: 90_000,
  }));
  expect(codecsOf(all, false).map(({ mimeType }) => mimeType)).toEqual([
    'video/VP8',
    'video/red',
    'video/H264',
    'video/AV1',
    'video/rtx',
    'video/ulpfec',
  ]);
  expect(codecsOf(all, true).map(({ mimeType }) => mimeType)).toEqual(['video/VP8', 'video/rtx']);
});
