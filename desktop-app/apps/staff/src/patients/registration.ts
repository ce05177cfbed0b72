import type { Extension, Patient } from '@holdfast/api';

/** What the registration form holds. */
export interface Registration {
  given: string;
  family: string;
  birthDate: string;
  gender: string;
  phone: string;
  email: string;
  line: string;
  city: string;
  language: string;
  interpreter: boolean;
  access: string;
  contactName: string;
  contactRelation: string;
  contactPhone: string;
  consent: boolean;
}

export const EMPTY: Registration = {
  given: '',
  family: '',
  birthDate: '',
  gender: '',
  phone: '',
  email: '',
  line: '',
  city: '',
  language: '',
  interpreter: false,
  access: '',
  contactName: '',
  contactRelation: '',
  contactPhone: '',
  consent: false,
};

/** FHIR's own extensions of Patient. */
const INTERPRETER = 'http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired';
const DISABILITY = 'http://hl7.org/fhir/StructureDefinition/patient-disability';

/** The patient that a form describes: `base` with the elements that the form holds, and everything else as it was. */
export function patientOf(form: Registration, base: Patient): Patient {
  const official = base.name?.find(({ use }) => use === 'official');
  const phone = base.telecom?.find(({ system }) => system === 'phone');
  const email = base.telecom?.find(({ system }) => system === 'email');
  const contact = base.contact?.[0];
  return present({
    ...base,
    name: [
      present({
        ...official,
        text: undefined,
        use: 'official' as const,
        given: words(form.given),
        family: form.family.trim() || undefined,
      }),
      ...(base.name ?? []).filter((one) => one !== official),
    ],
    birthDate: form.birthDate || undefined,
    gender: (form.gender || undefined) as Patient['gender'],
    telecom: some([
      form.phone.trim() && { ...phone, system: 'phone' as const, value: form.phone.trim() },
      form.email.trim() && { ...email, system: 'email' as const, value: form.email.trim() },
      ...(base.telecom ?? []).filter((one) => one !== phone && one !== email),
    ]),
    address: some([
      (form.line.trim() || form.city.trim()) &&
        present({ ...base.address?.[0], line: some([form.line.trim()]), city: form.city.trim() || undefined }),
      ...(base.address ?? []).slice(1),
    ]),
    contact: some([
      form.contactName.trim() &&
        present({
          ...contact,
          name: { text: form.contactName.trim() },
          relationship: form.contactRelation.trim() ? [{ text: form.contactRelation.trim() }] : undefined,
          telecom: form.contactPhone.trim()
            ? [{ system: 'phone' as const, value: form.contactPhone.trim() }]
            : undefined,
        }),
      ...(base.contact ?? []).slice(1),
    ]),
    communication: some([
      form.language.trim() && { language: { text: form.language.trim() }, preferred: true },
      ...(base.communication ?? []).slice(1),
    ]),
    extension: some<Extension>([
      form.interpreter && { url: INTERPRETER, valueBoolean: true },
      form.access.trim() && { url: DISABILITY, valueCodeableConcept: { text: form.access.trim() } },
      ...(base.extension ?? []).filter(({ url }) => url !== INTERPRETER && url !== DISABILITY),
    ]),
  });
}

/** The form that shows a patient. */
export function registrationOf(patient: Patient): Registration {
  const name = patient.name?.find(({ use }) => use === 'official') ?? patient.name?.[0];
  const telecom = (system: string) => patient.telecom?.find((one) => one.system === system)?.value ?? '';
  const contact = patient.contact?.[0];
  const needs = needsOf(patient);
  return {
    given: name?.given?.join(' ') ?? '',
    family: name?.family ?? '',
    birthDate: patient.birthDate ?? '',
    gender: patient.gender ?? '',
    phone: telecom('phone'),
    email: telecom('email'),
    line: patient.address?.[0]?.line?.join(', ') ?? '',
    city: patient.address?.[0]?.city ?? '',
    language: needs.language,
    interpreter: needs.interpreter,
    access: needs.access,
    contactName:
      contact?.name?.text ?? [...(contact?.name?.given ?? []), contact?.name?.family].filter(Boolean).join(' '),
    contactRelation: contact?.relationship?.[0]?.text ?? contact?.relationship?.[0]?.coding?.[0]?.display ?? '',
    contactPhone: contact?.telecom?.find(({ system }) => system === 'phone')?.value ?? '',
    consent: false,
  };
}

/** What somebody needs to be understood, and to come in. */
export function needsOf(patient: Patient): { language: string; interpreter: boolean; access: string } {
  const language =
    patient.communication?.find(({ preferred }) => preferred)?.language ?? patient.communication?.[0]?.language;
  const disability = patient.extension?.find(({ url }) => url === DISABILITY)?.valueCodeableConcept;
  return {
    language: language?.text ?? language?.coding?.[0]?.display ?? language?.coding?.[0]?.code ?? '',
    interpreter:
      patient.extension?.some(({ url, valueBoolean }) => url === INTERPRETER && valueBoolean === true) ?? false,
    access: disability?.text ?? disability?.coding?.[0]?.display ?? '',
  };
}

/** What the search for likely duplicates is asked; nothing until there is enough to ask with. */
export function likelyQuery(form: Registration): Record<string, string> | null {
  if (form.given.trim().length + form.family.trim().length < 3 && form.phone.trim().length < 5) return null;
  const { given, family, birthDate, gender, phone } = form;
  const asked = { given: given.trim(), family: family.trim(), birthDate, gender, phone: phone.trim() };
  return Object.fromEntries(
    Object.entries(asked).filter(([name, value]) => value || name === 'given' || name === 'family'),
  );
}

function words(text: string): string[] | undefined {
  const all = text.trim().split(/\s+/).filter(Boolean);
  return all.length > 0 ? all : undefined;
}

function some<T>(all: (T | '' | false | undefined)[]): T[] | undefined {
  const real = all.filter((one): one is T => Boolean(one));
  return real.length > 0 ? real : undefined;
}

function present<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}
