import type { Point } from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';
import { isolated } from '../../fhir/words';
import { durationWords } from '../../time/duration';

/** What a plot shows, in words: how many, over how long, from where to where, and how many outside of the normal. Points are in order. */
export function summaryOf(i18n: I18n, points: readonly Point[], name: string): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return '';
  const unit = last.unit ? ` ${last.unit}` : '';
  if (points.length === 1)
    return i18n.t('{name}: {value}, measured once.', { name, value: isolated(`${last.value}${unit}`) });
  const values = points.map(({ value }) => value);
  const sentence = i18n.t(
    '{name}: {count} values over {duration}, from {first} to {last}; lowest {lowest}, highest {highest}.',
    {
      name,
      count: points.length,
      duration: durationWords(i18n, new Date(last.at).getTime() - new Date(first.at).getTime()),
      first: isolated(`${first.value}${unit}`),
      last: isolated(`${last.value}${unit}`),
      lowest: Math.min(...values),
      highest: Math.max(...values),
    },
  );
  const outside = points.filter(isOutside).length;
  if (outside === 0) return sentence;
  return `${sentence} ${i18n.t('{outside, plural, one {# is outside of the normal range.} other {# are outside of the normal range.}}', { outside })}`;
}

function isOutside({ value, low, high }: Point): boolean {
  return (low !== undefined && value < low) || (high !== undefined && value > high);
}
