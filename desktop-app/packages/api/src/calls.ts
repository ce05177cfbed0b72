import { ask, path } from './client';
import type { Bundle, FhirResource, Patient } from './fhir';
import type * as t from './types';

/** Every call of the staff API that the app makes, by what it is for. */
export const api = {
  setup: () => ask<t.Setup>('GET', '/api/setup'),
  firstAdmin: (body: { code: string; login: string; name: string; pin: string }) =>
    ask<t.Session>('POST', '/api/setup', { body }),
  session: () => ask<t.Session>('GET', '/api/session'),
  signIn: (login: string, pin: string) => ask<t.Session>('POST', '/api/session', { body: { login, pin } }),
  signOut: () => ask<void>('DELETE', '/api/session'),
  changePin: (old: string, pin: string) => ask<void>('PUT', '/api/session/pin', { body: { old, new: pin } }),
  breakGlass: (patient: string, reason: string) =>
    ask<void>('POST', '/api/session/break-glass', { body: { patient, reason } }),
  breakGlassQueue: () => ask<unknown>('GET', '/api/break-glass').then((all) => list<t.BreakGlassEntry>(all, 'entries')),
  reviewBreakGlass: (id: string, note: string) =>
    ask<void>('POST', `/api/break-glass/${id}/review`, { body: { note } }),

  people: () => ask<unknown>('GET', '/api/people').then((all) => list<t.Person>(all, 'people')),
  addPerson: (body: { login: string; name: string; roles: t.Role[]; pin: string }) =>
    ask<t.Person>('POST', '/api/people', { body }),
  changePerson: ({ id, version, ...body }: Pick<t.Person, 'id' | 'login' | 'name' | 'roles' | 'active' | 'version'>) =>
    ask<t.Person>('PUT', `/api/people/${id}`, { body, headers: ifMatch(version) }),
  setPin: (id: string, pin: string) => ask<void>('POST', `/api/people/${id}/pin`, { body: { pin } }),

  drafts: () => ask<unknown>('GET', '/api/drafts').then((all) => list<t.Draft>(all, 'drafts')),
  saveDraft: (key: string, body: { patient?: string; form: string; body: unknown }) =>
    ask<void>('PUT', `/api/drafts/${encodeURIComponent(key)}`, { body }),
  dropDraft: (key: string) => ask<void>('DELETE', `/api/drafts/${encodeURIComponent(key)}`),

  findPatients: (q: string, signal?: AbortSignal) =>
    ask<{ patients: t.PatientHit[] }>('GET', path('/api/patients', { q, limit: 12 }), { signal }),
  likelyPatients: (body: Record<string, unknown>, signal?: AbortSignal) =>
    ask<{ patients: t.LikelyPatient[] }>('POST', '/api/patients/likely', { body, signal }),
  register: (patient: Patient) =>
    ask<{ id: string; version: string; mrn: string }>('POST', '/api/patients', { body: patient }),
  linkPatients: (id: string, other: string, reason: string) =>
    ask<void>('POST', `/api/patients/${id}/link`, { body: { other, reason } }),
  unlinkPatients: (id: string, other: string, reason: string) =>
    ask<void>('POST', `/api/patients/${id}/unlink`, { body: { other, reason } }),
  chart: (id: string, signal?: AbortSignal) => ask<t.Chart>('GET', `/api/patients/${id}/chart`, { signal }),
  points: (id: string, code: string, signal?: AbortSignal) =>
    ask<{ points: t.Point[] }>('GET', path(`/api/patients/${id}/observations`, { code }), { signal }),
  checkVitals: (body: { birthDate?: string; gender?: string; vitals: t.VitalValue[] }, signal?: AbortSignal) =>
    ask<t.VitalsCheck>('POST', '/api/vitals/check', { body, signal }),
  checkMedicine: (body: { patient: string; code?: string; text: string; dose?: string }, signal?: AbortSignal) =>
    ask<{ warnings: t.MedicineWarning[] }>('POST', '/api/medicines/check', { body, signal }),
  codes: (system: t.CodeSystem, q: string, signal?: AbortSignal) =>
    ask<{ codes: t.Code[] }>('GET', path('/api/codes', { system, q }), { signal }),

  /** Saves a record as new, or upon the version that was on the screen. A repeat of the same save changes nothing. */
  save: (resource: FhirResource & { id: string }, version?: string) =>
    ask<t.Saved>('PUT', `/api/records/${resource.resourceType}/${resource.id}`, {
      body: resource,
      headers: version ? ifMatch(version) : { 'if-none-match': '*' },
    }),
  search: <R extends FhirResource>(query: string, signal?: AbortSignal) =>
    ask<Bundle<R>>('GET', `/fhir/${query}`, { signal }),
  read: <R extends FhirResource>(type: string, id: string, signal?: AbortSignal) =>
    ask<R>('GET', `/fhir/${type}/${id}`, { signal }),

  conflicts: (cursor?: string) =>
    ask<{ conflicts: t.OpenConflict[]; next?: string }>('GET', path('/api/conflicts', { cursor, count: 25 })),
  conflict: (type: string, id: string) => ask<t.ConflictedRecord>('GET', `/api/conflicts/${type}/${id}`),
  settle: (record: t.ConflictedRecord, decision: { element: string; choose?: number; keep?: boolean }) =>
    ask<t.ConflictedRecord>('POST', `/api/conflicts/${record.type}/${record.id}/resolve`, {
      body: decision,
      headers: ifMatch(record.version),
    }),
  continuity: () => ask<t.Continuity>('GET', '/api/continuity'),
};

function ifMatch(version: string): Record<string, string> {
  return { 'if-match': `W/"${version}"` };
}

function list<T>(answer: unknown, name: string): T[] {
  return (Array.isArray(answer) ? answer : (answer as Record<string, T[]>)[name]) ?? [];
}
