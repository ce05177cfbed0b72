import './documents.css';
import { api, type DocumentReference, type FhirResource } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Button, Modal, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { textOf } from '../../fhir/words';
import { Failed } from '../../problems/Failed';
import { showDate } from '../../time/dates';
import { useChart } from '../ChartContext';
import { enteredInError } from '../inError';
import { RecordPanel } from '../RecordPanel';
import { type Saveable, useSave } from '../useSave';
import { DocumentForm } from './DocumentForm';
import { blobOf, isShown, sizeWords } from './file';

/** Letters, scans and photos. */
export default function Documents({ adding }: { adding: boolean }) {
  const { i18n } = useLingui();
  const { chart, id, go } = useChart();
  const save = useSave(id);
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
      {adding && <DocumentForm onClose={() => go('documents')} />}
      {shown && <Viewer document={shown} onClose={() => setShown(undefined)} />}
    </>
  );
}

export function titleOf(document: DocumentReference): string {
  return document.description ?? document.content?.[0]?.attachment.title ?? textOf(document.type);
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

type Binary = FhirResource & { data?: string; contentType?: string };

async function load({ content }: DocumentReference, signal: AbortSignal): Promise<Blob> {
  const attachment = content?.[0]?.attachment;
  if (attachment?.data) return blobOf(attachment.data, attachment.contentType ?? '');
  const id = attachment?.url?.match(/(?:^|\/)Binary\/([A-Za-z0-9.-]+)$/)?.[1];
  if (!id) throw new Error('the document holds no file');
  const binary = await api.read<Binary>('Binary', id, signal);
  return blobOf(binary.data ?? '', binary.contentType ?? attachment?.contentType ?? '');
}

function Viewer({ document, onClose }: { document: DocumentReference; onClose: () => void }) {
  const { i18n } = useLingui();
  const title = titleOf(document) || i18n.t('Document');
  const file = useQuery({
    queryKey: ['file', document.id],
    queryFn: ({ signal }) => load(document, signal),
    gcTime: 0,
  });
  const url = useMemo(() => file.data && URL.createObjectURL(file.data), [file.data]);
  useEffect(
    () => () => {
      if (url) URL.revokeObjectURL(url);
    },
    [url],
  );
  const type = file.data?.type;
  return (
    <Modal opened onClose={onClose} title={title} size="80rem" closeButtonProps={{ 'aria-label': i18n.t('Close') }}>
      {file.isPending && <Skeleton height={400} />}
      {file.isError && <Failed error={file.error} retry={file.refetch} />}
      {url && (
        <div className="stack">
          {type?.startsWith('image/') && isShown(type) && <img className="viewed" src={url} alt={title} />}
          {isShown(type) && !type?.startsWith('image/') && <iframe className="viewed" src={url} title={title} />}
          {!isShown(type) && <p>{i18n.t('This kind of file is not shown here. Save it to look at it elsewhere.')}</p>}
          <div className="form-foot">
            <Button component="a" href={url} download={title} variant="default">
              {i18n.t('Save a copy')}
            </Button>
          </div>
        </div>
      )}
    </Modal>
  );
}
