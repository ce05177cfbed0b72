import { useLingui } from '@holdfast/i18n';
import { Mark } from '@holdfast/ui';
import type { DraftState } from './DraftKeeper';

/** Whether what was typed is kept yet. */
export function DraftMark({ state }: { state: DraftState }) {
  const { i18n } = useLingui();
  if (state === 'none') return null;
  if (state === 'saved') return <Mark kind="ok">{i18n.t('Draft kept')}</Mark>;
  if (state === 'failed') return <Mark kind="danger">{i18n.t('Draft not kept yet; trying again')}</Mark>;
  return <Mark kind="busy">{i18n.t('Keeping the draft…')}</Mark>;
}
