import type { AppointmentShown } from '@holdfast/api';

/** Which of how many lanes of its column an appointment stands in. */
export interface Lane {
  lane: number;
  lanes: number;
}

/**
 * Appointments that are at one time stand side by side. Each takes the first lane that is free; those that touch one another,
 * also by way of a third, share the width alike.
 */
export function lanesOf(appointments: Pick<AppointmentShown, 'id' | 'fromMinute' | 'toMinute'>[]): Map<string, Lane> {
  const sorted = [...appointments].sort(
    (a, b) => a.fromMinute - b.fromMinute || b.toMinute - a.toMinute || (a.id < b.id ? -1 : 1),
  );
  const placed = new Map<string, Lane>();
  let group: string[] = [];
  let ends: number[] = [];
  const close = () => {
    for (const id of group) placed.set(id, { lane: placed.get(id)?.lane ?? 0, lanes: ends.length });
    group = [];
    ends = [];
  };
  for (const { id, fromMinute, toMinute } of sorted) {
    if (ends.every((end) => end <= fromMinute)) close();
    const free = ends.findIndex((end) => end <= fromMinute);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = toMinute;
    placed.set(id, { lane, lanes: 0 });
    group.push(id);
  }
  close();
  return placed;
}
