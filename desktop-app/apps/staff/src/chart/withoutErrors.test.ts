import type { Chart } from '@holdfast/api';
import { expect, test } from 'vitest';
import { withoutErrors } from './withoutErrors';

const record = (id: string, verified: string) => ({
  resource: {
    resourceType: 'AllergyIntolerance',
    id,
    patient: {},
    verificationStatus: { coding: [{ code: verified }] },
  },
  version: '1',
  savedAt: 'here',
  conflicts: [],
});

test('an allergy that was entered in error is not shown', () => {
  const none = { problems: [], medicines: [], immunizations: [], results: [], documents: [], familyHistory: [] };
  const chart = {
    ...none,
    allergies: [record('a', 'confirmed'), record('b', 'entered-in-error')],
    vitals: { latest: [] },
  };
  expect(withoutErrors(chart as unknown as Chart).allergies.map(({ resource }) => resource.id)).toEqual(['a']);
});
