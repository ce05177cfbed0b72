// What must reach the host before somebody's session ends: drafts that are not saved yet.

type Flush = () => Promise<unknown> | undefined;
const flushes = new Set<Flush>();

/** Has `flush` run before the session ends; gives back how to take that away. */
export function beforeLeaving(flush: Flush): () => void {
  flushes.add(flush);
  return () => flushes.delete(flush);
}

/** Long enough for a save on a slow disk, short enough for somebody who walks away. */
const LONGEST_MS = 2_000;

/** Runs them all, and waits a moment at most. */
export async function flushAll(): Promise<void> {
  const all = Promise.allSettled([...flushes].map((flush) => flush()));
  await Promise.race([all, new Promise((done) => setTimeout(done, LONGEST_MS))]);
}
