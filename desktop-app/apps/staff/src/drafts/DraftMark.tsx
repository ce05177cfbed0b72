import { useLingui } from '@holdfast/i18n';
import { Mark } from '@holdfast/ui';
import type { DraftHandle } from './useDraft';

/** Whether what was typed is kept yet, and whether it is another draft than the one it began as. */
export function DraftMark<T>({ draft }: { draft: DraftHandle<T> }) {
  const { i18n } = useLingui();
  return (
    <>
      {draft.isApart && (
        <Mark kind="warn">{i18n.t('Another window went on with this draft; here you go on with one of its own')}</Mark>
      )}
      <State state={draft.state} />
    </>
  );
}

function State({ state }: Pick<DraftHandle<unknown>, 'state'>) {
  const { i18n } = useLingui();
  if (state === 'none') return null;
  if (state === 'saved') return <Mark kind="ok">{i18n.t('Draft kept')}</Mark>;
  if (state === 'failed') return <Mark kind="danger">{i18n.t('Draft not kept yet; trying again')}</Mark>;
  return <Mark kind="busy">{i18n.t('Keeping the draft…')}</Mark>;
}
