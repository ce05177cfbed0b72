import type { FhirResource } from '@holdfast/api';

const ALLERGY = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification';
const CONDITION = 'http://terminology.hl7.org/CodeSystem/condition-ver-status';

/** The same record, saying that it should not be there. Records are never deleted: somebody may have acted on them. */
export function enteredInError<R extends FhirResource>(resource: R): R {
  const of = (system: string) => ({ verificationStatus: { coding: [{ system, code: 'entered-in-error' }] } });
  if (resource.resourceType === 'AllergyIntolerance' || resource.resourceType === 'Condition') {
    // FHIR wants no clinical status on what is entered in error (ait-2, con-5).
    const { clinicalStatus: _, ...rest } = resource;
    return { ...rest, ...of(resource.resourceType === 'Condition' ? CONDITION : ALLERGY) } as unknown as R;
  }
  return { ...resource, status: 'entered-in-error' };
}
