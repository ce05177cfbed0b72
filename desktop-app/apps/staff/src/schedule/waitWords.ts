import type { I18n } from '@holdfast/i18n';

/** How long somebody waits, short enough for a card: whole minutes, then hours with minutes. */
export function waitWords(i18n: I18n, minutes: number): string {
  const whole = Math.max(0, Math.floor(minutes));
  if (whole < 60) return i18n.t('{minutes} min', { minutes: whole });
  return i18n.t('{hours} h {minutes} min', { hours: Math.floor(whole / 60), minutes: whole % 60 });
}

/** Minutes between an instant and now. */
export function minutesSince(instant: string, now: number): number {
  return Math.floor((now - Date.parse(instant)) / 60_000);
}

/** Longer than this is told with a sign: somebody should ask how they are. */
export const LONG_WAIT_MINUTES = 30;
