import type { Update } from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';
import type { MarkKind } from '@holdfast/ui';

/** How this program is brought up to date, in plain words. What went wrong is told beside it. */
export function updateWords(i18n: I18n, update: Update): [MarkKind, string] {
  const version = update.version ?? '';
  switch (update.stage) {
    case 'off':
      return ['off', i18n.t('Updates are off: there is no release key on this computer.')];
    case 'unknown':
      return ['off', i18n.t('The clinic’s node was not asked for a newer version yet.')];
    case 'current':
      return ['ok', i18n.t('The clinic’s node has no newer version.')];
    case 'downloading':
      return [
        'busy',
        i18n.t('Version {version} is being fetched: {percent} % is here.', { version, percent: percent(update) }),
      ];
    case 'ready':
      return ['busy', i18n.t('Version {version} is here and is about to be installed.', { version })];
    case 'installed':
      return ['ok', i18n.t('Version {version} is installed. It starts when the app is opened again.', { version })];
  }
}

/** Never 100 before all of it is here. */
function percent({ doneBytes, sizeBytes }: Update): number {
  return sizeBytes ? Math.floor((100 * (doneBytes ?? 0)) / sizeBytes) : 0;
}
