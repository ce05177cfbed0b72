import heights from '../../../../../../appliance/clinical/growth/height-for-age.tsv?raw';
import weights from '../../../../../../appliance/clinical/growth/weight-for-age.tsv?raw';

/** WHO counts a month as so many days. */
const MONTH_DAYS = 30.4375;
const YEAR_MONTHS = 365.25 / MONTH_DAYS;

/** The percentiles of WHO's charts, and where the normal distribution has them. */
export const PERCENTILES = [3, 15, 50, 85, 97] as const;
const DEVIATIONS = [-1.88079, -1.03643, 0, 1.03643, 1.88079];

/** Power, median and variation of one age. */
interface Lms {
  l: number;
  m: number;
  s: number;
}

/** What children of one sex weigh, or how tall they are, by age. `appliance/clinical/growth` says where it is from. */
export interface GrowthReference {
  /** By month, from birth on. */
  rows: Lms[];
  /** Weights far from the median are told in steps of what lies between two and three deviations. */
  isWeight: boolean;
}

/** WHO's reference; none for a sex that it does not know. */
export function referenceOf(what: 'kg' | 'cm', sex: string | undefined): GrowthReference | undefined {
  if (sex !== 'female' && sex !== 'male') return undefined;
  const lines = (what === 'kg' ? weights : heights).split('\n').map((line) => line.split('\t'));
  const rows: Lms[] = [];
  for (const [of, month, l, m, s] of lines)
    if (of === sex) rows[Number(month)] = { l: Number(l), m: Number(m), s: Number(s) };
  return { rows, isWeight: what === 'kg' };
}

/** The last age in years of which the reference tells. */
export function lastAge({ rows }: GrowthReference): number {
  return (rows.length - 1) / YEAR_MONTHS;
}

function at({ rows }: GrowthReference, age: number): Lms | undefined {
  const months = age * YEAR_MONTHS;
  const [below, above] = [rows[Math.floor(months)], rows[Math.ceil(months)]];
  if (!below || !above) return undefined;
  const part = months - Math.floor(months);
  const between = (name: keyof Lms) => below[name] + (above[name] - below[name]) * part;
  return { l: between('l'), m: between('m'), s: between('s') };
}

function valueAt({ l, m, s }: Lms, deviation: number): number {
  return l === 0 ? m * Math.exp(s * deviation) : m * (1 + l * s * deviation) ** (1 / l);
}

/** The values of the five percentiles at an age; nothing where the reference ends. */
export function curvesAt(reference: GrowthReference, age: number): number[] | undefined {
  const lms = at(reference, age);
  return lms && DEVIATIONS.map((deviation) => valueAt(lms, deviation));
}

/** On which percentile a value is, 0 to 100; nothing where the reference ends. */
export function percentileOf(reference: GrowthReference, age: number, value: number): number | undefined {
  const lms = at(reference, age);
  return lms && 100 * normal(deviationOf(reference, lms, value));
}

function deviationOf({ isWeight }: GrowthReference, lms: Lms, value: number): number {
  const { l, m, s } = lms;
  const deviation = l === 0 ? Math.log(value / m) / s : ((value / m) ** l - 1) / (l * s);
  if (!isWeight || Math.abs(deviation) <= 3) return deviation;
  const side = Math.sign(deviation);
  const [two, three] = [valueAt(lms, 2 * side), valueAt(lms, 3 * side)];
  return side * (3 + (value - three) / (three - two));
}

/** The share of the normal distribution below a deviation (Abramowitz and Stegun 26.2.17, to seven digits). */
function normal(deviation: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(deviation));
  const sum = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp(-(deviation ** 2) / 2) / Math.sqrt(2 * Math.PI)) * sum;
  return deviation > 0 ? 1 - tail : tail;
}
