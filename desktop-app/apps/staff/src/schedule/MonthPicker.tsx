import { useLingui, useLocale } from '@holdfast/i18n';
import { useDirection } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { intlTag, today } from '../time/dates';
import { firstWeekdayOf, monthsLater, weeksOf } from './month';
import { daysLater, longDay, weekdayName } from './zone';

/** A month, of which a day is chosen: by the mouse, or by arrows and Enter. */
export function MonthPicker({ date, onChoose }: { date: string; onChoose: (date: string) => void }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { dir } = useDirection();
  const [at, setAt] = useState(date);
  const table = useRef<HTMLTableElement>(null);
  const weeks = weeksOf(at, firstWeekdayOf(intlTag(locale)));
  const title = new Intl.DateTimeFormat(intlTag(locale), { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    new Date(`${at}T00:00:00Z`),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: when another day is reached.
  useEffect(() => {
    table.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  }, [at]);
  const onKeyDown = (event: KeyboardEvent) => {
    const on = dir === 'rtl' ? -1 : 1;
    const steps: Record<string, number> = { ArrowLeft: -on, ArrowRight: on, ArrowUp: -7, ArrowDown: 7 };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    setAt(daysLater(at, step));
  };
  return (
    <div>
      <div className="month-head day-nav">
        <button
          type="button"
          className="icon-button"
          aria-label={i18n.t('The month before')}
          onClick={() => setAt(monthsLater(at, -1))}
        >
          <IconChevronLeft size={18} aria-hidden />
        </button>
        <span aria-live="polite">{title}</span>
        <button
          type="button"
          className="icon-button"
          aria-label={i18n.t('The month after')}
          onClick={() => setAt(monthsLater(at, 1))}
        >
          <IconChevronRight size={18} aria-hidden />
        </button>
      </div>
      <table className="month" ref={table}>
        <thead>
          <tr>
            {weeks[0]?.map((day) => (
              <th key={day} scope="col">
                {weekdayName(((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7) + 1, locale, 'short')}
              </th>
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={onKeyDown}>
          {weeks.map((week) => (
            <tr key={week[0]}>
              {week.map((day) => (
                <td key={day}>
                  <button
                    type="button"
                    className={`number${day.slice(0, 7) === at.slice(0, 7) ? '' : ' soft'}`}
                    tabIndex={day === at ? 0 : -1}
                    data-autofocus={day === at || undefined}
                    aria-pressed={day === date}
                    aria-current={day === today() ? 'date' : undefined}
                    aria-label={longDay(day, locale)}
                    onClick={() => onChoose(day)}
                  >
                    {Number(day.slice(8))}
                  </button>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
