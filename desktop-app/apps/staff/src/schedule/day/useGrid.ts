import type { AppointmentShown } from '@holdfast/api';
import { isPressed, usesSingleKeys } from '@holdfast/ui';
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { canCheckIn, isAhead } from '../status';
import type { Column } from './columns';
import { type Cursor, cursorAt, directionOfKey, type Moving, moveStep, step, type Walk } from './cursor';
import { clampMinute, type Frame } from './geometry';

/** What can be done in a day sheet. */
export interface GridActions {
  open: (one: AppointmentShown, column: Column) => void;
  book: (column: Column, minute: number) => void;
  checkIn: (one: AppointmentShown) => void;
  move: (one: AppointmentShown, from: Column, to: Column, minute: number) => void;
}

interface Options {
  grid: RefObject<HTMLElement | null>;
  columns: Column[];
  frame: Frame;
  isRtl: boolean;
  /** Whether anything may be changed. */
  canChange: boolean;
  /** Where the keyboard begins. */
  start: number;
  actions: GridActions;
}

/** Where the keyboard is in a day sheet, what is being moved, and what the keys do. */
export function useGrid({ grid, columns, frame, isRtl, canChange, start, actions }: Options) {
  const [wanted, setCursor] = useState<Cursor>(() => ({ column: 0, minute: start }));
  const [moving, setMoving] = useState<Moving>();
  const latest = useRef(moving);
  latest.current = moving;
  const focuses = useRef(false);
  const walks: Walk[] = columns.map(({ key, resource, appointments }) => ({
    key,
    resource: resource.ref,
    appointments,
  }));
  const cursor = standing(walks, wanted, frame);
  const current = columns[cursor.column]?.appointments.find(({ id }) => id === cursor.appointment);

  // The focus goes where the keyboard is, once that is drawn.
  useEffect(() => {
    if (!focuses.current) return;
    focuses.current = false;
    const here = grid.current?.querySelector<HTMLElement>('[role=gridcell] > [tabindex="0"]');
    here?.focus({ preventScroll: true });
    here?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  });

  const go = (to: Cursor) => {
    focuses.current = true;
    setCursor(to);
  };

  const drop = () => {
    const held = latest.current;
    setMoving(undefined);
    const [from, to] = [columns[held?.from ?? -1], columns[held?.column ?? -1]];
    const one = from?.appointments.find(({ id }) => id === held?.id);
    if (!held || !from || !to || !one) return;
    if (from === to && held.minute === one.fromMinute) return;
    setCursor({ column: held.column, minute: held.minute, appointment: held.id });
    actions.move(one, from, to, held.minute);
  };

  const startMoving = () => {
    if (!current || !canChange || !isAhead(current.status)) return;
    const { id, fromMinute, toMinute } = current;
    setMoving({
      id,
      from: cursor.column,
      column: cursor.column,
      minute: fromMinute,
      minutes: toMinute - fromMinute,
    });
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const direction = directionOfKey(event.key, isRtl);
    const isPlain = !event.ctrlKey && !event.altKey && !event.metaKey;
    const letter = (key: string) => usesSingleKeys() && isPressed(key, event.nativeEvent);
    const does = (run: () => void) => {
      event.preventDefault();
      event.stopPropagation();
      run();
    };
    if (moving) {
      if (direction) return does(() => setMoving(moveStep(walks, moving, direction, frame)));
      if (event.key === 'Enter' || event.key === ' ') return does(drop);
      if (event.key === 'Escape') return does(() => setMoving(undefined));
      return undefined;
    }
    if (direction && isPlain) return does(() => go(step(walks, cursor, direction, frame)));
    if (event.key === 'Home' && isPlain) return does(() => go(cursorAt(walks, cursor.column, frame.from, frame)));
    if (event.key === 'End' && isPlain) return does(() => go(cursorAt(walks, cursor.column, frame.to - 15, frame)));
    if (letter('m') && current) return does(startMoving);
    if (letter('c') && current && canChange && canCheckIn(current)) return does(() => actions.checkIn(current));
    if (letter('n') && canChange) return does(() => book(cursor.column, cursor.minute));
    return undefined;
  };

  const book = (column: number, minute: number) => {
    const found = columns[column];
    if (found && canChange) actions.book(found, minute);
  };

  return { cursor, moving, setMoving, setCursor, drop, onKeyDown, book };
}

/** The place that was wanted as it is now: what stood there may have gone. */
function standing(walks: Walk[], wanted: Cursor, frame: Frame): Cursor {
  const column = Math.min(wanted.column, walks.length - 1);
  const isThere = walks[column]?.appointments.some(({ id }) => id === wanted.appointment);
  if (wanted.appointment && isThere) return { ...wanted, column };
  return cursorAt(walks, column, clampMinute(wanted.minute, frame), frame);
}
