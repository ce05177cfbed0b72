import type { ChartRecord, FhirResource } from '@holdfast/api';
import { useState } from 'react';
import { newId } from '../app/newId';
import { useSession } from '../session/SessionContext';
import { useChart } from './ChartContext';
import { authorOf, subjectOf } from './references';
import { type Saveable, useSave } from './useSave';

/**
 * A form that adds a record of a patient, or changes one. Its base is what was on the screen when it opened, whatever
 * arrives meanwhile, and its id is made once, so that a second press repeats the same save.
 */
export function useRecordForm<R extends FhirResource>(onClose: () => void, edited?: ChartRecord<R>) {
  const { session } = useSession();
  const { id } = useChart();
  const save = useSave(id);
  const [opened] = useState(edited);
  const [newRecord] = useState(newId);
  return {
    before: opened?.resource,
    recordId: opened?.resource.id ?? newRecord,
    subject: subjectOf(id),
    author: authorOf(session),
    store: (resource: Saveable, what: string) => {
      save({ resources: [resource], seen: opened && { [resource.id]: opened.version }, what });
      onClose();
    },
  };
}
