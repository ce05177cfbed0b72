import type { Consent } from '@holdfast/api';
import { newId } from '../app/newId';
import { hasCode } from '../fhir/words';
import { nowInstant } from '../time/dates';

const TREATMENT = 'Keeping and using a record for treatment';
/** HL7's codes for who lets others see the record, and who does not. */
const SHARES = 'OPTIN';
const SHARES_NOT = 'OPTOUT';

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
    policyRule: { text: TREATMENT },
    provision: { type: 'permit' as const },
  };
}

export type ConsentState = 'given' | 'refused' | 'withdrawn' | 'waiting';

/** How it stands with a consent, on a day. What was entered in error is none. */
export function stateOf({ status, provision, policyRule }: Consent, day: string): ConsentState | undefined {
  if (status === 'entered-in-error') return undefined;
  if (status === 'draft' || status === 'proposed') return 'waiting';
  const isOver = provision?.period?.end !== undefined && provision.period.end.slice(0, 10) < day;
  if (status === 'inactive' || isOver) return 'withdrawn';
  const isRefusal = status === 'rejected' || provision?.type === 'deny' || hasCode(policyRule, SHARES_NOT);
  return isRefusal ? 'refused' : 'given';
}

/** What a consent is about, of what this app knows; any other says so in its own words. */
export function aboutOf({ policyRule }: Consent): 'treatment' | 'sharing' | undefined {
  if (policyRule?.text === TREATMENT) return 'treatment';
  return hasCode(policyRule, SHARES) || hasCode(policyRule, SHARES_NOT) ? 'sharing' : undefined;
}
