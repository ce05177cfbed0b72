import { expect, test } from 'vitest';
import { type PathAction, type PathInput, SAMPLE_MS, Watchdog } from './watchdog';

/** A path on a virtual clock: packets flow until they are cut. */
function path() {
  const dog = new Watchdog();
  let nowMs = 1_000_000;
  let count = 0;
  const done: { at: number; do: PathAction['do'] }[] = [];
  const feed = (input: PathInput) => {
    for (const action of dog.handle(nowMs, input)) {
      done.push({ at: nowMs, do: action.do });
      // A new connection counts from nothing.
      if (action.do === 'offer') count = 0;
    }
  };
  return {
    dog,
    done,
    feed,
    run(ms: number, { flows = true, expects = true, every = SAMPLE_MS } = {}) {
      for (const end = nowMs + ms; nowMs < end; ) {
        nowMs += every;
        if (flows) count += 5;
        feed({ is: 'sample', count, expects });
      }
    },
    since: (from: number) => done.filter(({ at }) => at >= from).map((one) => ({ do: one.do, after: one.at - from })),
    get now() {
      return nowMs;
    },
    jump(ms: number) {
      nowMs += ms;
    },
  };
}

function flowing() {
  const one = path();
  one.feed({ is: 'start' });
  one.run(1_000);
  expect(one.dog.state).toBe('flowing');
  return one;
}

test('a path that flows is left alone', () => {
  const one = flowing();
  one.run(600_000);
  expect(one.done.map((action) => action.do)).toEqual(['offer']);
});

test('after one second without a packet it restarts ICE, after two it offers anew', () => {
  const one = flowing();
  const cut = one.now;
  one.run(2_250, { flows: false });
  expect(one.since(cut)).toEqual([
    { do: 'restart', after: 1_000 },
    { do: 'offer', after: 2_000 },
  ]);
});

test('packets after a restart end it there', () => {
  const one = flowing();
  const cut = one.now;
  one.run(1_250, { flows: false });
  one.run(60_000);
  expect(one.since(cut)).toEqual([{ do: 'restart', after: 1_000 }]);
  expect(one.dog.state).toBe('flowing');
});

test('a relay that does not know us is offered to at once', () => {
  const one = flowing();
  const cut = one.now;
  one.run(1_000, { flows: false });
  one.feed({ is: 'refused', code: 'media-unknown' });
  expect(one.since(cut)).toEqual([
    { do: 'restart', after: 1_000 },
    { do: 'offer', after: 1_000 },
  ]);
});

test('a relay that is away is asked twice a second until it is back', () => {
  const one = flowing();
  one.run(2_000, { flows: false });
  const away = one.now;
  for (let at = 0; at < 4; at += 1) {
    one.feed({ is: 'refused', code: 'relay-away' });
    one.run(500, { flows: false });
  }
  expect(one.since(away).filter(({ do: what }) => what === 'offer').length).toBeGreaterThanOrEqual(4);
  expect(one.dog.state).toBe('rejoining');
  one.run(250);
  expect(one.dog.state).toBe('flowing');
  expect(one.dog.refusal).toBeUndefined();
});

test('a full relay is asked again when it said', () => {
  const one = path();
  one.feed({ is: 'start' });
  const asked = one.now;
  one.feed({ is: 'refused', code: 'relay-full', retryAfterMs: 30_000 });
  one.run(31_000, { flows: false });
  expect(one.since(asked).map(({ after }) => after)).toEqual([0, 30_000]);
});

test('without signalling it waits, and offers the moment that it is back', () => {
  const one = flowing();
  one.run(1_000, { flows: false });
  one.feed({ is: 'refused', code: 'away' });
  const before = one.done.length;
  one.run(60_000, { flows: false });
  expect(one.done.length).toBe(before);
  one.feed({ is: 'signal' });
  expect(one.done.length).toBe(before + 1);
  expect(one.done.at(-1)?.do).toBe('offer');
});

test('offers that bring nothing come ever more seldom', () => {
  const one = path();
  one.feed({ is: 'start' });
  const begun = one.now;
  one.run(40_000, { flows: false });
  const after = one.since(begun).map((action) => action.after);
  const gaps = after.slice(1).map((at, index) => at - (after[index] ?? 0));
  expect(gaps.every((gap, at) => at === 0 || gap >= (gaps[at - 1] ?? 0))).toBe(true);
  expect(after.length).toBeLessThan(9);
});

test('a changed network shows after two samples, not after four', () => {
  const one = flowing();
  const cut = one.now;
  one.feed({ is: 'nudge' });
  one.run(750, { flows: false });
  expect(one.since(cut)).toEqual([{ do: 'restart', after: 500 }]);
});

test('a nudge costs nothing where packets flow', () => {
  const one = flowing();
  const cut = one.now;
  for (let at = 0; at < 20; at += 1) {
    one.feed({ is: 'nudge' });
    one.run(250);
  }
  expect(one.since(cut)).toEqual([]);
});

test('a computer that slept for long offers anew when it wakes', () => {
  const one = flowing();
  one.jump(3_600_000);
  const woke = one.now;
  one.run(250, { flows: false });
  expect(one.since(woke)).toEqual([{ do: 'offer', after: 250 }]);
});

test('one that slept shortly looks first whether the path has lived', () => {
  const one = flowing();
  one.jump(8_000);
  const woke = one.now;
  one.run(250, { flows: false });
  one.run(10_000);
  expect(one.since(woke)).toEqual([]);
});

test('where nothing has to come, silence is no alarm for six seconds', () => {
  const one = flowing();
  const cut = one.now;
  one.run(5_500, { flows: false, expects: false });
  expect(one.since(cut)).toEqual([]);
  one.run(1_000, { flows: false, expects: false });
  expect(one.since(cut)).toEqual([{ do: 'restart', after: 6_000 }]);
});

test('timers of a page behind others, once a second, cause no false alarm', () => {
  const one = flowing();
  const cut = one.now;
  one.run(120_000, { every: 1_000 });
  expect(one.since(cut)).toEqual([]);
});

test('one trouble has one beginning, however it is tried to mend it', () => {
  const one = flowing();
  const cut = one.now;
  one.run(9_000, { flows: false });
  expect(one.dog.sinceMs - cut).toBeLessThanOrEqual(500);
});

test('when it is over nothing is done any more', () => {
  const one = flowing();
  one.feed({ is: 'stop' });
  const before = one.done.length;
  one.run(60_000, { flows: false });
  one.feed({ is: 'failed' });
  one.feed({ is: 'signal' });
  expect(one.done.length).toBe(before);
});
