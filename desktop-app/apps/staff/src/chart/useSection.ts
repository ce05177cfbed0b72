import type { ChartRecord, FhirResource } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { useState } from 'react';
import { useChart } from './ChartContext';
import { enteredInError } from './inError';
import type { RowAction } from './RecordPanel';
import { type Saveable, useSave } from './useSave';

/** What a list of the chart shares with its form: which record the form changes, and what can be done with a row. */
export function useSection<R extends FhirResource>(section: string, adding: boolean) {
  const { i18n } = useLingui();
  const { id, go } = useChart();
  const save = useSave(id);
  const [edited, setEdited] = useState<ChartRecord<R>>();
  return {
    save,
    edited,
    isFormOpen: adding || edited !== undefined,
    closeForm: () => {
      setEdited(undefined);
      if (adding) go(section);
    },
    edit: (record: ChartRecord<R>): RowAction => ({ label: i18n.t('Edit'), run: () => setEdited(record) }),
    takeOut: ({ resource }: ChartRecord<R>, name: string): RowAction => ({
      label: i18n.t('Entered in error'),
      run: () =>
        save({
          resources: [enteredInError(resource) as Saveable],
          what: i18n.t('{name} is taken out of the chart', { name }),
        }),
    }),
  };
}
