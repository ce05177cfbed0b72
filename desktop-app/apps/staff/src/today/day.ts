import type { Appointment, Bundle, Encounter, FhirResource, Patient } from '@holdfast/api';
import { nameOf, textOf } from '../fhir/words';

/** One line of the day sheet. */
export interface Visit {
  id: string;
  patient: string;
  name: string;
  birthDate?: string;
  start: string;
  end?: string;
  status: string;
  reason: string;
  /** Who sees them. */
  who: string;
  appointment?: Appointment;
}

const WAITING = new Set(['arrived', 'checked-in', 'waitlist', 'triaged']);
const GONE = new Set(['cancelled', 'entered-in-error', 'proposed']);

/** The day as lines, earliest first: appointments, and those who came without one. */
export function dayOf(appointments: Bundle<FhirResource>, encounters: Bundle<FhirResource>): Visit[] {
  const all = [...resources(appointments), ...resources(encounters)];
  const patients = new Map(
    all.filter((one): one is Patient => one.resourceType === 'Patient').map((one) => [one.id ?? '', one]),
  );
  const booked = all.filter((one): one is Appointment => one.resourceType === 'Appointment' && !GONE.has(one.status));
  const planned = new Set(booked.map(({ id }) => `Appointment/${id}`));
  const open = all.filter((one): one is Encounter => one.resourceType === 'Encounter');
  const walkIns = open.filter(({ appointment }) => !appointment?.some(({ reference }) => planned.has(reference ?? '')));
  const lines = [
    ...booked.map((one) => ofAppointment(one, patients)),
    ...walkIns.map((one) => ofEncounter(one, patients)),
  ];
  return lines.sort((a, b) => new Date(a.start).getTime() - new Date(b.start).getTime());
}

/** Those who are here and not seen yet, longest wait first. */
export function waitingOf(visits: Visit[]): Visit[] {
  return visits.filter(({ status }) => WAITING.has(status));
}

const OVER = new Set(['fulfilled', 'finished', 'noshow']);

/** The visits at the head of the day that are over, and the rest from the first one that is not. */
export function splitDay(visits: Visit[]): { over: Visit[]; rest: Visit[] } {
  const first = visits.findIndex(({ status }) => !OVER.has(status));
  const at = first < 0 ? visits.length : first;
  return { over: visits.slice(0, at), rest: visits.slice(at) };
}

function resources(bundle: Bundle<FhirResource>): FhirResource[] {
  return (bundle.entry ?? []).flatMap(({ resource }) => (resource ? [resource] : []));
}

function idIn(reference: string | undefined, type: string): string {
  return reference?.startsWith(`${type}/`) ? reference.slice(type.length + 1) : '';
}

function ofAppointment(appointment: Appointment, patients: Map<string, Patient>): Visit {
  const actors = (appointment.participant ?? []).map(({ actor }) => actor);
  const patient = actors.find((actor) => actor?.reference?.startsWith('Patient/'));
  const others = actors.filter((actor) => actor !== patient && !actor?.reference?.startsWith('Location/'));
  const id = idIn(patient?.reference, 'Patient');
  return {
    id: appointment.id ?? '',
    patient: id,
    name: nameOf(patients.get(id)?.name) || (patient?.display ?? ''),
    birthDate: patients.get(id)?.birthDate,
    start: appointment.start ?? '',
    end: appointment.end,
    status: appointment.status,
    reason: appointment.description ?? textOf(appointment.reasonCode?.[0]) ?? textOf(appointment.serviceType?.[0]),
    who: others
      .map((actor) => actor?.display)
      .filter(Boolean)
      .join(', '),
    appointment,
  };
}

function ofEncounter(encounter: Encounter, patients: Map<string, Patient>): Visit {
  const id = idIn(encounter.subject?.reference, 'Patient');
  return {
    id: encounter.id ?? '',
    patient: id,
    name: nameOf(patients.get(id)?.name) || (encounter.subject?.display ?? ''),
    birthDate: patients.get(id)?.birthDate,
    start: encounter.period?.start ?? '',
    end: encounter.period?.end,
    status: encounter.status,
    reason: textOf(encounter.reasonCode?.[0]) || textOf(encounter.type?.[0]),
    who:
      encounter.participant
        ?.map(({ individual }) => individual?.display)
        .filter(Boolean)
        .join(', ') ?? '',
  };
}
