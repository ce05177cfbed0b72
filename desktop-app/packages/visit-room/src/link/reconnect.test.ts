import { expect, test } from 'vitest';
import { CLOSED_FOR_GOOD } from '../messages';
import { type LinkAction, type LinkInput, Reconnect } from './reconnect';

/** A socket on a virtual clock. The random source gives the longest pause. */
function socket(endpoints = 1) {
  const link = new Reconnect(endpoints, () => 1);
  let nowMs = 0;
  const done: (LinkAction & { after: number })[] = [];
  const feed = (input: LinkInput) => {
    for (const action of link.handle(nowMs, input)) done.push({ ...action, after: nowMs });
  };
  return {
    link,
    done,
    feed,
    /** Time passes; whatever the link wants to hear of it, it hears at its moment. */
    run(ms: number, opens?: (at: number) => LinkInput | undefined) {
      for (const end = nowMs + ms; ; ) {
        if (link.nextMs > end) {
          nowMs = end;
          return;
        }
        nowMs = Math.max(nowMs, link.nextMs);
        const before = done.length;
        feed({ is: 'time' });
        const opened = done.slice(before).find((action) => action.do === 'open');
        const answer = opened && opens?.(opened.do === 'open' ? opened.at : 0);
        if (answer) feed(answer);
      }
    },
    opensAfter: (from = 0) => done.filter((action) => action.do === 'open' && action.after >= from),
    get now() {
      return nowMs;
    },
  };
}

function open(endpoints = 1) {
  const one = socket(endpoints);
  one.feed({ is: 'start' });
  one.feed({ is: 'opened' });
  one.feed({ is: 'welcomed' });
  return one;
}

test('it comes back after pauses that double to eight seconds', () => {
  const one = open();
  one.feed({ is: 'closed', code: 1006 });
  one.run(40_000, () => ({ is: 'closed', code: 1006 }));
  const at = one.opensAfter(1).map(({ after }) => after);
  expect(at.slice(0, 7)).toEqual([250, 750, 1_750, 3_750, 7_750, 15_750, 23_750]);
});

test('an endpoint that had us is asked first, then the next ones in turn', () => {
  const one = open(3);
  one.feed({ is: 'closed', code: 1006 });
  one.run(9_000, () => ({ is: 'closed', code: 1006 }));
  const at = one.done.flatMap((action) => (action.do === 'open' ? [action.at] : []));
  expect(at).toEqual([0, 0, 1, 2, 0, 1]);
});

test('it keeps itself alive, and takes ten silent seconds as the end', () => {
  const one = open();
  one.run(9_999);
  expect(one.done.filter((action) => action.do === 'ping').map(({ after }) => after)).toEqual([4_000, 8_000]);
  one.run(1);
  expect(one.done.at(-1)?.do).toBe('close');
  expect(one.link.state).toBe('away');
});

test('whatever is heard keeps it', () => {
  const one = open();
  for (let at = 0; at < 60; at += 1) {
    one.run(5_000);
    one.feed({ is: 'heard' });
  }
  expect(one.link.state).toBe('open');
});

test('a nudge while away tries at once; while open the socket has two seconds to prove itself', () => {
  const away = open();
  away.feed({ is: 'closed', code: 1006 });
  away.feed({ is: 'nudge' });
  expect(away.done.at(-1)).toMatchObject({ do: 'open', after: 0 });
  const suspect = open();
  suspect.feed({ is: 'nudge' });
  expect(suspect.done.at(-1)?.do).toBe('ping');
  suspect.run(2_000);
  expect(suspect.link.state).toBe('away');
  const fine = open();
  fine.feed({ is: 'nudge' });
  fine.feed({ is: 'heard' });
  fine.run(3_000);
  expect(fine.link.state).toBe('open');
});

test('a handshake that hangs is given up', () => {
  const one = socket();
  one.feed({ is: 'start' });
  one.run(6_000);
  expect(one.done.map((action) => action.do)).toEqual(['open', 'close']);
  expect(one.link.state).toBe('away');
});

test('a door that opens with nobody behind it is away, and the next endpoint is tried', () => {
  const one = socket(2);
  one.feed({ is: 'start' });
  one.feed({ is: 'opened' });
  expect(one.link.state).toBe('opening');
  one.feed({ is: 'closed', code: 1006 });
  one.run(500, () => ({ is: 'opened' }));
  expect(one.done.flatMap((action) => (action.do === 'open' ? [action.at] : []))).toEqual([0, 1]);
  one.run(6_000, () => ({ is: 'opened' }));
  expect(one.link.sinceMs).toBe(0);
});

test('what was closed for good stays closed', () => {
  const one = open();
  one.feed({ is: 'closed', code: CLOSED_FOR_GOOD });
  one.feed({ is: 'nudge' });
  one.run(60_000);
  expect(one.link.state).toBe('closed');
  expect(one.opensAfter(1)).toEqual([]);
});

test('being away is one time, however often it is tried', () => {
  const one = open();
  one.run(1_000);
  one.feed({ is: 'heard' });
  one.feed({ is: 'closed', code: 1006 });
  one.run(30_000, () => ({ is: 'closed', code: 1006 }));
  expect(one.link.sinceMs).toBe(1_000);
});

test('told to come later, it comes then', () => {
  const one = open();
  one.feed({ is: 'later', ms: 20_000 });
  one.run(60_000, () => ({ is: 'opened' }));
  expect(one.opensAfter(1)[0]?.after).toBe(20_000);
});
