import './grid.css';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Keys, usesSingleKeys } from '@holdfast/ui';
import { useDirection } from '@mantine/core';
import {
  type CSSProperties,
  type FocusEvent,
  type MouseEvent,
  useDeferredValue,
  useLayoutEffect,
  useMemo,
  useRef,
} from 'react';
import { useContinuity } from '../../shell/ContinuityProvider';
import { titleOf } from '../names';
import { clockAt } from '../zone';
import { Axis, linesOf } from './Axis';
import type { Column } from './columns';
import { WALK_STEP } from './cursor';
import { lettersOf } from './flags';
import { GridColumn } from './GridColumn';
import { boundsOf, type Frame, instantOf, minuteAt, minuteOf } from './geometry';
import { layoutOf, seenOf } from './layout';
import { useDrag } from './useDrag';
import { type GridActions, useGrid } from './useGrid';

interface Props {
  label: string;
  columns: Column[];
  canChange: boolean;
  actions: GridActions;
}

/** What stands beside the columns: the rail, the hours, the edges. */
const BESIDE_PX = 290;
/** So much of what is over is still seen above the line of now. */
const LOOK_BACK_MINUTES = 45;

/** Columns of a day on a grid of our own: everything stands at its minute. */
export function DayGrid({ label, columns, canChange, actions }: Props) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { dir } = useDirection();
  const { now } = useContinuity();
  const grid = useRef<HTMLDivElement>(null);
  const { frame, widths, seen } = useFrame(columns);
  // What is seen is painted first; columns that somebody has to scroll to follow in a calm moment.
  const drawn = useDeferredValue(columns.length, seen);
  const first = columns[0];
  const sheet = first?.sheet;
  const nowOf = (column: Column) =>
    column.sheet.now === undefined ? undefined : Math.min(column.sheet.minutesInDay, minuteOf(column.sheet, now));
  const today = columns.find((column) => column.sheet.now !== undefined);
  const begins = today ? (nowOf(today) ?? frame.from) : (sheet?.opens ?? frame.from);
  const start = Math.floor(begins / WALK_STEP) * WALK_STEP;
  const state = useGrid({ grid, columns, frame, isRtl: dir === 'rtl', canChange, start, actions });
  const drag = useDrag({
    grid,
    columns,
    frame,
    enabled: canChange,
    onMove: state.setMoving,
    onDrop: state.drop,
  });

  // A day opens where something happens now.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the day is opened.
  useLayoutEffect(() => {
    if (grid.current) grid.current.scrollTop = (start - LOOK_BACK_MINUTES - frame.from) * frame.scale;
  }, []);

  // However the focus comes to an appointment, the keys are about that one.
  const onFocus = (event: FocusEvent) => {
    const { column, one } = placeIn(event.target as HTMLElement, columns);
    if (one && !state.moving) state.setCursor({ column, minute: one.fromMinute, appointment: one.id });
  };

  const onClick = (event: MouseEvent) => {
    if (drag.wasDragged()) return;
    const target = event.target as HTMLElement;
    const { column, found, one } = placeIn(target, columns);
    if (found && one) return actions.open(one, found);
    const { slot } = target.closest<HTMLElement>('[data-slot]')?.dataset ?? {};
    const body = target.closest<HTMLElement>('.column-body');
    if (!body) return;
    const minute = slot ? Number(slot) : minuteAt(event.clientY - body.getBoundingClientRect().top, frame);
    state.setCursor({ column, minute });
    state.book(column, minute);
  };

  if (!sheet) return null;
  const tracks = widths.map((width) => `minmax(${width}px, ${width}fr)`).join(' ');
  const held = state.moving && columns[state.moving.column];
  const moved = state.moving && columns[state.moving.from]?.appointments.find(({ id }) => id === state.moving?.id);
  return (
    <div className="day-frame">
      <div
        ref={grid}
        role="grid"
        aria-label={label}
        className="day-grid"
        style={{ gridTemplateColumns: `var(--axis) ${tracks}`, '--lines': linesOf(sheet, frame) } as CSSProperties}
        onClick={onClick}
        onFocus={onFocus}
        onKeyDown={state.onKeyDown}
        {...drag.handlers}
      >
        <Axis
          sheet={sheet}
          frame={frame}
          now={today && { minute: nowOf(today) ?? 0, label: clockAt(now, sheet.timeZone, locale) }}
        />
        {columns.slice(0, Math.max(drawn, state.cursor.column + 1)).map((column, index) => (
          <GridColumn
            key={column.key}
            column={column}
            index={index}
            frame={frame}
            cursor={state.cursor.column === index ? state.cursor : undefined}
            moving={state.moving?.column === index || state.moving?.from === index ? state.moving : undefined}
            now={nowOf(column)}
          />
        ))}
      </div>
      <p className="day-hint soft small no-print" role="status">
        {state.moving && held && moved
          ? i18n.t('{name} to {time}, {where}. Enter puts it there, Escape leaves it.', {
              name: titleOf(i18n, moved),
              time: clockAt(instantOf(held.sheet, state.moving.minute), held.sheet.timeZone, locale),
              where: held.title,
            })
          : canChange && <Hint />}
      </p>
    </div>
  );
}

/** Which column an element stands in, and which appointment it is of. */
function placeIn(target: HTMLElement, columns: Column[]) {
  const column = Number(target.closest<HTMLElement>('[data-column]')?.dataset.column ?? -1);
  const { appointment } = target.closest<HTMLElement>('[data-appointment]')?.dataset ?? {};
  const found = columns[column];
  return { column, found, one: found?.appointments.find(({ id }) => id === appointment) };
}

function Hint() {
  const { i18n } = useLingui();
  const keys: [string, string][] = [
    ['enter', i18n.t('opens')],
    ['n', i18n.t('books')],
    ['c', i18n.t('checks in')],
    ['m', i18n.t('moves')],
    ['mod+z', i18n.t('undoes')],
  ];
  return keys
    .filter(([key]) => key.length > 1 || usesSingleKeys())
    .map(([key, words]) => (
      <span key={key} className="hint-key">
        <Keys keys={key} /> {words}
      </span>
    ));
}

/** The part of the day that is drawn, and how large, such that all of it can be read. */
function useFrame(columns: Column[]): { frame: Frame; widths: number[]; seen: number } {
  const { i18n } = useLingui();
  return useMemo(() => {
    const sheets = columns.map(({ sheet }) => sheet);
    if (sheets.length === 0) return { frame: { from: 0, to: 60, scale: 1 }, widths: [], seen: 0 };
    const spans = columns.flatMap(({ resource, appointments }) => [...resource.hours, ...appointments]);
    const written = columns.map(({ appointments, lanes }) =>
      appointments.map((one) => ({
        minutes: one.toMinute - one.fromMinute,
        letters: lettersOf(i18n, one),
        lanes: lanes.get(one.id)?.lanes ?? 1,
      })),
    );
    const available = window.innerWidth - BESIDE_PX;
    const layout = layoutOf(written, available);
    const frame = { ...boundsOf(spans, sheets), scale: layout.scale };
    return { frame, widths: layout.widths, seen: seenOf(layout, available) };
  }, [columns, i18n]);
}
