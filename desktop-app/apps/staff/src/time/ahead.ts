import type { I18n } from '@holdfast/i18n';
import { showTime, today } from './dates';

/** Computers of one clinic differ by so much at most: what was saved a moment ago at another one is no mistake. */
const SLACK_MS = 5 * 60_000;

/** Whether a record says of itself that it is of a time that has not come yet: a typing error, or a clock that went wrong. */
export function isAhead(at: string | undefined, now: number): boolean {
  if (!at) return false;
  if (at.length <= 10) return at > today(new Date(now)).slice(0, at.length);
  return new Date(at).getTime() > now + SLACK_MS;
}

/** What counts as the latest: the newest that is not of the future, which only stands in if there is nothing else. */
export function latestOf<T>(all: T[], atOf: (one: T) => string | undefined, now: number): T | undefined {
  const sorted = [...all].sort((a, b) => timeOf(atOf(b)) - timeOf(atOf(a)));
  return sorted.find((one) => !isAhead(atOf(one), now)) ?? sorted.at(-1);
}

/** A time in words, for paper: of the future it says so. */
export function timeWords(i18n: I18n, at: string | undefined, locale: string, now = Date.now()): string {
  const words = showTime(at, locale);
  return isAhead(at, now) ? i18n.t('{time}, in the future', { time: words }) : words;
}

function timeOf(at: string | undefined): number {
  return new Date(at ?? 0).getTime();
}
