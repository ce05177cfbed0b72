import type { AppointmentShown, ResourceRef } from '@holdfast/api';
import { clampMinute, type Frame, STEP } from './geometry';

/** A column of a day sheet: what can be walked through. */
export interface Walk {
  key: string;
  resource: ResourceRef;
  appointments: Pick<AppointmentShown, 'id' | 'fromMinute' | 'toMinute'>[];
}

/** Where the keyboard is: on an appointment, or on a slot of free time. */
export interface Cursor {
  column: number;
  minute: number;
  appointment?: string;
}

export type Direction = 'up' | 'down' | 'before' | 'after';

/** What an arrow means: columns run with the language, so that in Arabic the left arrow goes on to the next one. */
export function directionOfKey(key: string, isRtl: boolean): Direction | undefined {
  const arrows: Record<string, Direction> = {
    ArrowUp: 'up',
    ArrowDown: 'down',
    ArrowLeft: isRtl ? 'after' : 'before',
    ArrowRight: isRtl ? 'before' : 'after',
  };
  return arrows[key];
}

/** How far one press goes over free time, in minutes. */
export const WALK_STEP = 15;

/** The next place of the keyboard. Up and down go through what stands in a column and through the free time between. */
export function step(columns: Walk[], at: Cursor, direction: Direction, frame: Pick<Frame, 'from' | 'to'>): Cursor {
  if (direction === 'before' || direction === 'after') {
    const column = at.column + (direction === 'after' ? 1 : -1);
    return columns[column] ? cursorAt(columns, column, at.minute, frame) : at;
  }
  const here = columns[at.column];
  if (!here) return at;
  return direction === 'down' ? down(here, at, frame) : up(here, at, frame);
}

function down(column: Walk, at: Cursor, frame: Pick<Frame, 'from' | 'to'>): Cursor {
  const all = sorted(column);
  const index = all.findIndex(({ id }) => id === at.appointment);
  const current = all[index];
  // Several at one time are gone through one after the other.
  const beside = current && all.slice(index + 1).find(({ fromMinute }) => fromMinute < current.toMinute);
  if (beside) return { ...at, minute: beside.fromMinute, appointment: beside.id };
  const minute = current ? Math.max(current.toMinute, latestEnd(all, index)) : nextStep(at.minute);
  if (minute > frame.to - STEP) return at;
  const crossed = all.find(
    ({ fromMinute }) => fromMinute > (current ? current.fromMinute : at.minute) && fromMinute <= minute,
  );
  if (crossed) return { ...at, minute: crossed.fromMinute, appointment: crossed.id };
  return { column: at.column, minute: clampMinute(minute, frame) };
}

function up(column: Walk, at: Cursor, frame: Pick<Frame, 'from' | 'to'>): Cursor {
  const all = sorted(column);
  const index = all.findIndex(({ id }) => id === at.appointment);
  const from = all[index]?.fromMinute ?? at.minute;
  const before = index >= 0 ? all.slice(0, index) : all.filter(({ fromMinute }) => fromMinute < from);
  const last = before.at(-1);
  const minute = lastStep(from);
  if (last && last.toMinute > minute) return { ...at, minute: last.fromMinute, appointment: last.id };
  if (minute < frame.from) return at;
  return { column: at.column, minute: clampMinute(minute, frame) };
}

function latestEnd(all: Walk['appointments'], index: number): number {
  return Math.max(0, ...all.slice(0, index + 1).map(({ toMinute }) => toMinute));
}

const nextStep = (minute: number) => (Math.floor(minute / WALK_STEP) + 1) * WALK_STEP;
const lastStep = (minute: number) => (Math.ceil(minute / WALK_STEP) - 1) * WALK_STEP;
const sorted = ({ appointments }: Walk) =>
  [...appointments].sort((a, b) => a.fromMinute - b.fromMinute || a.toMinute - b.toMinute);

/** The place at a minute of a column: what stands there, else its free time. */
export function cursorAt(columns: Walk[], column: number, minute: number, frame: Pick<Frame, 'from' | 'to'>): Cursor {
  const found = columns[column]?.appointments.find((one) => one.fromMinute <= minute && minute < one.toMinute);
  if (found) return { column, minute, appointment: found.id };
  return { column, minute: clampMinute(minute, frame) };
}

/** How long the free time at a minute is, up to the next appointment and no longer than a step. */
export function slotEnd({ appointments }: Walk, minute: number, frame: Pick<Frame, 'to'>): number {
  const next = Math.min(...appointments.map(({ fromMinute }) => fromMinute).filter((from) => from > minute));
  return Math.min(minute + WALK_STEP, next, frame.to);
}

/** An appointment on its way to another time or column. */
export interface Moving {
  id: string;
  /** The column that it was taken from. */
  from: number;
  column: number;
  minute: number;
  minutes: number;
}

/** A press of an arrow while something is moved: by small steps, and never out of the day. */
export function moveStep(columns: Walk[], at: Moving, direction: Direction, frame: Pick<Frame, 'from' | 'to'>): Moving {
  if (direction === 'before' || direction === 'after') {
    const column = at.column + (direction === 'after' ? 1 : -1);
    return columns[column] ? { ...at, column } : at;
  }
  const minute = at.minute + (direction === 'down' ? STEP : -STEP);
  return { ...at, minute: Math.min(frame.to - at.minutes, Math.max(frame.from, minute)) };
}
