import { api, type FhirResource, type Patient } from '@holdfast/api';
import { useQuery } from '@tanstack/react-query';
import { textOf } from '../fhir/words';

type Anything = FhirResource & {
  subject?: { reference?: string };
  patient?: { reference?: string };
  code?: object;
  medicationCodeableConcept?: object;
  vaccineCode?: object;
  participant?: { actor?: { reference?: string } }[];
};

/** Whose record it is, and what it says of them: "Lisinopril". */
export function useWhose(type: string, id: string): { patient?: Patient; what: string } {
  const record = useQuery({
    queryKey: ['conflict', type, id, 'record'],
    queryFn: ({ signal }) => api.read<Anything>(type, id, signal),
  });
  const found = record.data;
  const whose = found?.subject ?? found?.patient ?? found?.participant?.map(({ actor }) => actor).find(isPatient);
  const patientId = type === 'Patient' ? id : whose?.reference?.replace('Patient/', '');
  const patient = useQuery({
    queryKey: ['conflict', 'Patient', patientId, 'whose'],
    queryFn: ({ signal }) => api.read<Patient>('Patient', patientId ?? '', signal),
    enabled: Boolean(patientId),
  });
  return {
    patient: patient.data,
    what: textOf(found?.code ?? found?.medicationCodeableConcept ?? found?.vaccineCode),
  };
}

const isPatient = (actor?: { reference?: string }) => actor?.reference?.startsWith('Patient/') === true;
