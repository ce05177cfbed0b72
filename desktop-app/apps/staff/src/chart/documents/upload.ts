import { type FileShown, files, Problem, Unreachable } from '@holdfast/api';
import { typeOf } from './file';

/** How far an upload has come. */
export interface Progress {
  sent: number;
  size: number;
  /** The host does not answer, or not now: it is asked again by itself. */
  waits: boolean;
}

/** The file on this computer can no longer be read, or is another one by now. */
export class FileChanged extends Error {}

const RETRY_MS = 1_000;
const RETRY_LONGEST_MS = 15_000;
/** Statuses after which the same request is worth repeating. */
const LATER = new Set([408, 429, 502, 503, 504, 507]);

interface Upload {
  patient: string;
  file: File;
  /** What was sent of this file before. */
  begun?: FileShown;
  tell: (progress: Progress) => void;
  signal: AbortSignal;
}

/**
 * Sends a file chunk by chunk: what is there already is not sent again, and while the host is away it waits and goes on.
 * @returns the file as it is once all of it is there.
 * @throws Problem if the host refuses, FileChanged, or the signal's reason.
 */
export async function upload({ patient, file, begun, tell, signal }: Upload): Promise<FileShown> {
  let sent = 0;
  const report = (waits: boolean) => tell({ sent, size: file.size, waits });
  const insist = <T>(call: () => Promise<T>) => untilAnswered(call, report, signal);
  const about = { size: file.size, contentType: typeOf(file), name: file.name, modifiedMs: file.lastModified };
  const shown = begun ?? (await insist(() => files.begin(patient, about, signal)));
  const missing = new Set(shown.missing);
  const bytesOf = (n: number) => file.slice(n * shown.chunkBytes, (n + 1) * shown.chunkBytes);
  for (let n = 0; n < shown.chunks; n++) if (!missing.has(n)) sent += bytesOf(n).size;
  report(false);
  for (const n of toSend(shown)) {
    const bytes = await bytesOf(n)
      .arrayBuffer()
      .catch(() => {
        throw new FileChanged();
      });
    await insist(() => files.chunk(shown.id, n, new Blob([bytes]), signal));
    if (missing.has(n)) sent += bytes.byteLength;
    report(false);
  }
  return await insist(() => files.complete(shown.id, signal));
}

/** The missing chunks, and before them one that is there: if it is another by now, the host says so before the halves mix. */
function toSend({ chunks, missing }: FileShown): number[] {
  const there = Array.from({ length: chunks }, (_, n) => n).find((n) => !missing.includes(n));
  return there === undefined ? missing : [there, ...missing];
}

async function untilAnswered<T>(
  call: () => Promise<T>,
  report: (waits: boolean) => void,
  signal: AbortSignal,
): Promise<T> {
  for (let pause = RETRY_MS; ; pause = Math.min(pause * 2, RETRY_LONGEST_MS)) {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error instanceof Problem && error.code === 'chunk-differs') throw new FileChanged();
      if (!(error instanceof Unreachable) && !(error instanceof Problem && LATER.has(error.status))) throw error;
      report(true);
      await pauseOf(pause, signal);
    }
  }
}

/** Ends early once the network is back, or the upload was stopped. */
function pauseOf(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener('online', end);
      signal.removeEventListener('abort', end);
      done();
    };
    const timer = setTimeout(end, ms);
    window.addEventListener('online', end);
    signal.addEventListener('abort', end);
  });
}
