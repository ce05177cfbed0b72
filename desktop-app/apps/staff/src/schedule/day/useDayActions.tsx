import { type AppointmentShown, type DaySheet, type Refusal, refusalOf } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { type ReactNode, useMemo, useRef, useState } from 'react';
import { useAbilities } from '../../session/SessionContext';
import { AppointmentDialog } from '../appointment/AppointmentDialog';
import { MoveRefused } from '../appointment/MoveRefused';
import { BookDialog } from '../book/BookDialog';
import type { Wish } from '../book/wish';
import { titleOf } from '../names';
import { useChange } from '../useChange';
import { clockAt } from '../zone';
import { type Column, movedTo, resourcesMoved } from './columns';
import { instantOf } from './geometry';
import type { GridActions } from './useGrid';

type Open =
  | { what: 'appointment'; one: AppointmentShown; sheet: DaySheet }
  | { what: 'book'; wish: Wish; sheet: DaySheet }
  | { what: 'refused'; one: AppointmentShown; sheet: DaySheet; refusal: Refusal };

/** What a day sheet does: opening, booking, checking in and moving; and the dialog of it that is open. */
export function useDayActions(): { actions: GridActions; canChange: boolean; dialog: ReactNode } {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { books } = useAbilities();
  const { setStatus, move, complain } = useChange();
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);

  const moveTo = (one: AppointmentShown, from: Column, to: Column, minute: number) => {
    const { sheet } = to;
    const resources = resourcesMoved(one.resources, from.resource.ref, to.resource.ref);
    const target = { start: instantOf(sheet, minute), resources };
    const time = clockAt(target.start, sheet.timeZone, locale);
    const text = i18n.t('{name} is moved to {time}, {where}.', { name: titleOf(i18n, one), time, where: to.title });
    move(one, from.sheet === sheet ? movedTo(one, sheet, minute, resources) : one, target, text).catch((error) => {
      const refusal = refusalOf(error);
      if (refusal) setOpen({ what: 'refused', one, sheet, refusal });
      else complain(error);
    });
  };

  // The grid is given the same actions always, so that a column is drawn again only when something of it has changed.
  const latest = useRef<GridActions>(undefined);
  latest.current = {
    open: (one, { sheet }) => setOpen({ what: 'appointment', one, sheet }),
    book: ({ sheet, resource }, minute) =>
      setOpen({ what: 'book', sheet, wish: { resource: resource.ref, start: instantOf(sheet, minute) } }),
    checkIn: (one) => {
      if (!one.withheld) setStatus(one, 'arrived', i18n.t('{name} has arrived.', { name: titleOf(i18n, one) }));
    },
    move: moveTo,
  };
  const actions = useMemo<GridActions>(
    () => ({
      open: (...given) => latest.current?.open(...given),
      book: (...given) => latest.current?.book(...given),
      checkIn: (...given) => latest.current?.checkIn(...given),
      move: (...given) => latest.current?.move(...given),
    }),
    [],
  );
  return {
    actions,
    canChange: books,
    dialog: (
      <>
        {open?.what === 'appointment' && <AppointmentDialog one={open.one} sheet={open.sheet} onClose={close} />}
        {open?.what === 'book' && <BookDialog wish={open.wish} sheet={open.sheet} onClose={close} />}
        {open?.what === 'refused' && (
          <MoveRefused one={open.one} sheet={open.sheet} refusal={open.refusal} onClose={close} />
        )}
      </>
    ),
  };
}
