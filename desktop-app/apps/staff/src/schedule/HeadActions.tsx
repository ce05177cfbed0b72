import type { DaySheet } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Keys, useShortcut } from '@holdfast/ui';
import { Button } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { useAbilities } from '../session/SessionContext';
import { BookDialog } from './book/BookDialog';
import { WalkInDialog } from './book/WalkInDialog';

/** What can be done on every screen of a day: book, take in a walk-in, print. */
export function HeadActions({ date, sheet }: { date: string; sheet: DaySheet | undefined }) {
  const { i18n } = useLingui();
  const { books } = useAbilities();
  const [open, setOpen] = useState<'book' | 'walk-in'>();
  const close = () => setOpen(undefined);
  const canBook = books && sheet !== undefined;
  useShortcut('n', () => setOpen('book'), canBook && !open);
  useShortcut('w', () => setOpen('walk-in'), canBook && !open);
  return (
    <div className="end no-print">
      {canBook && (
        <>
          <Button size="compact-sm" onClick={() => setOpen('book')} rightSection={<Keys keys="n" />} className="keyed">
            {sheet.canBook === 'here' ? i18n.t('Book') : i18n.t('File a request')}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => setOpen('walk-in')}
            rightSection={<Keys keys="w" />}
            className="keyed"
          >
            {i18n.t('Walk-in')}
          </Button>
        </>
      )}
      <Button
        size="compact-sm"
        variant="default"
        component={Link}
        href={`/schedule/print/${date}`}
        leftSection={<IconPrinter size={16} aria-hidden />}
      >
        {i18n.t('Print')}
      </Button>
      {open === 'book' && sheet && <BookDialog wish={{}} sheet={sheet} onClose={close} />}
      {open === 'walk-in' && sheet && <WalkInDialog sheet={sheet} onClose={close} />}
    </div>
  );
}
