import { type PointerEvent, type RefObject, useRef } from 'react';
import type { Column } from './columns';
import type { Moving } from './cursor';
import { type Frame, minuteAt, STEP } from './geometry';

/** A hand is not still: less than this is a click. */
const DRAG_PX = 5;

interface Options {
  grid: RefObject<HTMLElement | null>;
  columns: Column[];
  frame: Frame;
  enabled: boolean;
  onMove: (moving: Moving) => void;
  onDrop: () => void;
}

interface Grip {
  id: string;
  column: number;
  x: number;
  y: number;
  /** Where in the appointment it was taken, in minutes from its beginning. */
  offset: number;
  minutes: number;
  isDragging: boolean;
}

/** So near to an edge of the grid, what is dragged brings on more of the day. */
const EDGE_PX = 40;
const SCROLL_PX = 24;

function scrollAtEdge(grid: HTMLElement | null, clientY: number) {
  const box = grid?.getBoundingClientRect();
  if (!grid || !box) return;
  if (clientY > box.bottom - EDGE_PX) grid.scrollTop += SCROLL_PX;
  else if (clientY < box.top + EDGE_PX) grid.scrollTop -= SCROLL_PX;
}

/** Moving an appointment by the mouse: it follows in small steps, and goes where it is let go. */
export function useDrag({ grid, columns, frame, enabled, onMove, onDrop }: Options) {
  const grip = useRef<Grip>(undefined);
  /** The click that ends a drag opens nothing. */
  const justDropped = useRef(false);

  const at = (event: PointerEvent) => {
    const bodies = [...(grid.current?.querySelectorAll<HTMLElement>('.column') ?? [])];
    const column = bodies.findIndex((one) => {
      const { left, right } = one.getBoundingClientRect();
      return event.clientX >= left && event.clientX < right;
    });
    const body = bodies[column]?.querySelector('.column-body')?.getBoundingClientRect();
    return body && { column, px: event.clientY - body.top };
  };

  return {
    wasDragged: () => justDropped.current,
    handlers: {
      onPointerDown: (event: PointerEvent) => {
        justDropped.current = false;
        const block = (event.target as HTMLElement).closest<HTMLElement>('[data-appointment]');
        const place = at(event);
        if (!enabled || event.button !== 0 || !block || !place) return;
        const { appointment = '', from, to } = block.dataset;
        const [fromMinute, toMinute] = [Number(from), Number(to)];
        const offset = frame.from + place.px / frame.scale - fromMinute;
        grip.current = {
          id: appointment,
          column: place.column,
          x: event.clientX,
          y: event.clientY,
          offset,
          minutes: toMinute - fromMinute,
          isDragging: false,
        };
      },
      onPointerMove: (event: PointerEvent) => {
        const held = grip.current;
        if (!held) return;
        if (!held.isDragging && Math.hypot(event.clientX - held.x, event.clientY - held.y) < DRAG_PX) return;
        if (!held.isDragging) {
          held.isDragging = true;
          // What is dragged out of the window still comes to its end here.
          grid.current?.setPointerCapture(event.pointerId);
        }
        scrollAtEdge(grid.current, event.clientY);
        const place = at(event);
        if (!place || !columns[place.column]) return;
        const minute = minuteAt(place.px - held.offset * frame.scale + (STEP / 2) * frame.scale, frame);
        onMove({
          id: held.id,
          from: held.column,
          column: place.column,
          minute: Math.min(minute, frame.to - held.minutes),
          minutes: held.minutes,
        });
      },
      onPointerUp: () => {
        const wasDragging = grip.current?.isDragging ?? false;
        grip.current = undefined;
        if (!wasDragging) return;
        justDropped.current = true;
        onDrop();
      },
      onPointerCancel: () => {
        grip.current = undefined;
      },
    },
  };
}
