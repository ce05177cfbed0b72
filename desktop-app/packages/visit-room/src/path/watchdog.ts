// Notices that nothing comes any more, and says what is done about it: after one second without a packet an ICE restart, after two a
// new offer, and again until something comes. A machine without clocks and connections.

export const SAMPLE_MS = 250;
export const RESTART_AFTER_MS = 1_000;
export const OFFER_AFTER_MS = 2_000;
/** After the network changed, the page was seen again or the computer woke: two samples tell. */
export const NUDGED_RESTART_MS = 2 * SAMPLE_MS;
const NUDGE_LASTS_MS = 5_000;
/** Nothing is sent and nothing expected: ICE's own checks come every few seconds. */
export const IDLE_AFTER_MS = 6_000;
/** A gap between two samples that no timer makes: the computer slept. */
export const SLEPT_MS = 3_000;
/** Asleep for longer, the relay has let us go. */
const GONE_MS = 20_000;
/** How long a new offer has to bring packets, the first, the second … time. */
const OFFER_GIVES_MS = [2_500, 3_000, 5_000, 8_000] as const;

/** A path that the browser has given up gets so long before the next offer. */
const FAILED_GIVES_MS = 500;

export type PathState = 'off' | 'connecting' | 'flowing' | 'silent' | 'restarting' | 'rejoining';

export type PathInput =
  | { is: 'start' }
  | { is: 'stop' }
  /** `count` grows with whatever has come over the path; `expects` says whether something has to come. */
  | { is: 'sample'; count: number; expects: boolean }
  | { is: 'nudge' }
  /** The signalling is back. */
  | { is: 'signal' }
  /** The browser gave the path up. */
  | { is: 'failed' }
  /** The relay refused a restart or an offer. */
  | { is: 'refused'; code: string; retryAfterMs?: number };

export type PathAction = { do: 'restart' } | { do: 'offer' };

export class Watchdog {
  state: PathState = 'off';
  sinceMs = 0;
  /** Why the last offer was refused, until something comes. */
  refusal?: string;
  private count = 0;
  private heardMs = 0;
  private sampledMs = 0;
  private nudgedMs = Number.NEGATIVE_INFINITY;
  private offers = 0;
  private offerAtMs = Number.POSITIVE_INFINITY;
  private isOwed = false;
  private hasFlowed = false;

  handle(nowMs: number, input: PathInput): PathAction[] {
    if (input.is === 'start') return this.start(nowMs);
    if (this.state === 'off') return [];
    switch (input.is) {
      case 'stop':
        this.become('off', nowMs);
        return [];
      case 'sample':
        return this.sample(nowMs, input.count, input.expects);
      case 'nudge':
        this.nudgedMs = nowMs;
        return [];
      case 'signal':
        // An offer that could not go out goes out now.
        return this.isOwed ? this.offer(nowMs) : [];
      case 'failed':
        if (this.state === 'flowing' || this.state === 'silent') return this.restart(nowMs);
        this.offerAtMs = Math.min(this.offerAtMs, nowMs + FAILED_GIVES_MS);
        return [];
      case 'refused':
        return this.refused(nowMs, input.code, input.retryAfterMs);
    }
  }

  private start(nowMs: number): PathAction[] {
    this.hasFlowed = false;
    this.offers = 0;
    this.refusal = undefined;
    return this.offer(nowMs);
  }

  private sample(nowMs: number, count: number, expects: boolean): PathAction[] {
    const gapMs = nowMs - this.sampledMs;
    this.sampledMs = nowMs;
    if (gapMs > SLEPT_MS && this.state === 'flowing') {
      this.nudgedMs = nowMs;
      if (gapMs > GONE_MS) return this.offer(nowMs);
      // What came during the sleep is not known: it has the nudged time to show itself.
      this.heardMs = nowMs;
    }
    if (count > this.count) return this.heard(nowMs, count);
    this.count = count;
    const silentMs = nowMs - this.heardMs;
    if (this.state === 'flowing' || this.state === 'silent') {
      const isNudged = nowMs - this.nudgedMs < NUDGE_LASTS_MS;
      const limitMs = isNudged ? NUDGED_RESTART_MS : expects ? RESTART_AFTER_MS : IDLE_AFTER_MS;
      if (silentMs >= limitMs) return this.restart(nowMs);
      if (silentMs >= NUDGED_RESTART_MS && expects) this.become('silent', nowMs);
      return [];
    }
    return nowMs >= this.offerAtMs ? this.offer(nowMs) : [];
  }

  private heard(nowMs: number, count: number): PathAction[] {
    this.count = count;
    this.heardMs = nowMs;
    this.offers = 0;
    this.isOwed = false;
    this.offerAtMs = Number.POSITIVE_INFINITY;
    this.refusal = undefined;
    this.hasFlowed = true;
    this.become('flowing', nowMs);
    return [];
  }

  private restart(nowMs: number): PathAction[] {
    this.become('restarting', nowMs);
    this.offerAtMs = nowMs + (OFFER_AFTER_MS - RESTART_AFTER_MS);
    return [{ do: 'restart' }];
  }

  private offer(nowMs: number): PathAction[] {
    this.become(this.hasFlowed ? 'rejoining' : 'connecting', nowMs);
    const last = OFFER_GIVES_MS.length - 1;
    this.offerAtMs = nowMs + (OFFER_GIVES_MS[Math.min(this.offers, last)] ?? 0);
    this.offers += 1;
    this.isOwed = false;
    // A new connection counts from nothing.
    this.count = 0;
    this.heardMs = nowMs;
    this.sampledMs = nowMs;
    return [{ do: 'offer' }];
  }

  private refused(nowMs: number, code: string, retryAfterMs?: number): PathAction[] {
    if (this.state !== 'restarting' && this.state !== 'rejoining' && this.state !== 'connecting') return [];
    // The relay is a new one: it waits for an offer.
    if (code === 'media-unknown') return this.offer(nowMs);
    this.become(this.hasFlowed ? 'rejoining' : 'connecting', nowMs);
    if (code === 'away') {
      this.isOwed = true;
      this.offerAtMs = Number.POSITIVE_INFINITY;
      return [];
    }
    this.refusal = code;
    this.offerAtMs = nowMs + (retryAfterMs ?? (code === 'relay-away' ? 500 : 3_000));
    return [];
  }

  private become(state: PathState, nowMs: number) {
    if (this.state === state) return;
    const isTrouble = (one: PathState) => one === 'silent' || one === 'restarting' || one === 'rejoining';
    // However it is tried: it is one trouble, and began when it began.
    if (!(isTrouble(state) && isTrouble(this.state))) this.sinceMs = nowMs;
    this.state = state;
  }
}
