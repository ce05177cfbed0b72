import { type DocumentReference, files, Problem } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Dialog } from '@holdfast/ui';
import { Button, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Failed } from '../../problems/Failed';
import { DialogTitle } from '../DialogTitle';
import { isShown, placeOf } from './file';
import { Inline } from './Inline';
import { titleOf } from './title';

/** What has not come yet is looked for again so often. */
const LOOK_AGAIN_MS = 5_000;

/** Shows the file of a document. */
export function Viewer({ document, onClose }: { document: DocumentReference; onClose: () => void }) {
  const { i18n } = useLingui();
  const place = placeOf(document);
  const title = titleOf(document) || i18n.t('Document');
  return (
    <Dialog
      onClose={onClose}
      title={<DialogTitle>{title}</DialogTitle>}
      size="80rem"
      closeButtonProps={{ 'aria-label': i18n.t('Close') }}
    >
      {place && 'file' in place ? (
        <Stored file={place.file} title={title} />
      ) : (
        <Inline document={document} place={place} title={title} />
      )}
    </Dialog>
  );
}

/** A file that this host streams; or how much of it is still on its way here. */
function Stored({ file, title }: { file: string; title: string }) {
  const { i18n } = useLingui();
  const shown = useQuery({
    queryKey: ['file-shown', file],
    queryFn: ({ signal }) => files.shown(file, signal),
    refetchInterval: ({ state: { data, error } }) =>
      isOnItsWay(error) || (data && data.missing.length > 0) ? LOOK_AGAIN_MS : false,
    retry: false,
    gcTime: 0,
  });
  if (isOnItsWay(shown.error)) return <OnItsWay />;
  if (shown.isError) return <Failed error={shown.error} retry={shown.refetch} />;
  if (!shown.data) return <Skeleton height={400} />;
  const { missing, chunks, contentType, url } = shown.data;
  if (missing.length > 0) {
    return (
      <OnItsWay>
        {i18n.t('{missing, plural, one {# of {chunks} parts is missing.} other {# of {chunks} parts are missing.}}', {
          missing: missing.length,
          chunks,
        })}
      </OnItsWay>
    );
  }
  return <Shown url={url} type={contentType} title={title} />;
}

/** The document came before what it names: files travel last. */
function isOnItsWay(error: unknown): boolean {
  return error instanceof Problem && error.status === 404;
}

function OnItsWay({ children }: { children?: string }) {
  const { i18n } = useLingui();
  return (
    <div className="stack" role="status">
      <p>
        <strong>{i18n.t('Not all of this file has arrived here yet.')}</strong> {children}
      </p>
      <p className="soft">{i18n.t('It comes by itself while there is a link, after everything else.')}</p>
    </div>
  );
}

/** What a browser shows of a file without running anything of it, and a way to save the rest. */
export function Shown({ url, type, title }: { url: string; type: string | undefined; title: string }) {
  const { i18n } = useLingui();
  const [isBroken, setBroken] = useState(false);
  const isImage = type?.startsWith('image/') && isShown(type);
  return (
    <div className="stack">
      {isImage && !isBroken && <img className="viewed" src={url} alt={title} onError={() => setBroken(true)} />}
      {isShown(type) && !isImage && <iframe className="viewed" src={url} title={title} />}
      {isBroken && <p role="alert">{i18n.t('This picture cannot be shown. Save a copy to look at it elsewhere.')}</p>}
      {!isShown(type) && <p>{i18n.t('This kind of file is not shown here. Save it to look at it elsewhere.')}</p>}
      <div className="form-foot">
        <Button component="a" href={url} download={title} variant="default">
          {i18n.t('Save a copy')}
        </Button>
      </div>
    </div>
  );
}
