import type { Continuity } from './types';

/** A stream that says nothing for so long is taken as broken; the host sends something every 4 s. */
const SILENCE_MS = 10_000;
const RETRY_MS = 1_000;
const RETRY_LONGEST_MS = 15_000;

export interface ContinuityNews {
  report?: Continuity;
  /** Whether the host of this app answers. */
  reachable: boolean;
}

/** Follows the state of continuity until the signal says stop. Reconnects by itself, each time after a longer pause. */
export async function followContinuity(tell: (news: ContinuityNews) => void, stop: AbortSignal): Promise<void> {
  for (let pause = RETRY_MS; !stop.aborted; ) {
    const heard = await stream((report) => tell({ report, reachable: true }), stop);
    if (stop.aborted) return;
    if (heard === 'refused') return;
    if (heard !== 'ended') tell({ reachable: false });
    pause = heard === 'ended' ? RETRY_MS : Math.min(pause * 2, RETRY_LONGEST_MS);
    await new Promise((done) => setTimeout(done, pause));
  }
}

/** How a stream came to its end: the host ended it, as when it restarts; it fell silent; or there was none. */
type End = 'ended' | 'silent' | 'nothing' | 'refused';

async function stream(take: (report: Continuity) => void, stop: AbortSignal): Promise<End> {
  const silence = new AbortController();
  let alarm = setTimeout(() => silence.abort(), SILENCE_MS);
  let heard: 'ended' | 'nothing' = 'nothing';
  try {
    const signal = AbortSignal.any([stop, silence.signal]);
    const answer = await fetch('/api/continuity/events', { signal, cache: 'no-store' });
    if (answer.status === 401 || answer.status === 403) return 'refused';
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ''; reader; ) {
      const { value, done } = await reader.read();
      if (done) break;
      clearTimeout(alarm);
      alarm = setTimeout(() => silence.abort(), SILENCE_MS);
      const events = (text + value).split('\n\n');
      text = events.pop() ?? '';
      const data = events
        .at(-1)
        ?.split('\n')
        .find((line) => line.startsWith('data: '));
      if (data) take(JSON.parse(data.slice(6)) as Continuity);
      heard = 'ended';
    }
  } catch {
    // Whatever broke it, the loop connects again.
  } finally {
    clearTimeout(alarm);
  }
  return silence.signal.aborted ? 'silent' : heard;
}
