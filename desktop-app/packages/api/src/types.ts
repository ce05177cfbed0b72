import type {
  AllergyIntolerance,
  Composition,
  Condition,
  DocumentReference,
  Encounter,
  FamilyMemberHistory,
  FhirResource,
  Immunization,
  MedicationRequest,
  MedicationStatement,
  Observation,
  Patient,
} from './fhir';

export interface Setup {
  needsFirstAdmin: boolean;
  clinic: string;
  host: 'node' | 'desktop';
  version: string;
  /** A desktop's replica before anybody has signed in. */
  locked: boolean;
}

export type Role = 'front-desk' | 'nurse' | 'clinician' | 'pharmacist' | 'manager' | 'admin';

export interface Session {
  user: { id: string; login: string; name: string; roles: (Role | 'system')[]; practitioner?: string };
  mode: 'full' | 'read-only';
  confirmedUntilMs: number;
  expiresMs: number;
}

export interface Person {
  id: string;
  login: string;
  name: string;
  roles: Role[];
  active: boolean;
  practitioner?: string;
  confirmedUntil?: number;
  hasPasskey?: boolean;
  hasPin?: boolean;
  conflicts?: string[];
  version: string;
}

export interface Draft<Body = unknown> {
  key: string;
  patient?: string;
  form: string;
  body: Body;
  savedMs: number;
}

export interface PatientHit {
  id: string;
  name: string;
  otherNames?: string[];
  birthDate?: string;
  gender?: string;
  mrn?: string;
  phone?: string;
  city?: string;
  deceased?: boolean;
  conflicts?: number;
  matched?: 'name' | 'mrn' | 'phone' | 'birthDate';
}

export interface LikelyPatient extends PatientHit {
  /** 0 to 1. */
  likeness: number;
  because: string[];
}

export type SavedAt = 'here' | 'node' | 'head-office';

/** A record as the chart shows it. `saving` is ours: shown, and not yet with the host. */
export interface ChartRecord<R extends FhirResource = FhirResource> {
  resource: R;
  version: string;
  savedAt: SavedAt | 'saving';
  /** The elements with more than one value. */
  conflicts: string[];
}

export interface News2 {
  score: number;
  parts: Record<string, number>;
  band: string;
}

export interface Chart {
  patient: ChartRecord<Patient>;
  allergies: ChartRecord<AllergyIntolerance>[];
  medicines: ChartRecord<MedicationRequest | MedicationStatement>[];
  problems: ChartRecord<Condition>[];
  /** What is over, the newest of it. */
  pastMedicines?: ChartRecord<MedicationRequest | MedicationStatement>[];
  pastProblems?: ChartRecord<Condition>[];
  /** Records of the same person that this one replaces. */
  linked?: ChartRecord<Patient>[];
  /** Types that this sign-in may not see. */
  hidden?: string[];
  vitals: { latest: ChartRecord<Observation>[]; news2?: News2 | null };
  notes: { total: number; latest: ChartRecord<Composition>[] };
  encounters: ChartRecord<Encounter>[];
  immunizations: ChartRecord<Immunization>[];
  results: ChartRecord<Observation>[];
  documents: ChartRecord<DocumentReference>[];
  familyHistory: ChartRecord<FamilyMemberHistory>[];
  counts: Record<string, number>;
  tookMs: number;
}

export interface Point {
  id: string;
  at: string;
  value: number;
  unit?: string;
  low?: number;
  high?: number;
  flag?: string;
}

export interface VitalValue {
  code: string;
  value: number | string;
  unit: string;
}

export interface VitalsCheck {
  news2: News2 | null;
  questions: { code: string; text: string }[];
}

export interface MedicineWarning {
  severity: string;
  kind: 'allergy' | 'interaction' | 'duplicate';
  text: string;
  because?: { type: string; id: string };
}

export interface Code {
  system: string;
  code: string;
  display: string;
}

export type CodeSystem = 'icd10cm' | 'loinc' | 'rxnorm' | 'cvx';

/** What became of a save. */
export interface Saved {
  version: string;
  created: boolean;
  changed: boolean;
  concurrent: boolean;
  conflicts: string[];
}

export interface Lane {
  lane: string;
  written: number;
  unsent: number;
  unsentSinceMs?: number;
  acknowledged: { endpoint: string; through: number; atMs: number }[];
}

export interface Continuity {
  nowMs: number;
  clinic: string;
  unsent: number;
  unsentSinceMs?: number;
  lanes: Lane[];
  link: {
    state: 'off' | 'connected' | 'connecting' | 'waiting' | string;
    endpoint?: string;
    sinceMs?: number;
    nextTryMs?: number;
    waitingScopes?: number;
    lastError?: { code?: string; message: string };
    progress?: { what: string; done: number; total?: number };
  };
  recordsHeld: number;
  conflictsOpen: number;
  scopesHeld: number;
  damage?: string;
}

export interface OpenConflict {
  type: string;
  id: string;
  element: string;
  values: number;
  sinceMs?: number;
}

export interface ConflictValue {
  value?: unknown;
  removed: boolean;
  author: string;
  actor: string;
  place: 'here' | 'below' | 'above' | 'elsewhere';
  replica?: string;
  atMs: number;
}

export interface ConflictedRecord {
  type: string;
  id: string;
  version: string;
  conflicts: { element: string; values: ConflictValue[] }[];
}

export interface BreakGlassEntry {
  id: string;
  user: string;
  name: string;
  /** The patient's id. */
  patient: string;
  reason: string;
  atMs: number;
  untilMs: number;
  review?: { by: string; atMs: number; note: string };
}
