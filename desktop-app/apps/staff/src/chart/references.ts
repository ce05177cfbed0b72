import type { Chart, Reference, Session } from '@holdfast/api';

/** The patient as a reference. */
export function subjectOf(patient: string): Reference {
  return { reference: `Patient/${patient}` };
}

/** Who is signed in, as a reference: their Practitioner where they have one, else by name alone. */
export function authorOf({ user }: Session): Reference {
  const practitioner = user.practitioner;
  if (!practitioner) return { display: user.name };
  return { reference: practitioner.includes('/') ? practitioner : `Practitioner/${practitioner}`, display: user.name };
}

const UNDER_WAY = new Set(['arrived', 'triaged', 'in-progress']);
const ONE_DAY_MS = 24 * 3_600_000;

/** The visit that is under way, to which what is written now belongs; none if there is none of the last day. */
export function openVisitOf({ encounters }: Chart, now = Date.now()): Reference | undefined {
  const open = encounters.find(({ resource: { status, period } }) => {
    const began = new Date(period?.start ?? 0).getTime();
    return UNDER_WAY.has(status) && now - began < ONE_DAY_MS && began <= now;
  });
  return open && { reference: `Encounter/${open.resource.id}` };
}

/** Whose records a chart is made of, as a search asks for them: the patient's, and those that were joined to it. */
export function patientsOf({ patient, linked = [] }: Chart): string {
  return [patient, ...linked].map(({ resource: { id } }) => id).join(',');
}
