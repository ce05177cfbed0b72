import type { DaySheet } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Mark } from '@holdfast/ui';
import { whyWords } from './refusalWords';

const MINUTES_IN_A_DAY = 1440;

/** What is out of the ordinary about a day: requests only, clocks that change, a holiday. */
export function Notices({ sheet }: { sheet: DaySheet }) {
  const { i18n } = useLingui();
  const more = sheet.minutesInDay - MINUTES_IN_A_DAY;
  const hours = sheet.minutesInDay / 60;
  return (
    <>
      {sheet.canBook === 'requests-only' && (
        <p className="told warn" role="status">
          <Mark kind="warn">
            {whyWords(i18n, sheet.why)}{' '}
            {i18n.t('What you book here is filed as a request, which is answered when the node is back.')}
          </Mark>
        </p>
      )}
      {more !== 0 && (
        <p className="told">
          <Mark kind="busy">
            {more < 0
              ? i18n.t('Clocks go forward: this day has {hours} hours.', { hours })
              : i18n.t('Clocks go back: this day has {hours} hours, and an hour comes twice.', { hours })}
          </Mark>
        </p>
      )}
      {sheet.holiday && (
        <p className="told">
          <Mark kind="off">{i18n.t('Holiday: {name}', { name: sheet.holiday })}</Mark>
        </p>
      )}
    </>
  );
}
