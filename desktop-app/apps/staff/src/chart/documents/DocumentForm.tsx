import type { DocumentReference, FileShown } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { FileInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { newId } from '../../app/newId';
import { Failed } from '../../problems/Failed';
import { useSession } from '../../session/SessionContext';
import { nowInstant } from '../../time/dates';
import { useChart } from '../ChartContext';
import { FormDialog } from '../FormDialog';
import { authorOf, subjectOf } from '../references';
import { useSave } from '../useSave';
import { begunOf, partThere, sizeWords } from './file';
import { Unfinished } from './Unfinished';
import { UploadProgress } from './UploadProgress';
import { useUnfinished, useUpload } from './useUpload';
import { fileTroubleOf, refusalOf } from './words';

/** Adds a file to the chart: a letter, a scan, a photo. The document is saved once all of the file is there. */
export function DocumentForm({ onClose }: { onClose: () => void }) {
  const { i18n } = useLingui();
  const { session } = useSession();
  const { id } = useChart();
  const save = useSave(id);
  const [documentId] = useState(newId);
  const [file, setFile] = useState<File | null>(null);
  const [title, setTitle] = useState('');
  const { unfinished, maxBytes, again, giveUp } = useUnfinished(id);
  const { progress, error, start, stop } = useUpload(id, unfinished);
  const refusal = file ? refusalOf(i18n, file, maxBytes) : undefined;
  const begun = file ? begunOf(file, unfinished) : undefined;
  const trouble = error ? fileTroubleOf(i18n, error) : undefined;

  async function send(chosen: File) {
    const sent = await start(chosen);
    again();
    if (!sent) return;
    const name = title.trim() || chosen.name;
    onClose();
    await save({ resources: [documentOf(sent, name)], what: i18n.t('Saved: {name}', { name }) });
  }

  const documentOf = (sent: FileShown, name: string): DocumentReference & { id: string } => ({
    resourceType: 'DocumentReference',
    id: documentId,
    status: 'current',
    type: { text: i18n.t('Document') },
    subject: subjectOf(id),
    date: nowInstant(),
    author: [authorOf(session)],
    description: name,
    content: [
      {
        attachment: {
          contentType: sent.contentType,
          url: sent.url ?? undefined,
          size: sent.size,
          hash: sent.sha1 ?? undefined,
          title: sent.name ?? undefined,
        },
      },
    ],
  });

  return (
    <FormDialog
      title={i18n.t('Add a document')}
      onClose={onClose}
      onSave={() => file && send(file)}
      incomplete={!file || refusal !== undefined || progress !== undefined}
      saveLabel={progress ? i18n.t('Sending…') : begun ? i18n.t('Go on') : undefined}
    >
      <FileInput
        label={i18n.t('File')}
        description={maxBytes === undefined ? undefined : i18n.t('Up to {limit}', { limit: sizeWords(maxBytes) })}
        placeholder={i18n.t('Choose a file')}
        value={file}
        onChange={setFile}
        disabled={progress !== undefined}
        error={refusal}
      />
      {begun && !progress && (
        <p className="small" role="status">
          {i18n.t('{percent} % of this file is there already. It goes on where it stopped.', {
            percent: Math.floor(100 * partThere(begun)),
          })}
        </p>
      )}
      <TextInput
        label={i18n.t('Title')}
        placeholder={file?.name}
        dir="auto"
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      {progress && <UploadProgress progress={progress} onStop={stop} />}
      {!progress && <Unfinished files={unfinished.filter((one) => one !== begun)} onGiveUp={giveUp} />}
      {trouble && (
        <p className="failed" role="alert">
          {trouble}
        </p>
      )}
      {error !== undefined && !trouble && <Failed error={error} />}
    </FormDialog>
  );
}
