import type { AppointmentShown, DayResource, DaySheet, ResourceRef } from '@holdfast/api';
import { takesTime } from '../status';
import { instantOf } from './geometry';
import { type Lane, lanesOf } from './lanes';

/** A column of the grid: a resource on a day. */
export interface Column {
  key: string;
  title: string;
  /** What stands below the title. */
  detail: string;
  sheet: DaySheet;
  resource: DayResource;
  appointments: AppointmentShown[];
  lanes: Map<string, Lane>;
}

/** A column of what a resource has on a day. */
export function columnOf(sheet: DaySheet, resource: DayResource, title: string, detail: string): Column {
  const appointments = sheet.appointments.filter((one) => takesTime(one) && one.resources.includes(resource.ref));
  const lanes = lanesOf(appointments);
  return {
    key: `${sheet.date} ${resource.ref}`,
    title,
    detail,
    sheet,
    resource,
    appointments,
    lanes,
  };
}

/** Whether a resource has anything to do with a day. */
export function isAtWork(sheet: DaySheet, { ref, hours }: DayResource): boolean {
  return hours.length > 0 || sheet.appointments.some((one) => takesTime(one) && one.resources.includes(ref));
}

/** The resources of an appointment when it goes from one column to another: the room and what else it has stay. */
export function resourcesMoved(all: ResourceRef[], from: ResourceRef, to: ResourceRef): ResourceRef[] {
  return from === to ? all : all.map((ref) => (ref === from ? to : ref));
}

/** An appointment at another minute of a day. */
export function movedTo(
  one: AppointmentShown,
  sheet: DaySheet,
  minute: number,
  resources: ResourceRef[],
): AppointmentShown {
  const toMinute = minute + one.toMinute - one.fromMinute;
  return {
    ...one,
    resources,
    fromMinute: minute,
    toMinute,
    start: instantOf(sheet, minute),
    end: instantOf(sheet, toMinute),
  };
}
