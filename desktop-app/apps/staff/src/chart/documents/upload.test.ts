import * as buffer from 'node:buffer';
import type { FileShown } from '@holdfast/api';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FileChanged, type Progress, upload } from './upload';

const CHUNK = 4;

/** A host that keeps chunks, and fails as it is told. */
function host(failures: (Response | Error)[] = []) {
  const chunks = new Map<number, string>();
  const asked: string[] = [];
  const shown = (): Partial<FileShown> => ({
    id: 'f',
    size: 10,
    chunkBytes: CHUNK,
    chunks: 3,
    missing: [0, 1, 2].filter((n) => !chunks.has(n)),
    finished: false,
  });
  const json = (status: number, body: object) => new Response(JSON.stringify(body), { status });
  const answer = async (url: string, { method, body }: { method: string; body?: unknown }) => {
    asked.push(`${method} ${url}`);
    const failure = url.includes('/chunks/') ? failures.shift() : undefined;
    if (failure instanceof Error) throw failure;
    if (failure) return failure;
    const n = url.match(/chunks\/(\d)$/)?.[1];
    if (n === undefined) return json(200, { ...shown(), finished: url.endsWith('/complete') });
    const bytes = await new Response(body as Blob).text();
    if ((chunks.get(Number(n)) ?? bytes) !== bytes) return json(409, { code: 'chunk-differs' });
    chunks.set(Number(n), bytes);
    return new Response(null, { status: 204 });
  };
  vi.stubGlobal('fetch', answer);
  return { chunks, asked, shown: () => shown() as FileShown };
}

function send(begun?: FileShown, text = 'abcdefghij', stop = new AbortController()) {
  const told: Progress[] = [];
  const file = new File([text], 'scan.pdf', { type: 'application/pdf' });
  const done = upload({ patient: 'p', file, begun, tell: (progress) => told.push(progress), signal: stop.signal });
  return { told, done, stop };
}

beforeEach(() => {
  // The test's own window cannot read a part of a file; the browser's can.
  vi.stubGlobal('Blob', buffer.Blob);
  vi.stubGlobal('File', buffer.File);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('a file goes in chunks, and says how far it has come', async () => {
  const { chunks, asked } = host();
  const { told, done } = send();
  expect((await done).finished).toBe(true);
  expect([...chunks.values()]).toEqual(['abcd', 'efgh', 'ij']);
  expect(told.map(({ sent }) => sent)).toEqual([0, 4, 8, 10]);
  expect(asked[0]).toBe('POST /api/patients/p/files');
  expect(asked.at(-1)).toBe('POST /api/files/f/complete');
});

test('while the host is away it waits, and goes on by itself', async () => {
  const away = new TypeError('network');
  const busy = new Response('{"code":"closing"}', { status: 503 });
  const { chunks } = host([away, busy]);
  const { told, done } = send();
  await vi.advanceTimersByTimeAsync(0);
  await vi.waitFor(() => expect(told.at(-1)?.waits).toBe(true));
  await vi.advanceTimersByTimeAsync(1_000);
  await vi.advanceTimersByTimeAsync(2_000);
  await done;
  expect(chunks.size).toBe(3);
  expect(told.at(-1)).toEqual({ sent: 10, size: 10, waits: false });
});

test('what was cut in half goes on where it stopped', async () => {
  const { chunks, asked, shown } = host();
  chunks.set(0, 'abcd');
  chunks.set(1, 'efgh');
  const { told, done } = send(shown());
  await done;
  expect(told[0]?.sent).toBe(8);
  expect(asked.filter((one) => one.startsWith('PUT'))).toEqual([
    'PUT /api/files/f/chunks/0',
    'PUT /api/files/f/chunks/2',
  ]);
});

test('halves of two files are not put together', async () => {
  const { chunks, shown } = host();
  chunks.set(0, 'abcd');
  const { done } = send(shown(), 'ABCDEFGHIJ');
  await expect(done).rejects.toBeInstanceOf(FileChanged);
  expect(chunks.size).toBe(1);
});

test('a refusal ends it, and so does who stops it', async () => {
  host([new Response('{"code":"forbidden"}', { status: 403 })]);
  await expect(send().done).rejects.toMatchObject({ code: 'forbidden' });
  host([new TypeError('network')]);
  const { done, stop, told } = send();
  await vi.waitFor(() => expect(told.at(-1)?.waits).toBe(true));
  stop.abort();
  await expect(done).rejects.toThrow('abort');
});
