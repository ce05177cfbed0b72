import type { Look } from './event';

/** Looks of one person at one patient, one soon after the other: what a screen asks for is several requests. */
export interface Sitting {
  /** The newest first; never empty. */
  looks: Look[];
  /** What was done, each once, as it came. */
  whats: string[];
}

/** A pause that long begins another sitting. */
const PAUSE_MS = 120_000;

/** Puts looks together that a reader would call one. Changes, refusals and searches stay lines of their own. */
export function together(looks: readonly Look[]): Sitting[] {
  const out: Sitting[] = [];
  for (const look of looks) {
    const last = out.at(-1);
    const newest = last?.looks.at(-1);
    if (last && newest && isOne(newest, look)) {
      last.looks.push(look);
      if (!last.whats.includes(look.what)) last.whats.push(look.what);
    } else out.push({ looks: [look], whats: [look.what] });
  }
  return out;
}

function isOne(one: Look, other: Look): boolean {
  return (
    one.isLook &&
    other.isLook &&
    !one.refused &&
    !other.refused &&
    one.who === other.who &&
    one.patients.length === 1 &&
    other.patients.length === 1 &&
    one.patients[0] === other.patients[0] &&
    Math.abs(Date.parse(one.at) - Date.parse(other.at)) <= PAUSE_MS
  );
}
