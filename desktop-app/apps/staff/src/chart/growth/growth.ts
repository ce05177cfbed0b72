import type { Point } from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';
import { isolated } from '../../fhir/words';
import { ageOn, ageWords } from '../../time/age';
import { curvesAt, type GrowthReference, lastAge } from './reference';

/** Until this age people grow. */
export const GROWN_AT = 20;
const YEAR_MS = 365.25 * 86_400_000;

/** What one unit is of the unit that is shown. Others are not guessed at. */
const FACTORS: Record<'kg' | 'cm', Record<string, number>> = {
  kg: { kg: 1, g: 0.001, '[lb_av]': 0.45359237, lb: 0.45359237 },
  cm: { cm: 1, m: 100, '[in_i]': 2.54, in: 2.54 },
};

export interface Grown {
  /** The day. */
  on: string;
  /** In years, with a fraction. */
  age: number;
  value: number;
}

/** Measurements by age, the first one first; what was measured before birth or in a unit that is no such unit is left out. */
export function grownOf(birthDate: string, points: readonly Point[], unit: 'kg' | 'cm'): Grown[] {
  const born = new Date(birthDate).getTime();
  return points
    .flatMap(({ at, value, unit: written }) => {
      const factor = FACTORS[unit][written ?? ''];
      const age = (new Date(at.slice(0, 10)).getTime() - born) / YEAR_MS;
      if (!factor || !(age >= 0)) return [];
      return [{ on: at.slice(0, 10), age, value: Math.round(value * factor * 100) / 100 }];
    })
    .sort((a, b) => a.age - b.age);
}

export interface GrowthRow {
  on: string;
  kg?: number;
  cm?: number;
}

/** Weight and height of a day in one row, the newest first. */
export function rowsOf(weights: readonly Grown[], heights: readonly Grown[]): GrowthRow[] {
  const rows = new Map<string, GrowthRow>();
  for (const { on, value } of weights) rows.set(on, { ...rows.get(on), on, kg: value });
  for (const { on, value } of heights) rows.set(on, { ...rows.get(on), on, cm: value });
  return [...rows.values()].sort((a, b) => b.on.localeCompare(a.on));
}

/** A course of growth in words: "Weight: from 3.4 kg (1 day old) to 12 kg (2 years old)." */
export function growthWords(i18n: I18n, birthDate: string, name: string, unit: string, all: readonly Grown[]): string {
  const [first, last] = [all[0], all.at(-1)];
  if (!first || !last) return i18n.t('{name}: not measured yet.', { name });
  const said = ({ value, on }: Grown) => `${isolated(`${value} ${unit}`)} (${ageWords(i18n, ageOn(birthDate, on))})`;
  if (first === last) return i18n.t('{name}: {value}, measured once.', { name, value: said(first) });
  return i18n.t('{name}: {count, plural, one {# value} other {# values}}, from {first} to {last}.', {
    name,
    count: all.length,
    first: said(first),
    last: said(last),
  });
}

/** A percentile as it is said: whole, and of the ends that they are ends. */
export function percentileWords(percentile: number): string {
  const whole = Math.round(percentile);
  return isolated(whole < 1 ? '< 1' : whole > 99 ? '> 99' : String(whole));
}

/** Between two values of a curve, in years: a month. */
const STEP = 1 / 12;

/** Ages, what was measured at them, and the percentiles at all of them, as far as the child has come. */
export function plotOf(
  grown: readonly Grown[],
  reference: GrowthReference | undefined,
): [number[], ...(number | null)[][]] {
  const last = grown.at(-1)?.age ?? 0;
  const until = reference ? Math.min(last + STEP, lastAge(reference)) : 0;
  const grid = Array.from({ length: Math.floor(until / STEP) + 1 }, (_, index) => index * STEP);
  const measured = new Map(grown.map(({ age, value }) => [age, value]));
  const ages = [...new Set([...(reference ? grid : []), ...measured.keys()])].sort((a, b) => a - b);
  const values = ages.map((age) => measured.get(age) ?? null);
  if (!reference) return [ages, values];
  const curves = ages.map((age) => curvesAt(reference, age));
  return [ages, values, ...[0, 1, 2, 3, 4].map((index) => curves.map((all) => all?.[index] ?? null))];
}
