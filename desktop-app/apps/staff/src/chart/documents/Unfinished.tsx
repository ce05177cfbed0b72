import type { FileShown } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Button } from '@mantine/core';
import { partThere, sizeWords } from './file';

/** Files that one has begun to send: chosen again, they go on where they stopped. */
export function Unfinished({ files, onGiveUp }: { files: FileShown[]; onGiveUp: (id: string) => void }) {
  const { i18n } = useLingui();
  if (files.length === 0) return null;
  return (
    <section aria-label={i18n.t('Not finished')}>
      <p className="small">{i18n.t('Not finished. Choose the same file again, and it goes on where it stopped.')}</p>
      <ul className="unfinished">
        {files.map((file) => (
          <li key={file.id}>
            <bdi>{file.name ?? i18n.t('Document')}</bdi>
            <span className="soft small">
              {i18n.t('{percent} % of {size}', {
                percent: Math.floor(100 * partThere(file)),
                size: sizeWords(file.size),
              })}
            </span>
            <Button
              size="xs"
              variant="subtle"
              onClick={() => onGiveUp(file.id)}
              aria-label={i18n.t('Give up {name}', { name: file.name ?? i18n.t('Document') })}
            >
              {i18n.t('Give up')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
