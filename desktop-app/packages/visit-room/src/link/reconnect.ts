// When a socket is opened, taken as broken and opened again: a machine without sockets and clocks. `handle` is told what happened and
// when, and gives back what has to be done; `nextMs` is when it wants to hear of time.
import { CLOSED_FOR_GOOD, LIMITS } from '../messages';

export const RETRY_FIRST_MS = 250;
export const RETRY_LONGEST_MS = 8_000;
/** A handshake that takes longer goes nowhere. */
export const OPENING_MS = 6_000;
/** How long a socket has to answer after the computer woke, or the network changed. */
export const SUSPECT_MS = 2_000;

export type LinkState = 'opening' | 'open' | 'away' | 'closed';

export type LinkInput =
  | { is: 'start' }
  /** The handshake is done; only `welcomed` says that the node is there and knows us. */
  | { is: 'opened' }
  | { is: 'welcomed' }
  | { is: 'heard' }
  | { is: 'closed'; code: number }
  /** The network is back, the page is seen again, the computer woke. */
  | { is: 'nudge' }
  /** The node has said when to come back. */
  | { is: 'later'; ms: number }
  | { is: 'stop' }
  | { is: 'time' };

export type LinkAction = { do: 'open'; at: number } | { do: 'close' } | { do: 'ping' };

export class Reconnect {
  state: LinkState = 'closed';
  sinceMs = 0;
  private endpoint = 0;
  private tries = 0;
  private deadlineMs = Number.POSITIVE_INFINITY;
  private pingMs = Number.POSITIVE_INFINITY;
  private silenceMs = Number.POSITIVE_INFINITY;
  private isWelcomed = false;

  constructor(
    private readonly endpoints: number,
    private readonly random: () => number = Math.random,
  ) {}

  /** When time has to be told next. */
  get nextMs(): number {
    return Math.min(this.deadlineMs, this.pingMs, this.silenceMs);
  }

  handle(nowMs: number, input: LinkInput): LinkAction[] {
    switch (input.is) {
      case 'start':
        return this.open(nowMs);
      case 'opened':
        // Something that takes connections and says nothing, as a proxy before a node that is away, is not the node.
        this.deadlineMs = nowMs + OPENING_MS;
        return [];
      case 'welcomed':
        this.become('open', nowMs);
        this.isWelcomed = true;
        this.tries = 0;
        this.deadlineMs = Number.POSITIVE_INFINITY;
        this.pingMs = nowMs + LIMITS.pingMs;
        this.silenceMs = nowMs + LIMITS.silenceMs;
        return [];
      case 'heard':
        if (this.state === 'open') this.silenceMs = nowMs + LIMITS.silenceMs;
        return [];
      case 'closed':
        return input.code === CLOSED_FOR_GOOD ? this.end(nowMs) : this.retry(nowMs);
      case 'nudge':
        return this.nudge(nowMs);
      case 'later':
        this.become('away', nowMs);
        this.rest();
        this.deadlineMs = nowMs + input.ms;
        return [{ do: 'close' }];
      case 'stop':
        return [{ do: 'close' }, ...this.end(nowMs)];
      case 'time':
        return this.time(nowMs);
    }
  }

  private time(nowMs: number): LinkAction[] {
    if (this.state === 'away' && nowMs >= this.deadlineMs) return this.open(nowMs);
    if (this.state === 'opening' && nowMs >= this.deadlineMs) return [{ do: 'close' }, ...this.retry(nowMs)];
    if (this.state !== 'open') return [];
    if (nowMs >= this.silenceMs) return [{ do: 'close' }, ...this.retry(nowMs)];
    if (nowMs < this.pingMs) return [];
    this.pingMs = nowMs + LIMITS.pingMs;
    return [{ do: 'ping' }];
  }

  private nudge(nowMs: number): LinkAction[] {
    if (this.state === 'away') {
      this.tries = 0;
      return this.open(nowMs);
    }
    if (this.state !== 'open') return [];
    // It may be a socket of a network that is gone: it has little time to show that it is not.
    this.pingMs = nowMs + LIMITS.pingMs;
    this.silenceMs = Math.min(this.silenceMs, nowMs + SUSPECT_MS);
    return [{ do: 'ping' }];
  }

  private open(nowMs: number): LinkAction[] {
    this.become('opening', nowMs);
    this.rest();
    this.deadlineMs = nowMs + OPENING_MS;
    return [{ do: 'open', at: this.endpoint }];
  }

  private retry(nowMs: number): LinkAction[] {
    if (this.state === 'closed') return [];
    // One that had us is asked again first: it may just have been restarted.
    if (!this.isWelcomed) this.endpoint = (this.endpoint + 1) % this.endpoints;
    this.isWelcomed = false;
    this.become('away', nowMs);
    this.rest();
    const longest = Math.min(RETRY_FIRST_MS * 2 ** this.tries, RETRY_LONGEST_MS);
    this.tries += 1;
    this.deadlineMs = nowMs + longest * (0.5 + this.random() / 2);
    return [];
  }

  private end(nowMs: number): LinkAction[] {
    this.become('closed', nowMs);
    this.rest();
    return [];
  }

  private rest() {
    this.deadlineMs = Number.POSITIVE_INFINITY;
    this.pingMs = Number.POSITIVE_INFINITY;
    this.silenceMs = Number.POSITIVE_INFINITY;
  }

  private become(state: LinkState, nowMs: number) {
    const isDown = (one: LinkState) => one === 'opening' || one === 'away';
    // However often it is tried: it is one time of being away, and began when it began.
    if (this.state !== state && !(isDown(state) && isDown(this.state))) this.sinceMs = nowMs;
    this.state = state;
  }
}
