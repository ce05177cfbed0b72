import type { AppointmentType } from '@holdfast/api';
import { expect, test } from 'vitest';
import { fieldsOfType, NEW_TYPE, typeOf } from './typeForm';

const ecg: AppointmentType = {
  id: 'ecg',
  name: 'ECG',
  minutes: 20,
  bufferBefore: 5,
  bufferAfter: 5,
  needs: [
    { kind: 'practitioner', role: 'nurse', any: ['Practitioner/a'] },
    { kind: 'room', any: ['Location/1'] },
    { kind: 'equipment', any: ['Device/ecg'] },
  ],
  capacity: 1,
  webShare: 0,
  remote: false,
  active: true,
};

test('a type that is opened and saved is the same type', () => {
  expect(typeOf('ecg', fieldsOfType(ecg), ecg)).toEqual(ecg);
});

test('a new type has what its form says', () => {
  const type = typeOf('new', { ...NEW_TYPE, name: ' Talk ', who: 'any', needsRoom: false });
  expect(type).toMatchObject({ id: 'new', name: 'Talk', needs: [{ kind: 'practitioner' }], webShare: 30 });
});

test.each([
  { name: '' },
  { minutes: '0' },
  { minutes: '481' },
  { bufferAfter: '-1' },
  { webShare: '101' },
  { webShare: '' },
  { capacity: '0' },
])('no type: %j', (wrong) => {
  expect(typeOf('new', { ...NEW_TYPE, name: 'Talk', ...wrong })).toBeUndefined();
});
