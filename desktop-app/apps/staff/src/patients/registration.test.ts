import type { Patient } from '@holdfast/api';
import { expect, test } from 'vitest';
import { EMPTY, likelyQuery, patientOf, registrationOf } from './registration';

const form = {
  ...EMPTY,
  given: 'Amina  Nour',
  family: 'Haddad',
  birthDate: '1980-03',
  gender: 'female',
  phone: '0700 1',
  language: 'Arabic',
  interpreter: true,
  access: 'Wheelchair',
  contactName: 'Sami',
  contactPhone: '0700 2',
};

test('a form becomes a patient and comes back the same', () => {
  const patient = patientOf(form, { resourceType: 'Patient', id: 'p' });
  expect(patient.name).toEqual([{ use: 'official', given: ['Amina', 'Nour'], family: 'Haddad' }]);
  expect(registrationOf(patient)).toEqual({ ...form, given: 'Amina Nour' });
});

test('an empty form leaves no empty elements', () => {
  const patient = patientOf({ ...EMPTY, family: 'Haddad' }, { resourceType: 'Patient', id: 'p' });
  expect(Object.keys(patient)).toEqual(['resourceType', 'id', 'name']);
});

test('what the form does not show stays', () => {
  const base: Patient = {
    resourceType: 'Patient',
    id: 'p',
    identifier: [{ value: 'N-1' }],
    name: [
      { use: 'official', family: 'Haddad' },
      { use: 'maiden', family: 'Saab' },
    ],
    telecom: [
      { system: 'phone', value: '1', use: 'mobile' },
      { system: 'fax', value: '9' },
    ],
    extension: [{ url: 'http://example.org/other', valueString: 'x' }],
  };
  const patient = patientOf({ ...registrationOf(base), phone: '2' }, base);
  expect(patient.identifier).toEqual(base.identifier);
  expect(patient.name?.[1]).toEqual({ use: 'maiden', family: 'Saab' });
  expect(patient.telecom).toEqual([
    { system: 'phone', value: '2', use: 'mobile' },
    { system: 'fax', value: '9' },
  ]);
  expect(patient.extension).toEqual(base.extension);
});

test('what nobody touched stays to the letter, and where it stands', () => {
  const base: Patient = {
    resourceType: 'Patient',
    id: 'p',
    name: [{ use: 'usual', text: 'Dr Amina Haddad', given: ['Amina', 'N.'], family: 'Haddad' }],
    telecom: [
      { system: 'email', value: 'a@example.org' },
      { system: 'phone', value: '1', use: 'mobile' },
      { system: 'phone', value: '2', use: 'home' },
    ],
    address: [{ text: '1 Mill Lane, Leeds', line: ['1 Mill Lane', 'Flat 2'], city: 'Leeds' }],
    contact: [
      {
        name: { given: ['Sami'], family: 'Haddad' },
        relationship: [{ coding: [{ system: 's', code: 'N', display: 'Next of kin' }] }],
        telecom: [
          { system: 'phone', value: '3' },
          { system: 'phone', value: '4' },
        ],
      },
    ],
    communication: [
      { language: { coding: [{ code: 'fr' }] } },
      { language: { coding: [{ code: 'en', display: 'English' }] }, preferred: true },
    ],
    extension: [{ url: 'http://example.org/other', valueString: 'x' }],
  };
  const form = registrationOf(base);
  expect(patientOf(form, base)).toEqual(base);
  const town = patientOf({ ...form, city: 'York' }, base);
  expect(town).toEqual({ ...base, address: [{ line: ['1 Mill Lane', 'Flat 2'], city: 'York' }] });
  const phone = patientOf({ ...form, phone: '9' }, base);
  expect(phone.telecom?.map(({ value }) => value)).toEqual(['a@example.org', '9', '2']);
  expect({ ...phone, telecom: base.telecom }).toEqual(base);
  const contact = patientOf({ ...form, contactPhone: '8' }, base).contact?.[0];
  expect(contact?.name).toEqual(base.contact?.[0]?.name);
  expect(contact?.relationship).toEqual(base.contact?.[0]?.relationship);
  expect(contact?.telecom?.map(({ value }) => value)).toEqual(['8', '4']);
  expect(patientOf({ ...form, language: 'Arabic' }, base).communication).toEqual([
    { language: { coding: [{ code: 'fr' }] } },
    { language: { text: 'Arabic' }, preferred: true },
  ]);
  expect(patientOf({ ...form, email: '' }, base).telecom?.map(({ value }) => value)).toEqual(['1', '2']);
});

test('duplicates are asked for once there is a name', () => {
  expect(likelyQuery(EMPTY)).toBeNull();
  expect(likelyQuery({ ...EMPTY, family: 'Ha' })).toBeNull();
  expect(likelyQuery({ ...EMPTY, family: 'Had' })).toEqual({ given: '', family: 'Had' });
});
