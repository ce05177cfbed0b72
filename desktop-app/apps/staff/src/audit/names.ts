import { api, type FhirResource, type Patient, type Person, path } from '@holdfast/api';
import { useQuery } from '@tanstack/react-query';
import { nameOf } from '../fhir/words';

/** As records and events name somebody. */
export function referenceOf({ id, practitioner }: Pick<Person, 'id' | 'practitioner'>): string {
  return practitioner || `HoldfastUser/${id}`;
}

/** What people are called, by how events name them. */
export function usePeople(): { all: Person[]; names: Map<string, string> } {
  const people = useQuery({ queryKey: ['people'], queryFn: api.people });
  const all = people.data ?? [];
  const pairs = all.flatMap(
    ({ id, practitioner, name }) =>
      [
        [`HoldfastUser/${id}`, name],
        [practitioner ?? '', name],
      ] as [string, string][],
  );
  return { all, names: new Map(pairs) };
}

/** What patients are called, by id: asked for together, so that it is one event of the trail and not fifty. */
export function usePatientNames(ids: string[]): Map<string, string> {
  const asked = [...new Set(ids)].sort();
  const patients = useQuery({
    queryKey: ['trail', 'patients', asked],
    queryFn: ({ signal }) =>
      api.search<FhirResource>(path('Patient', { _id: asked.join(','), _count: asked.length }), signal),
    enabled: asked.length > 0,
  });
  const found = (patients.data?.entry ?? []).flatMap(({ resource }) => (isPatient(resource) ? [resource] : []));
  return new Map(found.map((patient) => [patient.id ?? '', nameOf(patient.name)]));
}

function isPatient(resource: FhirResource | undefined): resource is Patient {
  return resource?.resourceType === 'Patient';
}
