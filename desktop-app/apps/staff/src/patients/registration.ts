import type { ContactPoint, Extension, HumanName, Patient, PatientContact } from '@holdfast/api';

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

/**
 * The patient that a form describes: `base` with what was changed in the form. An element that shows what it showed before stays as it
 * is, to the letter, so that two people who change different things write different elements.
 */
export function patientOf(form: Registration, base: Patient): Patient {
  const shown = registrationOf(base);
  const isAsBefore = (...fields: (keyof Registration)[]) => fields.every((field) => form[field] === shown[field]);
  return present({
    ...base,
    name: isAsBefore('given', 'family') ? base.name : exchanged(base.name, shownName(base), nameOf(form, base)),
    birthDate: form.birthDate || undefined,
    gender: (form.gender || undefined) as Patient['gender'],
    telecom: isAsBefore('phone', 'email') ? base.telecom : telecomOf(form, shown, base.telecom),
    address: isAsBefore('line', 'city')
      ? base.address
      : exchanged(
          base.address,
          base.address?.[0],
          (form.line.trim() || form.city.trim()) &&
            present({
              ...base.address?.[0],
              text: undefined,
              line: isAsBefore('line') ? base.address?.[0]?.line : some([form.line.trim()]),
              city: form.city.trim() || undefined,
            }),
        ),
    contact: isAsBefore('contactName', 'contactRelation', 'contactPhone')
      ? base.contact
      : exchanged(
          base.contact,
          base.contact?.[0],
          form.contactName.trim() && contactOf(form, shown, base.contact?.[0]),
        ),
    communication: isAsBefore('language')
      ? base.communication
      : exchanged(
          base.communication,
          shownLanguage(base),
          form.language.trim() && { language: { text: form.language.trim() }, preferred: true },
        ),
    extension: isAsBefore('interpreter', 'access') ? base.extension : extensionsOf(form, shown, base.extension),
  });
}

const shownName = ({ name }: Patient) => name?.find(({ use }) => use === 'official') ?? name?.[0];

const shownLanguage = ({ communication }: Patient) =>
  communication?.find(({ preferred }) => preferred) ?? communication?.[0];

function nameOf(form: Registration, base: Patient): HumanName {
  const before = shownName(base);
  return present({
    ...before,
    text: undefined,
    use: before?.use ?? ('official' as const),
    given: words(form.given),
    family: form.family.trim() || undefined,
  });
}

function telecomOf(
  form: Pick<Registration, 'phone' | 'email'>,
  shown: Pick<Registration, 'phone' | 'email'>,
  base: ContactPoint[] | undefined,
): ContactPoint[] | undefined {
  let all = base;
  for (const system of ['phone', 'email'] as const) {
    if (form[system] === shown[system]) continue;
    const before = all?.find((one) => one.system === system);
    const value = form[system].trim();
    all = exchanged(all, before, value && { ...before, system, value });
  }
  return all;
}

function contactOf(form: Registration, shown: Registration, base: PatientContact | undefined): PatientContact {
  const phone = (of: Registration) => ({ phone: of.contactPhone, email: '' });
  const relation = form.contactRelation.trim();
  return present({
    ...base,
    name: form.contactName === shown.contactName ? base?.name : { text: form.contactName.trim() },
    relationship:
      form.contactRelation === shown.contactRelation ? base?.relationship : relation ? [{ text: relation }] : undefined,
    telecom: telecomOf(phone(form), phone(shown), base?.telecom),
  });
}

function extensionsOf(form: Registration, shown: Registration, base: Extension[] | undefined): Extension[] | undefined {
  const before = (url: string) => base?.find((one) => one.url === url);
  let all = base;
  if (form.interpreter !== shown.interpreter) {
    all = exchanged(all, before(INTERPRETER), form.interpreter && { url: INTERPRETER, valueBoolean: true });
  }
  if (form.access !== shown.access) {
    const text = form.access.trim();
    all = exchanged(all, before(DISABILITY), text && { url: DISABILITY, valueCodeableConcept: { text } });
  }
  return all;
}

/** A list with one item exchanged where it stands, added at its end, or taken out; `undefined` if nothing is left. */
function exchanged<T>(list: T[] | undefined, before: T | undefined, after: T | '' | false): T[] | undefined {
  if (before === undefined) return some([...(list ?? []), after]);
  return some((list ?? []).map((one) => (one === before ? after : one)));
}

/** The form that shows a patient. */
export function registrationOf(patient: Patient): Registration {
  const name = shownName(patient);
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
  const language = shownLanguage(patient)?.language;
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
