import type {
  AllergyIntolerance,
  ClinicalImpression,
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
import type { components } from './generated';

type Schemas = components['schemas'];

// What the API says of itself, under the names that are used here.
export type Setup = Schemas['Setup'];
export type Role = Schemas['RoleName'];
export type Session = Schemas['Session'];
export type Person = Schemas['Person'];
export type Draft = Schemas['Draft'];
export type Saved = Schemas['SaveOutcome'];
export type Lane = Schemas['Lane'];
export type Continuity = Schemas['Continuity'];
export type OpenConflict = Schemas['ListedConflict'];
export type BreakGlassEntry = Schemas['BreakGlass'];
export type WithheldRecord = Schemas['WithheldRecord'];

/** What a browser is asked, and the handle to send back with its answer. */
export interface PasskeyOptions {
  handle: string;
  options: unknown;
}

export interface PasskeyAnswer {
  handle: string;
  credential: unknown;
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
  /** Parts that nobody looked at, which count as usual. */
  assumed: string[];
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
  /** Ours are Compositions; imported ones may be any of these. */
  notes: { total: number; latest: ChartRecord<Composition | DocumentReference | ClinicalImpression>[] };
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
  /** `why` is `hardly-possible`, `unusual`, `unit` or `does-not-fit`; `low` and `high` are the bounds it goes by. */
  questions: { code: string; why?: string; low?: number | null; high?: number | null; text: string }[];
}

export interface MedicineWarning {
  severity: string;
  kind: 'allergy' | 'interaction' | 'duplicate';
  text: string;
  /** Of what it is said: the allergen where it is not the medicine itself, then ingredients. */
  names?: string[];
  /** What the rule says. */
  said?: string;
  because?: { type: string; id: string };
}

export interface Code {
  system: string;
  code: string;
  display: string;
}

export type CodeSystem = 'icd10cm' | 'loinc' | 'rxnorm' | 'cvx';

export interface ConflictValue {
  value?: unknown;
  removed: boolean;
  author: string;
  /** What the author is called, where the clinic knows them. */
  name?: string;
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

/** What asking head office came to; `none`: there is no head office to ask. */
export type Elsewhere = 'all' | 'more' | 'too-wide' | 'coming' | 'unreachable' | 'none';
