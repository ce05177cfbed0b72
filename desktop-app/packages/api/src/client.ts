import { parseExact, writeExact } from './exact';
import { problemOf, Unreachable } from './problem';

/** Another origin cannot send this header: by it the host knows that a request of a cookie came from this app. */
const OWN = { 'X-Holdfast': '1' };

/** Longer than a slow disk takes, shorter than a person waits. Streams and uploads have none. */
const TIMEOUT_MS = 20_000;

export interface Ask {
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
  const answer = await send(method, path, {
    headers: { ...(body === undefined ? {} : { 'content-type': mediaOf(path) }), ...headers },
    body: body === undefined ? undefined : writeExact(body),
    signal,
  });
  const text = await answer.text();
  const json = text ? readable(text) : undefined;
  if (answer.ok) return json as T;
  if (answer.status === 401 && path !== '/api/session') for (const tell of signedOut) tell();
  throw problemOf(answer.status, json);
}

async function send(method: string, path: string, options: RequestInit): Promise<Response> {
  const own = method === 'GET' ? {} : OWN;
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  try {
    return await fetch(path, {
      ...options,
      method,
      signal,
      cache: 'no-store',
      headers: { ...options.headers, ...own },
    });
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
