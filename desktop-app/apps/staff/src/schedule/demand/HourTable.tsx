import type { Demand } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { ScrollX } from '@holdfast/ui';
import { weekdayName } from '../zone';
import { hourTableOf } from './demand';

/** How strongly the busiest hour is tinted, in percent: text on it still has to be read. */
const STRONGEST = 30;

/** Arrivals, no-shows and how long visits took, by weekday and hour. */
export function HourTable({ byHour }: Pick<Demand, 'byHour'>) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { hours, weekdays, at, most } = hourTableOf(byHour);
  if (hours.length === 0)
    return <p className="empty">{i18n.t('Nothing is known yet: the first weeks have to pass.')}</p>;
  return (
    <>
      <p className="soft small" style={{ padding: '0.5rem 0.75rem 0' }}>
        {i18n.t('In each cell: who came, who did not, and how many minutes a visit took.')}
      </p>
      <ScrollX label={i18n.t('By weekday and hour')}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{i18n.t('Hour')}</th>
              {weekdays.map((weekday) => (
                <th key={weekday} scope="col" className="end">
                  {weekdayName(weekday, locale)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {hours.map((hour) => (
              <tr key={hour}>
                <th scope="row" className="number">
                  {String(hour).padStart(2, '0')}:00
                </th>
                {weekdays.map((weekday) => {
                  const cell = at(weekday, hour);
                  const tint = Math.round(((cell?.arrivals ?? 0) / most) * STRONGEST);
                  return (
                    <td
                      key={weekday}
                      className="end number"
                      style={{ background: `color-mix(in srgb, var(--hf-accent) ${tint}%, #fff)` }}
                    >
                      {cell && (
                        <>
                          <strong>{cell.arrivals}</strong> · {cell.noShows} ·{' '}
                          {i18n.t('{minutes} min', { minutes: cell.minutes })}
                        </>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollX>
    </>
  );
}
