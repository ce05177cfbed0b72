/** What a screen waits for before it can be shown. */
export type Load = () => Promise<unknown>;

/** Long enough that what is on the screen comes first. */
const CALM_MS = 400;

/**
 * Fetches parts of the program that will be wanted, so that opening one shows it at once: React keeps a placeholder for 300 ms
 * once it has shown one. What cannot be fetched now is fetched when it is wanted. Gives back what calls it off.
 */
export function ahead(loads: Load[]): () => void {
  const timer = setTimeout(() => {
    for (const load of loads) load().catch(() => undefined);
  }, CALM_MS);
  return () => clearTimeout(timer);
}
