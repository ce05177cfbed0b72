import { expect, test } from 'vitest';
import { networkWords } from './network';

test.each([
  [{ ok: true, rttMs: 30 }, { ok: true }, 'netGood', true],
  [{ ok: true, rttMs: 500 }, { ok: true }, 'netFair', true],
  [{ ok: true, rttMs: 30, lostPct: 25 }, { ok: true }, 'netFair', true],
  [{ ok: true }, { ok: false }, 'netDirect', true],
  [{ ok: false }, { ok: true }, 'netDetour', true],
  [{ ok: false }, { ok: false }, 'netNone', false],
])('%j and %j by the detour: %s', (direct, detour, key, isGood) => {
  expect(networkWords(direct, detour)).toEqual({ key, isGood });
});
