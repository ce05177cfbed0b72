import type { Observation } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { PrintList, printItem } from './PrintFrame';
import { measuredLine } from './visit';

/** Values with their times; if there are none, that is said. */
export function Measured({ title, all, empty }: { title: string; all: Observation[]; empty: string }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  return (
    <PrintList title={title} empty={empty} items={all.map((one) => printItem(one, measuredLine(i18n, one, locale)))} />
  );
}
