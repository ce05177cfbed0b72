import { ask, path } from './client';
import type { Bundle, FhirResource, Patient } from './fhir';
import { http, told } from './typed';
import type * as t from './types';

/** Every call of the staff API that the app makes, by what it is for. */
export const api = {
  setup: () => told(http.GET('/api/setup')),
  firstAdmin: (body: { code: string; login: string; name: string; pin: string }) =>
    told(http.POST('/api/setup', { body })),
  session: () => told(http.GET('/api/session')),
  signIn: (login: string, pin: string) => told(http.POST('/api/session', { body: { login, pin } })),
  passkeyOptions: (login: string) => ask<t.PasskeyOptions>('POST', '/api/session/passkey/options', { body: { login } }),
  signInByPasskey: (body: t.PasskeyAnswer) => ask<t.Session>('POST', '/api/session/passkey', { body }),
  newPasskeyOptions: () => ask<t.PasskeyOptions>('POST', '/api/passkeys/options'),
  addPasskey: (body: t.PasskeyAnswer) => ask<void>('POST', '/api/passkeys', { body }),
  signOut: () => told(http.DELETE('/api/session')),
  changePin: (old: string, pin: string) => told(http.PUT('/api/session/pin', { body: { old, new: pin } })),
  breakGlass: (patient: string, reason: string) =>
    told(http.POST('/api/session/break-glass', { body: { patient, reason } })),
  breakGlassQueue: () => told(http.GET('/api/break-glass')).then(({ entries }) => entries),
  reviewBreakGlass: (id: string, note: string) =>
    told(http.POST('/api/break-glass/{id}/review', { params: { path: { id } }, body: { note } })),
  withheld: () => told(http.GET('/api/withheld')).then(({ entries }) => entries),
  decideWithheld: (no: number, decision: 'accept' | 'drop', reason: string) =>
    ask<void>('POST', `/api/withheld/${no}/${decision}`, { body: { reason } }),

  people: () => told(http.GET('/api/people')).then(({ people }) => people),
  addPerson: (body: { login: string; name: string; roles: t.Role[]; pin: string }) =>
    told(http.POST('/api/people', { body })),
  changePerson: ({ id, version, ...body }: Pick<t.Person, 'id' | 'login' | 'name' | 'roles' | 'active' | 'version'>) =>
    told(http.PUT('/api/people/{id}', { params: { path: { id } }, body, headers: ifMatch(version) })),
  setPin: (id: string, pin: string) =>
    told(http.POST('/api/people/{id}/pin', { params: { path: { id } }, body: { pin } })),

  drafts: () => told(http.GET('/api/drafts')).then(({ drafts }) => drafts),
  /** Keeps a draft upon the version that this window has seen, or as new; another window's is not written over. */
  saveDraft: (key: string, body: { patient?: string; form: string; body: unknown }, version?: string) =>
    told(http.PUT('/api/drafts/{key}', { params: { path: { key } }, body, headers: upon(version) })),
  dropDraft: (key: string, version: string) =>
    told(http.DELETE('/api/drafts/{key}', { params: { path: { key } }, headers: ifMatch(version) })),

  findPatients: (q: string, signal?: AbortSignal) =>
    ask<{ patients: t.PatientHit[] }>('GET', path('/api/patients', { q, limit: 12 }), { signal }),
  /** The same at head office too. Whoever is found there is held here from then on. */
  findPatientsEverywhere: (q: string, signal?: AbortSignal) =>
    ask<{ patients: t.PatientHit[]; elsewhere: t.Elsewhere }>(
      'GET',
      path('/api/patients', { q, limit: 12, everywhere: 'true' }),
      { signal },
    ),
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
      headers: upon(version),
    }),
  search: <R extends FhirResource>(query: string, signal?: AbortSignal) =>
    ask<Bundle<R>>('GET', `/fhir/${query}`, { signal }),
  read: <R extends FhirResource>(type: string, id: string, signal?: AbortSignal) =>
    ask<R>('GET', `/fhir/${type}/${id}`, { signal }),

  conflicts: (cursor?: string) => told(http.GET('/api/conflicts', { params: { query: { cursor, count: 25 } } })),
  conflict: (type: string, id: string) => ask<t.ConflictedRecord>('GET', `/api/conflicts/${type}/${id}`),
  settle: (record: t.ConflictedRecord, decision: { element: string; choose?: number; keep?: boolean }) =>
    ask<t.ConflictedRecord>('POST', `/api/conflicts/${record.type}/${record.id}/resolve`, {
      body: decision,
      headers: ifMatch(record.version),
    }),
  continuity: () => told(http.GET('/api/continuity')),
};

function upon(version: string | undefined): Record<string, string> {
  return version ? ifMatch(version) : { 'if-none-match': '*' };
}

function ifMatch(version: string): Record<string, string> {
  return { 'if-match': `W/"${version}"` };
}
