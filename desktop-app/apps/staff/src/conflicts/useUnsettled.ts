import { type AppointmentShown, api, type FhirResource, schedule } from '@holdfast/api';
import { useQuery } from '@tanstack/react-query';

type Appointment = FhirResource & { start?: string };

/** What is to be decided of an appointment that one side keeps and another has called off, as the schedule tells it. */
export function useUnsettled(type: string, id: string): { one: AppointmentShown; timeZone: string } | undefined {
  const isOne = type === 'Appointment';
  const record = useQuery({
    queryKey: ['conflict', type, id, 'record'],
    queryFn: ({ signal }) => api.read<Appointment>(type, id, signal),
    enabled: isOne,
  });
  // It is written by the clinic's clock.
  const date = record.data?.start?.slice(0, 10);
  const day = useQuery({
    queryKey: ['schedule', 'day', date],
    queryFn: ({ signal }) => schedule.day(date ?? '', signal),
    enabled: isOne && date !== undefined,
    retry: false,
  });
  const one = day.data?.appointments.find((shown) => shown.id === id && shown.unsettled);
  return one && day.data ? { one, timeZone: day.data.timeZone } : undefined;
}
