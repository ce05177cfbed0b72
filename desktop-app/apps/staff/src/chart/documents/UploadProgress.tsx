import { useLingui } from '@holdfast/i18n';
import { Button, Progress } from '@mantine/core';
import { sizeWords } from './file';
import type { Progress as Sent } from './upload';

/** How far a file has come, and that it waits where it does. */
export function UploadProgress({ progress, onStop }: { progress: Sent; onStop: () => void }) {
  const { i18n } = useLingui();
  const { sent, size, waits } = progress;
  const percent = size > 0 ? Math.floor((100 * sent) / size) : 0;
  const words = i18n.t('{sent} of {size} sent ({percent} %)', {
    sent: sent ? sizeWords(sent) : '0 kB',
    size: sizeWords(size),
    percent,
  });
  return (
    <div className="stack">
      <Progress.Root size="lg">
        <Progress.Section value={percent} aria-label={i18n.t('Sending the file')} aria-valuetext={words} />
      </Progress.Root>
      <div className="upload-state">
        <span className="soft small">{words}</span>
        <Button size="xs" variant="default" onClick={onStop}>
          {i18n.t('Stop')}
        </Button>
      </div>
      <p className="small" role="status">
        {waits && i18n.t('Paused while nobody answers. It goes on by itself; what was sent is kept.')}
      </p>
    </div>
  );
}
