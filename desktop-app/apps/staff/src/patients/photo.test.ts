import { expect, test } from 'vitest';
import { middleOf, photoOf, withPhoto } from './photo';

const photo = { contentType: 'image/jpeg', data: 'AAAA' };

test('a photo is shown, and what could run is not', () => {
  expect(photoOf({ resourceType: 'Patient', photo: [photo] })).toBe('data:image/jpeg;base64,AAAA');
  expect(photoOf({ resourceType: 'Patient', photo: [{ contentType: 'image/svg+xml', data: 'AAAA' }] })).toBeUndefined();
  expect(photoOf({ resourceType: 'Patient', photo: [{ contentType: 'image/png', url: 'http://x' }] })).toBeUndefined();
  expect(photoOf({ resourceType: 'Patient' })).toBeUndefined();
});

test('a photo is put in place of another and taken away, and all else stays', () => {
  const patient = { resourceType: 'Patient' as const, gender: 'female' as const, photo: [photo] };
  expect(withPhoto(patient, { ...photo, data: 'BBBB' }).photo).toEqual([{ ...photo, data: 'BBBB' }]);
  expect(withPhoto(patient, undefined)).toEqual({ resourceType: 'Patient', gender: 'female' });
});

test('a portrait is cut above its middle, a landscape at its middle', () => {
  expect(middleOf(300, 600)).toEqual({ x: 0, y: 100, side: 300 });
  expect(middleOf(600, 300)).toEqual({ x: 150, y: 0, side: 300 });
});
