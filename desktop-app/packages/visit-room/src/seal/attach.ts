import { sealingOf } from './feature';
import type { SealFault } from './sframe';
import type { FromWorker, Job, ToWorker } from './worker';

type Old = { createEncodedStreams?: () => { readable: ReadableStream; writable: WritableStream } };
type Half = RTCRtpSender | RTCRtpReceiver;

/** What a peer connection has to be made with, for the older way. */
export const sealedOptions = () => (sealingOf() === 'streams' ? { encodedInsertableStreams: true } : {});

/** Seals what is sent and opens what comes, for all peer connections of a visit. */
export class Seals {
  private readonly worker: Worker;
  /** Frames by m-line: opened, and not. */
  readonly counts = new Map<number, { opened: number; failed: number; fault?: SealFault }>();

  constructor(base: CryptoKey, onCount: () => void) {
    this.worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    this.worker.postMessage({ type: 'key', base } satisfies ToWorker);
    this.worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      const old = this.counts.get(data.slot);
      this.counts.set(data.slot, {
        opened: (old?.opened ?? 0) + data.opened,
        failed: (old?.failed ?? 0) + data.failed,
        fault: data.fault ?? (data.opened > 0 ? undefined : old?.fault),
      });
      onCount();
    };
  }

  /** Puts the seal between the wire and one half of a transceiver, before anything flows. */
  attach(half: Half, job: Job) {
    if (sealingOf() === 'transform') {
      const Transform = (
        globalThis as unknown as { RTCRtpScriptTransform: new (worker: Worker, options: Job) => RTCRtpTransform }
      ).RTCRtpScriptTransform;
      half.transform = new Transform(this.worker, job);
      return;
    }
    const streams = (half as Half & Old).createEncodedStreams?.();
    if (!streams) throw new Error('this browser cannot seal frames: the page has to ask sealingOf first');
    this.worker.postMessage({ type: 'streams', ...job, ...streams } satisfies ToWorker, [
      streams.readable,
      streams.writable,
    ]);
  }

  close() {
    this.worker.terminate();
  }
}
