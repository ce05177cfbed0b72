import './documents.css';
import type { DocumentReference } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { useState } from 'react';
import { showDate } from '../../time/dates';
import { useChart } from '../ChartContext';
import { enteredInError } from '../inError';
import { RecordPanel } from '../RecordPanel';
import { type Saveable, useSave } from '../useSave';
import { DocumentForm } from './DocumentForm';
import { sizeWords } from './file';
import { titleOf } from './title';
import { Unfinished } from './Unfinished';
import { useUnfinished } from './useUpload';
import { Viewer } from './Viewer';

/** Letters, scans and photos. */
export default function Documents({ adding }: { adding: boolean }) {
  const { i18n } = useLingui();
  const { chart, id, go } = useChart();
  const save = useSave(id);
  const { unfinished, giveUp } = useUnfinished(id);
  const [shown, setShown] = useState<DocumentReference>();
  return (
    <>
      <RecordPanel
        title={i18n.t('Documents')}
        records={chart.documents.filter(({ resource }) => resource.resourceType === 'DocumentReference')}
        empty={i18n.t('No documents yet.')}
        add={{ to: 'documents/new', label: i18n.t('Add a document') }}
        row={({ resource }) => <Row document={resource} onShow={() => setShown(resource)} />}
        actions={({ resource }) => [
          {
            label: i18n.t('Entered in error'),
            run: () =>
              save({
                resources: [enteredInError(resource) as Saveable],
                what: i18n.t('{name} is taken out of the chart', { name: titleOf(resource) }),
              }),
          },
        ]}
      />
      {!adding && <Unfinished files={unfinished} onGiveUp={giveUp} />}
      {adding && <DocumentForm onClose={() => go('documents')} />}
      {shown && <Viewer document={shown} onClose={() => setShown(undefined)} />}
    </>
  );
}

function Row({ document, onShow }: { document: DocumentReference; onShow: () => void }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const attachment = document.content?.[0]?.attachment;
  return (
    <>
      <button type="button" className="link-button main" onClick={onShow}>
        <bdi>{titleOf(document) || i18n.t('Document')}</bdi>
      </button>
      <span className="soft small">
        {[showDate(document.date, locale), sizeWords(attachment?.size)].filter(Boolean).join(' · ')}
      </span>
    </>
  );
}
