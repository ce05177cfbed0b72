import { useLingui, useLocale } from '@holdfast/i18n';
import { Mark } from '@holdfast/ui';
import type { ReactNode } from 'react';
import { useContinuity } from '../shell/ContinuityProvider';
import { isAhead } from './ahead';
import { showTime } from './dates';

/** The time of a record, marked if it has not come yet. `children` is how it is shown, if not in full. */
export function When({ at, children }: { at: string | undefined; children?: ReactNode }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { now } = useContinuity();
  return (
    <>
      {children ?? showTime(at, locale)}
      {isAhead(at, now) && (
        <>
          {' '}
          <Mark kind="warn">{i18n.t('in the future')}</Mark>
        </>
      )}
    </>
  );
}
