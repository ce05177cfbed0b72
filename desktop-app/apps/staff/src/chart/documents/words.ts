import { Problem } from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';
import { sizeWords } from './file';
import { FileChanged } from './upload';

/** Why a file that was chosen cannot be sent, before anything of it is. */
export function refusalOf(i18n: I18n, file: File, maxBytes: number | undefined): string | undefined {
  if (file.size === 0) {
    return i18n.t('There is nothing in this file (0 bytes). See whether it was saved, and choose it again.');
  }
  if (maxBytes === undefined || file.size <= maxBytes) return undefined;
  return i18n.t('This file has {size}; {limit} is the most. Scan at a lower resolution, or split it.', {
    size: sizeWords(file.size),
    limit: sizeWords(maxBytes),
  });
}

/** What went wrong with a file, where there is more to say than of anything else; else nothing. */
export function fileTroubleOf(i18n: I18n, error: unknown): string | undefined {
  if (error instanceof FileChanged) {
    return i18n.t(
      'The file on this computer was changed or moved meanwhile. Choose it again; it is sent from the start.',
    );
  }
  if (error instanceof Problem && error.code === 'file-too-large') {
    return i18n.t('This file is larger than is taken here. Scan at a lower resolution, or split it.');
  }
  return undefined;
}
