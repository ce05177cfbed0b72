import { nowInstant, today } from '../time/dates';
import { isClock } from './clock';

/** A day and a time of day where this device is, as they stand in their fields; either may be half typed. */
export interface When {
  /** A FHIR date, or empty. */
  date: string;
  /** "08:30". */
  clock: string;
}

export type WhenFault = 'incomplete' | 'ahead';

/** The clock of whoever looks at the wall is a little ahead of ours, or behind. */
const SLACK_MS = 60_000;

/** A moment as it stands in the fields. */
export function whenOf(at: Date): When {
  return { date: today(at), clock: nowInstant(at).slice(11, 16) };
}

/** Why something cannot be said to have been then; nothing if it can. Without one it is now. */
export function faultOfWhen(when: When | undefined, now: Date): WhenFault | undefined {
  if (!when) return undefined;
  const at = momentOf(when);
  if (!at) return 'incomplete';
  return at.getTime() > now.getTime() + SLACK_MS ? 'ahead' : undefined;
}

/** The moment as FHIR wants it: now unless something else was said. */
export function instantOfWhen(when: When | undefined, now: Date): string {
  return nowInstant((when && momentOf(when)) ?? now);
}

function momentOf({ date, clock }: When): Date | undefined {
  if (date.length !== 10 || !isClock(clock)) return undefined;
  const at = new Date(`${date}T${clock}:00`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}
