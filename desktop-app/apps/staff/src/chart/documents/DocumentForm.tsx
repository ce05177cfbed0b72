import { api, type DocumentReference, type FhirResource } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { FileInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { newId } from '../../app/newId';
import { Failed } from '../../problems/Failed';
import { useSession } from '../../session/SessionContext';
import { nowInstant } from '../../time/dates';
import { useChart } from '../ChartContext';
import { FormDialog } from '../FormDialog';
import { authorOf, subjectOf } from '../references';
import { useSave } from '../useSave';
import { base64Of, MOST_BYTES, sizeWords } from './file';

/** Adds a file to the chart: a letter, a scan, a photo. */
export function DocumentForm({ onClose }: { onClose: () => void }) {
  const { i18n } = useLingui();
  const { session } = useSession();
  const { id } = useChart();
  const save = useSave(id);
  const [ids] = useState(() => ({ binary: newId(), document: newId() }));
  const [file, setFile] = useState<File | null>(null);
  const [title, setTitle] = useState('');
  const isLarge = file !== null && file.size > MOST_BYTES;
  const name = title.trim() || file?.name || '';
  const upload = useMutation({
    mutationFn: async (chosen: File) => {
      const contentType = chosen.type || 'application/octet-stream';
      const binary = {
        resourceType: 'Binary',
        id: ids.binary,
        contentType,
        securityContext: subjectOf(id),
        data: await base64Of(chosen),
      };
      // A repeat after a lost answer finds the same file there, which is as good.
      await api.save(binary as FhirResource & { id: string }).catch((error) => {
        if (error?.status !== 412 && error?.status !== 409) throw error;
      });
      const document: DocumentReference & { id: string } = {
        resourceType: 'DocumentReference',
        id: ids.document,
        status: 'current',
        type: { text: i18n.t('Document') },
        subject: subjectOf(id),
        date: nowInstant(),
        author: [authorOf(session)],
        description: name,
        content: [{ attachment: { contentType, url: `Binary/${ids.binary}`, size: chosen.size, title: chosen.name } }],
      };
      onClose();
      await save({ resources: [document], what: i18n.t('Saved: {name}', { name }) });
    },
  });
  return (
    <FormDialog
      title={i18n.t('Add a document')}
      onClose={onClose}
      onSave={() => file && !upload.isPending && upload.mutate(file)}
      incomplete={!file || isLarge || upload.isPending}
      saveLabel={upload.isPending ? i18n.t('Saving…') : undefined}
    >
      <FileInput
        label={i18n.t('File')}
        description={i18n.t('Up to {limit}', { limit: sizeWords(MOST_BYTES) })}
        placeholder={i18n.t('Choose a file')}
        value={file}
        onChange={setFile}
        error={
          isLarge
            ? i18n.t('This file has {size}; {limit} is the most. Scan at a lower resolution, or split it.', {
                size: sizeWords(file.size),
                limit: sizeWords(MOST_BYTES),
              })
            : undefined
        }
      />
      <TextInput
        label={i18n.t('Title')}
        placeholder={file?.name}
        dir="auto"
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      {upload.isError && <Failed error={upload.error} />}
    </FormDialog>
  );
}
