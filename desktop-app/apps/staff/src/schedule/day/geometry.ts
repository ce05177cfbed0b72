import type { DaySheet, Span } from '@holdfast/api';

// Everything of a day is placed by minutes that have elapsed since it began, never by what a clock on the wall said: on a day of
// 23 or 25 hours each minute still has a place of its own.

/** The part of a day that is drawn, in minutes, and how high a minute is. */
export interface Frame {
  from: number;
  to: number;
  /** Pixels a minute. */
  scale: number;
}

/** A slot of the keyboard and of the mouse, in minutes. */
export const STEP = 5;
/** So much is seen before the first and after the last thing of a day. */
const MARGIN_MINUTES = 15;
/** The drawn part is no shorter. */
const LEAST_MINUTES = 60;

/** The drawn part of days in which these spans are, by quarters of an hour. Days without any are drawn from when they open. */
export function boundsOf(
  spans: Span[],
  sheets: Pick<DaySheet, 'opens' | 'closes' | 'minutesInDay'>[],
): Pick<Frame, 'from' | 'to'> {
  const [starts, ends] = [spans.map(({ fromMinute }) => fromMinute), spans.map(({ toMinute }) => toMinute)];
  const opens = spans.length > 0 ? Math.min(...starts) : Math.min(...sheets.map((sheet) => sheet.opens));
  const closes = spans.length > 0 ? Math.max(...ends) : Math.max(...sheets.map((sheet) => sheet.closes));
  const longest = Math.max(...sheets.map((sheet) => sheet.minutesInDay));
  const from = floorTo(Math.max(0, opens - MARGIN_MINUTES), MARGIN_MINUTES);
  const to = Math.min(longest, floorTo(closes + 2 * MARGIN_MINUTES - 1, MARGIN_MINUTES));
  return { from, to: Math.max(to, from + LEAST_MINUTES) };
}

const floorTo = (value: number, step: number) => Math.floor(value / step) * step;

/** Where a span stands, in pixels from the top of the drawn part; what lies outside is cut off. Nothing if all of it does. */
export function placeOf(span: Span, frame: Frame): { top: number; height: number } | undefined {
  const from = Math.max(span.fromMinute, frame.from);
  const to = Math.min(span.toMinute, frame.to);
  if (to <= from) return undefined;
  return { top: (from - frame.from) * frame.scale, height: (to - from) * frame.scale };
}

/** The minute at a height, on the step at or before it. */
export function minuteAt(px: number, frame: Frame): number {
  const minute = frame.from + px / frame.scale;
  return clampMinute(floorTo(minute, STEP), frame);
}

/** A minute within the drawn part, at which a slot still has room. */
export function clampMinute(minute: number, frame: Pick<Frame, 'from' | 'to'>): number {
  return Math.min(frame.to - STEP, Math.max(frame.from, minute));
}

/** The spans of a day that are not in `hours`: when somebody does not work. */
export function outsideOf(hours: Span[], frame: Pick<Frame, 'from' | 'to'>): Span[] {
  const outside: Span[] = [];
  let at = frame.from;
  for (const { fromMinute, toMinute } of [...hours].sort((a, b) => a.fromMinute - b.fromMinute)) {
    if (fromMinute > at) outside.push({ fromMinute: at, toMinute: Math.min(fromMinute, frame.to) });
    at = Math.max(at, toMinute);
  }
  if (at < frame.to) outside.push({ fromMinute: at, toMinute: frame.to });
  return outside.filter((one) => one.toMinute > one.fromMinute);
}

/** The instant of a minute. */
export function instantOf(sheet: Pick<DaySheet, 'dayStart'>, minute: number): string {
  return new Date(Date.parse(sheet.dayStart) + minute * 60_000).toISOString();
}

/** The minute of an instant, which may lie outside of the day. */
export function minuteOf(sheet: Pick<DaySheet, 'dayStart'>, instant: string | number): number {
  const at = typeof instant === 'number' ? instant : Date.parse(instant);
  return Math.floor((at - Date.parse(sheet.dayStart)) / 60_000);
}

/** A full hour with its label; `again` is the second one of a name, after clocks went back. */
export interface Mark {
  minute: number;
  label: string;
  again: boolean;
}

/** The full hours of the drawn part. */
export function marksOf(sheet: DaySheet, frame: Pick<Frame, 'from' | 'to'>): Mark[] {
  const seen = new Set<string>();
  return sheet.hourMarks
    .map(({ minute, label }) => {
      const again = seen.has(label);
      seen.add(label);
      return { minute, label, again };
    })
    .filter(({ minute }) => minute >= frame.from && minute < frame.to);
}
