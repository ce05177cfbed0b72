import type { FromNode, FromPage, Hello } from '../messages';
import { Outbox } from './outbox';
import { type LinkAction, type LinkInput, type LinkState, Reconnect } from './reconnect';

export interface SignalOptions {
  urls: string[];
  /** Made anew for each socket: taking over is asked for once. */
  hello: () => Hello;
  onMessage: (message: FromNode) => void;
  onState: (state: LinkState, sinceMs: number) => void;
}

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
type Asking = Without<Extract<FromPage, { id: string }>, 'id'>;

/** The one socket of a page: opened, kept alive, opened again. Its thinking is in `reconnect` and `outbox`. */
export class Signal {
  private readonly link: Reconnect;
  private readonly outbox = new Outbox();
  private socket?: WebSocket;
  private timer?: ReturnType<typeof setTimeout>;
  private isWelcomed = false;
  private told: LinkState = 'closed';

  constructor(private readonly options: SignalOptions) {
    this.link = new Reconnect(options.urls.length);
  }

  start = () => this.feed({ is: 'start' });
  nudge = () => this.feed({ is: 'nudge' });
  stop = () => {
    this.feed({ is: 'stop' });
    this.outbox.end();
  };

  get isOpen() {
    return this.isWelcomed;
  }

  /** Sends what is not answered; dropped while there is no socket. */
  say(message: FromPage) {
    if (this.isWelcomed) this.send(message);
  }

  /**
   * Sends a command until it is answered; with `again: false` it fails as `away` when the socket breaks.
   * @throws VisitProblem
   */
  ask(message: Asking, again = true) {
    const whole = { ...message, id: newId() } as Extract<FromPage, { id: string }>;
    const answer = this.outbox.add(whole, again);
    if (this.isWelcomed) this.send(whole);
    else if (!again) this.outbox.broke();
    return answer;
  }

  private feed(input: LinkInput) {
    for (const action of this.link.handle(Date.now(), input)) this.act(action);
    // Tries to come back are one state for whoever watches.
    const { state, sinceMs } = this.link;
    if (state !== this.told) {
      this.told = state;
      this.options.onState(state, sinceMs);
    }
    clearTimeout(this.timer);
    const { nextMs } = this.link;
    if (Number.isFinite(nextMs))
      this.timer = setTimeout(() => this.feed({ is: 'time' }), Math.max(0, nextMs - Date.now()));
  }

  private act(action: LinkAction) {
    switch (action.do) {
      case 'open':
        return this.open(this.options.urls[action.at] ?? '');
      case 'ping':
        return this.send({ type: 'ping', t: Date.now() });
      case 'close':
        return this.drop();
    }
  }

  private open(url: string) {
    this.drop();
    let socket: WebSocket;
    try {
      socket = new WebSocket(url);
    } catch {
      queueMicrotask(() => this.feed({ is: 'closed', code: 1006 }));
      return;
    }
    this.socket = socket;
    const own = (run: () => void) => () => {
      if (this.socket === socket) run();
    };
    socket.onopen = own(() => {
      this.feed({ is: 'opened' });
      this.send(this.options.hello());
    });
    socket.onmessage = ({ data }) => own(() => this.read(data))();
    socket.onclose = ({ code }) =>
      own(() => {
        this.drop();
        this.feed({ is: 'closed', code });
      })();
  }

  private read(data: unknown) {
    let message: FromNode;
    try {
      message = JSON.parse(String(data)) as FromNode;
    } catch {
      return;
    }
    this.feed({ is: 'heard' });
    if (message.type === 'welcome') {
      this.isWelcomed = true;
      this.feed({ is: 'welcomed' });
    }
    if (!this.outbox.take(message)) this.options.onMessage(message);
    if (message.type === 'welcome') for (const waiting of this.outbox.resend()) this.send(waiting);
    if (message.type === 'refused' && message.retryAfterMs !== undefined)
      this.feed({ is: 'later', ms: message.retryAfterMs });
    else if (message.type === 'refused' || message.type === 'ended') this.stop();
  }

  private send(message: FromPage) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  /** Lets go of the socket, whatever it still does. */
  private drop() {
    const { socket } = this;
    this.socket = undefined;
    this.isWelcomed = false;
    socket?.close();
    this.outbox.broke();
  }
}

/** 96 random bits: made once a command, so that a repeat is known. */
export function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
