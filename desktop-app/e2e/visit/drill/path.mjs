// A path between one page and the relay that can be made bad: a UDP proxy with loss, a rate and a queue. `tc netem` is not in every
// kernel, and a network namespace has no browser of the run.
import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longer than this a packet does not wait for its turn. */
const QUEUE_MS = 300;

export class Path {
  lossPct = 0;
  /** Each way; nothing is no limit. */
  kbit = undefined;
  lost = 0;
  passed = 0;
  clients = new Map();
  busyUntil = { up: 0, down: 0 };

  /** `random` gives 0 to 1: of a seed, so that a run can be had again. */
  constructor(relayPort, random) {
    this.relayPort = relayPort;
    this.random = random;
  }

  async open() {
    this.front = createSocket('udp4');
    await new Promise((done) => this.front.bind(0, '127.0.0.1', done));
    this.port = this.front.address().port;
    this.front.on('message', (packet, from) => this.up(packet, from));
    return this;
  }

  up(packet, from) {
    const key = `${from.address} ${from.port}`;
    let client = this.clients.get(key);
    if (!client) {
      const back = createSocket('udp4');
      client = { back, isGone: false };
      this.clients.set(key, client);
      back.on('message', (answer) => {
        if (!client.isGone) this.carry('down', answer, () => this.front.send(answer, from.port, from.address));
      });
      back.on('error', () => undefined);
    }
    if (!client.isGone) this.carry('up', packet, () => client.back.send(packet, this.relayPort, '127.0.0.1'));
  }

  async carry(way, packet, send) {
    if (this.random() * 100 < this.lossPct) {
      this.lost += 1;
      return;
    }
    if (this.kbit) {
      const now = performance.now();
      const begins = Math.max(now, this.busyUntil[way]);
      if (begins - now > QUEUE_MS) {
        this.lost += 1;
        return;
      }
      this.busyUntil[way] = begins + (packet.length * 8) / this.kbit;
      await sleep(this.busyUntil[way] - now);
    }
    this.passed += 1;
    // Closed meanwhile: nobody waits for it.
    try {
      send();
    } catch {}
  }

  /** The network that the page was in is gone: whatever it sends from another port is another network. */
  change() {
    for (const client of this.clients.values()) client.isGone = true;
  }

  close() {
    this.front.close();
    for (const { back } of this.clients.values()) back.close();
  }

  /** For a page: every way to the relay but this one is taken out of what it is told. */
  get init() {
    return `{
      const Before = window.RTCPeerConnection;
      const through = (sdp) => sdp.split('\\r\\n').filter((line) => !line.startsWith('a=candidate:') || / udp /i.test(line))
        .map((line) => line.replace(/^(a=candidate:\\S+ \\d+ udp \\d+) \\S+ \\d+/i, '$1 127.0.0.1 ${this.port}')).join('\\r\\n');
      const alone = (config) => ({ ...config, iceServers: [] });
      window.RTCPeerConnection = class extends Before {
        constructor(config, ...rest) { super(alone(config), ...rest); }
        setConfiguration(config) { super.setConfiguration(alone(config)); }
        setRemoteDescription({ type, sdp }) { return super.setRemoteDescription({ type, sdp: through(sdp) }); }
      };
    }`;
  }
}

/** Mulberry32: small, and good enough for which packet is lost. */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
