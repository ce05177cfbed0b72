import type { AppointmentShown, DaySheet } from '@holdfast/api';

/** A day with one appointment as it is now; others keep their identity, so that they are not drawn again. */
export function withAppointment(sheet: DaySheet, shown: AppointmentShown): DaySheet {
  if (!sheet.appointments.some(({ id }) => id === shown.id)) return sheet;
  return { ...sheet, appointments: sheet.appointments.map((one) => (one.id === shown.id ? shown : one)) };
}

/** The same in a week. */
export function inWeek(week: { days: DaySheet[] }, shown: AppointmentShown): { days: DaySheet[] } {
  return { days: week.days.map((day) => withAppointment(day, shown)) };
}
