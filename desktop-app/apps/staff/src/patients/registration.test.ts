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

test('duplicates are asked for once there is a name', () => {
  expect(likelyQuery(EMPTY)).toBeNull();
  expect(likelyQuery({ ...EMPTY, family: 'Ha' })).toBeNull();
  expect(likelyQuery({ ...EMPTY, family: 'Had' })).toEqual({ given: '', family: 'Had' });
});
