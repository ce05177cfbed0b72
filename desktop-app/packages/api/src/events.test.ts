import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type ContinuityNews, followContinuity } from './events';

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A host that sends these pieces and then says nothing more, without closing. */
function host(...pieces: string[]) {
  const bodies = [pieces, []];
  vi.stubGlobal('fetch', async (_: string, { signal }: RequestInit) => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (const piece of bodies.shift() ?? []) controller.enqueue(new TextEncoder().encode(piece));
        signal?.addEventListener('abort', () => controller.error(signal.reason));
      },
    });
    return new Response(body, { status: 200 });
  });
}

test('a host that hangs without closing is told as away within 10 s', async () => {
  host('event: continuity\ndata: {"nowMs":1}\n\n');
  const news: ContinuityNews[] = [];
  const stop = new AbortController();
  const following = followContinuity((one) => news.push(one), stop.signal);
  await vi.advanceTimersByTimeAsync(9_000);
  expect(news).toEqual([{ report: { nowMs: 1 }, reachable: true }]);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(news.at(-1)).toEqual({ reachable: false });
  stop.abort();
  await vi.advanceTimersByTimeAsync(20_000);
  await following;
});
