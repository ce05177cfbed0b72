import { expect, test } from 'vitest';
import type { Quality } from '../messages';
import { Levels } from './level';
import { qualityOf, Word } from './quality';
import { between, type Sample, type Stretch, sampleOf } from './sample';

const calm: Stretch = {
  ms: 2_000,
  kbitUp: 800,
  kbitDown: 800,
  frozenPct: 0,
  freezes: 0,
  freezeMs: 0,
  packetsIn: 300,
  framesIn: 48,
  rttMs: 40,
  lossDownPct: 0,
  lossUpPct: 0,
  concealedPct: 0,
};
const take = (levels: Levels, stretch: Partial<Stretch>, ms: number) => {
  for (let at = 0; at < ms; at += 2_000) levels.take({ ...calm, ...stretch });
  return levels.now.level;
};

test.each<[Partial<Stretch>, Quality]>([
  [{}, 'good'],
  [{ lossDownPct: 4 }, 'fair'],
  [{ lossUpPct: 12 }, 'poor'],
  [{ rttMs: 350 }, 'fair'],
  [{ rttMs: 900 }, 'poor'],
  [{ concealedPct: 3 }, 'fair'],
  [{ frozenPct: 40 }, 'poor'],
  [{ packetsIn: 0 }, 'lost'],
])('%j is %s', (stretch, word) => {
  expect(qualityOf({ ...calm, ...stretch }, true)).toBe(word);
});

test('the word that is shown does not flicker', () => {
  const word = new Word();
  expect((['fair', 'good', 'fair', 'good'] as Quality[]).map((one) => word.take(one))).toEqual([
    'good',
    'good',
    'good',
    'good',
  ]);
  expect((['fair', 'poor'] as Quality[]).map((one) => word.take(one))).toEqual(['good', 'poor']);
  expect((['good', 'good', 'good'] as Quality[]).map((one) => word.take(one))).toEqual(['poor', 'poor', 'good']);
  expect(word.take('lost')).toBe('lost');
  expect(word.take('good')).toBe('good');
});

test('five percent of loss gives up nothing', () => {
  expect(take(new Levels(), { lossDownPct: 5, concealedPct: 1 }, 600_000)).toBe(0);
});

test('it gives up the fine picture, then pictures, then offers the telephone, and says why', () => {
  const levels = new Levels();
  const bad = { lossDownPct: 40, concealedPct: 30 };
  expect(take(levels, bad, 2_000)).toBe(0);
  expect(take(levels, bad, 2_000)).toBe(1);
  expect(levels.now.why).toBe('loss');
  expect(take(levels, bad, 6_000)).toBe(2);
  expect(take(levels, bad, 10_000)).toBe(3);
  expect(take(levels, bad, 60_000)).toBe(3);
});

test('a thin line gives up pictures by its measure of bandwidth', () => {
  const levels = new Levels();
  expect(take(levels, { availableKbitOut: 150, kbitUp: 140 }, 60_000)).toBe(1);
  expect(levels.now.why).toBe('bandwidth');
  expect(take(levels, { availableKbitOut: 50, kbitUp: 45 }, 60_000)).toBe(2);
});

test('a low estimate that nothing runs against gives up nothing', () => {
  expect(take(new Levels(), { availableKbitOut: 60, kbitUp: 30 }, 60_000)).toBe(0);
});

test('it comes back with patience, and with more of it each time that it was too early', () => {
  const levels = new Levels();
  const bad = { lossDownPct: 20 };
  take(levels, bad, 4_000);
  expect(take(levels, {}, 8_000)).toBe(1);
  expect(take(levels, {}, 2_000)).toBe(0);
  expect(take(levels, bad, 4_000)).toBe(1);
  expect(take(levels, {}, 18_000)).toBe(1);
  expect(take(levels, {}, 2_000)).toBe(0);
  take(levels, {}, 40_000);
  expect(take(levels, bad, 4_000)).toBe(1);
  expect(take(levels, {}, 10_000)).toBe(0);
});

test('what was bad before a break is not counted after it', () => {
  const levels = new Levels();
  for (let at = 0; at < 20; at += 1) {
    take(levels, { lossDownPct: 40 }, 2_000);
    levels.broke();
  }
  expect(levels.now.level).toBe(0);
});

test('what a person asks for holds until they ask for pictures again', () => {
  const levels = new Levels();
  levels.ask(true);
  expect(take(levels, {}, 600_000)).toBe(2);
  expect(levels.now.why).toBe('asked');
  levels.ask(false);
  expect(levels.now).toEqual({ level: 0 });
});

test('the relay’s word is a limit, and not a step', () => {
  const levels = new Levels();
  levels.tell(1, 'bandwidth');
  expect(levels.now).toEqual({ level: 1, why: 'bandwidth' });
  levels.tell(0, 'relay');
  expect(levels.now.level).toBe(0);
});

test('a report of Chromium’s becomes a sample', () => {
  const sample = sampleOf(1_000, [
    { type: 'transport', id: 'T', packetsReceived: 900, selectedCandidatePairId: 'P' },
    {
      type: 'candidate-pair',
      id: 'P',
      currentRoundTripTime: 0.042,
      localCandidateId: 'L',
      availableOutgoingBitrate: 500_000,
    },
    { type: 'local-candidate', id: 'L', candidateType: 'relay', relayProtocol: 'tls', protocol: 'udp' },
    {
      type: 'inbound-rtp',
      id: 'A',
      kind: 'audio',
      mid: '3',
      packetsReceived: 100,
      packetsLost: 2,
      concealedSamples: 960,
      silentConcealedSamples: 480,
      totalSamplesReceived: 96_000,
      jitter: 0.004,
      audioLevel: 0.5,
    },
    {
      type: 'inbound-rtp',
      id: 'V',
      kind: 'video',
      mid: '8',
      packetsReceived: 300,
      packetsLost: 0,
      frameHeight: 540,
      framesPerSecond: 24,
      freezeCount: 1,
      totalFreezesDuration: 0.5,
      framesDecoded: 48,
    },
    { type: 'outbound-rtp', id: 'O', packetsSent: 200, bytesSent: 20_000 },
    { type: 'remote-inbound-rtp', id: 'R', packetsLost: 4 },
  ]);
  expect(sample).toMatchObject({
    heard: 900,
    packetsIn: 400,
    lostIn: 2,
    lostOut: 4,
    rttMs: 42,
    concealed: 480,
    freezeMs: 500,
    heightPx: 540,
    path: 'turn-tls',
    byMid: { 3: 100, 8: 300 },
    levels: { 3: 0.5 },
  });
});

test('without a transport’s figures the pair’s bytes tell whether anything comes', () => {
  const pair = { type: 'candidate-pair', id: 'P', nominated: true, state: 'succeeded', bytesReceived: 5_000 };
  expect(sampleOf(0, [pair]).heard).toBe(5_000);
});

test('between two samples stands what happened', () => {
  const old = sampleOf(0, []);
  const now: Sample = {
    ...old,
    atMs: 2_000,
    packetsIn: 95,
    lostIn: 5,
    packetsOut: 100,
    lostOut: 10,
    bytesIn: 25_000,
    freezeMs: 500,
    concealed: 480,
    samples: 96_000,
  };
  expect(between(old, now)).toMatchObject({
    lossDownPct: 5,
    lossUpPct: 10,
    kbitDown: 100,
    frozenPct: 25,
    concealedPct: 0.5,
  });
});
