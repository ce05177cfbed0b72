import { parseExact, writeExact } from './exact';
import { problemOf, Unreachable } from './problem';

/** Another origin cannot send this header: by it the host knows that a request of a cookie came from this app. */
const OWN = 'X-Holdfast';

/** Longer than a slow disk takes, shorter than a person waits. Streams and uploads have none. */
const TIMEOUT_MS = 20_000;

/** As long as the host waits for a body: a MiB over the thinnest link. */
const BYTES_TIMEOUT_MS = 110_000;

export interface Ask {
  /** A text goes as it is, all else as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

type Listener = () => void;
const signedOut = new Set<Listener>();

/** Calls back whenever the host says that nobody is signed in. */
export function onSignedOut(listener: Listener): () => void {
  signedOut.add(listener);
  return () => signedOut.delete(listener);
}

/**
 * Asks the host of this app, which is always where the page came from.
 * @throws Problem if it refuses, Unreachable if nobody answers.
 */
export async function ask<T>(method: string, path: string, { body, headers, signal }: Ask = {}): Promise<T> {
  const answer = await send(path, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': mediaOf(path) }), ...headers },
    body: body === undefined || typeof body === 'string' ? body : writeExact(body),
    signal,
  });
  const text = await answer.text();
  const json = text ? readable(text) : undefined;
  if (answer.ok) return json as T;
  tellIfSignedOut(answer);
  throw problemOf(answer.status, json);
}

/**
 * Sends bytes as they are.
 * @throws Problem if the host refuses, Unreachable if nobody answers.
 */
export async function sendBytes(url: string, bytes: Blob, signal?: AbortSignal): Promise<void> {
  const headers = { 'content-type': 'application/octet-stream' };
  const answer = await send(url, { method: 'PUT', headers, body: bytes, signal }, BYTES_TIMEOUT_MS);
  if (answer.ok) return;
  tellIfSignedOut(answer);
  throw problemOf(answer.status, readable(await answer.text()));
}

/** Nobody is signed in any more; at the sign-in itself that is the answer, and no news. */
export function tellIfSignedOut(answer: Response): void {
  const isSignIn = new URL(answer.url, 'http://host').pathname.startsWith('/api/session');
  if (answer.status === 401 && !isSignIn) for (const tell of signedOut) tell();
}

/**
 * Sends a request with what every one of them has.
 * @throws Unreachable if nobody answers.
 */
export async function send(url: string, options: RequestInit, timeoutMs = TIMEOUT_MS): Promise<Response> {
  const limit = AbortSignal.timeout(timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  const headers = new Headers(options.headers);
  if (options.method !== 'GET') headers.set(OWN, '1');
  try {
    const body = options instanceof Request && options.body ? await options.text() : options.body;
    return await fetch(url, { method: options.method, headers, body, signal, cache: 'no-store' });
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw new Unreachable(cause);
  }
}

function mediaOf(path: string): string {
  return path.startsWith('/fhir') ? 'application/fhir+json' : 'application/json';
}

function readable(text: string): unknown {
  try {
    return parseExact(text);
  } catch {
    return undefined;
  }
}

/** A path with its parameters; empty ones are left out. */
export function path(base: string, parameters: Record<string, string | number | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') query.append(name, String(value));
  }
  const text = query.toString();
  return text ? `${base}?${text}` : base;
}
