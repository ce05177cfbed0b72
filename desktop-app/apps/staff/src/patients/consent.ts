import { newId } from '../app/newId';
import { nowInstant } from '../time/dates';

/** The consent that is asked for at registration: that the clinic keeps and uses a record of this patient. */
export function consentOf(patient: string) {
  return {
    resourceType: 'Consent' as const,
    id: newId(),
    status: 'active' as const,
    scope: {
      coding: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/consentscope',
          code: 'patient-privacy',
          display: 'Privacy Consent',
        },
      ],
    },
    category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0', display: 'Consent Document' }] }],
    patient: { reference: `Patient/${patient}` },
    dateTime: nowInstant(),
    policyRule: { text: 'Keeping and using a record for treatment' },
    provision: { type: 'permit' as const },
  };
}
