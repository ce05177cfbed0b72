import { type AppointmentShown, type DaySheet, type ResourceRef, schedule } from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';

/** What resources are called. */
export type Names = Map<ResourceRef, string>;

/** The names of a day's resources. */
export function namesOf({ resources }: Pick<DaySheet, 'resources'>): Names {
  return new Map(resources.map(({ ref, name }) => [ref, name]));
}

/** Whom or what an appointment is with, in words. */
export function withWords(resources: ResourceRef[], names: Names): string {
  return resources.flatMap((ref) => names.get(ref) ?? []).join(', ');
}

/** What to call an appointment: its patient, or for what the time is kept; of one that is kept from whoever looks, that it is taken. */
export function titleOf(
  i18n: I18n,
  { patient, type, withheld }: Pick<AppointmentShown, 'patient' | 'type' | 'withheld'>,
): string {
  return withheld ? i18n.t('Taken') : (patient?.name ?? type.name);
}

/** Types of appointments; those that are not offered any more among them. */
export function useTypes() {
  return useQuery({ queryKey: ['schedule', 'types'], queryFn: schedule.types });
}

/** Practitioners, rooms and equipment, as they are set up. */
export function useResources() {
  return useQuery({ queryKey: ['schedule', 'resources'], queryFn: schedule.resources });
}

/** The names of all resources. */
export function useNames(): Names {
  const { data } = useResources();
  return useMemo(
    () => namesOf({ resources: (data ?? []).map((one) => ({ ...one, hours: [], off: [], elsewhere: [] })) }),
    [data],
  );
}
