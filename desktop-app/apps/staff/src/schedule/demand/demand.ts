import type { Demand } from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';

/** What the plot of demand draws: weeks as Unix seconds; what was, what is expected, and between which bounds. */
export type Series = [number[], (number | null)[], (number | null)[], (number | null)[], (number | null)[]];

const secondsOf = (date: string) => Date.parse(`${date}T00:00:00Z`) / 1000;

/** The weeks of the past and those that come, side by side. The forecast begins at the last known week, so that the line goes on. */
export function seriesOf({ history, forecast }: Pick<Demand, 'history' | 'forecast'>): Series {
  const last = history.at(-1);
  const before = history.map((one) => (one === last ? one.value : null));
  const ahead = (value: (one: Demand['forecast'][number]) => number) => [...before, ...forecast.map(value)];
  const was = [...history.map(({ value }) => value), ...forecast.map(() => null)];
  const weeks = [...history, ...forecast].map(({ week }) => secondsOf(week));
  return [weeks, was, ahead(({ value }) => value), ahead(({ low }) => low), ahead(({ high }) => high)];
}

/** So wide is the date of a tick. */
const TICK_PX = 80;

/** Of these weeks as many as have room side by side. */
export function ticksOf(weeks: number[], width: number): number[] {
  const step = Math.max(1, Math.ceil((weeks.length * TICK_PX) / Math.max(width, TICK_PX)));
  return weeks.filter((_, at) => at % step === 0);
}

/** What the plot says, in sentences. The forecast begins with the week that it is. */
export function demandWords(i18n: I18n, { history, forecast }: Pick<Demand, 'history' | 'forecast'>): string {
  const last = history.at(-1);
  const [now, next] = forecast;
  if (!last) return i18n.t('Nothing is known yet: the first weeks have to pass.');
  const all = [i18n.t('Last week: {count}.', { count: last.value })];
  if (now) all.push(i18n.t('This week about {value}, most likely between {low} and {high}.', rounded(now)));
  if (next) all.push(i18n.t('Next week about {value}, most likely between {low} and {high}.', rounded(next)));
  return all.join(' ');
}

function rounded({ value, low, high }: Demand['forecast'][number]) {
  return { value: Math.round(value), low: Math.round(low), high: Math.round(high) };
}

/** A table of hours by weekdays; empty where nothing was. */
export interface HourTable {
  hours: number[];
  weekdays: number[];
  at: (weekday: number, hour: number) => Demand['byHour'][number] | undefined;
  /** The highest number of arrivals. */
  most: number;
}

/** Arrivals by weekday and hour, as a table. */
export function hourTableOf(byHour: Demand['byHour']): HourTable {
  const cells = new Map(byHour.map((one) => [`${one.weekday} ${one.hour}`, one]));
  const sorted = (values: number[]) => [...new Set(values)].sort((a, b) => a - b);
  return {
    hours: sorted(byHour.map(({ hour }) => hour)),
    weekdays: sorted(byHour.map(({ weekday }) => weekday)),
    at: (weekday, hour) => cells.get(`${weekday} ${hour}`),
    most: Math.max(1, ...byHour.map(({ arrivals }) => arrivals)),
  };
}
