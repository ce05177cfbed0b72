import type { AppointmentShown, DaySheet } from '@holdfast/api';

/** Appointments one patient each: a group session by its places, a session without them as it is. */
export function singly(appointments: AppointmentShown[]): AppointmentShown[] {
  return appointments.flatMap((one) => (one.group?.places.length ? one.group.places : [one]));
}

/** An appointment of a day, or a place of one of its group sessions. */
export function findIn({ appointments }: Pick<DaySheet, 'appointments'>, id: string): AppointmentShown | undefined {
  for (const one of appointments) {
    const found = one.id === id ? one : one.group?.places.find((place) => place.id === id);
    if (found) return found;
  }
  return undefined;
}
