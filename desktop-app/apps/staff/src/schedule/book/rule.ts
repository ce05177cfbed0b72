import type { SeriesRule } from '@holdfast/api';

/** How a series is asked for in the form; texts as they are typed. */
export interface Repeat {
  every: 'never' | SeriesRule['every'];
  interval: string;
  weekdays: number[];
  count: string;
}

export const NO_REPEAT: Repeat = { every: 'never', interval: '1', weekdays: [], count: '6' };

/** As many as a course of treatment has; more is a mistake of typing. */
export const MOST_INSTANCES = 104;
const MOST_INTERVAL = 52;

/** The rule of a form, without the dates in `except`. Nothing while it is none, or not yet one. */
export function ruleOf({ every, interval, weekdays, count }: Repeat, except: string[] = []): SeriesRule | undefined {
  const [step, times] = [whole(interval, MOST_INTERVAL), whole(count, MOST_INSTANCES)];
  if (every === 'never' || !step || !times) return undefined;
  return {
    every,
    interval: step,
    weekdays: every === 'week' && weekdays.length > 0 ? [...weekdays].sort() : undefined,
    count: times,
    except: except.length > 0 ? [...except].sort() : undefined,
  };
}

function whole(text: string, most: number): number | undefined {
  const value = Number(text.trim());
  return Number.isInteger(value) && value >= 1 && value <= most ? value : undefined;
}
