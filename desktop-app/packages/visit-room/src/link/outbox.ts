import type { FromNode, FromPage } from '../messages';

/** What the node refused, by its code; `away` if the socket broke before an answer, and the message is not worth repeating. */
export class VisitProblem extends Error {
  readonly code: string;
  readonly retryAfterMs?: number;

  constructor(code: string, retryAfterMs?: number) {
    super(code);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

type Asked = FromPage & { id: string };
type Answered = Extract<FromNode, { type: 'done' | 'answer' }>;

interface Waiting {
  message: Asked;
  /** Sent again on the next socket. An offer is not: it is made anew, of how things are then. */
  again: boolean;
  done: (answer: Answered) => void;
  failed: (problem: VisitProblem) => void;
}

/** More than a page can want at once; past it something is wrong with the page. */
const MOST = 64;

/** Commands that were not answered yet. */
export class Outbox {
  private readonly waiting = new Map<string, Waiting>();

  add(message: Asked, again: boolean): Promise<Answered> {
    if (this.waiting.size >= MOST) return Promise.reject(new VisitProblem('too-fast'));
    return new Promise((done, failed) => this.waiting.set(message.id, { message, again, done, failed }));
  }

  /** Takes an answer; says whether it was one. */
  take(message: FromNode): boolean {
    if (!('id' in message) || typeof message.id !== 'string') return false;
    const asked = this.waiting.get(message.id);
    if (!asked) return false;
    this.waiting.delete(message.id);
    if (message.type === 'problem') asked.failed(new VisitProblem(message.code, message.retryAfterMs));
    else if (message.type === 'done' || message.type === 'answer') asked.done(message);
    return true;
  }

  /** What goes out again on a new socket, in its order. */
  resend(): Asked[] {
    return [...this.waiting.values()].map(({ message }) => message);
  }

  /** The socket broke: what is not worth repeating has failed. */
  broke() {
    for (const [id, { again, failed }] of this.waiting) {
      if (again) continue;
      this.waiting.delete(id);
      failed(new VisitProblem('away'));
    }
  }

  /** It is over: nothing will be answered any more. */
  end() {
    for (const { failed } of this.waiting.values()) failed(new VisitProblem('ended'));
    this.waiting.clear();
  }
}
