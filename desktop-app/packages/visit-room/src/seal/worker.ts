// Seals and opens frames off the page's thread. The page says once with which key, and then which streams.
import { CannotOpen, type FrameKey, frameKey, KID_BYTES, type SealFault, seal, unseal, Window } from './sframe';

type EncodedFrame = RTCEncodedVideoFrame | RTCEncodedAudioFrame;
type Way = { readable: ReadableStream<EncodedFrame>; writable: WritableStream<EncodedFrame> };
/** `slot` is the m-line. */
export type Job = { way: 'up' | 'down'; kind: 'audio' | 'video'; slot: number };
export type ToWorker = { type: 'key'; base: CryptoKey } | ({ type: 'streams' } & Job & Way);
/** How many frames of a slot were opened, and how many not, since the last word. */
export type FromWorker = { type: 'opened'; slot: number; opened: number; failed: number; fault?: SealFault };

/** Often enough to say it while it matters, seldom enough to cost nothing. */
const TELL_MS = 500;
/** Keys of a visit: a stream each, and those of before a reconnection. Beyond, somebody makes them up. */
const MOST_KEYS = 256;

let gotKey: (base: CryptoKey) => void;
const base = new Promise<CryptoKey>((done) => {
  gotKey = done;
});
const keys = new Map<number, Promise<FrameKey>>();
const windows = new Map<number, Window>();

function keyOf(kid: number): Promise<FrameKey> {
  const known = keys.get(kid);
  if (known) return known;
  const key = base.then((one) => frameKey(one, kid));
  for (const [oldest] of keys) {
    if (keys.size < MOST_KEYS) break;
    keys.delete(oldest);
    windows.delete(oldest);
  }
  keys.set(kid, key);
  return key;
}

function windowOf(kid: number): Window {
  const window = windows.get(kid) ?? new Window();
  windows.set(kid, window);
  return window;
}

/** What stays plain: of VP8 the payload header, by which a relay knows key frames and sizes (RFC 7741 §4.3); of Opus the TOC byte. */
export function openBytes(kind: Job['kind'], frame: EncodedFrame): number {
  const wanted = kind === 'audio' ? 1 : 'type' in frame && frame.type === 'key' ? 10 : 3;
  return Math.min(wanted, frame.data.byteLength);
}

function sealing(job: Job): TransformStream<EncodedFrame, EncodedFrame> {
  const kid = randomKid();
  let ctr = 0;
  return new TransformStream({
    async transform(frame, out) {
      const data = new Uint8Array(frame.data);
      const open = openBytes(job.kind, frame);
      const sealed = await seal(await keyOf(kid), ctr++, data.subarray(0, open), data.subarray(open));
      frame.data = sealed.buffer;
      out.enqueue(frame);
    },
  });
}

function opening(job: Job): TransformStream<EncodedFrame, EncodedFrame> {
  let opened = 0;
  let failed = 0;
  let fault: SealFault | undefined;
  let toldMs = 0;
  const tell = () => {
    const nowMs = Date.now();
    if (nowMs - toldMs < TELL_MS) return;
    toldMs = nowMs;
    postMessage({ type: 'opened', slot: job.slot, opened, failed, fault } satisfies FromWorker);
    opened = 0;
    failed = 0;
    fault = undefined;
  };
  return new TransformStream({
    async transform(frame, out) {
      try {
        const data = new Uint8Array(frame.data);
        const plain = await unseal(keyOf, windowOf, data, openBytes(job.kind, frame));
        frame.data = plain.buffer;
        opened += 1;
        out.enqueue(frame);
      } catch (error) {
        // What cannot be opened is not played: silence and no picture, never noise.
        failed += 1;
        fault = error instanceof CannotOpen ? error.fault : 'not-sealed';
      }
      tell();
    },
  });
}

function randomKid(): number {
  let kid = 0;
  for (const byte of crypto.getRandomValues(new Uint8Array(KID_BYTES))) kid = kid * 256 + byte;
  return kid;
}

function run(job: Job, { readable, writable }: Way) {
  readable
    .pipeThrough(job.way === 'up' ? sealing(job) : opening(job))
    .pipeTo(writable)
    .catch(() => undefined);
}

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'key') gotKey(data.base);
  else run(data, data);
});

// The standard's way (WebRTC Encoded Transform): the browser brings the streams here itself.
type TransformEvent = Event & { transformer: Way & { options: Job } };
addEventListener('rtctransform', (event) => {
  const { transformer } = event as TransformEvent;
  run(transformer.options, transformer);
});
