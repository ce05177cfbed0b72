import { webcrypto } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { sealStateOf } from './judge';
import { PICTURES, picturesOf } from './pictures';
import { newSecret, PHRASE_LENGTH, PHRASE_OF, secretOf } from './secret';
import { baseKey, frameKey, headerOf, readHeader, seal, unseal, Window } from './sframe';

// jsdom's own has no `subtle`.
beforeAll(() => Object.defineProperty(globalThis, 'crypto', { value: webcrypto, configurable: true }));

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const hex = (data: Uint8Array) => [...data].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const text = (words: string) => Uint8Array.from(new TextEncoder().encode(words));

/** Opens as a page with this secret does. */
function opener(base: CryptoKey) {
  const window = new Window();
  return (frame: Uint8Array, open: number) =>
    unseal(
      (kid) => frameKey(base, kid),
      () => window,
      frame,
      open,
    );
}

test('the vector of RFC 9605, Appendix C.3, for AES_128_GCM_SHA256_128', async () => {
  const key = await frameKey(await baseKey(bytes('000102030405060708090a0b0c0d0e0f')), 0x123);
  expect(hex(key.salt)).toBe('75234edefe07819026751816');
  const metadata = bytes('4945544620534672616d65205747');
  const sealed = await seal(key, 0x4567, metadata, bytes('64726166742d696574662d736672616d652d656e63'));
  expect(hex(sealed.subarray(metadata.length))).toBe(
    '9901234567b7412c2513a1b66dbb48841bbaf17f598751176ad847681a69c6d0b091c07018ce4adb34eb',
  );
});

test.each([
  [0, 0, '00'],
  [7, 7, '77'],
  [8, 0, '8008'],
  [0x123, 0x4567, '9901234567'],
  [0xffff_ffff_ffff, 255, 'd8ffffffffffffff'],
])('header of key %d and counter %d', (kid, ctr, expected) => {
  expect(hex(headerOf(kid, ctr))).toBe(expected);
  expect(readHeader(headerOf(kid, ctr))).toEqual({ kid, ctr, bytes: expected.length / 2 });
});

test.each(['', 'f8', '90ff', 'ff0102030405060708'])('%s is no header of ours', (data) => {
  expect(readHeader(bytes(data))).toBeUndefined();
});

test('what is sealed is opened by the same secret, with its plain bytes in place', async () => {
  const one = await secretOf(newSecret(), 'visit');
  if (!one) throw new Error('no secret');
  const sealed = await seal(await frameKey(one.base, 0xabcdef), 3, text('VP8'), text('a picture'));
  expect(hex(sealed.subarray(0, 3))).toBe(hex(text('VP8')));
  expect(hex(sealed)).not.toContain(hex(text('picture')));
  expect(hex(await opener(one.base)(sealed, 3))).toBe(hex(text('VP8a picture')));
});

test('another secret, a changed byte, a plain frame and a repeated one are not opened', async () => {
  const [one, other] = await Promise.all([secretOf(newSecret(), 'visit'), secretOf(newSecret(), 'visit')]);
  if (!one || !other) throw new Error('no secret');
  const sealed = await seal(await frameKey(one.base, 99), 1_000, text('VP8'), text('a picture'));
  await expect(opener(other.base)(sealed, 3)).rejects.toMatchObject({ fault: 'wrong-key' });
  for (const at of sealed.keys()) {
    const changed = Uint8Array.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    await expect(opener(one.base)(changed, 3), `byte ${at}`).rejects.toMatchObject({ name: 'Error' });
  }
  await expect(opener(one.base)(text('VP8 plain'), 3)).rejects.toMatchObject({ fault: 'not-sealed' });
  const open = opener(one.base);
  await open(sealed, 3);
  await expect(open(sealed, 3)).rejects.toMatchObject({ fault: 'replayed' });
});

test('frames may overtake each other, within a window', () => {
  const window = new Window();
  expect([5, 3, 4, 5, 3].map((ctr) => window.take(ctr))).toEqual([true, true, true, false, false]);
  expect(window.take(100_000)).toBe(true);
  expect(window.take(6)).toBe(false);
});

test('the phrase is the same for the same secret and visit, and another for any other', async () => {
  const text = newSecret();
  const [one, again, elsewhere, other] = await Promise.all([
    secretOf(text, 'v1'),
    secretOf(text, 'v1'),
    secretOf(text, 'v2'),
    secretOf(newSecret(), 'v1'),
  ]);
  expect(one?.phrase).toEqual(again?.phrase);
  expect(one?.check).toBe(again?.check);
  expect(one?.phrase).toHaveLength(PHRASE_LENGTH);
  expect(one?.check).not.toBe(elsewhere?.check);
  expect(one?.check).not.toBe(other?.check);
});

test.each(['', 'short', 'AAAA', '%%%', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'])('%s is no secret', async (text) => {
  expect(await secretOf(text, 'visit')).toBeUndefined();
});

test('every picture has a name of its own in every language', () => {
  expect(PICTURES).toBe(PHRASE_OF);
  for (const language of ['en', 'es', 'fr', 'ar'] as const) {
    const all = picturesOf([...Array(PHRASE_OF).keys()], language);
    expect(new Set(all.map(({ name }) => name)).size, language).toBe(PHRASE_OF);
    expect(new Set(all.map(({ picture }) => picture)).size).toBe(PHRASE_OF);
    expect(all.every(({ name }) => name !== '')).toBe(true);
  }
});

const person = {
  member: 'sam',
  name: 'Sam',
  role: 'patient' as const,
  state: 'in' as const,
  sinceMs: 0,
  audio: true,
  camera: true,
  screen: false,
  connected: true,
};
const seen = {
  sealed: true,
  can: true,
  secret: { check: 'aa', phrase: [1] },
  me: 'me',
  people: [person],
  counts: new Map(),
};

test('how the seal stands is said in a word', () => {
  expect(sealStateOf({ ...seen, sealed: false })).toEqual({ is: 'off' });
  expect(sealStateOf({ ...seen, can: false })).toEqual({ is: 'cannot' });
  expect(sealStateOf({ ...seen, secret: undefined })).toEqual({ is: 'no-secret' });
  expect(sealStateOf(seen)).toEqual({ is: 'on', phrase: [1] });
  expect(sealStateOf({ ...seen, people: [{ ...person, seal: 'bb' }] })).toMatchObject({
    is: 'other-secret',
    names: ['Sam'],
  });
  const failing = new Map([['sam', { opened: 0, failed: 40 }]]);
  expect(sealStateOf({ ...seen, counts: failing })).toMatchObject({ is: 'other-secret' });
  const fine = new Map([['sam', { opened: 400, failed: 3 }]]);
  expect(sealStateOf({ ...seen, people: [{ ...person, seal: 'bb' }], counts: fine })).toMatchObject({ is: 'on' });
});
