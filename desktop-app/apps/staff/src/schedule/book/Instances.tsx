import type { SeriesInstance } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Mark } from '@holdfast/ui';
import { Checkbox } from '@mantine/core';
import { refusalWords } from '../refusalWords';
import { dateAt, timeAt } from '../zone';

interface Props {
  instances: SeriesInstance[];
  timeZone: string;
  /** Dates that are left out. */
  except: string[];
  onExcept: (dates: string[]) => void;
}

/** Each appointment of a series, free or not, before any of it is booked. */
export function Instances({ instances, timeZone, except, onExcept }: Props) {
  const { i18n } = useLingui();
  const locale = useLocale();
  return (
    <ul className="rows instances">
      {instances.map(({ start, refused }) => {
        const date = dateAt(start, timeZone);
        const isOut = except.includes(date);
        return (
          <li key={start}>
            <Checkbox
              size="xs"
              label={<span className="number">{timeAt(start, timeZone, locale)}</span>}
              checked={!isOut && !refused}
              disabled={refused !== undefined}
              onChange={() => onExcept(isOut ? except.filter((one) => one !== date) : [...except, date])}
            />
            <span className="end">
              {refused ? (
                <Mark kind="danger">{refusalWords(i18n, refused)}</Mark>
              ) : isOut ? (
                <Mark kind="off">{i18n.t('Left out')}</Mark>
              ) : (
                <Mark kind="ok">{i18n.t('Free')}</Mark>
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
