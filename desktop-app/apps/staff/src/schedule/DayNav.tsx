import { useLingui, useLocale } from '@holdfast/i18n';
import { useShortcut } from '@holdfast/ui';
import { Button, Popover } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { today } from '../time/dates';
import { MonthPicker } from './MonthPicker';
import { daysLater, shortDay } from './zone';

interface Props {
  date: string;
  onChange: (date: string) => void;
  /** How many days a press goes. */
  by?: 1 | 7;
}

/** The day that is shown: one before, one after, any other, and back to today. */
export function DayNav({ date, onChange, by = 1 }: Props) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const [isOpen, setOpen] = useState(false);
  useShortcut('t', () => onChange(today()));
  const choose = (chosen: string) => {
    setOpen(false);
    onChange(chosen);
  };
  return (
    <div className="day-nav no-print">
      <button
        type="button"
        className="icon-button"
        aria-label={by === 1 ? i18n.t('The day before') : i18n.t('The week before')}
        onClick={() => onChange(daysLater(date, -by))}
      >
        <IconChevronLeft size={18} aria-hidden />
      </button>
      <Popover
        opened={isOpen}
        onChange={setOpen}
        position="bottom-start"
        transitionProps={{ duration: 0 }}
        trapFocus
        returnFocus
      >
        <Popover.Target>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => setOpen((open) => !open)}
            aria-label={i18n.t('{day}: choose a day', { day: shortDay(date, locale) })}
          >
            {shortDay(date, locale)}
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label={i18n.t('Choose a day')}>
          <MonthPicker date={date} onChoose={choose} />
        </Popover.Dropdown>
      </Popover>
      <button
        type="button"
        className="icon-button"
        aria-label={by === 1 ? i18n.t('The day after') : i18n.t('The week after')}
        onClick={() => onChange(daysLater(date, by))}
      >
        <IconChevronRight size={18} aria-hidden />
      </button>
      <Button size="compact-sm" variant="subtle" onClick={() => onChange(today())}>
        {i18n.t('Today')}
      </Button>
    </div>
  );
}
