import type { Reference, Session } from '@holdfast/api';

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
