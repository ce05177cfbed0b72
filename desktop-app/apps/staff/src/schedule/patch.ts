import type { AppointmentShown, DaySheet } from '@holdfast/api';
import { findIn } from './places';

/**
 * A day with one appointment, or one place of a group session, as it is now; others keep their identity, so that they are not drawn
 * again.
 */
export function withAppointment(sheet: DaySheet, shown: AppointmentShown): DaySheet {
  if (!findIn(sheet, shown.id)) return sheet;
  const patched = (one: AppointmentShown): AppointmentShown => {
    if (one.id === shown.id) return shown;
    if (!one.group?.places.some(({ id }) => id === shown.id)) return one;
    return { ...one, group: { ...one.group, places: one.group.places.map(patched) } };
  };
  return { ...sheet, appointments: sheet.appointments.map(patched) };
}

/** The same in a week. */
export function inWeek(week: { days: DaySheet[] }, shown: AppointmentShown): { days: DaySheet[] } {
  return { days: week.days.map((day) => withAppointment(day, shown)) };
}
