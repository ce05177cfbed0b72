const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/;
/** The end of a day is written so, too. */
export const MIDNIGHT = '24:00';

/** Whether this is a time of day: "08:30". */
export function isClock(text: string): boolean {
  return CLOCK.test(text);
}

/** A time of day as people type it: "8", "8:5", "0830", "8.30" and "8:30 pm" are times, too. What is none stays as it was typed. */
export function clockOf(text: string): string {
  const western = text.trim().replace(/[٠-٩۰-۹]/g, (digit) => String(digit.charCodeAt(0) & 0xf));
  const match = /^(\d{1,2})(?:[^\d\s]?(\d{1,2}))?(?:\s*([ap])\.?m\.?)?$/i.exec(western);
  if (!match) return text;
  const [, hour = '', minute = '0', half] = match;
  const clock = `${hourOf(hour, half).padStart(2, '0')}:${minute.padStart(2, '0')}`;
  return CLOCK.test(clock) || clock === MIDNIGHT ? clock : text;
}

function hourOf(hour: string, half: string | undefined): string {
  if (!half) return hour;
  // There is no hour 13 or 0 in a half of a day.
  if (Number(hour) < 1 || Number(hour) > 12) return 'none';
  return String((Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0));
}
